"""Choose the sentences of the found cases that answer a question.

A unit is what an answer may show: a sentence that can be read alone, or one made readable by the sentence before
it. Units are scored by shared characters and words (BM25 among the units of the found cases, so that what all of
them say counts little), by their vectors, and by the passage around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from corpus.chunking import is_heading
from corpus.normalise import bare
from corpus.sentences import split_sentences
from corpus.types import Case, Document, Span
from embeddings.embedder import Embedder, Vectors
from embeddings.lexical import character_terms, fold, word_terms
from rag.retrieve import Retrieval, Retriever, scaled
from rag.understand import Reading

Scores = NDArray[np.float32]

# Openings that point back at the sentence before; without it the sentence says nothing certain.
_DANGLING = re.compile(
    r"^(?:该(?!项目为)|其(?!他|余)|此(?!外|类)|这(?!一轮)|上述|对此|为此|据此|由此|因此|从而|其中|前者|后者|他们?|她们?|它们?|随后|随即|之后|很快|同一天|不仅如此|除此之外|而|但|也|还|并|则|"
    r"即|所以|于是|如果说|换言之|也就是说|据悉|据了解|据介绍|具体(?:内容|做法|措施|来说)?(?:为|是|包括|如下)|(?:内容|主要|分别)(?:有|包括|为|是)|(?:整合|改革|升级|调整|改造|合并|实施|完成)后)"
)
# Connectives that may go: the rest reads alone and still stands verbatim in the source.
_CONNECTIVE = re.compile(
    r"^(?:此外|同时|另外|与此同时|目前|接下来|下一步|一方面|另一方面|再者|还有|首先|其次|最后|据悉|据了解|据介绍)[，,]\s*"
)
_ENUMERATOR = re.compile(
    r"^(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}是(?=[\u4e00-\u9fff“])|[一二三四五六七八九十]{1,3}、|\d{1,2}\s*[、.．](?!\d)|"
    r"第[一二三四五六七八九十\d]{1,3}条\s*[:：]?|[①-⑳])\s*"
)
_FIGURE = re.compile(r"\d|[一二两三四五六七八九十百]+(?:个|天|日|枚|户|家|件|小时|分钟)")
_SLOGAN = re.compile(
    r"习近平|二十大|重要论述|坚强领导|贯彻落实|高度重视|深刻把握|踔厉奋发|真抓实干|砥砺|下一步|提高(?:政治)?站位|奠定.{0,4}基础|贡献力量"
)
_BACKGROUND = re.compile(
    r"(?:近年来|今年以来|一直以来|为(?:了)?(?:进一步|深入|全面|切实|认真|贯彻|落实|持续|充分)|始终|随着)"
)
_SPEECH = re.compile(r"^“[^”]{12,}[。！？，]”|(?:表示|说)[:：，]|记者|摄）")
_ALIKE = 88.0  # likeness (0..100) from which two sentences count as one told twice
_SHORTEST = 8
_LONGEST_LABEL = 24
_LONGEST = 260  # characters; a longer sentence is shown only where nothing shorter fits


@dataclass(frozen=True, slots=True)
class Unit:
    """Something an answer may show.

    Attributes:
        case, document: where it stands.
        span: in the document's text; sentences that complete each other are one span.
        heading: the heading above it inside the case, "".
        score: how well it answers, higher is better.
        order: its place among all units of its case.
    """

    case: Case
    document: Document
    span: Span
    heading: str
    score: float
    order: int

    @property
    def text(self) -> str:
        """The document's characters."""
        return self.span.of(self.document.text)


def units_of(case: Case, document: Document) -> list[Unit]:
    """Units of a case in text order."""
    found: list[Unit] = []
    heading = ""
    position = case.span.start
    lines = case.text.split("\n")
    for number, line in enumerate(lines):
        if number == 0 and line == case.title and len(lines) > 1:
            pass
        elif is_heading(line) and number + 1 < len(lines):
            heading = line
            if _FIGURE.search(line):
                found.append(Unit(case, document, Span(position, position + len(line)), "", 0.0, len(found)))
        else:
            sentences = split_sentences(line, offset=position)
            found.extend(
                Unit(case, document, span, heading, 0.0, len(found) + index)
                for index, span in enumerate(_readable(sentences, document.text))
            )
        position += len(line) + 1
    return found


def _readable(sentences: Sequence[Span], text: str) -> list[Span]:
    """Spans that can be read alone: enumerators trimmed, dangling sentences joined to the one before or left out."""
    kept: list[Span] = []
    for number, span in enumerate(sentences):
        trimmed = _trimmed(span, text)
        if len(trimmed) < _SHORTEST or not any(map(str.isalnum, trimmed.of(text))):
            continue
        label = _label_before(sentences, number, text)
        if label is not None and len(trimmed) + len(label) <= _LONGEST:
            # "一是打造某模式。" says little alone, but names what the next sentence tells.
            if kept and kept[-1] == label:
                kept.pop()
            kept.append(Span(label.start, trimmed.end))
        elif not _DANGLING.match(trimmed.of(text)):
            kept.append(trimmed)
        elif number:
            before = _trimmed(sentences[number - 1], text)
            joined = Span(before.start, span.end)
            if not _DANGLING.match(before.of(text)) and len(joined) <= _LONGEST:
                kept.append(joined)
    return kept


