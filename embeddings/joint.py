"""Several encoders as one: their vectors side by side, so that one index holds them all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings.bundled import load_bundled
from embeddings.corpus_model import fit_corpus_model
from embeddings.embedder import Embedder, Vectors
from embeddings.static_model import StaticEmbedder

# Share of the encoder that knows the field beside the one that knows the documents.
_GENERAL_SHARE = 0.8


class JointEmbedder:
    """Encoders whose weighted cosines add up.

    A part's unit vectors are scaled by the square root of its share, so that the inner product of two joint
    vectors is the weighted sum of the parts' cosines.

    Args:
        parts: encoders with their weights, at least one, weights above 0.
    """

    def __init__(self, parts: Sequence[tuple[Embedder, float]]) -> None:
        total = sum(weight for _, weight in parts)
        self._parts = [(embedder, np.float32((weight / total) ** 0.5)) for embedder, weight in parts]

    @property
    def name(self) -> str:
        """The parts' names joined by "+"."""
        return "+".join(embedder.name for embedder, _ in self._parts)

    @property
    def dimension(self) -> int:
        """Sum of the parts' dimensions."""
        return sum(embedder.dimension for embedder, _ in self._parts)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (len(texts), dimension)."""
        return self._side_by_side([embedder.encode_query(texts) for embedder, _ in self._parts])

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, shape (len(texts), dimension)."""
        return self._side_by_side([embedder.encode_document(texts) for embedder, _ in self._parts])

    def _side_by_side(self, vectors: Sequence[Vectors]) -> Vectors:
        return np.hstack([one * scale for one, (_, scale) in zip(vectors, self._parts, strict=True)])


def adapted(
    texts: Sequence[str], encoder: StaticEmbedder | None = None
) -> tuple[JointEmbedder, StaticEmbedder]:
    """An encoder beside one fitted on the texts, which knows their words and names; and the fitted one.

    Args:
        texts: passages to be indexed.
        encoder: None means the bundled one.
    """
    fitted = fit_corpus_model(texts)
    return beside(fitted, encoder), fitted


def beside(fitted: StaticEmbedder, encoder: StaticEmbedder | None = None) -> JointEmbedder:
    """An encoder, by default the bundled one, and one fitted on the indexed text as one."""
    return JointEmbedder(static_parts(fitted, encoder))


def static_parts(
    fitted: StaticEmbedder | None, encoder: StaticEmbedder | None = None
) -> tuple[tuple[StaticEmbedder, float], ...]:
    """An encoder, by default the bundled one, and one fitted on the indexed text, with their shares of a cosine."""
    general = encoder or load_bundled()
    return ((general, 1.0),) if fitted is None else ((general, _GENERAL_SHARE), (fitted, 1 - _GENERAL_SHARE))
