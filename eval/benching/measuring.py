"""One size: make a collection, index it as the command does, ask, and hold what is found against exact search."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.errors import InputError
from eval.benching.collection import write_collection
from eval.benching.exact import DEPTH, recall
from eval.benching.questions import COUNT, questions
from rag.assistant import Assistant
from rag.build import LIBRARY, open_assistant, open_retriever
from rag.settings import PROJECT, Settings

SEED = 20_240_601
_WARMING = 3  # questions before the clock: dictionaries are read at the first ones
_KILOBYTES = 1024 if sys.platform == "darwin" else 1  # of what the system counts memory in

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one size costs.

    Attributes:
        chunks, cases: of the collection as it was indexed.
        index_seconds: from the files to a serving index, as `python -m rag index` takes.
        index_mb: the most memory that took; None where the system does not tell.
        disk_mb: of the index.
        open_seconds: until the first question can be asked.
        rss_mb: the most memory that opening and answering took; None where the system does not tell.
        p50_ms, p95_ms: of one question, by the clock.
        cpu_ms: of one question, median of the processor's time on all cores; tells a busy machine from a slow program.
        recall: mean share of the first ten cases of exact search that were found among the first ten.
    """

    chunks: int
    cases: int
    index_seconds: float
    index_mb: float | None
    disk_mb: float
    open_seconds: float
    rss_mb: float | None
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    recall: float


def measure(
    chunks: int,
    folder: pathlib.Path,
    shipped: Sequence[str],
    *,
    progress: Progress,
    seed: int = SEED,
    count: int = COUNT,
) -> Measured:
    """Measure one size, alone in its process: memory is counted from the process's start.

    Args:
        chunks: passages, about.
        folder: an empty one; the collection and its index are left there.
        shipped: questions of people.
        progress: called with a Chinese step and the share done.
        seed: of the collection and the questions.
        count: how many questions.

    Raises:
        InputError: if the collection cannot be indexed.
    """
    write_collection(folder / "汇编", chunks, library=LIBRARY, seed=seed, progress=progress)
    progress("建立索引", 0.0)
    start = time.perf_counter()
    counted = _index(folder / "汇编", folder / "索引")
    index_seconds = time.perf_counter() - start
    settings = Settings(index=folder / "索引")
    start = time.perf_counter()
    assistant = open_assistant(settings, progress)
    open_seconds = time.perf_counter() - start
    asked = questions(assistant.cases, shipped, seed=seed, count=count)
    by_clock, by_processor = _times(assistant, asked, progress)
    used = _peak_mb(children=False)
    readings = [assistant.understand(question) for question in asked]
    found = [[hit.case.id for hit in assistant.search(question, limit=DEPTH)] for question in asked]
    del assistant
    retriever = open_retriever(folder / "索引", settings)
    return Measured(
        chunks=len(retriever),
        cases=counted,
        index_seconds=round(index_seconds, 1),
        index_mb=_peak_mb(children=True),
        disk_mb=_megabytes(folder / "索引"),
        open_seconds=round(open_seconds, 1),
        rss_mb=used,
        p50_ms=round(float(np.percentile(by_clock, 50)), 1),
        p95_ms=round(float(np.percentile(by_clock, 95)), 1),
        cpu_ms=round(float(np.median(by_processor)), 1),
        recall=round(recall(retriever, readings, found, folder / "vectors.npy", progress), 4),
    )


def _index(source: pathlib.Path, index: pathlib.Path) -> int:
    """Index a folder by the command, in a process of its own; returns the number of cases."""
    command = [sys.executable, "-m", "rag", "index", str(source), "--index", str(index), "--json"]
    ended = subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
    )
    if ended.returncode:
        raise InputError("建立索引没有成功", hint="请看上面的提示")
    return int(json.loads(ended.stdout)["cases"])


def _times(assistant: Assistant, asked: Sequence[str], progress: Progress) -> tuple[list[float], list[float]]:
    """Milliseconds of each question by the clock and by the processor."""
    by_clock, by_processor = [], []
    for question in asked[:_WARMING]:
        assistant.ask(question)
    for number, question in enumerate(asked):
        progress("提问", number / len(asked))
        clock, processor = time.perf_counter(), time.process_time()
        assistant.ask(question)
        by_clock.append(1000 * (time.perf_counter() - clock))
        by_processor.append(1000 * (time.process_time() - processor))
    return by_clock, by_processor


def _peak_mb(*, children: bool) -> float | None:
    """The most memory that this process, or one that it started, has held; None on Windows."""
    if sys.platform == "win32":
        return None
    import resource

    who = resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF
    return round(resource.getrusage(who).ru_maxrss / _KILOBYTES / 1024, 1)


def _megabytes(folder: pathlib.Path) -> float:
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20, 1)
