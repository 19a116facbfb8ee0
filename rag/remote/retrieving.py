"""Find the passages and cases that a question is about in a publication.

Milvus scores passages (`rag.remote.searching`); everything behind that is the file index's own (`rag.retrieve`): the
mixing, late interaction, the order of cases.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np

from corpus.chunking import passage_text
from corpus.types import Case, Chunk
from embeddings.bundled import load_bundled
from embeddings.embedder import Embedder
from embeddings.fetched_tokens import FetchedTokens
from embeddings.late_interaction import LateInteraction
from embeddings.milvus import Rows
from embeddings.mixing import best_rows, mix, scaled, total
from embeddings.reranker import Reranker
from rag.remote import layout
from rag.remote.lists import all_cases
from rag.remote.searching import NAMING, OTHERS, Scores, Searches, coverage, spread
from rag.remote.shelf import Entry, Shelf
from rag.retrieve import LOOKED_THROUGH, Retrieval
from rag.types import Hit
from rag.understand import Reading

_RERANKED = 40  # passages that a cross-encoder reads
_OWNERS = 40  # cases that are fetched at a time
_FOUND = np.dtype([("key", np.int64), ("score", np.float32)])


class RemoteRetriever:
    """Stands where `rag.retrieve.Retriever` does; its scores are those of the passages found, by key.

    Args:
        searches: what Milvus finds.
        shelf: the cases.
        embedder: encodes questions as the index was encoded.
        weights: share of each searcher, as for `Retriever`.
        reranker: reads the best passages together with the question; None for none.
        looked_through: cases up to which all texts are looked through for a place.
    """

    def __init__(
        self,
        searches: Searches,
        shelf: Shelf,
        *,
        embedder: Embedder,
        weights: Mapping[str, float],
        reranker: Reranker | None = None,
        looked_through: int = LOOKED_THROUGH,
    ) -> None:
        self._searches, self._shelf = searches, shelf
        self._embedder = embedder
        self._weights = weights
        self._reranker = reranker
        self._looked_through = looked_through
        self._late = FetchedTokens(load_bundled(), shelf.rarity(), searches.tokens)

    def __len__(self) -> int:
        return self._shelf.counts["chunks"]

    @property
    def embedder(self) -> Embedder:
        """The encoder of this index."""
        return self._embedder

    @property
    def late(self) -> LateInteraction:
        """Compares words of texts."""
        return self._late

    @property
    def cases(self) -> Sequence[Case]:
        """Every case, in the order of the index."""
        return all_cases(self._shelf)

    @property
    def settled(self) -> bool:
        """Whether `cases_naming` says the same of a place whatever was asked."""
        return self._shelf.counts["cases"] <= self._looked_through

    def case(self, case_id: str) -> Case:
        """The case of an id."""
        return self._shelf.entry(case_id).case

    def number(self, case_id: str) -> int:
        """The place of a case in the order of the index, from 0."""
        return self._shelf.number(case_id)

    def retrieve(self, reading: Reading, *, limit: int = 20) -> Retrieval:
        """The best `limit` distinct cases for a question."""
        asked = self._searches.asked(reading)
        keys, parts = self._searches.candidates(asked, reading.places)
        by_word = functools.partial(self._by_word, reading.sought, keys)
        weighted = mix(parts, self._weights, covered=coverage(asked.fields, parts), by_word=by_word)
        scores = total(weighted)
        if self._reranker is not None:
            weighted["reranker"] = self._reread(reading.text, keys, scores, self._reranker)
            scores = scores + weighted["reranker"]
        hits = []
        for rank, (row, entry) in enumerate(itertools.islice(self._distinct(keys, scores), limit), 1):
            chunk = entry.chunks[layout.number_in_case(int(keys[row]))]
            origin = tuple((name, round(float(part[row]), 4)) for name, part in weighted.items())
            hits.append(Hit(entry.case, chunk, float(scores[row]), rank, origin))
        found = np.empty(len(keys), dtype=_FOUND)
        found["key"], found["score"] = keys, scores
        return Retrieval(tuple(hits), cast("Scores", found))

    def passages(self, case: Case, scores: Any) -> list[tuple[Chunk, float]]:
        """The passages of a case in text order with their scores."""
        entry = self._shelf.entry(case.id)
        keys = layout.key_in_case(entry.number, 0) + np.arange(len(entry.chunks))
        return list(zip(entry.chunks, _scores_of(keys, scores).tolist(), strict=True))

    def best_passages(self, scores: Any, limit: int) -> list[tuple[Chunk, float]]:
        """The best `limit` passages of all cases, best first."""
        held = scores[scores["key"] != OTHERS]
        best = held[best_rows(held["score"], limit)]
        entries = self._shelf.entries(layout.case_of(best["key"]).tolist())
        return [
            (entries[layout.case_of(key)].chunks[layout.number_in_case(key)], score)
            for key, score in best.tolist()
        ]

    def best_cases(self, cases: Sequence[Case], scores: Any, limit: int) -> list[Case]:
        """The `limit` of `cases` with the best passages, best first; equal ones keep their order."""
        rated = [
            (max((score for _, score in self.passages(case, scores)), default=None), case) for case in cases
        ]
        held = [(best, case) for best, case in rated if best is not None]
        if not held:
            return list(cases[:limit])
        return [case for _, case in sorted(held, key=lambda one: -one[0])[:limit]]

    def cases_naming(self, place: str, scores: Any = None) -> Sequence[Case]:
        """Cases that may name a place, in the order of the index; a small index gives all of its cases.

        Args:
            place: without its ending.
            scores: of the question's passages: among many cases, those of the best of them are looked at, too.
        """
        if self.settled:
            return self.cases
        keys = [self._searches.naming(place, {}, NAMING)]
        if scores is not None:
            keys.append(scores["key"][best_rows(scores["score"], NAMING)])
        owners = np.unique(layout.case_of(np.concatenate(keys)))
        entries = self._shelf.entries(owners[owners >= 0].tolist())
        return [entries[number].case for number in sorted(entries)]

    def _by_word(self, question: str, keys: Rows, rows: Rows) -> Scores:
        """Late interaction of some of the passages found."""
        scores = np.zeros(len(rows), dtype=np.float32)
        held = np.flatnonzero(keys[rows] != OTHERS)
        scores[held] = self._late.scores(question, keys[rows[held]])
        return scores

    def _reread(self, question: str, keys: Rows, scores: Scores, reranker: Reranker) -> Scores:
        """What a cross-encoder adds to the best passages."""
        read = best_rows(scores, _RERANKED)
        read = read[keys[read] != OTHERS]
        entries = self._shelf.entries(layout.case_of(keys[read]).tolist())
        pairs = []
        for key in keys[read].tolist():
            entry = entries[layout.case_of(key)]
            pairs.append(passage_text(entry.case, entry.chunks[layout.number_in_case(key)]))
        added = np.zeros_like(scores)
        added[read] = np.float32(self._weights["reranker"]) * scaled(reranker.scores(question, pairs))
        return added

    def _distinct(self, keys: Rows, scores: Scores) -> Iterator[tuple[int, Entry]]:
        """The best row of each case, best case first, without cases whose text one before has word for word."""
        seen: set[int] = set()
        rows = _first_of_each(layout.case_of(keys), best_rows(scores, len(scores)))
        while some := list(itertools.islice(rows, _OWNERS)):
            entries = self._shelf.entries(int(layout.case_of(keys[row])) for row in some)
            for row in some:
                entry = entries[int(layout.case_of(keys[row]))]
                if entry.body not in seen:
                    seen.add(entry.body)
                    yield row, entry


def _first_of_each(owners: Rows, rows: Iterable[int]) -> Iterator[int]:
    seen = {OTHERS}
    for row in map(int, rows):
        owner = int(owners[row])
        if owner not in seen:
            seen.add(owner)
            yield row


def _scores_of(keys: Rows, found: Any) -> Scores:
    """What passages scored; of one that was not found, what stands for the others."""
    rest = found["score"][0] if len(found) and found["key"][0] == OTHERS else 0.0
    return spread(keys, (found["key"], found["score"]), float(rest))
