"""Gather the sentences that may answer a question, and tell which of them are about the places it names."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.places import MUNICIPALITIES, PROVINCES
from corpus.types import Case, Chunk, Document
from rag.retrieve import Retrieval, Retriever, Scores
from rag.scoring import UnitScorer
from rag.sentences import Sentences
from rag.understand import Reading
from rag.units import Unit

_SCANNED = 60  # best passages over all cases whose sentences are looked at
_WHOLE = 3  # best cases whose sentences are all looked at
_LONGEST_CASE = 40  # passages; of a longer case only the best are looked at
_KEPT_PLACES = 500  # whose cases stay known between questions
_PLACE_CASES, _PLACE_PASSAGES = 8, 8  # best cases of each place that is named, and passages of each of them


@dataclass(frozen=True, slots=True)
class Evidence:
    """What may answer a question.

    Attributes:
        units: scored sentences, best first.
        found: what they were taken from.
        peak: score of the best sentence of all, also of those that were left out since.
    """

    units: tuple[Unit, ...]
    found: Retrieval
    peak: float

    @property
    def best(self) -> float:
        """Score of the best sentence, 0.0 where there is none."""
        return self.units[0].score if self.units else 0.0

    @property
    def closeness(self) -> float:
        """Cosine of the closest sentence to the question in official terms."""
        return max((unit.closeness for unit in self.units), default=0.0)

    def within(self, cases: Iterable[str]) -> Evidence:
        """The same without sentences of other cases than `cases` (ids)."""
        kept = frozenset(cases)
        return Evidence(tuple(unit for unit in self.units if unit.case.id in kept), self.found, self.peak)

    def without(self, cases: Iterable[str]) -> Evidence:
        """The same without sentences of `cases` (ids)."""
        return self.within({unit.case.id for unit in self.units} - set(cases))


class Gatherer:
    """Looks through the cases of one index.

    Args:
        documents: by id.
        retriever: knows the passages of each case.
        sentences: of every case.
    """

    def __init__(self, documents: Mapping[str, Document], retriever: Retriever, sentences: Sentences) -> None:
        self._documents = documents
        self._retriever = retriever
        self._sentences = sentences
        self._scorer = UnitScorer(sentences, retriever.late)
        # Asked for by each step of an answer, and the texts of all cases that may name it are looked through.
        self._about = functools.lru_cache(_KEPT_PLACES)(self._cases_about)

    def gather(self, reading: Reading, found: Retrieval, chosen: Iterable[str] = ()) -> Evidence:
        """The sentences that may answer.

        They come out of the best passages of all cases, of those of the places named, and of `chosen` cases (ids).
        """
        passages: dict[str, tuple[Chunk, float]] = {}

        def add(chunks: Iterable[tuple[Chunk, float]]) -> None:
            passages.update({chunk.id: (chunk, score) for chunk, score in chunks})

        add(self._retriever.best_passages(found.scores, _SCANNED))
        whole = [*(hit.case for hit in found.hits[:_WHOLE]), *(self._retriever.case(case) for case in chosen)]
        for case in whole:
            add(_best(self._retriever.passages(case, found.scores), _LONGEST_CASE))
        for place in reading.places:
            for case in self._retriever.best_cases(self.about(place, found), found.scores, _PLACE_CASES):
                add(_best(self._retriever.passages(case, found.scores), _PLACE_PASSAGES))
        pieces = [(self._beginning_in(chunk), score) for chunk, score in passages.values()]
        around = [score for piece, score in pieces for _ in piece]
        units = self._scorer.scored(
            reading, [unit for piece, _ in pieces for unit in piece], np.array(around, dtype=np.float32)
        )
        return Evidence(tuple(units), found, units[0].score if units else 0.0)

    def about(self, place: str, found: Retrieval) -> tuple[Case, ...]:
        """Cases about a place: its title or region names it, or its text does more than once.

        One mention among many ("向上海、深圳学习") does not make a case be about a place.
        """
        return self._about(place) if self._retriever.settled else self._cases_about(place, found.scores)

    def _cases_about(self, place: str, scores: Scores | None = None) -> tuple[Case, ...]:
        return tuple(
            case
            for case in self._retriever.cases_naming(place, scores)
            if place in case.title or place in case.region or case.text.count(place) > 1
        )

    def _beginning_in(self, chunk: Chunk) -> list[Unit]:
        """The sentences that begin in a passage."""
        case, number = self._retriever.case(chunk.case_id), self._retriever.number(chunk.case_id)
        document = self._documents[case.document_id]
        return [
            self._sentences.unit(row, number, case, document)
            for row in self._sentences.beginning_in(number, chunk.span).tolist()
        ]


def _best(chunks: Sequence[tuple[Chunk, float]], limit: int) -> list[tuple[Chunk, float]]:
    return sorted(chunks, key=lambda one: -one[1])[:limit]


def is_province(place: str) -> bool:
    """Whether a place is a province in what people ask: a missing one is told, not refused; municipalities are cities."""
    return place in PROVINCES and place not in MUNICIPALITIES
