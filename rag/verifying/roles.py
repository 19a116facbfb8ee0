"""What the words around a figure make of it: before or after a change, at least or at most."""

from __future__ import annotations

import re
from typing import Literal

from corpus.quantities import Quantity
from rag.verifying.reading import Passage

Role = Literal["before", "after", "change", ""]

_BEFORE = re.compile(
    r"(?:(?:由|从)[^，。；由从到至]{0,8}|(?:原来|原先|以前|过去|此前|之前|原本|原需|原)[^，。；、\d到至]{0,8}|法定[^，。；到至等]{0,5})$"
)
_AFTER = re.compile(
    r"(?:至|(?<!达)到|(?<![行作认因])为|成|现在[^，。；]{0,6}|如今[^，。；]{0,6}|仅需|只需|只要|只用|仅)(?:了|平均)?$"
)
# A word may stand between a change and its end: 压缩到承诺80小时.
_REACHED = re.compile(
    r"(?:压|缩|减|降|升|增|提|变|改|调|简|短)[\u4e00-\u9fff]?[到至为成][^，。；、\d由从到至]{1,4}$"
)
_CHANGE = re.compile(
    r"(?:缩短|压缩|压减|减少|缩减|降低|下降|下调|提高|提升|增加|增长|上升|上涨|延长|精简|节约|节省|少|多|涨|降|减|增|升|提速|提前)(?:了|约|近|超)?$"
)
_DATE_BEFORE = re.compile(r"(?:(?:19|20)\d\d年|今年|去年|目前|现在)(?:\d{1,2}月)?(?:底|末|初)?的?第?$")
_AT_LEAST = re.compile(r"(?:至少|最低|最少|不少于|不低于|高于|超过)[^，。、]{0,3}$")
_AT_MOST = re.compile(r"(?:至多|最高|最多|不超过|不高于|低于|不到)[^，。、]{0,3}$")


def role_of(quantity: Quantity, passage: Passage) -> Role:
    """Whether a figure is what was before a change, what is after it, or by how much; "" where neither is said."""
    start = passage.clauses[passage.clause_at(quantity.span.start)].start
    text = passage.text[start : quantity.span.start]
    told, text = text, _DATE_BEFORE.sub("", text)
    if any(_AFTER.search(one.rstrip("第近约超")) for one in (told, text)) or _REACHED.search(text):
        return "after"
    # 由5000元起 begins a range and no change.
    if _BEFORE.search(text) and passage.text[quantity.span.end : quantity.span.end + 1] != "起":
        return "before"
    return "change" if _CHANGE.search(text) else ""


def bound_of(quantity: Quantity, passage: Passage) -> str:
    """The bound of a figure, also one that stands a little off: 160千瓦及以下, 最高可获30万元."""
    text, span = passage.text, quantity.span
    if behind := re.match(r"及?以([上下])", text[span.end : span.end + 4]):
        return "more" if behind[1] == "上" else "less"
    if quantity.bound:
        return quantity.bound
    before = text[max(0, span.start - 6) : span.start]
    return "more" if _AT_LEAST.search(before) else "less" if _AT_MOST.search(before) else ""
