"""How many cases an answer rests on where several compilations hold the same one. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.normalise import bare
from corpus.types import Case

_RUN = 8  # characters of the runs by which texts are held against each other
_SAME = 0.5  # share of the shorter text's runs that stand in the other one, too


def independent(cases: Sequence[Case]) -> int:
    """How many cases these are where the same one in several compilations counts once.

    Two are the same where at least half of the runs of eight characters of the shorter one stand in the other, too
    (the resemblance of Broder, 1997, as containment): compilations shorten cases and give them other titles.
    """
    seen: list[set[str]] = []
    for case in cases:
        text = bare(case.text)
        runs = {text[start : start + _RUN] for start in range(max(len(text) - _RUN + 1, 1))}
        if not any(len(runs & other) >= _SAME * min(len(runs), len(other)) for other in seen):
            seen.append(runs)
    return len(seen)
