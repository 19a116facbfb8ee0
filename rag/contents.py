"""What a build holds, and how it is written anew."""

from __future__ import annotations

import dataclasses
import hashlib
import pathlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from corpus.changes import Change
from corpus.chunking import passage_text, split_chunks
from corpus.types import Case, Chunk, Document
from embeddings.bundled import load_bundled
from embeddings.embedder import Embedder
from embeddings.index import VectorIndex
from embeddings.joint import static_parts
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import Field, LexicalIndex, fold
from embeddings.ragged import Ragged
from embeddings.static_model import StaticEmbedder
from rag import records
from rag.encoders import FOLDER
from rag.readings import CUTTING_VERSION, SKETCHES, Reading, reading_row, sketches_of
from rag.sentences import Sentences

if TYPE_CHECKING:
    from corpus.near_duplicates import Hashes

FIELDS: tuple[Field, ...] = ("characters", "words")
VECTORS, TOKENS, SENTENCES, BODIES = "vectors.faiss", "tokens", "sentences", "bodies.npy"
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Encoding:
    """What encodes a build.

    Attributes:
        embedder: encodes passages and questions.
        fitted: the part of it that was fitted on the build's own text, where there is one.
        key: what decides the encoder.
        cases: of the text that it was fitted on.
        changed: cases that came or went since.
    """

    embedder: Embedder
    fitted: StaticEmbedder | None
    key: str
    cases: int = 0
    changed: int = 0

    @property
    def row(self) -> dict[str, Any]:
        """What a manifest says of it."""
        return {
            "key": self.key,
            "name": self.embedder.name,
            "dimension": self.embedder.dimension,
            "fitted": self.fitted.name if self.fitted is not None else "",
            "cases": self.cases,
            "changed": self.changed,
        }


class Passages(Sequence[str]):
    """The texts of chunks as searchers see them, made when they are asked for: together they take as much memory as the documents.

    Args:
        cases: by id.
        chunks: in order.
    """

    def __init__(self, cases: Mapping[str, Case], chunks: Sequence[Chunk]) -> None:
        self._cases = cases
        self._chunks = chunks

    def __len__(self) -> int:
        return len(self._chunks)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self._text(chunk) for chunk in self._chunks[place]]
        return self._text(self._chunks[place])

    def _text(self, chunk: Chunk) -> str:
        return passage_text(self._cases[chunk.case_id], chunk)


@dataclass(frozen=True, slots=True)
class Content:
    """What was made of some files.

    Attributes:
        documents, cases, changes, chunks: in order.
        texts: the chunks as searchers see them.
        sketches: of the cases' texts.
    """

    documents: Sequence[Document]
    cases: Sequence[Case]
    changes: Sequence[Change]
    chunks: Sequence[Chunk]
    texts: Sequence[str]
    sketches: Sequence[Hashes]

    @property
    def by_id(self) -> dict[str, Document]:
        """The documents by their ids."""
        return {document.id: document for document in self.documents}


def content_of(readings: Iterable[Reading], taken: Collection[str] = ()) -> Content:
    """The content of some readings.

    Args:
        readings: in order.
        taken: ids of cases that are there already; a case with one of these gets a number behind its id.
    """
    readings = list(readings)
    documents, cases = _distinct(readings, set(taken))
    chunks = [chunk for case in cases for chunk in split_chunks(case)]
    texts = Passages({case.id: case for case in cases}, chunks)
    sketches = [one for reading in readings if reading.document is not None for one in sketches_of(reading)]
    return Content(documents, cases, _changes(readings, cases), chunks, texts, sketches)


def fill(draft: pathlib.Path, content: Content, encoding: Encoding) -> None:
    """Write a whole build but for its manifest into the folder `draft`."""
    for name, rows in record_rows(content).items():
        records.write_rows(draft / name, rows)
    Ragged.of(content.sketches, np.uint64).save(draft / SKETCHES)
    np.save(draft / BODIES, bodies_of(content.cases), allow_pickle=False)
    VectorIndex.encoded(content.texts, encoding.embedder).save(draft / VECTORS)
    for field in FIELDS:
        LexicalIndex.build(content.texts, field).save(draft / field)
    if encoding.fitted is not None:
        encoding.fitted.save(draft / FOLDER)
    LateInteraction.build(load_bundled(), content.texts).save(draft / TOKENS)
    parts = static_parts(encoding.fitted)
    Sentences.build(content.cases, content.by_id, parts).save(draft / SENTENCES)


def bodies_of(cases: Iterable[Case]) -> NDArray[np.uint64]:
    """What tells the text of each case, signs and spaces apart, from any other's, shape (cases,)."""
    texts = (_SIGNS.sub("", fold(case.text)).encode() for case in cases)
    digests = [hashlib.blake2b(text, digest_size=8).digest() for text in texts]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def record_rows(content: Content) -> dict[str, Iterable[dict[str, Any]]]:
    """The rows of a build's files in JSON Lines, by the files' names."""
    return {
        "documents.jsonl": map(records.document_row, content.documents),
        "cases.jsonl": map(records.case_row, content.cases),
        "changes.jsonl": map(records.change_row, content.changes),
        "chunks.jsonl": map(records.chunk_row, content.chunks),
    }


def manifest_of(readings: Sequence[Reading], encoding: Encoding, counts: dict[str, int]) -> dict[str, Any]:
    """What the manifest of a build of `readings` says, but for its files."""
    digests = sorted(one.document.digest for one in readings if one.document is not None)
    return {
        "corpus": hashlib.sha256("\n".join(digests).encode()).hexdigest(),
        "encoder": encoding.row,
        "cutting": CUTTING_VERSION,
        "counts": counts,
        "readings": [reading_row(one) for one in readings],
        "originals": [pathlib.PurePosixPath(one.original).parts[1] for one in readings if one.original],
    }


def counts_of(content: Content) -> dict[str, int]:
    """How much there is of each kind."""
    return {name: len(getattr(content, name)) for name in ("documents", "cases", "chunks", "changes")}


def _distinct(readings: Iterable[Reading], seen: set[str]) -> tuple[list[Document], list[Case]]:
    """Documents and cases in order; a case id that comes again (one text twice in a file) gets a number."""
    documents, cases = [], []
    for reading in readings:
        if reading.document is None:
            continue
        documents.append(reading.document)
        for case in reading.cases:
            unique, copy = case.id, 1
            while unique in seen:
                copy += 1
                unique = f"{case.id}.{copy}"
            seen.add(unique)
            cases.append(case if unique == case.id else dataclasses.replace(case, id=unique))
    return documents, cases


def _changes(readings: Iterable[Reading], cases: Iterable[Case]) -> list[Change]:
    """Changes in the order of the cases; a case that comes again tells nothing new."""
    told: dict[str, list[Change]] = {}
    for reading in readings:
        for change in reading.changes:
            told.setdefault(change.case_id, []).append(change)
    return [change for case in cases for change in told.get(case.id, ())]
