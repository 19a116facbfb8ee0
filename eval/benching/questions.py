"""The questions that a made collection is asked: the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from corpus.types import Case

COUNT = 100
_ASKING = (
    "{place}的{matter}压缩到多少天？",
    "{place}怎么做{matter}？",
    "哪些地方有{matter}的做法？",
    "{matter}减少了几份材料？",
    "{matter}的经验",
)


def questions(cases: Sequence[Case], shipped: Sequence[str], *, seed: int, count: int = COUNT) -> list[str]:
    """Half of them people's, every other one of these with a place of the collection; half made of titles of its cases.

    Args:
        cases: of the collection, at least one.
        shipped: questions of people, at least one.
        seed: another one gives other questions.
        count: how many.
    """
    random = Random(seed)  # noqa: S311 - questions are no secret
    asked = []
    for number in range(count):
        case = random.choice(cases)
        place, _, matter = case.title.partition("：")
        if number % 2:
            asked.append(random.choice(_ASKING).format(place=place, matter=matter or case.title))
        else:
            question = random.choice(shipped)
            asked.append(f"{place}{question}" if number % 4 else question)
    return asked
