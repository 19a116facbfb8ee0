"""The documents, cases and changes of a publication, fetched as they are asked for."""

from __future__ import annotations

import base64
import json
import pathlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpus.changes import Change
from corpus.errors import CorpusIndexError, InputError
from corpus.types import Case, Chunk, Document
from embeddings.bundled import NAME as BUNDLED
from embeddings.embedder import Vectors
from embeddings.impacts import Lexicon, Page, read_page
from embeddings.milvus import Milvus
from embeddings.static_model import StaticEmbedder, load_static
from rag import records
from rag.contents import bodies_of
from rag.remote import layout
from rag.remote.held import Held

LISTABLE = 20_000
_CHARACTERS = 20_000_000  # of documents that are held, and of cases: 40 MB each
_PAGES = 200_000  # pages of the lexicons that are held: 300 MB
_TOGETHER = 500  # cases that are fetched at a time where all are gone through
_MEND = "请重新发布：python -m rag publish"


@dataclass(frozen=True, slots=True)
class Entry:
    """A case with what belongs to it.

    Attributes:
        number: its place in the order of the index, from 0.
        case: as it is.
        chunks: its passages in text order.
        changes: what it tells of times, steps, papers, trips and shares.
        body: what tells its text from others'.
    """

    number: int
    case: Case
    chunks: tuple[Chunk, ...]
    changes: tuple[Change, ...]
    body: int


