"""The seam behind which every encoder stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors (or zero vectors for texts without content)."""

    @property
    def name(self) -> str:
        """What the manifest of an index records, so that a query meets the encoder of its index."""

    @property
    def dimension(self) -> int:
        """Length of each vector."""

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Questions as an array of shape (len(texts), dimension), float32."""

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Passages as an array of shape (len(texts), dimension), float32."""


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; rows of (nearly) zero length become zero vectors, never NaN."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-12)
    return scaled
