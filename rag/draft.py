"""Read what a chat model writes, while it writes: sentences, the marks [n] that they carry, the lines they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.phrasing import escaped

# [1] [1,2] [1-3] 【1】 [^1] [材料1]: models do not keep to one form.
_MARK = r"[\[【［]\s*\^?(?:材料|资料|来源)?\s*\d{1,3}(?:\s*[,，、;；~～至–-]\s*\d{1,3})*\s*[\]】］]"
_MARKS = re.compile(_MARK)
_RANGE = re.compile(r"(\d{1,3})\s*[~～至–-]\s*(\d{1,3})")
_CLOSERS = "”’』】）》」*"
# A sentence ends at a full stop; quotation marks, bold and marks behind it still belong to it.
_STOP = re.compile(rf"[。！？]+[{_CLOSERS}]*(?:\s*{_MARK})*")
_UNDECIDED = _CLOSERS + "。！？[【［"  # what may still belong to the sentence before it
_BULLET = re.compile(
    r"\s*(?:(?:[-*+•·●]|\d{1,2}[.．])\s+|\d{1,2}[、)）]\s*|[（(][\d一二三四五六七八九十]{1,3}[)）]\s*|[一二三四五六七八九十]{1,3}、\s*)"
)
_HEADING = re.compile(r"\s*(?:#{1,6}|>)\s+")
# What Markdown dialects read as layout, formulas, entities or addresses beyond what `escaped` makes plain.
_MORE_LAYOUT = re.compile(r"[~$&@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a reply.

    Attributes:
        parts: (text, numbers): one pair where the marks stand at the end, more where they stand inside. No numbers
            where it carries no mark.
        line: of the reply, from 0.
        item: whether the line is an item of a list.
        lent: whether the numbers are those of a later sentence.
    """

    parts: tuple[tuple[str, tuple[int, ...]], ...]
    line: int
    item: bool
    lent: bool = False

    @property
    def numbers(self) -> tuple[int, ...]:
        """All numbers it carries, in order, each once."""
        return tuple(dict.fromkeys(number for _, numbers in self.parts for number in numbers))

    def with_numbers(self, numbers: tuple[int, ...]) -> Sentence:
        """The same, with these numbers where it carries none."""
        if self.numbers:
            return self
        return Sentence(tuple((text, numbers) for text, _ in self.parts), self.line, self.item, lent=True)

    @property
    def says_something(self) -> bool:
        """Whether there is a letter, a character or a figure in it."""
        return any(character.isalnum() for text, _ in self.parts for character in text)


def sentences_of(chunks: Iterable[str]) -> Iterator[Sentence]:
    """Sentences of a reply, each as soon as its end and its marks are certain.

    A sentence without a mark carries those of the next one in its line: models mark the end of a paragraph. What
    they are worth is for the verifier to say.
    """
    waiting: list[Sentence] = []
    for sentence in _as_written(chunks):
        if waiting and waiting[0].line != sentence.line:
            yield from waiting
            waiting = []
        waiting.append(sentence)
        if sentence.numbers:
            yield from (one.with_numbers(sentence.parts[0][1]) for one in waiting)
            waiting = []
    yield from waiting


def _as_written(chunks: Iterable[str]) -> Iterator[Sentence]:
    """Sentences with the marks that stand in them."""
    line, start, number = "", 0, 0
    for chunk in chunks:
        for index, piece in enumerate(chunk.split("\n")):
            if index:
                yield from (_sentence(line, *span, number) for span in _cut(line, start, whole=True))
                line, start, number = "", 0, number + 1
            line += piece
        for span in _cut(line, start, whole=False):
            yield _sentence(line, *span, number)
            start = span[1]
    yield from (_sentence(line, *span, number) for span in _cut(line, start, whole=True))


def _cut(line: str, start: int, *, whole: bool) -> Iterator[tuple[int, int]]:
    """Spans of sentences of `line` from `start` on; of a line not yet whole only those that cannot change."""
    for stop in _STOP.finditer(line, start):
        rest = line[stop.end() :].lstrip()
        if not whole and (not rest or rest[0] in _UNDECIDED):
            return
        said = line[start : stop.end()]
        if said.count("“") <= said.count("”"):
            yield start, stop.end()
            start = stop.end()
    if whole and line[start:].strip():
        yield start, len(line)


def _sentence(line: str, start: int, end: int, number: int) -> Sentence:
    bullet = _BULLET.match(line)
    opening = bullet or _HEADING.match(line)
    text = line[max(start, opening.end() if opening else 0) : end]
    return Sentence(_parts(text), number, item=bullet is not None)


def _parts(text: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Text cut behind its marks; what follows the last mark ("。") belongs to the part before it."""
    parts: list[tuple[str, tuple[int, ...]]] = []
    start = 0
    for mark in _MARKS.finditer(text):
        said = text[start : mark.start()]
        if said.strip(" " + _CLOSERS) or not parts:
            parts.append((said, _numbers(mark[0])))
        else:
            parts[-1] = (parts[-1][0] + said, parts[-1][1] + _numbers(mark[0]))
        start = mark.end()
    if not parts:
        return ((text, ()),)
    parts[-1] = (parts[-1][0] + text[start:], parts[-1][1])
    return tuple(parts)


def _numbers(mark: str) -> tuple[int, ...]:
    spread = _RANGE.sub(lambda found: ",".join(map(str, range(int(found[1]), int(found[2]) + 1))), mark)
    return tuple(int(one) for one in re.findall(r"\d+", spread))


def unadorned(text: str) -> str:
    """A part as it is checked: without bold and without the comma that joins it to the part before."""
    return text.replace("**", "").strip().lstrip("，、；：,;: ")


def as_markdown(text: str, marks: str) -> str:
    """A part as it is shown: bold stays, all other layout is made plain, the marks stand before the full stop."""
    pieces = text.strip().split("**")
    if len(pieces) % 2 == 0 or any(not one.strip() for one in pieces[1::2]):
        pieces = ["".join(pieces)]
    body = pieces[-1].rstrip("。！？")
    tail = pieces[-1][len(body) :]
    pieces[-1] = body
    shown = "".join(f"**{_plain(one)}**" if index % 2 else _plain(one) for index, one in enumerate(pieces))
    return f"{shown}{marks}{tail}"


def inert(markdown: str) -> str:
    """Escaped Markdown in which no dialect finds an address to link, a formula or an entity either."""
    return _MORE_LAYOUT.sub(r"\\\g<0>", markdown)


def _plain(text: str) -> str:
    return inert(escaped(text))
