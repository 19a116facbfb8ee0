"""Quantities as prose states them: figure and unit, Chinese or Arabic, half- or full-width, with their places.

A quantity keeps its wording (`text`) beside what can be compared (`value`, `unit`). A working day stays a working
day: it is never turned into days, only placed among them by `sort_key`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from corpus.numerals import ARABIC, CHINESE, SCALES, fold_figures, parse_number
from corpus.types import Span

Kind = Literal["time", "share", "money", "count", "date", "number"]
Bound = Literal["", "about", "more", "less"]

# Hours that a unit takes in passing, for sorting only: five working days pass within a calendar week.
HOURS = {
    "秒": 1 / 3600,
    "分钟": 1 / 60,
    "小时": 1.0,
    "天": 24.0,
    "工作日": 24.0 * 7 / 5,
    "周": 24.0 * 7,
    "月": 24.0 * 30,
    "年": 24.0 * 365,
}
_TIME_UNITS = {
    r"个?工作[日天]": "工作日",
    r"(?:个?自然)?[天日](?![前后常渐益照])": "天",
    r"个?(?:小时|钟头)": "小时",
    r"分钟": "分钟",
    r"秒钟?": "秒",
    r"个?(?:星期|礼拜)|周(?![年边围期转岁])": "周",
    r"个月|月(?=[以之]?内)": "月",
    r"年(?![度级龄份])": "年",
}
_SHARE_UNITS = {"%": "%", r"个?百分点": "百分点", r"倍": "倍", r"成(?=[以之左多的，。；、）]|$)": "%"}
_MONEY_UNITS = {r"(?:人民币)?元(?![素旦件化])|块钱": "元", r"美元": "美元", r"欧元": "欧元"}
_UNITS: dict[Kind, dict[str, str]] = {"time": _TIME_UNITS, "share": _SHARE_UNITS, "money": _MONEY_UNITS}
_MEASURES = (
    "人次|批次|公里|千米|平方公里|平方米|公顷|千伏安|千瓦时|千瓦|兆瓦|千伏|环节|个|项|份|件|家|户|人|次|套|名|种|类|条|批|台|辆|笔|"
    "所|处|间|座|亩|米|吨|场|期|例|起|篇|页|枚|部(?![件门分])|宗|道|位|组|张|步|字|岁|级|度|口|本|款|支|趟|扇|表|窗|章"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One figure with its unit.

    Attributes:
        value: in `unit`; scales are multiplied in (0.5万元 is 5000 元); the lower end of a range. A date is
            year * 10000 + month * 100 + day, 0 for what it does not give.
        unit: canonical: 秒 分钟 小时 天 工作日 周 月 年 % 百分点 倍 元 …, the measure word of a count, 即时 and 当天
            (value 0), 日期, "" for a bare number.
        kind: what the unit measures.
        text: as written, with the words that bound it (近20天, 80%以上, 不超过5个工作日).
        span: of `text` in what was searched.
        upper: the upper end of a range, else `value`.
        bound: "more" for 20余天, 80%以上; "less" for 3日内, 不到10分钟; "about" for 近20天.
        ordinal: 第2个工作日.
    """

    value: float
    unit: str
    kind: Kind
    text: str
    span: Span
    upper: float
    bound: Bound = ""
    ordinal: bool = False

    @property
    def sort_key(self) -> tuple[int, float, str]:
        """Orders times from fast to slow by approximate hours in passing, then all others by unit and value.

        The hours are for the order only: a working day counts 24 * 7 / 5 hours, so it comes behind a day and
        five of them take as long as a week; 即时 is 0 and 当天 half a day.
        """
        if self.kind != "time":
            return (1, self.value, self.unit)
        hours = {"即时": 0.0, "当天": 12.0}.get(self.unit)
        return (0, self.value * HOURS[self.unit] if hours is None else hours, self.unit)


def quantities_in(text: str) -> tuple[Quantity, ...]:
    """Every quantity of `text` in order of place, none overlapping another.

    Dates (2021年3月, 3月, 1-7月) are read before durations, so that a month of the year is no month's time; bare
    Arabic numbers come with the unit "". Numerals inside words (一网通办, 一次性) are left alone.
    """
    folded = fold_figures(text)
    matches = _QUANTITY.finditer(folded)
    return tuple(quantity for match in matches if (quantity := _from_match(match, text)))


def parse_quantity(text: str) -> Quantity | None:
    """The quantity that `text` as a whole states (0.5个工作日, 一个半月, 近20天, 立等可取), None if it states none."""
    stripped = text.strip()
    found = quantities_in(stripped)
    return found[0] if len(found) == 1 and found[0].text == stripped else None


