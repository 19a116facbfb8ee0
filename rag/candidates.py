"""Files that may come into an index: read, cut and compared with what is there, before anything is written."""

from __future__ import annotations

import hashlib
import pathlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.errors import UnreadableFileError
from corpus.reading import IsolatedReader
from rag import originals
from rag.duplicates import Duplicate, find_duplicates
from rag.readings import Reader, Reading, cut_file


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that was read and cut but is in no index yet.

    Attributes:
        reading: what became of it.
        duplicates: its cases that are there already.
        renamed_from: the name it came with, where another document has that name; else "".
    """

    reading: Reading
    duplicates: tuple[Duplicate, ...] = ()
    renamed_from: str = ""


def examine(name: str, data: bytes, others: Sequence[Reading], *, read: Reader | None = None) -> Candidate:
    """Read and cut a file that may come into an index; nothing is written.

    Args:
        name: the file's name as it came.
        data: its bytes.
        others: what is there, and what else may come in.
        read: reads the raw file; None for one in a process of its own.

    Raises:
        UnreadableFileError: if it cannot be read, or is there already.
    """
    refuse_same(hashlib.sha256(data).hexdigest(), others)
    plain = originals.safe_name(name)
    free = free_name(plain, others)
    with IsolatedReader() as reader:
        reading = cut_file(pathlib.Path(free), free, data, read or reader.read)
    return Candidate(reading, find_duplicates(reading, others), plain if plain != free else "")


def refuse_same(digest: str, readings: Iterable[Reading]) -> None:
    """Refuse a file whose bytes are among `readings`.

    Raises:
        UnreadableFileError: if they are.
    """
    for other in readings:
        if other.document is not None and other.document.digest == digest:
            raise UnreadableFileError(f"与“{other.document.name}”内容完全相同", hint="不用再收录")


def free_name(name: str, readings: Iterable[Reading]) -> str:
    """`name`, with a number where another document has it: an answer names its source by the file's name."""
    taken = {one.document.name.casefold() for one in readings if one.document is not None}
    stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{stem}（{number}）{dot}{ending}"
    return free
