"""Late interaction over token vectors: each word of a question looks for its best match in a passage.

The MaxSim of ColBERT (Khattab & Zaharia, 2020) on the token vectors of a static encoder. A mean of vectors blurs a
passage that says many things; the best match of each word does not. Words count by how rare they are among the
passages. In passages function words do not count: that none of them holds the "吗" of a question makes it no
weightier. In sentences, which are short, they help.
"""

from __future__ import annotations

import pathlib
from array import array
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.embedder import Vectors, unit
from embeddings.lexical import STOP_WORDS
from embeddings.static_model import StaticEmbedder

Rows = NDArray[np.int64]
_ENCODED = 10_000  # passages that are cut into tokens at a time


class LateInteraction:
    """Scores passages by the best match of each of a question's tokens.

    Args:
        encoder: its token vectors are compared.
        tokens: distinct token ids of all passages, one passage behind the other, int32.
        bounds: where each passage's tokens begin, and the end; shape (passages + 1,), int64.
    """

    def __init__(self, encoder: StaticEmbedder, tokens: NDArray[np.int32], bounds: Rows) -> None:
        self._encoder = encoder
        self._matrix = unit(encoder.matrix)
        self._tokens = tokens
        self._bounds = bounds
        holding = np.bincount(tokens, minlength=len(self._matrix))
        passages = len(bounds) - 1
        self._rarity = np.log(1 + (passages - holding + 0.5) / (holding + 0.5)).astype(np.float32)
        self._content = self._rarity.copy()
        self._content[[ids[0] for ids in encoder.token_ids(sorted(STOP_WORDS)) if len(ids) == 1]] = 0

    @classmethod
    def build(cls, encoder: StaticEmbedder, texts: Sequence[str]) -> LateInteraction:
        """Prepare passages."""
        tokens, sizes = array("i"), array("q", [0])
        for start in range(0, len(texts), _ENCODED):
            for ids in encoder.token_ids(texts[start : start + _ENCODED]):
                row = np.unique(np.asarray(ids, dtype=np.int32))
                tokens.frombytes(row.tobytes())
                sizes.append(len(row))
        return cls(encoder, np.array(tokens, dtype=np.int32), np.cumsum(np.array(sizes, dtype=np.int64)))

    def added(self, texts: Sequence[str]) -> LateInteraction:
        """This with more passages behind."""
        new = LateInteraction.build(self._encoder, texts)
        tokens = np.concatenate([self._tokens, new._tokens])  # noqa: SLF001
        bounds = np.concatenate([self._bounds, self._bounds[-1] + new._bounds[1:]])  # noqa: SLF001
        return LateInteraction(self._encoder, tokens, bounds)

    def without(self, rows: Iterable[int]) -> LateInteraction:
        """This without some passages; the rows of those behind them move up."""
        kept = np.ones(len(self._bounds) - 1, dtype=bool)
        kept[list(rows)] = False
        sizes = np.diff(self._bounds)
        bounds = np.cumsum(np.concatenate([[0], sizes[kept]]))
        return LateInteraction(self._encoder, self._tokens[np.repeat(kept, sizes)], bounds)

    def scores(self, question: str, rows: Rows) -> Vectors:
        """Weighted mean of the best cosine of each question token in each passage of `rows`, shape (len(rows),)."""
        passages = [self._tokens[self._bounds[row] : self._bounds[row + 1]] for row in rows]
        return self._best(question, passages, self._content)

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Distinct token ids of texts that are no passages of the index, such as their sentences."""
        return [np.unique(np.asarray(ids, dtype=np.int32)) for ids in self._encoder.token_ids(texts)]

    def token_scores(self, question: str, tokens: Sequence[NDArray[np.int32]]) -> Vectors:
        """The same as `scores` for the `tokens` of sentences, function words counted, shape (len(tokens),)."""
        return self._best(question, tokens, self._rarity)

    def _best(self, question: str, passages: Sequence[NDArray[np.int32]], weights: Vectors) -> Vectors:
        asked = self._encoder.token_ids([question])[0]
        scores = np.zeros(len(passages), dtype=np.float32)
        full = [number for number, tokens in enumerate(passages) if len(tokens)]
        if not asked or not full:
            return scores
        pieces = [passages[number] for number in full]
        starts = np.cumsum([0, *(len(piece) for piece in pieces[:-1])])
        held = np.concatenate(pieces)
        # Texts share most of their tokens, so each token is compared once; counting finds them faster than sorting.
        distinct = np.flatnonzero(np.bincount(held, minlength=len(self._matrix)))
        place = np.zeros(len(self._matrix), dtype=np.int64)
        place[distinct] = np.arange(len(distinct))
        likeness = (self._matrix[distinct] @ self._matrix[asked].T)[place[held]]
        best = np.maximum.reduceat(likeness, starts, axis=0)
        shares = weights[asked]
        scores[full] = best @ (shares / max(float(shares.sum()), 1e-9))
        return scores

    def save(self, path: pathlib.Path) -> None:
        """Write the passages' tokens."""
        with path.open("wb") as file:
            np.savez(file, tokens=self._tokens, bounds=self._bounds)

    @classmethod
    def load(cls, path: pathlib.Path, encoder: StaticEmbedder) -> LateInteraction:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(encoder, stored["tokens"], stored["bounds"])
