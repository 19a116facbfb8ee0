"""The sentences of cases in a publication, cut and encoded when a question first looks at the case."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from corpus.types import Case, Document, Span
from embeddings.embedder import Vectors
from embeddings.ragged import Ragged, Rows
from rag.remote import layout
from rag.remote.held import Held
from rag.remote.shelf import Shelf
from rag.sentences import Encoders, Sentences
from rag.units import Unit

_SENTENCES = 200_000  # that stay encoded: some 60 MB


class FetchedSentences:
    """Stands where `rag.sentences.Sentences` does; its rows are keys made of a case's number and a place in it.

    Args:
        shelf: gives the cases.
        encoders: of the index.
    """

    def __init__(self, shelf: Shelf, encoders: Encoders) -> None:
        self._shelf = shelf
        self._encoders = encoders
        self._held: Held[int, Sentences] = Held(_SENTENCES, len)

    def beginning_in(self, case: int, span: Span) -> Rows:
        """Rows of the sentences of the case with this number (from 0) that begin inside `span`."""
        first: Rows = layout.key_in_case(case, 0) + self._of([case])[case].beginning_in(0, span)
        return first

    def unit(self, row: int, number: int, case: Case, document: Document) -> Unit:
        """The sentence of a row as an answer may show it; `number` is that of its case (from 0)."""
        made = self._of([number])[number].unit(layout.number_in_case(row), 0, case, document)
        return replace(made, row=row)

    def cosines(self, rows: Rows, questions: Sequence[str]) -> Vectors:
        """Likeness of some sentences to each question, shape (len(rows), len(questions))."""
        together, places = self._together(rows)
        return together.cosines(places, questions)

    def tokens(self, rows: Rows) -> Ragged:
        """Token ids of some sentences for late interaction."""
        together, places = self._together(rows)
        return together.tokens(places)

    def _together(self, rows: Rows) -> tuple[Sentences, Rows]:
        """The sentences of all cases that rows are of, as one, and the rows in it."""
        numbers, owners = np.unique(layout.case_of(rows), return_inverse=True)
        held = self._of(numbers.tolist())
        parts = [held[number] for number in numbers.tolist()]
        starts = np.cumsum([0, *map(len, parts[:-1])])
        return functools.reduce(Sentences.followed_by, parts), starts[owners] + layout.number_in_case(rows)

    def _of(self, numbers: Sequence[int]) -> dict[int, Sentences]:
        return self._held.get(numbers, self._made)

    def _made(self, numbers: Sequence[int]) -> dict[int, Sentences]:
        entries = self._shelf.entries(numbers)
        documents = self._shelf.documents(entry.case.document_id for entry in entries.values())
        return {
            number: Sentences.build([entry.case], documents, self._encoders)
            for number, entry in entries.items()
        }
