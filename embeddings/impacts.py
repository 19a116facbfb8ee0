"""BM25 as sparse vectors: what each term adds to the score of each passage, computed once over all passages.

The inner product of a passage's impacts with a question's rarities is its BM25 score, whatever other passages lie
beside it in a database: Anh & Moffat, "Pruned query evaluation using pre-computed impacts" (2006). A database that
counts by itself how rare a term is may count in each of its segments anew (milvus-lite does), and its scores then
change with where a passage lies.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.lexical import Field, LexicalIndex, rarity
from embeddings.postings import Segment, key_of

PAGE_TERMS = 64  # on a page of the lexicon, about
_PAGE = np.dtype([("key", "<u8"), ("dimension", "<i8"), ("holding", "<i8"), ("best", "<f4")])
Page = NDArray[np.void]
"""Terms of a lexicon in order of their keys, each with its dimension, how many passages hold it, and its best impact."""
Weights = dict[int, float]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What has to be known of a field's terms to ask for them; the terms themselves lie on pages somewhere else.

    Attributes:
        field: which terms.
        passages: in the index.
        bits: of a term's key that tell its page; there are 2 ** bits pages.
        weightiest: the most that any term adds to the score of any passage.
    """

    field: Field
    passages: int
    bits: int
    weightiest: float

    def pages_of(self, terms: Iterable[str]) -> list[int]:
        """Numbers of the pages on which terms of the field are, rising, each once."""
        return sorted({self._page(key_of(term)) for term in terms})

    def question(self, terms: Iterable[str], pages: Mapping[int, Page]) -> Question:
        """What to search for, given the pages that `pages_of` named; those without a term may be missing."""
        weights: Weights = {}
        ideal = 0.0
        for term, count in Counter(terms).items():
            found = self._found(term, pages)
            if found is None:
                ideal += count * self.weightiest
                continue
            rare = rarity(self.passages, int(found["holding"]))
            weights[int(found["dimension"])] = float(rare) * count
            ideal += count * float(rare * found["best"])
        return Question(weights, ideal)

    def _found(self, term: str, pages: Mapping[int, Page]) -> np.void | None:
        key = key_of(term)
        page = pages.get(self._page(key))
        place = 0 if page is None else int(np.searchsorted(page["key"], key))
        if page is None or place == len(page) or page["key"][place] != key:
            return None
        found: np.void = page[place]
        return found

    def _page(self, key: np.uint64) -> int:
        return int(key) >> (64 - self.bits) if self.bits else 0


@dataclass(frozen=True, slots=True)
class Question:
    """A question to one field.

    Attributes:
        weights: rarity of its terms by dimension, those that stand in no passage left out.
        ideal: what `LexicalIndex.ideal_score` says of it.
    """

    weights: Weights
    ideal: float


def read_page(data: bytes) -> Page:
    """A page from what `Impacts.pages` gave."""
    return np.frombuffer(data, dtype=_PAGE)


class Impacts:
    """The impacts of an index's passages.

    Args:
        index: the postings.
    """

    def __init__(self, index: LexicalIndex) -> None:
        segments, norms = index._segments, index._norms  # noqa: SLF001 - the other half of BM25
        self._parts = list(zip(segments, norms, strict=True))
        self._keys = np.unique(np.concatenate([segment.keys for segment in segments]))
        self._starts = np.cumsum([0, *map(len, segments)])
        self._held: tuple[int, sparse.csr_matrix] | None = None
        bits = max(0, math.ceil(math.log2(max(len(self._keys), 1) / PAGE_TERMS)))
        self.lexicon = Lexicon(index.field, index.size, bits, index.weightiest)

    def rows(self, start: int, end: int) -> list[Weights]:
        """Impacts of the passages from row `start` to `end`, which rise from call to call."""
        rows: list[Weights] = []
        for number, first in enumerate(self._starts[:-1]):
            after = self._starts[number + 1]
            if first < end and start < after:
                matrix = self._matrix(number)
                rows += map(_weights(matrix), range(max(start - first, 0), min(end, after) - first))
        return rows

    def _matrix(self, number: int) -> sparse.csr_matrix:
        """Impacts of one segment, passages by dimensions."""
        if self._held is None or self._held[0] != number:
            segment, norms = self._parts[number]
            impacts = _impacts(segment, norms).astype(np.float32)
            dimensions = np.zeros(len(self._keys) + 1, dtype=np.int64)
            dimensions[np.searchsorted(self._keys, segment.keys) + 1] = np.diff(segment.bounds)
            by_term = sparse.csc_matrix(
                (impacts, segment.rows, np.cumsum(dimensions)), shape=(len(segment), len(self._keys))
            )
            self._held = (number, by_term.tocsr())
        return self._held[1]

    def pages(self) -> Iterator[tuple[int, bytes]]:
        """Numbers and contents of the pages of the lexicon that are not empty, rising."""
        table = np.zeros(len(self._keys), dtype=_PAGE)
        table["key"], table["dimension"] = self._keys, np.arange(len(self._keys))
        for segment, norms in self._parts:
            places = np.searchsorted(self._keys, segment.keys)
            best = np.maximum.reduceat(_impacts(segment, norms), segment.bounds[:-1])
            table["holding"][places] += np.diff(segment.bounds)
            table["best"][places] = np.maximum(table["best"][places], best)
        numbers = [self.lexicon._page(key) for key in self._keys]  # noqa: SLF001 - its own kind
        edges = np.flatnonzero(np.diff(numbers, prepend=-1)).tolist()
        for start, end in zip(edges, [*edges[1:], len(table)], strict=True):
            yield numbers[start], table[start:end].tobytes()


def _impacts(segment: Segment, norms: NDArray[np.float32]) -> NDArray[np.float32]:
    counts = np.asarray(segment.counts, dtype=np.float32)
    return np.asarray(counts / (norms[segment.rows] + counts))


def _weights(matrix: sparse.csr_matrix) -> Callable[[int], Weights]:
    def of(row: int) -> Weights:
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        return dict(zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True))

    return of
