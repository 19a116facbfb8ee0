"""Dates in words: 去年, 上半年, 每周五. Two of one family contradict each other."""

from __future__ import annotations

import re

from rag.verifying.comparison import Comparison, Finding

# Words that place something in time, a family a line; names that say the same are joined by =.
_FAMILIES = tuple(
    tuple(re.compile(member.replace("=", "|")) for member in line.split())
    for line in (
        "今年(?!内)=本年 去年=上一年=上年(?!度?同期) 前年 明年=下一年",
        "上半年=1(?:至|-|—|到)6月 下半年=7(?:至|-|—|到)12月 前三季度=三季度前 (?<!年)全年(?!无)=一年来",
        "(?<!前)[一1]季度 (?<!前)[二2]季度 (?<!前)[三3]季度 (?<!前)[四4]季度",
        "周一=星期一 周二=星期二 周三=星期三 周四=星期四 周五=星期五 周六=星期六 周日=周末=星期日=星期天",
        "每天=每日=逐日=日 每周=每星期=逐周=周 每个?月=逐月=月 每个?季度?=逐季=季度 每半年=半年 每年=逐年=年度",
        "本月=当月 上月=上个月 下月=下个月",
        "年初 年底=年末",
    )
)
_ADDED = re.compile(r"每天|每日|每周|每星期|每个?月|每个?季度?|每半年|每年")


def time_finding(comparison: Comparison) -> Finding | None:
    """The first word for a time where the quotes have another of its family, or for a rhythm they do not state."""
    text, told = comparison.sentence.text, comparison.told
    for family in _FAMILIES:
        for member in family:
            found = member.search(text)
            if not found or len(found[0]) < 2 or member.search(told):
                continue
            if any(other.search(told) and not other.search(text) for other in family if other is not member):
                return Finding("date", f"引文里没有“{found[0]}”")
            if _ADDED.fullmatch(found[0]):
                return Finding("date", f"引文里没有“{found[0]}”")
    return None
