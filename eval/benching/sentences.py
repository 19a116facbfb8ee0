"""Sentences of the shipped digests as moulds: what may change in them, and what is poured in."""

from __future__ import annotations

import functools
import pathlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from corpus import words
from corpus.places import PLACES, PROVINCES, counties_in
from corpus.sentences import split_sentences
from embeddings.lexical import STOP_WORDS
from eval.benching.vocabulary import GrowingVocabulary

Kind = Literal["fixed", "place", "figure", "authority", "word"]
_REPLACED = 0.3  # share of the content words of a case that others take the places of
AUTHORITIES = (
    "市场监督管理局 行政审批局 政务服务办 税务局 人社局 医保局 住建局 自然资源局 发改委 财政局 商务局 科技局 司法局 公安局 生态环境局 水利局 城管局 "
    "卫生健康委 审计局 民政局 教育局 农业农村局 交通运输局 工信局 统计局 应急管理局 金融办 大数据局 公共资源交易中心 不动产登记中心 法院 检察院 工商联 供电公司 海关"
).split()
_PLACE = re.compile(
    rf"[XＸ×]{{2}}(?:省|市|区|县|州|旗|镇|街道)|(?:{'|'.join(sorted((*PROVINCES, *PLACES), key=len, reverse=True))})(?:省|市|州|盟|区|县)?"
)
_AUTHORITY = re.compile("|".join(sorted(AUTHORITIES, key=len, reverse=True)))
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_TITLE = re.compile(r'^title: "(.+)"$', re.MULTILINE)
_YEAR = re.compile(r"20[12]\d")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence and what it is."""

    kind: Kind
    text: str


Mould = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """One case of the library as moulds."""

    title: Mould
    sentences: tuple[Mould, ...]


def read_digests(folder: pathlib.Path) -> list[Digest]:
    """The shipped digests, in the order of their names."""
    digests = []
    for path in sorted(folder.glob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        spans = [span.of(line) for line in body.split("\n") for span in split_sentences(line)]
        title = _TITLE.search(front)
        digests.append(
            Digest(
                mould(title[1] if title else path.stem), tuple(mould(text) for text in spans if len(text) > 1)
            )
        )
    return digests


def mould(text: str) -> Mould:
    """A text cut into what stays and what may change."""
    taken: list[tuple[int, int, Kind]] = [
        (start, start + len(name) + 1, "place") for start, name in counties_in(text)
    ]
    for pattern, kind in ((_PLACE, "place"), (_AUTHORITY, "authority"), (_FIGURE, "figure")):
        for match in pattern.finditer(text):
            if all(match.end() <= start or end <= match.start() for start, end, _ in taken):
                taken.append((match.start(), match.end(), _kind(kind)))
    pieces: list[Piece] = []
    position = 0
    for start, end, kind in sorted(taken):
        pieces += [*_worded(text[position:start]), Piece(kind, text[start:end])]
        position = end
    return (*pieces, *_worded(text[position:]))


def _kind(name: str) -> Kind:
    kinds: dict[str, Kind] = {"place": "place", "authority": "authority", "figure": "figure"}
    return kinds[name]


def _worded(text: str) -> list[Piece]:
    return [Piece("word" if _content(word) else "fixed", word) for word in words.cut(text)] if text else []


def _content(word: str) -> bool:
    return len(word) > 1 and word not in STOP_WORDS and all("\u4e00" <= one <= "\u9fff" for one in word)


class Matter:
    """What one made case is about: its place, its authority, and the words that stand for others throughout it.

    Args:
        place: its name with its ending.
        vocabulary: other words come from here.
        random: decides.
    """

    def __init__(self, place: str, vocabulary: GrowingVocabulary, random: Random) -> None:
        self._place = place
        self._vocabulary = vocabulary
        self._random = random
        self._others: dict[str, str] = {}
        self._pour: dict[Kind, Callable[[str], str]] = {
            "fixed": str,
            "place": lambda _: self._place,
            "figure": functools.partial(figure_like, random=random),
            "authority": self._authority,
            "word": self._word,
        }

    def pour(self, moulds: Sequence[Piece]) -> str:
        """The text of a mould in this case."""
        return "".join(self._pour[piece.kind](piece.text) for piece in moulds)

    def _authority(self, text: str) -> str:
        return self._others.setdefault(text, self._random.choice(AUTHORITIES))

    def _word(self, text: str) -> str:
        other = self._others.get(text)
        if other is None:
            other = self._vocabulary.draw() if self._random.random() < _REPLACED else text
            self._others[text] = other
        return other


def figure_like(text: str, random: Random) -> str:
    """A figure of the same length and decimals, small leading digits likelier (Benford); a year stays a year."""
    if _YEAR.fullmatch(text):
        return str(2015 + int(10 * random.random()))
    whole, point, decimals = text.partition(".")
    lead = int(10 ** random.random())
    rest = len(whole) - 1
    return f"{lead}{_digits(rest, random)}{point}{_digits(len(decimals), random)}"


def _digits(count: int, random: Random) -> str:
    return f"{int(random.random() * 10**count):0{count}d}" if count else ""
