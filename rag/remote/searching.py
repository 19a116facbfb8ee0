"""What Milvus finds for a question: the best passages by each searcher, and what they score in the others.

Up to some thousand passages every one is scored. Among more, what a passage scores in a search that did not name it is
asked for where it is among the best thousand, so that these have the scores that they have in a file index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.embedder import Embedder
from embeddings.impacts import Lexicon, Question
from embeddings.lexical import terms_of
from embeddings.milvus import TOKENS, VECTOR, Hits, Milvus, Rows
from embeddings.mixing import best_rows, mix, total
from rag.remote.shelf import Shelf
from rag.understand import Reading

Scores = NDArray[np.float32]
Parts = dict[str, Scores]

OTHERS = -1  # the key that stands for every passage that was not found
NAMING = 500  # passages of a place that are looked for
_ALL = 4_096  # passages up to which every one is scored; Milvus gives 16,384 at most
_AMONG_MANY = 1_000  # passages that each searcher gives among more
_COMPLETED = 1_000  # best passages of which every searcher's score is asked for
_FIRST = 100.0  # how many times more a place counts than anything else where its passages are looked for


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the searchers take it.

    Attributes:
        fields: what is sought in each field of terms.
        vectors: of the question, and of its official terms where there are any, by searcher.
    """

    fields: Mapping[str, Question]
    vectors: Mapping[str, Scores]


