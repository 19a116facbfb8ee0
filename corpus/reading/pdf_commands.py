"""Drawing commands of a .pdf page rewritten so that pypdf reports each shown string with start and end.

pypdf reports text when a text object ends and does not move its pen by the width of what it shows. So each
string gets a text object of its own, is placed where the pen really is, and is followed by an empty text
object at its end. Strings may be drawn in any order and with gaps that others fill later; LibreOffice shows
all quotation marks of a line in one command.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

Command = tuple[list[Any], bytes]

_END_TEXT = b"ET"
_POSITIONS = frozenset({b"BT", b"Td", b"TD", b"Tm", b"T*"})
_DEFAULT_WIDTH = 1000.0
_MAX_WIDTHS = 70_000


@dataclass(frozen=True, slots=True)
class _State:
    """The text state that decides how far a string moves the pen."""

    widths: Widths | None = None
    size: float = 12.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    stretch: float = 1.0


class Widths:
    """Widths of the codes of one font in thousandths of its type size.

    Args:
        font: the font dictionary.
    """

    def __init__(self, font: Any) -> None:
        self.bytes_per_code = 2 if font.get("/Subtype") == "/Type0" else 1
        self._widths: dict[int, float] = {}
        self._default = _DEFAULT_WIDTH if self.bytes_per_code == 2 else 500.0
        if self.bytes_per_code == 2:
            descendant = font["/DescendantFonts"][0].get_object()
            self._default = float(descendant.get("/DW", _DEFAULT_WIDTH))
            self._read_composite(descendant.get("/W"))
        else:
            first = int(font.get("/FirstChar", 0))
            stated = list(_items(font.get("/Widths")))[:256]
            self._widths = {first + at: float(width) for at, width in enumerate(stated)}

    def of(self, text: bytes) -> tuple[float, int]:
        """The width of a string without extra spacing, and how many codes it has."""
        step = self.bytes_per_code
        codes = [int.from_bytes(text[at : at + step], "big") for at in range(0, len(text), step)]
        return sum(self._widths.get(code, self._default) for code in codes), len(codes)

    def _read_composite(self, stated: Any) -> None:
        """Read runs of "first [w w …]" and "first last w"."""
        items = list(_items(stated))
        at = 0
        while at + 1 < len(items) and len(self._widths) < _MAX_WIDTHS:
            first, second = int(items[at]), items[at + 1].get_object()
            if isinstance(second, list):
                self._widths.update((first + offset, float(width)) for offset, width in enumerate(second))
                at += 2
            elif at + 2 < len(items):
                last = min(int(second), first + _MAX_WIDTHS)
                self._widths.update(dict.fromkeys(range(first, last + 1), float(items[at + 2])))
                at += 3
            else:
                return


class CommandRewriter:
    """Rewrites the commands of one page or form.

    Args:
        widths_of: gives the widths of a font by its name in the page's resources, None where unknown.
    """

    def __init__(self, widths_of: Callable[[Any], Widths | None]) -> None:
        self._widths_of = widths_of
        self._state = _State()
        self._stack: list[_State] = []
        self._pen = 0.0
        self._made: list[Command] = []

    def rewrite(self, commands: list[Command]) -> list[Command]:
        """The commands with every shown string on its own."""
        for operands, operator in commands:
            if operator in (b"Tj", b"TJ", b"'", b'"'):
                self._show(operands, operator)
                continue
            self._follow(operands, operator)
            self._made.append((operands, operator))
        return self._made

    def _show(self, operands: list[Any], operator: bytes) -> None:
        if operator == b'"' and len(operands) >= 3:
            for value, name in zip(operands[:2], (b"Tw", b"Tc"), strict=True):
                self._follow([value], name)
                self._made.append(([value], name))
        if operator in (b"'", b'"'):
            self._made.append(([], b"T*"))
            self._pen = 0.0
        shown = operands[-1] if operands else []
        for item in shown if isinstance(shown, list) else [shown]:
            if isinstance(item, bytes | str):
                self._show_string(item)
            elif isinstance(item, int | float):
                self._pen -= float(item) / 1000 * self._state.size * self._state.stretch

    def _show_string(self, item: Any) -> None:
        """Show one string at the pen, mark its end, and put pypdf's position back where the line starts."""
        start = self._pen
        self._pen += self._advance(item if isinstance(item, bytes) else item.encode("latin-1", "replace"))
        self._made += [
            ([], _END_TEXT),
            ([start, 0.0], b"Td"),
            ([], _END_TEXT),  # takes the space that pypdf puts where it sees a gap
            ([item], b"Tj"),
            ([], _END_TEXT),
            ([self._pen - start, 0.0], b"Td"),
            ([], _END_TEXT),
            ([-self._pen, 0.0], b"Td"),
        ]

    def _advance(self, text: bytes) -> float:
        state = self._state
        guess = (_DEFAULT_WIDTH * len(text) / 2, len(text) // 2)
        width, count = state.widths.of(text) if state.widths else guess
        single = state.widths is None or state.widths.bytes_per_code == 1
        spaces = text.count(b" ") * state.word_spacing if single else 0.0
        return (width / 1000 * state.size + count * state.spacing + spaces) * state.stretch

    def _follow(self, operands: list[Any], operator: bytes) -> None:
        """Keep the text state up to date."""
        if operator in _POSITIONS:
            self._pen = 0.0
        elif operator == b"q" and len(self._stack) < 1000:
            self._stack.append(self._state)
        elif operator == b"Q" and self._stack:
            self._state = self._stack.pop()
        elif operator == b"Tf" and len(operands) == 2:
            self._state = replace(
                self._state, widths=self._widths_of(operands[0]), size=_number(operands[1], self._state.size)
            )
        elif operator == b"Tc" and operands:
            self._state = replace(self._state, spacing=_number(operands[0], 0.0))
        elif operator == b"Tw" and operands:
            self._state = replace(self._state, word_spacing=_number(operands[0], 0.0))
        elif operator == b"Tz" and operands:
            self._state = replace(self._state, stretch=_number(operands[0], 100.0) / 100)


def _items(array: Any) -> list[Any]:
    found = array.get_object() if array is not None else []
    return list(found) if isinstance(found, list) else []


def _number(value: Any, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default
