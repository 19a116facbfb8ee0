"""Compose an answer from sentences of the cases, as much of each kind as the question wants."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from corpus.changes import Change
from corpus.types import Case, Document
from rag.asked import any_stated
from rag.comparison import CHANGE_HEAD, Comparer, mixes_days
from rag.evidence import Evidence, Gatherer
from rag.judge import Judge, Judgement, Thresholds
from rag.phrasing import Composed, Row, listed, nearest, refused, tabled
from rag.retrieve import Retrieval, Retriever
from rag.sentences import Sentences
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
    "list": Plan(characters=800, cases=40, per_case=2, near=0.64, good=0.90, alike=0.75),
    "compare": Plan(characters=800, cases=4, per_case=4, near=0.80, good=0.70),
}
# What is shown below a refusal.
_BESIDE_A_REFUSAL = Plan(characters=300, cases=2, per_case=2, near=0.85, good=0.80)
# Where each place that is compared has a case, share of the best sentence's score that any other case needs.
_BESIDE_NAMED = 0.95
_A_COMPARISON = 2
_TOLD = 0.6  # share of the best sentence's score from which a place's case tells of the matter
_OPEN = re.compile(r"还有|别的|其他|其它|哪|等地|以外|之外")
# Share of the best sentence's score that the best one for a single part of the question needs.
_GOOD_FOR_A_PART = 0.5
# How many times better a case has to answer a part of the question than the cases near the whole of it.
_FAR_BETTER = 1.2


class Composer:
    """Composes answers over one index.

    Args:
        documents: by id.
        retriever: knows the passages of each case.
        sentences: of every case.
        changes: of each case, by its id.
        wording: fixed phrases.
        thresholds: how much evidence is enough.
    """

    def __init__(
        self,
        documents: Mapping[str, Document],
        retriever: Retriever,
        *,
        sentences: Sentences,
        changes: Mapping[str, Sequence[Change]],
        wording: Wording,
        thresholds: Thresholds,
    ) -> None:
        self._retriever = retriever
        self._gatherer = Gatherer(documents, retriever, sentences)
        self._comparer = Comparer(changes, retriever.late)
        self._judge = Judge(self._gatherer, wording, thresholds)
        self._wording = wording

    def compose(
        self,
        reading: Reading,
        found: Retrieval,
        *,
        only: Collection[str] | None = None,
        without: Collection[str] = (),
    ) -> Composed:
        """An answer to a question from what was found for it.

        Args:
            reading: the question.
            found: what was found for it.
            only: ids of the cases that may answer; None for all.
            without: ids of cases that were told already.
        """
        evidence = self._gatherer.gather(reading, found, only or ())
        if only is not None:
            evidence = evidence.within(only)
        if without:
            evidence = evidence.without(without)
            if evidence.best < PLANS["list"].near * evidence.peak:
                return Composed(self._wording("nothing_more"), (), "no_evidence")
        judged = self._judge.judge(reading, evidence)
        if judged.reason is not None:
            return self._refusal(judged, judged.reason)
        if reading.intent in {"list", "compare"}:
            return self._table(reading, judged)
        units = chosen(judged.evidence, PLANS[reading.intent])
        stated = any(any_stated(reading.asked, unit.text) for unit in units)
        if reading.intent == "figure" and reading.asked and not stated:
            return self._refusal(self._judge.not_stated(reading, judged.evidence), "no_evidence")
        return listed(units, self._wording, remarks=judged.remarks)

    def _refusal(self, judged: Judgement, reason: Reason) -> Composed:
        if reason == "out_of_scope":
            return Composed(judged.said, (), reason)
        if not judged.evidence.units:
            near = nearest(hit.case for hit in judged.evidence.found.hits[:3])
            return Composed(f"{judged.said}\n\n{self._wording('nearest')}\n\n{near}", (), reason)
        units = chosen(judged.evidence, _BESIDE_A_REFUSAL)
        return refused(reason, judged.said, units, judged.lead, self._wording)

    def _table(self, reading: Reading, judged: Judgement) -> Composed:
        plan = PLANS[reading.intent]
        units = self._rows(reading, judged.evidence, plan)
        head, rows = self._comparer.rows(reading, units)
        shown, more = _with_room(rows, plan)
        remarks = [
            *judged.remarks,
            *([self._wording("working_days")] if head == CHANGE_HEAD and mixes_days(shown) else []),
        ]
        count = len(self._retriever.cases)
        return tabled(head, shown, self._wording, cases=count, more=more, remarks=remarks)

    def _rows(self, reading: Reading, evidence: Evidence, plan: Plan) -> list[Unit]:
        """The best sentences of every case that has a good one, best case first."""
        named, complete = self._named(reading, evidence)
        near = _BESIDE_NAMED if complete else plan.near
        most = max(unit.likeness for unit in evidence.units)
        by_case: dict[str, list[Unit]] = {}
        for unit in (*_for_parts(evidence), *evidence.units):
            kept = by_case.get(unit.case.id, [])
            if kept:
                wanted = len(kept) < plan.per_case and unit.score >= plan.good * kept[0].score
            else:
                good = unit.score >= near * evidence.peak or unit.likeness >= plan.alike * most
                wanted = (good and len(by_case) < plan.cases) or unit.case.id in named
            if wanted and not told(unit, [one for units in by_case.values() for one in units]):
                by_case.setdefault(unit.case.id, []).append(unit)
        return [unit for units in by_case.values() for unit in sorted(units, key=lambda one: one.span)]

    def _named(self, reading: Reading, evidence: Evidence) -> tuple[set[str], bool]:
        """For each place that is named the case with the best sentence, and whether these are all that is asked for."""
        named = [
            evidence.within(case.id for case in self._gatherer.about(place, evidence.found)).units[:1]
            for place in reading.places
        ]
        cases = {unit.case.id for units in named for unit in units}
        told = all(units and units[0].score >= _TOLD * evidence.peak for units in named)
        return cases, len(cases) >= _A_COMPARISON and told and not _OPEN.search(reading.text)


def _with_room(rows: Sequence[Row], plan: Plan) -> tuple[list[Row], list[Case]]:
    """The rows of the first cases that a plan has room for, and the cases left out."""
    shown: list[Row] = []
    more: dict[str, Case] = {}
    room = plan.characters
    for row in rows:
        case = row.unit.case
        begun = any(one.unit.case.id == case.id for one in shown)
        room -= sum(map(len, row.cells))
        if shown and room < 0 and not begun:
            more[case.id] = case
        else:
            shown.append(row)
    return shown, list(more.values())


def chosen(evidence: Evidence, plan: Plan) -> list[Unit]:
    """The best sentences that a plan has room for, best first, of cases that are near the best."""
    hits = [hit for hit in evidence.found.hits if any(unit.case.id == hit.case.id for unit in evidence.units)]
    best = hits[0].score if hits else 0.0
    near = [hit.case.id for hit in hits if hit.score >= plan.near * best][: plan.cases]
    near = near or [unit.case.id for unit in evidence.units[:1]]
    return _within(evidence.within([*near, *_elsewhere(evidence, near)]), plan)


def _elsewhere(evidence: Evidence, near: Sequence[str]) -> list[str]:
    """Cases that answer a part of the question far better than those near the whole of it."""
    inside = evidence.within(near).units
    found = []
    for part, unit in enumerate(_for_parts(evidence)):
        best_inside = max((one.by_part[part] for one in inside), default=0.0)
        if unit.by_part[part] >= _FAR_BETTER * best_inside:
            found.append(unit.case.id)
    return found


def _within(evidence: Evidence, plan: Plan) -> list[Unit]:
    """The best sentence for each part of the question, then the best ones that the plan has room for."""
    kept: list[Unit] = []
    room = plan.characters
    for_parts = [unit for unit in _for_parts(evidence) if unit.score >= _GOOD_FOR_A_PART * evidence.best]
    good = [unit for unit in evidence.units if unit.score >= plan.good * evidence.best]
    for unit in (*for_parts, *good):
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
    return [max(evidence.units, key=lambda unit: unit.by_part[part]) for part in parts]
