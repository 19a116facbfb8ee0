"""Answers and conversations of the page as files; made in memory, nothing is written on the server's disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from corpus.errors import InputError
from corpus.types import Case, Document
from rag.exporting import answer_grid, answer_markdown, csv_bytes, suggested_name, xlsx_bytes
from rag.types import Answer
from ui.conversation import Turn
from ui.library import Assistant
from ui.sources import documents_of

Told = Sequence[tuple[str, Answer]]
CONVERSATION = "案例问答记录"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the cases of an export come from, with the documents of quotes whose case is gone.

    Attributes:
        name: of the library, on screen.
        document: the document that a case was cut from.
    """

    name: str
    document: Callable[[Case], Document]


def _docx(told: Told, shelf: Shelf) -> bytes:
    from rag.exporting.word import answer_docx  # python-docx takes half a second

    return answer_docx(told, shelf)


FORMATS: dict[str, Callable[[Told, Shelf], bytes]] = {
    ".docx": _docx,
    ".md": lambda told, shelf: answer_markdown(told, shelf).encode(),
    ".xlsx": lambda told, shelf: xlsx_bytes(answer_grid(told, shelf), library_name=shelf.name),
    ".csv": lambda told, shelf: csv_bytes(answer_grid(told, shelf)),
}


def exported(
    turns: Sequence[Turn], suffix: str, assistant: Assistant, library_name: str
) -> tuple[str, bytes]:
    """Name and bytes of the file of one answer, or of a whole conversation in its order.

    A conversation has the numbers of its sources begin anew with each answer, so that they are those on the page and
    a part can be taken out with its sources; greetings and questions without an answer are left out.

    Args:
        turns: with answers or without.
        suffix: one of `FORMATS`.
        assistant: knows the documents.
        library_name: as shown.

    Raises:
        InputError: where no turn has an answer that can be exported, or the suffix is none.
    """
    kept = [
        turn for turn in turns if turn.answer and turn.answer.reason != "out_of_scope" and not turn.asking
    ]
    if not kept or suffix not in FORMATS:
        raise InputError("还没有可以导出的回答", hint="请先提问，等回答写完再下载")
    past = {document.id: document for turn in kept for document in turn.past}
    shelf = Shelf(library_name, documents_of(past, assistant.document))
    kind = CONVERSATION if len(turns) > 1 else "案例问答"
    name = suggested_name(kept[0].question, suffix, kind=kind)
    return name, FORMATS[suffix]([(turn.question, _with_remark(turn)) for turn in kept], shelf)


def _with_remark(turn: Turn) -> Answer:
    """The answer with what must be known of its age."""
    if turn.answer is None:
        raise InputError("还没有可以导出的回答", hint="请先提问，等回答写完再下载")
    notes = turn.answer.notes
    return replace(turn.answer, notes=(*notes, turn.remark)) if turn.remark else turn.answer
