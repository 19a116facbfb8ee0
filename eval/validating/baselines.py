"""What the verifier must beat: three simple ways to tell whether a quote supports a sentence, each a score from 0 to 1."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from embeddings.bundled import load_bundled
from eval.validating.material import Pair

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_N = 4  # of the n-grams, as in BLEU


def cited(pair: Pair) -> list[str]:
    """The quotes that the sentence of a pair cites; none where its mark leads nowhere."""
    last = pair.answer.rsplit("\n", 1)[-1]
    numbers = {int(one) for one in re.findall(r"\[(\d+)\]", last)}
    return [one.quote for one in pair.citations if one.number in numbers]


def ngram_overlap(pair: Pair) -> float:
    """Mean share of the sentence's character 1- to 4-grams that its quotes hold (modified precision of BLEU)."""
    sentence, told = _flat(pair.sentence), _flat("\n".join(cited(pair)))
    shares = []
    for n in range(1, _N + 1):
        grams = [sentence[place : place + n] for place in range(len(sentence) - n + 1)]
        shares.append(sum(gram in told for gram in grams) / len(grams) if grams else 0.0)
    return sum(shares) / len(shares)


def embedding_cosines(pairs: Sequence[Pair]) -> list[float]:
    """Cosine between each sentence and all of its quotes together, by the bundled encoder."""
    encoder = load_bundled()
    sentences = encoder.encode_query([pair.sentence for pair in pairs])
    quotes = encoder.encode_query(["\n".join(cited(pair)) or "无" for pair in pairs])
    cosines = np.sum(np.asarray(sentences) * np.asarray(quotes), axis=1)
    return [float(value) if cited(pair) else -1.0 for value, pair in zip(cosines, pairs, strict=True)]


def number_check(pair: Pair) -> float:
    """Share of the sentence's figures that stand in its quotes; 1 without figures."""
    told = set(_FIGURE.findall(_flat("\n".join(cited(pair)))))
    figures = _FIGURE.findall(_flat(pair.sentence))
    if not cited(pair):
        return 0.0
    return sum(one in told for one in figures) / len(figures) if figures else 1.0


def _flat(text: str) -> str:
    return re.sub(r"[^\w%.]", "", unicodedata.normalize("NFKC", text))


def threshold_at(scores: Sequence[float], alarms: int) -> float:
    """The highest threshold below which at most `alarms` of some faithful scores lie: equal false alarm."""
    ordered = sorted(scores)
    return ordered[alarms] if alarms < len(ordered) else ordered[-1] + 1.0
