"""A laboratory of faults, run as a program of its own: work on an index that is killed, or whose disk fills, at a point.

Python tells its audit hooks of every file that it opens for writing, makes, renames, links or removes; right before the
chosen one the process ends, or can write no byte more. Nothing is patched. Each attempt is made in a fork, on a copy of
the same index; a line of JSON tells what it left behind.

    PYTHONPATH=tests:. python tests/fault_lab.py FOLDER
"""

import json
import os
import resource
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from collected import FIRST, SECOND, added, document_id, some
from invented import CASES

from corpus.errors import CaseQAError
from rag import collection, originals, store
from rag.build import index_files, open_assistant
from rag.collection import open_collection
from rag.encoders import encoder_maker
from rag.settings import Settings

QUESTION = "清溪县企业开办几天？"
THIRD = some(*tuple(CASES)[6:8])
KILLED = 77
NEVER = sys.maxsize
_CHANGING = {f"os.{name}" for name in ("rename", "remove", "mkdir", "rmdir", "link", "truncate", "chmod")}
_WRITING = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC
# What fills a new build's folder or clears an old one's is all alike: every so many of these are a point of their own.
_EACH = 14

Work = Callable[[Path], object]


@dataclass
class Points:
    """Counts the changes to the files of `folder` and calls `fault` before the chosen one, once."""

    folder: Path
    chosen: int = 0
    fault: Callable[[], object] = NotImplementedError
    seen: list[str] = field(default_factory=list)

    def choose(self, number: int, fault: Callable[[], object] = NotImplementedError) -> None:
        """Count from 1 again; 0 counts nothing."""
        self.chosen, self.fault, self.seen = number, fault, []

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        """An audit hook."""
        if not self.chosen or not _changes(event, arguments):
            return
        path = Path(os.fsdecode(arguments[0]))
        if path.is_absolute() and not path.is_relative_to(self.folder):
            return
        shown = (
            path.relative_to(self.folder) if path.is_absolute() else path
        )  # relative: of a folder being cleared
        self.seen.append(f"{event} {shown.as_posix()}")
        if len(self.seen) == self.chosen:
            self.chosen = 0
            self.fault()


def _changes(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        return isinstance(arguments[0], str) and bool((arguments[2] or 0) & _WRITING)
    return event in _CHANGING


def is_alike(what: str) -> bool:
    """Whether a change is one of those that fill a new build's folder or clear an old one's."""
    path = what.partition(" ")[2]
    single = path.startswith((".building-", "build-")) and "/" not in path
    return not (
        single or path.startswith(("CURRENT", ".lock", "originals/")) or path.endswith("manifest.json")
    )


def killed() -> None:
    os._exit(KILLED)


def full() -> None:
    """From here on no byte can be written to any file of this process: each attempt is an OSError."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def in_fork(work: Callable[[], object]) -> dict[str, Any]:
    """The exit status of a fork that did `work`, and what it tells of an error."""
    receiving, sending = os.pipe()
    child = os.fork()
    if not child:
        told: dict[str, Any] = {}
        try:
            work()
        except CaseQAError as error:
            told = {"said": str(error)}
        except BaseException as error:  # noqa: BLE001 - told to the test, which fails on it
            told = {"traceback": repr(error)}
        os.write(sending, json.dumps(told).encode())
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as stream:
        text = stream.read()
    return {"status": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), **json.loads(text or "{}")}


def left(folder: Path) -> dict[str, Any]:
    """What answers from `folder`, after a look at every byte of it, and what lies about there."""
    found: dict[str, Any] = {"documents": None, "answer": None}
    names = {one.name for one in folder.iterdir()} - {"CURRENT", ".lock", "originals"}
    copies = {one.name for one in folder.glob("originals/*")}
    if store.exists(folder):
        held = open_collection(folder)
        kept = [one.original for one in held.documents if one.original]
        for path in kept:
            originals.read(folder, path)
        names -= {held.build}
        copies -= {path.split("/")[1] for path in kept}
        answer = open_assistant(Settings(index=folder)).ask(QUESTION)
        documents = [one.report.path.rpartition("/")[2] for one in held.documents]
        found = {"documents": documents, "answer": [one.quote for one in answer.citations]}
    return {**found, "strays": sorted(names) + sorted(copies)}


def operations(scratch: Path) -> Iterator[tuple[str, Path, Work]]:
    """Name, folder before it, and the work of each kind of change."""
    nothing, indexed, collected = (scratch / name for name in ("nothing", "indexed", "collected"))
    sources = scratch / "材料"
    sources.mkdir()
    for name, data in (("甲.txt", FIRST), ("乙.txt", SECOND)):
        (sources / name).write_bytes(data)
    nothing.mkdir()
    index_files([sources], indexed, Settings())
    added(collected, ("甲.txt", FIRST), ("乙.txt", SECOND))
    (sources / "丙.txt").write_bytes(THIRD)

    def index(folder: Path) -> object:
        return index_files([sources], folder, Settings())

    def remove(folder: Path) -> object:
        second = document_id(open_collection(folder), "乙.txt")
        return collection.remove(folder, second, encoder_maker)

    yield "index for the first time", nothing, index
    yield "index again", indexed, index
    yield "add", collected, lambda folder: added(folder, ("丙.txt", THIRD))
    yield "remove", collected, remove


def chosen_points(seen: list[str], offset: int) -> Iterator[tuple[int, bool]]:
    """Numbers of the changes before which a fault comes, and whether the change is unlike the others."""
    alike = offset
    for number, what in enumerate(seen, 1):
        alike += is_alike(what)
        if not is_alike(what) or alike % _EACH == 0:
            yield number, not is_alike(what)


def main(scratch: Path) -> None:
    folder = scratch / "at work"
    points = Points(folder)
    sys.addaudithook(points.heard)

    def attempt(work: Work, number: int, fault: Callable[[], object]) -> None:
        points.choose(number, fault)
        work(folder)

    for offset, (name, before, work) in enumerate(operations(scratch)):
        shutil.copytree(before, folder)
        attempt(work, NEVER, killed)
        seen, old, new = points.seen, left(before), left(folder)
        points.choose(0)
        for number, unlike in chosen_points(seen, 3 * offset):
            for fault in (killed, full) if unlike else (killed,):
                shutil.rmtree(folder)
                shutil.copytree(before, folder)
                line = {
                    "operation": name,
                    "before": seen[number - 1],
                    "fault": fault.__name__,
                    "old": old,
                    "new": new,
                }
                line |= in_fork(partial(attempt, work, number, fault)) | {"after": left(folder)}
                if unlike and fault is killed:
                    added(folder, ("丁.txt", some(*tuple(CASES)[9:10])))
                    line["next"] = left(folder)
                sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
