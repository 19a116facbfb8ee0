"""Judge whether the gathered evidence meets the place, the figure and the claims of a question.

Likeness of sentences does not tell a question that the cases cannot answer from one in other words (the first
study of the encoder found an AUC of 0.52 to 0.59), so a refusal rests on what can be named: the place, the figure
that is asked for, and the figures that the question takes for given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.types import Case
from embeddings.lexical import fold
from rag.asked import AskedFigure, claimed_figures, states
from rag.evidence import Evidence, Gatherer, is_province
from rag.phrasing import quoted
from rag.types import Reason
from rag.understand import Reading, place_names
from rag.units import Unit
from rag.wording import Wording

_NEAREST_CASES = 8
_SHOWN_UNITS = 3
_FURTHER = 0.7
_MASKED_REGION = re.compile(r"[XxＸ×＊*]{2,}|某")
# Asked of any assistant, and of no collection of cases.
_CHAT = re.compile(
    r"^(?:你好|您好|在吗|谢谢|再见|早上好|hello|hi\b|hey\b)|你是谁|你叫什么|你会(?:做|干)?(?:什么|啥)|讲个?笑话|写一?首|作诗|天气|翻译(?:成|一下|下面)|菜谱|彩票|星座|"
    r"who are you|tell me a joke|weather",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Shares of the best sentence's score; see `rag.settings.Settings`."""

    place: float
    figure: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What may be answered.

    Attributes:
        evidence: what the answer, or what is shown with a refusal, may be taken from.
        reason: why the question cannot be answered, None where it can.
        said: what a refusal says.
        lead: the line between that and the evidence.
        remarks: what an answer must say first.
    """

    evidence: Evidence
    reason: Reason | None = None
    said: str = ""
    lead: str = ""
    remarks: tuple[str, ...] = ()


class Judge:
    """Judges questions over one index.

    Args:
        gatherer: knows which cases are about a place.
        wording: fixed phrases.
        thresholds: how much evidence of a place or a figure is enough.
    """

    def __init__(self, gatherer: Gatherer, wording: Wording, thresholds: Thresholds) -> None:
        self._gatherer = gatherer
        self._wording = wording
        self._thresholds = thresholds

    def judge(self, reading: Reading, evidence: Evidence) -> Judgement:
        """Whether and from what a question can be answered."""
        say = self._wording
        about = {place: self._gatherer.about(place) for place in reading.places}
        absent = [place for place in reading.places if not about[place]]
        cities = [place for place in reading.places if not is_province(place)]
        if _CHAT.search(reading.text):
            return Judgement(evidence.within(()), "out_of_scope", say("out_of_scope"))
        if cities and set(cities) <= set(absent):
            said = say("place_not_found", places=quoted(cities))
            return Judgement(evidence, "place_not_found", said, say("others_do"))
        if not evidence.units or not _shares_a_word(reading, evidence):
            return Judgement(evidence.within(()), "no_evidence", say("no_evidence"))
        remarks = [say("absent_place", places=quoted(absent))] if absent else []
        known = [cases for cases in about.values() if cases]
        if refusal := self._unfounded(reading, evidence, known):
            return refusal
        if reading.intent in {"figure", "how"}:
            placed = self._placed(reading, evidence, known)
            if placed.reason:
                return placed
            evidence = placed.evidence
            remarks += placed.remarks
        refusal = self._unstated(reading, evidence)
        return refusal or Judgement(evidence, remarks=tuple(remarks))

    def _placed(self, reading: Reading, evidence: Evidence, about: Sequence[Sequence[Case]]) -> Judgement:
        """The evidence of the places that are named, where these have it; else whose it is."""
        if not about:
            return Judgement(evidence)
        sets = [{case.id for case in cases} for cases in about]
        scope = set.intersection(*sets) or set.union(*sets)  # 广州 and 南沙 name one place, 万州 and 余杭 two
        own = evidence.within(scope)
        if own.best >= self._thresholds.place * evidence.best:
            return Judgement(own)
        best = evidence.units[0].case
        places = quoted(place for place in reading.places if self._gatherer.about(place))
        if place_names(best.region) and not _MASKED_REGION.search(best.region):
            said = self._wording("premise_place", places=places, others=quoted([best.region]))
            return Judgement(
                evidence.within([best.id]), "premise_differs", said, self._wording("source_says")
            )
        return Judgement(evidence, remarks=(self._wording("unstated_place", places=places),))

    def _unfounded(
        self, reading: Reading, evidence: Evidence, about: Sequence[Sequence[Case]]
    ) -> Judgement | None:
        """A refusal where neither the places' cases nor the best sentences' state a figure taken for given."""
        cases = [case for cases in about for case in cases] + [
            unit.case for unit in evidence.units[:_SHOWN_UNITS]
        ]
        texts = {case.id: case.text for case in cases}
        claims = [
            claim
            for claim in claimed_figures(reading.text)
            if not any(states(text, claim) for text in texts.values())
        ]
        if not claims:
            return None
        said = self._wording("premise_figure", claims=quoted(claim.text for claim in claims))
        return Judgement(evidence, "premise_differs", said, self._wording("source_says"))

    def _stated(self, figure: AskedFigure, evidence: Evidence) -> bool:
        # Any sentence counts something, few tell a time, a share or a sum: these are looked for further off.
        share = self._thresholds.figure * (1.0 if figure.kind == "count" else _FURTHER)
        return any(figure.stated_in(unit.text) for unit in _alike(evidence, share))

    def _unstated(self, reading: Reading, evidence: Evidence) -> Judgement | None:
        """A refusal where a figure is asked for and no sentence near the best one states any of its kind."""
        if reading.intent != "figure" or not reading.asked:
            return None
        if any(self._stated(figure, evidence) for figure in reading.asked):
            return None
        near = [unit.text for unit in _alike(evidence, self._thresholds.figure)]
        masks = [mask for text in near[:3] for figure in reading.asked if (mask := figure.mask_in(text))]
        if masks:
            said = self._wording("figure_masked", mask=masks[0])
            return Judgement(evidence, "figure_masked", said, self._wording("source_says"))
        said = self._wording("figure_not_stated", asked=_asked_for(reading.asked))
        return Judgement(evidence, "no_evidence", said, self._wording("source_says"))


def _alike(evidence: Evidence, share: float) -> list[Unit]:
    """The sentences with at least `share` of the greatest likeness to the question, best first."""
    most = max(unit.likeness for unit in evidence.units)
    return [unit for unit in evidence.units if unit.likeness >= share * most]


def _asked_for(asked: Sequence[AskedFigure]) -> str:
    return quoted(dict.fromkeys(figure.words for figure in asked))


def _shares_a_word(reading: Reading, evidence: Evidence) -> bool:
    """Whether any content word of the question, or official term for one, stands in one of the best cases."""
    terms = [term for term in (*reading.terms, *reading.official) if len(term) >= 2]
    texts = [fold(f"{hit.case.title}\n{hit.case.text}") for hit in evidence.found.hits[:_NEAREST_CASES]]
    return any(term in text for term in terms for text in texts)
