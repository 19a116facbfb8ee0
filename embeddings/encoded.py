"""Texts as the tokens of a static encoder: their likeness to a question without making their vectors.

A static encoder's vector of a text is the sum of its token vectors, scaled to length 1. So its cosine to a question is
the sum of its tokens' products with the question's vector over the length of that sum: a few thousand distinct tokens
are multiplied where hundreds of texts would be cut into tokens and encoded. A sentence takes 2 bytes a token and 4 for
the length; its vector would take fifteen times as much.
"""

from __future__ import annotations

import pathlib
from collections.abc import Sequence

import numpy as np

from embeddings.embedder import Vectors
from embeddings.ragged import Ragged, Rows
from embeddings.static_model import StaticEmbedder


class EncodedTexts:
    """Texts that were encoded once.

    Args:
        encoder: a static one.
        tokens: of each text.
        lengths: of the sum of each text's token vectors, shape (texts,), float32.
    """

    def __init__(self, encoder: StaticEmbedder, tokens: Ragged, lengths: Vectors) -> None:
        self._encoder = encoder
        self._tokens = tokens
        self._lengths = lengths

    @classmethod
    def build(cls, encoder: StaticEmbedder, texts: Sequence[str]) -> EncodedTexts:
        """Encode texts."""
        tokens = encoder.tokens(texts)
        return cls(encoder, tokens, np.linalg.norm(encoder.sums(tokens), axis=1))

    def __len__(self) -> int:
        return len(self._tokens)

    def tokens(self, rows: Rows) -> Ragged:
        """Token ids of some texts."""
        return self._tokens.taken(rows)

    def cosines(self, rows: Rows, questions: Sequence[str]) -> Vectors:
        """Cosine of each of some texts to each question, shape (len(rows), len(questions)); 0 for texts without tokens."""
        tokens = self._tokens.taken(rows)
        matrix = self._encoder.matrix
        asked = self._encoder.encode_query(questions).T
        products = tokens.looked_up(lambda distinct: matrix[distinct] @ asked, len(matrix))
        sums = tokens.reduced(products, np.add)
        lengths = self._lengths[rows, None]
        cosines: Vectors = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 1e-12)
        return cosines

    def followed_by(self, other: EncodedTexts) -> EncodedTexts:
        """This with those of another behind, made by the same encoder."""
        tokens = Ragged.joined([self._tokens, other._tokens])
        return EncodedTexts(self._encoder, tokens, np.concatenate([self._lengths, other._lengths]))

    def without(self, rows: Rows) -> EncodedTexts:
        """This without some texts; the rows of those behind them move up."""
        return EncodedTexts(self._encoder, self._tokens.without(rows), np.delete(self._lengths, rows))

    def save(self, folder: pathlib.Path) -> None:
        """Write tokens and lengths into a folder of their own."""
        self._tokens.save(folder)
        np.save(folder / "lengths.npy", self._lengths, allow_pickle=False)

    @classmethod
    def load(cls, folder: pathlib.Path, encoder: StaticEmbedder) -> EncodedTexts:
        """Read what `save` wrote with the same encoder."""
        return cls(encoder, Ragged.load(folder), np.load(folder / "lengths.npy", allow_pickle=False))
