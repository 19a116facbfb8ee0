"""Nearest vectors with FAISS: the only place that meets it.

FAISS cannot open a path with Chinese characters on Windows, so Python opens the file and hands on what is in it.
"""

from __future__ import annotations

import io
import pathlib
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

import numpy as np

from corpus.errors import CorpusIndexError
from embeddings.embedder import Embedder, Vectors
from embeddings.samples import spread

# Measured on two cores (docs/benchmarks.md): up to here comparing every vector is fast enough and exact. Above, a
# byte a dimension takes a quarter of the memory, and the likest few thousand of them are the right ones.
EXACT = 200_000
_ENCODED = 10_000  # texts whose vectors are held at a time
_TRAINED_ON = 100_000  # vectors that decide the range of each dimension
_DEEPEST = 20_000  # vectors whose products are told past `EXACT`
_SAMPLED = 5_000  # others that tell how the rest are
_SPREAD = 20_000  # rows from which each of several vectors gets a thread
_BELOW_ALL = -3.0e38  # any product
_PIECE = 1 << 20  # bytes that go through Python at a time

Rows = np.ndarray[Any, np.dtype[np.int64]]


class VectorIndex:
    """Inner-product search over unit vectors, rows in passage order; exact up to `EXACT` of them."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._sampled: tuple[Rows, Vectors] | None = None

    @classmethod
    def build(cls, vectors: Vectors, *, exact: int = EXACT) -> VectorIndex:
        """Index vectors of shape (passages, dimension); past `exact` of them a byte a dimension."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        sample = vectors[:: -(-max(len(vectors), 1) // _TRAINED_ON)]
        index = _empty(vectors.shape[1], sample if len(vectors) > exact else None)
        index.add(vectors)
        return cls(index)

    @classmethod
    def encoded(cls, texts: Sequence[str], embedder: Embedder, *, exact: int = EXACT) -> VectorIndex:
        """Like `build` for the vectors of texts, of which only some thousands are held at a time as they are encoded."""
        sample = embedder.encode_document(spread(texts, _TRAINED_ON)) if len(texts) > exact else None
        index = _empty(embedder.dimension, sample)
        del sample
        for start in range(0, len(texts), _ENCODED):
            index.add(
                np.ascontiguousarray(embedder.encode_document(texts[start : start + _ENCODED]), np.float32)
            )
        return cls(index)

    def added(self, vectors: Vectors) -> VectorIndex:
        """This index with more vectors behind, of shape (passages, dimension)."""
        import faiss

        if not len(vectors):
            return self
        new = np.ascontiguousarray(vectors, dtype=np.float32)
        if self.exact and len(self) + len(new) > EXACT:
            return VectorIndex.build(np.concatenate([self._index.reconstruct_n(0, len(self)), new]))
        index = faiss.clone_index(self._index)
        index.add(new)
        return VectorIndex(index)

    def without(self, rows: Iterable[int]) -> VectorIndex:
        """This index without some vectors; the rows of those behind them move up."""
        import faiss

        dropped = np.fromiter(rows, dtype=np.int64)
        if not len(dropped):
            return self
        index = faiss.clone_index(self._index)
        index.remove_ids(faiss.IDSelectorBatch(dropped))
        return VectorIndex(index)

    @classmethod
    def from_bytes(cls, data: bytes) -> VectorIndex:
        """Read what `to_bytes` gave.

        Raises:
            CorpusIndexError: if FAISS cannot read the bytes.
        """
        return cls._read(io.BytesIO(data))

    @classmethod
    def load(cls, path: pathlib.Path) -> VectorIndex:
        """Read what `save` wrote, piece by piece.

        Raises:
            CorpusIndexError: if FAISS cannot read it.
        """
        with path.open("rb") as file:
            return cls._read(file)

    @classmethod
    def _read(cls, file: BinaryIO) -> VectorIndex:
        faiss = _faiss()
        try:
            return cls(faiss.read_index(faiss.PyCallbackIOReader(file.read, _PIECE)))
        except (RuntimeError, MemoryError) as error:
            raise CorpusIndexError(
                "向量索引已损坏", hint="请重新建立索引：python -m rag index 文件夹"
            ) from error

    def to_bytes(self) -> bytes:
        """The index as bytes; takes twice its memory, `save` does not."""
        file = io.BytesIO()
        self._write(file)
        return file.getvalue()

    def save(self, path: pathlib.Path) -> None:
        """Write the index, piece by piece."""
        with path.open("wb") as file:
            self._write(file)

    def _write(self, file: BinaryIO) -> None:
        faiss = _faiss()
        faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write, _PIECE))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._index.d)

    @property
    def exact(self) -> bool:
        """Whether every vector is held as it was given."""
        import faiss

        return isinstance(faiss.downcast_index(self._index), faiss.IndexFlat)

    def products(self, vectors: Vectors) -> Vectors:
        """Inner product of every row with each of some vectors.

        Past `EXACT` rows only the `_DEEPEST` best of each vector and a sample of all are compared. The rest count as
        the sample does in the mean; its worst tells how far down the products go.

        Args:
            vectors: shape (questions, dimension).

        Returns:
            Shape (questions, rows).
        """
        asked = np.ascontiguousarray(vectors, dtype=np.float32)
        products = np.empty((len(asked), len(self)), dtype=np.float32)
        # A thread for each vector; among few rows to wake one up takes longer than the work.
        _faiss().omp_set_num_threads(len(asked) if len(self) > _SPREAD else 1)
        if not self.exact:
            best, rows = self._index.search(asked, min(_DEEPEST, len(self)))
            sampled, sample = self._sample()
            for own, found, where, usual in zip(products, best, rows, asked @ sample.T, strict=True):
                known = where >= 0  # FAISS pads with -1
                own[:] = min(usual.mean(), found[known].min(initial=1.0))
                own[sampled] = usual
                own[where[known]] = found[known]
            return products
        # A search for all of them would sort them; a range takes them as they come, five times faster.
        bounds, found, rows = self._index.range_search(asked, _BELOW_ALL)
        for number, own in enumerate(products):
            own[rows[bounds[number] : bounds[number + 1]]] = found[bounds[number] : bounds[number + 1]]
        return products

    def _sample(self) -> tuple[Rows, Vectors]:
        """Some rows, evenly spread, and their vectors; kept from the first time on."""
        if self._sampled is None:
            rows = np.arange(0, len(self), -(-len(self) // _SAMPLED))
            self._sampled = rows, self._index.reconstruct_batch(rows)
        return self._sampled

    def search(self, vector: Vectors, k: int) -> tuple[Rows, Vectors]:
        """Rows and inner products of the `k` nearest passages, best first.

        Args:
            vector: shape (dimension,).
            k: at least 1; fewer results come back where there are fewer passages.
        """
        scores, rows = self._index.search(_row(vector), min(k, len(self)))
        found = rows[0] >= 0  # FAISS pads with -1
        return rows[0][found], scores[0][found]


def _empty(dimension: int, sample: Vectors | None) -> Any:
    """An index without vectors: as they are, or a byte a dimension, whose ranges are those of a sample."""
    import faiss

    if sample is None:
        return faiss.IndexFlatIP(dimension)
    kind = faiss.ScalarQuantizer.QT_8bit
    index = faiss.IndexScalarQuantizer(dimension, kind, faiss.METRIC_INNER_PRODUCT)
    index.train(np.ascontiguousarray(sample, dtype=np.float32))
    return index


def _row(vector: Vectors) -> Vectors:
    return np.ascontiguousarray(vector[None, :], dtype=np.float32)


def _faiss() -> Any:
    """The library without its types, which leave out what reads and writes through Python."""
    import faiss

    return faiss