def _label_before(sentences: Sequence[Span], number: int, text: str) -> Span | None:
    """The sentence before where it only names a measure ("一是打造“校企合作”模式。")."""
    if not number:
        return None
    before = sentences[number - 1]
    trimmed = _trimmed(before, text)
    enumerated = trimmed.start > before.start
    return (
        trimmed
        if enumerated and len(trimmed) <= _LONGEST_LABEL and "，" not in trimmed.of(text)[:-1]
        else None
    )


def _trimmed(span: Span, text: str) -> Span:
    start = span.start
    for _ in range(3):
        piece = text[start : span.end]
        cut = _ENUMERATOR.match(piece) or _CONNECTIVE.match(piece)
        if cut is None or cut.end() >= len(piece):
            break
        start += cut.end()
    return Span(start, span.end)


def score_units(
    reading: Reading, found: Retrieval, retriever: Retriever, units: Sequence[Unit], embedder: Embedder | None
) -> list[Unit]:
    """The same units with their scores."""
    if not units:
        return []
    texts = [f"{unit.heading}\n{unit.text}" for unit in units]
    # Folding and encoding the sentences costs most, so it is done once for all parts of the question.
    folded = [fold(text) for text in texts]
    vectors = None if embedder is None else (embedder, embedder.encode_document(texts))
    total = 0.85 * _likeness(reading.sought, reading.expanded, folded, vectors)
    total += 0.15 * _around(units, found, retriever)
    if len(reading.parts) > 1:
        # A sentence that answers one part of the question well is as welcome as one that touches all parts.
        by_part = np.max([_likeness(part, part, folded, vectors) for part in reading.parts], axis=0)
        total = 0.5 * total + 0.5 * by_part
    return [
        Unit(
            unit.case,
            unit.document,
            unit.span,
            unit.heading,
            float(score) + _worth(unit.text, reading),
            unit.order,
        )
        for unit, score in zip(units, total, strict=True)
    ]


def _likeness(
    question: str, meant: str, folded: Sequence[str], vectors: tuple[Embedder, Vectors] | None
) -> Scores:
    """Shared characters and words with the question, and vectors with what is meant, each scaled over the texts; 0..1."""
    total: Scores = np.float32(0.4) * scaled(_term_scores(dict.fromkeys(character_terms(question)), folded))
    total += np.float32(0.3) * scaled(_term_scores(dict.fromkeys(word_terms(question)), folded))
    if vectors is not None:
        embedder, encoded = vectors
        total += np.float32(0.3) * scaled(encoded @ embedder.encode_query([meant])[0])
    return total


def _term_scores(terms: Iterable[str], folded: Sequence[str]) -> Scores:
    """BM25 (k1 1.2, b 0.6) of the terms over folded texts, counted as substrings: there is no index over sentences."""
    lengths = np.array([len(text) for text in folded], dtype=np.float32)
    norm = 1.2 * (0.4 + 0.6 * lengths / max(float(lengths.mean()), 1.0))
    total = np.zeros(len(folded), dtype=np.float32)
    for term in terms:
        counts = np.array([text.count(term) for text in folded], dtype=np.float32)
        holding = int(np.count_nonzero(counts))
        if holding:
            weight = np.log1p((len(folded) - holding + 0.5) / (holding + 0.5))
            total += np.float32(weight) * counts * 2.2 / (counts + norm)
    return total


def _around(units: Sequence[Unit], found: Retrieval, retriever: Retriever) -> Scores:
    """Score of the passage in which each unit begins, scaled over the units."""
    by_case: dict[str, list[tuple[Span, float]]] = {}
    scores = np.zeros(len(units), dtype=np.float32)
    for number, unit in enumerate(units):
        if unit.case.id not in by_case:
            by_case[unit.case.id] = [
                (chunk.span, score) for chunk, score in retriever.passages(unit.case, found.scores)
            ]
        inside = [score for span, score in by_case[unit.case.id] if span.start <= unit.span.start < span.end]
        scores[number] = max(inside, default=0.0)
    return scaled(scores)


def _worth(text: str, reading: Reading) -> float:
    """What makes a sentence worth showing whatever it is about: figures where asked, measures rather than slogans."""
    worth = 0.0
    if reading.figure:
        worth += 0.12 if _FIGURE.search(text) else -0.05
    elif _FIGURE.search(text) or "“" in text:
        worth += 0.04
    if _SLOGAN.search(text):
        worth -= 0.10
    if _BACKGROUND.match(text):
        worth -= 0.06
    if _SPEECH.search(text):
        worth -= 0.08
    if len(text) > _LONGEST:
        worth -= 0.10
    return worth


def has_figure(text: str) -> bool:
    """Whether a sentence states a figure."""
    return _FIGURE.search(text) is not None


def told(unit: Unit, kept: Sequence[Unit]) -> bool:
    """Whether one of `kept` tells what `unit` tells: the same characters, or nearly the same words elsewhere."""
    text = bare(unit.text)
    return any(
        (
            one.document.id == unit.document.id
            and one.span.start < unit.span.end
            and unit.span.start < one.span.end
        )
        or fuzz.ratio(bare(one.text), text) >= _ALIKE
        or (one.case.id == unit.case.id and (text in bare(one.text) or bare(one.text) in text))
        for one in kept
    )
