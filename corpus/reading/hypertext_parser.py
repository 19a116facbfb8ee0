"""HTML to lines, without recursion: an element costs no memory but for an open table."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from html.parser import HTMLParser

from corpus.errors import UnreadableFileError
from corpus.reading.characters import (
    DIRECTION_NOTE,
    changes_direction,
    clean_characters,
    split_raw_lines,
)
from corpus.reading.hypertext_sight import Sight
from corpus.reading.hypertext_tables import TableStack
from corpus.types import Line


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _words(
    "address article aside blockquote body br caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main "
    "menu ol optgroup option p pre section summary table tbody td tfoot th thead tr ul"
)
_CENTRED_STYLE = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_PAGE_BREAK = re.compile(r"break-before\s*:\s*(always|page)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
# Between Chinese characters a line break in the source is not a space on the screen.
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u2018-\u201d\u2026\U00020000-\U0003ffff]")
_EMPHASIS_CHARACTERS = 60
_TITLE_CHARACTERS = 1000
_COPY = "请用浏览器打开，把正文复制到 Word，存为 .docx 后重试"
_PIECE_CHARACTERS = 64 * 1024
_SECONDS = 60.0


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
        self._sight = Sight(_BLOCKS)
        self._tables = TableStack(self.lines)
        self._line = _Open()
        self._level = 0
        self._centred = False
        self._bold = 0
        self._link = False
        self._pre = 0
        self._page_break = False
        self._break_waits = False
        self._directed = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What the health report should say about the page, once it has been parsed."""
        return self._sight.notes() + ((DIRECTION_NOTE,) if self._directed else ())

    def parse(self, text: str) -> None:
        """Parse a whole page.

        Raises:
            UnreadableFileError: if that takes more than a minute of the processor.
        """
        deadline = time.thread_time() + _SECONDS
        source = "\n".join(split_raw_lines(text))  # the parser counts \n only
        for start in range(0, len(source), _PIECE_CHARACTERS):
            if time.thread_time() > deadline:
                raise UnreadableFileError("网页结构过于复杂，无法在限定时间内读取", hint=_COPY)
            self.feed(source[start : start + _PIECE_CHARACTERS])
        self.close()
        self._end_line()
        self._tables.close_all()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; see `html.parser.HTMLParser`."""
        if tag == "title" and self._sight.dropping in ("", "head") and not self.title:
            self._in_title = True
        values = {name: value or "" for name, value in attrs}
        if self._sight.skips_start(tag, values):
            return
        style = values.get("style", "")
        if _PAGE_BREAK.search(style):
            self._page_break = True
        if tag in _BLOCKS:
            self._end_line()
            self._centred = values.get("align", "").lower() == "center" or bool(_CENTRED_STYLE.search(style))
        self._open(tag, values)

    def handle_endtag(self, tag: str) -> None:
        """Close an element; see `html.parser.HTMLParser`."""
        if tag == "title":
            self._in_title = False
        if self._sight.skips_end(tag):
            return
        if tag in _BLOCKS:
            self._end_line()
            self._centred = False
        self._close(tag)

    def handle_data(self, data: str) -> None:
        """Take text; see `html.parser.HTMLParser`."""
        if self._in_title and len(self.title) < _TITLE_CHARACTERS:
            self.title += data[:_TITLE_CHARACTERS]
        if self._sight.skips_text(data) or self._in_title:
            return
        number = self.getpos()[0]
        if not self._pre:
            self._add(data, number)
            return
        for at, piece in enumerate(data.split("\n")):
            if at:
                self._end_line()
            self._add(piece, number + at)

    def parse_marked_section(self, i: int, report: int = 1) -> int:  # noqa: ARG002 - the parser's signature
        """Pass over a mark like `<![if …]>` as browsers do; see `_markupbase.ParserBase`.

        The parser's own way raises AssertionError at marks that it does not know.
        """
        end = self.rawdata.find(">", i)
        return end + 1 if end >= 0 else -1

    def _open(self, tag: str, values: dict[str, str]) -> None:
        if tag in ("b", "strong"):
            self._bold += 1
        elif tag == "a":
            self._link = values.get("href", "").startswith("#")
        elif tag == "pre":
            self._pre += 1
        elif tag == "table":
            self._tables.open()
        elif tag == "tr":
            self._tables.end_row()
        elif tag in ("td", "th"):
            self._tables.open_cell()
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
            self._tables.close()
        elif tag == "tr":
            self._tables.end_row()
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self._level = 0

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
        if line.text.endswith((" ", "\n")):
            # Where the next element starts decides whether a line break before it was a space.
            line.text = line.text[:-1]
            data = ("\n" if self._break_waits else " ") + data
        line.text = _collapse(line.text, data)
        self._break_waits = line.text.endswith("\n")
        visible = len(data.strip())
        line.bold += visible if self._bold else 0
        line.linked += visible if self._link else 0

    def _end_line(self) -> None:
        """Finish the open line, if it has text, and hand it to the open table cell or to the page."""
        line, self._line = self._line, _Open()
        text = clean_characters(line.text).strip()
        self._directed = self._directed or changes_direction(line.text)
        if not text:
            return
        visible = len(line.text.strip())
        short = len(text) <= _EMPHASIS_CHARACTERS and not line.level
        prominence = int(line.centred) + int(line.bold >= visible) if short else 0
        made = Line(
            line.number,
            text,
            line.level,
            emphasised=prominence > 0,
            prominence=prominence,
            contents=line.linked >= visible,
            page_start=self._page_break,
        )
        self._page_break = False
        self._tables.emit(made)


def _collapse(before: str, data: str) -> str:
    """`before` and `data` joined, white space collapsed; a line break at the end stays to be decided on."""
    start = max(len(before) - 1, 0)
    text = before[start:] + data
    body = text.rstrip(" \t\n\r\f\v")
    ending = "" if body == text else "\n" if "\n" in text[len(body) :] else " "
    return before[:start] + _SPACE.sub(_space, body) + ending


def _space(match: re.Match[str]) -> str:
    """One space, or nothing for a line break between two Chinese characters."""
    text, start, end = match.string, match.start(), match.end()
    if "\n" not in match.group() or not start or end >= len(text):
        return " "
    return "" if _WIDE.match(text[start - 1]) and _WIDE.match(text[end]) else " "
