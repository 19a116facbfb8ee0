"""Sentences with their figures replaced by one private character each that tells its kind.

A pattern over such marks reads like the prose it stands for: `由T压缩至T`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from corpus.quantities import Quantity, quantities_in
from corpus.types import Span

Aspect = Literal["time", "steps", "papers", "trips", "share"]

# Private characters by kind of figure; the last digits count the figures of the sentence.
_BASES = {"time": 0xE000, "share": 0xE400, "count": 0xE800, "number": 0xEC00}
_MOST = 0x400  # figures of one kind that a sentence may hold; further ones stay as text
T, P, C, N = (f"[{chr(base)}-{chr(base + _MOST - 1)}]" for base in _BASES.values())
Q = f"[{chr(0xE000)}-{chr(0xEC00 + _MOST - 1)}]"
IN = rf"[^，。；：！？\n{chr(0xE000)}-{chr(0xEC00 + _MOST - 1)}]"  # within a clause, no further figure


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence with a private character in place of each figure, and the way back."""

    text: str
    marks: str
    quantities: tuple[Quantity | None, ...]
    starts: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """Characters of the sentence for characters `start` to `end` of `marks`."""
        return Span(self.starts[start], self.starts[end])


def mark(sentence: str) -> Marked:
    """Replace the figures of a sentence that can be changes or limits; money and dates stay.

    Private characters of the sentence itself (icons of a word processor) become "□" in the marks.
    """
    clean = re.sub(Q, "□", sentence)
    marks: list[str] = []
    quantities: list[Quantity | None] = []
    starts: list[int] = []
    counted = dict.fromkeys(_BASES, 0)
    position = 0
    for quantity in quantities_in(sentence):
        if quantity.unit == "倍" or quantity.kind not in counted or counted[quantity.kind] >= _MOST:
            continue
        plain = range(position, quantity.span.start)
        marks += [clean[index] for index in plain] + [chr(_BASES[quantity.kind] + counted[quantity.kind])]
        quantities += [*(None for _ in plain), quantity]
        starts += [*plain, quantity.span.start]
        counted[quantity.kind] += 1
        position = quantity.span.end
    rest = range(position, len(sentence))
    marks += [clean[index] for index in rest]
    quantities += [None for _ in rest]
    return Marked(sentence, "".join(marks), tuple(quantities), (*starts, *rest, len(sentence)))


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule has read; spans count characters of the sentence.

    Attributes:
        aspect: of what.
        start, end: the wording with its figures; what it is about stands before `start` or at `topic`.
        before, after, delta: figures with their unit and noun, None where not stated.
        topic: where the matter stands if the wording itself holds it.
        turn: place in a row of figures (“A、B分别压缩至3天和5天”) and their number, (0, 1) for a single figure.
        slogan: the wording holds no figure (最多跑一次, 立等可取) and tells nothing without a matter beside it.
    """

    aspect: Aspect
    start: int
    end: int
    before: Span | None = None
    after: Span | None = None
    delta: Span | None = None
    topic: Span | None = None
    turn: tuple[int, int] = (0, 1)
    slogan: bool = False


STEPS = "环节|流程|步骤|程序|手续|审批事项|事项|审批|窗口|节点"
PAPERS = "申请材料|申报材料|纸质材料|证明材料|材料|要件|申请表|表单|表格|证明|资料|证照|单证|附件|表"
TRIPS = "跑动|跑腿|跑路|往返|上门|跑"


def aspect_of(sentence: Marked, index: int) -> Aspect | None:
    """What the figure at `index` measures; a count measures what stands directly behind or closely before it."""
    quantity = sentence.quantities[index]
    if quantity is None or quantity.kind not in {"time", "share", "count"}:
        return None
    if quantity.kind != "count":
        return "time" if quantity.kind == "time" else "share"
    behind = re.findall(rf"^{IN}{{0,7}}", sentence.marks[index + 1 :])
    before = re.findall(rf"{IN}{{0,14}}$", sentence.marks[:index])
    places = [*behind[:1], *before[:1]]
    if quantity.unit in {"次", "趟"}:
        return "trips" if any(re.search(TRIPS, place) for place in places) else None
    if quantity.unit == "环节":
        return "steps"
    nouns = [re.findall(f"{PAPERS}|{STEPS}", place) for place in places]
    noun = nouns[0][0] if nouns[0] else nouns[1][-1] if nouns[1] else ""
    return None if not noun else "papers" if re.fullmatch(PAPERS, noun) else "steps"


def figure_at(sentence: Marked, index: int) -> Span:
    """The figure at `index` with 最快, 平均 or the larger groups before it and the noun it counts behind it."""
    quantity = sentence.quantities[index]
    start, end = index, index + 1
    if quantity is not None and quantity.kind == "count":
        groups = re.search(
            rf"[{N[1:-1]}{C[1:-1]}][^，。；：、！？至到为成在由从{Q[1:-1]}]{{0,3}}$", sentence.marks[:index]
        )
        start = groups.start() if groups else index
        behind = re.match(rf"(?:{PAPERS}|{STEPS})", sentence.marks[end:])
        end += behind.end() if behind else 0
    elif before := re.search(r"(?:最快|最短|最长|平均)(?:仅需|只需|仅)?$", sentence.marks[:index]):
        start = before.start()
    return sentence.span(start, end)


def after_only(
    aspect: Aspect,
    sentence: Marked,
    start: int,
    end: int,
    figure: int,
    *,
    topic: Span | None = None,
    turn: tuple[int, int] = (0, 1),
    slogan: bool = False,
) -> Finding:
    """A finding with nothing but a new value, from places in the marks."""
    return Finding(
        aspect,
        sentence.starts[start],
        sentence.starts[end],
        after=figure_at(sentence, figure),
        topic=topic,
        turn=turn,
        slogan=slogan,
    )


def same_measure(sentence: Marked, first: int, second: int) -> Aspect | None:
    """The aspect of two figures that one wording joins; a bare first number takes the second's unit."""
    one, two = sentence.quantities[first], sentence.quantities[second]
    if one is None or two is None or one.kind not in (two.kind, "number"):
        return None
    return aspect_of(sentence, second) or (aspect_of(sentence, first) if one.kind == "count" else None)


