"""Whether a figure belongs to the same thing as in the quotes: the words near it decide."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.quantities import Quantity
from rag.verifying.comparison import Comparison, Finding
from rag.verifying.reading import Passage
from rag.verifying.roles import role_of

# Measure words that may stand for one another; the rest count things and may, too.
_PEOPLE = frozenset("人 名 位 岁".split())
_EXACT = frozenset("亩 米 公里 千米 平方米 平方公里 公顷 吨 千瓦 兆瓦 千瓦时 千伏 千伏安 岁 度 级".split())
_LEAD, _SERIES_LEAD = 3, 10  # characters before a figure, before a list of figures
_CHANGE_WITHIN = 16  # characters between the two figures of a change
# Words of change stand beside every figure of a change and hardly tell one from another.
_CHANGES = 0.3
_CHANGING = frozenset(
    "提高 提升 增加 增长 上升 减少 降低 下降 压缩 缩短 压减 缩减 精简 达到 达 平均 增幅 同比".split()
)
_NEXT_TO = 0.85  # what a word counts for a figure falls by this with every word between them
_ACROSS = 0.35  # and by this with every other figure between them
_CLAUSE_AWAY = 0.5  # and by this in the clause before
_SAME_UNIT = 0.15  # in favour of a figure of the same measure word
_SAME_DATE = 0.3  # in favour of a figure told of the same date
# By so much the words around another figure must fit better for a figure to be another matter's; less is enough
# between clauses of one pattern, which have this share of their words in common.
_OTHER_MATTER, _OTHER_TWIN, _TWIN_SHARE = 0.3, 0.045, 0.45
_TOLD_APART = 0.25  # contexts that differ by less fit alike


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A figure of a quote that a figure of the sentence may be, and how well its surroundings fit."""

    quantity: Quantity
    passage: Passage
    fit: float


def belonging_finding(
    quantity: Quantity, comparison: Comparison, told: Sequence[tuple[Quantity, Passage]]
) -> Finding | None:
    """What is wrong with where a figure of the sentence stands, else None.

    Args:
        quantity: a figure that the quotes hold.
        comparison: its sentence and quotes.
        told: all figures of the quotes.
    """
    candidates = _candidates(quantity, comparison, told)
    same = [one for one in candidates if agrees(quantity, one.quantity)]
    own = max(same, key=lambda one: one.fit)
    rival = _rival(quantity, comparison, candidates, same)
    if (
        rival is not None
        and not _same_series(quantity, comparison)
        and _is_better(quantity, comparison, own, rival)
    ):
        return Finding("mixed", f"引文里这件事对应的是“{rival.quantity.text}”，不是“{quantity.text}”")
    if _reordered(quantity, comparison):
        return Finding("mixed", f"“{quantity.text}”在引文里的次序不同")
    role = role_of(quantity, comparison.sentence)
    roles = {role_of(one.quantity, one.passage) for one in same if one.fit > own.fit - _TOLD_APART}
    if role and "" not in roles and role not in roles:
        return Finding("direction", f"“{quantity.text}”在引文里的变化方向不同")
    return None


def _is_better(quantity: Quantity, comparison: Comparison, own: _Candidate, rival: _Candidate) -> bool:
    """Whether the sentence tells its figure of what the quotes tell another figure of."""
    mine = _nearness(quantity, comparison.sentence) * comparison.weights
    mine[
        [
            word.clause != comparison.sentence.clause_at(quantity.span.start)
            for word in comparison.sentence.words
        ]
    ] = 0
    if not mine.sum():
        return False
    if rival.fit - own.fit > _OTHER_MATTER:
        return True
    # Between clauses of one pattern the words decide that only one of them has, wherever in it they stand.
    places = [comparison.place_of(one.passage, one.quantity.span) for one in (own, rival)]
    held = (comparison.support[:, places] ** 2).T @ mine / mine.sum()
    return _twins(own, rival) and min(rival.fit - own.fit, held[1] - held[0]) > _OTHER_TWIN


def _rival(
    quantity: Quantity, comparison: Comparison, candidates: Sequence[_Candidate], same: Sequence[_Candidate]
) -> _Candidate | None:
    """The other figure of the same measure whose surroundings fit best."""
    units = {quantity.unit, *(mine.quantity.unit for mine in same)}
    others = [
        one
        for one in candidates
        if not equal(quantity, one.quantity)
        and one.quantity.unit in units
        and not any(_one_series(one, mine) for mine in same)
    ]
    rival = max(others, key=lambda one: one.fit, default=None)
    lead = _lead(quantity, comparison.sentence)
    led = [one for one in same if lead == _lead(one.quantity, one.passage)]
    if rival is not None and led and not _twins(led[0], rival):
        return rival if lead == _lead(rival.quantity, rival.passage) else None
    return rival


def comparable(claimed: Quantity, told: Quantity) -> bool:
    """Whether two figures measure alike, so that they can agree or contradict each other."""
    if claimed.ordinal != told.ordinal:
        return False
    if claimed.kind in {"count", "number"} and told.kind in {"count", "number"}:
        units = {claimed.unit, told.unit}
        if len(units) == 1 or "" in units:
            return True
        mixed_people = bool(units & _PEOPLE) and not units <= _PEOPLE | {"个", "人次"}
        return not units & _EXACT and not mixed_people
    return claimed.kind == told.kind and claimed.unit == told.unit


def equal(left: Quantity, right: Quantity) -> bool:
    """Whether two figures have the same value, or the same ends."""
    return math.isclose(left.value, right.value) and math.isclose(left.upper, right.upper)


