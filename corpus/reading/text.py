"""Plain text files."""

from __future__ import annotations

from corpus.reading.characters import (
    DIRECTION_NOTE,
    changes_direction,
    clean_characters,
    split_inner_breaks,
    split_raw_lines,
)
from corpus.reading.encoding import Decoded, decode
from corpus.types import Line, RawFile


def read_text(data: bytes) -> RawFile:
    """Read the bytes of a .txt file; line numbers are those an editor shows.

    Raises:
        UnreadableFileError: if the bytes are no text.
    """
    decoded = decode(data)
    return RawFile(lines=text_lines(decoded.text), encoding=decoded.encoding, notes=notes_on(decoded))


def text_lines(text: str) -> tuple[Line, ...]:
    """The lines of `text`; a form feed or U+2028 divides a line but both parts keep its number."""
    lines: list[Line] = []
    broken = False  # a page break is waiting for the first line with text after it
    for number, raw in enumerate(split_raw_lines(text), start=1):
        pieces = split_inner_breaks(raw)
        for at, (piece, after_page_break) in enumerate(pieces):
            broken = broken or after_page_break
            cleaned = clean_characters(piece)
            if at < len(pieces) - 1 and not cleaned.strip():
                continue  # the nothing before a break at the start of a line is no line of its own
            starts = broken and bool(cleaned.strip())
            lines.append(Line(number, cleaned, page_start=starts))
            broken = broken and not starts
    return tuple(lines)


def notes_on(decoded: Decoded) -> tuple[str, ...]:
    """What the health report should say about the decoding and the order of the text."""
    directed = (DIRECTION_NOTE,) if changes_direction(decoded.text) else ()
    if not decoded.broken:
        return directed
    return (
        *directed,
        f"有 {decoded.broken} 个字无法按 {decoded.encoding} 解码，已显示为“\ufffd”，请核对原文件",
    )
