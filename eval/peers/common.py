"""What every recipe shares: the task, the clock, the memory and the lines of a passage. Standard library only."""

from __future__ import annotations

import bisect
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
Index = Callable[[list[Text]], tuple[Search, int]]
Recipe = Callable[[str], Index]


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
    """Run a recipe on the task named by the first argument; the result goes to the file named by the second.

    Args:
        recipe: loads what it needs with the encoder of a folder, then makes of documents a search, and says how
            many passages it searches.
        packages: whose versions to report.
    """
    task = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    texts = [Text(source, text) for source, text in task["documents"]]
    index = recipe(task["encoder"])
    before = time.perf_counter()
    search, passages = index(texts)
    built = time.perf_counter()
    list(search(task["questions"][0]))
    result: dict[str, Any] = {
        "start_seconds": started() - (built - before),
        "index_seconds": built - before,
        "passages": passages,
    }
    lines = {text.source: _line_starts(text.text) for text in texts}
    seconds, answers = [], []
    for question in task["questions"]:
        began = time.perf_counter()
        found = list(search(question))
        seconds.append(time.perf_counter() - began)
        rows = [_row(passage, lines[passage.source]) for passage in found]
        answer = "\n".join(passage.text for passage in found[:SHOWN])
        answers.append({"answer": answer, "hits": rows, "citations": rows[:SHOWN]})
    result |= {
        "search_seconds": seconds,
        "answers": answers,
        "peak_mb": peak_megabytes(),
        "versions": {name: importlib.metadata.version(name) for name in packages},
    }
    pathlib.Path(sys.argv[2]).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


def _line_starts(text: str) -> list[int]:
    return [0, *(place + 1 for place, character in enumerate(text) if character == "\n")]


def _row(passage: Passage, starts: list[int]) -> dict[str, Any]:
    end = passage.start + max(len(passage.text.rstrip()), 1) - 1
    return {
        "source": passage.source,
        "lines": [bisect.bisect_right(starts, passage.start), bisect.bisect_right(starts, end)],
        "quote": passage.text,
    }


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
