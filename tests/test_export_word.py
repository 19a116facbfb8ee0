"""Answers as .docx: what stands in it, that it opens, that Office programs keep it."""

from __future__ import annotations

import io
import pathlib
import subprocess
import zipfile

import docx
import pypdf
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from export_samples import CONVERSATION, LIBRARY, LIST, TABLE, answer_of
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.reading.office import office_programs
from rag.exporting.word import answer_docx, column_sizes

EXPORTED = answer_docx(CONVERSATION, LIBRARY)
DOCUMENT = docx.Document(io.BytesIO(EXPORTED))


def texts(style: str) -> list[str]:
    return [one.text for one in DOCUMENT.paragraphs if one.style.name == style]


def test_questions_and_titles_of_cases_are_headings() -> None:
    assert texts("Title") == ["案例问答记录"]
    assert texts("Heading 1") == ["一、各地渔船检验要多久？", "二、网具备案怎么办？", "三、那丙旗呢？"]
    assert texts("Heading 2") == ["（一）甲县渔船检验提速", "（二）乙市“一窗”验船"]


def test_a_line_that_announces_the_next_stays_with_it() -> None:
    kept = [one.text for one in DOCUMENT.paragraphs if one.paragraph_format.keep_with_next]
    assert "找到 2 个相关案例：" in kept
    assert "最接近的案例：" in kept
    assert "“丙旗”的案例没有提到这件事。" not in kept


def test_a_single_question_has_no_number() -> None:
    single = docx.Document(io.BytesIO(answer_docx(CONVERSATION[:1], LIBRARY)))
    assert CONVERSATION[0][0] in [one.text for one in single.paragraphs]


def test_marks_stand_high_and_brackets_of_the_text_do_not() -> None:
    (line,) = (one for one in DOCUMENT.paragraphs if one.text.startswith("渔船检验1天办结"))
    assert line.text == "渔船检验1天办结[7]，=SUM(A1)[2]。"
    assert [run.text for run in line.runs if run.font.superscript] == ["[2]"]


def test_a_table_is_a_table_whose_head_is_repeated() -> None:
    (table,) = DOCUMENT.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == ["案例", "地方", "事项", "现在"]
    assert rows[2] == ["二", "乙市", "=SUM(A1)", "1天[2]"]
    heads = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.rows]
    assert heads == [True, False, False]
    assert sum(cell.width for cell in table.rows[0].cells) == pytest.approx(Mm(156), abs=Mm(1))


def test_sources_are_numbered_anew_for_each_answer() -> None:
    county = "[1] 甲县渔船检验提速，选编.txt 第 12 行：“渔船检验由9个工作日压缩到3个工作日”"
    city = "[2] 乙市“一窗”验船，选编.txt 第 12 行：“渔船检验1天办结，=SUM(A1)。”"
    assert texts("出处") == [county, city, county, city]


def test_how_a_question_was_taken_is_told() -> None:
    assert texts("问答说明") == [
        "检索时按“备案”一并查找",
        "（结合上文，按“丙旗网具备案怎么办？”回答）",
    ]


def test_page_and_type_are_those_of_official_documents() -> None:
    section = DOCUMENT.sections[0]
    assert [round(one.mm) for one in (section.page_width, section.page_height)] == [210, 297]
    assert [round(one.mm) for one in (section.top_margin, section.left_margin)] == [37, 28]
    for footer in (section.footer, section.even_page_footer):
        assert footer.paragraphs[0]._p.find(qn("w:fldSimple")).get(qn("w:instr")) == "PAGE"
    defaults = DOCUMENT.styles.element.find(qn("w:docDefaults"))
    fonts, size = (next(defaults.iter(qn(name))) for name in ("w:rFonts", "w:sz"))
    assert fonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert int(size.get(qn("w:val"))) == 32
    assert int(next(defaults.iter(qn("w:spacing"))).get(qn("w:line"))) * Pt(1) == Pt(28) * 20


def test_missing_fonts_have_a_replacement() -> None:
    with zipfile.ZipFile(io.BytesIO(EXPORTED)) as package:
        fonts = package.read("word/fontTable.xml").decode()
        assert '<w:font w:name="方正小标宋简体">\n    <w:altName w:val="宋体"/>' in fonts
        assert "docProps/thumbnail.jpeg" not in package.namelist()


def test_same_answers_same_bytes() -> None:
    with zipfile.ZipFile(io.BytesIO(EXPORTED)) as package:
        assert {one.date_time for one in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in package.read("docProps/core.xml")
    assert answer_docx(CONVERSATION, LIBRARY) == EXPORTED


@settings(deadline=None, max_examples=40)  # documents take a moment
@given(st.text(max_size=40))
def test_any_text_gives_a_file_that_opens(text: str) -> None:
    answer, library = answer_of(text)
    opened = docx.Document(io.BytesIO(answer_docx([(text, answer)], library)))
    assert [row.cells[0].text for row in opened.tables[0].rows] == ["案例", "一"]


@given(st.lists(st.floats(0.5, 500), min_size=1, max_size=9), st.floats(50, 300))
def test_columns_fill_the_page_and_narrow_ones_are_not_narrowed(wanted: list[float], room: float) -> None:
    sizes = column_sizes(wanted, room)
    assert sum(sizes) == pytest.approx(room)
    fair = room / len(wanted)
    assert all(size >= min(one, fair) * 0.999 for size, one in zip(sizes, wanted, strict=True))


@pytest.mark.skipif(not office_programs(), reason="LibreOffice is not installed")
def test_libreoffice_shows_text_table_and_sources(tmp_path: pathlib.Path) -> None:
    source = tmp_path / "回答.docx"
    source.write_bytes(answer_docx([("渔船检验", TABLE), ("网具备案", LIST)], LIBRARY))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office_programs()[0], profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(source)], check=True, timeout=120, capture_output=True)
    pages = pypdf.PdfReader(tmp_path / "回答.pdf").pages
    shown = "".join("".join(page.extract_text() for page in pages).split())
    for text in ("案例问答记录", "一、渔船检验", "3个工作日[1]", "=SUM(A1)", "（二）乙市", "—1—"):
        assert text in shown
    assert shown.index("地方") < shown.index("甲县") < shown.index("出处")
    assert [round(float(side) / 72 * 25.4) for side in pages[0].mediabox[2:]] == [210, 297]
