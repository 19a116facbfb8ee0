"""Wordings of a limit of time: done within 3 days, takes 27 days, 15-minute circle.

Each rule yields what it has read with the figures it has used up (places in the marks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.change_marks import IN, Marked, Q, T, after_only
from corpus.change_rules import Read
from corpus.quantities import Quantity

_DONE = (
    "办结|办完|办理|办成|办好|办妥|办出|完成|出证|出件|出具|出照|领证|领照|领取|领到|领完|取证|取件|拿证|拿照|拿到|取得|获得|发证|下证|核发|发放|"
    "反馈|答复|回复|响应|交办|转办|分办|分派|移交|办复|派单|对接|联系|受理|审结|审核|审批|批复|核准|退还|退付|退税|到账|拨付|兑付|支付|送达|解决|处理|开具|开出|寄出|"
    "通电|接电|装表|接通|开通|放款|修复|审查|注册|登记|开办|查收|上门|搞定"
)
# Spans of time that nobody waits for a service.
_NO_LIMIT = re.compile(
    r"(?:有效|公示|公告|保质|保存|营业|服务|培训|活动|工作|上班|办公|延时|质保|任职?|学|租赁|贷款|还款|试用|过渡|整治|建设|使用|追溯|交货|合同|运行|开放|实习|住院|扣除|培养|停留|居留|驾驶|缓刑|羁押|观察|隔离|保管|委托|聘用|试点|执行|创建|经营|成立|从业|居住)"
    r"(?:时间|期限|期|年限|周期|时长|时)[^，。；：]{0,6}$"
)
_ALL_DAY = re.compile(r"(?:自助|不打烊|在线|热线|服务|营业|开放|专人|值守|随时|全天|在岗)")


def _at_least(quantity: Quantity) -> bool:
    """Whether a figure is a lower bound (不少于5个工作日), which is no limit; 4个多月 is only rounded."""
    return quantity.bound == "more" and not re.search("[余多]", quantity.text)


_SOON = "(?:就|即|可|便|能|能够|可以|全部|均|都|实现|完成|予以|顺利|快速|闭环|为企业|自动|线上|全程|一次性|内|以内|之内|依法|全程网上|统一)*"
_AT_THE_COUNTER = frozenset(
    "办结 办理 审批 到账 办成 办好 办完 出证 出件 出照 领证 领照 领取 拿到 拿证 取证 发证 核发 登记 注册 取件".split()
)
_NEAR = 8  # characters between 当天 and what happens on it
_DENIED = re.compile(r"(?:[每满逾后前未]|不能|不得|无法|延长|提前)[^，。；]?$")
_WITHIN = re.compile(rf"(?P<a>{T})(?P<gap>{IN}{{0,18}}?)(?P<done>{_DONE})")


def done_within(sentence: Marked) -> Iterator[Read]:
    """3小时办结; 在2个工作日内与企业联系; 当天拿到证."""
    for match in _WITHIN.finditer(sentence.marks):
        quantity = sentence.quantities[match.start()]
        if (
            quantity is not None
            and quantity.unit != "年"
            and not _at_least(quantity)
            and _joined(match, quantity)
            and not _qualified(sentence.marks, match, quantity)
        ):
            yield after_only("time", sentence, match.start(), match.end(), match.start()), {match.start()}


def _joined(match: re.Match[str], quantity: Quantity) -> bool:
    """Whether the verb belongs to the time: it follows at once, or the time is a bound (…日内)."""
    if quantity.unit == "即时":
        # 及时, 即时 and the like say how, not how fast; only at the counter do they say that nobody waits.
        registered = match["done"] in {"登记", "注册"} and not quantity.text.startswith("当")
        return match["done"] in _AT_THE_COUNTER and not registered and len(match["gap"]) <= _NEAR
    if quantity.unit == "当天":
        return match["done"] != "受理" and len(match["gap"]) <= _NEAR
    return quantity.bound == "less" or (
        re.fullmatch(_SOON, match["gap"]) is not None and not quantity.ordinal
    )


def _qualified(marks: str, match: re.Match[str], quantity: Quantity) -> bool:
    """Whether the words around say that this is no promise: denied, a span of something else, a mere condition."""
    left, gap, right = marks[: match.start()], match["gap"], marks[match.end() :]
    promise = quantity.bound == "less" or quantity.unit in {"即时", "当天"}
    return bool(
        _DENIED.search(left)
        or _NO_LIMIT.search(left)
        or _ALL_DAY.match(gap)
        or re.search("^[前后来]|[未不]|申请", gap)
        or re.match("的[，。]" if promise else "的", right)
    )


_TAKES = re.compile(
    rf"(?:(?P<noun>时限|时间|时长|周期|用时|耗时|(?:办理|办结|审批|审核|审查|审理|受理|答复|承诺|处理|评审|公告)期限)(?P<mid>{IN}{{0,6}}?)|(?:只需要?|仅需要?|只要|仅要|只用|仅用|仅|用时|耗时|最快|最短|平均|限时|需要?|缩至|压至|降至)(?:了|时|仅|只|约)*)(?P<a>{T})"
)

# A sentence about a span of time that speaks of nothing handled for anybody tells no limit (震后仅10个月).
_HANDLED = re.compile(
    r"办|审|许可|登记|验收|交易|诉求|退税|退付|通关|申报|受理|开工|施工|报装|接电|用电|供水|供气|采购|招标|投标|评估|评审|审理|执行|送达|答复|修复|开具|领取|拿到|取得|企业|项目|窗口|营业|建成|投产|落户|等候|等待|响应|检验|检测|检定|鉴定|检疫|测绘|勘"
)


def takes(sentence: Marked) -> Iterator[Read]:
    """平均耗时27.1天; 审批总时限仅20个工作日; 最快90分钟."""
    for match in _TAKES.finditer(sentence.marks):
        index = match.start("a")
        quantity = sentence.quantities[index]
        limit = (
            quantity is not None
            and quantity.unit not in {"年", "即时", "当天"}
            and not quantity.ordinal
            and not _at_least(quantity)
        )
        elsewhere = (
            _NO_LIMIT.search(sentence.marks[:index])
            or _ALL_DAY.match(sentence.marks[match.end() :])
            or re.search(r"[由从自延每]|增加|长达|提前|超过", match["mid"] or "")
        )
        if limit and not elsewhere and _HANDLED.search(sentence.text):
            yield after_only("time", sentence, match.start(), match.end(), index), {index}


_LIMITED = re.compile(r"时限|时间|时长|周期|压缩|压减|缩短|办结|压到|压至|[个套份项]环节|环节")
_LISTED = re.compile(
    rf"(?:^|[，；、：至到])(?P<what>[^，。；：、！？至\n{Q[1:-1]}]{{0,16}})(?P<a>{T})(?=$|[，。；、）])"
)


def listed(sentence: Marked) -> Iterator[Read]:
    """…压缩至55个工作日，社会投资类50个工作日: a further member of a list without its verb."""
    for match in _LISTED.finditer(sentence.marks):
        quantity, what = sentence.quantities[match.start("a")], match["what"]
        member = len(what) >= 2 or (not what and match[0][0] == "、")
        if (
            quantity is not None
            and quantity.unit != "年"
            and not quantity.ordinal
            and not _at_least(quantity)
            and member
            and _LIMITED.search(sentence.marks[: match.start("what")])
            and not _NO_LIMIT.search(what)
            and not re.search(r"[每满第近前后延]|为期|超过|提前|最长|连续|持续|已", what)
        ):
            finding = after_only("time", sentence, match.start("a"), match.end(), match.start("a"))
            yield finding, {match.start("a")}


_CIRCLE = re.compile(rf"(?P<a>{T})(?P<what>{IN}{{0,10}}?圈)")


def within_reach(sentence: Marked) -> Iterator[Read]:
    """10分钟办税圈: whatever it is for can be reached within that time."""
    for match in _CIRCLE.finditer(sentence.marks):
        quantity = sentence.quantities[match.start()]
        if quantity is not None and quantity.unit in {"分钟", "小时"}:
            topic = sentence.span(match.start("what"), match.end("what"))
            finding = after_only("time", sentence, match.start(), match.end(), match.start(), topic=topic)
            yield finding, {match.start()}
