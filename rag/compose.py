"""Compose an answer from sentences of the cases, as much of each kind as the question wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.types import Document
from embeddings.embedder import Embedder
from rag.evidence import Evidence, Gatherer
from rag.judge import Judge, Judgement, Thresholds
from rag.phrasing import Composed, Row, listed, nearest, one_line, refused, tabled
from rag.retrieve import Retrieval, Retriever
from rag.scoring import UnitScorer
from rag.trimming import trimmed
from rag.types import Reason
from rag.understand import Reading
from rag.units import Unit, told
from rag.wording import Wording


@dataclass(frozen=True, slots=True)
class Plan:
    """How much an answer of one intent may hold.

    Attributes:
        characters: of shown sentences, about.
        cases: at most.
        per_case: sentences at most.
        near: share of the best case's score (in a table, of the best sentence's) that another case needs.
        alike: in a table, share of the greatest likeness that lets another case in whatever its score.
        good: share of the best sentence's score (in a table, of the best of its case) that another sentence needs.
    """

    characters: int
    cases: int
    per_case: int
    near: float
    good: float
    alike: float = 1.0


PLANS: dict[str, Plan] = {
    "figure": Plan(characters=300, cases=3, per_case=3, near=0.85, good=0.80),
    "how": Plan(characters=720, cases=2, per_case=9, near=0.94, good=0.35),
    "list": Plan(characters=800, cases=12, per_case=2, near=0.68, good=0.90, alike=0.75),
    "compare": Plan(characters=800, cases=4, per_case=4, near=0.80, good=0.70),
}
# What is shown below a refusal.
_BESIDE_A_REFUSAL = Plan(characters=300, cases=2, per_case=2, near=0.85, good=0.80)
# Share of the best sentence's score that the best one for a single part of the question needs.
_GOOD_FOR_A_PART = 0.5


class Composer:
    """Composes answers over one index.

    Args:
        documents: by id.
        retriever: knows the passages of each case.
        embedder: encodes sentences at question time.
        wording: fixed phrases.
        thresholds: how much evidence is enough.
    """

    def __init__(
        self,
        documents: Mapping[str, Document],
        retriever: Retriever,
        *,
        embedder: Embedder,
        wording: Wording,
        thresholds: Thresholds,
    ) -> None:
        self._retriever = retriever
        self._gatherer = Gatherer(documents, retriever, UnitScorer(embedder, retriever.late))
        self._judge = Judge(self._gatherer, wording, thresholds)
        self._wording = wording

    def compose(self, reading: Reading, found: Retrieval) -> Composed:
        """An answer to a question from what was found for it."""
        judged = self._judge.judge(reading, self._gatherer.gather(reading, found))
        if judged.reason is not None:
            return self._refusal(judged, judged.reason)
        if reading.intent in {"list", "compare"}:
            return self._table(reading, judged)
        return listed(chosen(judged.evidence, PLANS[reading.intent]), self._wording, remarks=judged.remarks)

    def _refusal(self, judged: Judgement, reason: Reason) -> Composed:
        if reason == "out_of_scope":
            return Composed(judged.said, (), reason)
        if not judged.evidence.units:
            near = nearest(hit.case for hit in judged.evidence.found.hits[:3])
            return Composed(f"{judged.said}\n\n{self._wording('nearest')}\n\n{near}", (), reason)
        units = chosen(judged.evidence, _BESIDE_A_REFUSAL)
        return refused(reason, judged.said, units, judged.lead, self._wording)

    def _table(self, reading: Reading, judged: Judgement) -> Composed:
        units = self._rows(reading, judged.evidence, PLANS[reading.intent])
        rows = [Row(unit, (one_line(unit.text),)) for unit in (trimmed(unit, reading) for unit in units)]
        return tabled(
            ("原文",), rows, self._wording, cases=len(self._retriever.cases), remarks=judged.remarks
        )

    def _rows(self, reading: Reading, evidence: Evidence, plan: Plan) -> list[Unit]:
        """The best sentences of every case that has a good one, best case first."""
        named = self._named(reading, evidence)
        most = max(unit.likeness for unit in evidence.units)
        by_case: dict[str, list[Unit]] = {}
        for unit in (*_for_parts(evidence), *evidence.units):
            kept = by_case.get(unit.case.id, [])
            if kept:
                wanted = len(kept) < plan.per_case and unit.score >= plan.good * kept[0].score
            else:
                near = unit.score >= plan.near * evidence.best or unit.likeness >= plan.alike * most
                wanted = (near and len(by_case) < plan.cases) or unit.case.id in named
            if wanted and not told(unit, [one for units in by_case.values() for one in units]):
                by_case.setdefault(unit.case.id, []).append(unit)
        return [unit for units in by_case.values() for unit in sorted(units, key=lambda one: one.span)]

    def _named(self, reading: Reading, evidence: Evidence) -> set[str]:
        """For each place that a comparison names, the case of that place with the best sentence."""
        named = set()
        for place in reading.places:
            cases = {case.id for case in self._gatherer.about(place)}
            best = evidence.within(cases).units[:1]
            named |= {unit.case.id for unit in best}
        return named


def chosen(evidence: Evidence, plan: Plan) -> list[Unit]:
    """The best sentences that a plan has room for, best first, of cases that are near the best."""
    hits = [hit for hit in evidence.found.hits if any(unit.case.id == hit.case.id for unit in evidence.units)]
    best = hits[0].score if hits else 0.0
    near = [hit.case.id for hit in hits if hit.score >= plan.near * best][: plan.cases]
    return _within(evidence.within(near or [unit.case.id for unit in evidence.units[:1]]), plan)


def _within(evidence: Evidence, plan: Plan) -> list[Unit]:
    """The best sentence for each part of the question, then the best ones that the plan has room for."""
    kept: list[Unit] = []
    room = plan.characters
    for unit in (*_for_parts(evidence), *evidence.units):
        if unit.score < plan.good * evidence.best:
            continue
        taken = sum(one.case.id == unit.case.id for one in kept)
        if taken >= plan.per_case or (kept and len(unit.text) > room) or told(unit, kept):
            continue
        kept.append(unit)
        room -= len(unit.text)
    return sorted(kept, key=lambda unit: -unit.score)


def _for_parts(evidence: Evidence) -> list[Unit]:
    """For each part of a question of several parts the sentence that answers it best."""
    if not evidence.units or len(evidence.units[0].by_part) < 2:
        return []
    parts = range(len(evidence.units[0].by_part))
    best = [max(evidence.units, key=lambda unit: unit.by_part[part]) for part in parts]
    return [unit for unit in best if unit.score >= _GOOD_FOR_A_PART * evidence.best]
