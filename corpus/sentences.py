"""Sentences with their places: the smallest unit that is retrieved, quoted and cited."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.types import Span

_ENDERS = "。！？!?"
_CLOSERS = '”’』】）)》」"'
_OPEN, _CLOSE = "“（《「【(", "”）》」】)"
_MARK = re.compile(f"[{re.escape(_OPEN + _CLOSE + _ENDERS)}；;]")
_LONGEST_QUOTE = 160  # characters; a quotation longer than this is split inside like any text
_SPEAKER = re.compile(
    r"[^。！？；“”]{0,40}(?:表示|说|道|介绍|称|坦言|感慨|指出|告诉记者)[^。！？；“”]{0,6}(?:[。！？]|，“)"
)
_LONGEST_SPEAKER = 80  # characters that the pattern above may match
_SHORTEST_PIECE = 14  # characters on each side of a semicolon that may stand alone


def split_sentences(text: str, *, offset: int = 0) -> list[Span]:
    """Sentences of `text` as spans, shifted by `offset`, in order; white space around them is left out.

    A line break always ends one, a full stop ends one outside quotation marks, and a semicolon ends one where
    both sides are long enough to be read alone.
    """
    found: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        for start, end in _in_line(line[0]):
            found.append(Span(offset + line.start() + start, offset + line.start() + end))
    return found


def _in_line(line: str) -> Iterator[tuple[int, int]]:
    start = 0
    ends = [*_ends(line), len(line)]
    for end in ends:
        piece = line[start:end]
        left = len(piece) - len(piece.lstrip())
        if piece.strip():
            yield (start + left, start + len(piece.rstrip()))
        start = end


def _ends(line: str) -> Iterator[int]:
    """Offsets just behind each sentence end inside `line`."""
    opened: list[int] = []
    last = past = 0
    for found in _MARK.finditer(line):
        position, character = found.start(), found[0]
        if position < past:  # went with the end before it
            continue
        if character in _OPEN:
            opened.append(position)
        elif character in _CLOSE and opened:
            opened.pop()
        inside = bool(opened) and position - opened[-1] <= _LONGEST_QUOTE and _closes_later(line, position)
        if character in _ENDERS and not inside:
            while position + 1 < len(line) and line[position + 1] in _CLOSERS + _ENDERS:
                position += 1
            opened.clear()
            last = past = position + 1
            yield last
        elif (character in "；;" and not inside and _readable(line, last, position)) or (
            character in _CLOSE and not opened and _quotation_over(line, position)
        ):
            last = position + 1
            yield last


def _quotation_over(line: str, position: int) -> bool:
    """Whether “……。” ends a sentence at `position`: not where a comma or the name of the speaker follows."""
    if position == 0 or line[position - 1] not in _ENDERS:
        return False
    rest = line[position + 1 : position + 1 + _LONGEST_SPEAKER]
    return bool(rest) and rest[0] not in "，、；的" and not _SPEAKER.match(rest)


def _closes_later(line: str, position: int) -> bool:
    return any(mark in line[position : position + _LONGEST_QUOTE] for mark in _CLOSE)


def _readable(line: str, last: int, position: int) -> bool:
    following = line[position + 1 : position + 1 + _SHORTEST_PIECE]
    return position - last >= _SHORTEST_PIECE == len(following) and not any(
        mark in following for mark in "。；;！？"
    )
