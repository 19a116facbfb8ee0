"""What every recipe shares: the task, its two halves, the clock and the memory. Standard library only."""

from __future__ import annotations

import importlib.metadata
import json
import pathlib
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

TOP = 10  # passages asked for
SHOWN = 3  # of them are the answer: what a reader of a bare list of passages looks at


@dataclass(frozen=True)
class Text:
    """One document: the name of its file and what is written there."""

    source: str
    text: str


@dataclass(frozen=True)
class Passage:
    """What a system found: characters `start` to `start + len(text)` of the document of a file."""

    source: str
    start: int
    text: str


Search = Callable[[str], Iterable[Passage]]


@dataclass(frozen=True)
class System:
    """What a recipe makes with an encoder.

    Attributes:
        index: makes an index of texts in a folder; says how many passages it holds.
        opened: the search of that folder, in another process: as it is after every start but the first.
    """

    index: Callable[[list[Text], pathlib.Path], int]
    opened: Callable[[pathlib.Path], Search]


Recipe = Callable[[str], System]


def started() -> float:
    """Seconds since this process began: imports are part of what a user waits for."""
    try:
        ticks = float(
            pathlib.Path("/proc/self/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[19]
        )
        up = float(pathlib.Path("/proc/uptime").read_text(encoding="ascii").split()[0])
        return up - ticks / 100  # USER_HZ is 100 on every Linux
    except OSError:
        return time.process_time()


def peak_megabytes() -> float:
    """The most memory that this process had resident, in MB."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main(recipe: Recipe, *packages: str) -> None:
    """One half of the task named by the first argument; the result goes to the file named by the second.

    Args:
        recipe: loads what it needs with the encoder of a folder.
        packages: whose versions to report.
    """
    task = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    system, folder = recipe(task["encoder"]), pathlib.Path(task["index"])
    versions = {name: importlib.metadata.version(name) for name in packages}
    result = (
        _asked(system, folder, task["questions"]) if "questions" in task else _indexed(system, folder, task)
    )
    result |= {"peak_mb": peak_megabytes(), "versions": versions}
    pathlib.Path(sys.argv[2]).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


def _indexed(system: System, folder: pathlib.Path, task: dict[str, Any]) -> dict[str, Any]:
    texts = [Text(source, text) for source, text in task["documents"]]
    before = time.perf_counter()
    passages = system.index(texts, folder)
    return {"passages": passages, "seconds": time.perf_counter() - before}


def _asked(system: System, folder: pathlib.Path, questions: list[str]) -> dict[str, Any]:
    search = system.opened(folder)
    list(search(questions[0]))
    start = started()
    seconds, answers = [], []
    for question in questions:
        began = time.perf_counter()
        found = list(search(question))
        seconds.append(time.perf_counter() - began)
        hits = [{"source": one.source, "start": one.start, "quote": one.text} for one in found]
        answer = "\n".join(passage.text for passage in found[:SHOWN])
        answers.append({"answer": answer, "hits": hits, "citations": hits[:SHOWN]})
    return {"start_seconds": start, "search_seconds": seconds, "answers": answers}


def sentence_packs(text: str, size: int) -> list[tuple[int, str]]:
    """A text cut behind sentences and line breaks into pieces of at most `size` characters, each with its start.

    A sentence longer than `size` stays whole.
    """
    packs: list[tuple[int, str]] = []
    begin = end = 0
    while end < len(text):
        stops = [place for mark in "。！？；\n" if (place := text.find(mark, end)) >= 0]
        after = min(stops, default=len(text) - 1) + 1
        if after - begin > size and end > begin:
            packs.append((begin, text[begin:end]))
            begin = end
        end = after
    packs.append((begin, text[begin:end]))
    return [(start, piece) for start, piece in packs if piece.strip()]
