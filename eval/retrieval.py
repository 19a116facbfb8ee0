"""Retrieval measures: which cases were found for a question, best first.

Cases count, not passages, and each right case once. Names and definitions are those of trec_eval, and the tests
compare every value with ir-measures; relevance is binary. A question for which nothing was found scores 0 and is
never left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Place = Mapping[str, Any]  # a hit or a citation of a saved answer: at least "title" and "case_id"


def is_case(place: Place, gold: str) -> bool:
    """Whether a hit or a citation is of the case that a gold entry names, by id or by title."""
    return gold in (place.get("case_id"), place["title"])


def gains(hits: Sequence[Place], gold: Sequence[str]) -> tuple[bool, ...]:
    """For each distinct case, best first, whether it is a right case that none before it was."""
    cases = {str(hit.get("case_id") or hit["title"]): hit for hit in reversed(hits)}
    ordered = [cases[key] for key in dict.fromkeys(str(hit.get("case_id") or hit["title"]) for hit in hits)]
    missing = list(gold)
    found = []
    for hit in ordered:
        match = next((one for one in missing if is_case(hit, one)), None)
        if match is not None:
            missing.remove(match)
        found.append(match is not None)
    return tuple(found)


def hit_at(k: int, hits: Sequence[Place], gold: Sequence[str]) -> float:
    """1 if a right case is among the first `k`: Success@k. Recall@k asks for all of them."""
    return float(any(gains(hits, gold)[:k]))


def recall_at(k: int, hits: Sequence[Place], gold: Sequence[str]) -> float:
    """Share of the right cases among the first `k`; some papers call hit@k by this name."""
    return sum(gains(hits, gold)[:k]) / len(gold) if gold else 0.0


def reciprocal_rank(hits: Sequence[Place], gold: Sequence[str], *, depth: int = 10) -> float:
    """1 / rank of the first right case within `depth`, else 0; its mean over questions is MRR."""
    return next((1 / rank for rank, gain in enumerate(gains(hits, gold)[:depth], 1) if gain), 0.0)


def ndcg_at(k: int, hits: Sequence[Place], gold: Sequence[str]) -> float:
    """Normalised discounted cumulative gain: right cases count 1 / log2(rank + 1), over the best order possible.

    Järvelin & Kekäläinen (2002). With gains of 0 and 1 their form and Burges's 2^gain - 1 are the same.
    """
    found = sum(1 / math.log2(rank + 1) for rank, gain in enumerate(gains(hits, gold)[:k], 1) if gain)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(gold)) + 1))
    return found / ideal if ideal else 0.0
