"""How well vectors, BM25 and both together find the right passage: held-out pairs and public question sets."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.embedder import Embedder
from embeddings.lexical import LexicalIndex
from embeddings.training.sources import read_material, rows

_DEPTH = 10
_BOOTSTRAPS = 1000
_HYBRID = 0.5  # share of the vectors in the hybrid


@dataclass(frozen=True, slots=True)
class Task:
    """Questions, the passages to search, and the row of each question's right passage."""

    name: str
    questions: tuple[str, ...]
    passages: tuple[str, ...]
    right: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of one way of searching on one task; `low` and `high` bound its MRR@10 lead over BM25 (95 %)."""

    task: str
    way: str
    questions: int
    passages: int
    hit1: float
    hit5: float
    hit10: float
    mrr10: float
    low: float
    high: float


def task_of(name: str, pairs: Sequence[tuple[str, str]]) -> Task:
    """A task from (question, passage) pairs; every passage once."""
    passages = tuple(dict.fromkeys(passage for _, passage in pairs))
    place = {passage: row for row, passage in enumerate(passages)}
    return Task(name, tuple(left for left, _ in pairs), passages, tuple(place[right] for _, right in pairs))


def tasks(data: pathlib.Path) -> Iterator[Task]:
    """Held-out pairs of the project and the public sets found in `data`, which training never reads."""
    material = read_material(data, articles=1, seed=0)
    for name, pairs in material.held_out.items():
        yield task_of(f"held-out {name}", [(pair.left, pair.right) for pair in pairs])
    for name, file in (("CMRC 2018", "qa_cmrc2018"), ("DRCD", "qa_drcd"), ("XQuAD zh", "qa_xquad_zh")):
        if (path := data / f"{file}.jsonl.xz").is_file():
            yield task_of(name, [(row["q"], row["p"]) for row in rows(path)])
    if (path := data / "par_xquad.jsonl.xz").is_file():
        yield task_of("XQuAD en→zh", [(row["en"], row["zh"]) for row in rows(path)])


def evaluate(task: Task, embedder: Embedder) -> list[Result]:
    """BM25 over characters, vectors, and their sum scaled to 0..1 a question, on one task."""
    lexical = LexicalIndex.build(task.passages, "characters")
    passages = embedder.encode_document(task.passages)
    found: dict[str, list[int]] = {"bm25": [], "vectors": [], "hybrid": []}
    for question, right in zip(task.questions, task.right, strict=True):
        words = _scaled(lexical.scores(question))
        vectors = _scaled(passages @ embedder.encode_query([question])[0])
        for way, scores in (
            ("bm25", words),
            ("vectors", vectors),
            ("hybrid", _HYBRID * vectors + (1 - _HYBRID) * words),
        ):
            found[way].append(_rank(scores, right))
    base = _reciprocal(found["bm25"])
    return [_result(task, way, ranks, base) for way, ranks in found.items()]


def _scaled(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)


def _rank(scores: NDArray[np.float32], right: int) -> int:
    """Rank from 1 of the right passage; passages with the same score count before it."""
    return int((scores > scores[right]).sum() + (scores[:right] == scores[right]).sum()) + 1


def _reciprocal(ranks: Sequence[int]) -> NDArray[np.float64]:
    values = np.asarray(ranks, dtype=np.float64)
    return np.where(values <= _DEPTH, 1 / values, 0.0)


def _result(task: Task, way: str, ranks: Sequence[int], base: NDArray[np.float64]) -> Result:
    own = _reciprocal(ranks)
    draw = np.random.default_rng(0)
    picks = draw.integers(0, len(own), (_BOOTSTRAPS, len(own)))
    leads = (own - base)[picks].mean(axis=1)
    values = np.asarray(ranks)
    return Result(
        task=task.name,
        way=way,
        questions=len(ranks),
        passages=len(task.passages),
        hit1=float((values <= 1).mean()),
        hit5=float((values <= 5).mean()),
        hit10=float((values <= 10).mean()),
        mrr10=float(own.mean()),
        low=float(np.quantile(leads, 0.025)),
        high=float(np.quantile(leads, 0.975)),
    )
