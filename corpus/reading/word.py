"""Word documents (.docx): paragraphs and tables in document order, with what styles say about them.

The body is read from its XML rather than through python-docx, which fails on the dangling links that WPS
leaves behind, skips content controls (Word keeps its table of contents in one) and loads every picture.
Line numbers are those of python-docx all the same: the 1-based index of the paragraph in the body.

The style "Title" is the document's own title where it is used once (emphasised, level 0). Used more often it
marks the titles of a compilation's cases: level 1, and every heading goes down by one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.errors import UnreadableFileError
from corpus.reading.characters import DIRECTION_NOTE, clean_characters
from corpus.reading.package import Package
from corpus.reading.word_paragraphs import Paragraph, read_paragraph
from corpus.reading.word_styles import Styles, child, has_ground, is_white, local, outline_level, value
from corpus.types import Line, RawFile

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_EMPHASIS_CHARACTERS = 60
# Type of the next size up (小三 over 四号) is 1.07 times as large, a heading's usually 1.2 or more.
_LARGER = 1.15
_TRACKED = "文档含有修订记录：已按“接受修订”后的文字读取，删除的内容未读入"
_HIDDEN = "文档含有看不见的文字（约 {count} 字：设为隐藏、白色或极小的字），未读入"
_WHITE = "文档含有白色文字，看不看得见取决于下面的图片，已读入，请对照原文件核对"
_BOXED = "文档含有文本框：其中的文字接在所在段落之后"


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph or table of the body with the number of the last body paragraph up to it.

    `contents` tells that it stands in the table of contents, `starts_page` that a section before it ended.
    """

    element: Element
    number: int
    contents: bool = False
    starts_page: bool = False


def read_word(data: bytes) -> RawFile:
    """Read the bytes of a .docx file; `Line.number` counts paragraphs of the body.

    Raises:
        UnreadableFileError: if the package is damaged, encrypted, unsafe, or holds no text.
    """
    package = Package(data)
    root = package.main()
    body, page = child(root, "body"), value(child(root, "background"), "color")
    behind = any(value(part, "behindDoc") in ("1", "true") for part in root.iter() if local(part) == "anchor")
    grounded = behind or not is_white(page, automatic=True)
    reader = _BodyReader(Styles(package.part("word/styles.xml")), grounded=grounded)
    for block in _blocks(body) if body is not None else ():
        reader.read(block)
    lines = _with_emphasis(reader)
    if package.has_pictures() and not any(line.text.strip() for line in lines):
        raise UnreadableFileError(
            "文档里只有图片，没有文字", hint="请先用 WPS 的“图片转文字”（OCR）识别，存为 .docx 后重试"
        )
    notes = (
        (_TRACKED, reader.tracked),
        (_BOXED, reader.boxed),
        (_HIDDEN.format(count=reader.hidden), reader.hidden > 0),
        (_WHITE, reader.white and behind),
        (DIRECTION_NOTE, reader.directed),
    )
    return RawFile(lines=lines, unit="paragraph", notes=tuple(note for note, holds in notes if holds))


def _blocks(body: Element) -> Iterator[_Block]:
    """Paragraphs and tables in document order, those inside content controls included."""
    breaks = _section_breaks(body)
    number, sections, starts_page = 0, 0, False
    waiting = [(element, True, False) for element in reversed(body)]
    while waiting:
        element, direct, contents = waiting.pop()
        name = local(element)
        if name == "p":
            number += direct
            yield _Block(element, max(number, 1), contents, starts_page)
            starts_page = False
            if child(element, "pPr", "sectPr") is not None:
                sections += 1
                starts_page = sections < len(breaks) and breaks[sections]
        elif name == "tbl":
            yield _Block(element, max(number, 1), contents, starts_page)
            starts_page = False
        elif name not in ("del", "moveFrom", "sdtPr", "sectPr"):
            inside = (
                contents
                or "table of contents"
                in value(child(element, "sdtPr", "docPartObj", "docPartGallery")).lower()
            )
            waiting += [(part, False, inside) for part in reversed(element)]


def _section_breaks(body: Element) -> list[bool]:
    """For each section whether it starts on a new page, which is what a section does that says nothing."""
    types = [value(child(element, "type")) for element in body.iter() if local(element) == "sectPr"]
    return [kind not in ("continuous", "nextColumn") for kind in types]


