"""Write a built index to Milvus, so that any number of chat servers can answer from it.

Rows are written in one fixed order, so that a publication that was killed goes on where it stopped: as many rows as
are there need not be written again. It serves when all are there and not before; then what an earlier one left goes.
"""

from __future__ import annotations

import base64
import dataclasses
import itertools
import json
import pathlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from corpus.errors import CorpusIndexError, InputError
from embeddings.bundled import NAME as BUNDLED
from embeddings.bundled import load_bundled
from embeddings.fetched_tokens import packed_tokens, rarity_of
from embeddings.impacts import Impacts
from embeddings.index import VectorIndex
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import LexicalIndex
from embeddings.milvus import TOKENS, VECTOR, Milvus
from rag import store
from rag.contents import FIELDS, VECTORS
from rag.contents import TOKENS as TOKENS_FOLDER
from rag.encoders import FOLDER
from rag.indexing import Progress, quiet
from rag.remote import layout
from rag.understand import place_names

_PASSAGES_SHARE = 0.8  # of the whole, about
Row = dict[str, Any]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Batches:
    """How many passages and records are written at a time."""

    passages: int = 500
    records: int = 200


BATCHES = Batches()


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


def publish(
    folder: pathlib.Path, milvus: Milvus, progress: Progress = quiet, *, batches: Batches = BATCHES
) -> Published:
    """Write the index in `folder` to Milvus and let it serve there.

    Args:
        folder: a built index.
        milvus: where to; the address's name will stand for this index.
        progress: called with a Chinese step and the share done, 0..1.
        batches: how many rows are written at a time.

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
        written = _write(milvus, passages, source, progress, batches)
        milvus.serve(passages)
    for other in milvus.names():
        if layout.is_of(name, other) and other not in {passages, layout.records_name(passages)}:
            milvus.drop(other)
    progress("完成", 1.0)
    return Published(source.counts["cases"], source.counts["chunks"], written, passages)


class _Source:
    """A build, read row by row: its texts and passages need not fit into memory."""

    def __init__(self, build: pathlib.Path, manifest: dict[str, Any]) -> None:
        self.build, self.manifest = build, manifest
        self.counts: dict[str, int] = manifest["counts"]
        self.vectors = VectorIndex.load(build / VECTORS)
        self.late = LateInteraction.load(build / TOKENS_FOLDER, load_bundled())
        self.impacts = [
            Impacts(LexicalIndex.load(build / field, field, self.counts["chunks"])) for field in FIELDS
        ]

    def passages(self, begun: int, size: int) -> Iterator[list[Row]]:
        """The rows of the passages behind the first `begun`, so many at a time."""
        keys = (
            layout.key_in_case(number, place)
            for number, entry in enumerate(self._entries())
            for place in range(len(entry["chunks"]))
        )
        batches = _batched(itertools.islice(keys, begun, None), size)
        for start, batch in zip(itertools.count(begun, size), batches, strict=False):
            yield self._passages(start, batch)

    def _passages(self, start: int, keys: Sequence[int]) -> list[Row]:
        end = start + len(keys)
        vectors = self.vectors._index.reconstruct_n(start, len(keys))  # noqa: SLF001
        tokens = packed_tokens(self.late, start, end)
        rows: list[Row] = [
            {"key": key, VECTOR: vector, TOKENS: told}
            for key, vector, told in zip(keys, vectors, tokens, strict=True)
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
        for row in self._rows("documents"):
            yield layout.document_key(row["id"]), _dump(row)
        ids = (row["id"] for row in self._rows("documents"))
        for page, some in enumerate(_batched(ids, layout.LISTED)):
            yield layout.listing_key(page), _dump(some)
        for number, entry in enumerate(self._entries()):
            yield layout.case_key(number), _dump(entry)
            yield layout.id_key(entry["case"]["id"]), str(number)

    def _entries(self) -> Iterator[Row]:
        """Each case's row with those of its chunks and changes, which lie in the order of the cases."""
        chunks, changes = _Grouped(self._rows("chunks")), _Grouped(self._rows("changes"))
        for row in self._rows("cases"):
            yield {"case": row, "chunks": chunks.of(row["id"]), "changes": changes.of(row["id"])}
        if not (chunks.done and changes.done):
            raise CorpusIndexError("索引已损坏（段落和案例对不上）", hint="请重新收录，再发布")

    def _rows(self, name: str) -> Iterator[Row]:
        with (self.build / f"{name}.jsonl").open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)

    def _encoder(self) -> Iterator[tuple[str, str]]:
        for path in self._encoder_files():
            yield layout.encoder_key(path.name), base64.b64encode(path.read_bytes()).decode()

    def _encoder_files(self) -> list[pathlib.Path]:
        return sorted(path for path in (self.build / FOLDER).glob("*") if path.is_file())

    def told(self) -> str:
        """The manifest."""
        places = sorted({name for row in self._rows("cases") for name in place_names(row["region"])})
        return _dump(
            {
                "format": layout.FORMAT,
                "encoder": self.manifest["encoder"],
                "tokens": BUNDLED,
                "counts": self.counts,
                "lexicons": [dataclasses.asdict(impacts.lexicon) for impacts in self.impacts],
                "rarity": base64.b64encode(rarity_of(self.late).astype("<f4").tobytes()).decode(),
                "places": places,
                "files": [path.name for path in self._encoder_files()],
            }
        )


