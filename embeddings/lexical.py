"""Words and characters to match: the terms of a text, and BM25 over them (bm25s).

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009). Plain questions share
characters with official prose where they share no words, so that two fields are indexed: jieba words, and
character unigrams and bigrams.
"""

from __future__ import annotations

import pathlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corpus import words
from corpus.traditional import simplified

Field = Literal["characters", "words"]
_RUN = re.compile(r"[a-z]+|\d+(?:\.\d+)?%?|[\u3400-\u9fff]+")
# Question and function words say how something is asked, not what about.
STOP_WORDS = frozenset(
    "的 了 和 与 及 或 在 是 有 被 把 将 对 对于 于 为 为了 以 等 等等 也 都 就 还 又 而 并 且 着 过 到 从 由 向 给 跟 让 用 上 下 中 里 内 外 "
    "这 那 该 其 此 哪 哪个 哪些 哪里 哪儿 谁 什么 啥 怎么 怎样 怎么样 如何 咋 咋样 多少 几 几个 吗 呢 吧 啊 呀 嘛 么 能 能不能 可以 要 会 会不会 "
    "有没有 是不是 一个 一下 个 的话 请 请问 我 我们 你 您 他 她 它 他们 人家 大家 那个 这个 那些 这些 那边 有的 还有 以后 之后 具体 分别 各 "
    "a an the of in on to for and or is are was were be do does did how what which where when who why it its that this with by as at from".split()
)


def fold(text: str) -> str:
    """Compatibility forms, full-width signs, letter case and Traditional characters folded away."""
    return simplified(unicodedata.normalize("NFKC", text).lower())


def character_terms(text: str) -> list[str]:
    """Character unigrams and bigrams of Chinese runs; figures and Latin words whole."""
    terms: list[str] = []
    for run in _RUN.findall(fold(text)):
        if run[0].isascii():
            terms.append(run)
        else:
            terms.extend(run)
            terms.extend(run[i : i + 2] for i in range(len(run) - 1))
    return terms


def word_terms(text: str) -> list[str]:
    """Jieba words (long ones with the words inside them), function words left out."""
    return [
        word
        for word in words.cut_for_search(fold(text))
        if word not in STOP_WORDS and any(c.isalnum() for c in word)
    ]


def terms_of(text: str, field: Field) -> list[str]:
    """Terms of `text` in one field."""
    return character_terms(text) if field == "characters" else word_terms(text)


class LexicalIndex:
    """BM25 over one field of the passages.

    Args:
        field: which terms are matched.
        engine: a bm25s index, its rows in passage order.
        size: number of passages.
    """

    def __init__(self, field: Field, engine: Any, size: int) -> None:
        self.field: Field = field
        self._engine = engine
        self._best = _best_of_each_term(engine)
        self.size = size

    @classmethod
    def build(cls, texts: Sequence[str], field: Field) -> LexicalIndex:
        """Index passages."""
        import bm25s

        engine = bm25s.BM25(method="lucene", k1=1.2, b=0.6)
        # bm25s cannot index a corpus without a single term; a term that no question holds stands in.
        engine.index([terms_of(text, field) or ["\0"] for text in texts], show_progress=False)
        return cls(field, engine, len(texts))

    def scores(self, question: str) -> NDArray[np.float32]:
        """BM25 score of every passage, shape (size,), 0 where no term is shared."""
        known = [term for term in terms_of(question, self.field) if term in self._engine.vocab_dict]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._engine.get_scores(known), dtype=np.float32)

    def ideal_score(self, question: str) -> float:
        """The score of a passage that held each term of the question as well as any passage holds it.

        A term that no passage holds counts as much as the weightiest one of the index.
        """
        known = self._engine.vocab_dict
        rarest = float(self._best.max(initial=0.0))
        return sum(
            float(self._best[known[term]]) if term in known else rarest
            for term in terms_of(question, self.field)
        )

    def save(self, folder: pathlib.Path) -> None:
        """Write the index into a folder of its own."""
        self._engine.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: pathlib.Path, field: Field, size: int) -> LexicalIndex:
        """Read what `save` wrote."""
        import bm25s

        return cls(field, bm25s.BM25.load(str(folder)), size)


def _best_of_each_term(engine: Any) -> NDArray[np.float32]:
    """The highest score that each term gives any passage, shape (terms,): bm25s keeps them by columns."""
    scores, starts = np.asarray(engine.scores["data"]), np.asarray(engine.scores["indptr"])
    best = np.zeros(len(starts) - 1, dtype=np.float32)
    held = np.flatnonzero(starts[1:] > starts[:-1])
    if len(held):
        best[held] = np.maximum.reduceat(scores, starts[held])
    return best
