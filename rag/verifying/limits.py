"""What limits a statement in the quotes and was cut out of it: 新增, 符合条件的, 除…外, 力争, a condition.

A cut is told from free telling by what stands around it: the words on both sides of the limit, joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.verifying.comparison import Comparison, Finding, VerdictReason
from rag.verifying.reading import read

# Limits that stand right before what they limit: a sentence that begins behind one is not what the quote says.
LIMITING = tuple("新增 净增 力争 预计 下一步 符合条件的 部分 少数 个别 仅限 只限".split())


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of limit.

    Attributes:
        limit: as quotes have it, with what follows it up to what it limits.
        kept: by what a sentence may keep it, in other words.
        reason: why it may not be left out.
    """

    limit: re.Pattern[str]
    kept: re.Pattern[str]
    reason: VerdictReason


_KINDS = (
    _Kind(re.compile(r"新增|净增"), re.compile(r"[新增添净多又再]"), "scope"),
    _Kind(re.compile(r"符合[^，。；、]{0,12}的"), re.compile(r"符合|条件|够|达标|合格|资格|要求"), "scope"),
    _Kind(
        re.compile(r"除(?!了?以往)[^，。；]{2,20}?(?:以外|之外|外)，?"),
        re.compile(r"除|不含|不包括|例外|以外|之外"),
        "scope",
    ),
    _Kind(
        re.compile(r"下一步(?!安排|工作|举措)(?:计划|打算|还将|将)?|力争|预计|(?<![虚模比])拟(?![定订合制])"),
        re.compile(r"下一步|力争|预计|拟|计划|打算|将|准备|目标|争取|有望|未来|后续|下步|接下来|要"),
        "direction",
    ),
    _Kind(
        re.compile(r"(?<!大)部分|少数|个别|试点(?=[乡镇县区市街企单部])"),
        re.compile(r"部分|少数|个别|试点|一些|有的|有些"),
        "scope",
    ),
    _Kind(re.compile(r"仅限|只限|[仅只](?=[对限在为向面])"), re.compile(r"[仅只限专]"), "scope"),
    _Kind(
        re.compile(r"\d[\d.]*[万亿千百]?[^\d，。；、]{1,3}(?:以下|以上|以内)的"), re.compile(r"\d"), "scope"
    ),
)
_CONDITION = re.compile(r"(?<=[，。；])[^，。；]{4,24}[^目]的，")
_SIDE = 2  # characters on each side of a limit that must stand side by side in the sentence
_BEHIND = 6  # characters behind a limit that tell the place alone
_COUNTED = 16  # characters from 新增 to the end of its figure
_HALF = 0.5  # share of a condition's words that keep it
_SAID = 0.75
_END = re.compile(r"[，。；！？]")


def limit_finding(comparison: Comparison) -> Finding | None:
    """The first limit of the quotes that was cut out of what the sentence repeats of them, else None."""
    sentence = comparison.sentence.text
    for text, found, kind in _limits(comparison):
        place = _place(sentence, text, found, counted=kind.limit is _KINDS[0].limit)
        if place is None or _told_without(comparison, text, found):
            continue
        clause = comparison.sentence.clauses[comparison.sentence.clause_at(place)]
        near = sentence[clause.start : place + _BEHIND]
        if not kind.kept.search(sentence if found[0].startswith("除") else near):
            return Finding(kind.reason, f"引文里有“{found[0].strip('，')}”，句子里没有")
    return _condition(comparison)


def _limits(comparison: Comparison) -> Iterator[tuple[str, re.Match[str], _Kind]]:
    for quote in comparison.quotes:
        for kind in _KINDS:
            for found in kind.limit.finditer(quote.text):
                yield quote.text, found, kind


def _place(sentence: str, text: str, found: re.Match[str], *, counted: bool = False) -> int | None:
    """Where in the sentence what stands behind a limit follows what stands before it, None if nowhere."""
    behind = _END.split(text[found.end() : found.end() + _COUNTED])[0]
    if counted:
        # Up to the end of the figure: 新增 is a limit of what is counted.
        figure = re.match(r"[^\d、]*?\d[\d.]*", behind)
        place = sentence.find(figure[0]) if figure else -1
        return None if place < 0 or (figure and _runs_on(sentence, place + len(figure[0]))) else place
    if len(behind) < _SIDE:
        return None
    joined = text[max(0, found.start() - _SIDE) : found.start()] + behind[:_SIDE]
    place = sentence.find(joined) if found.start() >= _SIDE else -1
    if place >= 0:
        return place + _SIDE
    place = sentence.find(behind[:_BEHIND]) if len(behind) >= _BEHIND else -1
    return None if place < 0 else place


def _runs_on(sentence: str, end: int) -> bool:
    return sentence[end : end + 1].isdigit()


def _told_without(comparison: Comparison, text: str, found: re.Match[str]) -> bool:
    """Whether the quotes say elsewhere, without the limit, what they say behind it."""
    behind = text[found.end() : found.end() + _BEHIND]
    limited = len(re.findall(re.escape(found[0] + behind), comparison.told))
    return comparison.told.count(behind) > limited


def _condition(comparison: Comparison) -> Finding | None:
    """A clause "…的，" of a quote that is cut out between its neighbours."""
    said = {word.text for word in comparison.sentence.words}
    for quote in comparison.quotes:
        for found in _CONDITION.finditer(quote.text):
            if _place(comparison.sentence.text, quote.text, found) is None:
                continue
            words = [word.text for word in read(found[0]).words if word.content]
            if words and sum(word in said for word in words) < _HALF * len(words):
                return Finding("scope", f"引文里有“{found[0].strip('，')}”，句子里没有")
    return None
