"""Find the lines of a document that are titles of cases.

They are looked for in the order in which they can be trusted: the table of contents, "案例N" numbering, heading
levels that the format states, numbers that run through the document, layout (blank lines, emphasis, page breaks),
and last the wording of short lines.
"""

from __future__ import annotations

import collections
import itertools
import re
from collections.abc import Callable, Sequence

from corpus.cleaning import Paragraph
from corpus.contents import match_entries, without_number
from corpus.headings import (
    CASE_NUMBER,
    COLLECTION,
    COMPILATION,
    FIRST_SECTION,
    LONGEST_TITLE,
    PLACE_OR_BODY,
    PREFIXED,
    REPORT,
    SECTION_NUMBER,
    names,
    ordinal,
    plain_sections,
    sections_of_one_report,
    title_like,
)
from corpus.normalise import bare

SHORTEST_CASE = 60  # characters of body; less under a title is a part heading, not a case


def find_starts(
    paragraphs: Sequence[Paragraph], entries: Sequence[str], document_title: str, *, own: bool
) -> list[int]:
    """Indices of title paragraphs, sorted.

    Args:
        paragraphs: of one document.
        entries: titles that its contents list.
        document_title: its title.
        own: whether that title is surely the document's own; otherwise it may be that of the first case.
    """
    bares = [bare(without_number(part.text)) if title_like(part) or part.level else "" for part in paragraphs]
    listed = match_entries(bares, entries)
    if len(listed) >= max(2, 0.5 * len(entries)):
        return sorted({*listed, *_same_layout(paragraphs, listed)})
    for find in (_by_case_number, _by_level, _by_ordinal, _by_layout, _by_wording):
        found = find(paragraphs)
        if find is not _by_case_number:
            found = _without_own_title(paragraphs, found, document_title, own=own)
            if _one_report(paragraphs, found, document_title):
                return []
        if len(found) >= 2:
            return found
    if COLLECTION.search(document_title):  # there are cases, whatever their titles say
        found = _by_layout(paragraphs, any_wording=True)
        found = _without_own_title(paragraphs, found, document_title, own=own)
        return found if len(found) >= 3 else []
    return []


