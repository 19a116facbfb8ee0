"""What the page's buttons do: at once on the desk, or over some seconds on the index and the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from corpus.errors import InputError
from corpus.recutting import pieces_of
from rag.readings import Reading
from ui.documents import desk as desks
from ui.documents.desk import Desk
from ui.documents.uploads import content
from ui.library import Library
from ui.materials import READ_ONLY, Materials, Progress

_OPENING = 0.8  # share of a change that is done when the new index is written


@dataclass(frozen=True, slots=True)
class Asked:
    """What a button asks for; everything comes from a browser and may be anything.

    Attributes:
        do: what to do.
        id: of a pending file or a document, "" for all.
        key: of a source of answers.
        title: for a case.
        number: of a case, 0 where none is named.
        start: offset of a paragraph, -1 where none is named.
    """

    do: str = ""
    id: str = ""
    key: str = ""
    title: str = ""
    number: int = 0
    start: int = -1

    @classmethod
    def of(cls, data: Any) -> Asked:
        """From an event's data."""
        given = data if isinstance(data, Mapping) else {}
        texts = {name: str(given.get(name, "")) for name in ("do", "id", "key", "title")}
        return cls(**texts, number=_number(given.get("number"), 0), start=_number(given.get("start"), -1))


def _number(value: Any, otherwise: int) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


Quick = Callable[[Desk, Asked, Materials], Desk]
Slow = Callable[[Desk, Asked, Library, Materials, Progress], tuple[Callable[[Desk], Desk], str]]
"""Gives what to do to the desk as it is by then, and what to say."""


def _preview(desk: Desk, asked: Asked, _materials: Materials) -> Desk:
    reading = desks.find_pending(desk, asked.id).candidate.reading
    return replace(desk, editing=desks.opened(reading, asked.id, pending=True, changeable=True))


def _laid_open(desk: Desk, asked: Asked, materials: Materials) -> Desk:
    changeable = asked.do == "cut" and materials.changeable
    reading = materials.held().document(asked.id)
    return replace(desk, editing=desks.opened(reading, asked.id, pending=False, changeable=changeable))


def _text(desk: Desk, asked: Asked, _materials: Materials) -> Desk:
    editing = desk.editing
    if editing is None:
        return desk
    shown = 0 if editing.open == asked.number else asked.number
    return replace(desk, editing=replace(editing, open=shown, last=asked.number))


QUICK: dict[str, Quick] = {
    "preview": _preview,
    "look": _laid_open,
    "cut": _laid_open,
    "close": lambda desk, _asked, _materials: replace(desk, editing=None),
    "text": _text,
    "rename": lambda desk, asked, _materials: desks.rename(desk, asked.number, asked.title),
    "merge": lambda desk, asked, _materials: desks.merge(desk, asked.number),
    "split": lambda desk, asked, _materials: desks.split(desk, asked.number, asked.start),
    "found": lambda desk, _asked, _materials: desks.as_found(desk),
    "drop": lambda desk, asked, _materials: desks.without_pending(desk, _waiting(desk, asked)),
    "remove": lambda desk, asked, _materials: replace(desk, confirming=asked.id),
    "keep": lambda desk, _asked, _materials: replace(desk, confirming=""),
}


def _waiting(desk: Desk, asked: Asked) -> list[str]:
    return [one.id for one in desk.pending if asked.id in {"", one.id}]


def _accept(
    desk: Desk, asked: Asked, library: Library, materials: Materials, progress: Progress
) -> tuple[Callable[[Desk], Desk], str]:
    ids = _waiting(desk, asked)
    if not ids:
        raise InputError("没有等待收录的文件", hint="请先上传")
    waiting = [desks.find_pending(desk, one) for one in ids]
    files = [(one.candidate.reading, content(one.path)) for one in waiting]
    materials.add(files, _first_part(progress))
    library.exchange(materials.open, _last_part(progress))
    cases = sum(len(reading.cases) for reading, _ in files)
    names = "、".join(f"“{one.name}”" for one in waiting)
    text = f"已收录{names}，共 {cases} 个案例。现在由“{materials.source.name}”作答"
    return lambda now: desks.without_pending(now, ids), text


def _save(
    desk: Desk, _asked: Asked, library: Library, materials: Materials, progress: Progress
) -> tuple[Callable[[Desk], Desk], str]:
    editing = desk.editing
    if editing is None or editing.pending or editing.reading.document is None:
        raise InputError("没有要保存的切分", hint="请先打开一份材料调整")
    pieces = pieces_of(editing.reading.cases)
    materials.recut(editing.id, pieces, editing.before, _first_part(progress))
    _answer_anew(library, materials, progress)
    name = editing.reading.document.name
    return lambda now: _closed(now, editing.id), f"“{name}”的切分已保存，现在是 {len(pieces)} 个案例"


def _remove(
    desk: Desk, asked: Asked, library: Library, materials: Materials, progress: Progress
) -> tuple[Callable[[Desk], Desk], str]:
    if desk.confirming != asked.id:
        raise InputError("移除没有确认", hint="请再点一次“移除”")
    gone: Reading = materials.held().document(asked.id)
    before = materials.source
    materials.remove(asked.id, _first_part(progress))
    _answer_anew(library, materials, progress, switched=materials.source != before)
    name = gone.document.name if gone.document is not None else ""
    text = f"已移除“{name}”和它的 {len(gone.cases)} 个案例"
    if materials.source != before:
        text += f"。现在由“{materials.source.name}”作答"
    return lambda now: replace(_closed(now, asked.id), confirming=""), text


def _closed(desk: Desk, editing_id: str) -> Desk:
    """`desk` with this document no longer open."""
    return replace(desk, editing=None) if desk.editing is not None and desk.editing.id == editing_id else desk


def _choose(
    _desk: Desk, asked: Asked, library: Library, materials: Materials, progress: Progress
) -> tuple[Callable[[Desk], Desk], str]:
    before = materials.source
    materials.choose(asked.key)
    try:
        library.exchange(materials.open, progress)
    except Exception:
        materials.choose(before.key)  # it goes on answering
        raise
    return lambda now: now, "" if materials.trouble else f"现在由“{materials.source.name}”作答"


SLOW: dict[str, Slow] = {"accept": _accept, "save": _save, "really": _remove, "choose": _choose}
_CHANGING = frozenset({"preview", "cut", "rename", "merge", "split", "found", "remove"})


def refuse_read_only(asked: Asked, materials: Materials) -> None:
    """Refuse what changes documents where the page may only answer.

    Raises:
        InputError: if so.
    """
    if not materials.changeable and (asked.do in _CHANGING or asked.do in SLOW):
        raise InputError(READ_ONLY, hint="要收录材料，请联系管理这个程序的人")


def _answer_anew(
    library: Library, materials: Materials, progress: Progress, *, switched: bool = False
) -> None:
    """Open the changed index where it answers; the shipped digests have not changed."""
    if switched or materials.source == materials.home:
        library.exchange(materials.open, _last_part(progress))


def _first_part(progress: Progress) -> Progress:
    return lambda step, share: progress("写好新的索引" if share >= 1 else step, share * _OPENING)


def _last_part(progress: Progress) -> Progress:
    progress("换用新的索引", _OPENING)
    return lambda step, share: progress(step, _OPENING + share * (1 - _OPENING))
