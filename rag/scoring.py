"""Score units: how well each sentence of the found cases answers a question.

Shared characters (BM25 among the units, so that what all of them say counts little), vectors, and the best match
of each word of the question (late interaction), together with the passage around the unit and what makes a
sentence worth showing at all.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.quantities import Quantity, quantities_in
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import character_terms, fold
from embeddings.mixing import scaled
from rag.sentences import Sentences
from rag.understand import Reading
from rag.units import LONGEST, Unit, has_figure

Scores = NDArray[np.float32]

_KEPT_FIGURES = 20_000  # sentences whose quantities stay known
_SHORT = 16  # characters; a shorter sentence without a figure or a name is a heading in all but form
_SLOGAN = re.compile(
    r"习近平|二十大|重要论述|坚强领导|贯彻落实|高度重视|深刻把握|踔厉奋发|真抓实干|砥砺|下一步|提高(?:政治)?站位|奠定.{0,4}基础|贡献力量"
)
_BACKGROUND = re.compile(
    r"(?:近年来|今年以来|一直以来|为(?:了)?(?:进一步|深入|全面|切实|认真|贯彻|落实|持续|充分)|始终|随着)"
)
_SPEECH = re.compile(r"^“[^”]{12,}[。！？，]”|(?:表示|说)[:：，]|记者|摄）")


class UnitScorer:
    """Scores units with the encoders of one index.

    Args:
        sentences: of every case of the index.
        late: compares words.
    """

    def __init__(self, sentences: Sentences, late: LateInteraction) -> None:
        self._sentences = sentences
        self._late = late
        # A tenth of a question's time, and only one that asks for a figure needs them.
        self._figures = functools.lru_cache(_KEPT_FIGURES)(quantities_in)

    def scored(self, reading: Reading, units: Sequence[Unit], around: Scores) -> list[Unit]:
        """The units with their scores, best first.

        Args:
            reading: the question.
            units: without scores.
            around: score of the passage around each unit, shape (units,).
        """
        if not units:
            return []
        likeness, by_part, close = self._likeness(reading, units)
        # A sentence that answers one part of the question well is as welcome as one that touches all parts.
        alike = 0.5 * likeness + 0.5 * by_part.max(axis=0)
        worth = np.array([_worth(unit.text, reading, self._figures) for unit in units], dtype=np.float32)
        total = 0.87 * alike + 0.13 * scaled(around) + worth
        parts = (0.5 * likeness + 0.5 * by_part + worth).T
        figures = zip(total.tolist(), alike.tolist(), close.tolist(), parts.tolist(), strict=True)
        found = [
            dataclasses.replace(unit, score=score, likeness=like, closeness=near, by_part=tuple(of_parts))
            for unit, (score, like, near, of_parts) in zip(units, figures, strict=True)
        ]
        return sorted(found, key=lambda unit: -unit.score)

    def _likeness(self, reading: Reading, units: Sequence[Unit]) -> tuple[Scores, Scores, Scores]:
        """Likeness to the whole question, to each of its parts, and the cosine to it in official terms.

        Returns:
            Arrays of shape (units,), (parts, units) and (units,).
        """
        parts = reading.parts if len(reading.parts) > 1 else ()
        rows = np.array([unit.row for unit in units])
        cosines = self._sentences.cosines(rows, [reading.expanded, *parts])
        tokens = self._sentences.tokens(rows)
        folded = [fold(f"{unit.heading}\n{unit.text}") for unit in units]

        def likeness(question: str, by_vector: Scores) -> Scores:
            by_character = _term_scores(dict.fromkeys(character_terms(question)), folded)
            by_word = self._late.token_scores(question, tokens)
            return (scaled(by_character) + scaled(by_vector) + scaled(by_word)) / np.float32(3)

        whole = likeness(reading.topic, cosines[:, 0])
        by_part = [likeness(part, cosines[:, number]) for number, part in enumerate(parts, 1)]
        return whole, np.array(by_part or [whole]), cosines[:, 0]


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
