"""Score units: how well each sentence of the found cases answers a question.

Shared characters (BM25 among the units, so that what all of them say counts little), vectors, and the best match
of each word of the question (late interaction), together with the passage around the unit and what makes a
sentence worth showing at all.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.quantities import Quantity, quantities_in
from embeddings.embedder import Embedder, Vectors
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import character_terms, fold
from embeddings.mixing import scaled
from rag.understand import Reading
from rag.units import LONGEST, Unit, has_figure

Scores = NDArray[np.float32]
Tokens = NDArray[np.int32]

_KEPT_FIGURES = 20_000  # sentences whose quantities stay known
_SHORT = 16  # characters; a shorter sentence without a figure or a name is a heading in all but form
_SLOGAN = re.compile(
    r"习近平|二十大|重要论述|坚强领导|贯彻落实|高度重视|深刻把握|踔厉奋发|真抓实干|砥砺|下一步|提高(?:政治)?站位|奠定.{0,4}基础|贡献力量"
)
_BACKGROUND = re.compile(
    r"(?:近年来|今年以来|一直以来|为(?:了)?(?:进一步|深入|全面|切实|认真|贯彻|落实|持续|充分)|始终|随着)"
)
_SPEECH = re.compile(r"^“[^”]{12,}[。！？，]”|(?:表示|说)[:：，]|记者|摄）")


@dataclass(frozen=True, slots=True)
class Prepared:
    """Units with what their scores are computed from; all of one length.

    Attributes:
        units: without scores.
        folded: their texts as they are compared.
        vectors: shape (units, dimension).
        tokens: distinct token ids of each.
    """

    units: tuple[Unit, ...]
    folded: tuple[str, ...]
    vectors: Vectors
    tokens: tuple[Tokens, ...]


class UnitScorer:
    """Scores units with the encoders of one index.

    Args:
        embedder: encodes sentences at question time.
        late: compares words.
    """

    def __init__(self, embedder: Embedder, late: LateInteraction) -> None:
        self._embedder = embedder
        self._late = late
        # A tenth of a question's time, and only one that asks for a figure needs them.
        self._figures = functools.lru_cache(_KEPT_FIGURES)(quantities_in)

    def prepare(self, groups: Sequence[Sequence[Unit]]) -> list[Prepared]:
        """What the scores of each group's units are computed from; costs most of a question's time, so it is worth keeping.

        All groups go through the encoders together, which costs a fraction of one after the other.
        """
        whole = self._prepared([unit for group in groups for unit in group])
        ends = itertools.accumulate(map(len, groups))
        return [_part(whole, end - len(group), end) for group, end in zip(groups, ends, strict=True)]

    def _prepared(self, units: Sequence[Unit]) -> Prepared:
        texts = [f"{unit.heading}\n{unit.text}" for unit in units]
        return Prepared(
            tuple(units),
            tuple(fold(text) for text in texts),
            self._embedder.encode_document(texts),
            tuple(self._late.tokens(texts)),
        )

    def scored(self, reading: Reading, prepared: Prepared, around: Scores) -> list[Unit]:
        """The units with their scores, best first.

        Args:
            reading: the question.
            prepared: the units.
            around: score of the passage around each unit, shape (units,).
        """
        if not prepared.units:
            return []

        def likeness(question: str, meant: str) -> Scores:
            by_character = _term_scores(dict.fromkeys(character_terms(question)), prepared.folded)
            by_vector: Vectors = prepared.vectors @ self._embedder.encode_query([meant])[0]
            by_word = self._late.token_scores(question, prepared.tokens)
            return (scaled(by_character) + scaled(by_vector) + scaled(by_word)) / np.float32(3)

        whole = likeness(reading.topic, reading.expanded)
        several = len(reading.parts) > 1
        by_part = np.array([likeness(part, part) for part in reading.parts]) if several else whole[None]
        # A sentence that answers one part of the question well is as welcome as one that touches all parts.
        alike = 0.5 * whole + 0.5 * by_part.max(axis=0)
        worth = [_worth(unit.text, reading, self._figures) for unit in prepared.units]
        total = 0.87 * alike + 0.13 * scaled(around) + np.array(worth, dtype=np.float32)
        close = prepared.vectors @ self._embedder.encode_query([reading.expanded])[0]
        found = [
            dataclasses.replace(
                unit,
                score=float(total[row]),
                likeness=float(alike[row]),
                closeness=float(close[row]),
                by_part=tuple(float(0.5 * whole[row] + 0.5 * part[row]) + worth[row] for part in by_part),
            )
            for row, unit in enumerate(prepared.units)
        ]
        return sorted(found, key=lambda unit: -unit.score)


def _part(whole: Prepared, start: int, end: int) -> Prepared:
    """Some of the units; the vectors are copied, so that a part that is kept does not hold on to the whole."""
    return Prepared(
        whole.units[start:end],
        whole.folded[start:end],
        whole.vectors[start:end].copy(),
        whole.tokens[start:end],
    )


def joined(pieces: Sequence[Prepared]) -> Prepared:
    """Several `Prepared`, none of them empty, as one."""
    return Prepared(
        tuple(unit for piece in pieces for unit in piece.units),
        tuple(text for piece in pieces for text in piece.folded),
        np.concatenate([piece.vectors for piece in pieces]) if pieces else np.zeros((0, 0), dtype=np.float32),
        tuple(tokens for piece in pieces for tokens in piece.tokens),
    )


def _term_scores(terms: Iterable[str], folded: Sequence[str]) -> Scores:
    """BM25 (k1 1.2, b 0.6) of the terms over folded texts, counted as substrings: there is no index over sentences."""
    lengths = np.array([len(text) for text in folded], dtype=np.float32)
    norm = 1.2 * (0.4 + 0.6 * lengths / max(float(lengths.mean()), 1.0))
    total = np.zeros(len(folded), dtype=np.float32)
    for term in terms:
        counts = np.array([text.count(term) for text in folded], dtype=np.float32)
        holding = int(np.count_nonzero(counts))
        if holding:
            weight = np.log1p((len(folded) - holding + 0.5) / (holding + 0.5))
            total += np.float32(weight) * counts * 2.2 / (counts + norm)
    return total


def _worth(text: str, reading: Reading, figures_in: Callable[[str], tuple[Quantity, ...]]) -> float:
    """What makes a sentence worth showing whatever it is about: figures where asked, measures rather than slogans."""
    worth = 0.0
    if reading.asked:
        worth += (
            0.12
            if any(asked.fits(figure) for asked in reading.asked for figure in figures_in(text))
            else -0.05
        )
    elif has_figure(text) or "“" in text:
        worth += 0.04
    if _SLOGAN.search(text):
        worth -= 0.20
    if _BACKGROUND.match(text):
        worth -= 0.12
    if _SPEECH.search(text):
        worth -= 0.08
    if len(text) > LONGEST or (len(text) < _SHORT and not has_figure(text) and "“" not in text):
        worth -= 0.10
    return worth
