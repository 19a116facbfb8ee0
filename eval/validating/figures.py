"""Errors of figures: another figure, another unit, another date, before and after exchanged.

Each function takes a faithful sentence and gives the wrong one, or None where the sentence holds nothing to change.
None of it uses what the verifier uses to find errors, so that both cannot be blind to the same thing, except the
reader of quantities, which the documents' own table of changes relies on too.
"""

from __future__ import annotations

import re
from random import Random

from corpus.quantities import Quantity, quantities_in

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NAMED = re.compile(r"“[^”]*”|《[^》]*》|（[^）]*）|\d+热线|\d+号|[A-Za-z]\d|\d[A-Za-z]")
# What a unit may be mistaken for and then says something else; 家 and 户, 份 and 件 may be said of the same things.
_OTHER_UNITS = (
    (re.compile(r"个工作日"), ("天", "个月", "小时", "分钟")),
    (re.compile(r"(?<=\d)[天日](?![前后])"), ("个工作日", "小时", "个月", "周")),
    (re.compile(r"个?小时"), ("天", "分钟", "个工作日")),
    (re.compile(r"分钟"), ("小时", "天", "秒")),
    (re.compile(r"个月"), ("天", "年", "周")),
    (re.compile(r"(?<=\d)年(?!度|\d|[1-9])"), ("个月", "天")),
    (re.compile(r"万亿元"), ("亿元", "万元")),
    (re.compile(r"亿元"), ("万元", "元")),
    (re.compile(r"万元"), ("亿元", "元", "千元")),
    (re.compile(r"(?<=\d)元"), ("万元", "亿元")),
    (re.compile(r"个百分点"), ("%", "倍")),
    (re.compile(r"%"), ("个百分点", "倍", "‰")),
    (re.compile(r"万(?=[余多]?[件户家人个项份次笔张条名])"), ("", "亿", "千")),
)
_SWAPPED = re.compile(
    r"(?P<lead>[由从])(?P<before>[^，。；由从]{0,14}?\d[^，。；由从]{0,14}?)"
    r"(?P<verb>(?:压缩|缩短|缩减|减少|精简|压减|降低|下降|提速|增加|提高|升|降|压|减|改|变)(?:到|至|为|成)|到|至)"
    r"(?P<after>[^，。；由从]{0,8}?\d[^，。；由从、]{0,8})"
)
_FORMER = re.compile(
    r"(?P<lead>原来?的?|以前)(?P<before>\d[^，。；]{0,8})(?P<verb>，?现在?)(?P<after>\d[^，。；]{0,8})"
)
_DIRECTIONS = (
    ("增长", "下降"),
    ("增加", "减少"),
    ("提高", "降低"),
    ("提升", "下降"),
    ("上升", "下降"),
    ("缩短", "延长"),
    ("压缩", "延长"),
    ("增幅", "降幅"),
    ("净增", "净减"),
    ("快于", "慢于"),
    ("高于", "低于"),
    ("多于", "少于"),
)
_DIRECTED = re.compile("|".join(word for pair in _DIRECTIONS for word in pair))
_HALVES = {
    "上半年": "下半年",
    "下半年": "上半年",
    "去年": "今年",
    "今年": "去年",
    "年初": "年底",
    "年底": "年初",
}
_HALF = re.compile(r"[上下]半年|去年(?!底)|今年(?!来)|年[初底]")


def change_figure(sentence: str, draw: Random) -> str | None:
    """Another figure of the same unit, one that the sentence does not hold elsewhere."""
    found = [one for one in _quantities(sentence) if one.kind != "date"]
    if not found:
        return None
    chosen = draw.choice(found)
    number = _NUMBER.search(chosen.text)
    if number is None:
        return None
    start = chosen.span.start + number.start()
    return sentence[:start] + _other(number[0], sentence, draw) + sentence[start + len(number[0]) :]


def _quantities(sentence: str) -> list[Quantity]:
    """Quantities in figures that are no part of a name."""
    named = [found.span() for found in _NAMED.finditer(sentence)]
    return [
        one
        for one in quantities_in(sentence)
        if _NUMBER.search(one.text)
        and not any(start <= one.span.start and one.span.end <= end for start, end in named)
        and not any(start < one.span.end and one.span.start < end for start, end in named)
    ]