class _BodyReader:
    """Turns blocks into lines; looks and sizes are kept for a second pass over the whole document."""

    def __init__(self, styles: Styles, *, grounded: bool = False) -> None:
        self.styles = styles
        self.grounded = grounded
        self.lines: list[tuple[Line, Paragraph]] = []
        self.sizes: Counter[int] = Counter()
        self.titles = 0
        self.tracked = False
        self.boxed = False
        self.directed = False
        self.hidden = 0
        self.white = False
        self._fields: list[str] = []
        self._page_break = False

    def read(self, block: _Block) -> None:
        """Add the lines of one block."""
        self._page_break = self._page_break or block.starts_page
        if local(block.element) == "tbl":
            self._read_table(block)
            return
        contents = block.contents or self._in_contents_field(block.element)
        self._read_paragraph(block.element, block.number, contents=contents)

    def _read_paragraph(self, element: Element, number: int, *, contents: bool = False) -> None:
        paragraph = read_paragraph(element, self.styles, grounded=self.grounded)
        self._note(paragraph)
        properties = child(element, "pPr")
        direct = child(properties, "pageBreakBefore")
        self._page_break = self._page_break or (
            value(direct).lower() not in ("0", "false", "off")
            if direct is not None
            else self.styles.paragraph_switch(paragraph.style, "pageBreakBefore")
        )
        contents = contents or self.styles.is_contents(paragraph.style)
        stated = outline_level(properties)
        level = self.styles.heading_level(paragraph.style) if stated is None else stated
        line = Line(number, "", 0 if contents else level, contents=contents)
        aligned = value(child(properties, "jc"))
        centred = aligned == "center" or (not aligned and self.styles.is_centred(paragraph.style))
        self._add(replace(line, emphasised=centred), paragraph)
        grounded = self.grounded or paragraph.filled
        for part in paragraph.boxes:
            boxed = read_paragraph(part, self.styles, grounded=grounded, boxes=False)
            self.hidden += boxed.hidden
            self.directed = self.directed or boxed.directed
            self._add(Line(number, ""), boxed, blank=False)

    def _add(self, form: Line, paragraph: Paragraph, *, blank: bool = True) -> None:
        """Add a paragraph's lines, shaped like `form`; a page break counts for the next line with text."""
        for piece in re.split("([\n\f])", paragraph.text):
            if piece in ("\n", "\f"):
                self._page_break = self._page_break or piece == "\f"
                continue
            text = clean_characters(piece).rstrip()
            if not text.strip() and (not blank or len(paragraph.text) > len(piece)):
                continue
            starts = self._page_break and bool(text.strip())
            self.lines.append((replace(form, text=text, page_start=starts), paragraph))
            self._page_break = self._page_break and not starts

    def _read_table(self, block: _Block) -> None:
        style = value(child(block.element, "tblPr", "tblStyle"))
        grounded = self.grounded or has_ground(block.element) or self.styles.shades(style)
        for row in _rows(block.element):
            cells = [cell for cell in (self._cell(element, grounded=grounded) for element in row) if cell]
            if len(cells) == 1:  # a frame around text
                for paragraph in cells[0]:
                    self._add(Line(block.number, "", contents=block.contents), paragraph)
            elif cells:
                texts = (" ".join(" ".join(one.text.split()) for one in cell) for cell in cells)
                joined = Paragraph(text=" | ".join(texts))
                self._add(Line(block.number, "", contents=block.contents), joined)

    def _cell(self, element: Element, *, grounded: bool) -> list[Paragraph]:
        merge = child(element, "tcPr", "vMerge")
        if merge is not None and value(merge) in ("", "continue"):
            return []  # the lower part of a merged cell
        parts = (part for part in element.iter() if local(part) == "p")
        found = [read_paragraph(part, self.styles, grounded=grounded) for part in parts]
        for paragraph in found:
            self._note(paragraph)
        return [paragraph for paragraph in found if paragraph.text.strip()]

    def _note(self, paragraph: Paragraph) -> None:
        self.sizes.update(paragraph.half_points)
        self.titles += self.styles.is_title(paragraph.style) and bool(paragraph.text.strip())
        self.tracked = self.tracked or paragraph.tracked
        self.boxed = self.boxed or bool(paragraph.boxes)
        self.directed = self.directed or paragraph.directed
        self.white = self.white or paragraph.white
        self.hidden += paragraph.hidden

    def _in_contents_field(self, element: Element) -> bool:
        """Whether the paragraph stands in a TOC field, which may run over any number of paragraphs."""
        inside = "TOC" in self._fields
        for part in element.iter():
            if local(part) == "fldChar":
                kind = value(part, "fldCharType")
                if kind == "begin":
                    self._fields.append("")
                elif kind == "end" and self._fields:
                    self._fields.pop()
            elif local(part) == "instrText" and self._fields:
                self._fields[-1] = self._fields[-1] or (part.text or "").strip().split(" ")[0].upper()
                inside = inside or self._fields[-1] == "TOC"
        return inside


def _rows(table: Element) -> Iterator[list[Element]]:
    """The cells of each row, content controls around rows or cells looked through."""
    for row in _inside(table, "tr"):
        if child(row, "trPr", "del") is None:
            yield list(_inside(row, "tc"))


def _inside(element: Element, name: str) -> Iterator[Element]:
    waiting = list(reversed(element))
    while waiting:
        current = waiting.pop()
        if local(current) == name:
            yield current
        elif local(current) in ("sdt", "sdtContent", "ins", "customXml"):
            waiting.extend(reversed(current))


def _with_emphasis(reader: _BodyReader) -> tuple[Line, ...]:
    """The lines with titles and emphasis settled, which takes the usual size of the whole document."""
    usual = max(reader.sizes, key=lambda size: reader.sizes[size], default=0)
    return tuple(_settled(line, paragraph, reader, usual) for line, paragraph in reader.lines)


def _settled(line: Line, paragraph: Paragraph, reader: _BodyReader, usual: int) -> Line:
    if not line.text.strip():
        return replace(line, emphasised=False, level=0)
    title = reader.styles.is_title(paragraph.style) and not line.contents
    level = line.level
    if title:
        level = int(reader.titles > 1)
    elif level and reader.titles > 1:
        level = min(level + 1, 9)
    ways = (line.emphasised, paragraph.bold, paragraph.size >= usual * _LARGER > 0)
    looks = (any(ways) or title) and len(line.text) <= _EMPHASIS_CHARACTERS
    return replace(line, level=level, emphasised=looks, prominence=sum(ways) if looks else 0)
