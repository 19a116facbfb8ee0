"""Faithful sentences to make pairs from: those of the shipped digests, each with its case and its paragraph."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.cleaning import clean
from corpus.cutting import split_cases
from corpus.reading import find_files, read_bytes, read_raw
from corpus.sentences import split_sentences
from corpus.types import Case, Span
from rag.build import LIBRARY
from rag.types import Citation

_SHORTEST = 12  # characters; a shorter sentence leaves nothing to get wrong


@dataclass(frozen=True, slots=True)
class Material:
    """One faithful sentence.

    Attributes:
        case: that says it.
        sentence: as the case says it.
        paragraph: in which it stands.
    """

    case: Case
    sentence: str
    paragraph: str


@dataclass(frozen=True, slots=True)
class Pair:
    """An answer made from a faithful one.

    Attributes:
        kind: what was done to it.
        is_faithful: whether it still says what its quotes say.
        base: the faithful sentence.
        sentence: what became of it.
        answer: Markdown with [n] marks.
        citations: behind the marks.
    """

    kind: str
    is_faithful: bool
    base: str
    sentence: str
    answer: str
    citations: tuple[Citation, ...]


def library_cases(folder: pathlib.Path = LIBRARY) -> tuple[Case, ...]:
    """The cases of the shipped library, read without an index."""
    cases: list[Case] = []
    for path in find_files([folder]):
        data = read_bytes(path)
        cases.extend(split_cases(clean(read_raw(path, data), path=path.as_posix(), data=data)).cases)
    return tuple(cases)


def sentences_of(cases: Sequence[Case]) -> tuple[Material, ...]:
    """Every sentence of the cases' bodies that is long enough, in order."""
    return tuple(one for case in cases for one in _sentences(case))


def _sentences(case: Case) -> Iterator[Material]:
    body = case.text.removeprefix(case.title)
    for paragraph in body.split("\n"):
        for span in split_sentences(paragraph):
            sentence = span.of(paragraph).strip()
            if len(sentence) >= _SHORTEST and sentence[-1] in "。；":
                yield Material(case, sentence, paragraph.strip())


def quote(number: int, material: Material, *, whole: bool) -> Citation:
    """The sentence or its whole paragraph as the quote behind a mark."""
    text = material.paragraph if whole else material.sentence
    return Citation(number, material.case, text, Span(0, len(text)), material.case.lines)


def line(sentence: str, *numbers: int) -> str:
    """A sentence with its marks as a line of an answer."""
    marks = "".join(f"[{number}]" for number in numbers)
    return f"- {sentence.rstrip('。；')}{marks}。"
