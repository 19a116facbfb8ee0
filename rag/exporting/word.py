"""An answer or a conversation as .docx in the plain layout of official documents (GB/T 9704-2012).

Here stands what is written; `paper.py` has the page that it is written on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from corpus.normalise import width
from rag.exporting import paper
from rag.exporting.blocks import Block, Line, Piece, blocks_of, text_of
from rag.exporting.legible import on_one_line
from rag.exporting.notes import Library, notes_of
from rag.phrasing import ordinal
from rag.types import Answer

TITLE = "案例问答记录"
_COLUMN = 12 / 2 / 72 * 25.4  # millimetres of a Latin character in a table: half of 12 pt
_PADDING = 3.2  # millimetres of a cell's margins and a little more, so that a word just fits
_CENTRED = 12  # columns: cells of a column no wider than this stand in the middle


def answer_docx(turns: Sequence[tuple[str, Answer]], library: Library) -> bytes:
    """A title, each question as a heading, the answer below it, its numbered sources at the end.

    Args:
        turns: questions as asked, with their answers.
        library: where the cases come from.

    Returns:
        The file; the same for the same answers.
    """
    document = paper.blank(TITLE)
    document.add_paragraph(TITLE, style="Title")
    document.add_paragraph(f"（据“{on_one_line(library.name)}”整理，引用前请核对原文）", style="Subtitle")
    for number, (question, answer) in enumerate(turns, 1):
        heading = f"{ordinal(number)}、" if len(turns) > 1 else ""
        document.add_paragraph(heading + on_one_line(question), style="Heading 1")
        _write_answer(document, answer, library)
    return paper.packed(document)


def _write_answer(document: Any, answer: Answer, library: Library) -> None:
    for remark in _reading(answer):
        document.add_paragraph(remark, style=paper.REMARK)
    notes = notes_of(answer, library)
    headings = 0
    for block in blocks_of(answer.text, {note.number for note in notes}):
        if block.kind == "table":
            _write_table(document, block)
        elif block.is_heading:
            headings += 1
            document.add_paragraph(f"（{ordinal(headings)}）{text_of(block.line)}", style="Heading 2")
        else:
            paragraph = document.add_paragraph()
            _write_line(paragraph, block.line)
            if paragraph.text.endswith("："):
                paper.keep_with_next(paragraph)
    if notes:
        document.add_paragraph("出处", style=paper.SOURCES_HEAD)
    for note in notes:
        document.add_paragraph(f"[{note.number}] {note.text}", style=paper.SOURCE_NOTE)


def _reading(answer: Answer) -> Iterator[str]:
    """How the answer came about, as far as a reader of the file needs it."""
    if answer.resolved and answer.reason != "out_of_scope":
        yield f"（结合上文，按“{on_one_line(answer.resolved)}”回答）"
    yield from (on_one_line(note) for note in answer.notes)


def _write_line(paragraph: Any, line: Line) -> None:
    for piece in line:
        _write_piece(paragraph, piece)


def _write_piece(paragraph: Any, piece: Piece) -> None:
    run = paragraph.add_run(piece.text)
    run.bold = piece.bold or None
    run.font.superscript = bool(piece.mark) or None


def _write_table(document: Any, block: Block) -> None:
    head, *body = block.rows
    table = document.add_table(rows=len(block.rows), cols=len(head), style="Table Grid")
    spans = [max(_span(row[column]) for row in block.rows) for column in range(len(head))]
    sizes = column_sizes([span * _COLUMN + _PADDING for span in spans], paper.TEXT_WIDTH)
    for place, (row, line) in enumerate(zip(table.rows, (head, *body), strict=True)):
        paper.keep_row_whole(row, repeated=place == 0)
        for cell, content, span in zip(row.cells, line, spans, strict=True):
            paragraph = paper.paragraph_of(cell)
            paragraph.style = paper.TABLE_TEXT if place else paper.TABLE_HEAD
            if span <= _CENTRED:
                paper.centre(paragraph)
            _write_line(paragraph, content)
    paper.set_widths(table, sizes)


def _span(cell: Line) -> int:
    """Columns that a cell takes, its marks too, so that none of them stands alone on a line."""
    return width("".join(piece.text for piece in cell))


def column_sizes(wanted: Sequence[float], room: float) -> list[float]:
    """Widths that fill `room`: narrow columns get what they want, the wide ones share the rest equally.

    Args:
        wanted: what each column would need to show its cells on one line, above 0; at least one.
        room: of all columns together, in the same unit.
    """
    sizes, left = [0.0] * len(wanted), room
    for rank, column in enumerate(order := sorted(range(len(wanted)), key=lambda one: wanted[one])):
        sizes[column] = min(wanted[column], left / (len(order) - rank))
        left -= sizes[column]
    return [size * room / sum(sizes) for size in sizes]
