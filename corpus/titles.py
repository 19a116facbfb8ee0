"""Find the lines of a document that are titles of cases.

They are looked for in the order in which they can be trusted: the table of contents, "案例N" numbering, heading
levels that the format states, numbers that run through the document, layout (blank lines, emphasis, page breaks),
and last the wording of short lines.
"""

from __future__ import annotations

import collections
import re
from collections.abc import Callable, Sequence

from corpus.cleaning import Paragraph
from corpus.contents import ALIKE, likeness, without_number
from corpus.normalise import bare

_CASE_NUMBER = re.compile(
    r"(?:典型|优秀|创新|改革)?案例\s*[0-9一二三四五六七八九十百]{1,4}\s*(?:[:：、.．\s]|$)"
)
_SECTION_NUMBER = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、.．是]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,3}\s*[、.．]|第[一二三四五六七八九十\d]+[条章节部篇]|[①-⑳]|0\d\s)"
)
_PLACE_OR_BODY = re.compile(
    r"省(?!力|时|心|内)|市(?!场|民|值)|县|区(?!域|间|划|分)|[\u4e00-\u9fffX]州|旗|镇|乡(?!村)|街道|开发区|局(?!部|面)|厅|委(?!托)|"
    r"(?<![帮代包承举快易好难])办(?![税事理证好案成结公件学医实就])|[法检医商]院|检察院|联社|海关|中心"
)
_PREFIXED = re.compile(r"[^，。：“”]{2,14}[：:]")
_ORDINAL = re.compile(
    r"\s*(?:(\d{1,3})\s*[、.．]|([一二三四五六七八九十百]{1,5})、|第([一二三四五六七八九十百\d]{1,5})篇)\s*(?=\S)"
)
_ENDS_LIKE_TEXT = re.compile(r"[。；，、：:,;]$")
_LONGEST_TITLE = 70


def title_like(paragraph: Paragraph) -> bool:
    """Short, one sentence at most, not ended like running text."""
    text = paragraph.text
    return 4 <= len(text) <= _LONGEST_TITLE and not _ENDS_LIKE_TEXT.search(text) and "。" not in text


def _names(title: str) -> bool:
    """Whether a title says what a case's title says: a place, an authority, or the theme of all compilations."""
    return bool(_PLACE_OR_BODY.search(without_number(title)[:16])) or "营商环境" in title


def sections_of_one_report(titles: Sequence[str]) -> bool:
    """Whether titles are the sections of one text ("一、主要做法") rather than titles of cases.

    Cases may be numbered too, but then most of them name a place or an authority, and there are more than a few.
    """
    if not titles:
        return True
    numbered = sum(bool(_SECTION_NUMBER.match(title)) for title in titles)
    naming = sum(map(_names, titles))
    return numbered > 0.6 * len(titles) and (naming < 0.6 * len(titles) or len(titles) < 4)


def find_starts(paragraphs: Sequence[Paragraph], entries: Sequence[str], document_title: str) -> list[int]:
    """Indices of title paragraphs, sorted."""
    listed = _match_entries(paragraphs, entries)
    if len(listed) >= max(2, 0.5 * len(entries)):
        return sorted({*listed, *_same_layout(paragraphs, listed)})
    for find in (_by_case_number, _by_level, _by_ordinal, _by_layout, _by_wording):
        found = [
            index
            for index in find(paragraphs)
            # A document's own title is no case, unless it was taken for that only because it stands first.
            if find is _by_case_number
            or not (index < 3 and bare(paragraphs[index].text) == bare(document_title))
        ]
        if len(found) >= 2:
            return found
    return []


def _match_entries(paragraphs: Sequence[Paragraph], entries: Sequence[str]) -> list[int]:
    """The paragraph of each listed title, in the order of the list where that is possible.

    An exact match after the last one is best, then a likely one after it, then an exact one anywhere (the list's
    order disagrees with the body's). Each paragraph is taken once, so that two cases with one title stay two.
    """
    bares = [bare(without_number(part.text)) if title_like(part) or part.level else "" for part in paragraphs]
    taken: list[int] = []
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
            taken.append(exact[0])
        elif choice >= 0:
            taken.append(choice)
            last = choice
    return sorted(taken)


def _signature(paragraphs: Sequence[Paragraph], index: int) -> tuple[int, bool, int, int, bool]:
    """What a line looks like on the page: heading level, emphasis, blank lines before, any blank line after."""
    part = paragraphs[index]
    after = paragraphs[index + 1].blanks if index + 1 < len(paragraphs) else 0
    return (part.level, part.emphasised, part.prominence, min(part.blanks, 2), after > 0)


def _same_layout(paragraphs: Sequence[Paragraph], titles: Sequence[int]) -> list[int]:
    """Title-like lines that the contents forgot but that look like the listed titles and like little else."""
    known = collections.Counter(_signature(paragraphs, index) for index in titles)
    others = collections.defaultdict(list)
    for index, part in enumerate(paragraphs):
        if index not in titles and index > 0 and title_like(part) and not _SECTION_NUMBER.match(part.text):
            others[_signature(paragraphs, index)].append(index)
    return [
        index
        for signature, indices in others.items()
        if known[signature] >= 3
        and len(indices) <= max(1, 0.25 * known[signature])
        and signature != (0, False, 0, 0, False)
        for index in indices
    ]


