"""The sentences of every case, cut and encoded when the index is built.

A question looks at some hundred sentences; to cut and encode them then would take longer than all the rest of the
answer.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.types import Case, Document, Span
from embeddings.embedder import Vectors
from embeddings.encoded import EncodedTexts
from embeddings.ragged import Ragged, Rows
from embeddings.static_model import StaticEmbedder
from rag.units import Unit, unit_spans

Spans = NDArray[np.int32]
Encoders = Sequence[tuple[StaticEmbedder, float]]
"""Encoders with their shares of a likeness, which add up to 1; the first is the one of late interaction."""

_ENCODED = 20_000  # cases whose sentences are held as text at a time


@dataclass(frozen=True, slots=True, eq=False)
class Sentences:
    """What an answer may show, of every case of an index.

    Attributes:
        spans: start and end in the document's text, shape (sentences, 2); those of a case in order of their starts.
        headings: the same of the heading above it, (0, 0) for none.
        bounds: where each case's sentences begin, and the end, shape (cases + 1,).
        encoded: the sentences below their headings, by encoder, with the encoder's share of a likeness.
    """

    spans: Spans
    headings: Spans
    bounds: Rows
    encoded: tuple[tuple[EncodedTexts, float], ...]

    @classmethod
    def build(cls, cases: Sequence[Case], documents: Mapping[str, Document], encoders: Encoders) -> Sentences:
        """Cut and encode the sentences of some cases.

        Args:
            cases: in the order of the index.
            documents: by id.
            encoders: see `Encoders`.
        """
        made = _made(cases[:_ENCODED], documents, encoders)
        for start in range(_ENCODED, len(cases), _ENCODED):
            made = made.followed_by(_made(cases[start : start + _ENCODED], documents, encoders))
        return made

    def __len__(self) -> int:
        return len(self.spans)

    def beginning_in(self, case: int, span: Span) -> Rows:
        """Rows of the sentences of the case with this number (from 0) that begin inside `span`."""
        first, last = self.bounds[case : case + 2].tolist()
        begin, end = np.searchsorted(self.spans[first:last, 0], [span.start, span.end]).tolist()
        return np.arange(first + begin, first + end)

    def unit(self, row: int, number: int, case: Case, document: Document) -> Unit:
        """The sentence of a row as an answer may show it; `number` is that of its case (from 0)."""
        start, end = self.spans[row].tolist()
        heading = Span(*self.headings[row].tolist()).of(document.text)
        return Unit(case, document, Span(start, end), heading, row - int(self.bounds[number]), row)

    def cosines(self, rows: Rows, questions: Sequence[str]) -> Vectors:
        """Likeness of some sentences to each question, shape (len(rows), len(questions))."""
        parts = [np.float32(share) * one.cosines(rows, questions) for one, share in self.encoded]
        cosines: Vectors = np.sum(parts, axis=0, dtype=np.float32)
        return cosines

    def tokens(self, rows: Rows) -> Ragged:
        """Token ids of some sentences for late interaction."""
        return self.encoded[0][0].tokens(rows)

    def followed_by(self, other: Sentences) -> Sentences:
        """These with those of more cases behind."""
        return Sentences(
            np.concatenate([self.spans, other.spans]),
            np.concatenate([self.headings, other.headings]),
            np.concatenate([self.bounds, self.bounds[-1] + other.bounds[1:]]),
            tuple(
                (one.followed_by(new), share)
                for (one, share), (new, _) in zip(self.encoded, other.encoded, strict=True)
            ),
        )

    def without(self, cases: Iterable[int]) -> Sentences:
        """These without those of some cases (numbers from 0); the cases behind them move up."""
        dropped = sorted(cases)
        sizes = np.diff(self.bounds)
        rows = np.concatenate(
            [np.arange(self.bounds[one], self.bounds[one + 1]) for one in dropped] or [np.zeros(0, np.int64)]
        )
        return Sentences(
            np.delete(self.spans, rows, axis=0),
            np.delete(self.headings, rows, axis=0),
            np.concatenate([[0], np.cumsum(np.delete(sizes, dropped))]),
            tuple((one.without(rows), share) for one, share in self.encoded),
        )

    def save(self, folder: pathlib.Path) -> None:
        """Write into a folder of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("spans", "headings", "bounds"):
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        for number, (one, _) in enumerate(self.encoded):
            one.save(folder / f"encoded-{number}")

    @classmethod
    def load(cls, folder: pathlib.Path, encoders: Encoders) -> Sentences:
        """Read what `save` wrote with the same encoders."""
        spans, headings, bounds = (
            np.load(folder / f"{name}.npy", allow_pickle=False) for name in ("spans", "headings", "bounds")
        )
        encoded = [
            (EncodedTexts.load(folder / f"encoded-{number}", encoder), share)
            for number, (encoder, share) in enumerate(encoders)
        ]
        return cls(spans, headings, bounds, tuple(encoded))


def _made(cases: Sequence[Case], documents: Mapping[str, Document], encoders: Encoders) -> Sentences:
    spans: list[tuple[int, int, int, int]] = []
    sizes, texts = [], []
    for case in cases:
        text = documents[case.document_id].text
        found = unit_spans(case)
        sizes.append(len(found))
        spans += [(one.start, one.end, above.start, above.end) for one, above in found]
        texts += [f"{above.of(text)}\n{one.of(text)}" for one, above in found]
    table = np.array(spans, dtype=np.int32).reshape(-1, 4)
    return Sentences(
        table[:, :2].copy(),
        table[:, 2:].copy(),
        np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64),
        tuple((EncodedTexts.build(encoder, texts), share) for encoder, share in encoders),
    )
