"""One paragraph of a .docx file: the text a reader sees and how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.reading.word_styles import Styles, child, half_points, local, switch, value

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# Tracked deletions, the phonetic half of ruby text, fallbacks that repeat their neighbour, and drawings,
# whose text boxes are read after the paragraph.
_DRAWINGS = frozenset({"drawing", "pict", "object"})
_SKIPPED = _DRAWINGS | {"del", "moveFrom", "pPr", "rPr", "rt", "Fallback", "instrText", "txbxContent"}
_CHARACTERS = {"tab": "\t", "ptab": "\t", "noBreakHyphen": "-", "br": "\n", "cr": "\n"}


@dataclass(slots=True)
class Paragraph:
    r"""What a paragraph says and shows.

    Attributes:
        text: visible text; "\n" for a break of the line, "\f" for a break of the page.
        style: id of the paragraph style, "" for the default.
        bold: whether all visible text is bold.
        half_points: characters by font size, in half points.
        boxes: paragraphs of text boxes anchored here, in order.
        tracked: whether it holds tracked changes.
    """

    text: str = ""
    style: str = ""
    bold: bool = False
    half_points: dict[int, int] = field(default_factory=dict)
    boxes: list[Element] = field(default_factory=list)
    tracked: bool = False

    @property
    def size(self) -> int:
        """The font size of most of its characters, in half points; 0 without any."""
        return max(self.half_points, key=lambda size: self.half_points[size], default=0)


def read_paragraph(element: Element, styles: Styles) -> Paragraph:
    """Read a w:p element: insertions as accepted, deletions and hidden text left out."""
    properties = child(element, "pPr")
    found = Paragraph(style=value(child(properties, "pStyle")))
    pieces: list[str] = []
    plain = 0  # characters that are not bold
    for run in _runs(element, found):
        text = _run_text(run)
        format_ = child(run, "rPr")
        run_style = value(child(format_, "rStyle"))
        if not text or _stated(format_, "vanish", styles, (found.style, run_style)):
            continue
        pieces.append(text)
        size = half_points(format_) or styles.size(found.style, run_style)
        visible = len(text.strip())
        found.half_points[size] = found.half_points.get(size, 0) + visible
        plain += 0 if _stated(format_, "b", styles, (found.style, run_style)) else visible
    found.text = "".join(pieces)
    found.bold = bool(found.text.strip()) and not plain
    return found


def _stated(format_: Element | None, name: str, styles: Styles, ids: tuple[str, str]) -> bool:
    direct = switch(format_, name)
    return styles.switch(*ids, name) if direct is None else direct


def _runs(element: Element, found: Paragraph) -> Iterator[Element]:
    """The runs of a paragraph in order, at any depth, without recursion; notes what is passed over."""
    waiting = list(reversed(element))
    while waiting:
        current = waiting.pop()
        name = local(current)
        if name in ("del", "ins", "moveFrom", "moveTo"):
            found.tracked = True
        if name in _SKIPPED:
            found.boxes += _boxed(current) if name in _DRAWINGS else []
        elif name == "r":
            yield current
            found.boxes += [paragraph for part in current for paragraph in _boxed_in_run(part)]
        else:
            waiting.extend(reversed(current))


def _boxed_in_run(part: Element) -> list[Element]:
    if local(part) == "AlternateContent":  # the same drawing twice, for new and for old versions of Word
        part = next(iter(part), part)
    return _boxed(part) if local(part) in _DRAWINGS | {"Choice", "Fallback"} else []


def _boxed(drawing: Element) -> list[Element]:
    """The paragraphs of the text boxes in a drawing; of a box inside a box only once."""
    boxes = [element for element in drawing.iter() if local(element) == "txbxContent"]
    found: dict[int, Element] = {}
    for box in boxes:
        found.update((id(element), element) for element in box.iter() if local(element) == "p")
    return list(found.values())


def _run_text(run: Element) -> str:
    pieces: list[str] = []
    for part in run:
        name = local(part)
        if name == "t":
            pieces.append((part.text or "").replace("\n", " "))
        elif name == "br" and value(part, "type") == "page":
            pieces.append("\f")
        elif name == "sym":
            pieces.append(_symbol(part))
        elif name == "ruby":
            pieces += [text.text or "" for text in _base_texts(part)]
        else:
            pieces.append(_CHARACTERS.get(name, ""))
    return "".join(pieces)


def _base_texts(ruby: Element) -> list[Element]:
    base = child(ruby, "rubyBase")
    return [element for element in base.iter() if local(element) == "t"] if base is not None else []


def _symbol(part: Element) -> str:
    """A character given by its code; those of symbol fonts lie in a private area and mean nothing as text."""
    try:
        code = int(value(part, "char"), 16)
    except ValueError:
        return ""
    return chr(code) if 0x20 <= code < 0xD800 else ""
