"""Which words say the same: equal or kindred characters, common synonyms, near vectors."""

from __future__ import annotations

import functools
import pathlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.embedder import Embedder
from embeddings.static_model import StaticEmbedder
from rag.verifying.reading import Word

Strengths = NDArray[np.float32]

_SYNONYMS = pathlib.Path(__file__).parent / "synonyms.txt"
_SYNONYM, _KINDRED = 0.9, 0.8  # strength of a synonym; of a word inside a longer one
_ABBREVIATED = 0.6  # of one character inside a longer word
_MOSTLY = 0.6  # share of characters in common that makes words kindred; below it the share is the strength
_NEAREST, _FARTHEST = 0.7, 0.2  # cosines between which likeness of vectors counts from all to nothing
_MOST_WORDS = 20_000  # words whose vectors are kept, 900 bytes each
# Opposites look alike to vectors and characters; here they are no match.
_PAIRS = (
    "进口 出口 前台 后台 线上 线下 上级 下级 上半年 下半年 买方 卖方 甲方 乙方 投标 招标 供方 需方 原告 被告 债权 股权 统一 分散 事前 事后 初审 复审 外资 内资 "
    "首次 再次 公开 保密 允许 禁止 收取 返还 支持 限制 免费 收费 企业 个人 国内 国外 城镇 农村 新增 减少 接入 断开 引进 输出 男 女 本地 外地 法定 承诺 直接 间接 "
    "主件 次件 简单 复杂 一般 复杂 一般 特殊 轻微 严重 长期 短期 最高 最低 自愿 强制"
).split()
_ANTONYMS = frozenset(
    pair
    for left, right in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)
    for pair in ((left, right), (right, left))
)
_OPPOSITE_KEYS = {word: (-1 - number // 2,) for number, word in enumerate(_PAIRS)}
_WEIGHT = 3.0  # of a word whose encoder gives no weights


class Matcher:
    """Compares words.

    Args:
        embedder: encodes single words; each word once.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._groups = _synonym_groups()
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._weights: dict[str, float] = {}

    def strengths(self, words: Sequence[Word], others: Sequence[Word]) -> Strengths:
        """How far each of `words` is said by each of `others`, 0 to 1, shape (len(words), len(others))."""
        if not words or not others:
            return np.zeros((len(words), len(others)), dtype=np.float32)
        left, right = (list(dict.fromkeys(word.text for word in side)) for side in (words, others))
        cosines = self._matrix(left) @ self._matrix(right).T
        strengths: Strengths = np.clip((cosines - _FARTHEST) / (_NEAREST - _FARTHEST), 0, 1) * _SYNONYM
        for row, column in self._kin(left, right):
            lexical = self._lexical(left[row], right[column])
            strengths[row, column] = 0 if lexical < 0 else max(lexical, strengths[row, column])
        rows, columns = (
            [side.index(word.text) for word in all_] for side, all_ in ((left, words), (right, others))
        )
        return strengths[np.ix_(rows, columns)]

    def weight(self, word: Word) -> float:
        """How much a word says: the length of its vectors, which training makes long for telling words."""
        if word.text not in self._weights:
            self._weights[word.text] = self._weigh(word.text)
        return self._weights[word.text]

    def weights(self, words: Sequence[Word]) -> NDArray[np.float32]:
        """Weight of each word, 0 for those without content, shape (len(words),)."""
        return np.array([self.weight(word) if word.content else 0.0 for word in words], dtype=np.float32)

    def _weigh(self, text: str) -> float:
        if not isinstance(self._embedder, StaticEmbedder):
            return _WEIGHT
        rows = self._embedder.tokens([text]).values
        if not len(rows):
            return _WEIGHT
        return float(np.linalg.norm(self._embedder.matrix[rows], axis=1).max())

    def _matrix(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = self._vectors
        if len(vectors) > _MOST_WORDS:
            # A new table rather than an emptied one: another thread may still be reading.
            vectors = self._vectors = {}
        if missing := [text for text in dict.fromkeys(texts) if text not in vectors]:
            vectors.update(zip(missing, self._embedder.encode_query(missing), strict=True))
        return np.stack([vectors[text] for text in texts])

    def _kin(self, left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Pairs of words with a character or a group in common, or that are opposites."""
        holders: dict[str | int, list[int]] = {}
        for column, word in enumerate(right):
            for key in self._keys(word):
                holders.setdefault(key, []).append(column)
        for row, word in enumerate(left):
            for column in {column for key in self._keys(word) for column in holders.get(key, ())}:
                yield row, column

    def _keys(self, word: str) -> set[str | int]:
        return {*word, *self._groups.get(word, ()), *_OPPOSITE_KEYS.get(word, ())}

    def _lexical(self, left: str, right: str) -> float:
        if left == right:
            return 1.0
        if (left, right) in _ANTONYMS:
            return -1.0
        return _pair(left, right) if not self._same_group(left, right) else _SYNONYM

    def _same_group(self, left: str, right: str) -> bool:
        groups = self._groups.get(left)
        return groups is not None and not groups.isdisjoint(self._groups.get(right, ()))


@functools.lru_cache(maxsize=65536)
def _pair(left: str, right: str) -> float:
    """Likeness by characters of two different words."""
    if left.isascii() or right.isascii():
        return 0.0
    if left in right or right in left:
        return _KINDRED if min(len(left), len(right)) > 1 else _ABBREVIATED
    common = len(set(left) & set(right)) / max(len(left), len(right))
    return _KINDRED if common >= _MOSTLY else common


@functools.cache
def _synonym_groups() -> dict[str, frozenset[int]]:
    """Word to the numbers of its groups in synonyms.txt."""
    groups: dict[str, set[int]] = {}
    for number, line in enumerate(_SYNONYMS.read_text(encoding="utf-8").splitlines()):
        if not line.startswith("#"):
            for word in line.lower().split():
                groups.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in groups.items()}
