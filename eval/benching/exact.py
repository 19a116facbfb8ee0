"""Exact search, to hold what an index finds against: every passage encoded anew and compared with every question."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Sequence

import numpy as np

from embeddings.embedder import Vectors
from rag.retrieve import Retriever
from rag.understand import Reading

_ENCODED = 10_000  # passages at a time
DEPTH = 10  # distinct cases


class ExactVectors:
    """Vectors on disk, multiplied one by one.

    Args:
        vectors: shape (passages, dimension).
    """

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def products(self, vectors: Vectors) -> Vectors:
        """Inner product of every passage with each of `vectors`, shape (len(vectors), passages)."""
        blocks = range(0, len(self._vectors), _ENCODED)
        return np.hstack([vectors @ self._vectors[start : start + _ENCODED].T for start in blocks])


def recall(
    retriever: Retriever,
    readings: Sequence[Reading],
    found: Sequence[Sequence[str]],
    path: pathlib.Path,
    progress: Callable[[str, float], None],
) -> float:
    """Mean share of the `DEPTH` cases which exact search finds that were found, 0..1.

    Args:
        retriever: of the index that was searched.
        readings: questions as they were understood, at least one.
        found: for each question ids of cases, best first.
        path: where the vectors may lie meanwhile.
        progress: called with a Chinese step and the share done.
    """
    vectors = np.lib.format.open_memmap(
        path, mode="w+", dtype=np.float32, shape=(len(retriever), retriever.embedder.dimension)
    )
    for start in range(0, len(retriever), _ENCODED):
        progress("精确比对：重新编码", start / len(retriever))
        vectors[start : start + _ENCODED] = retriever.embedder.encode_document(
            retriever.texts(start, start + _ENCODED)
        )
    exact = retriever.with_vectors(ExactVectors(vectors))
    shares = []
    for number, (reading, ids) in enumerate(zip(readings, found, strict=True)):
        progress("精确比对：提问", number / len(readings))
        right = {hit.case.id for hit in exact.retrieve(reading, limit=DEPTH).hits}
        shares.append(len(right & set(ids[:DEPTH])) / len(right))
    return sum(shares) / len(shares)
