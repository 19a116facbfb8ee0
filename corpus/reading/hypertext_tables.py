"""Open tables of a web page: rows become one line each, tables that only lay out a page do not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from corpus.types import Line

_MAX_TABLES = 100
# A table cell with more text than this, in several paragraphs, is the layout of a page.
_LAYOUT_CHARACTERS = 200


@dataclass(slots=True)
class _Table:
    """An open table: whether it holds another one, and the cells of its open row."""

    cells: list[list[Line]] = field(default_factory=list)
    layout: bool = False


class TableStack:
    """The open tables, outermost first, at most `_MAX_TABLES`; deeper ones are passed over.

    Args:
        lines: where lines outside every table go.
    """

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self._tables: list[_Table] = []
        self._extra = 0

    def open(self) -> None:
        """Start a table."""
        if len(self._tables) >= _MAX_TABLES:
            self._extra += 1
            return
        if self._tables:
            self._tables[-1].layout = True
        self._tables.append(_Table())

    def close(self) -> None:
        """End the innermost table."""
        if self._extra:
            self._extra -= 1
        elif self._tables:
            self.end_row()
            self._tables.pop()

    def close_all(self) -> None:
        """End every table that the page left open."""
        while self._tables:
            self.end_row()
            self._tables.pop()

    def open_cell(self) -> None:
        """Start a cell of the innermost table."""
        if self._tables:
            self._tables[-1].cells.append([])

    def end_row(self) -> None:
        """Hand a finished row on: as one line, or line by line where the table only lays out a page."""
        if not self._tables:
            return
        table = self._tables[-1]
        cells = [cell for cell in table.cells if cell]
        outer = len(self._tables) - 1
        if len(cells) < 2 or table.layout or any(map(_is_long, cells)):
            for cell in cells:
                self._emit(cell, outer)
        else:
            first = cells[0][0]
            joined = " | ".join(" ".join(line.text for line in cell) for cell in cells)
            self._emit([Line(first.number, joined, page_start=first.page_start)], outer)
        table.cells, table.layout = [], False

    def emit(self, line: Line) -> None:
        """Put a line into the innermost open cell, else into the page."""
        self._emit([line], len(self._tables))

    def _emit(self, lines: Iterable[Line], depth: int) -> None:
        """Put lines into the innermost open cell among the outer `depth` tables, else into the page."""
        for table in reversed(self._tables[:depth]):
            if table.cells:
                table.cells[-1].extend(lines)
                return
        self._lines.extend(lines)


def _is_long(cell: list[Line]) -> bool:
    return len(cell) > 2 and sum(len(line.text) for line in cell) > _LAYOUT_CHARACTERS
