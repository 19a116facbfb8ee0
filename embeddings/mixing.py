"""Several searchers' scores as one.

Matching words is sure where a passage holds the question's words and blind where it does not; likeness of meaning
is the other way round. So the lexical searchers' share of a score grows with how much of the question the best
passage holds word for word: the square root of that share, which is a third where a ninth is held (a plain
question to official prose) and nine tenths where four fifths are (a question in the passage's own words).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical import LexicalIndex

Scores = NDArray[np.float32]
Rows = NDArray[np.int64]

LEXICAL = ("characters", "words")
MEANING = ("vectors", "vocabulary")
# How the searchers share a score where words and meaning count as these say; see `balanced`.
WEIGHTS: Mapping[str, float] = {
    "characters": 0.2,
    "words": 0.1,
    "vectors": 0.6,
    "vocabulary": 0.2,
    "tokens": 0.3,
}
_RESCORED = 300  # passages that are scored word by word


def scaled(scores: Scores) -> Scores:
    """Scores mapped linearly to 0..1; all 0 where they do not differ."""
    low, high = float(scores.min(initial=0.0)), float(scores.max(initial=0.0))
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)


def coverage(lexical: Mapping[Any, LexicalIndex], question: str, scores: Mapping[Any, Scores]) -> float:
    """How much of a question the best passage holds word for word, 0..1, the mean over the lexical indices.

    Args:
        lexical: BM25 indices by field.
        question: what was searched for.
        scores: BM25 scores of every passage by field.
    """
    shares = []
    for field, index in lexical.items():
        ideal = index.ideal_score(question)
        shares.append(float(scores[field].max(initial=0.0)) / ideal if ideal > 0 else 0.0)
    return min(sum(shares) / len(shares), 1.0) if shares else 0.0


def balanced(weights: Mapping[str, float], share: float) -> dict[str, float]:
    """`weights` with words and vectors sharing what they have together so that words get `share` of it.

    Without one of the two sides the other keeps its weights. Official terms for plain wordings go with the vectors,
    late interaction stays as it is.

    Args:
        weights: by searcher, not all that `WEIGHTS` names.
        share: 0..1.
    """
    lexical, vectors = sum(weights.get(name, 0.0) for name in LEXICAL), weights.get("vectors", 0.0)
    if not lexical or not vectors:
        return dict(weights)
    both = lexical + vectors
    factors = dict.fromkeys(LEXICAL, share * both / lexical) | dict.fromkeys(
        MEANING, (1 - share) * both / vectors
    )
    return {name: weight * factors.get(name, 1.0) for name, weight in weights.items()}


def mix(
    parts: Mapping[str, Scores],
    weights: Mapping[str, float],
    *,
    covered: float,
    by_word: Callable[[Rows], Scores],
) -> dict[str, Scores]:
    """What each searcher adds to the score of each passage; the sum over the searchers is the score.

    Args:
        parts: scores of every passage by searcher, each on a scale of its own, shape (passages,).
        weights: by searcher.
        covered: what `coverage` says of the question.
        by_word: rows of the best passages -> their scores by late interaction, shape (rows,).
    """
    chosen = balanced(weights, math.sqrt(covered))
    weighted = {name: np.float32(chosen[name]) * scaled(part) for name, part in parts.items()}
    best = best_rows(total(weighted), _RESCORED)
    tokens = np.zeros_like(next(iter(weighted.values())))
    tokens[best] = np.float32(chosen["tokens"]) * scaled(by_word(best))
    return {**weighted, "tokens": tokens}


def total(weighted: Mapping[str, Scores]) -> Scores:
    """The sum of what each searcher adds, shape (passages,)."""
    scores: Scores = np.sum(list(weighted.values()), axis=0, dtype=np.float32)
    return scores


def best_rows(scores: Scores, count: int) -> Rows:
    """Rows of the `count` highest scores, best first, equal ones in their order; all rows where there are no more.

    What a stable sort of all of them would begin with, found by partition: 7 ms instead of 124 among a million.
    """
    if count >= len(scores):
        return np.argsort(-scores, kind="stable")
    least = np.partition(scores, len(scores) - count)[len(scores) - count]
    above = np.flatnonzero(scores > least)
    rows = np.concatenate([above, np.flatnonzero(scores == least)[: count - len(above)]])
    return rows[np.argsort(-scores[rows], kind="stable")]
