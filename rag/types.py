"""What flows from a question to its answer. Frozen values; see `corpus.types` for cases and spans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corpus.types import Case, Chunk, Span
from rag.understand import Reading

Match = Literal["exact", "normalised"]
Reason = Literal["no_evidence", "place_not_found", "figure_masked", "premise_differs", "out_of_scope"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A case found for a question, with its best passage.

    Attributes:
        case, chunk: the case and the passage of it that matched best.
        score: higher is better; comparable within one result only.
        rank: from 1.
        origin: (searcher, share of the score) pairs, for tuning.
    """

    case: Case
    chunk: Chunk
    score: float
    rank: int
    origin: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote behind a mark [number].

    A mark has several citations where the quoted sentence runs around text that is not the case's (a running
    header in the raw file), so that each quote stands verbatim in the source.

    Attributes:
        number: as shown, from 1.
        case: the named case.
        quote: the document's characters at `span`.
        span: in the document's text.
        lines: first and last line of the raw file (paragraph or page where there are no lines).
        match: how the quote was found in the source.
    """

    number: int
    case: Case
    quote: str
    span: Span
    lines: tuple[int, int]
    match: Match = "exact"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and all that it rests on.

    Attributes:
        question: as asked.
        text: Markdown with [n] marks.
        citations: in order of their numbers.
        hits: cases found, best first, distinct.
        refused: whether the answer says that the cases do not hold what was asked.
        reason: why it was refused, else None.
        seconds: time taken.
        reading: how the question was understood.
        resolved: the question as it was answered, where it leaned on the conversation; else "".
        notes: what a person should know of how it was answered, a line each.
    """

    question: str
    text: str
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    refused: bool
    reason: Reason | None
    seconds: float
    reading: Reading | None = None
    resolved: str = ""
    notes: tuple[str, ...] = ()

    @property
    def cited_cases(self) -> tuple[Case, ...]:
        """Distinct cited cases in order of their first citation."""
        return tuple({citation.case.id: citation.case for citation in self.citations}.values())
