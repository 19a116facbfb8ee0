"""Validation of the scorer: how often the verifier finds an error of each type, and how often it raises a false alarm."""

from __future__ import annotations

import pathlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.intervals import Estimate, wilson
from eval.validating import baselines
from eval.validating.material import Pair, library_cases, sentences_of
from eval.validating.pairs import MOST, SEED, make_pairs, written_pairs
from rag.verify import Verdict, Verifier

WRITTEN = pathlib.Path(__file__).parent / "verify_pairs.jsonl"
TARGETS = {
    **dict.fromkeys(("figure", "unit", "date", "place", "mark", "swap", "moved"), 0.95),
    **dict.fromkeys(("invented", "negation"), 0.85),
}
VERBATIM = "verbatim"


@dataclass(frozen=True, slots=True)
class Tried:
    """A pair and what the verifier made of it.

    Attributes:
        pair: as made.
        verdicts: on each sentence of its answer.
    """

    pair: Pair
    verdicts: tuple[Verdict, ...]

    @property
    def alarm(self) -> bool:
        """Whether some sentence was found unsupported."""
        return not all(verdict.supported for verdict in self.verdicts)

    @property
    def is_mistaken(self) -> bool:
        """Whether the verifier is wrong about it."""
        return self.alarm == self.pair.is_faithful


@dataclass(frozen=True, slots=True)
class Validation:
    """All that was tried.

    Attributes:
        made: pairs made from the library.
        written: pairs that people wrote.
        thresholds: score of each baseline below which it raises an alarm.
        scores: of each baseline, for each of `made`.
    """

    made: tuple[Tried, ...]
    written: tuple[Tried, ...]
    thresholds: Mapping[str, float]
    scores: Mapping[str, Sequence[float]]

    def rates(self) -> dict[str, Estimate]:
        """Share of alarms for each kind of made pair: detection for errors, false alarms for faithful ones."""
        return _rates(self.made, [one.alarm for one in self.made])

    def written_rates(self) -> dict[str, Estimate]:
        """Share of alarms for each kind of written pair."""
        return _rates(self.written, [one.alarm for one in self.written])

    def baseline_rates(self, name: str) -> dict[str, Estimate]:
        """The same of a baseline."""
        limit = self.thresholds[name]
        return _rates(self.made, [score < limit for score in self.scores[name]])


def validate(
    *,
    seed: int = SEED,
    most: int = MOST,
    written: pathlib.Path = WRITTEN,
    verifier: Verifier | None = None,
    progress: Callable[[str, float], None] = lambda _step, _share: None,
) -> Validation:
    """Try the verifier on pairs made from the shipped library and on written ones.

    Each baseline raises an alarm below the threshold at which it is wrong about as many faithful pairs as the
    verifier, so that detection is compared at equal false alarm.

    Args:
        seed: of all drawing.
        most: pairs of one kind.
        written: file of pairs that people wrote.
        verifier: to validate; a new one by default.
        progress: called with a Chinese step and the share done.
    """
    verifier = verifier or Verifier()
    pairs, by_people = make_pairs(sentences_of(library_cases()), seed=seed, most=most), written_pairs(written)
    tried = []
    for number, pair in enumerate((*pairs, *by_people)):
        progress("核对句对", number / (len(pairs) + len(by_people)))
        tried.append(Tried(pair, verifier.verify(pair.answer, pair.citations)))
    made = tuple(tried[: len(pairs)])
    scores = {
        "ngram_overlap": [baselines.ngram_overlap(pair) for pair in pairs],
        "embedding_cosine": baselines.embedding_cosines(pairs),
        "number_check": [baselines.number_check(pair) for pair in pairs],
    }
    is_faithful = [one.pair.is_faithful for one in made]
    alarms = sum(one.alarm for one in made if one.pair.is_faithful)
    thresholds = {
        name: baselines.threshold_at(
            [score for score, kept in zip(values, is_faithful, strict=True) if kept], alarms
        )
        for name, values in scores.items()
    }
    return Validation(made, tuple(tried[len(pairs) :]), thresholds, scores)


def _rates(tried: Sequence[Tried], alarms: Sequence[bool]) -> dict[str, Estimate]:
    counts: dict[str, list[bool]] = defaultdict(list)
    for one, alarm in zip(tried, alarms, strict=True):
        counts[one.pair.kind].append(alarm)
    return {kind: wilson(sum(found), len(found)) for kind, found in counts.items()}


def false_alarm(tried: Iterable[Tried], *, verbatim: bool = False) -> Estimate:
    """Share of faithful paraphrases (or of verbatim sentences) that raise an alarm.

    Raises:
        ValueError: if there are none.
    """
    alarms = [one.alarm for one in tried if one.pair.is_faithful and (one.pair.kind == VERBATIM) == verbatim]
    return wilson(sum(alarms), len(alarms))


def validation_object(found: Validation) -> dict[str, Any]:
    """What `validate --json` prints; `false_alarm` is over all faithful paraphrases, made and written."""
    rates = found.rates()
    errors = {one.pair.kind for one in found.made if not one.pair.is_faithful}
    everything = (*found.made, *found.written)
    return {
        "pairs": sum(one.pair.kind != VERBATIM for one in everything),
        "false_alarm": round(false_alarm(everything).value, 4),
        "detection": {kind: round(one.value, 4) for kind, one in rates.items() if kind in errors},
        "verbatim_false_alarm": round(false_alarm(found.made, verbatim=True).value, 4),
        "intervals": {kind: _rounded(one) for kind, one in rates.items()},
        "written": {kind: _rounded(one) for kind, one in found.written_rates().items()},
        "baselines": {
            name: {kind: round(one.value, 4) for kind, one in found.baseline_rates(name).items()}
            for name in found.scores
        },
        "thresholds": {name: round(value, 4) for name, value in found.thresholds.items()},
        "mistakes": [_mistake(one) for one in everything if one.is_mistaken],
    }


def _rounded(one: Estimate) -> dict[str, float]:
    return {key: round(value, 4) for key, value in asdict(one).items()}


def _mistake(one: Tried) -> dict[str, Any]:
    reasons = [verdict.reason for verdict in one.verdicts if not verdict.supported]
    return {
        "kind": one.pair.kind,
        "faithful": one.pair.is_faithful,
        "sentence": one.pair.sentence,
        "base": one.pair.base,
        "quotes": [citation.quote for citation in one.pair.citations],
        "reason": reasons[0] if reasons else None,
        "detail": next((verdict.detail for verdict in one.verdicts if not verdict.supported), ""),
    }