def _without_own_title(
    paragraphs: Sequence[Paragraph], found: Sequence[int], document_title: str, *, own: bool
) -> list[int]:
    """`found` without the document's own title.

    A title that was taken for that only because it stands first is a case's if it has a body. Among two or three
    titles it must look like one, for a text with a heading or two is no compilation.
    """
    rest = [index for index in found if index >= 3 or bare(paragraphs[index].text) != bare(document_title)]
    if len(rest) == len(found) or own or COMPILATION.search(document_title):
        return rest
    following = paragraphs[found[0] + 1 : found[0] + 2]
    if any(title_like(one) and names(one.text) and not SECTION_NUMBER.match(one.text) for one in following):
        return rest  # the first case's title follows
    alike = len(found) >= 4 or _prefixed(paragraphs, found) or _sectioned(paragraphs, found)
    lengths = body_lengths(paragraphs, found)
    usual = sorted(lengths)[len(lengths) // 2]  # much less under the first is a preface
    return list(found) if alike and lengths[0] >= max(SHORTEST_CASE, usual // 4) else rest


def _prefixed(paragraphs: Sequence[Paragraph], found: Sequence[int]) -> bool:
    """Whether the titles have the form "某市：……"."""
    prefixed = [
        one
        for one in (without_number(paragraphs[index].text) for index in found)
        if PREFIXED.match(one) and PLACE_OR_BODY.search(one[:16])
    ]
    return len(prefixed) >= 0.7 * len(found)


def _sectioned(paragraphs: Sequence[Paragraph], found: Sequence[int]) -> bool:
    """Whether under most titles a text begins that has sections of its own: "一、", the highest number there is."""
    numbered = [index for index in found if SECTION_NUMBER.match(paragraphs[index].text)]
    ends = [*found[1:], len(paragraphs)]
    bodies = [paragraphs[start + 1 : end] for start, end in zip(found, ends, strict=False)]
    # Where the format states headings, the first of them is "一、"; one further down may belong to a case below.
    heads = [[part for part in body if part.level][:1] or body for body in bodies]
    begun = sum(any(FIRST_SECTION.match(part.text) for part in head) for head in heads)
    return not numbered and len(found) >= 2 and begun >= 0.7 * len(found)


def _one_report(paragraphs: Sequence[Paragraph], found: Sequence[int], document_title: str) -> bool:
    """Whether the document says that it is one report, and nothing about its headings says otherwise."""
    reports = sum(bool(REPORT.search(paragraphs[index].text)) for index in found)
    return (
        REPORT.search(document_title) is not None
        and reports <= 1
        and not _prefixed(paragraphs, found)
        and not _sectioned(paragraphs, found)
    )


def _signature(paragraphs: Sequence[Paragraph], index: int) -> tuple[int, bool, int, int, bool]:
    """What a line looks like on the page: heading level, emphasis, blank lines before, any blank line after."""
    part = paragraphs[index]
    after = paragraphs[index + 1].blanks if index + 1 < len(paragraphs) else 0
    return (part.level, part.emphasised, part.prominence, min(part.blanks, 2), after > 0)


def _same_layout(paragraphs: Sequence[Paragraph], titles: Sequence[int]) -> list[int]:
    """Title-like lines that the contents forgot but that look like the listed titles and like little else."""
    known = collections.Counter(_signature(paragraphs, index) for index in titles)
    others = collections.defaultdict(list)
    listed = set(titles)
    for index, part in enumerate(paragraphs):
        if index not in listed and index > 0 and title_like(part) and not SECTION_NUMBER.match(part.text):
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
        if CASE_NUMBER.match(part.text) and len(part.text) <= LONGEST_TITLE
    ]


def _by_level(paragraphs: Sequence[Paragraph]) -> list[int]:
    """The highest heading level with at least two headings that are not sections of one report."""
    levels = sorted({part.level for part in paragraphs if part.level})
    passed_over = False
    for level in levels:
        found = [
            index
            for index, part in enumerate(paragraphs)
            if part.level == level and len(part.text) <= LONGEST_TITLE
        ]
        titles = [paragraphs[index].text for index in found]
        if len(found) < 2 or _parts_only(paragraphs, found):
            passed_over = passed_over or (len(found) >= 2 and FIRST_SECTION.match(titles[0]) is not None)
            continue
        plain = plain_sections(titles) and not _sectioned(paragraphs, found)
        # Below headings that are none, only such as say what a case's title says are titles.
        naming = sum(map(names, titles)) >= 0.5 * len(titles)
        clear = not passed_over or naming or _sectioned(paragraphs, found)
        if clear and not plain and not sections_of_one_report(titles):
            return found
        passed_over = True
    return []


def _by_ordinal(paragraphs: Sequence[Paragraph]) -> list[int]:
    """Titles numbered 1, 2, 3 … through the whole document; numbering inside cases starts again and again."""
    found: list[int] = []
    upto = _lengths_upto(paragraphs)
    for index, part in enumerate(paragraphs):
        number = ordinal(part.text) if title_like(part) else 0
        since = upto[index] - upto[found[-1] + 1] if found else 10_000
        if number == len(found) + 1 and since >= 150:
            found.append(index)
    return found if len(found) >= 4 and _plausible(paragraphs, found) else []


def _parts_only(paragraphs: Sequence[Paragraph], found: Sequence[int]) -> bool:
    """Whether headings only group the cases of the next level ("第一部分"), so that the next level cuts."""
    deeper = {index for index, part in enumerate(paragraphs) if part.level > paragraphs[found[0]].level}
    direct = sum(index + 1 in deeper for index in found)
    if direct <= 0.7 * len(found) or len(deeper) < 2 * len(found):
        return False
    following = min(paragraphs[index].level for index in deeper)
    return not sections_of_one_report([part.text for part in paragraphs if part.level == following])


def _by_layout(paragraphs: Sequence[Paragraph], *, any_wording: bool = False) -> list[int]:
    """Lines set apart by emphasis, a page break or wider blank space, where these are rare and have bodies."""
    usual = collections.Counter(min(part.blanks, 2) for part in paragraphs).most_common(1)[0][0]
    tests: tuple[Callable[[Paragraph], bool], ...] = (
        lambda part: part.emphasised and part.page_start,
        lambda part: part.page_start,
        lambda part: part.prominence >= 3,
        lambda part: part.prominence >= 2,
        lambda part: part.emphasised,
        # Nothing stands above the first line, so it needs no blank line to be set apart.
        lambda part: part.blanks >= max(2, usual + 1) or part is paragraphs[0],
        lambda part: part.blanks > usual or part is paragraphs[0],
    )
    for test in tests:
        # Headings that the format states have been judged already.
        found = [
            index
            for index, part in enumerate(paragraphs)
            if test(part) and title_like(part) and not part.level
        ]
        found = [index for index in found if not SECTION_NUMBER.match(paragraphs[index].text)]
        if len(found) >= 2 and _plausible(paragraphs, found, any_wording=any_wording):
            return found
    return []


def _plausible(paragraphs: Sequence[Paragraph], found: Sequence[int], *, any_wording: bool = False) -> bool:
    """Whether most candidates have a body of a case's length and name what a case's title names."""
    bodies = body_lengths(paragraphs, found)
    long_enough = sum(length >= 150 for length in bodies) >= 0.7 * len(found)
    titles = [paragraphs[index].text for index in found]
    naming = sum(map(names, titles))
    return long_enough and (any_wording or naming >= 0.5 * len(found) or _sectioned(paragraphs, found))


def _by_wording(paragraphs: Sequence[Paragraph]) -> list[int]:
    """Short lines worded like case titles between long paragraphs; only where at least three stand far apart."""
    found: list[int] = []
    upto = _lengths_upto(paragraphs)
    for index, part in enumerate(paragraphs[:-1]):
        before = paragraphs[index - 1].text if index else "。"
        if (
            title_like(part)
            and not SECTION_NUMBER.match(part.text)
            and names(part.text)
            and re.search(r"[。！？”）…]$", before)
        ):
            since = upto[index] - upto[found[-1]] if found else 10_000
            if since >= 250 and len(part.text) >= 8:
                found.append(index)
    prefixed = [index for index in found if PREFIXED.match(paragraphs[index].text)]
    if len(prefixed) >= 0.6 * len(found):
        found = prefixed  # "某市：……" is this compilation's style; the rest are headings inside cases
    total = sum(len(part.text) for part in paragraphs)
    naming = sum(bool(PLACE_OR_BODY.search(paragraphs[index].text[:16])) for index in found)
    return found if len(found) >= 3 and total >= 350 * len(found) and naming >= 0.4 * len(found) else []


def _lengths_upto(paragraphs: Sequence[Paragraph]) -> list[int]:
    """Characters before each paragraph, and of all."""
    return list(itertools.accumulate((len(part.text) for part in paragraphs), initial=0))


def body_lengths(paragraphs: Sequence[Paragraph], starts: Sequence[int]) -> list[int]:
    """Characters between each title and the next."""
    ends = [*starts[1:], len(paragraphs)][: len(starts)]
    return [
        sum(len(part.text) for part in paragraphs[start + 1 : end])
        for start, end in zip(starts, ends, strict=True)
    ]
