"""Whether what a sentence joins belongs together in its quotes: who does what, and which case a fact is of."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from rag.verifying.comparison import Comparison, Finding
from rag.verifying.context import own_places
from rag.verifying.names import authorities_in, offices_in, places_of
from rag.verifying.reading import Passage

_SAID = 0.5
_ACTORS = frozenset(
    "企业 公司 政府 部门 财政 银行 群众 用户 单位 个人 法院 检察院 街道 园区 开发区 中心 窗口 平台 系统 人工 机构 协会 商会 学校 医院 社区 村民 居民 "
    "申请人 投标人 当事人 纳税人 职工 员工 企业家 专家 律师 领导 市领导 县领导 区领导 干部 责任 属地 本地 上级 下级 主管 牵头 第三方 中介 市场 社会".split()
)
_AGENT = re.compile(r"(?<![自理])(?:由|被)(?![于此来])")
_RECIPIENT = re.compile(r"(?:派给|交给|转给|送给|报给|分派给|交办给|移交给|移交|交由|(?<![供])给(?![予了]))")
_ABOUT = 0.6  # share of a clause that must be said elsewhere for the two to be about the same
# A clause that begins with one of these is told on its own.
_TURNING = re.compile(r"另外|同时|此外|另一方面|与此同时|而[\u4e00-\u9fff]")
_OPENING = 1  # characters that may stand before a place that opens a clause: 在
_CLEARLY = 0.25  # by so much more of a clause one quote must say than any other to be its home


def binding_finding(comparison: Comparison) -> Finding | None:
    """The first thing that the sentence binds to another than the quotes do, else None."""
    return _other_actor(comparison) or _other_case(comparison)


def _other_actor(comparison: Comparison) -> Finding | None:
    """Somebody else behind 由 or 给 than in the quotes."""
    for pattern in (_AGENT, _RECIPIENT):
        columns = [
            [offset + row for row in rows]
            for offset, quote in zip(_offsets(comparison), comparison.quotes, strict=True)
            for rows in _marked(quote, pattern)
        ]
        if not columns:
            continue
        for rows in _marked(comparison.sentence, pattern):
            row = rows[0]
            if not _is_actor(comparison.sentence, row):
                continue
            if any((comparison.strengths[row, one] >= _SAID).any() for one in columns):
                continue
            clause = comparison.sentence.words[row].clause
            if _about(comparison, clause, row, [one for group in columns for one in group]):
                return Finding("mixed", f"引文里做这件事的不是“{comparison.sentence.words[row].text}”")
    return None


def _is_actor(passage: Passage, row: int) -> bool:
    """Whether a word names who can act: an authority or one of the general names."""
    word = passage.words[row]
    return word.text in _ACTORS or bool(authorities_in(passage.text[word.span.start : word.span.end + 2]))


def _offsets(comparison: Comparison) -> list[int]:
    return [0, *itertools.accumulate(len(quote.words) for quote in comparison.quotes)][:-1]


def _marked(passage: Passage, pattern: re.Pattern[str]) -> list[list[int]]:
    """Rows of the content words right behind each mark, at most four, within the clause."""
    found = []
    for mark in pattern.finditer(passage.text):
        clause = passage.clause_at(mark.start())
        rows = [
            row
            for row, word in enumerate(passage.words)
            if word.span.start >= mark.end() and word.clause == clause and word.content
        ][:4]
        if rows and passage.words[rows[0]].span.start - mark.end() <= 2:
            found.append(rows)
    return found


def _about(comparison: Comparison, clause: int, row: int, columns: Sequence[int]) -> bool:
    """Whether the rest of a clause is said where the quotes have the mark."""
    rows = [int(one) for one in comparison.rows(clause) if one != row]
    places = sorted({int(comparison.word_clauses[one]) for one in columns})
    return comparison.share(rows, places) >= _ABOUT


def _other_case(comparison: Comparison) -> Finding | None:
    """A clause of one quote told of a place, a year or an authority that only another quote has."""
    if len(comparison.quotes) < 2:
        return None
    governors: list[tuple[str, frozenset[int]]] = []
    for clause, text in comparison.sentence.clause_texts():
        if _TURNING.match(text) or _opens_with_place(comparison, clause):
            governors = []
        governors = _governors(comparison, clause) or governors
        home = _home(comparison, clause)
        if home is not None and _has_own(comparison, home):
            for name, holders in governors:
                if home not in holders:
                    return Finding("mixed", f"“{text.strip('，。；')}”和“{name}”出自不同的引文")
        if text.endswith(("；", "。")):
            governors = []
    return None


def _opens_with_place(comparison: Comparison, clause: int) -> bool:
    """Whether a clause names a place at its beginning: what was said before of another is not said of it."""
    passage, start = comparison.sentence, comparison.sentence.clauses[clause].start
    if passage.text.startswith("xx", start) or any(
        0 <= at - start <= _OPENING for _, at in places_of(passage)
    ):
        return True
    opening = passage.text[start : passage.clauses[clause].end]
    return any(0 <= opening.find(name) <= _OPENING for name in own_places(comparison.context))


def _governors(comparison: Comparison, clause: int) -> list[tuple[str, frozenset[int]]]:
    """The places, dates and authorities that a clause names and not all quotes have, with the quotes that do."""
    span = comparison.sentence.clauses[clause]
    text = comparison.sentence.text[span.start : span.end]
    own = [name for name in own_places(comparison.context) if name in text]
    found = []
    for name in dict.fromkeys(_names(comparison.sentence, clause) + own):
        holders = frozenset(
            number
            for number, (quote, context) in enumerate(
                zip(comparison.quotes, comparison.contexts, strict=True)
            )
            if name in quote.text or name in context
        )
        if holders and len(holders) < len(comparison.quotes):
            found.append((name, holders))
    return found


def _names(passage: Passage, clause: int) -> list[str]:
    """Places, dates and authorities of one clause."""
    span = passage.clauses[clause]
    places = [name for name, position in places_of(passage) if span.start <= position < span.end]
    dates = [
        one.text
        for one in passage.quantities
        if one.kind == "date" and span.start <= one.span.start < span.end
    ]
    return places + dates + [name for _, name in offices_in(passage.text[span.start : span.end])]


def _home(comparison: Comparison, clause: int) -> int | None:
    """The one quote that says a clause clearly better than any other, if there is one."""
    rows = [int(row) for row in comparison.rows(clause)]
    shares = [
        (
            comparison.share(
                rows, [column for column, place in enumerate(comparison.clauses) if place[0] == quote]
            ),
            quote,
        )
        for quote in range(len(comparison.quotes))
    ]
    (best, home), (second, _) = sorted(shares, reverse=True)[:2]
    return home if best - second > _CLEARLY else None


def _has_own(comparison: Comparison, quote: int) -> bool:
    """Whether a quote, or its case, names places, dates or authorities of its own."""
    passage = comparison.quotes[quote]
    return bool(comparison.contexts[quote]) or any(
        _names(passage, clause) for clause in range(len(passage.clauses))
    )
