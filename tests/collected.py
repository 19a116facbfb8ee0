"""Invented documents and what is done with an index of them."""

from pathlib import Path

from invented import CASES

from corpus.recutting import merged, paragraphs_of, pieces_of, renamed, split_at
from corpus.types import Case
from rag import collection
from rag.build import open_assistant
from rag.candidates import examine
from rag.collection import Collection, open_collection
from rag.encoders import encoder_maker
from rag.readings import Reading, with_pieces
from rag.settings import Settings


def some(*titles: str) -> bytes:
    """A compilation of some of the invented cases."""
    chosen = titles or tuple(CASES)[:3]
    return "\n\n".join(
        f"案例{number}：{title}\n\n{CASES[title]}" for number, title in enumerate(chosen, 1)
    ).encode()


FIRST, SECOND = some(), some(*tuple(CASES)[3:6])


def short(case: Case) -> str:
    """Its title without the number."""
    return case.title.partition("：")[2] if case.title.startswith("案例") else case.title


def added(folder: Path, *files: tuple[str, bytes]) -> Collection:
    held = open_collection(folder)
    for name, data in files:
        candidate = examine(name, data, held.documents)
        held = collection.add(folder, [(candidate.reading, data)], encoder_maker, encoder_key="")
    return held


def answered(folder: Path, question: str) -> set[str]:
    answer = open_assistant(Settings(index=folder)).ask(question)
    return {short(citation.case) for citation in answer.citations}


def document_id(held: Collection, name: str) -> str:
    (found,) = [one.document for one in held.documents if one.document and one.document.name == name]
    return found.id


def everything(folder: Path) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def hand_cut(reading: Reading) -> Reading:
    """The first case renamed, the second split, the third joined to what is before."""
    assert reading.document is not None
    pieces = renamed(pieces_of(reading.cases), 1, "清溪县：改过的标题")
    middle = paragraphs_of(reading.document, pieces[1].span)[-1].start
    pieces = merged(split_at(reading.document, pieces, 2, middle), 4)
    return with_pieces(reading, pieces)


def cut_in(folder: Path, name: str) -> list[Case]:
    held = open_collection(folder)
    reading = held.document(document_id(held, name))
    cut = hand_cut(reading)
    collection.recut(
        folder,
        document_id(held, name),
        pieces_of(cut.cases),
        encoder_maker,
        before=pieces_of(reading.cases),
    )
    return list(cut.cases)
