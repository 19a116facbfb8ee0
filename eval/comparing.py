"""Two runs over the same questions: what got better, what worse, and whether more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus.errors import InputError
from eval.intervals import Estimate, bootstrap
from eval.scoring import COLUMNS, Column, Score

_NOTHING = 1e-9  # differences below this are rounding


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of two runs over the questions for which both have it.

    Attributes:
        column: which measure.
        before, after: means of the two runs.
        change: mean of the differences per question, with the interval of the paired bootstrap.
        better, worse: how many questions got so.
    """

    column: Column
    before: float
    after: float
    change: Estimate
    better: int
    worse: int

    @property
    def is_certain(self) -> bool:
        """Whether the interval of the change leaves out 0."""
        return self.change.low > 0 or self.change.high < 0


@dataclass(frozen=True, slots=True)
class Changed:
    """A question whose measures changed: name to (before, after)."""

    before: Score
    after: Score
    measures: Mapping[str, tuple[float, float]]

    @property
    def total(self) -> float:
        """Sum of the changes; below 0 where it got worse on the whole."""
        return sum(after - before for before, after in self.measures.values())


def differences(before: Sequence[Score], after: Sequence[Score]) -> tuple[Difference, ...]:
    """Every mean of shares, compared question by question; the paired bootstrap draws questions, not answers.

    Raises:
        InputError: if the runs are of different questions.
    """
    _check(before, after)
    found = []
    for column in COLUMNS:
        pairs = [
            (first.measures[column.measure], second.measures[column.measure])
            for first, second in zip(before, after, strict=True)
            if column.percentile is None
            and column.measure in first.measures
            and column.measure in second.measures
        ]
        if pairs:
            found.append(_difference(column, pairs))
    return tuple(found)


def _difference(column: Column, pairs: Sequence[tuple[float, float]]) -> Difference:
    changes = [after - before for before, after in pairs]
    return Difference(
        column,
        sum(before for before, _ in pairs) / len(pairs),
        sum(after for _, after in pairs) / len(pairs),
        bootstrap(changes),
        sum(change > _NOTHING for change in changes),
        sum(change < -_NOTHING for change in changes),
    )


def changed(before: Sequence[Score], after: Sequence[Score]) -> tuple[Changed, ...]:
    """The questions of which a share changed, what got worst first.

    Raises:
        InputError: if the runs are of different questions.
    """
    _check(before, after)
    found = []
    for first, second in zip(before, after, strict=True):
        moved = {
            column.name: (first.measures[column.measure], second.measures[column.measure])
            for column in COLUMNS
            if column.is_share
            and column.measure in first.measures
            and column.measure in second.measures
            and abs(first.measures[column.measure] - second.measures[column.measure]) > _NOTHING
        }
        if moved or bool(first.answer["refused"]) != bool(second.answer["refused"]):
            found.append(Changed(first, second, moved))
    return tuple(sorted(found, key=lambda one: one.total))


def _check(before: Sequence[Score], after: Sequence[Score]) -> None:
    if [one.question.id for one in before] != [one.question.id for one in after]:
        raise InputError("两份回答的问题不同", hint="请对同一个问题集各运行一次再比较")
