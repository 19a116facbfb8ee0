"""Rows of a comparison: what the chosen sentences of each case say, as before and now where they tell a change."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from corpus.change_marks import Aspect
from corpus.changes import Change
from corpus.quantities import quantities_in
from embeddings.late_interaction import LateInteraction
from rag.asked import Kind
from rag.changes import sorted_by_speed
from rag.phrasing import Row, one_line
from rag.trimming import trimmed
from rag.understand import Reading
from rag.units import Unit

CHANGE_HEAD = ("事项", "原来", "现在")
QUOTE_HEAD = ("原文",)
_ASPECTS: dict[Kind, tuple[Aspect, ...]] = {
    "time": ("time",),
    "share": ("share",),
    "count": ("steps", "papers", "trips"),
}
_ENOUGH = 0.5  # share of the cases that must tell a change for the table to have columns for it,
_ENOUGH_CASES = 3  # or so many of them
_ABOUT = 0.55  # share of the likeness of the matter nearest to the question that another of its aspect needs
_ALIKE = 0.75  # share of the greatest likeness that a sentence without a change needs among changes


class Comparer:
    """Makes rows over one index.

    Args:
        changes: of each case, by its id.
        late: compares words.
    """

    def __init__(self, changes: Mapping[str, Sequence[Change]], late: LateInteraction) -> None:
        self._changes = changes
        self._late = late

    def rows(self, reading: Reading, units: Sequence[Unit]) -> tuple[tuple[str, ...], list[Row]]:
        """The head and the rows for chosen sentences, those of one case next to each other."""
        told = self._told(reading, units)
        telling = {unit.case.id for unit, changes in zip(units, told, strict=True) if changes}
        if len(telling) < min(_ENOUGH_CASES, _ENOUGH * len({unit.case.id for unit in units})) or not telling:
            return QUOTE_HEAD, [_quote_row(trimmed(unit, reading)) for unit in units]
        most = max(unit.likeness for unit in units)
        rows: list[Row] = []
        for unit, changes in zip(units, told, strict=True):
            made = [_change_row(unit, change) for change in changes]
            # A sentence that tells a time of something else is no row, one about the very matter is.
            begun = any(row.unit.case.id == unit.case.id for row in rows)
            if not made and not begun and unit.likeness >= _ALIKE * most:
                made = [_no_change_row(trimmed(unit, reading))]
            rows += [row for row in made if row not in rows]
        return CHANGE_HEAD, _fastest_first(rows, told) if "快" in reading.text else rows

    def _told(self, reading: Reading, units: Sequence[Unit]) -> list[list[Change]]:
        """For each sentence the changes of the aspects asked for whose matter is near the question's."""
        aspects = {aspect for figure in reading.asked for aspect in _ASPECTS.get(figure.kind, ())}
        inside = [
            (number, change)
            for number, unit in enumerate(units)
            for change in self._changes.get(unit.case.id, ())
            if change.aspect in aspects
            and unit.span.start < change.span.end
            and change.span.start < unit.span.end
        ]
        told: list[list[Change]] = [[] for _ in units]
        tokens = self._late.tokens([f"{change.matter} {units[number].heading}" for number, change in inside])
        alike = self._late.token_scores(reading.topic, tokens)
        most: dict[Aspect, float] = {}
        for (_, change), score in zip(inside, alike, strict=True):
            most[change.aspect] = max(most.get(change.aspect, 0.0), float(score))
        for (number, change), score in zip(inside, alike, strict=True):
            if score >= _ABOUT * most[change.aspect]:
                told[number].append(change)
        return told


def mixes_days(rows: Sequence[Row]) -> bool:
    """Whether rows tell both working days and days, which cannot be compared as they stand."""
    units = {one.unit for row in rows for cell in row.cells for one in quantities_in(cell)}
    return "工作日" in units and bool(units & {"天", "小时", "分钟", "周", "月"})


def _quote_row(unit: Unit) -> Row:
    return Row(unit, (one_line(unit.text),), marked=0)


def _no_change_row(unit: Unit) -> Row:
    return Row(unit, (one_line(unit.text), "—", "—"), marked=0)


def _change_row(unit: Unit, change: Change) -> Row:
    quoted = dataclasses.replace(unit, span=change.span)
    both = f"{change.after}（{change.delta}）" if change.after and change.delta else ""
    now = both or change.after or change.delta
    return Row(quoted, (change.matter, change.before or "—", now or "—"), marked=2 if now else 1)


def _fastest_first(rows: Sequence[Row], told: Sequence[Sequence[Change]]) -> list[Row]:
    """Cases in order of their fastest time, rows without one behind."""
    changes = sorted_by_speed([change for some in told for change in some if change.aspect == "time"])
    order = {case_id: place for place, case_id in enumerate(dict.fromkeys(one.case_id for one in changes))}
    return sorted(rows, key=lambda row: order.get(row.unit.case.id, len(order)))
