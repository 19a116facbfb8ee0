"""Chunks: runs of whole sentences of one case, small enough to be about one thing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.sentences import split_sentences
from corpus.types import Case, Chunk, Span

TARGET = 220  # characters; the study of encoders on such compilations used about 270
ENOUGH = 110  # characters after which a new paragraph begins a new chunk
LONGEST = 420  # characters; only a single sentence may be longer
_HEADING = 34  # characters of the longest line that is taken for a heading inside a case


def is_heading(line: str) -> bool:
    """Whether a line inside a case is a heading: short and without the punctuation of running text."""
    return (
        2 <= len(line) <= _HEADING
        and not re.search(r"[。！？；，、：,;:|]$", line)
        and "。" not in line
        and "；" not in line
    )


def passage_text(case: Case, chunk: Chunk) -> str:
    """The text of a chunk as searchers see it: title, region and heading before the passage."""
    return "\n".join(part for part in (case.title, case.region, chunk.heading, chunk.text_in(case)) if part)


def split_chunks(case: Case) -> tuple[Chunk, ...]:
    """Chunks of a case in order, each bounded by sentences, none reaching over a heading."""
    chunks: list[Chunk] = []
    for heading, sentences in _sections(case):
        for group in _groups(sentences):
            span = Span(group[0].start, group[-1].end)
            chunks.append(Chunk(f"{case.id}-{len(chunks) + 1}", case.id, len(chunks) + 1, heading, span))
    return tuple(chunks)


def _sections(case: Case) -> list[tuple[str, list[Span]]]:
    """Headings of a case with the sentences below each; the title's line is no heading."""
    sections: list[tuple[str, list[Span]]] = [("", [])]
    position = case.span.start
    lines = case.text.split("\n")
    for number, line in enumerate(lines):
        titled = number == 0 and line == case.title
        if titled and len(lines) > 1:
            pass
        elif is_heading(line) and number + 1 < len(lines):
            sections.append((line, []))
        else:
            sections[-1][1].extend(split_sentences(line, offset=position))
        position += len(line) + 1
    return [section for section in sections if section[1]]


def _groups(sentences: Sequence[Span]) -> list[list[Span]]:
    groups: list[list[Span]] = []
    size = 0
    for sentence in sentences:
        # A sentence that does not follow the last one directly begins a paragraph.
        paragraph = bool(groups) and sentence.start > groups[-1][-1].end
        if groups and size < (ENOUGH if paragraph else TARGET) and size + len(sentence) <= LONGEST:
            groups[-1].append(sentence)
            size += len(sentence)
        else:
            groups.append([sentence])
            size = len(sentence)
    if len(groups) > 1 and size < TARGET // 4 and size + sum(map(len, groups[-2])) <= LONGEST:
        groups[-2].extend(groups.pop())
    return groups
