"""Paragraph and character styles of a .docx file, resolved through the styles they are based on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录)\s*([1-9]|heading|标题)?", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off", "none"})
# Word's own default where neither a run nor a style states a size: 10 points, counted in half points.
_DEFAULT_HALF_POINTS = 20


def local(element: Element) -> str:
    """An element's name without its namespace, which differs between transitional and strict files."""
    return str(element.tag).rpartition("}")[2]


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along a path of local names, None where a step is missing."""
    for name in path:
        if element is None:
            return None
        element = next((candidate for candidate in element if local(candidate) == name), None)
    return element


def value(element: Element | None, name: str = "val") -> str:
    """An attribute of `element` by local name, "" where either is missing."""
    if element is None:
        return ""
    found = (text for key, text in element.attrib.items() if key.rpartition("}")[2] == name)
    return next(found, "")


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


@dataclass(frozen=True, slots=True)
class Style:
    """One style: its name as Word shows it and the properties that this project looks at."""

    name: str
    based_on: str
    paragraph: Element | None
    run: Element | None


class Styles:
    """All styles of one document.

    Args:
        root: root element of word/styles.xml; None where the file has no styles.
    """

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, Style] = {}
        self._default = ""
        self._base_run = child(root, "docDefaults", "rPrDefault", "rPr")
        for element in root if root is not None else ():
            if local(element) == "style":
                self._add(element)

    def chain(self, style_id: str, *, paragraph: bool = True) -> Iterator[Style]:
        """The style and those it is based on, nearest first; a paragraph without one has the default."""
        seen: set[str] = set()
        current = style_id or (self._default if paragraph else "")
        while current in self._styles and current not in seen:
            seen.add(current)
            yield self._styles[current]
            current = self._styles[current].based_on

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

    def is_title(self, style_id: str) -> bool:
        """Whether the style is the one for the title of the document."""
        return any(style.name.lower() in ("title", "标题") for style in self.chain(style_id))

    def is_contents(self, style_id: str) -> bool:
        """Whether the style is one of those of a table of contents."""
        return any(_CONTENTS.fullmatch(style.name) for style in self.chain(style_id))

    def is_centred(self, style_id: str) -> bool:
        """Whether the paragraph style centres its text."""
        stated = (value(child(style.paragraph, "jc")) for style in self.chain(style_id))
        return next((found for found in stated if found), "") == "center"

    def switch(self, style_id: str, run_style_id: str, name: str) -> bool:
        """An on/off run property as the styles give it, e.g. "b" for bold."""
        stated = (switch(run, name) for run in self._runs(style_id, run_style_id))
        return next((found for found in stated if found is not None), False)

    def size(self, style_id: str, run_style_id: str) -> int:
        """The font size in half points that the styles give."""
        sizes = (half_points(run) for run in self._runs(style_id, run_style_id))
        return next((size for size in sizes if size), _DEFAULT_HALF_POINTS)

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
        )
        if value(element, "type") == "paragraph" and value(element, "default") not in ("", *_OFF):
            self._default = style_id


def outline_level(properties: Element | None) -> int | None:
    """The outline level of paragraph properties: 1..9, 0 for body text, None where not stated."""
    stated = value(child(properties, "outlineLvl"))
    if not stated.isdecimal():
        return None
    return int(stated) + 1 if int(stated) < 9 else 0
