"""An answer or a conversation as Markdown that may be pasted anywhere: what cases say never becomes layout."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from rag.draft import inert
from rag.exporting.blocks import Block, Line, Piece, blocks_of
from rag.exporting.legible import on_one_line
from rag.exporting.notes import Library, notes_of
from rag.phrasing import escaped
from rag.types import Answer

_LIST_SIGN = re.compile(r"^(?:(?=[-+=])|\d+(?=[.)]))")  # what would begin a list or underline a heading
_TARGET = re.compile(r"^(?=[(:])")  # what behind a mark would make a link of it


def answer_markdown(turns: Sequence[tuple[str, Answer]], library: Library) -> str:
    """Each question as a heading, the answer below it, its numbered sources at the end.

    Args:
        turns: questions as asked, with their answers.
        library: where the cases come from.
    """
    parts = [part for question, answer in turns for part in _turn(question, answer, library)]
    return "\n\n".join(parts) + "\n"


def _turn(question: str, answer: Answer, library: Library) -> Iterator[str]:
    yield f"## {_literal(question)}"
    if answer.resolved and answer.reason != "out_of_scope":
        yield f"（结合上文，按“{_literal(answer.resolved)}”回答）"
    yield from (_opening(_literal(note)) for note in answer.notes)
    notes = notes_of(answer, library)
    blocks = blocks_of(answer.text, {note.number for note in notes})
    for kind, group in itertools.groupby(blocks, lambda block: block.kind):
        shown = [_block(block) for block in group]
        yield from ["\n".join(shown)] if kind == "item" else shown
    if notes:
        yield "出处："
        yield "\n".join(f"- [{note.number}] {_literal(note.text)}" for note in notes)


def _literal(text: str) -> str:
    """`text` on one line, shown with exactly these characters."""
    return inert(escaped(on_one_line(text)))


def _opening(markdown: str) -> str:
    """`markdown` at the start of a line without a sign that would begin a list there."""
    return _LIST_SIGN.sub(r"\g<0>\\", markdown)


def _block(block: Block) -> str:
    if block.kind == "table":
        head, *rows = [f"| {' | '.join(map(_line, row))} |" for row in block.rows]
        return "\n".join([head, f"|{'---|' * len(block.rows[0])}", *rows])
    if block.is_heading:
        return f"### {_literal(''.join(piece.text for piece in block.line))}"
    return ("- " if block.kind == "item" else "") + _opening(_line(block.line))


def _line(line: Line) -> str:
    shown = ""
    for before, piece in zip((None, *line), line, strict=False):
        text = _piece(piece)
        shown += _TARGET.sub(r"\\", text) if before is not None and before.mark else text
    return shown.strip()


def _piece(piece: Piece) -> str:
    if piece.mark:
        return piece.text
    # Beside a Chinese character, ** before a quotation mark is no bold type but two stars.
    inside = piece.text.strip()
    bold = piece.bold and inside[:1].isalnum() and inside[-1:].isalnum()
    text = inert(escaped(piece.text))
    return f"**{text.strip()}**" if bold else text
