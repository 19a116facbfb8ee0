"""Words and characters to match: the terms of a text, and BM25 over them.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009). Plain questions share
characters with official prose where they share no words, so that two fields are indexed: jieba words, and
character unigrams and bigrams. Scores are those of bm25s (Lù, 2024; its "lucene" method), which a test holds them
against; bm25s itself keeps every term of every passage as a Python object while it indexes, and cannot take in one
more without starting over.
"""

from __future__ import annotations

import functools
import json
import math
import pathlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from corpus import words
from corpus.errors import CorpusIndexError
from corpus.traditional import simplified, simplified_table
from embeddings.postings import Segment, key_of
from embeddings.ragged import HELD_BYTES

Field = Literal["characters", "words"]
LEXICAL_FORMAT = 2  # of the files; 1 was bm25s's
SEGMENT = 50_000  # passages of which postings are made at a time, which bounds the memory
_SCANNED = 1 << 22  # postings that are looked through at a time
_K1, _B = 1.2, 0.6
_STATED = "postings.json"
_REMEMBERED = 100_000  # terms whose best weight is kept
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
    # To normalise for the sake of the full-width signs, which stand in every sentence, takes twice as long.
    plain = text.translate(_folding())
    if unicodedata.is_normalized("NFKC", plain):
        return plain.lower()
    return simplified(unicodedata.normalize("NFKC", text).lower())


