"""Cut cases into units: what an answer may show.

A unit is a sentence that can be read alone, or one made readable by the sentence before it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from corpus.chunking import is_heading
from corpus.normalise import bare
from corpus.sentences import split_sentences
from corpus.types import Case, Document, Span

# Openings that point back at the sentence before; without it the sentence says nothing certain.
_DANGLING = re.compile(
    r"^(?:该(?!项目为)|其(?!他|余)|此(?!外|类)|这(?!一轮)|上述|对此|为此|据此|由此|因此|从而|其中|前者|后者|他们?|她们?|它们?|随后|随即|之后|很快|同一天|不仅如此|除此之外|而|但|也|还|并|则|"
    r"即|所以|于是|如果说|换言之|也就是说|据悉|据了解|据介绍|具体(?:内容|做法|措施|来说)?(?:为|是|包括|如下)|(?:内容|主要|分别)(?:有|包括|为|是)|(?:整合|改革|升级|调整|改造|合并|实施|完成)后)"
)
# Connectives that may go: the rest reads alone and still stands verbatim in the source.
_CONNECTIVE = re.compile(
    r"^(?:此外|同时|另外|与此同时|目前|接下来|下一步|一方面|另一方面|再者|还有|首先|其次|最后|据悉|据了解|据介绍)[，,]\s*"
)
# At the beginning of a paragraph nothing is pointed back at: there these may go, too, ...
_OPENING = re.compile(
    r"^(?:对此|为此|据此|由此|因此|从而|不仅如此|除此之外|随后|随即|之后|很快|同一天)[，,]\s*"
)
# ... and these stand for the case itself, whose title is shown beside the sentence.
_SINCE_THE_CHANGE = re.compile(r"^(?:整合|改革|升级|调整|改造|合并|实施|完成)后[，,]")
_ENUMERATOR = re.compile(
    r"^(?:[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}是(?=[\u4e00-\u9fff“])|[一二三四五六七八九十]{1,3}、|\d{1,2}\s*[、.．](?!\d)|"
    r"第[一二三四五六七八九十\d]{1,3}条\s*[:：]?|[①-⑳])\s*"
)
_FIGURE = re.compile(r"\d|[一二两三四五六七八九十百]+(?:个|天|日|枚|户|家|件|小时|分钟)")
_DIGITS = re.compile(r"\d+")
_ALIKE = 88.0  # likeness (0..100) from which two sentences count as one told twice
_SHORTEST = 8
_LONGEST_LABEL = 24
LONGEST = 260  # characters; a longer sentence is shown only where nothing shorter fits


@dataclass(frozen=True, slots=True)
class Unit:
    """Something an answer may show.

    Attributes:
        case, document: where it stands.
        span: in the document's text; sentences that complete each other are one span.
        heading: the heading above it inside the case, "".
        order: its place among all units of its case.
        row: its place among all units of the index.
        score: how well it answers, higher is better.
        likeness: the part of the score that is shared wording and meaning alone.
        closeness: cosine to the question in official terms.
        by_part: the score for each of the question's parts, one where it has only one.
    """

    case: Case
    document: Document
    span: Span
    heading: str
    order: int
    row: int = 0
    score: float = 0.0
    likeness: float = 0.0
    closeness: float = 0.0
    by_part: tuple[float, ...] = ()

    @property
    def text(self) -> str:
        """The document's characters."""
        return self.span.of(self.document.text)


def unit_spans(case: Case) -> list[tuple[Span, Span]]:
    """Where the units of a case and the headings above them stand in its document, by start; (0, 0) for no heading."""
    found: list[tuple[Span, Span]] = []
    heading = Span(0, 0)
    position = case.span.start
    lines = case.text.split("\n")
    for number, line in enumerate(lines):
        if number == 0 and line == case.title and len(lines) > 1:
            pass
        elif is_heading(line) and number + 1 < len(lines):
            heading = Span(position, position + len(line))
            if _FIGURE.search(line):
                found.append((heading, Span(0, 0)))
        else:
            sentences = split_sentences(line)
            found += [
                (Span(position + one.start, position + one.end), heading)
                for one in _readable(sentences, line)
            ]
        position += len(line) + 1
    return found


def _readable(sentences: Sequence[Span], text: str) -> list[Span]:
    """Spans that can be read alone: enumerators trimmed, dangling sentences joined to the one before or left out."""
    kept: list[Span] = []
    for number, span in enumerate(sentences):
        trimmed = _trimmed(span, text) if number else _opened(_trimmed(span, text), text)
        if len(trimmed) < _SHORTEST or not any(map(str.isalnum, trimmed.of(text))):
            continue
        label = _label_before(sentences, number, text)
        if label is not None and len(trimmed) + len(label) <= LONGEST:
            # "一是打造某模式。" says little alone, but names what the next sentence tells.
            if kept and kept[-1] == label:
                kept.pop()
            kept.append(Span(label.start, trimmed.end))
        elif not _DANGLING.match(trimmed.of(text)) or (
            not number and _SINCE_THE_CHANGE.match(trimmed.of(text))
        ):
            kept.append(trimmed)
        elif number:
            before = _trimmed(sentences[number - 1], text)
            joined = Span(before.start, span.end)
            if not _DANGLING.match(before.of(text)) and len(joined) <= LONGEST:
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


def _opened(span: Span, text: str) -> Span:
    """The first sentence of a paragraph without a word that joins it to the paragraph before."""
    cut = _OPENING.match(span.of(text))
    return Span(span.start + cut.end(), span.end) if cut else span


def reads_alone(text: str) -> bool:
    """Whether a text does not begin with a word that points back, nor with one that joins it to what was before."""
    return _DANGLING.match(text) is None and _CONNECTIVE.match(text) is None


def has_figure(text: str) -> bool:
    """Whether a sentence states a figure."""
    return _FIGURE.search(text) is not None


# The sentences of an answer are held against each other again and again.
_bare = functools.lru_cache(2_000)(bare)


def told(unit: Unit, kept: Sequence[Unit]) -> bool:
    """Whether one of `kept` tells what `unit` tells: the same characters, or nearly the same words and the same figures."""
    text = _bare(unit.text)
    return any(
        (
            one.document.id == unit.document.id
            and one.span.start < unit.span.end
            and unit.span.start < one.span.end
        )
        or (
            fuzz.ratio(_bare(one.text), text) >= _ALIKE
            and _DIGITS.findall(one.text) == _DIGITS.findall(unit.text)
        )
        or (one.case.id == unit.case.id and (text in _bare(one.text) or _bare(one.text) in text))
        for one in kept
    )
