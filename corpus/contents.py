"""The table of contents (目录): where it stands in a file and which titles it lists."""

from __future__ import annotations

import bisect
import collections
import functools
import itertools
import re
from collections.abc import Sequence, Sized
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from corpus.normalise import bare
from corpus.types import Line

_HEADING = re.compile(r"目\s*[录錄次]|CONTENTS|Contents|目\s*录\s*CONTENTS")
# Each run of dots or spaces is looked at once, from where it begins: a line may hold nothing else.
_PAGE = re.compile(r"(?<![\s.．…·。•_\-—])(?:[\s.．…·。•_\-—]{2,}|\s)\(?(\d{1,4})\)?\s*$")
_GLUED_PAGE = re.compile(r"[\u4e00-\u9fff”》）](\d{1,4})$")
_DOTS = re.compile(r"(?<![.．…·•_])[.．…·•_]{3,}$")
ALIKE = 82.0  # a title in the contents and in the body often differ by a word ("36条政务(服务)热线合并了")
_LONGEST_ENTRY = 90  # characters; a longer line is body text
# A compilation of 300 cases in 20,000 lines needs six million. Beyond this only titles of the same words are looked
# for: a list that long is made to keep somebody busy.
_MOST_COMPARISONS = 10_000_000
_NUMBERED = re.compile(
    r"^\s*(?:案例\s*[0-9一二三四五六七八九十百]+|\d{1,3}\s*[.、．)）]|[一二三四五六七八九十百]{1,4}、|第[0-9一二三四五六七八九十百]+[篇章节条]|（[一二三四五六七八九十]+）)\s*[:：.、]?\s*"
)


@dataclass(frozen=True, slots=True)
class Contents:
    """A table of contents.

    Attributes:
        first, last: indices of its first and last line, inclusive, the word 目录 included.
        entries: titles as listed, without dots and page numbers, in order.
    """

    first: int
    last: int
    entries: tuple[str, ...]

    def lists(self, text: str, *, exactly: bool = False) -> bool:
        """Whether `text` is one of the titles, differences in signs apart, and small ones in wording unless `exactly`."""
        wanted = bare(without_number(text))
        known = _bare_entries(self.entries)
        if exactly:
            return wanted in known
        alike = process.extractOne(wanted, known, scorer=fuzz.ratio, processor=None, score_cutoff=ALIKE)
        return bool(wanted) and alike is not None


@functools.lru_cache(maxsize=4)
def _bare_entries(entries: tuple[str, ...]) -> dict[str, str]:
    """The entries as `likeness` compares them, each once; asked for once for each line of a file."""
    return {own: own for entry in entries if (own := bare(without_number(entry)))}


def too_many(lines: Sized, entries: Sized) -> bool:
    """Whether comparing each line with each entry would take too long."""
    return len(lines) * len(entries) > _MOST_COMPARISONS


def likeness(left: str, right: str) -> float:
    """Likeness of two bare titles, 0..100 (normalised Indel similarity, rapidfuzz)."""
    return float(fuzz.ratio(left, right))


def without_number(title: str) -> str:
    """`title` without a leading "一、", "3." or "案例5：" (unless nothing would be left)."""
    return _NUMBERED.sub("", title, count=1) or title


def _entry(text: str) -> str:
    return _DOTS.sub("", _PAGE.sub("", text.strip())).strip()


def _without_glued_pages(texts: Sequence[str]) -> list[str]:
    """Entries whose page number stands right behind the title ("…环境105"), as some PDFs give them, without it.

    Only a number that fits between the pages before and after is one; a title may end in a figure.
    """
    pages = [int(found[1]) if (found := _PAGE.search(text)) else None for text in texts]
    low = 0
    trimmed = []
    for text, page, later in zip(texts, pages, _later_pages(pages), strict=True):
        glued = _GLUED_PAGE.search(text) if page is None else None
        high = low + 30 if later is None else later
        if glued and low and low <= int(glued[1]) <= high:
            low = int(glued[1])
            trimmed.append(text[: glued.start(1)])
        else:
            low = page if page is not None else low
            trimmed.append(text)
    return trimmed


def _later_pages(pages: Sequence[int | None]) -> list[int | None]:
    """For each entry the first page number that is known behind it."""
    later: list[int | None] = []
    known = None
    for page in reversed(pages):
        later.append(known)
        known = page if page is not None else known
    return later[::-1]


