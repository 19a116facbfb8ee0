"""Wordings of a change: what was before, what is now, by how much; and of a new value without the old one.

Each rule yields what it has read with the figures it has used up (places in the marks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.change_marks import (
    IN,
    STEPS,
    Aspect,
    Finding,
    Marked,
    P,
    Q,
    T,
    aspect_of,
    figure_at,
    same_measure,
    served,
)
from corpus.change_matters import named
from corpus.types import Span

_SHRINK = "压缩|压减|压降|缩短|缩减|减少|精简|简化|降低|下降|整合|合并|归并|集成|优化|提速|提升|提高|调整|控制|限定|改|转变|减|降|缩|压|升|变"
_CUT = "压缩|压减|压降|缩短|缩减|减少|精简|简化|节省|节约|降低|下降|提速"
_ONLY = "仅需|只需|仅用|只用|只要|仅|只|最快|最短|平均|不超过"
_TO = (
    rf"(?:(?:{_SHRINK})了?(?:至|到|为|成|在)|变(?=[\ue000-\uf8ff]))(?:了|{_ONLY}|(?:目前|现在|现有|如今)的?)?"
)
_WAS = "原来|原先|原有|原|过去|以往|以前|法定|最初|此前|改革前|去年|上年|平均|最多|最长"
_ABOUT = "(?:了|近|约|达到?|超过?|平均|为|的)*"
Read = tuple[Finding, set[int]]


_FROM_TO = re.compile(
    rf"(?P<from>由|从|自|将|把)?(?:(?:{_WAS})的?)*(?P<b>{Q})(?P<between>{IN}{{0,16}}?，?){_TO}{IN}{{0,4}}?(?P<a>{Q})"
    rf"|(?:由|从)(?:(?:{_WAS})的?)*(?P<b2>{T})(?:至|到)(?P<a2>{T})"
)
_THEN = re.compile(
    rf"[）内]*[，（][办案理审批周期时间限长总平均效率整体共累计大幅同比约]*(?P<verb>{_CUT})(?:比例|比率|率|比|幅度)?{_ABOUT}(?P<d>[{P[1:-1]}{T[1:-1]}])(?![、和及与]{Q})"
)


def from_to(sentence: Marked) -> Iterator[Read]:
    """由45天压缩至20天; 原来20个工作日的…压缩为当场; with a difference that is stated directly behind it."""
    for match in _FROM_TO.finditer(sentence.marks):
        pair = ("b", "a") if match["b"] else ("b2", "a2")
        first, second = (match.start(name) for name in pair)
        aspect = same_measure(sentence, first, second)
        if aspect is None or (aspect == "share" and not served(sentence, match.start(), second)):
            continue
        end, figures, delta = second + 1, {first, second}, None
        topic = None
        if match["between"] and (held := re.match(rf"的({IN}{{3,}})", match["between"])):
            topic = sentence.span(match.start("between") + 1, match.start("between") + 1 + len(held[1]))
        then = _THEN.match(sentence.marks, end)
        if then and (aspect == "time" or (aspect != "share" and not re.search("时|周期", then[0]))):
            figures.add(then.start("d"))
            delta, end = sentence.span(then.start("verb"), then.end("d")), then.end()
        yield (
            Finding(
                aspect,
                sentence.starts[match.start()],
                sentence.starts[end],
                before=figure_at(sentence, first),
                after=figure_at(sentence, second),
                delta=delta,
                topic=topic,
            ),
            figures,
        )


FORMER = "以前|过去|以往|原来|原先|原本|此前|正常情况|通常|法定"
NOW = f"现在|目前|如今|最终|改革后|实际|承诺|压缩后|优化后|{_ONLY}"
_FORMERLY = re.compile(
    rf"(?:{FORMER})(?P<what>[^。！？{Q[1:-1]}]{{0,30}}?)(?P<then>{Q}[^。！？]{{0,60}}?)(?:[。！？][^{Q[1:-1]}]{{0,60}}?)?(?P<now>{NOW})[^。！？{Q[1:-1]}]{{0,16}}?(?P<rest>{Q}[^。！？]{{0,60}})"
)


def formerly_now(sentence: Marked) -> Iterator[Read]:
    """以前要跑3趟、花5天，现在只需1趟、1天; 法定时限15天，承诺时限3天: figures pair by what they measure."""
    for match in _FORMERLY.finditer(sentence.marks):
        for first, second, aspect in _pairs(sentence, match):
            finding = Finding(
                aspect,
                sentence.starts[match.start()],
                sentence.starts[second + 1],
                before=figure_at(sentence, first),
                after=figure_at(sentence, second),
                topic=_between(sentence, match.start("what"), first),
            )
            yield finding, {first, second}


def _between(sentence: Marked, start: int, end: int) -> Span | None:
    """The matter that stands between “formerly” and the figure."""
    region = sentence.span(start, end)
    name = named(region.of(sentence.text))
    first = sentence.text.find(name, region.start)
    return Span(first, first + len(name)) if name else None


def _pairs(sentence: Marked, match: re.Match[str]) -> Iterator[tuple[int, int, Aspect]]:
    """The first figure of each aspect behind “formerly” with the first one of it behind “now”."""
    seen: set[Aspect] = {"share"}
    for first in _figures(sentence, *match.span("then")):
        aspect = aspect_of(sentence, first)
        later = (one for one in _figures(sentence, *match.span("rest")) if aspect_of(sentence, one) == aspect)
        second = next(later, None)
        if aspect is not None and aspect not in seen and second is not None:
            seen.add(aspect)
            yield first, second, aspect


def _figures(sentence: Marked, start: int, end: int) -> list[int]:
    return [index for index in range(start, end) if sentence.quantities[index] is not None]


_AFTER_AND_CUT = re.compile(
    rf"(?P<a>{T}){IN}{{0,4}}[，（](?:较|比|同比){IN}{{0,14}}?(?P<verb>{_CUT}){_ABOUT}(?P<d>[{T[1:-1]}{P[1:-1]}])(?![、和及与]{Q})"
    rf"|(?P<verb2>{_CUT})了?(?P<d2>{T})(?:，?(?:至|到|降至|缩至|缩短至|压缩至|达到?|仅?为))(?P<a2>{T})"
)


def after_and_cut(sentence: Marked) -> Iterator[Read]:
    """平均耗时27天，较去年缩短了13天; 缩短13天至27天."""
    for match in _AFTER_AND_CUT.finditer(sentence.marks):
        verb, delta, after = ("verb", "d", "a") if match["a"] else ("verb2", "d2", "a2")
        start = match.start()
        finding = Finding(
            "time",
            sentence.starts[start],
            sentence.starts[match.end()],
            after=figure_at(sentence, match.start(after)),
            delta=sentence.span(match.start(verb), match.end(delta)),
        )
        yield finding, {match.start(after), match.start(delta)}


_ONLY_TO = re.compile(
    rf"(?:分别|(?<!平)均|都|全部|已)?(?:{_TO}{IN}{{0,4}}?|(?:压缩|缩短|压减|减少|精简|缩减|控制)(?P<topic>{IN}{{2,20}}?)(?:至|到|为))(?P<a>{Q})(?P<more>(?:[、和及与]{Q})*)"
)


def only_to(sentence: Marked) -> Iterator[Read]:
    """压缩至20天; 分别压降至1.5个工作日和8个工作日."""
    for match in _ONLY_TO.finditer(sentence.marks):
        first = match.start("a")
        row = [first, *(i for i in range(match.start("more"), match.end("more")) if sentence.quantities[i])]
        aspect = aspect_of(sentence, first)
        if aspect is None or (aspect == "share" and not served(sentence, match.start(), first)):
            continue
        for turn, index in enumerate(row):
            finding = Finding(
                aspect,
                sentence.starts[match.start()],
                sentence.starts[row[-1] + 1],
                after=figure_at(sentence, index),
                topic=sentence.span(*match.span("topic")) if match["topic"] else None,
                turn=(turn, len(row)),
            )
            yield finding, {index}


_OF_WHAT = re.compile(
    r"(?:(?:时间|时限|材料|环节|流程|次数)[和及与、])*(?:办理|办事|审批|申请|承诺)?(?:时间|时限|时长|周期|材料|环节|流程|次数)(?:平均|整体|总体|大幅)*$"
)
_CUT_BY = re.compile(
    rf"(?P<verb>{_CUT})(?:比例|比率|率|幅度)?(?P<mid>{IN}{{0,12}}?)(?P<d>{Q})(?![、和及与]{Q})|(?P<verb2>提前)(?P<d2>{T})(?={IN}{{0,4}}(?:完成|办结|开工|投产|拿|交付))"
)


def cut_by(sentence: Marked) -> Iterator[Read]:
    """压缩了15个工作日; 减少办事环节981个; 压减率24.2%."""
    for match in _CUT_BY.finditer(sentence.marks):
        verb, figure = ("verb", "d") if match["d"] else ("verb2", "d2")
        index = match.start(figure)
        aspect = aspect_of(sentence, index)
        if aspect is None or re.search(r"[至到由从在]", match["mid"] or ""):
            continue
        if aspect == "share" and not served(sentence, match.start(), index):
            continue
        if aspect == "steps" and not re.search(STEPS, sentence.marks[max(match.start() - 10, 0) : index + 8]):
            continue
        finding = Finding(
            aspect,
            sentence.starts[match.start()],
            sentence.starts[index + 1],
            delta=_delta(sentence, match.start(verb), index),
            topic=_topic_of_cut(sentence, match) if verb == "verb" else None,
        )
        yield finding, {index}


def _delta(sentence: Marked, verb: int, index: int) -> Span:
    """The cut with its figure; a share also with the words that say of what (办理时间压缩87%)."""
    quantity = sentence.quantities[index]
    of_what = _OF_WHAT.search(sentence.marks[:verb]) if quantity and quantity.kind == "share" else None
    return Span(sentence.starts[of_what.start() if of_what else verb], figure_at(sentence, index).end)


def _topic_of_cut(sentence: Marked, match: re.Match[str]) -> Span | None:
    """What the verb's object says (减少[办事环节]981个, 缩减了[建设单位开工时间]60日)."""
    held = re.fullmatch(rf"了?({IN}{{2,}}?)(?:{_ABOUT}|(?:累计)?)", match["mid"])
    if held is None or re.fullmatch(_ABOUT, held[1]):
        return None
    start = match.start("mid") + held.start(1)
    return sentence.span(start, start + len(held[1]))
