"""Whether the quotes say enough of each clause of a sentence, word by word: the rest is invented."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.verifying.comparison import Comparison, Finding

# Fitted on eval/verify_pairs.jsonl: a logistic regression of the least supported clause on the share that its quotes
# say turns over at 0.58, and neither the clause's length nor its single characters told more. A little lower keeps
# more of the free paraphrases and lets no more inventions through.
_ENOUGH = 0.54  # share of a clause that the quotes must say
# What announces measures without telling any.
_ANNOUNCING = frozenset(
    "推出 推行 采取 实施 实行 包括 主要 具体 如下 介绍 显示 提出 建立 形成 总结 探索 创新 措施 特色 亮点 办法 方式 步骤 成效 效果 内容 要点 "
    "几个 体现 概括 归纳 以下 分为 两点 三点 方法 安排".split()
)
_FIGURE = 5.0  # weight of a figure in a clause: whether it is the quotes' has been found out before


@dataclass(frozen=True, slots=True)
class ClauseSupport:
    """What the quotes hold of one clause.

    Attributes:
        text: of the clause.
        share: of the weight of its content words and figures, 0 to 1.
    """

    text: str
    share: float


def clause_supports(comparison: Comparison) -> list[ClauseSupport]:
    """Support of each clause that has content words."""
    found = []
    for number, span in enumerate(comparison.sentence.clauses):
        rows = comparison.rows(number)
        weights: NDArray[np.float32] = comparison.weights[rows]
        text = comparison.sentence.text[span.start : span.end].strip("，。；！？、：: ")
        if not weights.sum() or text in comparison.context or _announces(comparison, number):
            continue
        figures = _FIGURE * comparison.sentence.stated(span)
        share = (float(weights @ comparison.best[rows]) + figures) / (float(weights.sum()) + figures)
        found.append(ClauseSupport(text, share))
    return found


def _announces(comparison: Comparison, clause: int) -> bool:
    """Whether a clause only says whose measures follow (某区推出的举措包括：)."""
    span = comparison.sentence.clauses[clause]
    rows = comparison.rows(clause)
    said = [comparison.sentence.words[row].text for row in rows if comparison.weights[row]]
    return comparison.sentence.text[span.end - 1] in "：:" and _ANNOUNCING.issuperset(said)


def support_finding(comparison: Comparison) -> Finding | None:
    """The clause that the quotes say least of, if they do not say enough of it; else None."""
    worst = min(clause_supports(comparison), key=lambda clause: clause.share, default=None)
    if worst is not None and worst.share < _ENOUGH:
        return Finding("invented", f"引文里没有说“{worst.text}”")
    return None
