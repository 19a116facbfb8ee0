"""Late interaction over token vectors: each word of a question looks for its best match in a passage.

The MaxSim of ColBERT (Khattab & Zaharia, 2020) on the token vectors of a static encoder. A mean of vectors blurs a
passage that says many things; the best match of each word does not. Words count by how rare they are among the
passages. In passages function words do not count: that none of them holds the "吗" of a question makes it no
weightier. In sentences, which are short, they help.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterable, Sequence

import numpy as np

from embeddings.embedder import Vectors, unit
from embeddings.lexical import STOP_WORDS
from embeddings.ragged import Ragged, Rows
from embeddings.static_model import StaticEmbedder

_ENCODED = 10_000  # passages that are cut into tokens at a time


class LateInteraction:
    """Scores passages by the best match of each of a question's tokens.

    Args:
        encoder: its token vectors are compared.
        passages: distinct token ids of each.
    """

    def __init__(self, encoder: StaticEmbedder, passages: Ragged) -> None:
        self._encoder = encoder
        self._matrix = unit(encoder.matrix)
        self._passages = passages
        holding = np.bincount(passages.values, minlength=len(self._matrix))
        count = len(passages)
        self._rarity = np.log(1 + (count - holding + 0.5) / (holding + 0.5)).astype(np.float32)
        self._content = self._rarity.copy()
        words = encoder.tokens(sorted(STOP_WORDS))
        self._content[[words[row][0] for row in np.flatnonzero(words.sizes == 1).tolist()]] = 0

    @classmethod
    def build(cls, encoder: StaticEmbedder, texts: Sequence[str]) -> LateInteraction:
        """Prepare passages."""
        return cls(encoder, _distinct(encoder, texts))

    def added(self, texts: Sequence[str]) -> LateInteraction:
        """This with more passages behind."""
        return LateInteraction(
            self._encoder, Ragged.joined([self._passages, _distinct(self._encoder, texts)])
        )

    def without(self, rows: Iterable[int]) -> LateInteraction:
        """This without some passages; the rows of those behind them move up."""
        return LateInteraction(self._encoder, self._passages.without(rows))

    def scores(self, question: str, rows: Rows) -> Vectors:
        """Weighted mean of the best cosine of each question token in each passage of `rows`, shape (len(rows),)."""
        return self._best(question, self._passages.taken(rows), self._content)

    def tokens(self, texts: Sequence[str]) -> Ragged:
        """Token ids of texts that are no passages of the index."""
        return self._encoder.tokens(texts)

    def token_scores(self, question: str, tokens: Ragged) -> Vectors:
        """The same as `scores` for the `tokens` of sentences, function words counted, shape (len(tokens),)."""
        return self._best(question, tokens, self._rarity)

    def _best(self, question: str, tokens: Ragged, weights: Vectors) -> Vectors:
        asked = self._encoder.tokens([question]).values
        if not len(asked) or not len(tokens.values):
            return np.zeros(len(tokens), dtype=np.float32)
        words = self._matrix[asked].T
        likeness = tokens.looked_up(lambda distinct: self._matrix[distinct] @ words, len(self._matrix))
        shares = weights[asked]
        scores: Vectors = tokens.reduced(likeness, np.maximum) @ (shares / max(float(shares.sum()), 1e-9))
        return scores

    def save(self, folder: pathlib.Path) -> None:
        """Write the passages' tokens into a folder of their own."""
        self._passages.save(folder)

    @classmethod
    def load(cls, folder: pathlib.Path, encoder: StaticEmbedder) -> LateInteraction:
        """Read what `save` wrote."""
        return cls(encoder, Ragged.load(folder))


def _distinct(encoder: StaticEmbedder, texts: Sequence[str]) -> Ragged:
    """The distinct token ids of each text, rising."""
    blocks = []
    for start in range(0, max(len(texts), 1), _ENCODED):
        tokens = encoder.tokens(texts[start : start + _ENCODED])
        owner = np.repeat(np.arange(len(tokens)), tokens.sizes)
        order = np.lexsort((tokens.values, owner))
        blocks.append(Ragged(tokens.values[order], tokens.bounds).distinct())
    return Ragged.joined(blocks)
