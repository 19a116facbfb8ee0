"""The figures that a question asks for, and those that it states itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from corpus.quantities import Quantity, quantities_in

Kind = Literal["time", "share", "money", "date", "count"]

_TIME_UNIT = r"(?:工作日|自然日|小时|钟头|分钟|星期|礼拜|月|天|日|周|年|秒)"
_TIME = rf"个?{_TIME_UNIT}"
_MEASURES = "人次|环节|枚|户|家|件|条|项|份|样|处|步|次|套|名|人|位|种|道|趟|支|笔|场|期|届|批|台|宗|起|所|座|间|亩|吨|辆"
# Behind "多少" it tells that neither a time nor money is asked for (多少万户, 时间里有多少个).
_COUNTED = rf"[十百千万亿]{{0,2}}个?(?:{_MEASURES})|个(?!{_TIME_UNIT})"
# Measure words that answer each other; a question with another one may be answered by any.
_ANSWERING: dict[str, frozenset[str]] = {
    asked: frozenset(told.split())
    for askeds, told in (
        ("人 名 位 人次", "人 名 位 人次"),
        ("家 户 个", "家 户 个"),
        ("场 期 届 批", "场 次 期 届 批"),
        ("次 趟", "场 次 期 届 批 趟"),
        ("份 样", "份 件 项 种 张 套"),  # papers
    )
    for asked in askeds.split()
}
_ASKED: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("date", re.compile(r"哪一?年|哪个?月|什么时候|何时|几月|when ", re.IGNORECASE)),
    # Before the times: "时间缩短了百分之几" asks for a share.
    (
        "share",
        re.compile(
            r"百分之(?:多少|几)|几成|多[大少]比例|(?:占比|比例)(?:[^，。？?]{0,6}多[少大高])?|(?:多少|几)(?:个?百分点|%|倍)|[^利频效概功税费汇]率(?:是|为|达到?|有)?多[少高大]|what (?:share|percentage|rate)",
            re.IGNORECASE,
        ),
    ),
    (
        "time",
        re.compile(
            rf"(?:几|多少){_TIME}|多久|多长时间|几时|(?:时间|时限|周期|用时|耗时)[^，。？?]{{0,8}}(?:多长|(?:多少|几)(?!{_COUNTED}))|how long|how many (?:working )?(?:days|hours|minutes)",
            re.IGNORECASE,
        ),
    ),
    (
        "money",
        re.compile(
            rf"多少(?:钱|[万亿]?元|[万亿](?!{_COUNTED})|资金|经费|费用|补贴|补助|奖金|税[款费]|保费|贷款|块)|多大金额|"
            rf"多少(?!{_COUNTED})[\u4e00-\u9fff]{{1,3}}(?:资金|经费|费用|补贴|补助|奖金|贷款)|"
            rf"(?:金额|额度|租金|费用|价格|单价|成本|资金|经费|罚款|补贴|补助|奖金|保费|门槛|案值)(?:总额)?(?:一共|共)?(?:是|为|有|达到?)?多少(?!{_COUNTED}|%|个?百分)|"
            rf"几(?:[万亿](?!{_COUNTED})|块|元)|how much",
            re.IGNORECASE,
        ),
    ),
    (
        "count",
        re.compile(
            rf"多少[十百千万亿]{{0,2}}个?(?P<measure>{_MEASURES})?|几[万亿]?(?P<some>{_MEASURES}|个)|how many",
            re.IGNORECASE,
        ),
    ),
)
# What stands where a compilation has hidden a figure.
_MASK = r"(?:[XxＸ×＊*]{1,4}|[□○]{1,4}|某)(?:余|多)?[十百千万亿]{0,2}"
_MASKED: dict[Kind, re.Pattern[str]] = {
    "time": re.compile(rf"{_MASK}{_TIME}"),
    "share": re.compile(rf"{_MASK}(?:[%％]|个?百分点)"),
    "money": re.compile(rf"{_MASK}元"),
    "date": re.compile(rf"{_MASK}[年月]"),
    "count": re.compile(
        rf"{_MASK}个?(?:人次|环节|个|枚|户|家|件|条|项|份|处|次|套|名|人|种|支|笔|场|期|批|台|宗|起|所|座|亩|吨|辆|平方米|公里)(?![市区县镇乡村省州])"
    ),
}


_DONE = re.compile("[办领取拿出发批结得]")
_CLAUSE_SIGNS = "，,。？?！!；;：:、"
_LONGEST_CLAUSE = 20
_NEAR_A_MASK = 8  # characters before a hidden figure that tell what it counts


@dataclass(frozen=True, slots=True)
class AskedFigure:
    """One figure that is asked for.

    Attributes:
        kind: what it measures.
        words: of the question around it ("一共开了多少场").
        measure: the measure word of a count, "" where there is none or it says nothing.
    """

    kind: Kind
    words: str
    measure: str = ""

    def stated_in(self, text: str) -> bool:
        """Whether `text` states a figure of this kind."""
        return any(self.fits(quantity) and _tells_a_time(quantity, text) for quantity in quantities_in(text))

    def count_in(self, text: str) -> int:
        """How many figures of exactly this kind `text` states."""
        return sum(quantity.kind == self.kind for quantity in quantities_in(text))

    def mask_in(self, text: str, topic: str) -> str:
        """How `text` hides a figure of this kind (XX万元) right behind words of `topic`, "" where it does not."""
        for found in _MASKED[self.kind].finditer(text):
            before = text[max(0, found.start() - _NEAR_A_MASK) : found.start()]
            if any(before[place : place + 2] in topic for place in range(len(before) - 1)):
                return found[0]
        return ""

    def fits(self, quantity: Quantity) -> bool:
        """Whether a figure is of this kind."""
        if self.kind == "count":
            if units := _ANSWERING.get(self.measure):
                return quantity.kind == "count" and quantity.unit in units
            # "多少" alone may ask for anything; only a date says nothing on it, nor does 一 in "一平台".
            return quantity.kind != "date" and (quantity.value != 1 or "1" in quantity.text)
        if self.kind == "date":
            return quantity.kind == "date" or quantity.unit == "年"
        # "贷款3.6亿" states money without a unit.
        bare = self.kind == "money" and quantity.kind == "number" and re.search("[万亿]", quantity.text)
        return quantity.kind == self.kind or bool(bare)


def any_stated(asked: Iterable[AskedFigure], text: str) -> bool:
    """Whether `text` states one of the figures asked for."""
    return any(figure.stated_in(text) for figure in asked)


def _tells_a_time(quantity: Quantity, text: str) -> bool:
    """Whether 当场 or 当天 say when something is done: 当场办结, but not 当场一次性告知."""
    if quantity.unit not in {"即时", "当天"}:
        return True
    return _DONE.search(quantity.text + text[quantity.span.end : quantity.span.end + 4]) is not None


def asked_figures(text: str) -> tuple[AskedFigure, ...]:
    """The figures that a question asks for, in order; a stretch of text asks for one kind only."""
    found: dict[int, AskedFigure] = {}
    taken: list[range] = []
    for kind, pattern in _ASKED:
        for match in pattern.finditer(text):
            here = range(*match.span())
            if any(here.start < other.stop and other.start < here.stop for other in taken):
                continue
            taken.append(here)
            found[match.start()] = AskedFigure(kind, _clause_around(text, match), _measure(match))
    return tuple(found[start] for start in sorted(found))


def _measure(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return groups.get("measure") or groups.get("some") or ""


def _clause_around(text: str, match: re.Match[str]) -> str:
    """The words of a question by which one figure is asked for, at most about `_LONGEST_CLAUSE` characters."""
    start = max((text.rfind(sign, 0, match.start()) + 1 for sign in _CLAUSE_SIGNS), default=0)
    ends = [place for sign in _CLAUSE_SIGNS if (place := text.find(sign, match.end())) >= 0]
    end = min(ends, default=len(text))
    if end - start > _LONGEST_CLAUSE:
        start, end = max(start, match.start() - 8), min(end, match.end() + 8)
    return text[start:end].strip(" “”‘’\"'")


# A claim is exact: "约", "近", "左右" say that the asker does not know the figure.
_CLAIMED_KINDS = frozenset({"time", "share", "money", "count"})


def claimed_figures(text: str) -> tuple[Quantity, ...]:
    """Exact figures that a question takes for given: numbers with a unit, no ordinals (第2个案例).

    Numbers in words are left out but for years and working days: "一次", "两个区" and "三份" belong to the way of
    speaking more often than to a fact.
    """
    return tuple(
        quantity
        for quantity in quantities_in(text)
        if quantity.kind in _CLAIMED_KINDS
        and not quantity.bound
        and not quantity.ordinal
        and quantity.unit
        and (
            re.search(r"\d", quantity.text) or (quantity.unit in _NEVER_IN_PASSING and quantity.value >= _TWO)
        )
    )


_NEVER_IN_PASSING = frozenset({"年", "工作日"})
_TWO = 2


def states(text: str, claim: Quantity) -> bool:
    """Whether `text` states the figure of `claim`, in whatever form (0.5万元, 5000元); days and working days alike."""
    return any(_same(quantity, claim) for quantity in quantities_in(text))


def _same(one: Quantity, other: Quantity) -> bool:
    days = {"天", "工作日"}
    alike = one.unit == other.unit or {one.unit, other.unit} <= days or one.kind == other.kind == "count"
    return alike and any(abs(value - other.value) < 1e-6 for value in _ends(one))


def _ends(quantity: Quantity) -> Iterator[float]:
    yield quantity.value
    yield quantity.upper
