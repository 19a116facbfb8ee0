"""Saved answers -> a score of each -> a table by type of question. Asks no model; the verifier is plain code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.errors import InputError
from eval import measures, retrieval
from eval.gold import Question
from eval.intervals import Estimate, bootstrap
from eval.judging import Judged, citations_of, judge
from rag.verify import Verifier

ALL = "全部"


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of the tables.

    Attributes:
        name: key in JSON.
        label: Chinese, for tables.
        measure: the measure of each answer that it sums up.
        percentile: 0 to 100; None for the mean.
        is_share: whether it is a share between 0 and 1, higher being better.
    """

    name: str
    label: str
    measure: str
    percentile: float | None = None
    is_share: bool = True


COLUMNS = (
    Column("hit@1", "首位命中", "hit@1"),
    Column("hit@5", "前五命中", "hit@5"),
    Column("recall@10", "前十召回", "recall@10"),
    Column("mrr@10", "MRR@10", "mrr@10"),
    Column("ndcg@10", "nDCG@10", "ndcg@10"),
    Column("faithfulness", "忠实度（句）", "faithfulness"),
    Column("claim_faithfulness", "忠实度（分句）", "claim_faithfulness"),
    Column("marked", "有编号的句", "marked"),
    Column("citation_precision", "引用精确率", "citation_precision"),
    Column("citation_recall", "引用召回率", "citation_recall"),
    Column("case_precision", "案例精确率", "case_precision"),
    Column("case_recall", "案例召回率", "case_recall"),
    Column("completeness", "要点齐全", "completeness"),
    Column("relevance", "切题", "relevance"),
    Column("answered", "该答而答", "answered"),
    Column("refusal_precision", "拒答精确率", "refusal_precision"),
    Column("refusal_recall", "拒答召回率", "refusal_recall"),
    Column("refusal_reason", "拒答理由对", "refusal_reason"),
    Column("consistency", "换说法一致", "consistency"),
    Column("judge_faithfulness", "大模型评忠实", "judge_faithfulness"),
    Column("judge_relevance", "大模型评切题", "judge_relevance"),
    Column("p50", "用时中位（秒）", "seconds", 50, is_share=False),
    Column("p95", "用时 95%（秒）", "seconds", 95, is_share=False),
    Column("characters", "字数中位", "characters", 50, is_share=False),
)

Table = dict[str, dict[str, Estimate | None]]  # type of question -> name of a column -> figure


@dataclass(frozen=True, slots=True)
class Score:
    """One answer with all that is found of it.

    Attributes:
        question: with its gold.
        answer: as saved.
        measures: name of a measure to its value; one that is not defined for the answer is left out.
        sentences: each with its verdict and the reason.
    """

    question: Question
    answer: Mapping[str, Any]
    measures: Mapping[str, float]
    sentences: tuple[Judged, ...]


def score_answers(
    questions: Sequence[Question],
    answers: Sequence[Mapping[str, Any]],
    *,
    verifier: Verifier | None = None,
) -> Iterator[Score]:
    """A score of each answer, in order.

    Raises:
        InputError: if the answers are to other questions.
    """
    if [one.question for one in questions] != [one["question"] for one in answers]:
        raise InputError(
            "回答与问题集对不上", hint="请用同一个问题集先运行：python -m eval run --out 回答.jsonl"
        )
    verifier = verifier or Verifier()
    others = list(_siblings(questions))
    for question, answer, same in zip(questions, answers, others, strict=True):
        # A refusal that cites nothing tells nothing, however it is worded.
        silent = answer["refused"] and not answer["citations"]
        sentences = () if silent else judge(answer["answer"], citations_of(answer), verifier)
        agreement = measures.consistency(answer, [answers[row] for row in same])
        values = {**_measured(question, answer, sentences), "consistency": agreement}
        defined = {name: float(value) for name, value in values.items() if value is not None}
        yield Score(question, answer, defined, sentences)


def _siblings(questions: Sequence[Question]) -> Iterator[list[int]]:
    """For each question, the rows of the other wordings of it, as the set names them."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, question in enumerate(questions):
        rows[question.same_as or question.id].append(row)
    for row, question in enumerate(questions):
        yield [other for other in rows[question.same_as or question.id] if other != row]


def _measured(
    question: Question, answer: Mapping[str, Any], sentences: Sequence[Judged]
) -> dict[str, float | None]:
    refused, answerable = bool(answer["refused"]), question.answerable
    opinion: Mapping[str, float] = answer.get("judge") or {}
    found: dict[str, float | None] = {
        "faithfulness": measures.faithfulness(sentences),
        "claim_faithfulness": measures.claim_faithfulness(sentences),
        "marked": measures.marked_share(sentences),
        "citation_precision": measures.citation_precision(sentences),
        "citation_recall": measures.citation_recall(sentences),
        "answered": measures.answered(refused=refused, answerable=answerable),
        "refusal_precision": measures.refusal_precision(refused=refused, answerable=answerable),
        "refusal_recall": measures.refusal_recall(refused=refused, answerable=answerable),
        "refusal_reason": measures.refusal_reason(answer.get("reason"), question.reason) if refused else None,
        **{f"judge_{name}": opinion.get(name) for name in ("faithfulness", "relevance")},
        "seconds": answer.get("seconds"),
        "characters": float(len(answer["answer"])),
    }
    return found | (_against_gold(question, answer, sentences) if answerable else {})


def _against_gold(
    question: Question, answer: Mapping[str, Any], sentences: Sequence[Judged]
) -> dict[str, float | None]:
    hits, citations, gold = answer["hits"], answer["citations"], question.gold
    return {
        "hit@1": retrieval.hit_at(1, hits, gold),
        "hit@5": retrieval.hit_at(5, hits, gold),
        "recall@10": retrieval.recall_at(10, hits, gold),
        "mrr@10": retrieval.reciprocal_rank(hits, gold),
        "ndcg@10": retrieval.ndcg_at(10, hits, gold),
        "case_precision": measures.case_precision(citations, gold),
        "case_recall": measures.case_recall(citations, gold),
        "completeness": measures.completeness(answer["answer"], question.must),
        "relevance": measures.relevance(sentences, citations, gold),
    }


def tabulate(scores: Sequence[Score]) -> Table:
    """Every column over all answers and over each type of question; None where no answer has the measure."""
    by_type: dict[str, list[Score]] = {ALL: list(scores)}
    for score in scores:
        by_type.setdefault(score.question.type, []).append(score)
    return {kind: {column.name: summed(column, part) for column in COLUMNS} for kind, part in by_type.items()}


def summed(column: Column, scores: Sequence[Score]) -> Estimate | None:
    """One column over some answers, None where none of them has the measure."""
    values = [score.measures[column.measure] for score in scores if column.measure in score.measures]
    return bootstrap(values, column.percentile) if values else None


def worst(scores: Sequence[Score], number: int) -> list[Score]:
    """Those with the most wrong: a wrong refusal or answer first, then by faithfulness, key phrases and cases."""
    return sorted(scores, key=_merit)[:number]


def _merit(score: Score) -> float:
    found = score.measures
    right = float(bool(score.answer["refused"]) != score.question.answerable)
    told = [found.get(name, 1.0) for name in ("completeness", "case_recall", "mrr@10")]
    return right + found.get("faithfulness", 1.0) + sum(told) / len(told)
