"""Web pages: what a browser shows, line by line, with the line numbers of the source."""

from __future__ import annotations

import re

from corpus.reading.characters import one_line
from corpus.reading.encoding import decode_declared
from corpus.reading.hypertext_parser import PageParser
from corpus.reading.text import notes_on
from corpus.types import Line, RawFile

# Browsers look this far for <meta charset>.
_HEAD_BYTES = 4096
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)


def read_hypertext(data: bytes) -> RawFile:
    """Read the bytes of an .html file; the page's title becomes metadata "title".

    Raises:
        UnreadableFileError: if the bytes are no text or the page is too tangled to parse in time.
    """
    declared = _CHARSET.search(data[:_HEAD_BYTES])
    decoded = decode_declared(data, declared.group(1).decode("ascii") if declared else "")
    parser = PageParser()
    parser.parse(decoded.text)
    title = one_line(parser.title)
    return RawFile(
        lines=tuple(parser.lines),
        encoding=decoded.encoding,
        metadata=(("title", title),) if title else (),
        notes=notes_on(decoded) + parser.notes,
    )


def hypertext_lines(text: str) -> tuple[list[Line], tuple[str, ...]]:
    """The lines of a piece of HTML inside another format, numbered from 1, and notes on it."""
    parser = PageParser()
    parser.parse(text)
    return parser.lines, parser.notes
