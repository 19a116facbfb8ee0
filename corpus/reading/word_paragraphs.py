"""One paragraph of a .docx file: the text a reader sees and how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.reading.characters import changes_direction
from corpus.reading.word_styles import Styles, child, half_points, has_ground, is_white, local, switch, value

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# Tracked deletions, the phonetic half of ruby text, fallbacks that repeat their neighbour, and drawings,
# whose text boxes are read after the paragraph.
_DRAWINGS = frozenset({"drawing", "pict", "object"})
_SKIPPED = _DRAWINGS | {"del", "moveFrom", "pPr", "rPr", "rt", "Fallback", "instrText", "txbxContent"}
# Up to 2 points: a full line of it is as high as a dot.
_UNREADABLE_HALF_POINTS = 4
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
        filled: whether one of these boxes has a ground of its own.
        tracked: whether it holds tracked changes.
        hidden: characters left out because nobody sees them.
        white: whether it holds white text that is seen only if what lies behind it has a colour.
        directed: whether marks change the order in which the text is shown.
    """

    text: str = ""
    style: str = ""
    bold: bool = False
    half_points: dict[int, int] = field(default_factory=dict)
    boxes: list[Element] = field(default_factory=list)
    filled: bool = False
    tracked: bool = False
    hidden: int = 0
    white: bool = False
    directed: bool = False

    @property
    def size(self) -> int:
        """The font size of most of its characters, in half points; 0 without any."""
        return max(self.half_points, key=lambda size: self.half_points[size], default=0)


def read_paragraph(
    element: Element, styles: Styles, *, grounded: bool = False, boxes: bool = True
) -> Paragraph:
    """Read a w:p element: insertions as accepted, deletions and hidden text left out.

    Args:
        element: the w:p element.
        styles: of the document.
        grounded: whether what lies behind the paragraph may have a colour, so that white text is seen.
        boxes: whether to look for text boxes.
    """
    properties = child(element, "pPr")
    found = Paragraph(style=value(child(properties, "pStyle")))
    grounded = grounded or has_ground(properties)
    pieces: list[str] = []
    plain = 0  # characters that are not bold
    for run in _runs(element, found, boxes=boxes):
        text = _run_text(run)
        format_ = child(run, "rPr")
        run_style = value(child(format_, "rStyle"))
        size = half_points(format_) or styles.size(found.style, run_style)
        visible = len(text.strip())
        ids = (found.style, run_style)
        unseen = size <= _UNREADABLE_HALF_POINTS or _stated(format_, "vanish", styles, ids)
        white = bool(visible) and _is_white_on_white(format_, styles, ids)
        if not text or unseen or (white and not grounded):
            found.hidden += visible
            continue
        found.white = found.white or white
        pieces.append(text)
        found.half_points[size] = found.half_points.get(size, 0) + visible
        plain += 0 if _stated(format_, "b", styles, (found.style, run_style)) else visible
    found.text = "".join(pieces)
    found.directed = changes_direction(found.text)
    found.bold = bool(found.text.strip()) and not plain
    return found


def _is_white_on_white(format_: Element | None, styles: Styles, ids: tuple[str, str]) -> bool:
    """Whether a run is white without having a ground of its own."""
    colour = value(child(format_, "color")) or styles.colour(*ids)
    return is_white(colour) and not has_ground(format_) and not styles.shades(*ids)


def _stated(format_: Element | None, name: str, styles: Styles, ids: tuple[str, str]) -> bool:
    direct = switch(format_, name)
    return styles.switch(*ids, name) if direct is None else direct


def _runs(element: Element, found: Paragraph, *, boxes: bool) -> Iterator[Element]:
    """The runs of a paragraph in order, at any depth, without recursion; notes what is passed over."""
    waiting = list(reversed(element))
    while waiting:
        current = waiting.pop()
        name = local(current)
        if name in ("del", "ins", "moveFrom", "moveTo"):
            found.tracked = True
        if name in _SKIPPED:
            if name in _DRAWINGS and boxes:
                _take_boxes(current, found)
        elif name == "r":
            yield current
            for part in current if boxes else ():
                _take_boxes(_drawing(part), found)
        else:
            waiting.extend(reversed(current))


def _drawing(part: Element) -> Element | None:
    """The drawing that a part of a run is or holds."""
    if local(part) == "AlternateContent":  # the same drawing twice, for new and for old versions of Word
        part = next(iter(part), part)
    return part if local(part) in _DRAWINGS | {"Choice", "Fallback"} else None


def _take_boxes(drawing: Element | None, found: Paragraph) -> None:
    boxes = _boxed(drawing) if drawing is not None else []
    found.boxes += boxes
    found.filled = found.filled or (bool(boxes) and drawing is not None and _is_filled(drawing))


def _is_filled(drawing: Element) -> bool:
    """Whether a shape in a drawing has a ground of its own, in the words of new or of old versions of Word."""
    return has_ground(drawing) or any(
        local(part) in ("solidFill", "gradFill", "pattFill", "blipFill", "fillRef", "fill", "imagedata")
        or bool(value(part, "fillcolor"))
        for part in drawing.iter()
    )


def _boxed(drawing: Element) -> list[Element]:
    """The paragraphs of the text boxes in a drawing; of a box inside a box only once."""
    found: list[Element] = []
    waiting = [(drawing, False)]
    while waiting:
        element, inside = waiting.pop()
        inside = inside or local(element) == "txbxContent"
        if inside and local(element) == "p":
            found.append(element)
        waiting.extend((part, inside) for part in reversed(element))
    return found


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
