"""A text as the checks see it: clauses, words and quantities, all with their places."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus import words
from corpus.quantities import Quantity, quantities_in
from corpus.traditional import simplified
from corpus.types import Span
from embeddings.lexical import STOP_WORDS

# Full-width letters, figures and signs.
_NARROW = {ord("０") + offset: ord("0") + offset for offset in range(10)}
_NARROW |= {ord("Ａ") + offset: ord("A") + offset for offset in range(26)}
_NARROW |= {ord("ａ") + offset: ord("a") + offset for offset in range(26)}
_NARROW |= {ord("％"): ord("%"), ord("．"): ord("."), ord("＋"): ord("+"), ord("－"): ord("-")}
_LAYOUT_SPACE = re.compile(r"[^\S\n]+(?![A-Za-z0-9])|(?<![A-Za-z0-9.,])[^\S\n]+|(?<=\d)[^\S\n]+(?=%)")
NAMED = re.compile(r"“[^”]{1,14}”")  # a name: what is counted inside it (“一次办”) belongs to it
_CLAUSE_ENDS = re.compile(r"[，。；！？：!?;\n]|,(?!\d{3})|(?<!\d):")
# Words that say how something is told and not what: they neither support nor go beyond a quote.
_LIGHT = frozenset(
    "最高 最多 最低 最少 至少 至多 超过 低于 高于 不到 不足 大约 左右 以上 以下 接近 将近 近 约 逾 突破 仅 平均 之内 以内 之后 进行 实现 开展 推进 加强 进一步 不断 持续 积极 有效 全面 切实 着力 大力 深入 相关 有关 方面 情况 工作 通过 根据 按照 依据 针对 以及 同时 其中 "
    "目前 现在 当前 今年 今年以来 以来 已经 已 正 正在 还 也 就 便 即 才 只要 只 则 而 并 并且 且 但 但是 可 可以 能 能够 会 应 均 都 各 各类 每 "
    "这 这些 这样 那些 他们 它们 自己 哪 像 有 没 没有 无 不 未 非 要 需 需要 必须 让 使 把 将 被 由 从 到 至 往 向 给 对 为 以 于 在 与 和 及 或 "
    "又 再 先 后 前 一 个 一个 一些 多 少 更 很 最 较 比 等 等等 的 地 得 了 着 过 是 所 其 该 此 之 者 时 上 下 中 内 外 里 间 来 去 起 共 累计 一共 总共 "
    "分别 具体 整个 过程 地方 当地 市 县 区 省 镇 全市 全县 全区 全省 县里 市里 区里 事 东西 人 家 些 样 种 用 做 搞 弄 成 好 着手 如果 如 若 "
    "因为 所以 因此 由于 从而 不仅 而且 一方面 另一方面 此外 另外 我市 我县 我区 我省 本市 我 我们 着重 围绕 助力 赋能 打造 优化 提供 制度 机制 模式 改革 "
    "做法 经验 案例 例 例子 举措 来看 来说 而言 例如 比如".split()
)


WORDED = frozenset(
    {"即时", "当天"}
)  # units of wordings (当场, 当天) that are compared as words, not as figures


@dataclass(frozen=True, slots=True)
class Word:
    """One word.

    Attributes:
        text: as folded.
        span: in the folded text.
        clause: number of the clause that it stands in.
        content: whether it says something that a quote must hold.
    """

    text: str
    span: Span
    clause: int
    content: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A text read once.

    Attributes:
        text: folded.
        clauses: what stands between commas and stops.
        words: all but punctuation, in order.
        quantities: in order.
        clause_values: values of the quantities in each of `clauses`.
    """

    text: str
    clauses: tuple[Span, ...]
    words: tuple[Word, ...]
    quantities: tuple[Quantity, ...]
    clause_values: tuple[frozenset[float], ...]

    @property
    def figures(self) -> tuple[Quantity, ...]:
        """Quantities that are compared as figures."""
        return tuple(one for one in self.quantities if one.unit not in WORDED)

    def stated(self, clause: Span) -> int:
        """Number of figures in a clause, a plain 一 apart."""
        inside = (one for one in self.figures if clause.start <= one.span.start < clause.end)
        return sum(one.value != 1 or any(character.isdigit() for character in one.text) for one in inside)

    def clause_texts(self) -> Iterator[tuple[int, str]]:
        """Number and text of each clause."""
        for number, span in enumerate(self.clauses):
            yield number, self.text[span.start : span.end]

    def clause_at(self, position: int) -> int:
        """Number of the clause that a character belongs to (the one before it, for punctuation)."""
        return max(0, sum(clause.start <= position for clause in self.clauses) - 1)


def folded(text: str) -> str:
    """`text` with full-width figures, letter case, Traditional characters and the spaces of page layouts folded."""
    return simplified(_LAYOUT_SPACE.sub("", text.translate(_NARROW)).lower())


@functools.lru_cache(maxsize=512)
def read(text: str) -> Passage:
    """Read a text."""
    text = folded(text)
    clauses = tuple(_clauses(text))
    # 上半年 and 下半年 are times of a year and no half years.
    quantities = tuple(
        one
        for one in quantities_in(text)
        if one.text != "半年" or text[: one.span.start][-1:] not in {"上", "下"}
    )
    values = tuple(
        frozenset(
            one.value
            for one in quantities
            if one.unit not in WORDED and span.start <= one.span.start < span.end
        )
        for span in clauses
    )
    return Passage(text, clauses, tuple(_words(text, clauses, quantities)), quantities, values)


def _clauses(text: str) -> list[Span]:
    spans, start = [], 0
    for end in [*(match.end() for match in _CLAUSE_ENDS.finditer(text)), len(text)]:
        if text[start:end].strip():
            spans.append(Span(start, end))
        start = end
    return spans


def _words(text: str, clauses: Sequence[Span], quantities: Sequence[Quantity]) -> list[Word]:
    found: list[Word] = []
    named = [found.span() for found in NAMED.finditer(text)]
    counted = {
        place
        for one in quantities
        if one.unit not in WORDED and not any(start < one.span.start < end for start, end in named)
        for place in range(one.span.start, one.span.end)
    }
    clause = 0
    for word, start, end in words.spans(text):
        if not any(character.isalnum() for character in word):
            continue
        while clause + 1 < len(clauses) and start >= clauses[clause].end:
            clause += 1
        # A word that runs from a figure into what is counted ("13万条") is the figure's.
        known = word in _LIGHT or (word in STOP_WORDS and not word.isascii())
        content = not known and not any(place in counted for place in range(start, end))
        found.append(Word(word, Span(start, end), clause, content))
    return found
