"""A laboratory of faults, run as a program of its own: work on an index that is killed, or whose disk fills, at a point.

Python tells its audit hooks of every file that it opens for writing, makes, renames, links or removes; the process
ends, or may write nothing more, right before the chosen one. Nothing is patched. Each attempt is made in a fork on a
copy of the same index; a line of JSON tells what it left behind.

    python tests/fault_lab.py kill|full FOLDER
"""

import contextlib
import json
import os
import resource
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from collected import FIRST, SECOND, added, document_id, some
from invented import CASES

from corpus.errors import CaseQAError
from rag import collection, originals, store
from rag.build import encoder_maker, index_files, open_assistant
from rag.collection import open_collection
from rag.settings import Settings

QUESTION = "清溪县企业开办几天？"
THIRD = some(*tuple(CASES)[6:8])
KILLED = 77
_CHANGING = {
    f"os.{name}" for name in ("rename", "remove", "mkdir", "rmdir", "link", "truncate", "chmod", "symlink")
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
# Of files that fill or clear a build's folder only every so many are a point of their own: they are all alike.
_EACH = 4

Work = Callable[[Path], object]


class Points:
    """Counts the operations on files and calls `fault` before the chosen one, once."""

    def __init__(self) -> None:
        self.chosen, self.seen, self.fault = 0, [], lambda: None
        sys.addaudithook(self._heard)

    def choose(self, number: int, fault: Callable[[], None]) -> None:
        self.chosen, self.seen, self.fault = number, [], fault

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.chosen or not _changes(event, arguments):
            return
        self.seen.append(f"{event} {_shown(arguments[0])}")
        if len(self.seen) == self.chosen:
            self.chosen = 0
            self.fault()


def _changes(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        path, flags = arguments[0], arguments[2]
        return isinstance(path, str) and path != os.devnull and bool((flags or 0) & _WRITING)
    return event in _CHANGING


def _shown(path: object) -> str:
    return "/".join(Path(os.fsdecode(path)).parts[-3:]) if isinstance(path, (str, bytes, os.PathLike)) else ""


def no_more_room() -> None:
    """From here on no byte can be written to any file of this process: each attempt is an OSError."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def in_fork(work: Callable[[], object]) -> tuple[int, dict[str, Any]]:
    """The exit status of a fork that did `work`, and what it tells of an error."""
    receiving, sending = os.pipe()
    child = os.fork()
    if not child:
        told: dict[str, Any] = {}
        try:
            work()
        except CaseQAError as error:
            told = {"message": error.message, "hint": error.hint}
        except BaseException as error:  # noqa: BLE001 - told to the test, which fails on it
            told = {"traceback": repr(error)}
        os.write(sending, json.dumps(told).encode())
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as stream:
        text = stream.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), json.loads(text or "{}")


def left(folder: Path) -> dict[str, Any]:
    """What answers from `folder` now, whether all of it is whole, and what lies about in it."""
    names = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    if not store.exists(folder):
        return {"documents": None, "answer": None, "names": names}
    held = open_collection(folder)
    for one in held.documents:
        if one.original:
            originals.read(folder, one.original)
    copies = [one.name for one in folder.glob("originals/*")]
    return {
        "documents": [one.report.path.rpartition("/")[2] for one in held.documents],
        "answer": open_assistant(Settings(index=folder)).ask(QUESTION).text,
        "names": [name for name in names if name not in {"CURRENT", ".lock", "originals", held.build}],
        "copies": sorted(set(copies) - {one.original.split("/")[1] for one in held.documents if one.original}),
    }


def operations(scratch: Path) -> Iterator[tuple[str, Path, Work]]:
    """Name, the folder before it, and the work of each kind of change."""
    nothing, indexed, collected = (scratch / name for name in ("nothing", "indexed", "collected"))
    sources = scratch / "材料"
    sources.mkdir()
    for name, data in (("甲.txt", FIRST), ("乙.txt", SECOND)):
        (sources / name).write_bytes(data)
    nothing.mkdir()
    index_files([sources], indexed, Settings())
    added(collected, ("甲.txt", FIRST), ("乙.txt", SECOND))
    (sources / "丙.txt").write_bytes(THIRD)
    index_files([sources], scratch / "warm", Settings())

    def index(folder: Path) -> object:
        return index_files([sources], folder, Settings())

    def remove(folder: Path) -> object:
        held = open_collection(folder)
        return collection.remove(folder, document_id(held, "乙.txt"), encoder_maker)

    yield "first", nothing, index
    yield "index", indexed, index
    yield "add", collected, lambda folder: added(folder, ("丙.txt", THIRD))
    yield "remove", collected, remove


def chosen_points(seen: list[str]) -> list[int]:
    """Numbers of the operations before which a fault comes."""
    alike = 0
    points = []
    for number, what in enumerate(seen, 1):
        event, _, path = what.partition(" ")
        inside = ".building-" in path and event == "open" or event in {"os.remove", "os.rmdir"}
        alike += inside
        if not inside or alike % _EACH == 1 or path.endswith("manifest.json"):
            points.append(number)
    return points


def main(mode: str, scratch: Path) -> None:
    points = Points()
    for name, before, work in operations(scratch):
        folder = scratch / "at-work"
        fault = no_more_room if mode == "full" else lambda: os._exit(KILLED)
        points.choose(sys.maxsize, fault)
        shutil.copytree(before, folder)
        points.choose(sys.maxsize, fault)
        work(folder)
        seen, whole = points.seen, left(folder)
        for number in chosen_points(seen):
            points.choose(0, fault)
            shutil.rmtree(folder)
            shutil.copytree(before, folder)

            def attempt(number: int = number) -> None:
                points.choose(number, fault)
                work(folder)

            status, told = in_fork(attempt)
            after = left(folder)
            line = {"operation": name, "point": number, "before": seen[number - 1], "status": status, **told}
            line |= {"old": left(before), "new": whole, "after": after}
            with contextlib.suppress(CaseQAError):
                line["again"] = work(folder) is not None and left(folder)
            print(json.dumps(line, ensure_ascii=False), flush=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
