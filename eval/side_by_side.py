"""This product beside others: one run, one machine, the same documents, questions and encoder."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from corpus.errors import InputError, ModelError
from corpus.reading import find_files, read_bytes, read_raw
from corpus.types import Case
from eval import measures, retrieval
from eval.gold import Question
from rag.settings import PROJECT
from rag.tables import table

PEERS = pathlib.Path(__file__).parent / "peers"
ENCODER = PROJECT / "embeddings" / "model"
OWN = "本程序"
RECIPES = {
    "LangChain": "langchain_recipe.py",
    "LlamaIndex": "llama_index_recipe.py",
    "Haystack": "haystack_recipe.py",
    "txtai": "txtai_recipe.py",
}
_LONGEST = 3600  # seconds that one system may take
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Row:
    """What one system did.

    Attributes:
        name: of the system.
        versions: of its packages.
        passages: how many it searches.
        quality: hit@1, hit@5, mrr@10, key phrases, case precision and recall, each 0..1.
        start: seconds from the start of a process that opens the index to the first passages found.
        index: seconds of the indexing, in a process of its own.
        p50, p95: milliseconds of a search.
        answer_p95: milliseconds of a whole answer; None for systems that only find passages.
        megabytes, index_megabytes: the most that was resident while asked, while indexing.
    """

    name: str
    versions: dict[str, str]
    passages: int
    quality: dict[str, float]
    start: float
    index: float
    p50: float
    p95: float
    answer_p95: float | None
    megabytes: float
    index_megabytes: float


def compare(
    folder: pathlib.Path,
    questions: Sequence[Question],
    cases: Sequence[Case],
    *,
    python: pathlib.Path,
    progress: Progress,
) -> tuple[list[Row], list[str]]:
    """Run every system, this one first, each in two processes: one that indexes, one that opens the index and asks.

    Args:
        folder: of the documents, text files.
        questions: asked of each; those with gold cases are scored.
        cases: of the same documents, to tell which case a found passage is of.
        python: interpreter of the environment that holds the other systems.
        progress: called with a Chinese step and the share done, 0..1.

    Returns:
        A row for each system that ran; a line in Chinese for each that failed, with the last line that it wrote.

    Raises:
        InputError: where there is no such interpreter or no text.
    """
    if not python.is_file():
        raise InputError(
            f"没有这个解释器：{python}",
            hint="请先建环境：python3.11 -m venv 文件夹，再 文件夹/bin/pip install -r eval/peers/requirements.txt",
        )
    documents = {
        path.name: "\n".join(line.text for line in read_raw(path, read_bytes(path)).lines)
        for path in find_files([folder])
    }
    programs = [(OWN, pathlib.Path(sys.executable), "own_recipe.py")]
    programs += [(name, python, recipe) for name, recipe in RECIPES.items()]
    indexing = {"encoder": str(ENCODER), "folder": str(folder), "documents": list(documents.items())}
    asking = {"encoder": str(ENCODER), "questions": [one.question for one in questions]}
    rows, failures = [], []
    for number, (name, interpreter, recipe) in enumerate(programs):
        try:
            with tempfile.TemporaryDirectory() as index:
                progress(f"{name}：建索引", number / len(programs))
                made = _run(interpreter, recipe, {**indexing, "index": index})
                progress(f"{name}：提问", (number + 0.5) / len(programs))
                asked = _run(interpreter, recipe, {**asking, "index": index})
        except ModelError as error:
            failures.append(f"{name}：{error.message}")
        else:
            rows.append(_row(name, made, asked, questions, _Places(cases, documents)))
    return rows, failures


def _run(python: pathlib.Path, recipe: str, task: dict[str, Any]) -> dict[str, Any]:
    offline = {
        "HF_HUB_OFFLINE": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "TOKENIZERS_PARALLELISM": "false",
    }
    own = {"PYTHONPATH": str(PROJECT)} if python == pathlib.Path(sys.executable) else {}
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | offline | own
    with tempfile.TemporaryDirectory() as temporary:
        given, made = pathlib.Path(temporary) / "task.json", pathlib.Path(temporary) / "result.json"
        given.write_text(json.dumps(task, ensure_ascii=False), encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603 - our own programs, nothing of what a document says
                [python, PEERS / recipe, given, made],
                env=environment,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ModelError(f"{recipe} 运行了 {_LONGEST} 秒还没有完") from error
        if done.returncode or not made.is_file():
            last = (done.stderr.strip().splitlines() or ["没有输出"])[-1]
            raise ModelError(f"{recipe} 运行失败：{last}")
        result: dict[str, Any] = json.loads(made.read_text(encoding="utf-8"))
        return result


@dataclass(frozen=True, slots=True)
class _Places:
    """Tells which case a found passage is of, so that cases are compared whatever a system cuts."""

    cases: Sequence[Case]
    documents: dict[str, str]

    def told(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The same with the lines and the case of each passage."""
        found = {part: [self._of(place) for place in answer[part]] for part in ("hits", "citations")}
        return {"answer": answer["answer"], **found}

    def _of(self, place: dict[str, Any]) -> dict[str, Any]:
        """A passage with id and title of the case that shares most lines with it; of none, its own place."""
        first, last = place.get("lines") or self._lines(place)
        shared = {
            case: min(last, case.lines[1]) - max(first, case.lines[0])
            for case in self.cases
            if case.source == place["source"]
        }
        best = max(shared, key=lambda case: shared[case], default=None)
        named = {"case_id": f"{place['source']}:{first}", "title": f"{place['source']}:{first}"}
        if best is not None and shared[best] >= 0:
            named = {"case_id": best.id, "title": best.title}
        return {**place, "lines": [first, last], **named}

    def _lines(self, place: dict[str, Any]) -> tuple[int, int]:
        """First and last line, from 1, of a passage that tells the offset of its first character."""
        text, start = self.documents[place["source"]], place["start"]
        first = text.count("\n", 0, start) + 1
        return first, first + text.count("\n", start, start + max(len(place["quote"].rstrip()), 1) - 1)


