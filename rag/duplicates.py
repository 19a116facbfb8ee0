"""Which cases of a new document are there already, word for word or nearly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.types import Case

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


def find_duplicates(cases: Sequence[Case], others: Sequence[Case]) -> tuple[Duplicate, ...]:
    """For each of `cases` the likest of `others`, where one resembles it, in order of `cases`."""
    from corpus.near_duplicates import near_duplicates, resemblance  # scipy takes its time

    found = []
    for group in near_duplicates([case.text for case in (*cases, *others)]):
        old = [others[at - len(cases)] for at in group if at >= len(cases)]
        for at in group:
            if at < len(cases) and old:
                share, best = max(
                    ((resemblance(cases[at].text, other.text), other) for other in old),
                    key=lambda one: one[0],
                )
                found.append(Duplicate(cases[at].number, best.title, best.source, share))
    return tuple(sorted(found, key=lambda one: one.number))
