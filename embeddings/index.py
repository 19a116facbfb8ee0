"""Nearest vectors with FAISS: the only place that meets it.

FAISS cannot open a path with Chinese characters on Windows, so indices travel as bytes that Python writes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corpus.errors import CorpusIndexError
from embeddings.embedder import Vectors


class VectorIndex:
    """Exact inner-product search over unit vectors, rows in passage order."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> VectorIndex:
        """Index vectors of shape (passages, dimension)."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def from_bytes(cls, data: bytes) -> VectorIndex:
        """Read what `to_bytes` gave.

        Raises:
            CorpusIndexError: if FAISS cannot read the bytes.
        """
        import faiss

        try:
            return cls(faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8)))
        except (RuntimeError, MemoryError) as error:
            raise CorpusIndexError(
                "向量索引已损坏", hint="请重新建立索引：python -m rag index 文件夹"
            ) from error

    def to_bytes(self) -> bytes:
        """The index as bytes."""
        import faiss

        return bytes(faiss.serialize_index(self._index).tobytes())

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._index.d)

    def search(self, vector: Vectors, k: int) -> tuple[np.ndarray[Any, np.dtype[np.int64]], Vectors]:
        """Rows and inner products of the `k` nearest passages, best first.

        Args:
            vector: shape (dimension,).
            k: at least 1; fewer results come back where there are fewer passages.
        """
        scores, rows = self._index.search(
            np.ascontiguousarray(vector[None, :], dtype=np.float32), min(k, len(self))
        )
        found = rows[0] >= 0  # FAISS pads with -1
        return rows[0][found], scores[0][found]
