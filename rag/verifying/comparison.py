"""A sentence beside its quotes, with every word of the one matched to every word of the others."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from corpus.types import Span
from rag.verifying.context import placed_rows
from rag.verifying.matching import Matcher, Strengths
from rag.verifying.reading import Passage, Word, read

_FIGURES = 0.4  # what all figures of a clause in common add to its alignment
_ALIGNED = 0.5  # share of a clause's weight that a clause of a quote must say to be about the same
_AS_GOOD = 0.05  # shares that differ by less are alike

VerdictReason = Literal[
    "figure",
    "unit",
    "place",
    "department",
    "date",
    "negation",
    "direction",
    "scope",
    "mixed",
    "mark",
    "invented",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a sentence, and how to say it to people."""

    reason: VerdictReason
    detail: str


@dataclass(frozen=True)
class Comparison:
    """A sentence and its quotes.

    Attributes:
        sentence, quotes: as read.
        contexts: names that the case of each quote states about itself (title, region, department); they support
            places and departments only.
        words: of all quotes, in order.
        owners: number of the quote of each of `words`.
        strengths: how far each word of the sentence is said by each of `words`.
        weights: how much each word of the sentence says.
    """

    sentence: Passage
    quotes: tuple[Passage, ...]
    contexts: tuple[str, ...]
    words: tuple[Word, ...]
    owners: NDArray[np.int64]
    strengths: Strengths
    weights: NDArray[np.float32]

    @functools.cached_property
    def context(self) -> str:
        """Names that all cited cases state about themselves."""
        return "\n".join(dict.fromkeys(self.contexts))

    @functools.cached_property
    def told(self) -> str:
        """Text of all quotes."""
        return "\n".join(quote.text for quote in self.quotes)

    @functools.cached_property
    def best(self) -> NDArray[np.float32]:
        """How well each word of the sentence is said anywhere, shape (words of the sentence,)."""
        if not self.words:
            return np.zeros(len(self.sentence.words), dtype=np.float32)
        return np.asarray(self.strengths.max(axis=1), dtype=np.float32)

    @functools.cached_property
    def clauses(self) -> tuple[tuple[int, int], ...]:
        """(quote, clause) of every clause of every quote."""
        return tuple(
            (number, row) for number, quote in enumerate(self.quotes) for row in range(len(quote.clauses))
        )

    @functools.cached_property
    def word_clauses(self) -> NDArray[np.int64]:
        """Number in `clauses` of each of `words`."""
        places = {place: number for number, place in enumerate(self.clauses)}
        return np.array(
            [places[int(owner), word.clause] for owner, word in zip(self.owners, self.words, strict=True)],
            dtype=np.int64,
        )

    @functools.cached_property
    def support(self) -> NDArray[np.float32]:
        """How well each clause of the quotes says each word of the sentence, shape (words, clauses)."""
        found = np.zeros((len(self.sentence.words), len(self.clauses)), dtype=np.float32)
        for column in range(len(self.clauses)):
            inside = self.word_clauses == column
            if inside.any():
                found[:, column] = self.strengths[:, inside].max(axis=1)
        return found

    @functools.cached_property
    def shared_figures(self) -> NDArray[np.float32]:
        """Share of the figures of each clause of the sentence in each of the quotes', shape (its clauses, clauses)."""
        shared = np.zeros((len(self.sentence.clauses), len(self.clauses)), dtype=np.float32)
        mine = self.sentence.clause_values
        theirs = [values for quote in self.quotes for values in quote.clause_values]
        for row, values in enumerate(mine):
            for column, others in enumerate(theirs):
                shared[row, column] = len(values & others) / len(values) if values else 0.0
        return shared

    def rows(self, clause: int) -> NDArray[np.int64]:
        """Numbers of the sentence's words in one of its clauses."""
        return np.array(
            [row for row, word in enumerate(self.sentence.words) if word.clause == clause], dtype=np.int64
        )

    def aligned(self, clause: int, *, around: int = 1) -> list[int]:
        """Clauses of the quotes about the same as one of the sentence: the best ones, with so many neighbours."""
        rows = self.rows(clause)
        weights = self.weights[rows]
        if not weights.sum() or not self.clauses:
            return []
        shares = weights @ self.support[rows] / weights.sum() + _FIGURES * self.shared_figures[clause]
        if shares.max() < _ALIGNED:
            return []
        near = {
            other
            for one in np.flatnonzero(shares >= shares.max() - _AS_GOOD).tolist()
            for other in range(max(0, one - around), min(len(self.clauses), one + around + 1))
            if self.clauses[other][0] == self.clauses[one][0]
        }
        return sorted(near)

    def share(self, rows: Sequence[int], clauses: Sequence[int]) -> float:
        """Share of the weight of some words of the sentence that some clauses of the quotes say, 0 to 1."""
        weights = self.weights[np.asarray(rows, dtype=np.int64)]
        total = float(weights.sum())
        if not total or not len(clauses):
            return 0.0
        said = self.support[np.asarray(rows, dtype=np.int64)][:, np.asarray(clauses, dtype=np.int64)]
        return float(weights @ said.max(axis=1)) / total

    def matches(self, rows: Sequence[int], columns: Sequence[int]) -> Strengths:
        """Strengths between some words of the sentence and some of the quotes, shape (rows, columns)."""
        return self.strengths[np.asarray(rows, dtype=np.int64)][:, np.asarray(columns, dtype=np.int64)]

    def place_of(self, quote: Passage, span: Span) -> int:
        """Number in `clauses` of the clause of a quote that a span begins in."""
        number = next(number for number, one in enumerate(self.quotes) if one is quote)
        return self.clauses.index((number, quote.clause_at(span.start)))

    def texts(self, clauses: Sequence[int]) -> str:
        """Texts of some clauses of the quotes, one behind the other."""
        return "".join(map(self.clause_text, clauses))

    def clause_text(self, number: int) -> str:
        """Text of one clause of the quotes."""
        quote, row = self.clauses[number]
        span = self.quotes[quote].clauses[row]
        return self.quotes[quote].text[span.start : span.end]


def compare(
    sentence: str, quotes: Sequence[str], matcher: Matcher, *, contexts: Sequence[str] = ()
) -> Comparison:
    """Put a sentence beside its quotes.

    Args:
        sentence: to compare.
        quotes: to compare it with.
        matcher: compares words.
        contexts: of the case of each quote, in order; none where nothing is known of the cases.
    """
    passage, others = read(sentence), tuple(read(quote) for quote in quotes)
    words = tuple(word for other in others for word in other.words)
    owners = np.array([number for number, other in enumerate(others) for _ in other.words], dtype=np.int64)
    weights = matcher.weights(passage.words)
    # The name of the case's own place needs no support by the quotes, and tells nothing of what they say.
    told = {word.text for word in words}
    for row in placed_rows(passage, "\n".join(contexts)):
        weights[row] *= passage.words[row].text in told
    return Comparison(
        passage,
        others,
        tuple(read(context).text for context in contexts) or ("",) * len(others),
        words,
        owners,
        matcher.strengths(passage.words, words),
        weights,
    )
