"""How well each way of searching finds the right passage: held-out pairs and public question sets.

`hybrid` is what the program itself does when it answers from an index of these passages: BM25 over characters and
words, the bundled encoder beside one fitted on the passages, late interaction, and `embeddings.mixing`.
"""

from __future__ import annotations

import functools
import pathlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.joint import adapted
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import LexicalIndex
from embeddings.mixing import WEIGHTS, coverage, mix, total
from embeddings.static_model import StaticEmbedder
from embeddings.training.sources import PAIRS, read_material, rows

Scores = NDArray[np.float32]
WAYS = ("bm25", "words", "vectors", "adapted", "hybrid")
_DEPTH = 10
_BOOTSTRAPS = 1000


@dataclass(frozen=True, slots=True)
class Task:
    """Questions, the passages to search, and the row of each question's right passage."""

    name: str
    questions: tuple[str, ...]
    passages: tuple[str, ...]
    right: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of one way of searching on one task.

    Attributes:
        task, way: names.
        questions, passages: how many.
        hit1, hit5, hit10, mrr10: over all questions.
        low, high: bounds of the lead over BM25 over characters in MRR@10 (95 %, paired bootstrap).
        milliseconds: median time of a search, with the reading and encoding of its question.
    """

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
    milliseconds: float


def task_of(name: str, pairs: Sequence[tuple[str, str]]) -> Task:
    """A task from (question, passage) pairs; every passage once."""
    passages = tuple(dict.fromkeys(passage for _, passage in pairs))
    place = {passage: row for row, passage in enumerate(passages)}
    return Task(name, tuple(left for left, _ in pairs), passages, tuple(place[right] for _, right in pairs))


def tasks(data: pathlib.Path, *, pairs: pathlib.Path = PAIRS) -> Iterator[Task]:
    """Held-out pairs of the project and the public sets found in `data`, which training never reads.

    Args:
        data: folder with the texts.
        pairs: folder with the project's own pairs.

    Raises:
        InputError: if a file that training needs is missing.
    """
    material = read_material(data, articles=1, seed=0, pairs=pairs)
    for name, held in material.held_out.items():
        yield task_of(f"held-out {name}", [(pair.left, pair.right) for pair in held])
    for name, file in (("CMRC 2018", "qa_cmrc2018"), ("DRCD", "qa_drcd"), ("XQuAD zh", "qa_xquad_zh")):
        if (path := data / f"{file}.jsonl.xz").is_file():
            yield task_of(name, [(row["q"], row["p"]) for row in rows(path)])
    if (path := data / "par_xquad.jsonl.xz").is_file():
        yield task_of("XQuAD en→zh", [(row["en"], row["zh"]) for row in rows(path)])


def evaluate(task: Task, encoder: StaticEmbedder) -> list[Result]:
    """Every way of searching on one task."""
    found: dict[str, list[int]] = {}
    spent: dict[str, float] = {}
    for way, search in _searches(task.passages, encoder).items():
        seconds = []
        found[way] = []
        for question, right in zip(task.questions, task.right, strict=True):
            start = time.perf_counter()
            scores = search(question)
            seconds.append(time.perf_counter() - start)
            found[way].append(_rank(scores, right))
        spent[way] = 1000 * float(np.median(seconds))
    base = _reciprocal(found["bm25"])
    return [_result(task, way, ranks, base, spent[way]) for way, ranks in found.items()]


def _searches(passages: Sequence[str], encoder: StaticEmbedder) -> dict[str, Callable[[str], Scores]]:
    """Each way of searching: question -> scores of all passages."""
    lexical = {field: LexicalIndex.build(passages, field) for field in ("characters", "words")}
    joint, _ = adapted(passages, encoder)
    late = LateInteraction.build(encoder, passages)
    alone, together = encoder.encode_document(passages), joint.encode_document(passages)

    def hybrid(question: str) -> Scores:
        parts = {field: index.scores(question) for field, index in lexical.items()}
        covered = coverage(lexical, question, parts)
        parts["vectors"] = together @ joint.encode_query([question])[0]
        by_word = functools.partial(late.scores, question)
        return total(mix(parts, WEIGHTS, covered=covered, by_word=by_word))

    return {
        "bm25": lexical["characters"].scores,
        "words": lexical["words"].scores,
        "vectors": lambda question: alone @ encoder.encode_query([question])[0],
        "adapted": lambda question: together @ joint.encode_query([question])[0],
        "hybrid": hybrid,
    }


def _rank(scores: Scores, right: int) -> int:
    """Rank from 1 of the right passage; passages with the same score count before it."""
    return int((scores > scores[right]).sum() + (scores[:right] == scores[right]).sum()) + 1


def _reciprocal(ranks: Sequence[int]) -> NDArray[np.float64]:
    values = np.asarray(ranks, dtype=np.float64)
    return np.where(values <= _DEPTH, 1 / values, 0.0)


def _result(
    task: Task, way: str, ranks: Sequence[int], base: NDArray[np.float64], milliseconds: float
) -> Result:
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
        milliseconds=milliseconds,
    )
