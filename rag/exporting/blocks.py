"""An answer's Markdown -> blocks. Only what answers are made of is read: paragraphs, items, tables, bold and marks.

A general Markdown parser would read more into a case's text than stands there: "1." as a list, "&lt;" as a sign.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Literal

from rag.exporting.legible import legible

_TOKEN = re.compile(r"\\(?P<plain>[!-/:-@\[-`{-~])|(?P<bold>\*\*)|\[(?P<mark>\d{1,3})\]")
_BAR = re.compile(r"(?<!\\)\|")
_ITEM = "- "


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of one look.

    Attributes:
        text: what is read; of a mark its number in brackets.
        bold: whether it is bold.
        mark: the number of a mark, 0 for text.
    """

    text: str
    bold: bool = False
    mark: int = 0


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, an item of a list or a table.

    Attributes:
        kind: which of them.
        rows: of a table its rows of cells, the head first, all of one length; else one row of one cell.
    """

    kind: Literal["paragraph", "item", "table"]
    rows: tuple[tuple[Line, ...], ...]

    @property
    def line(self) -> Line:
        """The pieces of a paragraph or an item."""
        return self.rows[0][0]

    @property
    def is_heading(self) -> bool:
        """Whether it is a paragraph in bold throughout: the title of a case above its sentences."""
        return self.kind == "paragraph" and all(piece.bold for piece in self.line)


def text_of(line: Line) -> str:
    """What is read, without marks."""
    return "".join(piece.text for piece in line if not piece.mark).strip()


def marks_of(line: Line) -> tuple[int, ...]:
    """Numbers of the marks in order, each once."""
    return tuple(dict.fromkeys(piece.mark for piece in line if piece.mark))


def blocks_of(markdown: str, numbers: Container[int]) -> tuple[Block, ...]:
    """The blocks of an answer.

    Args:
        markdown: as in `Answer.text`.
        numbers: of the citations; "[7]" without one is text.
    """
    found: list[Block] = []
    for kind, group in itertools.groupby(legible(markdown).split("\n"), _kind_of):
        lines = list(group)
        if kind == "table":
            found.append(Block("table", _table_rows(lines, numbers)))
        elif kind == "paragraph":
            found.append(Block("paragraph", ((_line("".join(lines), numbers),),)))
        elif kind == "item":
            found += [Block("item", ((_line(line.removeprefix(_ITEM), numbers),),)) for line in lines]
    return tuple(block for block in found if block.kind == "table" or block.line)


def _kind_of(line: str) -> Literal["paragraph", "item", "table", "gap"]:
    if not line.strip():
        return "gap"
    return "table" if line.startswith("|") else "item" if line.startswith(_ITEM) else "paragraph"


def _table_rows(lines: list[str], numbers: Container[int]) -> tuple[tuple[Line, ...], ...]:
    """Cells of a table; the second line only parts head and body."""
    rows = [[cell.strip() for cell in _BAR.split(line)[1:-1]] for line in (lines[0], *lines[2:])]
    columns = max(1, *(len(row) for row in rows))
    return tuple(tuple(_line(cell, numbers) for cell in (*row, *[""] * (columns - len(row)))) for row in rows)


def _line(markdown: str, numbers: Container[int]) -> Line:
    return tuple(
        Piece("".join(piece.text for piece in group), bold, mark)
        for (bold, mark), group in itertools.groupby(
            _pieces(markdown.strip(), numbers), lambda piece: (piece.bold, piece.mark)
        )
    )


def _pieces(markdown: str, numbers: Container[int]) -> Iterator[Piece]:
    bold, position = False, 0
    for token in _TOKEN.finditer(markdown):
        if token.start() > position:
            yield Piece(markdown[position : token.start()], bold)
        position = token.end()
        mark = int(token["mark"] or 0)
        if token["bold"]:
            bold = not bold
        elif mark and mark in numbers:
            yield Piece(f"[{mark}]", mark=mark)
        else:
            yield Piece(token["plain"] or token[0], bold)
    if position < len(markdown):
        yield Piece(markdown[position:], bold)
