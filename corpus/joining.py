"""Lines to paragraphs: sentences that a page break or a hard line width had cut are made whole."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import junk, words
from corpus.contents import Contents, too_many
from corpus.normalise import tidy_spaces, unclosed, width
from corpus.types import Line

_ENDED = re.compile(r"[。！？；：…!?;:][”’』】）)」\"']*$|[”》】）)]$")
_SENTENCE_INSIDE = re.compile(r"[。！？；]")
_STOP_INSIDE = re.compile(r"[。；]")
_NUMBERING = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十百]{1,3}[）)]|[一二三四五六七八九十百]{1,3}、|\d{1,3}\s*[、.．）)]|第[一二三四五六七八九十百\d]+[条章节篇])"
)
_CONTINUES = re.compile(r"^[，。；：、！？）”》】%％的了]")
_OPENER = re.compile(
    r"^(?:同时|此外|日前|近日|目前|今年|近年|据|如今|下一步|其中|一是|二是|三是|四是|五是|[“\"])"
)
_ITEM = re.compile(r"\s*(\d{1,3})\s*[、.．]")
# What a number that a page break cut from its sentence goes on with ("10" / "个园区"). Words that a text may begin
# with, a year among them, are no such thing.
_COUNTED = re.compile(
    r"[%％‰个家件余万亿千百倍元名户份批处笔起宗辆吨亩米]|(?!20\d\d)\d|[.．]\d|平方|公里|小时|分钟|工作日|"
    r"项(?!目)|天(?!津)|日(?!前)|年(?!初|底|内|来)|月(?!初|底)|多(?!措|年|部|方|点|维|渠)|人(?!社|民|才|力|大)|条(?!例)|次(?!日)|类(?!似)"
)
_WIDEST_GAP = 6  # blank lines that a page break may leave
_TAIL = 300  # characters
_LONG = 60  # columns: no heading is wider, so an unfinished line wider than this was cut by a page break


@dataclass(slots=True)
class Draft:
    """A paragraph under construction: pieces of text with their raw lines."""

    first: Line
    blanks: int
    pieces: list[tuple[str, int]]  # text, raw line
    cuts: list[int]  # offsets in `text` at which raw text was left out
    length: int  # of `text`
    tail: str  # the end of `text`, longer than anything that the rules for joining look at

    @property
    def text(self) -> str:
        """The paragraph so far."""
        return "".join(piece for piece, _ in self.pieces)

    def add(self, piece: str, number: int) -> None:
        """Append a piece that comes from raw line `number`."""
        self.pieces.append((piece, number))
        self.length += len(piece)
        self.tail = (self.tail + piece)[-_TAIL:]


def join(lines: Sequence[Line], dropped: dict[int, str], contents: Contents | None) -> list[Draft]:
    """Paragraphs, with those that a page break or a hard line width had cut made whole."""
    wrap = _wrap_width(lines)
    unfinished_items = _unfinished_items(lines)
    exactly = contents is not None and too_many(lines, contents.entries)
    titles = {
        index
        for index, line in enumerate(lines)
        if contents and len(line.text) < 90 and contents.lists(line.text, exactly=exactly)
    }
    drafts: list[Draft] = []
    blanks, gap, last = 0, False, -1
    for index, line in enumerate(lines):
        text = tidy_spaces(junk.MARK.sub("", line.text))
        if index in dropped or not text:
            blanks += 1
            gap = gap or (index in dropped and dropped[index] != "目录")
            continue
        seam = drafts and index not in titles and last not in titles
        if seam and _continues(
            drafts[-1], line, text, blanks=blanks, wrap=wrap, item=last in unfinished_items
        ):
            before = drafts[-1].length
            space = _seam(drafts[-1].tail, text)
            drafts[-1].add(space + text, line.number)
            drafts[-1].cuts += [before] * gap
            drafts[-1].cuts += [before + len(space) + mark for mark in _mark_offsets(line.text)]
        else:
            draft = Draft(line, blanks, [], _mark_offsets(line.text), 0, "")
            draft.add(text, line.number)
            drafts.append(draft)
        blanks, gap, last = 0, False, index
    return drafts


def _mark_offsets(line: str) -> list[int]:
    """Where marks stood in the tidied `line`: left-out text too, for a quote across one is not in the source."""
    marks = list(junk.MARK.finditer(line))
    if not marks:
        return []
    tidied = tidy_spaces(junk.MARK.sub("", line))
    ends = [at for at, character in enumerate(tidied, 1) if not character.isspace()]
    offsets, visible, past = [], 0, 0
    for mark in marks:  # counted on from mark to mark: a line may be full of them
        visible += sum(not character.isspace() for character in line[past : mark.start()])
        past = mark.end()
        offsets.append(ends[visible - 1] if visible else 0)
    return offsets


def _seam(left: str, right: str) -> str:
    """A space between two Latin words that a line break parted, nothing between Chinese characters."""
    return (
        " "
        if left[-1:].isascii() and right[:1].isascii() and left[-1:].isalpha() and right[:1].isalpha()
        else ""
    )


def _wrap_width(lines: Sequence[Line]) -> int:
    """Columns at which a hard-wrapped text breaks its lines; 0 where the text is not hard-wrapped.

    Hard-wrapped means: of the lines followed directly by another, most are about as wide as the widest.
    """
    widths = [
        width(tidy_spaces(line.text))
        for line, after in itertools.pairwise(lines)
        if line.text.strip() and after.text.strip() and not line.level
    ]
    if len(widths) < 12:
        return 0
    widest = sorted(widths)[int(len(widths) * 0.95)]
    full = sum(0.9 * widest <= one <= widest + 6 for one in widths)
    return widest if widest <= 130 and full >= 0.5 * len(widths) else 0


def _unfinished_items(lines: Sequence[Line]) -> set[int]:
    """Indices of items ("16、…") that stop unfinished while the items before and after are whole sentences."""
    items = [(index, int(found[1])) for index, line in enumerate(lines) if (found := _ITEM.match(line.text))]
    unfinished = set()
    for (before, low), (index, number), (after, high) in zip(items, items[1:], items[2:], strict=False):
        whole = all(_ENDED.search(lines[one].text.strip()) for one in (before, after))
        if low + 1 == number == high - 1 and whole and not _ENDED.search(lines[index].text.strip()):
            unfinished.add(index)
    return unfinished


def _continues(draft: Draft, line: Line, text: str, *, blanks: int, wrap: int, item: bool) -> bool:
    """Whether `text` is the rest of a sentence that `draft` left unfinished."""
    left = draft.tail
    set_apart = draft.first.level or line.level or draft.first.emphasised or line.emphasised
    whole = _ENDED.search(left) and not unclosed(left[-60:])
    if set_apart or whole or "|" in draft.pieces[0][0] or "|" in text or _NUMBERING.match(text):
        return False
    if blanks == 0:
        return bool(wrap) and width(draft.pieces[-1][0]) >= 0.88 * wrap
    if blanks > _WIDEST_GAP or not re.match(r"[\w“”‘’（(《》「，。；：、！？%％]", text):
        return False
    if not (_ENDED.search(text) or width(text) > _LONG):
        # The rest of a paragraph ends like one; a short line that does not is the next title.
        return _CONTINUES.match(text) is not None or words.word_across(left, text)
    alone = draft.blanks > 0 and len(draft.pieces) == 1
    return _broken_off(left, text, item=item, alone=alone)


def _broken_off(left: str, text: str, *, item: bool, alone: bool) -> bool:
    """Whether `left`, which ends without a stop, was cut rather than being a heading.

    A heading that stands `alone` between blank lines may hold an exclamation or question mark.
    """
    inside = _STOP_INSIDE if alone else _SENTENCE_INSIDE
    return (
        width(left) > _LONG
        or item
        or bool(inside.search(left))
        or bool(_CONTINUES.match(text))
        or unclosed(left)
        or (left[-1].isdigit() and len(left) > 15 and _COUNTED.match(text) is not None)
        or ("，" in left and _OPENER.match(left) is not None)
        or (width(left) >= 40 and words.word_across(left, text))
    )


def broken_sentence(left: str, right: str) -> bool:
    """Whether `left` stops in the middle of a sentence and `right` may go on with it, with a line between them."""
    left = left.strip()
    unfinished = bool(_SENTENCE_INSIDE.search(left)) or width(left) > _LONG
    return unfinished and not _ENDED.search(left) and not _NUMBERING.match(right) and len(right.strip()) > 10
