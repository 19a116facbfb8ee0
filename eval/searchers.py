"""What each searcher finds alone, and what is lost without it: so that nobody keeps one that does nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from eval import retrieval
from eval.gold import Question
from rag.build import open_assistant
from rag.output import hit_object
from rag.settings import Settings

NAMES = {
    "characters": "字（BM25）",
    "words": "词（BM25）",
    "vectors": "向量",
    "vocabulary": "对照表",
    "tokens": "逐词比对",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Retrieval figures of one choice of searchers over the answerable questions."""

    searchers: str
    hit1: float
    hit5: float
    mrr10: float


def compare(questions: Sequence[Question], settings: Settings) -> Iterator[Line]:
    """All searchers together, each alone, and all without each.

    A question is searched for as it stands, without the conversation before it; the set must hold an answerable one.
    Late interaction re-scores what the others rank first; alone it sees the first few hundred passages only.
    """
    weights = {name: getattr(settings, f"{name}_weight") for name in NAMES}
    yield _line("全部", questions, settings, weights)
    for name, shown in NAMES.items():
        yield _line(f"只用{shown}", questions, settings, {other: float(other == name) for other in NAMES})
    for name, shown in NAMES.items():
        yield _line(f"不用{shown}", questions, settings, {**weights, name: 0.0})


def _line(
    searchers: str, questions: Sequence[Question], settings: Settings, weights: dict[str, float]
) -> Line:
    changed: dict[str, Any] = {f"{name}_weight": weight for name, weight in weights.items()}
    chosen = dataclasses.replace(settings, **changed)
    assistant = open_assistant(chosen)
    rows = []
    for question in questions:
        if question.answerable:
            hits = [hit_object(hit) for hit in assistant.search(question.question)]
            gold = question.gold
            rows.append(
                (
                    retrieval.hit_at(1, hits, gold),
                    retrieval.hit_at(5, hits, gold),
                    retrieval.reciprocal_rank(hits, gold),
                )
            )
    hit1, hit5, mrr10 = (sum(column) / len(rows) for column in zip(*rows, strict=True))
    return Line(searchers, hit1, hit5, mrr10)
