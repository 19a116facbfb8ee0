"""Whether a sentence denies what its quotes say, or says what they deny."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rag.verifying.comparison import Comparison, Finding
from rag.verifying.lexicon import verbs
from rag.verifying.reading import NAMED, Passage

NEGATORS = frozenset(
    "不 不再 不可以 不用 不必 无需 无须 毋需 毋须 不需 不需要 免于 免去 免除 免交 不得 不准 不许 禁止 严禁 不能 不可 不予 未 未能 没有 没 无 并未 从未 尚未 "
    "拒绝 不会 不要 不让 勿 零 停止 取消 不设 不是 不应 无法".split()
)
# Not done: only what says likewise that it was not done bears that out, not 废止 or 取消, nor a name (“零跑动”).
_UNDONE = frozenset("没有 没 未 未能 尚未 并未 从未".split())
# Not allowed: where the quotes allow it, nothing else there bears that out.
_FORBIDDEN = frozenset("不可 不可以 不能 不得 不准 不许 禁止 严禁".split())
_ALLOWED = re.compile(r"可(?![靠信持行能])|允许|准予|能够")
_LAST = frozenset("不要 取消 没有 无 停止".split())  # may stand behind what they deny: 证明不要了
_UNABLE = re.compile(r"[了清到成下上起完出够全动好掉住齐]")  # 办不成, 付不清: unable to, no denial
_HARMLESS = re.compile(
    r"不[了清到成下上起完出够全动好掉住齐]|免费|不断|不仅|不动产|不少于|不超过|不低于|未来|非常|不同|不良|不论|无论|不但|不久|无缝|不打烊|不见面|非公|不一"
)
_COSTLESS = re.compile(r"免|零|无偿|政府购买|财政|补贴")
# Whatever may deny in a clause: generous, so that a paraphrase by other means is not taken for a change.
_DENYING = re.compile(
    r"[不无免未零非没勿禁]|取消|停止|避免|杜绝|代替|替代|拒|除.{1,12}外|废止|告别|省去|打破|改变|摒弃|自动|先办后补|难以|不满足"
)
_TITLES = re.compile(r"《[^》]*》")
_NAMES = re.compile(r"“[^”]*”|《[^》]*》")
_NOT = re.compile(r"[不没未无非勿零]|拒|难以|暂停|停止|缺|禁|杜绝|除.{1,12}外")
_REACH = 4  # content words behind a negator that it may deny
_SAID = 0.6  # from this strength a word counts as said
_SAME = 0.75  # and from this as the same word
_WHOLLY = 0.8  # mean strength from which one clause of a quote says all that is denied
_MOST = 0.5  # share of what a negator reaches that must be said


def negation_finding(comparison: Comparison) -> Finding | None:
    """Something denied or affirmed other than in the quotes, else None."""
    return _negated(comparison) or _affirmed(comparison)


def _denied(passage: Passage) -> Iterator[tuple[str, list[int]]]:
    """Each negator of a passage with the rows of the content words that it may deny, nearest first."""
    skipped = [found.span() for found in NAMED.finditer(passage.text)]
    skipped += [found.span() for found in _TITLES.finditer(passage.text)]
    skipped += [(one.span.start, one.span.end) for one in passage.quantities]
    for row, word in enumerate(passage.words):
        if word.text not in NEGATORS or any(start <= word.span.start < end for start, end in skipped):
            continue
        same = [other for other, one in enumerate(passage.words) if one.clause == word.clause and one.content]
        end = passage.text.find("、", word.span.end)
        end = len(passage.text) if end < 0 else end
        behind = [other for other in same if other > row and passage.words[other].span.start < end][:_REACH]
        if word.text == "不" and _UNABLE.match(passage.text, word.span.end):
            continue
        before = [other for other in same if other < row][-_REACH:] if word.text in _LAST else []
        if behind or before:
            may = word.text == "不" and passage.text.startswith("可", word.span.end)
            yield "不可" if may else word.text, behind or before


def _negated(comparison: Comparison) -> Finding | None:
    """Something denied that the quotes say without denying it."""
    for negator, rows in _denied(comparison.sentence):
        said = [row for row in rows if comparison.best[row] >= _SAID]
        undone = _is_undone(negator, comparison, rows[0])
        # What was not done may be told with another verb, if all that it was done to is said.
        first = bool(said) and (said[0] == rows[0] or (undone and 1 < len(said) == len(rows) - 1))
        if not first or not _mostly(comparison, rows, said):
            continue
        if undone:
            excused = _denied_there(comparison, rows[:1], undone=True)
        else:
            excused = (
                _free(negator, comparison, rows)
                or _denied_there(comparison, said if negator in _LAST else said[:1])
                or _shortened(comparison, said[0])
            )
        strict = undone or negator in _FORBIDDEN
        if not excused and not any(
            _bears_out(comparison.clause_text(one), negator, strict=strict)
            for one in _told_in(comparison, said)
        ):
            shown = comparison.sentence.words[said[0]].text
            return Finding("negation", f"引文里没有说“{negator}{shown}”")
    return None


def _told_in(comparison: Comparison, said: list[int]) -> set[int]:
    """Clauses of the quotes that say most of what is denied."""
    together = comparison.support[said].sum(axis=0)
    clauses = {int(one) for one in np.flatnonzero(together >= together.max() - 0.1)}
    if together.max() < _WHOLLY * len(said):
        clauses |= set(comparison.aligned(comparison.sentence.words[said[0]].clause, around=0))
    return clauses


def _is_undone(negator: str, comparison: Comparison, row: int) -> bool:
    """Whether a negator says that something was not done: 没有推行, not 没有证明."""
    return negator in _UNDONE and comparison.sentence.words[row].text in verbs()


def _bears_out(text: str, negator: str, *, strict: bool) -> bool:
    """Whether a clause of a quote may say that something is denied."""
    if not strict or (negator in _FORBIDDEN and not _ALLOWED.search(text)):
        return denies(text)
    return _NOT.search(_HARMLESS.sub("", _NAMES.sub("", text))) is not None


def _free(negator: str, comparison: Comparison, rows: list[int]) -> bool:
    """Whether "不要钱" stands for 免费 in the quotes."""
    first = comparison.sentence.words[rows[0]].text
    return negator.startswith(("不", "无")) and "钱" in first and bool(_COSTLESS.search(comparison.told))


def _shortened(comparison: Comparison, row: int) -> bool:
    """Whether the quotes deny a word by one character: 免申 for 不用申请, 零跑动 for 不用跑."""
    return (
        re.search(rf"[免零无未]{re.escape(comparison.sentence.words[row].text[0])}", comparison.told)
        is not None
    )


def _denied_there(comparison: Comparison, said: list[int], *, undone: bool = False) -> bool:
    """Whether the quotes deny one of the words themselves; what they stop (取消, 免除) is not what was not done."""
    for offset, quote in zip(_offsets(comparison), comparison.quotes, strict=True):
        for its, rows in _denied(quote):
            if undone and its in verbs():
                continue
            if rows and (comparison.matches(said, [offset + row for row in rows]) >= _SAID).any():
                return True
    return False


def denies(text: str) -> bool:
    """Whether a clause may deny something."""
    return _DENYING.search(_HARMLESS.sub("", text)) is not None


def _mostly(comparison: Comparison, rows: list[int], said: list[int]) -> bool:
    total = float(comparison.weights[rows].sum())
    return total > 0 and float(comparison.weights[said].sum()) / total >= _MOST


def _affirmed(comparison: Comparison) -> Finding | None:
    """Something said that the quotes deny."""
    denied = [
        (offset, quote, negator, rows)
        for offset, quote in zip(_offsets(comparison), comparison.quotes, strict=True)
        for negator, rows in _denied(quote)
    ]
    told = {(negator, quote.words[rows[0]].text) for _, quote, negator, rows in denied}
    for offset, quote, negator, rows in denied:
        columns = [offset + row for row in rows]
        first = quote.words[rows[0]].text
        if not _also_denied(comparison, columns, told - {(negator, first)}) and _affirming(
            comparison, columns
        ):
            return Finding("negation", f"引文里说的是“{negator}{first}”")
    return None


def _offsets(comparison: Comparison) -> list[int]:
    """Number of the first word of each quote among all."""
    return [0, *itertools.accumulate(len(quote.words) for quote in comparison.quotes)][:-1]


def _also_denied(comparison: Comparison, columns: list[int], others: set[tuple[str, str]]) -> bool:
    """Whether the sentence denies the same words, by other denials than those that the quotes have elsewhere."""
    return any(
        rows
        and (negator, comparison.sentence.words[rows[0]].text) not in others
        and (comparison.matches(rows, columns) >= _SAID).any()
        for negator, rows in _denied(comparison.sentence)
    )


def _affirming(comparison: Comparison, columns: list[int]) -> bool:
    """Whether a clause of the sentence says most of some denied words without denying anything."""
    here = int(comparison.word_clauses[columns[0]])
    for clause, text in comparison.sentence.clause_texts():
        content = [int(row) for row in comparison.rows(clause) if comparison.weights[row]]
        if not content or denies(NAMED.sub("", text)):
            continue
        same: NDArray[np.bool_] = comparison.matches(content, columns) >= _SAME
        said = same.max(axis=0)
        enough = said.mean() >= _MOST if said[0] else said.mean() > _SAID
        matched = [row for row, hit in zip(content, same.max(axis=1), strict=True) if hit]
        if enough and here in comparison.aligned(clause) and not _said_plainly(comparison, matched, here):
            return True
    return False


def _said_plainly(comparison: Comparison, rows: list[int], denied: int) -> bool:
    """Whether another clause of the quotes says the same words without denying anything."""
    everywhere = (comparison.support[rows] >= _SAME).all(axis=0)
    return any(
        int(one) != denied and not denies(comparison.clause_text(int(one)))
        for one in np.flatnonzero(everywhere)
    )