_NUMBER = rf"(?:{ARABIC}|{CHINESE})"
_TO = r"(?:—{1,2}|[-–−~～至到])"
_MONTH = rf"(?P<month>\d{{1,2}})(?:{_TO}(?P<until>\d{{1,2}}))?月(?![以之]?内)(?:(?P<day>\d{{1,2}})日|份)?"
_DATE = rf"(?<![\d.])(?:(?:(?P<since>(?:19|20)\d\d){_TO})?(?P<year>(?:19|20)\d\d)年|(?=\d{{1,2}}(?:{_TO}\d{{1,2}})?月(?![以之]?内)))(?:{_MONTH})?"
_INSTANT = "立等可取|立等可办|秒批秒办|秒批|秒办|即来即办|即报即办|即到即办|随到随办|即时|即刻|当场"
_TODAY = "当[天日]|即日"
_BEFORE = "最多不超过|最长不超过|不超过|不得超过|不能超过|不高于|不少于|不低于|不到|不足|超过|突破|将近|大约|近|约|超|逾|最多"
_AFTER = "[以之]?内|以上|以下|左右|上下"
# A figure behind XX is what is left of a masked one (XX万户).
_FIGURE = rf"(?<![\dXx×.,])(?P<number>{_NUMBER})(?P<odd>[余多来几])?(?P<scale>[十百千万亿]{{1,2}})?(?P<odder>[余多])?"
_RANGE = rf"(?:(?P<low>{_NUMBER}){_TO}(?=[\d一二三四五六七八九十百两]))?"
_TIME = rf"(?:个(?P<half>半|多)(?=[工小钟月星礼]))?(?P<time>{'|'.join(_TIME_UNITS)}|(?<=[半多])月)(?P<tail>半|多)?"
_OTHER = rf"(?P<share>{'|'.join(_SHARE_UNITS)})|(?P<money>{'|'.join(_MONEY_UNITS)})|(?P<measure>{_MEASURES})"
# With what a quantity may begin; a look at one character spares the rest at most places.
_BEGINNING = r"(?=[\d〇零一二三四五六七八九十百千万亿两半第立秒即随当最不将大约近超突逾])"
_QUANTITY = re.compile(
    rf"{_BEGINNING}(?:(?P<date>{_DATE})|(?P<instant>{_INSTANT})|(?P<today>{_TODAY})|"
    rf"(?P<before>{_BEFORE})?(?P<ordinal>第)?"
    rf"(?:百分之(?P<percent>{_NUMBER})|半个?(?P<halved>{'|'.join(_TIME_UNITS)}|月)|{_RANGE}{_FIGURE}(?:{_TIME}|{_OTHER})?)"
    rf"(?P<after>{_AFTER})?)"
)
_BOUNDS: dict[str, Bound] = {
    **dict.fromkeys("不少于 不低于 超过 突破 超 逾 以上 余 多".split(), "more"),
    **dict.fromkeys(
        "最多不超过 最长不超过 不超过 不得超过 不能超过 不高于 不到 不足 最多 内 以内 之内 以下".split(),
        "less",
    ),
    **dict.fromkeys("将近 大约 近 约 左右 上下 来 几".split(), "about"),
}
# 一 before a measure word is a count only where nothing can be read into one word with it (一起, 一部分, 一次性).
_ONE = re.compile(r"一(?:个|项|份|件|家|户|次|趟|套|张|条|枚|%|元)(?!性|事|人|套|条|般|体)")
_TWO_DIGITS = re.compile(r"([一二两三四五六七八九])([一二三四五六七八九])")


def _from_match(match: re.Match[str], text: str) -> Quantity | None:
    span = Span(*match.span())
    if match["date"]:
        first, last = _date_values(match)
        return Quantity(first, "日期", "date", span.of(text), span, last)
    if match["instant"] or match["today"]:
        return Quantity(0.0, "即时" if match["instant"] else "当天", "time", span.of(text), span, 0.0)
    ends = _values(match)
    named = _unit(match)
    if ends is None or named is None:
        return None
    unit, kind = named
    return Quantity(ends[0], unit, kind, span.of(text), span, ends[1], _bound(match), bool(match["ordinal"]))


def _date_values(match: re.Match[str]) -> tuple[float, float]:
    names = ("since", "year", "month", "until", "day")
    since, year, month, until, day = (int(match[name] or 0) for name in names)
    last = year * 10000 + (until or month) * 100 + day
    return float((since or year) * 10000 + month * 100 + day), float(last)


def _unit(match: re.Match[str]) -> tuple[str, Kind] | None:
    """Canonical unit and kind; None for a Chinese numeral that counts nothing (一起, 万户 behind a masked figure)."""
    if match["percent"]:
        return "%", "share"
    if match["halved"]:
        return _canonical(match["halved"], _TIME_UNITS), "time"
    number = match["number"]
    if number in tuple("百千万亿") and not (match["odd"] or match["before"]):
        return None
    for kind, units in _UNITS.items():
        if written := match[kind]:
            return _canonical(written, units), kind
    if match["measure"]:
        counted = number != "一" or match["ordinal"] or _ONE.match(match.string, match.start("number"))
        return (match["measure"], "count") if counted else None
    return ("", "number") if number[0].isdigit() else None


def _canonical(written: str, units: dict[str, str]) -> str:
    return next((unit for pattern, unit in units.items() if re.match(pattern, written + "，")), "月")


def _values(match: re.Match[str]) -> tuple[float, float] | None:
    if match["halved"]:
        return 0.5, 0.5
    if match["percent"]:
        value = parse_number(match["percent"])
        return None if value is None else (value, value)
    scale = 1.0
    for character in match["scale"] or "":
        scale *= {"十": 10, "百": 100, "千": 1000, **SCALES}[character]
    if match["share"] and match["share"].startswith("成"):
        scale *= 10
    half = 0.5 if "半" in (match["half"], match["tail"]) else 0.0
    if two := _TWO_DIGITS.fullmatch(match["number"]):
        ends = parse_number(two[1]), parse_number(two[2])
    else:
        high = parse_number(match["number"])
        ends = (parse_number(match["low"]) if match["low"] else high), high
    low, high = ends
    return None if low is None or high is None else (low * scale + half, high * scale + half)


def _bound(match: re.Match[str]) -> Bound:
    marks = [
        match[name]
        for name in ("before", "after", "odd", "odder", "half", "tail")
        if match[name] not in (None, "半")
    ]
    return _BOUNDS[marks[0]] if marks else ""
