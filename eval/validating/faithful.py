"""Changes of wording that leave a sentence's meaning as it is. What one of them is blamed for is a false alarm."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

_FULL_WIDTH = 0.3  # share of sentences for which full-width digits are one of the choices
_DIGITS = "零一二三四五六七八九"
_COUNTED = r"个|天|日|项|份|件|家|户|次|名|种|类|条|批|台|笔|所|处|场|小时|分钟|年"
_SMALL = re.compile(
    rf"(?<![\d.年月\-－–—/第])(?<!\d[至到~～])(?P<number>[1-9]\d?)(?=(?:{_COUNTED})(?!热线))(?![日月]|年度)"
)
_PERCENT = re.compile(r"(?<![\d.\-－–—])(?<!\d[至到~～])(?P<number>\d{1,2}|100)%")
_TEN_THOUSANDS = re.compile(
    r"(?<![\d.\-－–—])(?<!\d[至到~～])(?P<number>\d{1,3}(?:\.\d{1,2})?)万(?=[余多]?(?:元|件|户|人|家|次|份|笔|条|张|名)(?![\u4e00-\u9fff]?\d))"
)
_THOUSANDS = re.compile(
    r"(?<![\d.\-－–—])(?<!\d[至到~～])(?P<number>[1-9]\d{1,4}000)(?=元|件|户|人|家|次|份|笔|条)"
)
_LIST = re.compile(
    r"(?P<first>[^，。；、“”《》（）]+)、(?P<inner>(?:[^，。；、“”《》（）和及与等\d]{2,10}、)+[^，。；、“”《》（）和及与等\d]{2,10})、(?=[^，。；、])"
)
_CHANGED = re.compile(
    r"[由从](?P<before>\d[^，。；由从]{0,8}?)(?:压缩|缩短|缩减|减少|精简|压减|降低|降|压|减)(?:到|至|为)(?P<after>\d[^，。；、由从]{0,8})(?=[，。；])"
)
_CHANGED_WORDINGS = (
    "从{before}降到{after}",
    "原来{before}、现在{after}",
    "由{before}减为{after}",
    "从{before}减少到了{after}",
)
# General wordings of the field, each a swap that may be made wherever the words stand.
_SYNONYMS = tuple(
    (re.compile(pattern), wordings.split())
    for pattern, wordings in (
        (r"推行(?=[“《\u4e00-\u9fff])(?!情况)", "实行 施行"),
        (r"开展(?=[^，。；的])", "进行 组织"),
        (r"设立(?=[^，。；的])", "设置 设了"),
        (r"建立(?=[^，。；的])", "设立 建起"),
        (r"建成(?=[^，。；的])", "建好 建起"),
        (r"印发(?=《)", "发布 下发 发了"),
        (r"出台(?=[《了\d\u4e00-\u9fff])(?!的)", "制定 发布"),
        (r"累计", "总共 一共 共"),
        (r"组织(?=[\u4e00-\u9fff]{2})(?![的部领])", "安排"),
        (r"协助", "帮助 帮着"),
        (r"帮助", "协助 帮"),
        (r"提升(?=[\u4e00-\u9fff])", "提高"),
        (r"压缩(?=[到至为了\d])", "压减"),
        (r"缩短(?=[到至为了\d])", "压缩 压减"),
        (r"减少(?=[到至为了\d])", "减 降低"),
        (r"达到?(?=\d)", "到了 是"),
        (r"为(?=企业)", "给 替"),
        (r"向(?=企业)", "给"),
        (r"无需|不用", "不必 不需要"),
        (r"均(?=[\u4e00-\u9fff])(?!摊|等|衡)", "都"),
        (r"共(?=\d)", "一共 总共"),
        (r"把(?=[^，。；]{2})", "将"),
        (r"将(?=[^，。；]{4,}(?:纳入|并入|合并|整合))", "把"),
        (r"以及", "和"),
        (r"全部", "全都"),
        (r"获得", "得到 拿到"),
        (r"解决", "处理好"),
        (r"已(?=[\u4e00-\u9fff]{2})(?!经)", "已经"),
    )
)


def verbatim(sentence: str, draw: Random) -> str | None:
    """The sentence as it is."""
    del draw
    return sentence


def other_number_form(sentence: str, draw: Random) -> str | None:
    """A figure written another way: 四十五天 for 45天, 百分之九十 for 90%, 1.2万 for 12000, full-width digits."""
    made = [
        _put(sentence, found, write(found["number"]))
        for pattern, write in _FORMS
        for found in pattern.finditer(sentence)
        if _is_outside_names(sentence, found.start())
    ]
    if re.search(r"\d", sentence) and draw.random() < _FULL_WIDTH:
        made.append(sentence.translate({ord("0") + digit: ord("０") + digit for digit in range(10)}))
    return draw.choice(made) if made else None


def _put(sentence: str, found: re.Match[str], text: str) -> str:
    return sentence[: found.start()] + text + sentence[found.end() :]


def _chinese(number: int, *, two: str = "两") -> str:
    """A number from 1 to 100 in Chinese numerals."""
    if number == 100:
        return "一百"
    tens, ones = divmod(number, 10)
    if not tens:
        return two if ones == 2 else _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (_SMALL, lambda number: _chinese(int(number))),
    (_PERCENT, lambda number: f"百分之{_chinese(int(number), two='二')}"),
    (_TEN_THOUSANDS, lambda number: f"{round(float(number) * 10_000)}"),
    (_THOUSANDS, lambda number: f"{int(number) / 10_000:g}万"),
)


def synonyms(sentence: str, draw: Random) -> str | None:
    """Up to three plain words for official ones."""
    found = [(pattern, others) for pattern, others in _SYNONYMS if _outside_names(pattern, sentence)]
    if not found:
        return None
    for pattern, others in draw.sample(found, min(3, len(found))):
        place = _outside_names(pattern, sentence)
        if place is not None:
            sentence = _put(sentence, place, draw.choice(others))
    return sentence


def _outside_names(pattern: re.Pattern[str], sentence: str) -> re.Match[str] | None:
    """The first match that lies within no quoted name."""
    return next((one for one in pattern.finditer(sentence) if _is_outside_names(sentence, one.start())), None)


def _is_outside_names(sentence: str, place: int) -> bool:
    before = sentence[:place]
    return before.count("“") == before.count("”") and before.count("《") == before.count("》")


def reorder_list(sentence: str, draw: Random) -> str | None:
    """Inner items of a list in another order; the first and the last may carry words that belong to all."""
    found = [
        one for one in _LIST.finditer(sentence) if one["inner"].count("、") >= 1 and "先" not in sentence
    ]
    if not found:
        return None
    chosen = draw.choice(found)
    items = chosen["inner"].split("、")
    return sentence[: chosen.start("inner")] + "、".join(reversed(items)) + sentence[chosen.end("inner") :]


def told_change(sentence: str, draw: Random) -> str | None:
    """A change told in other words: 从45天降到20天 for 由45天压缩到20天."""
    found = list(_CHANGED.finditer(sentence))
    if not found:
        return None
    chosen = draw.choice(found)
    return _put(sentence, chosen, draw.choice(_CHANGED_WORDINGS).format(**chosen.groupdict()))


def subset(sentence: str, draw: Random) -> str | None:
    """The sentence without its last clause, where the rest stands alone."""
    del draw
    head, mark, last = sentence.rstrip("。；").rpartition("，")
    clause = head.rpartition("，")[2]
    conditional = re.search(
        r"的$|后$|时$|针对|^(?:如|若|对|在|经|为|按|通过|针对|除|把|将|依托|借|以)", clause
    )
    limiting = re.match(r"但|除|仅|只|否则|不|且|并经|其中", last)
    if (
        not mark
        or len(clause) < 8
        or conditional
        or limiting
        or sentence.count("“") != head.count("“") + last.count("“")
    ):
        return None
    balanced = all(head.count(pair[0]) == head.count(pair[1]) for pair in ("“”", "《》", "（）"))
    return f"{head}。" if balanced and re.search(r"[\u4e00-\u9fff\d]$", head) else None


def merged(first: str, second: str, draw: Random) -> str | None:
    """Two sentences of one paragraph as one, in their order or the other way round.

    None where the first begins with a time, which would be read of both.
    """
    parts = [first.rstrip("。；"), second.rstrip("。；")]
    if draw.random() < 0.5:
        parts.reverse()
    if re.search(r"^[^，]{0,6}(?:\d|年|月|季度)", parts[0]):
        return None
    return f"{parts[0]}{draw.choice(('；', '；同时，', '，同时，', '，另外，'))}{parts[1]}。"