class Shelf:
    """What a publication holds besides vectors.

    Args:
        milvus: where it lies.
        collection: its passages.
        listable: cases up to which all of them may be gone through.

    Raises:
        CorpusIndexError: if it is not complete or another version wrote it.
    """

    def __init__(self, milvus: Milvus, collection: str, *, listable: int = LISTABLE) -> None:
        self._milvus, self._listable = milvus, listable
        self._records = layout.records_name(collection)
        milvus.wake(self._records)
        try:
            self.manifest: dict[str, Any] = json.loads(self._texts([layout.MANIFEST])[layout.MANIFEST])
            # The tokens of passages are numbers of the bundled encoder's.
            if (self.manifest["format"], self.manifest["tokens"]) != (layout.FORMAT, BUNDLED):
                raise CorpusIndexError("Milvus 里的索引由另一个版本发布", hint=_MEND)
            self.counts: dict[str, int] = self.manifest["counts"]
            self.lexicons = tuple(Lexicon(**one) for one in self.manifest["lexicons"])
        except (ValueError, KeyError, TypeError) as error:
            raise CorpusIndexError("Milvus 里的索引不完整", hint=_MEND) from error
        self._documents: Held[str, Document] = Held(
            _CHARACTERS, lambda one: len(one.text) + 50 * len(one.line_map)
        )
        self._entries: Held[int, Entry] = Held(_CHARACTERS, lambda one: len(one.case.text) + 1_000)
        self._numbers: Held[str, int] = Held(100_000, lambda _: 1)
        self._pages: Held[tuple[str, int], Page] = Held(_PAGES, lambda _: 1)

    def rarity(self) -> Vectors:
        """How rare each token of the bundled encoder is among the passages, shape (tokens,)."""
        return np.frombuffer(base64.b64decode(self.manifest["rarity"]), dtype="<f4")

    def fitted(self) -> StaticEmbedder | None:
        """The encoder that was fitted on the index's own text, where there is one."""
        name = self.manifest["encoder"]["fitted"]
        if not name:
            return None
        keys = {layout.encoder_key(file): file for file in self.manifest["files"]}
        with tempfile.TemporaryDirectory(prefix="case-qa-") as folder:
            for key, text in self._texts(keys).items():
                (pathlib.Path(folder) / keys[key]).write_bytes(base64.b64decode(text))
            return load_static(pathlib.Path(folder), name=name)

    def entries(self, numbers: Iterable[int]) -> dict[int, Entry]:
        """Cases with what belongs to them, by their numbers, those that there are."""
        return self._entries.get(numbers, self._fetched_entries)

    def number(self, case_id: str) -> int:
        """The place of a case in the order of the index, from 0.

        Raises:
            KeyError: for an unknown id.
        """
        return self._numbers.get([case_id], self._fetched_numbers)[case_id]

    def entry(self, case_id: str) -> Entry:
        """A case with what belongs to it.

        Raises:
            KeyError: for an unknown id.
        """
        number = self.number(case_id)
        return self.entries([number])[number]

    def documents(self, ids: Iterable[str]) -> dict[str, Document]:
        """Documents by id, those that there are."""
        return self._documents.get(ids, self._fetched_documents)

    def document_ids(self) -> Iterator[str]:
        """The id of every document, in the order of the index."""
        for page in range(-(-self.counts["documents"] // layout.LISTED)):
            key = layout.listing_key(page)
            yield from json.loads(self._texts([key])[key])

    def pages(self, field: str, numbers: Iterable[int]) -> dict[int, Page]:
        """Pages of the lexicon of a field, those that there are."""
        found = self._pages.get([(field, number) for number in numbers], self._fetched_pages)
        return {number: page for (_, number), page in found.items()}

    def all_entries(self) -> Iterator[Entry]:
        """Every case with what belongs to it, in the order of the index.

        Raises:
            InputError: if there are more than are listable.
        """
        count = self.counts["cases"]
        if count > self._listable:
            raise InputError(
                f"这个索引有 {count} 个案例，太多，不能全部列出来", hint="请直接提问，或用检索找到要看的案例"
            )
        for start in range(0, count, _TOGETHER):
            numbers = range(start, min(start + _TOGETHER, count))
            found = self.entries(numbers)
            yield from (found[number] for number in numbers)

    def _fetched_entries(self, numbers: Sequence[int]) -> dict[int, Entry]:
        keys = {layout.case_key(number): number for number in numbers}
        rows = {keys[key]: json.loads(text) for key, text in self._texts(keys).items()}
        documents = self.documents(row["case"]["document_id"] for row in rows.values())
        found = {number: _entry(number, row, documents) for number, row in rows.items()}
        self._numbers.keep({entry.case.id: number for number, entry in found.items()})
        return found

    def _fetched_numbers(self, ids: Sequence[str]) -> dict[str, int]:
        keys = {layout.id_key(case_id): case_id for case_id in ids}
        return {keys[key]: int(text) for key, text in self._texts(keys).items()}

    def _fetched_documents(self, ids: Sequence[str]) -> dict[str, Document]:
        keys = {layout.document_key(one): one for one in ids}
        found = self._texts(keys)
        return {keys[key]: records.document_from(json.loads(text)) for key, text in found.items()}

    def _fetched_pages(self, pages: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Page]:
        keys = {layout.page_key(*page): page for page in pages}
        return {keys[key]: read_page(base64.b64decode(text)) for key, text in self._texts(keys).items()}

    def _texts(self, keys: Iterable[str]) -> dict[str, str]:
        """Records by key, those that there are."""
        wanted = list(keys)
        fields = ["pieces", "body"]
        rows = self._milvus.fetch(self._records, [layout.piece_key(key, 0) for key in wanted], fields)
        more = [
            layout.piece_key(key, number)
            for key in wanted
            if (first := rows.get(layout.piece_key(key, 0))) is not None
            for number in range(1, first["pieces"])
        ]
        rows |= self._milvus.fetch(self._records, more, fields) if more else {}
        return {
            key: layout.whole(rows[layout.piece_key(key, number)] for number in range(first["pieces"]))
            for key in wanted
            if (first := rows.get(layout.piece_key(key, 0))) is not None
        }


def _entry(number: int, row: dict[str, Any], documents: dict[str, Document]) -> Entry:
    case = records.case_from(row["case"], documents)
    chunks, changes = map(records.chunk_from, row["chunks"]), map(records.change_from, row["changes"])
    return Entry(number, case, tuple(chunks), tuple(changes), int(bodies_of([case])[0]))
