"""Printed lines of a .pdf joined to paragraphs, over page ends too, so that no word stays broken.

The test is the one that broke the lines: a line was full if the first word of the next one would not have
fitted behind it. Whether a full line's successor starts a new paragraph shows by its indent, or, where
paragraphs are not indented, by the end of a sentence.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass

from corpus.reading.pdf_page import PageLine, is_wide, width_of
from corpus.types import Line

_EMPHASIS_CHARACTERS = 60
_LARGER = 1.15
_SENTENCE_END = re.compile(r"[。！？!?…；;：:][”’」』）)】]*$")
_CONTENTS = re.compile(r"(?:[.．·…\u2026]{3,}|\s{3,}|\t)\s*[-—(（]?\d{1,4}[)）]?\s*$")
_ENDS_IN_NUMBER = re.compile(r"(?<![\d.:：,，/])\d{1,4}$")
# What stays together at the start of a line: a word, a number or one character, with the quotation marks
# on either side of it and with what may not start a line.
_UNIT = r"(?:[A-Za-z0-9.,:/%+_@-]+|.)"
_FIRST_WORD = re.compile(
    rf"[“‘「『（《〈【(\[]*{_UNIT}"
    rf"(?:[“”‘’]+{_UNIT}?|[，。、；：？！」』）》〉】…,.;:?!)\]%％]+[A-Za-z0-9.%]*)*"
)
_HANGING = re.compile(r"[，。、；：？！”’」』）》〉】]+$")
_LIST_MARK = re.compile(r"[●•■◆○▪·\-–—*]\s|[（(]?[一二三四五六七八九十百\d]{1,3}[)）、.．]")


@dataclass(frozen=True, slots=True)
class _Layout:
    """The measures of a document.

    `left`, `right` and `size` are the margins and the usual type size in points, `leading` is the usual
    distance of lines in type sizes; `indented` and `spaced` tell how paragraphs are set off, `heavy` that most
    of the text is bold. `entries` are lines that end an entry of a table of contents, by identity.
    """

    left: float
    right: float
    size: float
    leading: float
    indented: bool
    spaced: bool
    heavy: bool
    entries: frozenset[int]


def join_paragraphs(lines: list[PageLine]) -> tuple[Line, ...]:
    """The paragraphs of a document from its printed lines without furniture.

    A paragraph has the page of its first character. `page_start` marks the first one after a page that ends
    well before its bottom: someone broke it there.
    """
    if not lines:
        return ()
    layout = _measure(lines)
    groups = [[lines[0]]]
    for before, line in itertools.pairwise(lines):
        if _continues(before, line, layout):
            groups[-1].append(line)
        else:
            groups.append([line])
    bottom = min(line.baseline for line in lines)
    height = max(line.baseline for line in lines) - bottom
    made: list[Line] = []
    previous: PageLine | None = None
    for group in groups:
        first = group[0]
        turned = previous is not None and first.page != previous.page
        early = previous is not None and previous.baseline - bottom > height * 0.2
        made.append(_paragraph(group, layout, page_start=turned and early))
        previous = group[-1]
    return tuple(made)


def _measure(lines: list[PageLine]) -> _Layout:
    sizes: Counter[float] = Counter()
    heavy = 0
    for line in lines:
        sizes[line.size] += len(line.text)
        heavy += len(line.text) if line.heavy else -len(line.text)
    size = sizes.most_common(1)[0][0] or 1.0
    body = [line for line in lines if abs(line.size - size) < 0.1 * size and not _CONTENTS.search(line.text)]
    right = _supported_maximum([_inner_right(line) for line in body or lines], size)
    full = [line for line in body if line.right > right - 3 * size] or body or lines
    left = -_supported_maximum([-line.left for line in full], size)
    indents = sum(0.8 * size < line.left - left < 4.5 * size for line in full)
    gaps = Counter(
        round((one.baseline - two.baseline) / size, 1)
        for one, two in itertools.pairwise(body)
        if one.page == two.page and 0 < one.baseline - two.baseline < 5 * size
    )
    leading = gaps.most_common(1)[0][0] if gaps else 1.5
    spaced = _is_spaced(body, right, leading)
    return _Layout(left, right, size, leading, indents > 0, spaced, heavy > 0, _entry_ends(lines))


def _is_spaced(body: list[PageLine], right: float, leading: float) -> bool:
    """Whether there is extra space between paragraphs, as seen after lines that end one for certain."""
    ends = [
        _gap(before, line) > _widest_gap(leading)
        for before, line in itertools.pairwise(body)
        if before.page == line.page and before.right < right - 6 * before.size
    ]
    return len(ends) >= 3 and sum(ends) >= 0.7 * len(ends)


def _gap(before: PageLine, line: PageLine) -> float:
    """The distance between two baselines in type sizes."""
    return (before.baseline - line.baseline) / (line.size or 1.0)


def _widest_gap(leading: float) -> float:
    """The widest distance that lines of one paragraph may have, in type sizes."""
    return max(leading * 1.3, leading + 0.3)


def _inner_right(line: PageLine) -> float:
    """The right edge of a line without closing punctuation, which may hang over the margin."""
    hanging = _HANGING.search(line.text)
    return line.right - (width_of(hanging.group()) * line.size if hanging else 0.0)


def _supported_maximum(values: list[float], size: float) -> float:
    """The largest value that a second or third one lies near to: a margin, not one line that juts out."""
    ordered = sorted(values, reverse=True)
    needed = min(3, max(1, len(ordered) // 4))
    for at, value in enumerate(ordered):
        near = sum(value - other <= 1.5 * size for other in ordered[at : at + needed])
        if near >= needed:
            return value
    return ordered[0]


def _continues(before: PageLine, line: PageLine, layout: _Layout) -> bool:
    """Whether `line` goes on with the paragraph that `before` ends in."""
    if _stand_apart(before, line, layout):
        return False
    if id(line) in layout.entries and line.text.isdecimal():
        return True  # a page number that found no room behind its entry
    if not _is_full(before, line, layout):
        return False
    ends = bool(_SENTENCE_END.search(before.text))
    if line.left > layout.left + 0.8 * line.size:
        # An indent starts a paragraph, but the second line of a title in the middle has one too.
        return _is_centred(line, layout) and before.heavy == line.heavy and not ends
    set_off = layout.indented or (layout.spaced and before.page == line.page)
    return not ends or (set_off and before.heavy == line.heavy and not _LIST_MARK.match(line.text))


def _stand_apart(before: PageLine, line: PageLine, layout: _Layout) -> bool:
    """Whether two lines differ in kind: heading and text, rows of a table, entries of a table of contents."""
    if abs(before.size - line.size) > 0.08 * max(before.size, line.size):
        return True
    if before.tabular or _CONTENTS.search(before.text) or id(before) in layout.entries:
        return True
    if line.tabular and id(line) not in layout.entries:
        return True
    # Further down than a line, or beside it: the cells of a table.
    return before.page == line.page and not 0.3 < _gap(before, line) <= _widest_gap(layout.leading)


def _entry_ends(lines: list[PageLine]) -> frozenset[int]:
    """Lines that end an entry of a table of contents whose page numbers stand close to the words.

    They end in a number as most of their neighbours do; an entry that takes two lines has one at its end only.
    """
    ends = [bool(_ENDS_IN_NUMBER.search(line.text)) for line in lines]
    around = (ends[max(at - 3, 0) : at + 4] for at in range(len(lines)))
    chosen = zip(lines, ends, around, strict=True)
    return frozenset(id(line) for line, end, near in chosen if end and sum(near) >= 4)


def _is_centred(line: PageLine, layout: _Layout) -> bool:
    margin = line.left - layout.left
    return margin > 2.5 * layout.size and abs(margin - (layout.right - line.right)) < 1.5 * layout.size


def _is_full(before: PageLine, line: PageLine, layout: _Layout) -> bool:
    """Whether the first word of `line` would not have fitted behind `before`."""
    word = _FIRST_WORD.match(line.text)
    room = layout.right - before.right
    return room < (width_of(word.group() if word else "") + 0.6) * line.size


def _paragraph(group: list[PageLine], layout: _Layout, *, page_start: bool) -> Line:
    text = group[0].text
    for line in group[1:]:
        text += line.text if _joins_closely(text[-1], line.text[0]) else f" {line.text}"
    first = group[0]
    bold = not layout.heavy and all(line.heavy for line in group)
    ways = (first.size >= layout.size * _LARGER, bold, _is_centred(group[-1], layout))
    prominence = sum(ways) if len(text) <= _EMPHASIS_CHARACTERS else 0
    return Line(first.page, text, emphasised=prominence > 0, page_start=page_start, prominence=prominence)


def _joins_closely(last: str, first: str) -> bool:
    """Between Latin words the line break was a space, next to a Chinese character it was none.

    A number may be broken after its digits only; "2023" and "年" have no space either way.
    """
    return is_wide(last) or is_wide(first) or last == "-"