def find_contents(lines: Sequence[Line]) -> Contents | None:
    """The first table of contents of a file, or None.

    Formats that mark contents themselves (`Line.contents`) are believed; otherwise the word 目录 on a line of
    its own starts one, and it lasts to the last line with a page number before the first long line. Without
    page numbers it lasts until its own first title comes again.
    """
    marked = [index for index, line in enumerate(lines) if line.contents and line.text.strip()]
    if marked:
        texts = [lines[index].text for index in marked if not _HEADING.fullmatch(lines[index].text.strip())]
        return _made(marked[0], marked[-1], texts)
    for index, line in enumerate(lines):
        if _HEADING.fullmatch(line.text.strip()):
            return _from_heading(lines, index)
    return None


def _from_heading(lines: Sequence[Line], heading: int) -> Contents | None:
    region = [heading]
    for index in range(heading + 1, len(lines)):
        text = lines[index].text.strip()
        if len(text) > _LONGEST_ENTRY:
            break
        if text:
            region.append(index)
    paged = [index for index in region if _PAGE.search(lines[index].text.rstrip())]
    if paged:
        last = paged[-1]
        while (following := _next_in(region, last)) is not None and _glued_after(lines, last, following):
            last = following
    else:
        again = _first_repeated(lines, region)
        if again is None:
            return None
        last = again
    texts = _without_glued_pages([lines[index].text.strip() for index in region if heading < index <= last])
    return _made(heading, last, texts)


def _next_in(region: Sequence[int], index: int) -> int | None:
    following = bisect.bisect_right(region, index)
    return region[following] if following < len(region) else None


def _glued_after(lines: Sequence[Line], last: int, following: int) -> bool:
    """Whether the line after the last sure entry ends in a page number just above that entry's."""
    before = re.search(r"(\d{1,4})\)?$", lines[last].text.rstrip())
    glued = _GLUED_PAGE.search(lines[following].text.strip())
    return before is not None and glued is not None and 0 <= int(glued[1]) - int(before[1]) <= 30


def _first_repeated(lines: Sequence[Line], region: Sequence[int]) -> int | None:
    """Index of the line before the one that repeats the first entry: there the body starts."""
    if len(region) < 3:
        return None
    first = bare(without_number(lines[region[1]].text))
    for before, index in itertools.pairwise(region[1:]):
        if first and bare(without_number(lines[index].text)) == first:
            return before
    # The region ended at the first long line; the line just before is the first title, repeated from the list.
    last = bare(without_number(lines[region[-1]].text))
    if last and any(bare(without_number(lines[index].text)) == last for index in region[1:-1]):
        return region[-2]
    return None


def _made(first: int, last: int, texts: Sequence[str]) -> Contents | None:
    entries = tuple(
        entry for entry in (_entry(text) for text in texts) if bare(entry) and bare(entry) != "目录"
    )
    return Contents(first, last, entries) if entries else None


def match_entries(bares: Sequence[str], entries: Sequence[str]) -> list[int]:
    """Which of the bare texts of paragraphs (`bare`, "" for what is no title) each listed title is, ascending.

    An exact match after the last one is best, then a likely one after it, then an exact one anywhere (the list's
    order disagrees with the body's). Each paragraph is taken once, so that two cases with one title stay two.
    """
    if too_many(bares, entries):
        return _match_exactly(bares, entries)
    taken: set[int] = set()
    last = -1
    for entry in entries:
        wanted = bare(without_number(entry))
        free = [index for index, text in enumerate(bares) if text and index not in taken]
        exact = [index for index in free if bares[index] == wanted]
        likely = [index for index in free if index > last and likeness(bares[index], wanted) >= ALIKE]
        ahead = [index for index in exact if index > last]
        choice = (
            ahead[0] if ahead else max(likely, key=lambda index: likeness(bares[index], wanted), default=-1)
        )
        if choice < 0 and exact:
            taken.add(exact[0])
        elif choice >= 0:
            taken.add(choice)
            last = choice
    return sorted(taken)


def _match_exactly(bares: Sequence[str], entries: Sequence[str]) -> list[int]:
    """What `match_entries` gives where only exact matches count, in time that grows with the text alone."""
    places: dict[str, collections.deque[int]] = collections.defaultdict(collections.deque)
    for index, text in enumerate(bares):
        places[text].append(index)
    passed: dict[str, collections.deque[int]] = collections.defaultdict(collections.deque)
    taken: set[int] = set()
    last = -1
    for wanted in filter(None, (bare(without_number(entry)) for entry in entries)):
        ahead, behind = places[wanted], passed[wanted]
        while ahead and ahead[0] <= last:
            behind.append(ahead.popleft())
        if ahead:
            last = ahead.popleft()
            taken.add(last)
        elif behind:
            taken.add(behind.popleft())
    return sorted(taken)