def _row(
    name: str, made: dict[str, Any], asked: dict[str, Any], questions: Sequence[Question], places: _Places
) -> Row:
    p50, p95 = np.percentile(asked["search_seconds"], [50, 95]) * 1000
    answering = asked.get("answer_seconds")
    return Row(
        name,
        asked["versions"],
        made["passages"],
        _quality(questions, [places.told(answer) for answer in asked["answers"]]),
        asked["start_seconds"],
        made["seconds"],
        float(p50),
        float(p95),
        float(np.percentile(answering, 95) * 1000) if answering else None,
        asked["peak_mb"],
        made["peak_mb"],
    )


def _quality(questions: Sequence[Question], answers: Sequence[dict[str, Any]]) -> dict[str, float]:
    pairs = [
        (one, answer) for one, answer in zip(questions, answers, strict=True) if one.answerable and one.gold
    ]
    found = [
        {
            "hit@1": retrieval.hit_at(1, answer["hits"], one.gold),
            "hit@5": retrieval.hit_at(5, answer["hits"], one.gold),
            "mrr@10": retrieval.reciprocal_rank(answer["hits"], one.gold),
            "completeness": measures.completeness(answer["answer"], one.must),
            "case_precision": measures.case_precision(answer["citations"], one.gold),
            "case_recall": measures.case_recall(answer["citations"], one.gold),
        }
        for one, answer in pairs
    ]
    values = {name: [value for one in found if (value := one[name]) is not None] for name in _MEASURES}
    return {name: fmean(known) for name, known in values.items() if known}


_MEASURES = {
    "hit@1": "首位命中",
    "hit@5": "前五命中",
    "mrr@10": "MRR@10",
    "completeness": "要点齐全",
    "case_precision": "案例精确率",
    "case_recall": "案例召回率",
}


def rows_object(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows as JSON."""
    return [dataclasses.asdict(row) for row in rows]


def rows_text(rows: Sequence[Row]) -> str:
    """Two tables for people: quality, then time and memory, and what was run."""
    quality = [
        (row.name, *(f"{row.quality[name]:.3f}" if name in row.quality else "–" for name in _MEASURES))
        for row in rows
    ]
    cost = [
        (
            row.name,
            str(row.passages),
            f"{row.start:.1f}",
            f"{row.index:.1f}",
            f"{row.p50:.1f}",
            f"{row.p95:.1f}",
            "–" if row.answer_p95 is None else f"{row.answer_p95:.1f}",
            f"{row.megabytes:.0f}",
            f"{row.index_megabytes:.0f}",
        )
        for row in rows
    ]
    names = (
        "片段",
        "启动（秒）",
        "建索引（秒）",
        "检索中位（毫秒）",
        "检索 95%（毫秒）",
        "作答 95%（毫秒）",
        "提问内存（MB）",
        "建索引内存（MB）",
    )
    versions = "\n".join(
        f"{row.name}：{'，'.join(f'{name} {version}' for name, version in row.versions.items())}"
        for row in rows
        if row.versions
    )
    first = table(("系统", *_MEASURES.values()), quality, widest=(12, *(12,) * len(_MEASURES)))
    return "\n\n".join((first, table(("系统", *names), cost, widest=(12, *(18,) * len(names))), versions))