@functools.cache
def _folding() -> dict[int, str]:
    """Full-width signs and letters as half-width ones, and Traditional characters that are no compatibility forms."""
    plain = {
        code: one
        for code, one in simplified_table().items()
        if unicodedata.is_normalized("NFKC", chr(code) + one)
    }
    return plain | {0xFEE0 + code: chr(code).lower() for code in range(0x21, 0x7F)} | {0x3000: " "}


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
    """BM25 (k1 1.2, b 0.6; rarity of a term as Lucene has it) over one field of the passages.

    Args:
        field: which terms are matched.
        segments: postings, their passages in row order.
        weightiest: the most that any term adds to the score of any passage, where it is known already.
    """

    def __init__(self, field: Field, segments: Sequence[Segment], *, weightiest: float | None = None) -> None:
        self.field: Field = field
        self._segments = tuple(segments)
        self.size = sum(map(len, segments))
        total = sum(int(segment.lengths.sum()) for segment in segments)
        usual = np.float64(max(total, 1) / max(self.size, 1))
        norms = [_K1 * ((1 - _B) + _B * segment.lengths / usual) for segment in segments]
        self._norms = [one.astype(np.float32) for one in norms]
        self._starts = np.cumsum([0, *map(len, segments)])
        self._weightiest = weightiest
        self._best: dict[str, float] = {}

    @classmethod
    def build(cls, texts: Sequence[str], field: Field) -> LexicalIndex:
        """Index passages."""
        blocks = (texts[start : start + SEGMENT] for start in range(0, len(texts), SEGMENT))
        return cls(field, [_segment_of(block, field) for block in blocks])

    def added(self, texts: Sequence[str]) -> LexicalIndex:
        """This index with more passages behind; takes as long as these and segments of like size need."""
        if not texts:
            return self
        new = _segment_of(texts, self.field)
        segments = list(self._segments)
        while segments and len(segments[-1]) < 2 * len(new) <= SEGMENT:
            new = segments.pop().followed_by(new)
        return LexicalIndex(self.field, [*segments, new])

    def without(self, rows: Iterable[int]) -> LexicalIndex:
        """This index without some passages; the rows of those behind them move up."""
        dropped = np.zeros(self.size, dtype=bool)
        dropped[list(rows)] = True
        kept = []
        for segment, start in zip(self._segments, self._starts, strict=False):
            own = dropped[start : start + len(segment)]
            if not own.all():
                kept.append(segment.without(own) if own.any() else segment)
        return LexicalIndex(self.field, kept)

    def scores(self, question: str) -> NDArray[np.float32]:
        """BM25 score of every passage, shape (size,), 0 where no term is shared."""
        scores = np.zeros(self.size, dtype=np.float32)
        for term in terms_of(question, self.field):
            for start, rows, weights in self._weights(term):
                scores[start:][rows] += weights
        return scores

    def ideal_score(self, question: str) -> float:
        """The score of a passage that held each term of the question as well as any passage holds it.

        A term that no passage holds counts as much as the weightiest one of the index.
        """
        return sum(map(self._best_weight, terms_of(question, self.field)))

    def holding(self, term: str) -> NDArray[np.int64]:
        """Rows of the passages that hold a term of this field, rising."""
        found = [start + segment.rows[posting] for segment, _, start, posting in self._postings(term)]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def _postings(self, term: str) -> Iterator[tuple[Segment, NDArray[np.float32], np.int64, slice]]:
        key = key_of(term)
        for segment, norms, start in zip(self._segments, self._norms, self._starts, strict=False):
            if (posting := segment.posting(key)) is not None:
                yield segment, norms, start, posting

    def _weights(self, term: str) -> list[tuple[np.int64, NDArray[np.intp], NDArray[np.float32]]]:
        """Passages that hold a term and what it adds to their scores, by segment, with the segment's first row."""
        found = list(self._postings(term))
        rare = rarity(self.size, sum(posting.stop - posting.start for *_, posting in found))
        weighted = []
        for segment, norms, start, posting in found:
            # Indices of the machine's own width spare a conversion at each use.
            rows, counts = segment.rows[posting].astype(np.intp), segment.counts[posting].astype(np.float32)
            weighted.append((start, rows, counts / (norms.take(rows) + counts) * rare))
        if len(self._best) > _REMEMBERED:
            self._best = {}
        self._best[term] = max((float(weights.max()) for *_, weights in weighted), default=0.0)
        return weighted

    def _best_weight(self, term: str) -> float:
        best = self._best.get(term)
        if best is None:
            best = max((float(weights.max()) for *_, weights in self._weights(term)), default=0.0)
        return best or self.weightiest

    @property
    def weightiest(self) -> float:
        """The most that any term adds to the score of any passage, 0 in an empty index."""
        if self._weightiest is None:
            self._weightiest = max(map(self._most_in, range(len(self._segments))), default=0.0)
        return self._weightiest

    def _most_in(self, number: int) -> float:
        segment, norms = self._segments[number], self._norms[number]
        holding = np.sum([other.holding(segment.keys) for other in self._segments], axis=0)
        counts_held, places = np.unique(holding, return_inverse=True)
        rare = np.array([rarity(self.size, int(count)) for count in counts_held], dtype=np.float32)[places]
        terms = len(segment.keys)
        most, first = 0.0, 0
        while first < terms:
            after = int(np.searchsorted(segment.bounds, segment.bounds[first] + _SCANNED, side="right")) - 1
            after = min(max(after, first + 1), terms)
            start, end = segment.bounds[first], segment.bounds[after]
            rows, counts = segment.rows[start:end], segment.counts[start:end]
            counts = counts.astype(np.float32)
            best = np.maximum.reduceat(counts / (norms[rows] + counts), segment.bounds[first:after] - start)
            most = max(most, float((rare[first:after] * best).max()))
            first = after
        return most

    def save(self, folder: pathlib.Path) -> None:
        """Write the index into a folder of its own; segments that were read from another are linked, not written."""
        folder.mkdir(parents=True, exist_ok=True)
        for number, segment in enumerate(self._segments):
            segment.save(folder / f"segment-{number}")
        stated = {
            "format": LEXICAL_FORMAT,
            "field": self.field,
            "segments": len(self._segments),
            "weightiest": self.weightiest,
        }
        (folder / _STATED).write_text(json.dumps(stated), encoding="utf-8")

    @classmethod
    def load(cls, folder: pathlib.Path, field: Field, size: int) -> LexicalIndex:
        """Read what `save` wrote; past 1 GB postings stay on disk and the system keeps in memory what is asked for.

        Raises:
            CorpusIndexError: if there is no index of this format, field and size.
        """
        try:
            stated = json.loads((folder / _STATED).read_text(encoding="utf-8"))
            mapped = sum(path.stat().st_size for path in folder.rglob("*.npy")) > HELD_BYTES
            names = [folder / f"segment-{number}" for number in range(stated["segments"])]
            index = cls(
                field, [Segment.load(name, mapped=mapped) for name in names], weightiest=stated["weightiest"]
            )
            fits = (stated["format"], stated["field"], index.size) == (LEXICAL_FORMAT, field, size)
        except (OSError, ValueError, KeyError, TypeError):
            fits = False
        if not fits:
            raise CorpusIndexError(
                "索引由另一个版本建立，或已损坏", hint="请重新建立索引：python -m rag index 文件夹"
            )
        return index


def rarity(passages: int, holding: int) -> np.float32:
    """What a term counts that so many of the passages hold; Lucene's inverse document frequency."""
    return np.float32(math.log(1 + (passages - holding + 0.5) / (holding + 0.5)))


def _segment_of(texts: Sequence[str], field: Field) -> Segment:
    # A passage without a term is as long as one of a single term, which no question holds.
    return Segment.of(terms_of(text, field) or ["\0"] for text in texts)
