"""Whether a sentence turns round what its quotes say: more for less, an opposite, done for planned.

Each check compares a clause of the sentence with the clauses of the quotes that say its words. The cues are words
of general Chinese.
"""

from __future__ import annotations

import re

from rag.verifying.comparison import Comparison, Finding
from rag.verifying.negation import denies

_UP = re.compile(
    r"提高|提升|增加|增长|上升|上涨|升至|升到|涨到|扩大|延长|增至|增到|高于|升高|拉长|翻番|增幅|净增|快于|多于"
)
_DOWN = re.compile(
    r"减少|降低|下降|压缩|缩短|压减|缩减|精简|降至|降到|低于|减至|减到|回落|减轻|下调|缩小|压降|跌|压至|压到|降幅|减幅|净减|慢于|少于"
)
# Opposites of general use; each side lists what says the same.
_OPPOSITES = tuple(
    (re.compile(left), re.compile(right))
    for left, right in (
        ("最高|最多|至多", "最低|最少|至少"),
        ("允许|可以|鼓励|准许|可[用由在凭直享申办]", "禁止|严禁|不得|不准|不允许"),
        ("收取|征收|缴纳", "返还|退还|退回|免收|免征|发放"),
        (
            "免费|无偿|免收|零成本|零投资|零费用|不收费|不收取",
            "收费|自费|有偿|付费|自己花钱|自己出钱|自行出资|自行承担",
        ),
        ("免申即享|无需申请|不用申请|免于申请", "提出申请|须申请|申请后"),
        ("信用贷款|无抵押|免抵押|纯信用", "提供抵押|须抵押|要抵押|抵押贷款"),
        ("合并|整合", "拆分|分拆|分设"),
        ("增强|加强|强化", "削弱|减弱|弱化"),
        ("之前|通过前|完成前|前即可|前就", "之后|通过后|完成后|后即可|后便可|后就"),
        ("正在|正加紧|在建|进行中", "已完成|已经[^，。]{0,6}完成|已建成|已全部|完成并"),
        ("进口", "出口"),
        ("买方", "卖方"),
        ("提前", "延后|推迟|推后|滞后"),
        ("线上|网上|在线", "线下|现场|到窗口"),
        ("统一|集中|合并", "分别|分散|各自|分开"),
        ("分散|分别|分开", "集中|合并|并联"),
        ("并联", "串联"),
        ("自动", "人工|手动"),
        ("自愿", "强制"),
        ("审批制", "备案制|承诺制"),
        ("事前|事先", "事后"),
        ("优先", "暂缓|延后|靠后"),
        ("公开|公示", "保密|不公开"),
        ("放宽|放开", "收紧|从严"),
        ("新增|增加|增设", "取消|减少|撤销"),
        ("上级", "下级"),
        ("下放", "上收"),
        ("缓解|好转|改善|减轻", "加剧|恶化|加重|变差"),
    )
)
_DENIED_BEFORE = 3  # characters before a word in which its denial stands: 无需到现场
_PLANNED = re.compile(r"拟|计划|力争|预计|争取|有望|将于|将在|[月年季][初底末]?将|下一步")
_DONE = re.compile(r"已经|已完成|已实现|已全部|已全面|已[为将把在]|已[\u4e00-\u9fff]{1,2}完毕")


def direction_finding(comparison: Comparison) -> Finding | None:
    """The first thing turned round, else None."""
    return _turned(comparison) or _opposed(comparison) or _planned(comparison)


def _turned(comparison: Comparison) -> Finding | None:
    """More where the quotes say less, or the other way round."""
    for clause, text in comparison.sentence.clause_texts():
        for mine, other in ((_UP, _DOWN), (_DOWN, _UP)):
            if (found := mine.search(text)) and not other.search(text):
                told = comparison.texts(comparison.aligned(clause, around=0))
                if (its := other.search(told)) and not mine.search(told):
                    return Finding("direction", f"引文里是“{its[0]}”，不是“{found[0]}”")
    return None


def _opposed(comparison: Comparison) -> Finding | None:
    """A word whose opposite stands in its place in the quotes."""
    for clause, text in comparison.sentence.clause_texts():
        for left, right in _OPPOSITES:
            for mine, other in ((left, right), (right, left)):
                found = mine.search(text)
                if (
                    not found
                    or denies(text[max(0, found.start() - _DENIED_BEFORE) : found.start()])
                    or mine.search(comparison.told)
                    or other.search(text)
                ):
                    continue
                # Where the sentence says the opposite elsewhere, only what is told of the same thing counts.
                elsewhere = other.search(comparison.sentence.text)
                aligned = comparison.aligned(clause, around=0 if elsewhere else 1)
                told = comparison.texts(aligned) if elsewhere else comparison.told
                its = other.search(told) if aligned else None
                if its and not denies(told[max(0, its.start() - _DENIED_BEFORE) : its.start()]):
                    return Finding("direction", f"引文里是“{its[0]}”，不是“{found[0]}”")
    return None


def _planned(comparison: Comparison) -> Finding | None:
    """Something done that the quotes only plan."""
    for clause, text in comparison.sentence.clause_texts():
        if (found := _DONE.search(text)) and not _PLANNED.search(text):
            told = comparison.texts(comparison.aligned(clause, around=0))
            if (its := _PLANNED.search(told)) and "已" not in told:
                return Finding("direction", f"引文里是“{its[0]}”，不是“{found[0]}”")
    return None
