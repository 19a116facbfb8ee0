"""What a question takes for given, held against what the cases say: figures, their direction, and the authority."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence

from corpus.types import Case
from rag.asked import claimed_figures, states
from rag.evidence import Evidence
from rag.phrasing import escaped, quoted
from rag.understand import Reading
from rag.verify import Verifier
from rag.wording import Wording

_SHOWN_UNITS = 3
# Words by which a question says which way something went; only then is the way worth a look.
_TURN = re.compile(
    r"取消|停止|暂停|关停|关闭|撤销|提高|上调|上升|增加|延长|放慢|收紧|降低|下调|减少|缩短|压缩|压减|恢复|"
    r"(?:从|由)[^，。？?]{1,16}(?:到|至|成|变)"
)
_ASKING_END = re.compile(r"(?:吗|呢|啊|吧)?[？?。！!\s]+$")
_OTHERWISE = "引文里说的是"  # the verifier found the contrary, not merely nothing
_AUTHORITY = re.compile(r"[市县区州旗省]?(?P<name>[\u4e00-\u9fff]{1,8}?(?:局|厅))")
_AUTHORITIES = re.compile(r"[\u4e00-\u9fff]{1,16}?(?:局|厅)")
_UTILITY = re.compile(
    r"供电局|邮政?局|电信局|供水局|电力局"
)  # companies today, in daily speech still offices


class Premises:
    """Checks questions against what was found for them.

    Args:
        wording: fixed phrases.
        verifier: makes the verifier; called at the first question that needs it.
    """

    def __init__(self, wording: Wording, verifier: Callable[[], Verifier] = Verifier) -> None:
        self._wording = wording
        self._verifier = functools.cache(verifier)

    def fault(self, reading: Reading, evidence: Evidence, about: Sequence[Sequence[Case]]) -> str:
        """What is wrong with what a question takes for given, as a sentence; "" where nothing is.

        Args:
            reading: the question.
            evidence: best sentences first.
            about: for each place named the cases about it.
        """
        placed = [case for cases in about for case in cases]
        near = [unit.case for unit in evidence.units[:_SHOWN_UNITS]]
        if unfounded := _unfounded(reading, [*placed, *near]):
            return self._wording("premise_figure", claims=quoted(unfounded))
        if reading.intent not in {"figure", "how"}:
            return ""
        if turned := self._turned(reading, evidence):
            return self._wording("premise_turned", detail=escaped(turned))
        return ""

    def authority(self, reading: Reading, evidence: Evidence) -> str:
        """What is wrong with the authority that a question names, as a sentence; "" where nothing is.

        Args:
            reading: the question.
            evidence: of the places that it names.
        """
        cases = {unit.case.id: unit.case for unit in evidence.units}
        unknown = _unknown_authority(reading, list(cases.values()))
        return self._wording("premise_authority", authority=quoted([unknown])) if unknown else ""

    def _turned(self, reading: Reading, evidence: Evidence) -> str:
        """How the best sentences say the contrary of a question, "" where they do not."""
        if not _TURN.search(reading.text):
            return ""
        said = _ASKING_END.sub("", reading.text)
        verdict = self._verifier().check(said, [unit.text for unit in evidence.units[:_SHOWN_UNITS]])
        contrary = verdict.reason == "direction" and bool(claimed_figures(reading.text))
        contrary = contrary or (verdict.reason == "negation" and verdict.detail.startswith(_OTHERWISE))
        return verdict.detail.replace("引文里", "原文") if contrary else ""


def _unfounded(reading: Reading, cases: Sequence[Case]) -> list[str]:
    """Figures taken for given that none of the cases states."""
    texts = {case.id: case.text for case in cases}.values()
    return [
        claim.text
        for claim in claimed_figures(reading.text)
        if not any(states(text, claim) for text in texts)
    ]


def _unknown_authority(reading: Reading, placed: Sequence[Case]) -> str:
    """An authority named right behind a place that none of the place's cases knows, "" where there is none."""
    for place in reading.places:
        found = re.search(rf"{re.escape(place)}{_AUTHORITY.pattern}", reading.text)
        if found is None or len(found["name"]) <= 1 or _UTILITY.search(found["name"]):
            continue
        own = [case for case in placed if place in case.text or place in case.region or place in case.title]
        known = {
            name
            for case in own
            for name in _AUTHORITIES.findall(f"{case.title}\n{case.text}\n{case.department}")
        }
        if own and not any(_abbreviates(found["name"], name) for name in known):
            return found[0]
    return ""


def _abbreviates(short: str, name: str) -> bool:
    """Whether the characters of `short` stand in `name` in their order: 人社局 in 人力资源和社会保障局."""
    rest = iter(name)
    return all(character in rest for character in short)
