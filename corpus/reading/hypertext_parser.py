"""HTML to lines. Nothing recurses: depth of nesting costs memory for a stack entry, at most `_MAX_TABLES`."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser

from corpus.errors import UnreadableFileError
from corpus.reading.characters import clean_characters, split_raw_lines
from corpus.types import Line


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _words(
    "address article aside blockquote body br caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main "
    "menu ol optgroup option p pre section summary table tbody td tfoot th thead tr ul"
)
_DROPPED = _words(
    "audio button canvas datalist head iframe math nav noscript object script select style svg "
    "template textarea video"
)
_VOID = _words("area base br col embed hr img input link meta param source track wbr")
_IN_HEAD = _words("base basefont bgsound link meta noscript object script style template title")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_CENTRED_STYLE = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_PAGE_BREAK = re.compile(r"break-before\s*:\s*(always|page)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
# Between Chinese characters a line break in the source is not a space on the screen.
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u2018-\u201d\u2026\U00020000-\U0003ffff]")
_MAX_TABLES = 100
_EMPHASIS_CHARACTERS = 60
# A table cell with more text than this, in several paragraphs, is the layout of a page.
_LAYOUT_CHARACTERS = 200
_COPY = "请用浏览器打开，把正文复制到 Word，存为 .docx 后重试"
_PIECE_CHARACTERS = 64 * 1024
_SECONDS = 60.0


@dataclass(slots=True)
class _Table:
    """An open table: whether it holds another one, and the cells of its open row."""

    cells: list[list[Line]] = field(default_factory=list)
    layout: bool = False


@dataclass(slots=True)
class _Open:
    """The line being built: its text, where it starts, how much of it is bold or links into the page."""

    text: str = ""
    number: int = 0
    bold: int = 0
    linked: int = 0
    level: int = 0
    centred: bool = False


class PageParser(HTMLParser):
    """Collects `lines` and `title` of one page; feed it with `parse`, once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.title = ""
        self._in_title = False
        self._dropping = ""
        self._drop_depth = 0
        self._tables: list[_Table] = []
        self._extra_tables = 0
        self._line = _Open()
        self._level = 0
        self._centred = False
        self._bold = 0
        self._link = False
        self._pre = 0
        self._page_break = False

    def parse(self, text: str) -> None:
        """Parse a whole page.

        Raises:
            UnreadableFileError: if that takes more than a minute.
        """
        deadline = time.monotonic() + _SECONDS
        source = "\n".join(split_raw_lines(text))  # the parser counts \n only
        for start in range(0, len(source), _PIECE_CHARACTERS):
            if time.monotonic() > deadline:
                raise UnreadableFileError("网页结构过于复杂，无法在限定时间内读取", hint=_COPY)
            self.feed(source[start : start + _PIECE_CHARACTERS])
        self.close()
        self._end_line()
        while self._tables:
            self._end_row()
            self._tables.pop()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; see `html.parser.HTMLParser`."""
        if tag == "title" and self._dropping in ("", "head") and not self.title:
            self._in_title = True
        if self._dropping and not self._ends_drop(tag):
            self._drop_depth += tag == self._dropping
            return
        values = {name: value or "" for name, value in attrs}
        style = values.get("style", "")
        if _PAGE_BREAK.search(style):
            self._page_break = True
        if tag in _DROPPED or ((("hidden" in values) or _HIDDEN_STYLE.search(style)) and tag not in _VOID):
            self._dropping, self._drop_depth = tag, 1
            return
        if tag in _BLOCKS:
            self._end_line()
            self._centred = values.get("align", "").lower() == "center" or bool(_CENTRED_STYLE.search(style))
        self._open(tag, values)

    def handle_endtag(self, tag: str) -> None:
        """Close an element; see `html.parser.HTMLParser`."""
        if tag == "title":
            self._in_title = False
        if self._dropping:
            self._drop_depth -= tag == self._dropping
            if self._drop_depth <= 0:
                self._dropping = ""
            return
        if tag in _BLOCKS:
            self._end_line()
            self._centred = False
        self._close(tag)

    def handle_data(self, data: str) -> None:
        """Take text; see `html.parser.HTMLParser`."""
        if self._in_title:
            self.title += data
        if self._dropping or self._in_title:
            return
        number = self.getpos()[0]
        if not self._pre:
            self._add(data, number)
            return
        for at, piece in enumerate(data.split("\n")):
            if at:
                self._end_line()
            self._add(piece, number + at)

    def _ends_drop(self, tag: str) -> bool:
        """Whether a start tag ends dropped content whose own end tag was left out, as HTML allows."""
        head, paragraph = self._dropping == "head", self._dropping == "p"
        ended = (head and tag not in _IN_HEAD) or (paragraph and tag in _BLOCKS)
        if ended:
            self._dropping = ""
        return ended

    def _open(self, tag: str, values: dict[str, str]) -> None:
        if tag in ("b", "strong"):
            self._bold += 1
        elif tag == "a":
            self._link = values.get("href", "").startswith("#")
        elif tag == "pre":
            self._pre += 1
        elif tag == "table":
            self._open_table()
        elif tag == "tr":
            self._end_row()
        elif tag in ("td", "th") and self._tables:
            self._tables[-1].cells.append([])
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self._level = int(tag[1])

    def _close(self, tag: str) -> None:
        if tag in ("b", "strong"):
            self._bold = max(self._bold - 1, 0)
        elif tag == "a":
            self._link = False
        elif tag == "pre":
            self._pre = max(self._pre - 1, 0)
        elif tag == "table":
            self._close_table()
        elif tag == "tr":
            self._end_row()
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self._level = 0

    def _open_table(self) -> None:
        if len(self._tables) >= _MAX_TABLES:
            self._extra_tables += 1
            return
        if self._tables:
            self._tables[-1].layout = True
        self._tables.append(_Table())

    def _close_table(self) -> None:
        if self._extra_tables:
            self._extra_tables -= 1
        elif self._tables:
            self._end_row()
            self._tables.pop()

    def _add(self, data: str, number: int) -> None:
        """Append text to the open line, white space collapsed as a browser does."""
        line = self._line
        if not line.text:
            body = data.lstrip(" \t\n\r\f\v")
            if not body:
                return
            number += data[: len(data) - len(body)].count("\n")
            self._line = line = _Open(number=number, level=self._level, centred=self._centred)
            data = body
        collapsed = _SPACE.sub(_space, data)
        line.text += collapsed.lstrip() if line.text.endswith(" ") else collapsed
        visible = len(data.strip())
        line.bold += visible if self._bold else 0
        line.linked += visible if self._link else 0

    def _end_line(self) -> None:
        """Finish the open line, if it has text, and hand it to the open table cell or to the page."""
        line, self._line = self._line, _Open()
        text = clean_characters(line.text).strip()
        if not text:
            return
        visible = len(line.text.strip())
        short = len(text) <= _EMPHASIS_CHARACTERS and not line.level
        made = Line(
            line.number,
            text,
            line.level,
            emphasised=short and (line.centred or line.bold >= visible),
            contents=line.linked >= visible,
            page_start=self._page_break,
        )
        self._page_break = False
        self._emit([made], len(self._tables))

    def _end_row(self) -> None:
        """Hand a finished row on: as one line, or line by line where the table only lays out a page."""
        if not self._tables:
            return
        table = self._tables[-1]
        cells = [cell for cell in table.cells if cell]
        long = any(len(cell) > 2 and sum(map(len, _texts(cell))) > _LAYOUT_CHARACTERS for cell in cells)
        outer = len(self._tables) - 1
        if len(cells) < 2 or table.layout or long:
            for cell in cells:
                self._emit(cell, outer)
        else:
            texts = (" ".join(_texts(cell)) for cell in cells)
            first = cells[0][0]
            self._emit([Line(first.number, " | ".join(texts), page_start=first.page_start)], outer)
        table.cells, table.layout = [], False

    def _emit(self, lines: list[Line], depth: int) -> None:
        """Put lines into the innermost open cell among the outer `depth` tables, else into the page."""
        for table in reversed(self._tables[:depth]):
            if table.cells:
                table.cells[-1].extend(lines)
                return
        self.lines.extend(lines)


def _texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


def _space(match: re.Match[str]) -> str:
    """One space, or nothing for a line break between two Chinese characters."""
    text, start, end = match.string, match.start(), match.end()
    if "\n" not in match.group() or not start or end >= len(text):
        return " "
    return "" if _WIDE.match(text[start - 1]) and _WIDE.match(text[end]) else " "