def _other(number: str, sentence: str, draw: Random) -> str:
    """A slip of the kind that people and models make: a digit changed, two exchanged, a place shifted."""
    whole, point, part = number.partition(".")
    digits = list(whole)
    slips = ["digit", "digit", "near"] + (["exchange"] if len(set(digits)) > 1 and digits[-1] != "0" else [])
    for _ in range(20):
        slip = draw.choice(slips)
        if slip == "digit":
            place = draw.randrange(len(digits))
            changed = [*digits[:place], str(draw.randrange(1, 10)), *digits[place + 1 :]]
        elif slip == "exchange":
            first, second = draw.sample(range(len(digits)), 2)
            changed = digits.copy()
            changed[first], changed[second] = changed[second], changed[first]
        else:
            changed = list(str(max(1, int(whole) + draw.choice((-2, -1, 1, 2, 10)))))
        text = "".join(changed) + point + part
        if changed[0] != "0" and text != number and text not in _NUMBER.findall(sentence):
            return text
    return f"{int(whole) + 7}{point}{part}"


def change_unit(sentence: str, draw: Random) -> str | None:
    """Another unit behind the same figure."""
    places = []
    for one in _quantities(sentence):
        number = list(_NUMBER.finditer(one.text))[-1]
        start = one.span.start + number.end()
        for pattern, others in _OTHER_UNITS:
            if one.kind != "date" and (found := pattern.match(sentence, start)):
                places.append((found, others))
                break
    if not places:
        return None
    found, others = draw.choice(places)
    return sentence[: found.start()] + draw.choice(others) + sentence[found.end() :]


def change_date(sentence: str, draw: Random) -> str | None:
    """Another year, month or half of a year."""
    dates = [one for one in quantities_in(sentence) if one.kind == "date" and _NUMBER.search(one.text)]
    halves = list(_HALF.finditer(sentence))
    if not dates and not halves:
        return None
    if halves and (not dates or draw.random() < len(halves) / (len(halves) + len(dates))):
        half = draw.choice(halves)
        return sentence[: half.start()] + _HALVES[half[0]] + sentence[half.end() :]
    date = draw.choice(dates)
    number = draw.choice(list(_NUMBER.finditer(date.text)))
    value, is_year = int(float(number[0])), len(number[0]) == 4
    limit = (
        10_000 if is_year else (12 if date.text[number.end() :].startswith(("月", "-", "至", "到")) else 28)
    )
    others = [
        value + step
        for step in (-2, -1, 1, 2)
        if 1 <= value + step <= limit and str(value + step) not in _NUMBER.findall(sentence)
    ]
    if not others:
        return None
    start = date.span.start + number.start()
    return sentence[:start] + str(draw.choice(others)) + sentence[start + len(number[0]) :]


def swap_before_and_after(sentence: str, draw: Random) -> str | None:
    """The old figure as the new one and the other way round, or a change told as going the other way."""
    pairs = [*_SWAPPED.finditer(sentence), *_FORMER.finditer(sentence)]
    pairs = [one for one in pairs if _NUMBER.findall(one["before"]) != _NUMBER.findall(one["after"])]
    if pairs:
        chosen = draw.choice(pairs)
        before, after = _NUMBER.search(chosen["before"]), _NUMBER.search(chosen["after"])
        if before is None or after is None:
            return None
        first, second = chosen.start("before") + before.start(), chosen.start("after") + after.start()
        return (
            sentence[:first]
            + after[0]
            + sentence[first + len(before[0]) : second]
            + before[0]
            + sentence[second + len(after[0]) :]
        )
    directed = [
        one for one in _DIRECTED.finditer(sentence) if re.match(r"[了到至为]?\D?\d", sentence[one.end() :])
    ]
    if not directed:
        return None
    chosen_word = draw.choice(directed)
    other = next(
        right if left == chosen_word[0] else left
        for left, right in _DIRECTIONS
        if chosen_word[0] in (left, right)
    )
    return sentence[: chosen_word.start()] + other + sentence[chosen_word.end() :]