def _by_case_number(paragraphs: Sequence[Paragraph]) -> list[int]:
    return [
        index
        for index, part in enumerate(paragraphs)
        if _CASE_NUMBER.match(part.text) and len(part.text) <= _LONGEST_TITLE
    ]


def _by_level(paragraphs: Sequence[Paragraph]) -> list[int]:
    """The highest heading level with at least two headings that are not sections of one report."""
    levels = sorted({part.level for part in paragraphs if part.level})
    for level in levels:
        found = [
            index
            for index, part in enumerate(paragraphs)
            if part.level == level and len(part.text) <= _LONGEST_TITLE
        ]
        if len(found) < 2 or _parts_only(paragraphs, found):
            continue
        titles = [paragraphs[index].text for index in found]
        return [] if sections_of_one_report(titles) or _plain_sections(titles) else found
    return []


def _by_ordinal(paragraphs: Sequence[Paragraph]) -> list[int]:
    """Titles numbered 1, 2, 3 … through the whole document; numbering inside cases starts again and again."""
    found: list[int] = []
    for index, part in enumerate(paragraphs):
        number = _ordinal(part.text) if title_like(part) else 0
        since = sum(len(one.text) for one in paragraphs[found[-1] + 1 : index]) if found else 10_000
        if number == len(found) + 1 and since >= 150:
            found.append(index)
    return found if len(found) >= 4 and _plausible(paragraphs, found) else []


def _ordinal(text: str) -> int:
    """The number at the head of a line, Arabic or Chinese up to 999; 0 without one."""
    match = _ORDINAL.match(text)
    if match is None:
        return 0
    written = next(filter(None, match.groups()))
    if written.isdigit():
        return int(written)
    total, digit = 0, 0
    for character in written:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = "一二三四五六七八九".index(character) + 1
    return total + digit


def _parts_only(paragraphs: Sequence[Paragraph], found: Sequence[int]) -> bool:
    """Whether headings only group the cases of the next level ("第一部分"), so that the next level cuts."""
    deeper = [index for index, part in enumerate(paragraphs) if part.level > paragraphs[found[0]].level]
    direct = sum(index + 1 in deeper for index in found)
    return direct > 0.7 * len(found) and len(deeper) >= 2 * len(found)


def _plain_sections(titles: Sequence[str]) -> bool:
    """A handful of headings few of which say what a case's title says are sections of one text."""
    if len(titles) < 4:
        return not all(_PLACE_OR_BODY.search(title[:16]) for title in titles)
    return len(titles) <= 8 and sum(map(_names, titles)) < 0.34 * len(titles)


def _by_layout(paragraphs: Sequence[Paragraph]) -> list[int]:
    """Lines set apart by emphasis, a page break or wider blank space, where these are rare and have bodies."""
    usual = collections.Counter(min(part.blanks, 2) for part in paragraphs).most_common(1)[0][0]
    tests: tuple[Callable[[Paragraph], bool], ...] = (
        lambda part: part.emphasised and part.page_start,
        lambda part: part.page_start,
        lambda part: part.prominence >= 3,
        lambda part: part.prominence >= 2,
        lambda part: part.emphasised,
        lambda part: part.blanks >= max(2, usual + 1),
        lambda part: part.blanks > usual,
    )
    for test in tests:
        # Headings that the format states have been judged already.
        found = [
            index
            for index, part in enumerate(paragraphs)
            if test(part) and title_like(part) and not part.level
        ]
        found = [index for index in found if not _SECTION_NUMBER.match(paragraphs[index].text)]
        if len(found) >= 2 and _plausible(paragraphs, found):
            return found
    return []


def _plausible(paragraphs: Sequence[Paragraph], found: Sequence[int]) -> bool:
    """Whether most candidates have a body of a case's length and name what a case's title names."""
    bodies = body_lengths(paragraphs, found)
    long_enough = sum(length >= 150 for length in bodies) >= 0.7 * len(found)
    titles = [paragraphs[index].text for index in found]
    naming = sum(map(_names, titles))
    return long_enough and naming >= 0.5 * len(found)


def _by_wording(paragraphs: Sequence[Paragraph]) -> list[int]:
    """Short lines worded like case titles between long paragraphs; only where at least three stand far apart."""
    found: list[int] = []
    for index, part in enumerate(paragraphs[:-1]):
        before = paragraphs[index - 1].text if index else "。"
        if (
            title_like(part)
            and not _SECTION_NUMBER.match(part.text)
            and _names(part.text)
            and re.search(r"[。！？”）…]$", before)
        ):
            since = sum(len(one.text) for one in paragraphs[found[-1] : index]) if found else 10_000
            if since >= 250 and len(part.text) >= 8:
                found.append(index)
    prefixed = [index for index in found if _PREFIXED.match(paragraphs[index].text)]
    if len(prefixed) >= 0.6 * len(found):
        found = prefixed  # "某市：……" is this compilation's style; the rest are headings inside cases
    total = sum(len(part.text) for part in paragraphs)
    naming = sum(bool(_PLACE_OR_BODY.search(paragraphs[index].text[:16])) for index in found)
    return found if len(found) >= 3 and total >= 350 * len(found) and naming >= 0.4 * len(found) else []


def body_lengths(paragraphs: Sequence[Paragraph], starts: Sequence[int]) -> list[int]:
    """Characters between each title and the next."""
    ends = [*starts[1:], len(paragraphs)][: len(starts)]
    return [
        sum(len(part.text) for part in paragraphs[start + 1 : end])
        for start, end in zip(starts, ends, strict=True)
    ]
