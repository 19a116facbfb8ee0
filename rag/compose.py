"""Write an answer from sentences of the cases, each with a mark that leads to its quote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from corpus.normalise import tidy_spaces
from corpus.places import MUNICIPALITIES, PROVINCES
from corpus.types import Case, Document
from embeddings.embedder import Embedder
from embeddings.lexical import fold
from rag.retrieve import Retrieval, Retriever
from rag.select import Unit, has_figure, score_units, told, units_of
from rag.types import Citation, Reason
from rag.understand import Reading

_CANDIDATE_CASES = 8
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|])")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much an answer of one intent may hold.

    Attributes:
        characters: of shown sentences, about.
        cases: at most.
        per_case: sentences at most.
        near: share of the best case's score that another case needs.
        good: share of the best sentence's score that another sentence needs.
    """

    characters: int
    cases: int
    per_case: int
    near: float
    good: float


PLANS: dict[str, Plan] = {
    "figure": Plan(characters=300, cases=3, per_case=3, near=0.85, good=0.72),
    "how": Plan(characters=720, cases=2, per_case=9, near=0.90, good=0.35),
    "list": Plan(characters=720, cases=8, per_case=3, near=0.55, good=0.64),
}


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer's text, what it cites, and why it is a refusal (None where it is none)."""

    text: str
    citations: tuple[Citation, ...]
    reason: Reason | None = None


class Composer:
    """Composes answers over one index.

    Args:
        documents: by id.
        retriever: knows the passages of each case.
        embedder: encodes sentences at question time; None where the encoder is too slow for that.
    """

    def __init__(
        self, documents: Mapping[str, Document], retriever: Retriever, *, embedder: Embedder | None
    ) -> None:
        self._documents = documents
        self._retriever = retriever
        self._embedder = embedder

    def compose(self, reading: Reading, found: Retrieval) -> Composed:
        """An answer to a question from what was found for it."""
        absent = self._absent_places(reading)
        asked = [place for place in reading.places if place not in PROVINCES or place in MUNICIPALITIES]
        if asked and set(asked) <= set(absent):
            return _place_refusal(asked, self._choose(reading, found, PLANS["figure"]))
        if not _shares_a_word(reading, found):
            return refusal(found)
        chosen = self._choose(reading, found, PLANS[reading.intent])
        if not chosen:
            return refusal(found)
        remarks = [_absent_remark(absent)] if absent else []
        if (
            reading.intent == "figure"
            and reading.figure
            and not any(has_figure(unit.text) for unit in chosen)
        ):
            remarks.append("找到的案例没有写出具体数字，相关内容如下。")
        return written(chosen, remarks)

    def _absent_places(self, reading: Reading) -> list[str]:
        """The places asked about that no case is about.

        A case is about a place that its title or region names or that its text names more than once; one mention
        among many ("向上海、深圳学习") does not make it so.
        """
        return [
            place
            for place in reading.places
            if not any(
                place in case.title or place in case.region or case.text.count(place) > 1
                for case in self._retriever.cases
            )
        ]

    def _choose(self, reading: Reading, found: Retrieval, plan: Plan) -> list[Unit]:
        """The best units that the plan has room for, best first."""
        best = found.hits[0].score
        near = [hit.case for hit in found.hits[:_CANDIDATE_CASES] if hit.score >= plan.near * best][
            : plan.cases
        ]
        named = _named_cases(reading, found) if reading.intent == "list" else []
        cases = list({case.id: case for case in (*named, *near)}.values())
        units = [unit for case in cases for unit in units_of(case, self._documents[case.document_id])]
        scored = score_units(reading, found, self._retriever, units, self._embedder)
        return _within(sorted(scored, key=lambda unit: -unit.score), plan)


def _named_cases(reading: Reading, found: Retrieval) -> list[Case]:
    """For each place that a comparison names, the best case of that place."""
    cases = []
    for place in reading.places:
        of_place = [hit.case for hit in found.hits if place in hit.case.region or place in hit.case.title]
        telling = of_place or [hit.case for hit in found.hits if place in hit.case.text]
        cases.extend(telling[:1])
    return cases


def _within(ranked: Sequence[Unit], plan: Plan) -> list[Unit]:
    """The best units that the plan has room for."""
    if not ranked:
        return []
    kept: list[Unit] = []
    room = plan.characters
    for unit in ranked:
        if unit.score < plan.good * ranked[0].score:
            break
        taken = sum(one.case.id == unit.case.id for one in kept)
        if taken >= plan.per_case or (kept and len(unit.text) > room) or told(unit, kept):
            continue
        kept.append(unit)
        room -= len(unit.text)
    return kept


