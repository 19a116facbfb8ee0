"""What of the text of a .pdf page can be seen: pypdf reports hidden text like any other.

Followed are the fill colour, the rendering mode, the type size and what has been painted before. Text is out
of sight where it is drawn in invisible mode, in white on nothing, too small to read or outside the page.
Invisible text over a scan is what text recognition leaves; it is kept, for the page shows the same words.
Positions inside a form are its own, so what depends on the place is not asked there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in points."""

_WHITE = 0.95
_UNREADABLE_POINTS = 2.0
# The same for small pages: a business card is 150 points high.
_UNREADABLE_SHARE = 1 / 200
_MAX_BOXES = 1000
_MAX_STATES = 1000
_SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"'})
_FILLS = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_ENDS_PATH = frozenset({b"n", b"S", b"s"}) | _FILLS
_COLOURS = frozenset({b"g", b"rg", b"k", b"cs", b"sc", b"scn"})
_DEVICE = frozenset({"/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/CalGray", "/CalRGB"})


@dataclass(frozen=True, slots=True)
class _State:
    """Part of the graphics state: whether the fill is white, in what colour space, mode, type size."""

    white: bool = False
    plain: bool = True
    mode: int = 0
    size: float = 12.0


class Painter:
    """Follows the drawing commands of one page; hidden strings are emptied before pypdf takes them.

    Args:
        page: the visible part of the page.
        scanned: whether the page has a picture, which invisible text may have been recognised from.

    Attributes:
        hidden: characters, roughly, of strings that were emptied.
        recognised: whether invisible text was kept.
    """

    def __init__(self, page: Box, *, scanned: bool) -> None:
        self.hidden = 0
        self.recognised = False
        self._page = page
        self._scanned = scanned
        self._state = _State()
        self._stack: list[_State] = []
        self._forms: list[tuple[_State, int]] = []
        self._path: list[tuple[float, float]] = []
        self._grounds: list[Box] = []
        self._everywhere = False

    def before(
        self, operator: bytes, operands: list[Any], matrix: list[float], text_matrix: list[float]
    ) -> None:
        """Take a command before pypdf does; a `visitor_operand_before` for pypdf."""
        if operator in _SHOWS:
            self._show(operands, matrix, text_matrix)
        elif operator in _COLOURS:
            self._colour(operator, operands)
        elif operator in (b"re", b"m", b"l", b"c", b"v", b"y"):
            self._draw(operator, _numbers(operands), matrix)
        elif operator in _ENDS_PATH:
            self._paint(fills=operator in _FILLS)
        elif operator in (b"Do", b"sh", b"EI", b"INLINE IMAGE"):
            self._place(operator, matrix)
        elif operator in (b"q", b"Q"):
            self._save(operator)
        elif operator == b"Tr" and operands:
            self._state = replace(self._state, mode=int(_number(operands[0])))
        elif operator == b"Tf" and len(operands) == 2:
            self._state = replace(self._state, size=abs(_number(operands[1])))

    def after(self, operator: bytes, *_: Any) -> None:
        """Take a command after pypdf did; a `visitor_operand_after` for pypdf."""
        if operator == b"Do" and self._forms:
            self._state, depth = self._forms.pop()
            del self._stack[depth:]
            self._path = []

    def _show(self, operands: list[Any], matrix: list[float], text_matrix: list[float]) -> None:
        shown = operands[-1] if operands else []
        items = shown if isinstance(shown, list) else [shown]
        length = sum(len(item) for item in items if isinstance(item, bytes | str) and item.strip())
        if not length:
            return
        x, y, along, angle = _place_of(matrix, text_matrix)
        points = self._state.size * along
        if self._is_unseen(x, y, points, length, angle):
            self.hidden += length
            operands.clear()

    def _is_unseen(self, x: float, y: float, points: float, length: int, angle: float) -> bool:
        left, bottom, right, top = self._page
        if points < min(_UNREADABLE_POINTS, (top - bottom) * _UNREADABLE_SHARE):
            return True
        if self._state.mode in (3, 7):
            self.recognised = self.recognised or self._scanned
            return not self._scanned
        if self._forms:
            return False
        reach = length * points
        level = abs(math.sin(angle)) < 0.1 and math.cos(angle) > 0
        before, above = (0.0 if level else reach), (points if level else reach)
        if x + reach < left or x - before > right or y + above < bottom or y - above > top:
            return True
        return self._state.white and not self._on_ground(x, y, points)

    def _on_ground(self, x: float, y: float, points: float) -> bool:
        """Whether something that is not white was painted where a string starts."""
        return self._everywhere or any(
            left - points <= x <= right and bottom - points <= y <= top
            for left, bottom, right, top in self._grounds
        )

    def _colour(self, operator: bytes, operands: Sequence[Any]) -> None:
        if operator == b"cs":
            self._state = replace(
                self._state, white=False, plain=bool(operands) and str(operands[0]) in _DEVICE
            )
            return
        values = _numbers(operands)
        plain = operator in (b"g", b"rg", b"k") or self._state.plain
        # One value of a space that we do not know may be ink: 1 is all of it. Three are red, green and blue.
        known = len(values) in (3, 4) or (len(values) == 1 and plain)
        white = known and (max(values) <= 1 - _WHITE if len(values) == 4 else min(values) >= _WHITE)
        self._state = replace(self._state, white=white and len(values) == len(operands), plain=plain)

    def _draw(self, operator: bytes, values: list[float], matrix: list[float]) -> None:
        points = list(zip(values[::2], values[1::2], strict=False))
        if operator == b"re" and len(values) == 4:
            x, y, width, height = values
            points = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)]
        if len(self._path) < _MAX_BOXES:
            self._path += [_moved(point, matrix) for point in points]

    def _paint(self, *, fills: bool) -> None:
        path, self._path = self._path, []
        if fills and path and not self._state.white:
            self._add_ground(path)

    def _place(self, operator: bytes, matrix: list[float]) -> None:
        """A picture, a form or a shading: a form shows what it holds while pypdf reads it."""
        if operator == b"sh":
            self._everywhere = True
            return
        self._add_ground([_moved(point, matrix) for point in ((0, 0), (1, 0), (0, 1), (1, 1))])
        if operator == b"Do":
            self._forms.append((self._state, len(self._stack)))

    def _add_ground(self, path: list[tuple[float, float]]) -> None:
        if self._forms or len(self._grounds) >= _MAX_BOXES:
            self._everywhere = True
            return
        across, up = zip(*path, strict=True)
        self._grounds.append((min(across), min(up), max(across), max(up)))

    def _save(self, operator: bytes) -> None:
        if operator == b"q" and len(self._stack) < _MAX_STATES:
            self._stack.append(self._state)
        elif operator == b"Q" and self._stack:
            self._state = self._stack.pop()


def _moved(point: tuple[float, float], matrix: list[float]) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    x, y = point
    return (x * a + y * c + e, x * b + y * d + f)


def _place_of(matrix: list[float], text_matrix: list[float]) -> tuple[float, float, float, float]:
    """Where text starts, how much larger it is than its type size says, and its angle in radians."""
    a, b, c, d, _, _ = (float(number) for number in matrix)
    ta, tb, _, _, te, tf = (float(number) for number in text_matrix)
    along_x, along_y = ta * a + tb * c, ta * b + tb * d
    x, y = _moved((te, tf), matrix)
    return (x, y, math.hypot(along_x, along_y) or 1.0, math.atan2(along_y, along_x))


def _numbers(operands: Sequence[Any]) -> list[float]:
    return [_number(value) for value in operands if isinstance(value, int | float)]


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
