"""Whether a sentence widens or narrows what its quotes say: all for some, 全省 for 全市, an exception dropped."""

from __future__ import annotations

import re

from rag.verifying.comparison import Comparison, Finding
from rag.verifying.negation import denies
from rag.verifying.reading import read

_UNIVERSAL = re.compile(r"全部|所有|一律|任何|完全|全额|各类|全体|全都|每一|[均都]已[办完解整实]|彻底")
_WHOLE = re.compile(
    r"全部|全体|全都|全面|全额|全覆盖|(?<![平人户年月日])均|都|所有|一律|各|皆|每[个家户件名一]|100%|百分之百|逐|任何|凡|完全|通通|彻底|无一"
)
_ALL = re.compile(r"全部|所有|一律|全体|全都|无一例外|没有例外")
_PARTIAL = re.compile(r"部分|少数|个别|多数|半数|试点")
_ONLY = re.compile(r"仅限|只限|仅对|只对|仅向|仅面向|只面向|仅在|只在|仅为|只为|仅有|只给|仅给")
_LIMITED = re.compile(r"仅|只|限|专|唯一")
_EXCEPT = re.compile(r"除(?!了?以往)[^，。]{1,14}(?:外|的，)|除了|不含|不包括|除外")
_INCLUDED = re.compile(r"包括|包含|在内|同样|也")
_LEVEL = re.compile(r"全[国省市区县镇乡球州]|(?:国家|省|市|区|县|镇|乡|村)级")


def scope_finding(comparison: Comparison) -> Finding | None:
    """The first change of scope, else None."""
    return _widened(comparison) or _excepted(comparison) or _levelled(comparison)


def _widened(comparison: Comparison) -> Finding | None:
    """All where the quotes say some, or only some where they say all."""
    for clause, text in comparison.sentence.clause_texts():
        near = comparison.texts(comparison.aligned(clause)) or comparison.told
        for mine, theirs in ((_UNIVERSAL, _WHOLE), (_PARTIAL, _PARTIAL), (_ONLY, _LIMITED)):
            if (found := mine.search(text)) and not theirs.search(near):
                return Finding("scope", f"引文里没有说“{found[0]}”")
        if (found := _ALL.search(text)) and not _ALL.search(near) and (part := _share(comparison, clause)):
            return Finding("scope", f"引文里是“{part}”，不是“{found[0]}”")
    return None


def _share(comparison: Comparison, clause: int) -> str:
    """A share of less than all that the quotes give where they tell of a clause, and the sentence does not."""
    mine = {one.value for one in comparison.sentence.figures if one.unit == "%"}
    for number in comparison.aligned(clause, around=0):
        quote, row = comparison.clauses[number]
        span = comparison.quotes[quote].clauses[row]
        for one in comparison.quotes[quote].figures:
            inside = span.start <= one.span.start < span.end
            if inside and one.unit == "%" and one.value < 100 and one.value not in mine:
                return one.text
    return ""


def _excepted(comparison: Comparison) -> Finding | None:
    """An exception made, or one of the quotes' turned into its contrary."""
    mine, theirs = _EXCEPT.search(comparison.sentence.text), _EXCEPT.search(comparison.told)
    if mine and not theirs and not denies(comparison.told):
        return Finding("scope", f"引文里没有说“{mine[0]}”")
    if theirs and not mine:
        excepted = [word.text for word in read(theirs[0]).words if word.content]
        for _, text in comparison.sentence.clause_texts():
            if _INCLUDED.search(text) and any(word in text for word in excepted):
                return Finding("scope", f"引文里是“{theirs[0]}”")
    return None


def _levelled(comparison: Comparison) -> Finding | None:
    """全省 where the quotes say 全市."""
    mine = {found[0] for found in _LEVEL.finditer(comparison.sentence.text)}
    theirs = {found[0] for found in _LEVEL.finditer(comparison.told)}
    if mine and theirs and (added := mine - theirs):
        return Finding("scope", f"引文里没有说“{min(added)}”")
    return None
