"""Find the passages and cases that a question is about.

Four scores go to every passage: BM25 over characters, BM25 over words, the likeness of its vector to the
question's, and to that of the official terms for the question's plain wordings. They are scaled to 0..1 a question
and added; words count for more the more of the question the best passage holds (`embeddings.mixing`). The best few
hundred passages are then scored word by word as well (late interaction), and, where a cross-encoder is configured,
the best few dozen by it.
A case is as good as its best passage.
"""

from __future__ import annotations

import copy
import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.chunking import passage_text
from corpus.types import Case, Chunk
from embeddings.embedder import Embedder
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import LexicalIndex, character_terms
from embeddings.mixing import best_rows, coverage, mix, scaled, total
from embeddings.reranker import Reranker
from rag.types import Hit
from rag.understand import Reading

Scores = NDArray[np.float32]
_RERANKED = 40  # passages that a cross-encoder reads
# Cases whose texts are looked through for a place; among more the postings tell where it stands.
LOOKED_THROUGH = 2_000
_DEEP = 1_000  # best passages that are put in order first; rarely are more needed


class Likeness(Protocol):
    """Knows the vectors of all passages; `embeddings.index.VectorIndex` is one."""

    def products(self, vectors: Scores) -> Scores:
        """Inner product of every passage with vectors of shape (questions, dimension), shape (questions, passages)."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for one question.

    Attributes:
        hits: distinct cases, best first.
        scores: fused score of every passage, 0..1, shape (passages,).
    """

    hits: tuple[Hit, ...]
    scores: Scores


