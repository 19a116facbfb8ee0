"""A conversation -> the JSON that the reader's own browser keeps of it. Nothing of it is kept on the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, TypeAdapter

from corpus.types import Case, Document, LineUnit
from rag.types import Answer, Match, Reason
from rag.understand import Reading
from ui.answers import shows_nearest
from ui.conversation import Turn, Turns
from ui.library import Assistant
from ui.sources import NEAREST, documents_of

LONGEST = 600_000  # characters of one conversation; a browser keeps some five million in all
MOST = 40  # turns
_Number = Annotated[int, Field(ge=0, le=10**9)]
_Pair = tuple[_Number, _Number]


@dataclass(frozen=True, slots=True)
class KeptCase:
    """What is kept of a case: enough to name it once it is gone."""

    title: str
    region: str
    department: str
    period: str
    source: str
    document_title: str
    unit: LineUnit


@dataclass(frozen=True, slots=True)
class KeptCitation:
    """What is kept of a citation; `case` is an id of `Kept.cases`."""

    number: _Number
    case: str
    quote: str
    span: _Pair
    lines: _Pair
    match: Match


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """What is kept of a question and its answer; `near` are ids of the cases named under a refusal."""

    question: str
    text: str
    citations: tuple[KeptCitation, ...]
    near: tuple[str, ...]
    reason: Reason | None
    refused: bool
    reading: Reading | None
    resolved: str
    notes: tuple[str, ...]
    suggestions: tuple[str, ...]
    stopped: bool
    rated: bool | None
    library: str
    library_cases: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as it is kept."""

    cases: dict[str, KeptCase]
    turns: tuple[KeptTurn, ...]


ADAPTER: TypeAdapter[Kept] = TypeAdapter(Kept)


def kept(turns: Turns, assistant: Assistant, library_name: str) -> str:
    """The conversation as JSON, without its oldest turns where it would be too long; "" where there is no answer yet."""
    told = [turn for turn in turns if turn.answer is not None and not turn.asking][-MOST:]
    while told:
        text = ADAPTER.dump_json(_kept(told, assistant, library_name)).decode()
        if len(text) <= LONGEST:
            return text
        told = told[1:]
    return ""


def _kept(turns: Sequence[Turn], assistant: Assistant, library_name: str) -> Kept:
    cases: dict[str, KeptCase] = {}
    kept_turns = []
    for turn in turns:
        if turn.answer is None:
            continue
        documents = documents_of({one.id: one for one in turn.past}, assistant.document)
        cases |= {case.id: _kept_case(case, documents(case)) for case in turn.answer.cited_cases}
        library = (turn.library, turn.library_cases) if turn.library else (library_name, len(assistant.cases))
        kept_turns.append(_kept_turn(turn, turn.answer, *library))
    return Kept(cases, tuple(kept_turns))


def _kept_case(case: Case, document: Document) -> KeptCase:
    return KeptCase(
        case.title,
        case.region,
        case.department,
        case.period,
        case.source,
        case.document_title,
        document.unit,
    )


def _kept_turn(turn: Turn, answer: Answer, library: str, library_cases: int) -> KeptTurn:
    return KeptTurn(
        question=turn.question,
        text=answer.text,
        citations=tuple(
            KeptCitation(
                one.number, one.case.id, one.quote, (one.span.start, one.span.end), one.lines, one.match
            )
            for one in answer.citations
        ),
        near=tuple(hit.case.id for hit in answer.hits[:NEAREST]) if shows_nearest(answer) else (),
        reason=answer.reason,
        refused=answer.refused,
        reading=answer.reading,
        resolved=answer.resolved,
        notes=answer.notes,
        suggestions=turn.suggestions,
        stopped=turn.stopped,
        rated=turn.rated,
        library=library,
        library_cases=library_cases,
    )
