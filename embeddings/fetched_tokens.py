"""Late interaction over passages whose tokens lie in a database and are fetched for the few that are compared."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from corpus.errors import CorpusIndexError
from embeddings.embedder import Vectors
from embeddings.late_interaction import LateInteraction
from embeddings.ragged import Ragged, Rows
from embeddings.static_model import StaticEmbedder

Fetch = Callable[[Rows], Sequence[str]]
"""Keys of passages -> what `packed_tokens` made of each."""


def packed_tokens(late: LateInteraction, start: int, end: int) -> list[str]:
    """The tokens of the passages from row `start` to `end`, as text."""
    tokens = late._passages.taken(np.arange(start, end))  # noqa: SLF001 - the other half of late interaction
    return [packed(tokens[row]) for row in range(end - start)]


def packed(numbers: Any) -> str:
    """Numbers from 0 to 2 ** 32 - 1 as text of 5.3 characters each at most; small ones take fewer."""
    numbers = np.asarray(numbers)
    most = int(numbers.max(initial=0))
    width = "<u2" if most < 1 << 16 else "<u4"
    return width[-1] + base64.b64encode(numbers.astype(width).tobytes()).decode()


def unpacked(text: str) -> Any:
    """The numbers that `packed` made a text of, shape (numbers,).

    Raises:
        CorpusIndexError: if it did not.
    """
    try:
        return np.frombuffer(base64.b64decode(text[1:], validate=True), dtype=f"<u{int(text[0])}")
    except (binascii.Error, ValueError, TypeError, IndexError) as error:
        raise CorpusIndexError("索引的内容已损坏", hint="请重新发布：python -m rag publish") from error


def rarity_of(late: LateInteraction) -> Vectors:
    """How rare each token of the encoder is among all passages, shape (tokens,)."""
    rarity: Vectors = late._rarity  # noqa: SLF001
    return rarity


class FetchedTokens(LateInteraction):
    """Late interaction as `LateInteraction` does it, the rows being keys.

    Args:
        encoder: its token vectors are compared.
        rarity: what `rarity_of` said when the passages were written.
        fetch: gives the passages' tokens.
    """

    def __init__(self, encoder: StaticEmbedder, rarity: Vectors, fetch: Fetch) -> None:
        super().__init__(encoder, Ragged.of([[]]))
        content = np.asarray(self._content != 0)
        self._rarity = rarity
        self._content = np.where(content, rarity, np.float32(0))
        self._fetch = fetch

    def scores(self, question: str, rows: Rows) -> Vectors:
        """Weighted mean of the best cosine of each question token in each passage, shape (len(rows),)."""
        return self._best(question, Ragged.of([unpacked(text) for text in self._fetch(rows)]), self._content)