class Searches:
    """Asks the passages of one publication.

    Args:
        milvus: where it lies.
        collection: its passages.
        shelf: the rest of it.
        embedder: encodes questions as the index was encoded.
        weights: share of each searcher.
        depth: passages that each searcher gives at most; None for as many as is right for their number.
    """

    def __init__(
        self,
        milvus: Milvus,
        collection: str,
        shelf: Shelf,
        *,
        embedder: Embedder,
        weights: Mapping[str, float],
        depth: int | None = None,
    ) -> None:
        self._milvus, self._collection, self._shelf = milvus, collection, shelf
        self._embedder, self._weights = embedder, weights
        milvus.wake(collection)
        # milvus-lite makes its postings at the first search, for which no question should wait.
        for lexicon in shelf.lexicons:
            milvus.nearest(collection, lexicon.field, [{0: 1.0}], 1, hurry=False)
        self._passages = shelf.counts["chunks"]
        self._depth = depth or (self._passages if self._passages <= _ALL else _AMONG_MANY)

    def asked(self, reading: Reading) -> Asked:
        """A question as the searchers take it."""
        fields: dict[str, Question] = {}
        for lexicon in self._shelf.lexicons:
            fields[lexicon.field] = self._question(lexicon, terms_of(reading.sought, lexicon.field))
        texts = {"vectors": reading.sought}
        if reading.official:
            texts["vocabulary"] = " ".join(reading.official)
        vectors = self._embedder.encode_query(list(texts.values()))
        return Asked(fields, dict(zip(texts, vectors, strict=True)))

    def candidates(self, asked: Asked, places: Sequence[str]) -> tuple[Rows, Parts]:
        """Keys of the passages found, rising, and each searcher's scores of them."""
        lexical = {
            field: self._search(field, question.weights, self._depth)
            for field, question in asked.fields.items()
        }
        vectors = list(asked.vectors.values())
        near = self._milvus.nearest(self._collection, VECTOR, vectors, min(self._depth, self._passages))
        dense = dict(zip(asked.vectors, near, strict=True))
        every = [keys for keys, _ in (*lexical.values(), *dense.values())]
        if self._depth >= self._passages:
            return _parts(np.unique(np.concatenate(every)), lexical, dense, dict.fromkeys(dense, 0.0))
        every += [np.array([OTHERS]), *(self._named(place, asked) for place in places)]
        keys, parts = _parts(np.unique(np.concatenate(every)), lexical, dense, self._least(asked))
        self._complete(asked, keys, parts, lexical | dense)
        return keys, parts

    def _least(self, asked: Asked) -> dict[str, float]:
        """The least likeness of any passage to each vector: scores are scaled from the least to the greatest."""
        opposite = [-vector for vector in asked.vectors.values()]
        found = self._milvus.nearest(self._collection, VECTOR, opposite, 1)
        return {name: -float(hits[1].max()) for name, hits in zip(asked.vectors, found, strict=True)}

    def _search(
        self, field: str, weights: Mapping[int, float], limit: int, among: Sequence[int] = ()
    ) -> Hits:
        """The passages with the greatest sums of a field's weights; none for a question without a known term."""
        if not weights or not limit:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        return self._milvus.nearest(self._collection, field, [weights], limit, among=among)[0]

    def _complete(self, asked: Asked, keys: Rows, parts: Parts, hits: Mapping[str, Hits]) -> None:
        """Put in what the best passages score in the searches that did not name them."""
        first = mix(parts, self._weights, covered=coverage(asked.fields, parts), by_word=_nothing)
        best = best_rows(total(first), _COMPLETED)
        best = best[keys[best] != OTHERS]
        missing = {name: best[~np.isin(keys[best], named)] for name, (named, _) in hits.items()}
        for field, question in asked.fields.items():
            rows = missing[field]
            if len(hits[field][0]) == self._depth and len(rows):
                among = keys[rows].tolist()
                more = self._search(field, question.weights, len(among), among)
                parts[field][rows] = spread(keys[rows], more, 0.0)
        unlike = np.unique(np.concatenate([missing[name] for name in asked.vectors]))
        found = self._milvus.fetch(self._collection, keys[unlike].tolist(), [VECTOR])
        for row in unlike.tolist():
            own = np.array(found[int(keys[row])][VECTOR], dtype=np.float32)
            for name, vector in asked.vectors.items():
                parts[name][row] = own @ vector

    def _named(self, place: str, asked: Asked) -> Rows:
        """Passages that name a place, those with most of the question's words first."""
        question = asked.fields.get("characters")
        return self.naming(place, question.weights if question else {}, NAMING)

    def naming(self, place: str, besides: Mapping[int, float], limit: int) -> Rows:
        """At most `limit` passages that name a place, those with more weight in `besides` first."""
        lexicon = next((one for one in self._shelf.lexicons if one.field == "characters"), None)
        if lexicon is None:
            return np.zeros(0, dtype=np.int64)
        pairs = [term for term in terms_of(place, lexicon.field) if len(term) > 1]
        weights = dict(besides)
        for dimension, weight in self._question(lexicon, pairs).weights.items():
            weights[dimension] = weights.get(dimension, 0.0) + _FIRST * weight
        return self._search(lexicon.field, weights, limit)[0]

    def _question(self, lexicon: Lexicon, terms: Sequence[str]) -> Question:
        return lexicon.question(terms, self._shelf.pages(lexicon.field, lexicon.pages_of(terms)))

    def tokens(self, keys: Rows) -> list[str]:
        """The tokens of some passages, packed."""
        rows = self._milvus.fetch(self._collection, keys.tolist(), [TOKENS])
        return [rows[key][TOKENS] for key in keys.tolist()]


def _parts(
    keys: Rows, lexical: Mapping[str, Hits], dense: Mapping[str, Hits], least: Mapping[str, float]
) -> tuple[Rows, Parts]:
    """The searchers' scores of `keys`: without a shared word nothing, without likeness the least."""
    parts = {field: spread(keys, hits, 0.0) for field, hits in lexical.items()}
    return keys, parts | {name: spread(keys, hits, least[name]) for name, hits in dense.items()}


def spread(keys: Rows, hits: Hits, rest: float) -> Scores:
    """Scores of `keys`, which rise and hold those of `hits` that matter; `rest` for those that were not hit."""
    scores = np.full(len(keys), rest, dtype=np.float32)
    places = np.minimum(np.searchsorted(keys, hits[0]), len(keys) - 1)
    held = keys[places] == hits[0]
    scores[places[held]] = hits[1][held]
    return scores


def coverage(fields: Mapping[str, Question], parts: Mapping[str, Scores]) -> float:
    """As `embeddings.mixing.coverage`."""
    shares = [
        float(parts[field].max(initial=0.0)) / one.ideal if one.ideal > 0 else 0.0
        for field, one in fields.items()
    ]
    return min(sum(shares) / len(shares), 1.0) if shares else 0.0


def _nothing(rows: Rows) -> Scores:
    return np.zeros(len(rows), dtype=np.float32)
