"""What one visitor of the documents page is at: files not yet accepted, a document being cut, a removal to confirm."""

from __future__ import annotations

import contextlib
import pathlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from corpus.errors import InputError
from corpus.recutting import Piece, merged, pieces_of, renamed, split_at
from rag.candidates import Candidate
from rag.readings import Reading, with_pieces

MOST_PENDING = 30
"""Files that one visitor may have waiting."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A file that was read and waits to be accepted or dropped.

    Attributes:
        id: unlikely to be guessed, for the page.
        candidate: what became of it.
        path: where its bytes lie.
    """

    id: str
    candidate: Candidate
    path: pathlib.Path

    @property
    def name(self) -> str:
        """The file's name."""
        document = self.candidate.reading.document
        return document.name if document is not None else ""


@dataclass(frozen=True, slots=True)
class Editing:
    """A document whose cutting is looked at.

    Attributes:
        id: of the pending file or the document.
        pending: whether it is a pending file.
        reading: the document as it is cut now.
        before: the pieces when it was opened.
        changeable: whether it may be cut otherwise.
        open: number of the case whose text is shown, 0 for none.
        last: number of the case that was touched last, where the keyboard goes on; 0 for none.
    """

    id: str
    pending: bool
    reading: Reading
    before: tuple[Piece, ...]
    changeable: bool
    open: int = 0
    last: int = 0

    @property
    def changed(self) -> bool:
        """Whether the pieces are others than when it was opened."""
        return pieces_of(self.reading.cases) != self.before


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a visitor is at.

    Attributes:
        pending: files that wait, in order of their coming.
        editing: what is being looked at, if anything.
        confirming: id of the document whose removal must be confirmed, else "".
    """

    pending: tuple[Pending, ...] = ()
    editing: Editing | None = None
    confirming: str = ""


def find_pending(desk: Desk, pending_id: str) -> Pending:
    """The pending file with this id.

    Raises:
        InputError: if there is none.
    """
    for one in desk.pending:
        if one.id == pending_id:
            return one
    raise InputError("这个文件已经不在等候的列表里", hint="请重新上传")


def without_pending(desk: Desk, ids: Sequence[str]) -> Desk:
    """`desk` without the pending files of these ids; their bytes go, too."""
    for one in desk.pending:
        if one.id in ids:
            with contextlib.suppress(OSError):
                one.path.unlink()
    kept = tuple(one for one in desk.pending if one.id not in ids)
    editing = desk.editing
    if editing is not None and editing.pending and editing.id in ids:
        editing = None
    return replace(desk, pending=kept, editing=editing)


class Bench:
    """Holds the desk of one visitor, on which several events may be at work, and what the page last showed of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.desk = Desk()
        self.shown: tuple[str, ...] = ()

    def __deepcopy__(self, _memo: object) -> Bench:
        """A bench of their own for each visitor, as Gradio makes it."""
        return Bench()

    def change(self, step: Callable[[Desk], Desk]) -> None:
        """Let `step` make another desk of the one that is there now.

        Raises:
            Exception: whatever `step` raises; the desk stays.
        """
        with self._lock:
            self.desk = step(self.desk)

    def clear(self) -> None:
        """Remove what the visitor left behind."""
        self.change(lambda desk: without_pending(desk, [one.id for one in desk.pending]))


def opened(reading: Reading, editing_id: str, *, pending: bool, changeable: bool) -> Editing:
    """A document laid open."""
    return Editing(editing_id, pending, reading, pieces_of(reading.cases), changeable)


def edited(desk: Desk, change: Callable[[Editing], tuple[Piece, ...]], *, last: int) -> Desk:
    """`desk` with the open document cut by `change`.

    Raises:
        InputError: if none is open, it may not be changed, or the change cannot be made.
    """
    editing = desk.editing
    if editing is None or not editing.changeable:
        raise InputError("没有打开可以调整的材料", hint="请先点“调整切分”")
    reading = with_pieces(editing.reading, change(editing))
    editing = replace(editing, reading=reading, last=last, open=0)
    pending = tuple(
        replace(one, candidate=replace(one.candidate, reading=reading))
        if editing.pending and one.id == editing.id
        else one
        for one in desk.pending
    )
    return replace(desk, editing=editing, pending=pending)


def rename(desk: Desk, number: int, title: str) -> Desk:
    """`desk` with a case of the open document renamed; see `corpus.recutting.renamed`."""
    return edited(desk, lambda at: renamed(pieces_of(at.reading.cases), number, title), last=number)


def merge(desk: Desk, number: int) -> Desk:
    """`desk` with a case of the open document joined to the one before; see `corpus.recutting.merged`."""
    return edited(desk, lambda at: merged(pieces_of(at.reading.cases), number), last=number - 1)


def split(desk: Desk, number: int, start: int) -> Desk:
    """`desk` with a case of the open document split at a paragraph; see `corpus.recutting.split_at`."""

    def change(at: Editing) -> tuple[Piece, ...]:
        if at.reading.document is None:
            return at.before
        return split_at(at.reading.document, pieces_of(at.reading.cases), number, start)

    return edited(desk, change, last=number + 1)


def as_found(desk: Desk) -> Desk:
    """`desk` with the open document cut as no hand had touched it."""
    return edited(desk, lambda at: pieces_of(at.reading.automatic or at.reading.cases), last=0)