def _absent_remark(places: Sequence[str]) -> str:
    return f"案例库里没有写明“{'”“'.join(map(escaped, places))}”的案例，以下来自其他案例。"


def written(units: Sequence[Unit], remarks: Sequence[str] = ()) -> Composed:
    """The Markdown of chosen units, grouped by case in order of each case's best unit.

    Args:
        units: best first, at least one.
        remarks: what must be said before anything else, a sentence each.
    """
    cases: dict[str, Case] = {unit.case.id: unit.case for unit in units}
    lines = [f"{remark}\n" for remark in remarks]
    lines.append(_lead(list(cases.values())))
    citations: list[Citation] = []
    for case in cases.values():
        if len(cases) > 1:
            lines.append(f"\n**{_named(case)}**\n")
        for unit in sorted((one for one in units if one.case.id == case.id), key=lambda one: one.span):
            number = len({citation.number for citation in citations}) + 1
            lines.append(f"- {marked(unit.text, number)}")
            citations.extend(_citations(unit, number))
    return Composed("\n".join(lines), tuple(citations))


def _lead(cases: Sequence[Case]) -> str:
    if len(cases) == 1:
        return f"据**{_named(cases[0])}**：\n"
    return f"找到 {len(cases)} 个相关案例："


def _named(case: Case) -> str:
    region = f"（{case.region}）" if case.region and case.region not in case.title.replace("：", "") else ""
    return escaped(case.title) + escaped(region)


def escaped(text: str) -> str:
    """`text` with the characters that Markdown or HTML would read as layout made plain."""
    return _MARKDOWN.sub(r"\\\1", text)


def marked(text: str, number: int) -> str:
    """A sentence with its mark before each full stop, so that no part of it stands without one."""
    shown = tidy_spaces(" ".join(text.split("\n"))).rstrip("；;，,、：:")
    body, tail = (shown[:-1], shown[-1]) if shown[-1:] in "。！？!?" else (shown, "。")
    # A stop inside the sentence, also one before a closing quotation mark, ends a part that needs the mark too.
    parts = re.split(r"(?<=[。！？；])(?![”’』】）》])", body)
    return "".join(_with_mark(part, number) for part in parts[:-1]) + f"{escaped(parts[-1])}[{number}]{tail}"


def _with_mark(part: str, number: int) -> str:
    return f"{escaped(part[:-1])}[{number}]{part[-1]}"


def _citations(unit: Unit, number: int) -> list[Citation]:
    return [
        Citation(number, unit.case, span.of(unit.document.text), span, unit.document.lines_of(span))
        for span in unit.document.verbatim(unit.span)
        if span.of(unit.document.text).strip()
    ]


def _shares_a_word(reading: Reading, found: Retrieval) -> bool:
    """Whether any content word of the question, or official term for one, stands in one of the best cases.

    Likeness of vectors does not tell a question that the cases cannot answer from one in other words; a question
    without a single word in common is the one kind that can be told.
    """
    terms = [term for term in (*reading.terms, *reading.official) if len(term) >= 2]
    texts = [fold(f"{hit.case.title}\n{hit.case.text}") for hit in found.hits[:_CANDIDATE_CASES]]
    return any(term in text for term in terms for text in texts)


def _nearest(cases: Iterable[Case]) -> str:
    return "\n".join(f"- {_named(case)}" for case in cases)


def refusal(found: Retrieval) -> Composed:
    """Says that the cases do not hold what was asked, and which come nearest."""
    nearest = _nearest(hit.case for hit in found.hits[:3])
    return Composed(
        f"案例库里没有找到与这个问题相关的内容。\n\n最接近的案例：\n\n{nearest}", (), "no_evidence"
    )


def _place_refusal(places: Sequence[str], nearest: Sequence[Unit]) -> Composed:
    """Says that no case is about the place asked for, and what others did."""
    named = "、".join(f"“{escaped(place)}”" for place in places)
    head = f"案例库里没有{named}的案例，不能回答这个地方的情况。"
    if not nearest:
        return Composed(head, (), "place_not_found")
    others = written(nearest)
    return Composed(
        f"{head}\n\n其他地方相近的做法供参考：\n\n{others.text}", others.citations, "place_not_found"
    )
