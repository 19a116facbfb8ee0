"""The numbered sources of an answer, as every file tells them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Protocol

from corpus.normalise import tidy_spaces
from corpus.types import Case, Document
from rag.exporting.legible import on_one_line
from rag.output import place_in_file
from rag.types import Answer, Citation


class Library(Protocol):
    """Where cases come from; an `Assistant` is one."""

    @property
    def name(self) -> str:
        """What it is called on screen."""
        ...

    def document(self, case: Case) -> Document:
        """The document that a case was cut from."""
        ...


@dataclass(frozen=True, slots=True)
class SourceNote:
    """What a mark leads to; every text is on one line.

    Attributes:
        number: as shown.
        title, region: of the case.
        file: name without its folder.
        where: place in the file, in words.
        quotes: verbatim but for line breaks; several where a running header parts them.
    """

    number: int
    title: str
    region: str
    file: str
    where: str
    quotes: tuple[str, ...]

    @property
    def quoted(self) -> str:
        """The quotes, each in quotation marks."""
        return "".join(f"“{quote}”" for quote in self.quotes)

    @property
    def text(self) -> str:
        """The note behind its number: 案例标题，文件名 第 12 行：“引文”."""
        return f"{self.title}，{self.file} {self.where}：{self.quoted}"


def notes_of(answer: Answer, library: Library) -> tuple[SourceNote, ...]:
    """One note for each mark and case, in order of the numbers."""
    ordered = sorted(answer.citations, key=lambda one: one.number)
    groups = itertools.groupby(ordered, key=lambda one: (one.number, one.case.id))
    return tuple(_note(list(group), library) for _, group in groups)


def _note(citations: list[Citation], library: Library) -> SourceNote:
    case = citations[0].case
    lines = (min(one.lines[0] for one in citations), max(one.lines[1] for one in citations))
    return note_of(citations[0].number, case, library, lines, *(one.quote for one in citations))


def note_of(number: int, case: Case, library: Library, lines: tuple[int, int], *quotes: str) -> SourceNote:
    """A note; `lines` are the first and last raw line of the quotes."""
    try:
        document = library.document(case)
        name, unit = document.name, document.unit
    except KeyError:  # the library was exchanged since the answer was given
        name, unit = case.source, "line"
    return SourceNote(
        number,
        on_one_line(case.title),
        on_one_line(case.region),
        on_one_line(name),
        place_in_file(lines, unit),
        tuple(tidy_spaces(on_one_line(quote)) for quote in quotes),
    )
