"""Tables as .xlsx and .csv: rows with their sources, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from change_cases import case_of
from export_samples import CONVERSATION, LIBRARY, REFUSED, answer_of
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.changes import find_changes
from corpus.reading.office import office_programs
from corpus.types import Case, Document
from rag.changes import COMPUTED, MIXED_DAYS
from rag.exporting import answer_grid, changes_grid, csv_bytes, xlsx_bytes
from rag.exporting.grid import Grid, Row
from rag.exporting.sheets import CUT, LONGEST_CELL, fitting, looks_like_formula

SIGNS = "=+-@＝＋－＠\t\r"
CELLS = st.one_of(
    st.text(max_size=30), st.text(alphabet=st.sampled_from(SIGNS + "1A!| \u200b\ufeff\n'\""), max_size=9)
)


def lines_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def book_of(grid: Grid) -> Any:
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(grid, library_name=LIBRARY.name)))


def values(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


def grid_of(text: str) -> Grid:
    return Grid((Row({"内容": text}),), (("", text),), text)


def test_a_comparison_has_titles_for_ordinals_and_its_marks_in_a_column() -> None:
    book = book_of(answer_grid(CONVERSATION[:1], LIBRARY))
    assert values(book["表格"]) == [
        ("案例", "地方", "事项", "现在", "出处"),
        ("甲县渔船检验提速", "甲县", "渔船检验", "3个工作日", "[1]"),
        ("乙市“一窗”验船", "乙市", "=SUM(A1)", "1天", "[2]"),
    ]
    assert values(book["出处"])[0] == ("编号", "案例", "地方", "文件", "位置", "引文")
    assert values(book["出处"])[2][3:] == ("选编.txt", "第 12 行", "“渔船检验1天办结，=SUM(A1)。”")
    said = [row[0] for row in values(book["说明"])]
    assert "“工作日”与“天”不能直接比较。" in said
    assert not any("一、甲县" in one for one in said)


def test_a_conversation_names_its_questions_and_keeps_refusals() -> None:
    rows = lines_of(csv_bytes(answer_grid(CONVERSATION, LIBRARY)))
    head = ["问题", "案例", "地方", "事项", "现在", "内容", "出处", "文件", "位置", "引文", "说明"]
    assert rows[0] == head
    told = [dict(zip(head, row, strict=True)) for row in rows[1:]]
    assert [one["出处"] for one in told] == ["[1]", "[2]", "[1]", "[2]", "", "", ""]
    assert told[2]["内容"] == "渔船检验由9个工作日压缩到3个工作日。"
    assert told[4]["内容"] == "“丙旗”的案例没有提到这件事。"
    assert told[4]["说明"] == "结合上文，按“丙旗网具备案怎么办？”回答"


def test_what_a_refusal_says_beside_its_quotes_is_kept() -> None:
    table = CONVERSATION[0][1]
    said = "“丙旗”没有提到这件事；这是“甲县渔船检验提速”的做法。"
    text = f"{said}\n\n原文的说法是：\n\n- 渔船检验由9个工作日压缩到3个工作日[1]。"
    refusal = replace(REFUSED, text=text, citations=table.citations[:1])
    assert ("", said) in answer_grid([("问", refusal)], LIBRARY).remarks


def test_the_head_stays_can_be_filtered_and_is_printed_on_every_page() -> None:
    sheet = book_of(answer_grid(CONVERSATION, LIBRARY))["表格"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G8"
    assert sheet.print_title_rows == "$1:$1"
    sizes = [sheet.column_dimensions[letter].width for letter in "ABCDEFG"]
    assert all(8 <= size <= 61 for size in sizes)
    assert sizes[0] > sizes[4]


def test_csv_begins_with_the_mark_that_excel_knows_utf8_by() -> None:
    data = csv_bytes(answer_grid(CONVERSATION, LIBRARY))
    assert data.startswith(b"\xef\xbb\xbf\xe9")
    assert "'=SUM(A1)" in [cell for row in lines_of(data) for cell in row]


def test_changes_tell_what_is_computed_and_where_days_are_mixed() -> None:
    case, document = case_of("渔船检验时限由9个工作日压缩到3个工作日。网具备案1天办结。", region="甲县")

    class Harbour:
        name = "渔港"

        def document(self, case: Case) -> Document:
            return {case.document_id: document}[case.document_id]

    grid = changes_grid(find_changes(case, document), {case.id: case}, Harbour())
    rows = values(openpyxl.load_workbook(io.BytesIO(xlsx_bytes(grid, library_name="渔港")))["表格"])
    assert rows[0] == ("事项", "方面", "原来", "现在", "变化", "案例", "地方", "出处")
    assert rows[1] == (
        *("渔船检验", "时间", "9个工作日", "3个工作日", "减少6个工作日*"),
        *(case.title, "甲县", "[1]"),
    )
    assert [said for _, said in grid.remarks] == [MIXED_DAYS, COMPUTED]
    assert lines_of(csv_bytes(grid))[1][8:11] == [
        "选编.txt",
        "第 2 行",
        "“渔船检验时限由9个工作日压缩到3个工作日”",
    ]


@given(CELLS)
def test_no_cell_of_a_csv_begins_with_what_is_run(text: str) -> None:
    for line in lines_of(csv_bytes(grid_of(text))):
        for cell in line:
            seen = "".join(one for one in cell if unicodedata.category(one) != "Cf").lstrip(" \n\u3000")
            assert not seen.startswith(tuple(SIGNS))


@settings(deadline=None, max_examples=40)  # workbooks take a moment
@given(CELLS)
def test_any_text_gives_a_workbook_that_opens_without_formulas(text: str) -> None:
    answer, library = answer_of(text)
    for grid in (grid_of(text), answer_grid([(text, answer)], library)):
        for sheet in book_of(grid):
            assert all(cell.data_type in {"s", "n"} for row in sheet.iter_rows() for cell in row)
            assert not any(isinstance(cell, int | float) for row in values(sheet) for cell in row)


@pytest.mark.parametrize("text", ["=1+1", "＝1", "-5%", "@甲", "\t=1", " +1", "\u200b=1", "\ufeff=1"])
def test_text_that_looks_like_a_formula_stays_text_when_edited(text: str) -> None:
    assert looks_like_formula(text)
    cell = book_of(grid_of(text))["表格"]["A2"]
    assert cell.quotePrefix
    assert cell.value.strip("\u200b\t ").startswith(text.strip("\u200b\ufeff\t "))


@pytest.mark.parametrize("text", ["", "3天", "—", "由9=3", "“=1”", "'=1"])
def test_other_text_is_left_alone(text: str) -> None:
    assert not looks_like_formula(text)
    assert lines_of(csv_bytes(grid_of(text)))[1][0] == text


@given(st.text(alphabet=st.sampled_from("案a😀"), max_size=60), st.integers(20, 50))
def test_long_cells_are_cut_with_a_note(text: str, limit: int) -> None:
    shown = fitting(text, limit)
    assert len(shown.encode("utf-16-le")) <= 2 * limit
    assert shown == text or (shown.endswith(CUT) and text.startswith(shown.removesuffix(CUT)))


def test_cells_keep_to_the_limit_of_excel() -> None:
    grid = grid_of("=" + "甲" * 40_000)
    cell = book_of(grid)["表格"]["A2"].value
    assert len(cell) == LONGEST_CELL
    assert cell.endswith(CUT)
    assert len(lines_of(csv_bytes(grid))[1][0]) == LONGEST_CELL


def test_same_rows_same_bytes() -> None:
    grid = answer_grid(CONVERSATION, LIBRARY)
    made = xlsx_bytes(grid, library_name=LIBRARY.name)
    assert made == xlsx_bytes(grid, library_name=LIBRARY.name)
    properties = openpyxl.load_workbook(io.BytesIO(made)).properties
    assert properties.created == properties.modified
    assert properties.created.year == 2000


@pytest.mark.skipif(not office_programs(), reason="LibreOffice is not installed")
def test_a_spreadsheet_program_opens_it_and_runs_no_formula(tmp_path: Path) -> None:
    grid = answer_grid(CONVERSATION, LIBRARY)
    (tmp_path / "表格.xlsx").write_bytes(xlsx_bytes(grid, library_name=LIBRARY.name))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    form = "csv:Text - txt - csv (StarCalc):44,34,76"
    command = [office_programs()[0], profile, "--headless", "--convert-to", form, "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "表格.xlsx")], check=True, timeout=120, capture_output=True)
    rows = list(csv.reader(io.StringIO((tmp_path / "表格.csv").read_text(encoding="utf-8"))))
    assert any("=SUM(A1)" in cell for row in rows for cell in row)
    assert any("3个工作日" in cell for row in rows for cell in row)