class _Grouped:
    """Rows with a case's id, those of a case next to each other, case by case."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, case_id: str) -> list[Row]:
        """The rows of the next case, none where the next ones are another's."""
        found = []
        while self._next is not None and self._next["case_id"] == case_id:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found

    @property
    def done(self) -> bool:
        """Whether there are no more."""
        return self._next is None


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _make(milvus: Milvus, passages: str, source: _Source) -> None:
    """The collections, those that are not there."""
    there = milvus.names()
    if passages not in there:
        dimension = source.manifest["encoder"]["dimension"]
        milvus.create_passages(passages, dimension=dimension, sparse=FIELDS, count=source.counts["chunks"])
    if layout.records_name(passages) not in there:
        milvus.create_records(layout.records_name(passages))
    for name in (passages, layout.records_name(passages)):
        milvus.load(name)


def _write(milvus: Milvus, passages: str, source: _Source, progress: Progress, sizes: Batches) -> int:
    """Write what is not there yet; how many rows that was."""
    total, held = source.counts["chunks"], layout.records_name(passages)

    def of_passages(done: int) -> None:
        progress(f"写入段落 {done}/{total}", _PASSAGES_SHARE * done / max(total, 1))

    def of_records(done: int) -> None:
        progress(f"写入案例和出处 {done} 条", _PASSAGES_SHARE)

    begun = _begun(milvus, passages, sizes.passages, total)
    batches = source.passages(begun, sizes.passages)
    written = _batches(milvus, passages, batches, begun, of_passages)
    begun = _begun(milvus, held, sizes.records)
    rest = itertools.islice(source.records(), begun, None)
    written += _batches(milvus, held, _batched(rest, sizes.records), begun, of_records)
    progress("写完，正在整理", 0.95)
    manifest = list(layout.pieces_of(layout.MANIFEST, source.told()))
    milvus.insert(held, manifest, again=True)
    for name in (passages, held):
        milvus.finish(name)
        milvus.load(name)
    if milvus.count(passages) != total:
        raise InputError("发布的内容不齐", hint="请确认没有别的程序在发布同一个名称，然后再运行一次")
    return written


def _begun(milvus: Milvus, collection: str, at_once: int, total: int | None = None) -> int:
    """Rows of whole batches that are there, or all rows where `total` of them are."""
    count = milvus.count(collection)
    return count if count == total else count // at_once * at_once


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


def _batched(rows: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rows = iter(rows)
    while batch := list(itertools.islice(rows, size)):
        yield batch
