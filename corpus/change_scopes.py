"""Wordings of how much and for what: 98% online, one form, 120 papers cancelled, no trip at all.

Each rule yields what it has read with the figures it has used up (places in the marks).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from corpus.change_marks import IN, PAPERS, Aspect, C, Finding, Marked, P, Q, after_only
from corpus.change_rules import Read
from corpus.types import Span

_REACHES = "(?:分别|均|都|已|达到?|为|超过?|突破|至|提升|提高|升|保持|在|约|近|高|是)*"
_CUT_RATE = re.compile(
    rf"(?:办理|办事|审批|申请)?(?:时间|时限|材料|环节|流程)?(?:压缩|压减|精简|减少|缩短|提速|降低)(?:率|比率|比例|幅度|占比|比){_REACHES}(?P<a>{P})"
)
_RATE = re.compile(
    rf"(?:率|比例|占比|比重|满意度|占{IN}{{0,10}}?(?:业务|事项|办件)量?的?)(?P<mid>{_REACHES})(?P<a>{P})(?P<more>(?:[、和及与]{P})*)"
)
_RATED = re.compile(
    r"(?:网办|网上|可办|通办|全程|办结|办件|即办|受理|好评|差评|满意|评价|进驻|一次|不见面|掌上|电子化|答复|解决|化解|响应|接通|签章|承诺|压缩|压减|精简|提速|办成|"
    r"审批|兑现|免申|代办|帮办|零跑|自助|跨省)"
)


def cut_rates(sentence: Marked) -> Iterator[Read]:
    """压减率24.2%; 时间压缩比率达到92.77%: by how much, with the words that say of what."""
    for match in _CUT_RATE.finditer(sentence.marks):
        delta = sentence.span(*match.span())
        yield Finding("share", delta.start, delta.end, delta=delta), {match.start("a")}


def rates(sentence: Marked) -> Iterator[Read]:
    """网办率达96%; 好评率、满意率分别为99.2%和97%."""
    for match in _RATE.finditer(sentence.marks):
        left = max(sentence.marks.rfind(mark, 0, match.start()) for mark in "，。；！？") + 1
        # The rate's own name stands directly before 率; a service named further left does not make it one.
        part = match[0].startswith("占") and match[0][1] != "比"
        begin = left if part else max(left, match.start() - 12)
        if not _RATED.search(sentence.span(begin, match.end("mid")).of(sentence.text)):
            continue
        first = match.start("a")
        row = [first, *(i for i in range(match.start("more"), match.end("more")) if sentence.quantities[i])]
        begin = match.start() if part else match.start("mid")
        for turn, index in enumerate(row):
            yield after_only("share", sentence, begin, row[-1] + 1, index, turn=(turn, len(row))), {index}


_PART = re.compile(
    rf"(?P<a>{P})的?(?P<what>{IN}{{0,22}}?(?:事项|业务|服务|许可|审批|办件|诉求){IN}{{0,8}}?“?(?:[网掌]上(?:可?办理?|申[办请]|受理|审批)?|网办|一次|一窗|不见面|即办|秒批|秒办|承诺|自助|免证|零跑|申办|就近|当场)(?:办理?|审批|办结|通办|可办|次办)?”?)"
)


def part_of_services(sentence: Marked) -> Iterator[Read]:
    """90%以上的高频事项实现“掌上办”."""
    for match in _PART.finditer(sentence.marks):
        topic = sentence.span(match.start("what"), match.end("what"))
        yield (
            after_only("share", sentence, match.start(), match.end(), match.start(), topic=topic),
            {match.start()},
        )


_FEW = re.compile(
    rf"(?:^|[，、：“‘（\s]|只需要?|仅需要?|只要|只有|仅有|仅|仅保留|提交|填写|实现|全流程|为|至)(?P<a>{C})(?P<noun>环节|流程|步骤|程序|手续|纸质材料|申请材料|申报材料|材料|申请表|表单|表)?(?=$|[，、。；”’）]|即可|就|便|办|通办|提交|完成|搞定|审批|受理)"
)


def few(sentence: Marked) -> Iterator[Read]:
    """1个环节、1套材料: as a list or behind 只需; a count in running text (抓住7个环节) is none."""
    for match in _FEW.finditer(sentence.marks):
        index = match.start("a")
        quantity = sentence.quantities[index]
        noun = match["noun"] or (quantity.unit if quantity and quantity.unit == "环节" else "")
        if quantity is None or not noun or quantity.ordinal or quantity.value > _FEW_AT_MOST:
            continue
        aspect: Aspect = "papers" if re.fullmatch(PAPERS, noun) else "steps"
        finding = after_only(
            aspect, sentence, match.start("a"), match.end(), index, slogan=quantity.text[0] == "一"
        )
        yield finding, {index}


_FEW_AT_MOST = 12  # steps or papers that a text boasts of as few
_SCOPE = re.compile(
    r"“?(?:免提交|免于提交|无需提交|不再(?:要求)?(?:提交|提供)|免证可?办|容缺(?:受理|办理|审批)?|告知承诺|信用承诺|承诺制|豁免|免于办理|免审批)"
)
_SCOPED = re.compile(
    rf"(?:{Q}[^，。；：！？、{Q[1:-1]}]{{0,3}})?(?P<a>{C})(?:[^，。；：！？、{Q[1:-1]}]{{0,8}}?(?:事项|材料|证明|许可|内容|证照)+|(?=豁免|容缺|免))"
)
_CANCELLED = re.compile(
    rf"取消(?:了)?(?:{IN}{{0,10}}?(?:证明|材料|手续|盖章|环节|要件){IN}{{0,4}}?(?P<a>{C})|(?P<a2>{C}){IN}{{0,8}}?(?:证明|材料|手续|盖章|环节|要件))"
)


def spared(sentence: Marked) -> Iterator[Read]:
    """918个事项、2221项材料实现“容缺受理”; 取消证明事项120项: papers that need not be handed in."""
    for match in _CANCELLED.finditer(sentence.marks):
        index = match.start("a") if match["a"] else match.start("a2")
        aspect: Aspect = "steps" if re.search("手续|环节", match[0]) else "papers"
        delta = sentence.span(match.start(), match.end())
        yield Finding(aspect, delta.start, delta.end, delta=delta), {index}
    for match in _SCOPE.finditer(sentence.marks):
        left = max(sentence.marks.rfind(mark, 0, match.start()) for mark in "，。；！？：") + 1
        aspect = "steps" if re.search("豁免|免于办理|免审批", match[0]) else "papers"
        topic = sentence.span(match.start() + (match[0][0] == "“"), match.end())
        for found in _SCOPED.finditer(sentence.marks, left, match.end()):
            quantity = sentence.quantities[found.start("a")]
            if quantity and quantity.unit in {"项", "个", "份", "类", "种"} and found.end() <= match.start():
                after = sentence.span(*found.span())
                finding = Finding(aspect, after.start, topic.end, after=after, topic=topic)
                yield finding, {found.start("a")}


_TURN = re.compile(
    r"(?:由|从)[“‘](?P<b>[^”’]{2,14})[”’](?:向|到|至|变为|变成|变|转变为|转为|升级为|升级到|提升到)[“‘](?P<a>[^”’]{2,14})[”’]"
)
_TRIP = re.compile(
    r"(?:最多|只|仅)需?跑[一1](?:次|趟)(?![”’]?(?:率|改革|清单|事项))|(?:零|0)(?:次跑|跑动|跑腿|跑路|跑)(?![团队员])|一[次趟](?:都|也)?不用跑|无需跑腿|一趟不跑"
)
_AT_ONCE = re.compile(r"立等可[取办]|秒批秒办|秒办秒批|秒[批办]|[即随][来到报][即随]办")
_NO_PAPERS = re.compile(r"(?:零|0)(?:纸质|申请|申报|证明)?(?:材料|证明|要件)")
_MOST_SLOGANS = 20  # of one kind in a sentence: more are no prose
_SLOGANS: tuple[tuple[re.Pattern[str], Aspect], ...] = (
    (_TRIP, "trips"),
    (_AT_ONCE, "time"),
    (_NO_PAPERS, "papers"),
)


def turns(sentence: Marked) -> Iterator[Read]:
    """由“多次跑”向“一次办”转变: a change in words."""
    for match in _TURN.finditer(sentence.text):
        if aspect := _turned(match["b"] + match["a"]):
            before, after = (Span(*match.span(name)) for name in ("b", "a"))
            inside = {
                index
                for index, start in enumerate(sentence.starts[:-1])
                if match.start() <= start < match.end() and sentence.quantities[index] is not None
            }
            yield Finding(aspect, match.start(), match.end(), before=before, after=after, slogan=True), inside


def slogans(sentence: Marked) -> Iterator[Read]:
    """最多跑一次; 立等可取: limits in words."""
    taken = [Span(*match.span()) for match in _TURN.finditer(sentence.text)]
    for pattern, aspect in _SLOGANS:
        for match in itertools.islice(pattern.finditer(sentence.text), _MOST_SLOGANS):
            span = Span(*match.span())
            if not any(one.contains(span) for one in taken):
                yield Finding(aspect, span.start, span.end, after=span, slogan=True), set()


def _turned(wording: str) -> Aspect | None:
    if re.search("[跑次趟]", wording):
        return "trips"
    return "steps" if re.search("[窗门环]", wording) else None
