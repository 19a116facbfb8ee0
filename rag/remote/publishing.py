"""Write a built index to Milvus, so that any number of chat servers can answer from it.

Rows are written in one fixed order, so that a publication that was killed goes on where it stopped: as many rows as
are there need not be written again. It serves when all are there and not before; then what an earlier one left goes.
"""

from __future__ import annotations

import base64
import itertools
import json
import pathlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.changes import Change
from corpus.errors import InputError
from corpus.types import Case, Chunk
from embeddings.bundled import load_bundled
from embeddings.fetched_tokens import packed_tokens, rarity_of
from embeddings.impacts import Impacts
from embeddings.index import VectorIndex
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import LexicalIndex
from embeddings.milvus import TOKENS, VECTOR, Milvus
from rag import records, store
from rag.contents import FIELDS, VECTORS
from rag.contents import TOKENS as TOKENS_FOLDER
from rag.encoders import FOLDER
from rag.indexing import Progress, quiet
from rag.remote import layout
from rag.understand import place_names

PASSAGES_AT_ONCE, RECORDS_AT_ONCE = 500, 200
_PASSAGES_SHARE = 0.8  # of the whole, about
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did.

    Attributes:
        cases, passages: how many it holds.
        written: rows that were written now; fewer than all where an earlier run had begun.
        collection: of the passages.
    """

    cases: int
    passages: int
    written: int
    collection: str


def publish(folder: pathlib.Path, milvus: Milvus, progress: Progress = quiet) -> Published:
    """Write the index in `folder` to Milvus and let it serve there.

    Args:
        folder: a built index.
        milvus: where to; the address's name will stand for this index.
        progress: called with a Chinese step and the share done, 0..1.

    Raises:
        CorpusIndexError: if there is no index, or Milvus does not do what it is asked for.
        InputError: if something else has the name.
    """
    progress("读取索引", 0.0)
    build, manifest = store.open_build(folder)
    name = milvus.address.name
    passages = layout.passages_name(name, build.name.removeprefix("build-"))
    serving = milvus.serving()
    if (serving and not layout.is_of(name, serving)) or name in milvus.names():
        raise InputError(f"Milvus 里已经有别的内容叫 {name}", hint="请用 --collection 换一个名称")
    source = _Source(build, manifest)
    written = 0
    if passages != serving:
        _make(milvus, passages, source)
        written = _write(milvus, passages, source, progress)
        milvus.serve(passages)
    for other in milvus.names():
        if layout.is_of(name, other) and other not in {passages, layout.records_name(passages)}:
            milvus.drop(other)
    progress("完成", 1.0)
    return Published(len(source.cases), len(source.chunks), written, passages)


class _Source:
    """A build, ready to be read row by row."""

    def __init__(self, build: pathlib.Path, manifest: dict[str, Any]) -> None:
        self.build, self.manifest = build, manifest
        self.documents = records.documents_of(build)
        self.cases = list(records.cases_of(build, self.documents).values())
        self.chunks = [records.chunk_from(row) for row in records.read_rows(build / "chunks.jsonl")]
        self.changes = [records.change_from(row) for row in records.read_rows(build / "changes.jsonl")]
        self.numbers = {case.id: number for number, case in enumerate(self.cases)}
        self.of_case: list[list[Chunk]] = [[] for _ in self.cases]
        self.keys = []
        for chunk in self.chunks:
            number = self.numbers[chunk.case_id]
            self.keys.append(layout.key_in_case(number, len(self.of_case[number])))
            self.of_case[number].append(chunk)
        self.vectors = VectorIndex.load(build / VECTORS)
        self.late = LateInteraction.load(build / TOKENS_FOLDER, load_bundled())
        self.impacts = [
            Impacts(LexicalIndex.load(build / field, field, len(self.chunks))) for field in FIELDS
        ]

    def passages(self, start: int, end: int) -> list[Row]:
        """The rows of some passages; `start` rises from call to call."""
        end = min(end, len(self.chunks))
        vectors = self.vectors._index.reconstruct_n(start, end - start)  # noqa: SLF001
        tokens = packed_tokens(self.late, start, end)
        rows = [
            {"key": key, VECTOR: vector, TOKENS: told}
            for key, vector, told in zip(self.keys[start:end], vectors, tokens, strict=True)
        ]
        for impacts in self.impacts:
            for row, weights in zip(rows, impacts.rows(start, end), strict=True):
                row[impacts.lexicon.field] = weights
        return rows

    def records(self) -> Iterator[Row]:
        """The rows of all records but the manifest, always in the same order."""
        for key, body in itertools.chain(self._lexicons(), self._texts(), self._encoder()):
            yield from layout.pieces_of(key, body)

    def _lexicons(self) -> Iterator[tuple[str, str]]:
        for impacts in self.impacts:
            for page, data in impacts.pages():
                yield layout.page_key(impacts.lexicon.field, page), base64.b64encode(data).decode()

    def _texts(self) -> Iterator[tuple[str, str]]:
        for document in self.documents.values():
            yield layout.document_key(document.id), _dump(records.document_row(document))
        ids = list(self.documents)
        for page in range(-(-len(ids) // layout.LISTED)):
            yield layout.listing_key(page), _dump(ids[page * layout.LISTED :][: layout.LISTED])
        told: dict[str, list[Change]] = {}
        for change in self.changes:
            told.setdefault(change.case_id, []).append(change)
        for number, case in enumerate(self.cases):
            yield layout.case_key(number), _dump(_case(case, self.of_case[number], told.get(case.id, ())))
            yield layout.id_key(case.id), str(number)

    def _encoder(self) -> Iterator[tuple[str, str]]:
        for path in self._encoder_files():
            yield layout.encoder_key(path.name), base64.b64encode(path.read_bytes()).decode()

    def _encoder_files(self) -> list[pathlib.Path]:
        return sorted(path for path in (self.build / FOLDER).glob("*") if path.is_file())

    def told(self) -> str:
        """The manifest."""
        places = sorted({name for case in self.cases for name in place_names(case.region)})
        rarity = rarity_of(self.late).astype("<f4")
        lexicons = [impacts.lexicon for impacts in self.impacts]
        return _dump(
            {
                "format": layout.FORMAT,
                "encoder": self.manifest["encoder"],
                "counts": self.manifest["counts"],
                "built": self.manifest["built"],
                "lexicons": [
                    {
                        "field": one.field,
                        "passages": one.passages,
                        "bits": one.bits,
                        "weightiest": one.weightiest,
                    }
                    for one in lexicons
                ],
                "rarity": base64.b64encode(rarity.tobytes()).decode(),
                "places": places,
                "files": [path.name for path in self._encoder_files()],
            }
        )


def _case(case: Case, chunks: Sequence[Chunk], changes: Sequence[Change]) -> Row:
    return {
        "case": records.case_row(case),
        "chunks": [records.chunk_row(one) for one in chunks],
        "changes": [records.change_row(one) for one in changes],
    }


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _make(milvus: Milvus, passages: str, source: _Source) -> None:
    """The collections, those that are not there."""
    there = milvus.names()
    if passages not in there:
        dimension = source.manifest["encoder"]["dimension"]
        milvus.create_passages(passages, dimension=dimension, sparse=FIELDS, count=len(source.chunks))
    if layout.records_name(passages) not in there:
        milvus.create_records(layout.records_name(passages))
    for name in (passages, layout.records_name(passages)):
        milvus.load(name)


def _write(milvus: Milvus, passages: str, source: _Source, progress: Progress) -> int:
    """Write what is not there yet; how many rows that was."""
    total, held = len(source.chunks), layout.records_name(passages)

    def of_passages(done: int) -> None:
        progress(f"写入段落 {done}/{total}", _PASSAGES_SHARE * done / max(total, 1))

    def of_records(done: int) -> None:
        progress(f"写入案例和出处 {done} 条", _PASSAGES_SHARE)

    batches = (
        source.passages(start, start + PASSAGES_AT_ONCE)
        for start in range(_begun(milvus, passages, PASSAGES_AT_ONCE), total, PASSAGES_AT_ONCE)
    )
    written = _batches(milvus, passages, batches, _begun(milvus, passages, PASSAGES_AT_ONCE), of_passages)
    begun = _begun(milvus, held, RECORDS_AT_ONCE)
    rest = itertools.islice(source.records(), begun, None)
    written += _batches(milvus, held, _batched(rest, RECORDS_AT_ONCE), begun, of_records)
    progress("写完，正在整理", 0.95)
    manifest = list(layout.pieces_of(layout.MANIFEST, source.told()))
    milvus.insert(held, manifest, again=True)
    for name in (passages, held):
        milvus.finish(name)
        milvus.load(name)
    if milvus.count(passages) != total:
        raise InputError("发布的内容不齐", hint="请确认没有别的程序在发布同一个名称，然后再运行一次")
    return written


def _begun(milvus: Milvus, collection: str, at_once: int) -> int:
    """Rows of whole batches that are there."""
    return milvus.count(collection) // at_once * at_once


def _batches(
    milvus: Milvus,
    collection: str,
    batches: Iterable[Sequence[Row]],
    begun: int,
    progress: Callable[[int], None],
) -> int:
    """Write batches; the first may be there in part."""
    done = begun
    for number, batch in enumerate(batches):
        progress(done)
        milvus.insert(collection, batch, again=number == 0)
        done += len(batch)
    return done - begun


def _batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    rows = iter(rows)
    while batch := list(itertools.islice(rows, size)):
        yield batch
