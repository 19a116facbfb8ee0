"""Markdown files: headings with their levels, inline marks stripped, raw line numbers kept."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus.reading.characters import (
    DIRECTION_NOTE,
    changes_direction,
    clean_characters,
    one_line,
    split_raw_lines,
)
from corpus.reading.encoding import decode
from corpus.reading.front_matter import split_front_matter
from corpus.reading.hypertext import hypertext_lines
from corpus.reading.text import notes_on
from corpus.types import Line, RawFile

if TYPE_CHECKING:
    from markdown_it.token import Token

# A longer "heading" underlined with --- is a paragraph above a ruler.
_HEADING_CHARACTERS = 60
# The parser recurses once a level and drops what lies deeper; a list takes two levels.
_MAX_NESTING = 100


def read_markdown(data: bytes) -> RawFile:
    """Read the bytes of a Markdown file (CommonMark with tables); YAML front matter becomes metadata.

    Raises:
        UnreadableFileError: if the bytes are no text.
    """
    decoded = decode(data)
    raw_lines = split_raw_lines(decoded.text)
    front = split_front_matter(raw_lines)
    lines, notes = _body_lines(raw_lines, front.height)
    if "&#" in decoded.text and changes_direction(html.unescape(decoded.text)):
        notes += (DIRECTION_NOTE,)
    return RawFile(
        lines=lines,
        encoding=decoded.encoding,
        metadata=front.metadata,
        notes=tuple(dict.fromkeys(notes_on(decoded) + front.notes + notes)),
    )


def _body_lines(raw_lines: list[str], skipped: int) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    from markdown_it import MarkdownIt

    # Chinese writers indent paragraphs by four spaces, which would make them code.
    parser = (
        MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING})
        .enable(["table", "strikethrough"])
        .disable("code")
    )
    # The front matter stays as empty lines, so that the parser counts as the raw file does.
    source = [""] * skipped + [line.replace("\f", " ") for line in raw_lines[skipped:]]
    notes: list[str] = []
    lines = _block_lines(parser.parse("\n".join(source)), notes)
    taken = {line.number for line in lines}
    blank = [
        Line(number, "")
        for number in range(skipped + 1, len(raw_lines) + 1)
        if number not in taken and not raw_lines[number - 1].strip()
    ]
    return tuple(sorted(lines + blank, key=lambda line: line.number)), tuple(notes)


def _block_lines(tokens: list[Token], notes: list[str]) -> list[Line]:
    """The lines of all blocks; what the report should say goes to `notes`."""
    lines: list[Line] = []
    level, mark, row = 0, "", None
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "list_item_open" and token.info:
            mark = f"{token.info}{token.markup} "  # "3." belongs to the text, a bullet does not
        elif token.type == "tr_open":
            row = token
            cells: list[str] = []
        elif token.type == "tr_close" and row is not None:
            lines += _one(_first(row), " | ".join(cell for cell in cells if cell))
            row = None
        elif token.type == "inline" and row is not None:
            cells.append(one_line("".join(text for _, text in _inline_rows(token))))
        elif token.type == "inline":
            lines += _inline_lines(token, level, mark)
            level, mark = 0, ""
        elif token.type == "fence":
            lines += _fenced_lines(token)
        elif token.type == "html_block":
            tagged, told = _tagged_lines(token)
            lines += tagged
            notes += told
    return lines


def _inline_lines(token: Token, level: int, mark: str) -> list[Line]:
    rows = _inline_rows(token)
    whole = "".join(text for _, text in rows)
    if len(whole) > _HEADING_CHARACTERS or whole.rstrip().endswith(("。", "；")):
        level = 0
    emphasised = not level and len(whole) <= _HEADING_CHARACTERS and _is_strong(token)
    contents = _is_contents(token)
    first, last = _first(token), token.map[1] if token.map else _first(token)
    lines: list[Line] = []
    for offset, text in rows:
        cleaned = clean_characters(text).strip()
        if cleaned:
            number = min(first + offset, last)
            lines.append(Line(number, mark + cleaned, level, emphasised=emphasised, contents=contents))
            mark = ""
    return lines


def _inline_rows(token: Token) -> list[tuple[int, str]]:
    """The text of an inline token by raw line; the offset counts from the first line of its block."""
    rows = [""]
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            rows.append("")
        elif child.type in ("text", "code_inline", "text_special"):
            rows[-1] += child.content
        elif child.type == "image":
            rows[-1] += child.content  # the alternative text
        elif child.type == "html_inline" and child.content.lower().startswith("<br"):
            rows[-1] += " "
    return list(enumerate(rows))


def _is_strong(token: Token) -> bool:
    children = [child for child in token.children or [] if child.type != "text" or child.content.strip()]
    inside = [child.type for child in children]
    return (
        len(inside) > 2
        and inside[0] == "strong_open"
        and inside[-1] == "strong_close"
        and (inside.count("strong_open") == 1)
    )


def _is_contents(token: Token) -> bool:
    """Whether the line is nothing but a link into the same file."""
    children = [child for child in token.children or [] if child.type != "text" or child.content.strip()]
    if len(children) < 3 or children[0].type != "link_open" or children[-1].type != "link_close":
        return False
    return str(children[0].attrGet("href")).startswith("#")


def _fenced_lines(token: Token) -> list[Line]:
    """Fenced text as it is; the fence itself is no line."""
    pieces = enumerate(token.content.split("\n"), start=_first(token) + 1)
    return [line for number, piece in pieces for line in _one(number, clean_characters(piece).rstrip())]


def _tagged_lines(token: Token) -> tuple[list[Line], tuple[str, ...]]:
    """A block of raw HTML as the text a browser shows of it, and notes on it."""
    shift = _first(token) - 1
    lines, notes = hypertext_lines(token.content)
    return [replace(line, number=line.number + shift) for line in lines], notes


def _one(number: int, text: str) -> list[Line]:
    return [Line(number, text)] if text.strip() else []


def _first(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1
