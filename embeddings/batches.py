"""Encoding a large collection within bounded memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings.embedder import Embedder, Vectors

_ENCODED = 10_000  # passages at a time; cut into tokens they take many times their text's memory
# Passages that an encoder is fitted on at most; memory and time of a fit grow with them.
FITTED_ON = 50_000


class InBatches:
    """An encoder that is given a bounded number of passages at a time.

    Args:
        embedder: encodes each text by itself, so that its vectors are the same in any batch.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def name(self) -> str:
        """The encoder's name."""
        return self._embedder.name

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return self._embedder.dimension

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (len(texts), dimension)."""
        return self._embedder.encode_query(texts)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, shape (len(texts), dimension)."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _ENCODED):
            vectors[start : start + _ENCODED] = self._embedder.encode_document(
                texts[start : start + _ENCODED]
            )
        return vectors


def spread(texts: Sequence[str], most: int = FITTED_ON) -> Sequence[str]:
    """At most `most` of the texts, evenly spread over them; all of them where there are no more."""
    return texts if len(texts) <= most else texts[:: -(-len(texts) // most)]
