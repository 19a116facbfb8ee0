"""Which cases of a new document are there already, word for word or nearly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.readings import Reading, sketches_of

SAME = 0.8
"""Resemblance from which two cases count as the same; below it they are alike."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A case that is there already.

    Attributes:
        number: of the new case in its document, from 1.
        title: of the case that is there.
        source: file name of its document.
        share: resemblance of the two texts, 0..1; see `corpus.near_duplicates`.
    """

    number: int
    title: str
    source: str
    share: float


def find_duplicates(new: Reading, others: Sequence[Reading]) -> tuple[Duplicate, ...]:
    """For each case of `new` the likest of `others`, where one resembles it, in order of the cases."""
    from corpus.near_duplicates import LEAST, likely_pairs, resemblance  # scipy takes its time

    there = [case for other in others for case in other.cases]
    sketches = [one for reading in (new, *others) for one in sketches_of(reading)]
    likest: dict[int, Duplicate] = {}
    for one, other in likely_pairs(sketches, len(new.cases)):
        if other < len(new.cases):
            continue
        case, old = new.cases[one], there[other - len(new.cases)]
        share = resemblance(case.text, old.text)
        if share >= LEAST and (one not in likest or share > likest[one].share):
            likest[one] = Duplicate(case.number, old.title, old.source, share)
    return tuple(likest[one] for one in sorted(likest))
