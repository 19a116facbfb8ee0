"""Rows and columns -> .xlsx and .csv; no cell is taken for a formula.

Spreadsheets run what begins with one of a few signs, also where a case's text does ("CSV injection", OWASP).
"""

from __future__ import annotations

import csv
import datetime
import io
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from corpus.normalise import width
from rag.exporting.grid import Grid, Row
from rag.exporting.legible import legible
from rag.exporting.notes import SourceNote

# Full-width signs count where Excel converts them (Japanese and Chinese versions).
_FORMULA_SIGNS = frozenset("=+-@＝＋－＠\t\r")
LONGEST_CELL = 32_767  # characters as Excel counts them: UTF-16 code units
CUT = "……（内容过长，已截断）"
_NARROWEST, _WIDEST = 8, 60  # columns of a Latin character each
_NO_TIME = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
_MARK, _ASKED, _REMARK = "出处", "问题", "说明"
_ORIGIN = ("文件", "位置", "引文")
_SOURCES = ("编号", "案例", "地方", *_ORIGIN)
_CHECK = "引用前请核对原文。"


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet may run `text`: what cannot be seen before the sign does not count."""
    for character in text:
        if character in _FORMULA_SIGNS:
            return True
        if not character.isspace() and unicodedata.category(character) not in {"Cf", "Mn"}:
            return False
    return False


def fitting(text: str, limit: int = LONGEST_CELL) -> str:
    """`text` in at most `limit` UTF-16 code units, with a note at the end where it was longer."""
    if len(text.encode("utf-16-le")) // 2 <= limit:
        return text
    kept = text.encode("utf-16-le")[: 2 * (limit - len(CUT))].decode("utf-16-le", errors="ignore")
    return kept + CUT


def csv_bytes(grid: Grid) -> bytes:
    """The rows with all of their sources, as UTF-8 with a byte-order mark, by which Excel knows it.

    Cells that look like formulas have an apostrophe before them. What must be known to read the rows stands in
    every one of them, so that it survives sorting.
    """
    text = io.StringIO()
    csv.writer(text).writerows([_guarded(cell) for cell in line] for line in _csv_lines(grid))
    return text.getvalue().encode("utf-8-sig")


def _csv_lines(grid: Grid) -> Iterator[list[str]]:
    remarked = bool(grid.remarks)
    yield [*_asked(grid), *grid.columns, _MARK, *_ORIGIN, *([_REMARK] if remarked else [])]
    for row in grid.rows:
        origins = zip(*map(_origin, row.notes), strict=True) if row.notes else [("",)] * len(_ORIGIN)
        said = "\n".join(remark for question, remark in grid.remarks if question == row.question)
        yield [*_cells(row, grid), *("\n".join(part) for part in origins), *([said] if remarked else [])]


def _guarded(cell: str) -> str:
    text = legible(cell)
    return f"'{fitting(text, LONGEST_CELL - 1)}" if looks_like_formula(text) else fitting(text)


def _asked(grid: Grid, question: str = _ASKED) -> list[str]:
    """The cell of the question, where there are several of them."""
    return [question] if any(row.question for row in grid.rows) else []


def _cells(row: Row, grid: Grid) -> list[str]:
    marks = "".join(f"[{number}]" for number in dict.fromkeys(note.number for note in row.notes))
    return [*_asked(grid, row.question), *(row.cells.get(name, "") for name in grid.columns), marks]


def _origin(note: SourceNote) -> tuple[str, str, str]:
    return (note.file, note.where, note.quoted)


def xlsx_bytes(grid: Grid, *, library_name: str) -> bytes:
    """A workbook with a sheet of rows, one of their sources and one of what must be known to read them.

    Args:
        grid: the rows.
        library_name: where they come from, on screen.
    """
    import xlsxwriter  # type: ignore[import-untyped]

    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    book.set_properties({"title": fitting(legible(grid.heading), 200), "created": _NO_TIME})
    asked = _asked(grid)
    _write_sheet(book, "表格", [*asked, *grid.columns, _MARK], [_cells(row, grid) for row in grid.rows])
    _write_sheet(book, "出处", [*asked, *_SOURCES], _source_rows(grid))
    about = [
        *([] if asked else [("", grid.heading)]),
        *grid.remarks,
        ("", f"据“{library_name}”整理，{_CHECK}"),
    ]
    _write_sheet(book, _REMARK, [*asked, _REMARK], [[*_asked(grid, one), said] for one, said in about])
    book.close()
    return data.getvalue()


def _source_rows(grid: Grid) -> list[list[str]]:
    """Each note once, in order of its first row."""
    found = dict.fromkeys((row.question, note) for row in grid.rows for note in row.notes)
    return [
        [*_asked(grid, question), f"[{note.number}]", note.title, note.region, *_origin(note)]
        for question, note in found
    ]


def _write_sheet(book: Any, name: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """One sheet, a border around each cell, long texts wrapped."""
    sheet = book.add_worksheet(name)
    wrapped = {"text_wrap": True, "valign": "top", "border": 1, "font_name": "宋体", "font_size": 11}
    heading = book.add_format({**wrapped, "bold": True, "align": "center", "bg_color": "#E7E6E6"})
    plain = book.add_format(wrapped)
    quoted = book.add_format({**wrapped, "quote_prefix": True})  # stays text also when the cell is edited
    for place, line in enumerate([head, *rows]):
        for column, cell in enumerate(line):
            text = fitting(legible(cell))
            look = heading if place == 0 else quoted if looks_like_formula(text) else plain
            sheet.write_string(place, column, text, look)
    for column, size in enumerate(_widths([head, *rows])):
        sheet.set_column(column, column, size)
    sheet.autofilter(0, 0, max(len(rows), 1), len(head) - 1)
    sheet.ignore_errors({"number_stored_as_text": "A1:Z1048576"})
    _lay_out(sheet)


def _lay_out(sheet: Any) -> None:
    """The head stays when the sheet is scrolled and stands on every page; printed on A4 across."""
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C— &P —")


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    """Width of each column: that of its longest line, within bounds, and room for the arrow of the filter."""
    longest = [
        max(width(part) for cell in column for part in cell.split("\n"))
        for column in zip(*lines, strict=True)
    ]
    return [min(max(size + 4, _NARROWEST), _WIDEST) for size in longest]