# What a cut by some percent is about, where the verb alone does not tell (成本下降5%).
_SERVED = re.compile(
    r"时间|时限|时长|周期|环节|材料|次数|跑|审批|办理|办件|流程|窗口|检查|抽查|办事|效率|耗时|用时|要件|证明|网办|可办|通办|满意|好评|评价|受理|进驻|"
    r"不见面|掌上|网上|电子化|答复|解决|化解|响应|接通|签章|承诺|办结|即办|代办|帮办|免申|一次|压缩|压减|精简|提速"
)
_MEASURED = re.compile(
    r"(?:时间|时限|时长|周期|环节|材料|次数|流程|耗时|用时)[^，。；]{0,4}$|[^，。；]{0,8}(?:时间|时限|时长|环节|材料)"
)
_OTHER_SHARES = re.compile(
    r"增长|增速|增幅|利率|税率|费率|价格|成本|费用|税|支出|经费|能耗|排放|产能|产值|营收|资金|投资|贷款|保费|人员|编制|机构数|市场主体|企业数|户数|金额|占用|保证金"
)


def served(sentence: Marked, start: int, end: int) -> bool:
    """Whether the clause around `start`..`end` speaks of a service, not of money, growth or output."""
    left = max(sentence.marks.rfind(mark, 0, start) for mark in "，。；！？") + 1
    clause = sentence.marks[left:end]
    directly = _MEASURED.search(sentence.marks[left:start]) or _MEASURED.match(sentence.marks[start:end])
    return bool(directly) or (bool(_SERVED.search(clause)) and not _OTHER_SHARES.search(clause))
