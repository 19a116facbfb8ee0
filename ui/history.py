"""The JSON that a browser kept of a conversation -> the conversation, over the library of now.

What comes back from a browser is checked like any other input, and each quote is looked up again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from corpus.errors import InputError
from corpus.types import Case, Chunk, Document, Span, TextLine
from rag.types import Answer, Citation, Hit
from ui.answers import answered, stopped
from ui.conversation import Turn, Turns
from ui.keeping import ADAPTER, LONGEST, MOST, KeptCase, KeptCitation, KeptTurn
from ui.library import Assistant
from ui.sources import answer_sources, documents_of

CHANGED = "这是以前的回答，当时的案例库是“{name}”（{cases} 个案例），与现在的不同；再问一次可得到现在的答案。"


@dataclass(frozen=True, slots=True)
class _Now:
    """The library of now: who answers from it, and what it is called."""

    assistant: Assistant
    name: str

    def case(self, case_id: str) -> Case | None:
        """The case of an id, None where there is none any more."""
        try:
            return self.assistant.case(case_id)
        except KeyError:
            return None


_Past = dict[str, tuple[Case, Document]]


def reopened(text: str, assistant: Assistant, library_name: str) -> Turns:
    """The conversation that `kept` made `text` of, over the library of now.

    Raises:
        InputError: where it is none.
    """
    now = _Now(assistant, library_name)
    try:
        told = ADAPTER.validate_json(text[:LONGEST])
        return tuple(_turn(number, one, told.cases, now) for number, one in enumerate(told.turns[:MOST], 1))
    except (ValidationError, ValueError, KeyError) as error:
        raise InputError("这段历史对话读不出来了", hint="可以在历史对话里把它删掉，重新提问") from error


def _turn(number: int, one: KeptTurn, cases: Mapping[str, KeptCase], now: _Now) -> Turn:
    past = _past(one, cases, now)
    answer = _answer(one, past, now)
    documents = documents_of({of.id: of for _, of in past.values()}, now.assistant.document)
    aged = (one.library, one.library_cases) != (now.name, len(now.assistant.cases)) or bool(past)
    remark = CHANGED.format(name=one.library, cases=one.library_cases) if aged else ""
    shown = answered(number, answer, documents, remark=remark)
    return Turn(
        number,
        one.question,
        stopped(shown) if one.stopped else shown,
        answer_sources(number, answer, documents),
        answer,
        one.suggestions[:3],
        stopped=one.stopped,
        rated=one.rated,
        remark=remark,
        past=tuple(of for _, of in past.values()),
        library=one.library,
        library_cases=one.library_cases,
    )


def _answer(one: KeptTurn, past: _Past, now: _Now) -> Answer:
    citations = tuple(_citation(citation, past, now) for citation in one.citations)
    near = [(now.case(case), rank) for rank, case in enumerate(one.near, 1)]
    hits = tuple(_hit(case, rank) for case, rank in near if case is not None)
    return Answer(
        one.question,
        one.text,
        citations,
        hits,
        one.refused,
        one.reason,
        seconds=0.0,
        reading=one.reading,
        resolved=one.resolved,
        notes=one.notes,
    )


def _hit(case: Case, rank: int) -> Hit:
    return Hit(case, Chunk(f"{case.id}-0", case.id, 0, "", case.span), 1.0 / rank, rank)


def _past(turn: KeptTurn, cases: Mapping[str, KeptCase], now: _Now) -> _Past:
    """For each cited case that is gone, or no longer says what was quoted, one made of its quotes alone."""
    of_case: dict[str, list[KeptCitation]] = {}
    for citation in turn.citations:
        of_case.setdefault(citation.case, []).append(citation)
    return {
        case_id: _remains(case_id, cases[case_id], citations)
        for case_id, citations in of_case.items()
        if any(_found(one, now) is None for one in citations)
    }


def _found(citation: KeptCitation, now: _Now) -> Span | None:
    """Where the quote stands now, None where it does not."""
    case = now.case(citation.case)
    if case is None or not citation.quote:
        return None
    text, span = now.assistant.document(case).text, Span(*citation.span)
    if case.span.contains(span) and span.of(text) == citation.quote:
        return span
    start = text.find(citation.quote, case.span.start, case.span.end)
    return Span(start, start + len(citation.quote)) if start >= 0 else None


def _remains(case_id: str, told: KeptCase, citations: Sequence[KeptCitation]) -> tuple[Case, Document]:
    paragraphs = list(dict.fromkeys(citation.quote for citation in citations))
    text = "\n".join(paragraphs)
    lines = (min(one.lines[0] for one in citations), max(one.lines[1] for one in citations))
    document = Document(
        f"past-{case_id}",
        told.document_title,
        told.source,
        text,
        "",
        (TextLine(0, lines[0]),),
        unit=told.unit,
    )
    case = Case(
        case_id,
        document.id,
        1,
        told.title,
        Span(0, len(text)),
        lines,
        text,
        told.document_title,
        told.source,
        told.region,
        told.department,
        told.period,
    )
    return case, document


def _citation(one: KeptCitation, past: _Past, now: _Now) -> Citation:
    if one.case in past:
        case, document = past[one.case]
        start = document.text.index(one.quote)
        return Citation(
            one.number, case, one.quote, Span(start, start + len(one.quote)), one.lines, one.match
        )
    case = now.assistant.case(one.case)
    span = _found(one, now) or Span(*one.span)
    lines = now.assistant.document(case).lines_of(span)
    return Citation(one.number, case, one.quote, span, lines, one.match)