class Retriever:
    """Holds the searchers of one index.

    Args:
        cases: by id.
        chunks: in row order of the searchers.
        lexical: BM25 indices by field.
        vectors: vectors of the chunks.
        embedder: encodes questions as the index was encoded.
        late: scores the best passages word by word.
        bodies: of each case, in order, what tells its text from others', shape (cases,).
        weights: share of each searcher ("characters", "words", "vectors", "vocabulary", "tokens",
            "reranker").
        reranker: reads the best passages together with the question; None for none.
        looked_through: cases up to which all texts are looked through for a place.
    """

    def __init__(
        self,
        cases: Mapping[str, Case],
        chunks: Sequence[Chunk],
        *,
        lexical: Mapping[str, LexicalIndex],
        vectors: Likeness,
        embedder: Embedder,
        late: LateInteraction,
        bodies: NDArray[np.uint64],
        weights: Mapping[str, float],
        reranker: Reranker | None = None,
        looked_through: int = LOOKED_THROUGH,
    ) -> None:
        self._cases = cases
        self._chunks = chunks
        self._lexical = lexical
        self._vectors = vectors
        self._embedder = embedder
        self._late = late
        self._weights = weights
        self._reranker = reranker
        self._looked_through = looked_through
        self._numbers = {case_id: number for number, case_id in enumerate(cases)}
        self._owners = np.array([self._numbers[chunk.case_id] for chunk in chunks], dtype=np.int64)
        self._rows: dict[str, list[int]] = {case_id: [] for case_id in cases}
        for row, chunk in enumerate(chunks):
            self._rows[chunk.case_id].append(row)
        self._all = tuple(cases.values())
        self._bodies = bodies

    def with_vectors(self, vectors: Likeness) -> Retriever:
        """The same searchers with other vectors of the same passages."""
        other = copy.copy(self)
        other._vectors = vectors  # noqa: SLF001 - its own kind
        return other

    def texts(self, start: int, end: int) -> list[str]:
        """The passages of some rows as the searchers see them."""
        return [passage_text(self._cases[chunk.case_id], chunk) for chunk in self._chunks[start:end]]

    def __len__(self) -> int:
        return len(self._chunks)

    @property
    def embedder(self) -> Embedder:
        """The encoder of this index."""
        return self._embedder

    @property
    def late(self) -> LateInteraction:
        """Compares words of texts."""
        return self._late

    @property
    def cases(self) -> tuple[Case, ...]:
        """Every case, in the order of the index."""
        return self._all

    def retrieve(self, reading: Reading, *, limit: int = 20) -> Retrieval:
        """The best `limit` distinct cases for a question."""
        parts: dict[str, Scores] = {
            field: index.scores(reading.sought) for field, index in self._lexical.items()
        }
        covered = coverage(self._lexical, reading.sought, parts)
        meant = {"vectors": reading.sought}
        if reading.official:
            meant["vocabulary"] = " ".join(reading.official)
        cosines = self._vectors.products(self._embedder.encode_query(list(meant.values())))
        parts |= dict(zip(meant, cosines, strict=True))
        weighted = mix(
            parts,
            self._weights,
            covered=covered,
            by_word=functools.partial(self._late.scores, reading.sought),
        )
        scores = total(weighted)
        if self._reranker is not None:
            read = best_rows(scores, _RERANKED)
            pairs = [passage_text(self._cases[self._chunks[row].case_id], self._chunks[row]) for row in read]
            by_reading = np.zeros_like(scores)
            by_reading[read] = scaled(self._reranker.scores(reading.text, pairs))
            weighted["reranker"] = np.float32(self._weights["reranker"]) * by_reading
            scores = scores + weighted["reranker"]
        rows = list(itertools.islice(self._best_rows(scores), limit))
        hits = tuple(
            Hit(
                self._cases[self._chunks[row].case_id],
                self._chunks[row],
                float(scores[row]),
                rank,
                tuple((name, round(float(part[row]), 4)) for name, part in weighted.items()),
            )
            for rank, row in enumerate(rows, 1)
        )
        return Retrieval(hits, scores)

    def case(self, case_id: str) -> Case:
        """The case of an id."""
        return self._cases[case_id]

    def number(self, case_id: str) -> int:
        """The place of a case in the order of the index, from 0."""
        return self._numbers[case_id]

    def passages(self, case: Case, scores: Scores) -> list[tuple[Chunk, float]]:
        """The passages of a case in text order with their scores."""
        return [(self._chunks[row], float(scores[row])) for row in self._rows[case.id]]

    def best_passages(self, scores: Scores, limit: int) -> list[tuple[Chunk, float]]:
        """The best `limit` passages of all cases, best first."""
        return [(self._chunks[int(row)], float(scores[row])) for row in best_rows(scores, limit)]

    def best_cases(self, cases: Sequence[Case], scores: Scores, limit: int) -> list[Case]:
        """The `limit` of `cases` with the best passages, best first; equal ones keep their order."""
        held = [case for case in cases if self._rows[case.id]]
        if not held:
            return list(cases[:limit])
        rows = [self._rows[case.id] for case in held]
        starts = np.cumsum([0, *map(len, rows[:-1])])
        best = np.maximum.reduceat(scores[list(itertools.chain.from_iterable(rows))], starts)
        return [held[number] for number in best_rows(best, limit)]

    @property
    def settled(self) -> bool:
        """Whether `cases_naming` says the same of a place whatever was asked."""
        return True

    def cases_naming(self, place: str, _scores: Scores | None = None) -> Sequence[Case]:
        """Cases that may name a place, in the order of the index; a small index gives all of its cases.

        What was found for a question makes no difference here; an index that others hold looks there alone.

        In a large one the postings of two neighbouring characters tell which passages hold them, titles and regions
        included. A name that stands in no passage but in two headings at the very end of a case is missed.
        """
        terms = [place[start : start + 2] for start in range(len(place) - 1)]
        index = self._lexical.get("characters")
        if index is None or len(self._all) <= self._looked_through or not terms:
            return self._all
        if any(term not in character_terms(place) for term in terms):  # not all of it Chinese characters
            return self._all
        rows = functools.reduce(np.intersect1d, [index.holding(term) for term in terms])
        return [self._all[number] for number in np.unique(self._owners[rows])]

    def _best_rows(self, scores: Scores) -> Iterator[int]:
        """The best row of each case, best case first; equal scores keep the order of the index.

        Of cases whose texts are the same word for word, as where two files took in one, only the first.
        """
        seen: set[int] = set()
        depth, before = _DEEP, 0
        while before < len(scores):
            for row in best_rows(scores, depth)[before:].tolist():
                body = int(self._bodies[self._owners[row]])
                if body not in seen:
                    seen.add(body)
                    yield row
            depth, before = 10 * depth, depth