def agrees(claimed: Quantity, told: Quantity) -> bool:
    """Whether a figure says what another says: equal, or round ("九成以上") where the quote is exact (95.3%)."""
    if equal(claimed, told):
        return True
    if told.bound or not claimed.bound or _digits(claimed.value) >= _digits(told.value):
        return False
    ratio = told.value / claimed.value if claimed.value else 0.0
    low, high = {"more": (1.0, 1.12), "less": (0.9, 1.0), "about": (0.95, 1.05)}[claimed.bound]
    return low <= ratio <= high


def _digits(value: float) -> int:
    return len(f"{value:.6g}".replace(".", "").strip("0"))


def _candidates(
    quantity: Quantity, comparison: Comparison, told: Sequence[tuple[Quantity, Passage]]
) -> list[_Candidate]:
    """Comparable figures of the quotes with the fit of their surroundings to those of the sentence's."""
    mine = _nearness(quantity, comparison.sentence) * comparison.weights
    share = mine / max(float(mine.sum()), 1e-9)
    dates = _dates(quantity, comparison.sentence)
    found = []
    for one, quote in told:
        if comparable(quantity, one):
            near = np.concatenate(
                [
                    _nearness(one, other) if other is quote else np.zeros(len(other.words))
                    for other in comparison.quotes
                ]
            )
            fit = float((comparison.strengths**2 * near).max(axis=1, initial=0.0) @ share)
            fit += _SAME_UNIT * (one.unit == quantity.unit)
            fit += _SAME_DATE * bool(dates & _dates(one, quote))
            found.append(_Candidate(one, quote, fit))
    return found


def _dates(quantity: Quantity, passage: Passage) -> set[float]:
    """Dates in the clause of a figure."""
    clause = passage.clauses[passage.clause_at(quantity.span.start)]
    return {
        one.value
        for one in passage.quantities
        if one.kind == "date" and clause.start <= one.span.start < clause.end
    }


def _nearness(quantity: Quantity, passage: Passage) -> NDArray[np.float64]:
    """How near each word of a passage stands to one of its figures, 0 to 1, shape (words,)."""
    clause = passage.clause_at(quantity.span.start)
    part = passage.text.startswith("其中", passage.clauses[clause].start)
    near = np.zeros(len(passage.words))
    places = [
        row for row, word in enumerate(passage.words) if word.content and clause - 1 <= word.clause <= clause
    ]
    for row in places:
        word = passage.words[row]
        low, high = sorted((word.span.start, quantity.span.start))
        between = sum(low < passage.words[other].span.start < high for other in places)
        across = sum(low < one.span.start < high for one in passage.quantities if one.kind != "date")
        across += passage.text.count("、", low, high)
        away = word.clause < clause
        # "其中15件" is told of all that the clause before is about.
        near[row] = _NEXT_TO if part and away else _NEXT_TO**between * _ACROSS**across * _CLAUSE_AWAY**away
        near[row] *= _CHANGES if word.text in _CHANGING else 1.0
    return near


def _same_series(quantity: Quantity, comparison: Comparison) -> bool:
    """Whether a figure opens a list that a quote has, too."""
    series = _series(quantity, comparison.sentence)
    return len(series) > 1 and any(
        series == _series(one, quote) for quote in comparison.quotes for one in quote.figures
    )


def _reordered(quantity: Quantity, comparison: Comparison) -> bool:
    """Whether a figure opens a list that opens with another figure in the quotes, after the same words."""
    series = _series(quantity, comparison.sentence)
    lead = _lead(quantity, comparison.sentence, _SERIES_LEAD)
    if len(series) < 2:
        return False
    for quote in comparison.quotes:
        for one in quote.figures:
            if _lead(one, quote, _SERIES_LEAD) == lead:
                other = _series(one, quote)
                return series != other[: len(series)] and sorted(series) == sorted(other)
    return False


def _series(quantity: Quantity, passage: Passage) -> list[float]:
    """Values of a list of figures (98%、93%) from one of them on."""
    values, end = [quantity.value], quantity.span.end
    for one in passage.figures:
        if one.span.start > quantity.span.start and passage.text[end : one.span.start] in {"、", "和"}:
            values.append(one.value)
            end = one.span.end
    return values


def _lead(quantity: Quantity, passage: Passage, length: int = _LEAD) -> str:
    """The characters right before a figure; where they are the same, the figure is told of the same thing."""
    return passage.text[max(0, quantity.span.start - length) : quantity.span.start]


def _twins(left: _Candidate, right: _Candidate) -> bool:
    """Whether two figures stand in clauses of one pattern, so that few words tell them apart: 进口…，出口…."""
    clauses = [one.passage.clause_at(one.quantity.span.start) for one in (left, right)]
    if left.passage is right.passage and clauses[0] == clauses[1]:
        return False
    sets = [
        {word.text for word in one.passage.words if word.clause == clause and word.content}
        for one, clause in zip((left, right), clauses, strict=True)
    ]
    common = len(sets[0] & sets[1])
    return common >= 2 and common >= _TWIN_SHARE * min(map(len, sets))


def _one_series(left: _Candidate, right: _Candidate) -> bool:
    """Whether two figures are of one change (由5天到1天) or one list (10年、20年), told of the same matter."""
    if left.passage is not right.passage:
        return False
    first, second = sorted((left.quantity, right.quantity), key=lambda one: one.span.start)
    between = left.passage.text[first.span.end : second.span.start]
    inside = (word for word in left.passage.words if first.span.end <= word.span.start < second.span.start)
    if not any(word.content for word in inside) and not re.search(r"[，。；]", between):
        return True
    near = len(between) <= _CHANGE_WITHIN and not re.search(r"[、。；]", between)
    return near and role_of(first, left.passage) == "before" and role_of(second, left.passage) != "before"
