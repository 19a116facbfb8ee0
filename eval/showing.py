"""Scores, comparisons and gates as tables for people and as objects for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from eval.comparing import Changed, Difference
from eval.gating import Gate
from eval.intervals import Estimate
from eval.scoring import ALL, COLUMNS, Column, Score, Table
from rag.tables import table

_BY_TYPE = (
    "hit@5",
    "mrr@10",
    "faithfulness",
    "citation_precision",
    "case_recall",
    "completeness",
    "relevance",
    "answered",
    "refusal_recall",
)
_LISTED = 12  # sentences and questions that a terminal shows; --json and the report have all


def figure(estimate: Estimate | None, column: Column | None = None) -> str:
    """A value in the form that suits its column; "–" for none."""
    if estimate is None:
        return "–"
    return (
        f"{estimate.value:.0f}"
        if column is not None and column.name == "characters"
        else f"{estimate.value:.3f}"
    )


def scores_text(scores: Sequence[Score], figures: Table) -> str:
    """Every measure over all questions, the main ones by type, and the sentences that nothing supports."""
    whole = figures[ALL]
    rows = [
        (column.label, figure(one, column), _interval(one, column), str(one.n))
        for column in COLUMNS
        if (one := whole[column.name]) is not None
    ]
    counts = {
        kind: len(scores) if kind == ALL else sum(one.question.type == kind for one in scores)
        for kind in figures
    }
    columns = [column for column in COLUMNS if column.name in _BY_TYPE]
    by_type = [
        (kind, str(counts[kind]), *(figure(part[column.name], column) for column in columns))
        for kind, part in figures.items()
    ]
    head = ("题型", "题数", *(column.label for column in columns))
    parts = [
        table(("指标", "成绩", "95% 区间", "题数"), rows, widest=(20, 8, 18, 6)),
        table(head, by_type, widest=(16, 6, *(16 for _ in columns))),
    ]
    wrong = list(unsupported(scores))
    if wrong:
        parts.append(f"没有引文支持的句子：{len(wrong)} 句")
        parts[-1] += "".join(
            f"\n  [{one}] {sentence}（{detail}）" for one, sentence, detail in wrong[:_LISTED]
        )
    return "\n\n".join(parts)


def _interval(one: Estimate, column: Column) -> str:
    digits = 0 if column.name == "characters" else 3
    return f"{one.low:.{digits}f}–{one.high:.{digits}f}"


def unsupported(scores: Sequence[Score]) -> Iterator[tuple[str, str, str]]:
    """Id of the question, sentence and what is wrong, for each sentence that its quotes do not support."""
    for score in scores:
        for one in score.sentences:
            if not one.supported:
                yield score.question.id, one.sentence, one.detail


def scores_object(scores: Sequence[Score], figures: Table) -> dict[str, Any]:
    """What `score --json` prints: the table with intervals, and each question with the verdict on each sentence."""
    return {
        "measures": {
            kind: {name: None if one is None else _rounded(one) for name, one in part.items()}
            for kind, part in figures.items()
        },
        "questions": [
            {
                "id": score.question.id,
                "type": score.question.type,
                "question": score.question.question,
                "measures": dict(score.measures),
                "sentences": [asdict(one) for one in score.sentences],
            }
            for score in scores
        ],
    }


def _rounded(one: Estimate) -> dict[str, float]:
    return {key: round(value, 4) for key, value in asdict(one).items()}


def comparison_text(found: Sequence[Difference], moved: Sequence[Changed]) -> str:
    """Means of two runs, the change with its interval, and the questions that changed most."""
    rows = [
        (
            one.column.label,
            f"{one.before:.3f}",
            f"{one.after:.3f}",
            f"{one.change.value:+.3f}",
            f"{one.change.low:+.3f} 至 {one.change.high:+.3f}",
            str(one.better),
            str(one.worse),
            "是" if one.is_certain else "",
        )
        for one in found
    ]
    head = ("指标", "原来", "现在", "变化", "95% 区间（配对）", "变好", "变差", "超出偶然")
    parts = [table(head, rows, widest=(20, 8, 8, 8, 20, 6, 6, 8))]
    parts.append(f"有变化的问题：{len(moved)} 个" + "".join(f"\n  {_moved(one)}" for one in moved[:_LISTED]))
    return "\n\n".join(parts)


def _moved(one: Changed) -> str:
    labels = {column.name: column.label for column in COLUMNS}
    told = "，".join(f"{labels[name]} {old:.2f}→{new:.2f}" for name, (old, new) in one.measures.items())
    return f"{one.total:+.2f}  {one.after.question.question}（{told or '拒答不同'}）"


def comparison_object(found: Sequence[Difference], moved: Sequence[Changed]) -> dict[str, Any]:
    """What `compare --json` prints."""
    return {
        "measures": {
            one.column.name: {
                "before": round(one.before, 4),
                "after": round(one.after, 4),
                "change": _rounded(one.change),
                "better": one.better,
                "worse": one.worse,
                "certain": one.is_certain,
            }
            for one in found
        },
        "questions": [
            {
                "id": one.after.question.id,
                "question": one.after.question.question,
                "measures": dict(one.measures),
            }
            for one in moved
        ],
    }


def gates_text(found: Sequence[Gate]) -> str:
    """Each measure beside its baseline."""
    rows = [
        (
            one.label,
            figure(one.found),
            f"{one.stored.value:.3f}",
            f"{one.stored.low:.3f}",
            "通过" if one.passed else "未通过",
        )
        for one in found
    ]
    failed = sum(not one.passed for one in found)
    last = f"{failed} 项低于基线" if failed else "没有低于基线的指标"
    return f"{table(('指标', '成绩', '基线', '下限', ''), rows, widest=(20, 8, 8, 8, 8))}\n{last}"
