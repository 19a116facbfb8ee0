"""Judge whether the gathered evidence meets the place, the figure and the claims of a question.

Likeness of sentences does not tell a question that the cases cannot answer from one in other words (the first
study of the encoder found an AUC of 0.52 to 0.59), so a refusal rests on what can be named: the place, the figure
that is asked for, and the figures that the question takes for given.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.types import Case
from embeddings.lexical import fold
from rag.asked import AskedFigure, any_stated
from rag.evidence import Evidence, Gatherer, is_province
from rag.phrasing import quoted
from rag.premise import Premises
from rag.types import Reason
from rag.understand import Reading, place_names
from rag.units import Unit
from rag.wording import Wording

_NEAREST_CASES = 8
_BESIDE = 2  # sentences before and behind the one most like the question
_ALIKE_BESIDE = 0.5  # share of its likeness that these need
_FAR_FIGURE = 0.5  # share of the greatest likeness that a figure shown beside a refusal needs
_CHINESE = re.compile("[\u4e00-\u9fff]")
_MASKED_REGION = re.compile(r"[XxＸ×＊*]{2,}|某")
# Asked of any assistant, and of no collection of cases. A greeting only where nothing else is said: "你好，企业开办要几天".
_CHAT = re.compile(
    r"^(?:(?:你好|您好|在吗|谢谢|多谢|再见|早上好|下午好|晚上好|hello|hi|hey)[啊呀呢吗嘛哈了你您\W]*)+$|"
    r"你是(?:谁|什么|哪)|你叫什么|你会(?:做|干)?(?:什么|啥)|讲个?笑话|写一首|写首(?:诗|歌|词)|作诗|[今明后]天的?天气|天气(?:怎么样|怎样|如何|好吗|预报)|翻译(?:成|一下|下面)|菜谱|彩票|星座|"
    r"who are you|tell me a joke|weather",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is enough; see `rag.settings.Settings`."""

    place: float
    figure: float
    meaning: float


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
        self._premises = Premises(wording)

    def judge(self, reading: Reading, evidence: Evidence) -> Judgement:
        """Whether and from what a question can be answered."""
        say = self._wording
        about = {place: self._gatherer.about(place, evidence.found) for place in reading.places}
        absent = [
            place for place in reading.places if not about[place] and not self._mentioned(place, evidence)
        ]
        cities = [place for place in reading.places if not is_province(place)]
        if _CHAT.search(reading.text):
            return Judgement(evidence.within(()), "out_of_scope", say("out_of_scope"))
        if cities and set(cities) <= set(absent):
            said = say("place_not_found", places=quoted(cities))
            return Judgement(evidence, "place_not_found", said, say("others_do"))
        if not evidence.units or not self._meets(reading, evidence):
            return Judgement(evidence.within(()), "no_evidence", say("no_evidence"))
        remarks = [say("absent_place", places=quoted(absent))] if absent else []
        known = [cases for cases in about.values() if cases]
        if fault := self._premises.fault(reading, evidence, known):
            return Judgement(evidence, "premise_differs", fault, say("source_says"))
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
        # An English question shares no words with any sentence, so the place alone has to decide.
        share = self._thresholds.place if _CHINESE.search(reading.topic) else 0.0
        if own.best > 0 and own.best >= share * evidence.best:
            fault = self._premises.authority(reading, own)
            reason: Reason | None = "premise_differs" if fault else None
            return Judgement(own, reason, fault, self._wording("source_says"))
        best = evidence.units[0].case
        asked = [place for place in reading.places if self._gatherer.about(place, evidence.found)]
        places = quoted(asked)
        named = place_names(best.region) and not _MASKED_REGION.search(best.region)
        # A compilation hides names: a case of no known place may be of the province, and of the city if it names it.
        if named or not any(is_province(place) or place in best.text for place in asked):
            whose = best.region if named else best.title
            said = self._wording("premise_place", places=places, others=quoted([whose]))
            return Judgement(
                evidence.within([best.id]), "premise_differs", said, self._wording("source_says")
            )
        return Judgement(evidence, remarks=(self._wording("unstated_place", places=places),))

    def _unstated(self, reading: Reading, evidence: Evidence) -> Judgement | None:
        """A refusal where a figure is asked for and no sentence near the best one states any of its kind."""
        near = [unit.text for unit in self._near(evidence)]
        if reading.intent != "figure" or not reading.asked or not any(map(_CHINESE.search, near)):
            return None
        for figure in reading.asked:
            mask = figure.mask_in(near[0], reading.topic)
            if mask and not figure.stated_in(near[0]):
                said = self._wording("figure_masked", mask=mask)
                return Judgement(evidence, "figure_masked", said, self._wording("source_says"))
        if any(any_stated(reading.asked, text) for text in near):
            return None
        return self.not_stated(reading, evidence)

    def not_stated(self, reading: Reading, evidence: Evidence) -> Judgement:
        """The refusal of a question whose figure the evidence does not state."""
        said = self._wording("figure_not_stated", asked=_asked_for(reading.asked))
        if figures := self._nearest_figures(reading, evidence):
            return Judgement(figures, "no_evidence", said, self._wording("nearest_figure"))
        return Judgement(evidence, "no_evidence", said, self._wording("source_says"))

    def _nearest_figures(self, reading: Reading, evidence: Evidence) -> Evidence | None:
        """The sentences that come nearest among those that state a figure of the kind asked for; None where all are far."""
        floor = _FAR_FIGURE * max(unit.likeness for unit in evidence.units)
        near = [
            unit for unit in evidence.units if unit.likeness >= floor and any_stated(reading.asked, unit.text)
        ]
        return dataclasses.replace(evidence, units=tuple(near[:1])) if near else None

    def _near(self, evidence: Evidence) -> list[Unit]:
        """The sentences most like the question, the most alike first, and what stands beside that one."""
        ranked = sorted(evidence.units, key=lambda unit: -unit.likeness)
        first = ranked[0]
        alike = [unit for unit in ranked if unit.likeness >= self._thresholds.figure * first.likeness]
        beside = [
            unit
            for unit in ranked
            if unit.case.id == first.case.id
            and 0 < abs(unit.order - first.order) <= _BESIDE
            and unit.likeness >= _ALIKE_BESIDE * first.likeness
        ]
        return [*alike, *beside]

    def _mentioned(self, place: str, evidence: Evidence) -> bool:
        """Whether one of the best sentences names a place, though no case is about it."""
        floor = self._thresholds.place * evidence.best
        return any(place in unit.text for unit in evidence.units if unit.score >= floor)

    def _meets(self, reading: Reading, evidence: Evidence) -> bool:
        """Whether any content word of the question, or official term for one, stands in one of the best cases.

        Likeness of vectors does not tell a question that the cases cannot answer from one in other words, but where
        it is great, the field is right.
        """
        if evidence.closeness >= self._thresholds.meaning:
            return True
        terms = [term for term in (*reading.terms, *reading.official) if len(term) >= 2]
        texts = (fold(f"{hit.case.title}\n{hit.case.text}") for hit in evidence.found.hits[:_NEAREST_CASES])
        return any(term in text for text in texts for term in terms)


def _asked_for(asked: Sequence[AskedFigure]) -> str:
    return quoted(dict.fromkeys(figure.words for figure in asked))
