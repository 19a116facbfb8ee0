"""The values that flow through the project: files -> documents -> cases -> chunks.

All are frozen and hold tuples only, so that a value can be shared, hashed and compared. Offsets count
characters (Unicode code points) of `Document.text`, half-open; line numbers count from 1.
"""

from __future__ import annotations

import bisect
import itertools
import operator
from dataclasses import dataclass
from typing import Literal

LineUnit = Literal["line", "paragraph", "page"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` to `end` (half-open) of a document's text.

    Raises:
        ValueError: if `start` is negative or `end` lies before `start`.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start < 0 or self.end < self.start:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The slice of `text` that this span covers."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """Whether `other` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a reader found it in a raw file, before any cleaning.

    Attributes:
        number: 1-based line of the raw file; paragraph (.docx) or page (.pdf) where there are no lines.
            Several `Line`s may share a number.
        text: the line without its line break.
        level: heading level 1..9 that the format itself states, 0 where it states none.
        emphasised: the format shows the line like a heading (bold throughout, centred, larger type).
        prominence: in how many of these ways, 0..3; tells titles of cases from headings inside them.
        contents: the format itself marks the line as part of a table of contents.
        page_start: the line is the first after a page break that the format states.
    """

    number: int
    text: str
    level: int = 0
    emphasised: bool = False
    contents: bool = False
    page_start: bool = False
    prominence: int = 0


@dataclass(frozen=True, slots=True)
class RawFile:
    """What a reader hands on: the lines of one file and what the format itself says about them.

    Attributes:
        lines: in reading order, blank lines included.
        unit: what `Line.number` counts.
        encoding: name of the character encoding for text formats, "" for others.
        metadata: (key, value) pairs stated in the file, e.g. Markdown front matter; lists joined with "、".
        notes: one Chinese line each, what the health report should tell about the file.
    """

    lines: tuple[Line, ...]
    unit: LineUnit = "line"
    encoding: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextLine:
    """A stretch of cleaned text and where it stands in the raw file.

    Attributes:
        start: offset in `Document.text` of its first character.
        number: 1-based raw line, paragraph or page.
    """

    start: int
    number: int


_START = operator.attrgetter("start")


@dataclass(frozen=True, slots=True)
class Document:
    """A cleaned document.

    Attributes:
        id: stable across builds: the first 12 hexadecimal digits of sha256 over file name and raw bytes.
        title: the document's own title, else the file name without its ending.
        path: path as given, with forward slashes.
        text: cleaned text, one paragraph a line: marks, running headers, page numbers and adverts are gone
            and words that a page break had cut are whole.
        digest: sha256 of the raw bytes, hexadecimal.
        line_map: where each stretch of `text` comes from, sorted by `start`; the first starts at 0.
        cuts: offsets in `text`, sorted, at which visible raw text was left out (a running header inside a
            sentence): a quote across one would not stand verbatim in the source.
        unit: what line numbers count.
    """

    id: str
    title: str
    path: str
    text: str
    digest: str
    line_map: tuple[TextLine, ...]
    cuts: tuple[int, ...] = ()
    unit: LineUnit = "line"

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.rsplit("/", 1)[-1]

    def lines_of(self, span: Span) -> tuple[int, int]:
        """First and last raw line (1-based, inclusive) that `span` touches."""
        if not self.line_map:
            return (1, 1)
        first = bisect.bisect_right(self.line_map, span.start, key=_START) - 1
        last = bisect.bisect_right(self.line_map, max(span.start, span.end - 1), key=_START) - 1
        return (self.line_map[max(first, 0)].number, self.line_map[max(last, 0)].number)

    def verbatim(self, span: Span) -> tuple[Span, ...]:
        """`span` cut at every place where raw text was left out, so that each part stands in the raw file."""
        first, after = bisect.bisect_right(self.cuts, span.start), bisect.bisect_left(self.cuts, span.end)
        edges = [span.start, *self.cuts[first:after], span.end]
        return tuple(Span(start, end) for start, end in itertools.pairwise(edges))


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a document. `text` is the document's slice; empty fields mean "not stated".

    Attributes:
        id: stable across builds: the document's title, its own title and its opening words decide it.
        document_id: the document it was cut from.
        number: 1-based position in the document.
        title: as in the document; of an untitled case its opening words.
        span: from the first character of the title to the last of the text.
        lines: first and last raw line of the whole case.
        text: the slice of the document's text at `span`.
        document_title, source: title and file name of the document.
        region, department, period, topics: as stated.
    """

    id: str
    document_id: str
    number: int
    title: str
    span: Span
    lines: tuple[int, int]
    text: str
    document_title: str
    source: str
    region: str = ""
    department: str = ""
    period: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A sentence-bounded part of a case; `span` counts characters of the document's text."""

    id: str
    case_id: str
    number: int
    heading: str
    span: Span

    def text_in(self, case: Case) -> str:
        """The chunk's slice of its case's text."""
        return case.text[self.span.start - case.span.start : self.span.end - case.span.start]


@dataclass(frozen=True, slots=True)
class Leftover:
    """Raw lines that belong to no case, and why (Chinese, for the health report)."""

    lines: tuple[int, int]
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file.

    Attributes:
        path: as given.
        status: "read" or "refused" ("skipped" where the file is of a kind that holds no text).
        encoding: character encoding of text formats, else "".
        cases: number of cases cut from it.
        listed: number of entries of its table of contents, 0 without one.
        characters: length of the cleaned text.
        message: one Chinese line: why it was refused and what to do; else "".
        notes: Chinese lines worth knowing.
        leftovers: what went into no case, with reasons.
    """

    path: str
    status: Literal["read", "refused", "skipped"]
    encoding: str = ""
    cases: int = 0
    listed: int = 0
    characters: int = 0
    message: str = ""
    notes: tuple[str, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
