"""Find the passages and cases that a question is about.

Four scores go to every passage: BM25 over characters, BM25 over words, the likeness of its vector to the
question's, and to that of the official terms for the question's plain wordings. They are scaled to 0..1 a question
and added; words count for more the more of the question the best passage holds (`embeddings.mixing`). The best few
hundred passages are then scored word by word as well (late interaction), and, where a cross-encoder is configured,
the best few dozen by it.
A case is as good as its best passage.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.chunking import passage_text
from corpus.normalise import bare
from corpus.types import Case, Chunk
from embeddings.embedder import Embedder
from embeddings.index import VectorIndex
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import LexicalIndex
from embeddings.mixing import coverage, mix, scaled, total
from embeddings.reranker import Reranker
from rag.types import Hit
from rag.understand import Reading

Scores = NDArray[np.float32]
_RERANKED = 40  # passages that a cross-encoder reads
_DEEPEST = 20_000  # passages that the vectors score at most; the rest count as the worst of these


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
        weights: share of each searcher ("characters", "words", "vectors", "vocabulary", "tokens",
            "reranker").
        reranker: reads the best passages together with the question; None for none.
    """

    def __init__(
        self,
        cases: Mapping[str, Case],
        chunks: Sequence[Chunk],
        *,
        lexical: Mapping[str, LexicalIndex],
        vectors: VectorIndex,
        embedder: Embedder,
        late: LateInteraction,
        weights: Mapping[str, float],
        reranker: Reranker | None = None,
    ) -> None:
        self._cases = cases
        self._chunks = chunks
        self._lexical = lexical
        self._vectors = vectors
        self._embedder = embedder
        self._late = late
        self._weights = weights
        self._reranker = reranker
        order = {case_id: number for number, case_id in enumerate(cases)}
        self._owners = np.array([order[chunk.case_id] for chunk in chunks], dtype=np.int64)
        self._rows: dict[str, list[int]] = {case_id: [] for case_id in cases}
        for row, chunk in enumerate(chunks):
            self._rows[chunk.case_id].append(row)
        self._bodies = {
            case.id: hashlib.sha256(bare(case.text).encode()).hexdigest() for case in cases.values()
        }

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
        return tuple(self._cases.values())

    def retrieve(self, reading: Reading, *, limit: int = 20) -> Retrieval:
        """The best `limit` distinct cases for a question."""
        parts: dict[str, Scores] = {
            field: index.scores(reading.sought) for field, index in self._lexical.items()
        }
        covered = coverage(self._lexical, reading.sought, parts)
        parts["vectors"] = self._cosines(reading.sought)
        if reading.official:
            parts["vocabulary"] = self._cosines(" ".join(reading.official))
        weighted = mix(
            parts,
            self._weights,
            covered=covered,
            by_word=functools.partial(self._late.scores, reading.sought),
        )
        scores = total(weighted)
        if self._reranker is not None:
            read = np.argsort(-scores, kind="stable")[:_RERANKED]
            pairs = [passage_text(self._cases[self._chunks[row].case_id], self._chunks[row]) for row in read]
            by_reading = np.zeros_like(scores)
            by_reading[read] = scaled(self._reranker.scores(reading.text, pairs))
            weighted["reranker"] = np.float32(self._weights["reranker"]) * by_reading
            scores = scores + weighted["reranker"]
        rows = list(itertools.islice(self._distinct(self._best_rows(scores)), limit))
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

    def _distinct(self, rows: Iterable[int]) -> Iterator[int]:
        """Rows without those of a case whose text another file's case has word for word."""
        seen: set[str] = set()
        for row in rows:
            text = self._bodies[self._chunks[row].case_id]
            if text not in seen:
                seen.add(text)
                yield row

    def case(self, case_id: str) -> Case:
        """The case of an id."""
        return self._cases[case_id]

    def passages(self, case: Case, scores: Scores) -> list[tuple[Chunk, float]]:
        """The passages of a case in text order with their scores."""
        return [(self._chunks[row], float(scores[row])) for row in self._rows[case.id]]

    def best_passages(self, scores: Scores, limit: int) -> list[tuple[Chunk, float]]:
        """The best `limit` passages of all cases, best first."""
        best = np.argsort(-scores, kind="stable")[:limit]
        return [(self._chunks[int(row)], float(scores[row])) for row in best]

    def _cosines(self, text: str) -> Scores:
        vector = self._embedder.encode_query([text])[0]
        rows, found = self._vectors.search(vector, min(len(self._chunks), _DEEPEST))
        cosines = np.full(len(self._chunks), found.min(initial=0.0), dtype=np.float32)
        cosines[rows] = found
        return cosines

    def _best_rows(self, scores: Scores) -> list[int]:
        """The best row of each case, best case first; equal scores keep the order of the index."""
        order: NDArray[Any] = np.argsort(-scores, kind="stable")
        _, first = np.unique(self._owners[order], return_index=True)
        return [int(order[position]) for position in np.sort(first)]
