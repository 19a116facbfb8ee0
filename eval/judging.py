"""Each sentence of an answer beside the quotes that it cites: supported or not, why, and what each mark adds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.types import Case, Span
from rag.types import Citation
from rag.verify import Verdict, Verifier
from rag.verifying.marks import claims_in

# A comma within a figure (1,200) parts no clauses.
_CLAUSE_END = re.compile(r"[，；：！？。]|,(?!\d)|;")
_SIGNS = re.compile(r"([\\`*_\[\]<>#|~])")


@dataclass(frozen=True, slots=True)
class Judged:
    """What is found of one sentence.

    Attributes:
        sentence: without marks.
        numbers: of the quotes that it cites.
        supported: whether they say it, taken together.
        reason, detail: why not, as the verifier tells it; None and "" where they do.
        claims: the atomic claims that it makes.
        held: how many of them the same quotes support.
        needed: how many of its marks are not idle (see `citation_precision`).
    """

    sentence: str
    numbers: tuple[int, ...]
    supported: bool
    reason: str | None
    detail: str
    claims: tuple[str, ...]
    held: int
    needed: int


def judge(answer: str, citations: Sequence[Citation], verifier: Verifier) -> tuple[Judged, ...]:
    """A judgement on each sentence that claims something, in order.

    Args:
        answer: Markdown with [n] marks.
        citations: behind the marks.
        verifier: decides what quotes say.
    """
    claims, verdicts = claims_in(answer), verifier.verify(answer, citations)
    return tuple(
        _judged(verdict, claim.numbers, citations, verifier)
        for claim, verdict in zip(claims, verdicts, strict=True)
    )


def _judged(
    verdict: Verdict, numbers: tuple[int, ...], citations: Sequence[Citation], verifier: Verifier
) -> Judged:
    atoms = atomic_claims(verdict.sentence)
    if verdict.supported:
        held, needed = len(atoms), _needed(verdict.sentence, numbers, citations, verifier)
    else:
        held, needed = sum(_supported(atom, numbers, citations, verifier) for atom in atoms), 0
    return Judged(
        verdict.sentence, numbers, verdict.supported, verdict.reason, verdict.detail, atoms, held, needed
    )


def atomic_claims(sentence: str) -> tuple[str, ...]:
    """The clauses of a sentence, each a claim of its own; the whole sentence where it has but one.

    FActScore and RAGAS let a chat model write a sentence's facts out one by one; a clause is the same unit without a
    model, but keeps its pronouns and leaves out its subject.
    """
    parts = [part.strip() for part in _CLAUSE_END.split(sentence)]
    return tuple(part for part in parts if re.search(r"\w", part)) or (sentence,)


def _needed(
    sentence: str, numbers: tuple[int, ...], citations: Sequence[Citation], verifier: Verifier
) -> int:
    """How many marks of a supported sentence support it alone, or are missed by the others."""
    if len(numbers) < 2:
        return len(numbers)
    return sum(
        _supported(sentence, (number,), citations, verifier)
        or not _supported(sentence, tuple(other for other in numbers if other != number), citations, verifier)
        for number in numbers
    )


def _supported(
    text: str, numbers: tuple[int, ...], citations: Sequence[Citation], verifier: Verifier
) -> bool:
    """Whether some quotes say a text: asked as an answer of one line, so that the cases' names count as always."""
    escaped = _SIGNS.sub(r"\\\1", text.rstrip("。；;！？：:"))
    marks = "".join(f"[{number}]" for number in numbers)
    verdicts = verifier.verify(f"- {escaped}{marks}。", citations)
    return bool(verdicts) and all(verdict.supported for verdict in verdicts)


def citations_of(answer: Mapping[str, Any]) -> tuple[Citation, ...]:
    """The citations of a saved answer, with what their cases state about themselves."""
    return tuple(_citation(one) for one in answer["citations"])


def _citation(row: Mapping[str, Any]) -> Citation:
    lines = tuple(row.get("lines") or (1, 1))
    case = Case(
        str(row.get("case_id", "")),
        "",
        1,
        str(row["title"]),
        Span(0, 0),
        (lines[0], lines[-1]),
        "",
        "",
        str(row.get("source", "")),
        region=str(row.get("region", "")),
        department=str(row.get("department", "")),
    )
    return Citation(int(row["n"]), case, str(row["quote"]), Span(0, 0), (lines[0], lines[-1]))
