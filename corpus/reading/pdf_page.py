"""One page of a .pdf: fragments that pypdf reports, put together to printed lines with their geometry.

Coordinates are points with x to the right and y up, turned so that text runs along x. Widths of characters
are estimated, a Chinese one as wide as its type size: embedded fonts often state none, and a line's last
fragment starts at a known x, so that the error at its right edge stays below one character.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from corpus.reading.characters import changes_direction, clean_characters

_WIDE = "[\u2018-\u201d\u2014\u2026\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
_WIDE_CHARACTER = re.compile(_WIDE)
_INNER_SPACE = re.compile(rf"(?<={_WIDE}) | (?={_WIDE})")
_HEAVY = re.compile(r"bold|heavy|black|simhei|xiaobiao|小标宋|黑体", re.IGNORECASE)
_NARROW = 0.5
# A wider gap, in type sizes, parts the columns of a table.
_COLUMN_GAP = 1.0
# As wide as the number of a list item may be, e.g. （十二）; a table's column as narrow has two neighbours.
_MARK_WIDTH = 4.0
# A wider gap parts Latin words; letters of one word stand closer, spaces are 0.25 wide or more.
_WORD_GAP = 0.15
# A watermark runs across the page; text does so at right angles only, give or take a crooked scan.
_CROOKED_DEGREES = 5


@dataclass(frozen=True, slots=True)
class PageLine:
    """One printed line.

    Attributes:
        page: 1-based.
        text: cleaned, without spaces at its ends.
        left, right, baseline: in points; `left` is that of the first visible character.
        size: type size in points.
        heavy: whether all of it is in a bold typeface.
        tabular: whether wide gaps part it into columns; a number before the text is no column.
    """

    page: int
    text: str
    left: float
    right: float
    baseline: float
    size: float
    heavy: bool = False
    tabular: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """The text that one drawing command shows, and where."""

    text: str
    start: float
    end: float
    baseline: float
    size: float
    heavy: bool
    angle: int


def width_of(text: str) -> float:
    """The estimated width of `text` in units of its type size."""
    return sum(1.0 if _WIDE_CHARACTER.match(character) else _NARROW for character in text)


def is_wide(character: str) -> bool:
    """Whether a character takes a full square, as Chinese ones and their punctuation do."""
    return bool(_WIDE_CHARACTER.match(character))


class PageCollector:
    """Collects the lines of one page; `visit` is a `visitor_text` for pypdf.

    Pieces of a line need not be drawn from left to right: LibreOffice draws the quotation marks of a line
    before the words between them. So pieces on one baseline are sorted before they are joined.

    Args:
        page: 1-based number of the page.

    Attributes:
        directed: whether marks change the order in which some text is shown.
    """

    def __init__(self, page: int) -> None:
        self._page = page
        self._pieces: list[_Piece] = []
        self.directed = False
        self._open = -1  # trailing spaces of the last piece, -1 once its end is known

    def visit(self, text: str, matrix: list[float], text_matrix: list[float], font: Any, size: float) -> None:
        """Take a fragment: its text, the two matrices in force at its start, its font and font size.

        The first one without text after one with text stands where that ended.
        """
        self.directed = self.directed or changes_direction(text)
        body = clean_characters(text.strip("\n"))
        placed = _placed(matrix, text_matrix)
        if placed is None:
            return
        x, y, scale, angle = placed
        if not body.strip():
            self._end_piece(x, y)
            return
        points = abs(size) * scale
        indent = width_of(body[: len(body) - len(body.lstrip())])
        end = x + (indent + width_of(body.strip())) * points
        heavy = bool(_HEAVY.search(_base_font(font)))
        self._pieces.append(_Piece(body.strip(), x + indent * points, end, y, points, heavy, angle))
        self._open = len(body) - len(body.rstrip())

    def _end_piece(self, x: float, y: float) -> None:
        trailing, self._open = self._open, -1
        if trailing < 0:
            return
        piece = self._pieces[-1]
        end = x - trailing * _NARROW * piece.size
        guessed = piece.end - piece.start
        if abs(y - piece.baseline) < 0.01 and 0.3 * guessed < end - piece.start < 3 * guessed:
            self._pieces[-1] = replace(piece, end=end)

    def lines(self) -> list[PageLine]:
        """The lines of the page in the order drawn; text at other angles than most of it is left out."""
        angles: Counter[int] = Counter()
        for piece in self._pieces:
            angles[piece.angle] += len(piece.text)
        usual = angles.most_common(1)[0][0] if angles else 0
        groups: list[list[_Piece]] = []
        for piece in self._pieces:
            if piece.angle != usual:
                continue
            if groups and _is_beside(groups[-1][0], piece):
                groups[-1].append(piece)
            else:
                groups.append([piece])
        return [self._line(sorted(group, key=lambda piece: piece.start)) for group in groups]

    def _line(self, pieces: list[_Piece]) -> PageLine:
        columns = [pieces[0].text]
        for before, piece in itertools.pairwise(pieces):
            gap = (piece.start - before.end) / (piece.size or 1.0)
            if gap > _COLUMN_GAP:
                columns.append(piece.text)
            else:
                columns[-1] += (" " if gap > _WORD_GAP else "") + piece.text
        sizes: Counter[float] = Counter()
        for piece in pieces:
            sizes[round(piece.size, 1)] += len(piece.text)
        return PageLine(
            page=self._page,
            text=" ".join(_without_inner_spaces(" ".join(column.split())) for column in columns),
            left=pieces[0].start,
            right=max(piece.end for piece in pieces),
            baseline=pieces[0].baseline,
            size=sizes.most_common(1)[0][0],
            heavy=all(piece.heavy for piece in pieces),
            tabular=len(columns) - (width_of(columns[0]) <= _MARK_WIDTH) > 1 or len(columns) > 2,
        )


def _is_beside(first: _Piece, piece: _Piece) -> bool:
    """Whether two pieces stand on one line; a raised number stands a third of its size higher."""
    return abs(first.baseline - piece.baseline) < 0.4 * max(first.size, piece.size)


def _without_inner_spaces(text: str) -> str:
    """`text` without spaces next to Chinese characters, where they are gaps that justification leaves.

    Between two longer runs of a short line they stay: titles part their halves by a space.
    """
    runs = text.split(" ")
    if 2 <= len(runs) <= 3 and len(text) <= 40 and min(map(len, runs)) >= 4:
        return text
    return _INNER_SPACE.sub("", text)


def _placed(matrix: list[float], text_matrix: list[float]) -> tuple[float, float, float, int] | None:
    """Position, scale and angle of a fragment, None for text that runs across the page."""
    a, b, c, d, e, f = (float(number) for number in matrix)
    ta, tb, _, _, te, tf = (float(number) for number in text_matrix)
    x, y = te * a + tf * c + e, te * b + tf * d + f
    along_x, along_y = ta * a + tb * c, ta * b + tb * d
    degrees = math.degrees(math.atan2(along_y, along_x)) % 360
    angle = round(degrees / 90) * 90 % 360
    if min(abs(degrees - angle), abs(degrees - angle - 360)) > _CROOKED_DEGREES:
        return None
    turned = {0: (x, y), 90: (y, -x), 180: (-x, -y), 270: (-y, x)}[angle]
    return (*turned, math.hypot(along_x, along_y) or 1.0, angle)


def _base_font(font: Any) -> str:
    """The name of a font from its dictionary, "" where there is none."""
    try:
        return str(font.get("/BaseFont", "")) if font is not None else ""
    except (AttributeError, TypeError):
        return ""
