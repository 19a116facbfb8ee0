"""Paragraph and character styles of a .docx file, resolved through the styles they are based on."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_Found = TypeVar("_Found")
_Names = ParamSpec("_Names")
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录)\s*([1-9]|heading|标题)?", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off", "none"})
# Word's own default where neither a run nor a style states a size: 10 points, counted in half points.
_DEFAULT_HALF_POINTS = 20
# Word itself follows about ten styles.
_MAX_BASES = 20


@functools.lru_cache(maxsize=4096)
def _without_namespace(name: str) -> str:
    return name.rpartition("}")[2]


def local(element: Element) -> str:
    """An element's name without its namespace, which differs between transitional and strict files."""
    return _without_namespace(str(element.tag))


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along a path of local names, None where a step is missing."""
    for name in path:
        if element is None:
            return None
        for candidate in element:
            if local(candidate) == name:
                element = candidate
                break
        else:
            return None
    return element


def value(element: Element | None, name: str = "val") -> str:
    """An attribute of `element` by local name, "" where either is missing."""
    if element is None:
        return ""
    for key, text in element.attrib.items():
        if _without_namespace(key) == name:
            return text
    return ""


def switch(properties: Element | None, name: str) -> bool | None:
    """An on/off property such as w:b: None where it is not stated."""
    element = child(properties, name)
    if element is None:
        return None
    return value(element).lower() not in _OFF


def half_points(properties: Element | None) -> int | None:
    """The font size that run properties state, in half points."""
    size = value(child(properties, "sz"))
    return int(size) if size.isdecimal() and len(size) < 5 else None


def has_ground(element: Element | None) -> bool:
    """Whether an element, or one inside, has a ground that is not white: shading or marker pen."""
    for part in element.iter() if element is not None else ():
        name = local(part)
        if name == "shd" and _is_shaded(part):
            return True
        if name == "highlight" and value(part).lower() not in ("", "none", "white"):
            return True
    return False


def _is_shaded(element: Element) -> bool:
    filled = not is_white(value(element, "fill"), automatic=True)
    themed = value(element, "themeFill") not in ("", "background1", "none")
    return filled or themed or value(element) not in ("", "clear", "nil")  # a pattern over the fill


def is_white(colour: str, *, automatic: bool = False) -> bool:
    """Whether a colour of six hexadecimal digits is white or nearly so; "auto" is so for a ground only."""
    if colour.lower() in ("auto", ""):
        return automatic
    try:
        return len(colour) == 6 and min(bytes.fromhex(colour)) >= 0xF0
    except ValueError:
        return False


def _once(
    find: Callable[Concatenate[Styles, _Names], _Found],
) -> Callable[Concatenate[Styles, _Names], _Found]:
    """A look-up in `Styles` made once for the same names: documents have many paragraphs and few styles."""

    @functools.wraps(find)
    def look_up(styles: Styles, /, *names: _Names.args, **_: _Names.kwargs) -> _Found:
        key = (find.__name__, *names)
        if key not in styles.resolved:
            styles.resolved[key] = find(styles, *names, **_)
        found: _Found = styles.resolved[key]
        return found

    return look_up


@dataclass(frozen=True, slots=True)
class Style:
    """One style: its name as Word shows it, the properties that this project looks at, whether it shades."""

    name: str
    based_on: str
    paragraph: Element | None
    run: Element | None
    shades: bool = False


class Styles:
    """All styles of one document.

    Args:
        root: root element of word/styles.xml; None where the file has no styles.
    """

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, Style] = {}
        self._default = ""
        self.resolved: dict[tuple[object, ...], Any] = {}
        self._base_run = child(root, "docDefaults", "rPrDefault", "rPr")
        for element in root if root is not None else ():
            if local(element) == "style":
                self._add(element)

    def chain(self, style_id: str, *, paragraph: bool = True) -> Iterator[Style]:
        """The style and those it is based on, nearest first; a paragraph without one has the default."""
        seen: set[str] = set()
        current = style_id or (self._default if paragraph else "")
        while current in self._styles and current not in seen and len(seen) < _MAX_BASES:
            seen.add(current)
            yield self._styles[current]
            current = self._styles[current].based_on

    @_once
    def heading_level(self, style_id: str) -> int:
        """The heading level 1..9 that a paragraph style gives, 0 for text."""
        for style in self.chain(style_id):
            named = _HEADING.fullmatch(style.name)
            if named:
                return int(named.group(1))
            stated = outline_level(style.paragraph)
            if stated is not None:
                return stated
        return 0

    @_once
    def is_title(self, style_id: str) -> bool:
        """Whether the style is the one for the title of the document."""
        return any(style.name.lower() in ("title", "标题") for style in self.chain(style_id))

    @_once
    def is_contents(self, style_id: str) -> bool:
        """Whether the style is one of those of a table of contents."""
        return any(_CONTENTS.fullmatch(style.name) for style in self.chain(style_id))

    @_once
    def is_centred(self, style_id: str) -> bool:
        """Whether the paragraph style centres its text."""
        stated = (value(child(style.paragraph, "jc")) for style in self.chain(style_id))
        return next((found for found in stated if found), "") == "center"

    @_once
    def switch(self, style_id: str, run_style_id: str, name: str) -> bool:
        """An on/off run property as the styles give it, e.g. "b" for bold."""
        stated = (switch(run, name) for run in self._runs(style_id, run_style_id))
        return next((found for found in stated if found is not None), False)

    @_once
    def size(self, style_id: str, run_style_id: str) -> int:
        """The font size in half points that the styles give."""
        sizes = (half_points(run) for run in self._runs(style_id, run_style_id))
        return next((size for size in sizes if size), _DEFAULT_HALF_POINTS)

    @_once
    def colour(self, style_id: str, run_style_id: str) -> str:
        """The colour of the text that the styles give, as six hexadecimal digits, "" for none."""
        colours = (value(child(run, "color")) for run in self._runs(style_id, run_style_id))
        return next((colour for colour in colours if colour), "")

    @_once
    def shades(self, *style_ids: str) -> bool:
        """Whether one of these styles gives some ground a colour; a style of a table may do so in parts."""
        return any(style.shades for name in style_ids for style in self.chain(name))

    @_once
    def paragraph_switch(self, style_id: str, name: str) -> bool:
        """An on/off paragraph property as the styles give it, e.g. "pageBreakBefore"."""
        stated = (switch(style.paragraph, name) for style in self.chain(style_id))
        return next((found for found in stated if found is not None), False)

    def _runs(self, style_id: str, run_style_id: str) -> Iterator[Element | None]:
        yield from (style.run for style in self.chain(run_style_id, paragraph=False))
        yield from (style.run for style in self.chain(style_id))
        yield self._base_run

    def _add(self, element: Element) -> None:
        style_id = value(element, "styleId")
        self._styles[style_id] = Style(
            name=value(child(element, "name")) or style_id,
            based_on=value(child(element, "basedOn")),
            paragraph=child(element, "pPr"),
            run=child(element, "rPr"),
            shades=has_ground(element),
        )
        if value(element, "type") == "paragraph" and value(element, "default") not in ("", *_OFF):
            self._default = style_id


def outline_level(properties: Element | None) -> int | None:
    """The outline level of paragraph properties: 1..9, 0 for body text, None where not stated."""
    stated = value(child(properties, "outlineLvl"))
    if not stated.isdecimal() or len(stated) > 3:
        return None
    return int(stated) + 1 if int(stated) < 9 else 0
