"""Cut a clean document into cases.

Title lines are looked for in the order in which they can be trusted: the table of contents, "案例N" numbering,
heading levels that the format states, layout (blank lines, emphasis, page breaks), and last the wording of short
lines. Whatever finds them, a title needs a body, and a document in which nothing is found is one case.
"""

from __future__ import annotations

import collections
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpus.cleaning import CleanFile, Paragraph
from corpus.contents import ALIKE, likeness, without_number
from corpus.normalise import bare
from corpus.stated import department_in, period_in, region_in, topics_in
from corpus.types import Case, Leftover, Span

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
_PREFACE = re.compile(r"(?:前\s*言|序\s*言?|编者按|编者的话|说\s*明|导\s*读|编\s*写\s*说\s*明)$")
_SHORTEST_CASE = 60  # characters of body; less under a title is a part heading, not a case
_SHORTEST_UNTITLED = 200  # characters before the first title that are a case of their own
_LONGEST_TITLE = 70


@dataclass(frozen=True, slots=True)
class Cutting:
    """Cases of one document and the paragraphs that went into none."""

    cases: tuple[Case, ...]
    leftovers: tuple[Leftover, ...]
    listed: int


def split_cases(file: CleanFile) -> Cutting:
    """Cut one document into cases, in order of the text."""
    paragraphs = file.paragraphs
    if not paragraphs:
        return Cutting((), file.leftovers, 0)
    entries = _case_entries(file)
    starts = _find_starts(paragraphs, entries, file.document.title)
    starts, headings = _with_bodies(paragraphs, starts)
    front = _front(file, starts)
    untitled = starts and sum(len(paragraphs[index].text) for index in front) >= _SHORTEST_UNTITLED
    opening = front[0] if untitled and front else None
    bounds = ([opening] if opening is not None else []) + starts if starts else [0]
    cases = tuple(
        _case(
            file,
            number,
            paragraphs[first:after],
            titled=first != opening and _titled(paragraphs, first, starts),
        )
        for number, (first, after) in enumerate(zip(bounds, [*bounds[1:], len(paragraphs)], strict=True), 1)
    )
    loose = [index for index in range(bounds[0]) if index not in headings]
    return Cutting(cases, _all_leftovers(file, loose, headings), len(entries))


def _titled(paragraphs: Sequence[Paragraph], first: int, starts: Sequence[int]) -> bool:
    return first in starts or _title_like(paragraphs[first])


def _title_like(paragraph: Paragraph) -> bool:
    """Short, one sentence at most, not ended like running text."""
    text = paragraph.text
    return 4 <= len(text) <= _LONGEST_TITLE and not _ENDS_LIKE_TEXT.search(text) and "。" not in text


def _case_entries(file: CleanFile) -> tuple[str, ...]:
    """Entries of the contents that can be cases: the document's own title and mere section headings are not."""
    if file.contents is None:
        return ()
    own = bare(file.document.title)
    entries = tuple(entry for entry in file.contents.entries if bare(entry) != own)
    return () if _sections_of_one_report(entries) else entries


def _names(title: str) -> bool:
    """Whether a title says what a case's title says: a place, an authority, or the theme of all compilations."""
    return bool(_PLACE_OR_BODY.search(without_number(title)[:16])) or "营商环境" in title


def _sections_of_one_report(titles: Sequence[str]) -> bool:
    """Whether titles are the sections of one text ("一、主要做法") rather than titles of cases.

    Cases may be numbered too, but then most of them name a place or an authority, and there are more than a few.
    """
    if not titles:
        return True
    numbered = sum(bool(_SECTION_NUMBER.match(title)) for title in titles)
    naming = sum(map(_names, titles))
    return numbered > 0.6 * len(titles) and (naming < 0.6 * len(titles) or len(titles) < 4)


def _find_starts(paragraphs: Sequence[Paragraph], entries: Sequence[str], document_title: str) -> list[int]:
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
    bares = [
        bare(without_number(part.text)) if _title_like(part) or part.level else "" for part in paragraphs
    ]
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
        if index not in titles and index > 0 and _title_like(part) and not _SECTION_NUMBER.match(part.text):
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
        return [] if _sections_of_one_report(titles) or _plain_sections(titles) else found
    return []


def _by_ordinal(paragraphs: Sequence[Paragraph]) -> list[int]:
    """Titles numbered 1, 2, 3 … through the whole document; numbering inside cases starts again and again."""
    found: list[int] = []
    for index, part in enumerate(paragraphs):
        number = _ordinal(part.text) if _title_like(part) else 0
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
            if test(part) and _title_like(part) and not part.level
        ]
        found = [index for index in found if not _SECTION_NUMBER.match(paragraphs[index].text)]
        if len(found) >= 2 and _plausible(paragraphs, found):
            return found
    return []


def _plausible(paragraphs: Sequence[Paragraph], found: Sequence[int]) -> bool:
    """Whether most candidates have a body of a case's length and name what a case's title names."""
    bodies = _body_lengths(paragraphs, found)
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
            _title_like(part)
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


def _body_lengths(paragraphs: Sequence[Paragraph], starts: Sequence[int]) -> list[int]:
    ends = [*starts[1:], len(paragraphs)][: len(starts)]
    return [
        sum(len(part.text) for part in paragraphs[start + 1 : end])
        for start, end in zip(starts, ends, strict=True)
    ]


def _with_bodies(paragraphs: Sequence[Paragraph], starts: Sequence[int]) -> tuple[list[int], set[int]]:
    """Titles that have a body, and the part headings that have none."""
    kept, headings = [], set()
    for start, length in zip(starts, _body_lengths(paragraphs, starts), strict=True):
        if length >= _SHORTEST_CASE:
            kept.append(start)
        else:
            headings.add(start)
    return kept, headings


def _front(file: CleanFile, starts: Sequence[int]) -> list[int]:
    """Paragraphs between the contents (or the document's title) and the first case, prefaces apart."""
    if not starts:
        return []
    after = 0
    if file.contents:
        last = file.contents.last
        after = next((i for i, part in enumerate(file.paragraphs) if part.lines[0] > _line_at(file, last)), 0)
    front = list(range(after, starts[0]))
    while front and (bare(file.paragraphs[front[0]].text) == bare(file.document.title)):
        front.pop(0)
    if front and _PREFACE.match(file.paragraphs[front[0]].text.strip()):
        return []
    return front if any("。" in file.paragraphs[index].text for index in front) else []


def _line_at(file: CleanFile, index: int) -> int:
    return max((one.lines[1] for one in file.leftovers if one.reason == "目录"), default=index)


def _case(file: CleanFile, number: int, parts: Sequence[Paragraph], *, titled: bool) -> Case:
    document = file.document
    span = Span(parts[0].span.start, parts[-1].span.end)
    text = span.of(document.text)
    stated = dict(file.metadata)
    single = span.start == file.paragraphs[0].span.start and span.end == file.paragraphs[-1].span.end
    title = parts[0].text if titled else _opening_title(parts)
    if single and stated.get("title"):
        title = stated["title"]
    body = text[len(parts[0].text) :] if titled else text
    # Front matter that gives a title states all there is to state: what it leaves empty is not looked for.
    described = single and bool(stated.get("title"))
    identity = f"{document.title}\0{title}\0{bare(body)[:400]}"
    return Case(
        id=hashlib.sha256(identity.encode()).hexdigest()[:12],
        document_id=document.id,
        number=number,
        title=title,
        span=span,
        lines=(parts[0].lines[0], parts[-1].lines[1]),
        text=text,
        document_title=document.title,
        source=document.name,
        region=stated.get("region", "") if described else region_in(title, body),
        department=stated.get("department", "") if described else department_in(title, body),
        period=stated.get("period", "") if described else period_in(body),
        topics=tuple(filter(None, stated.get("topics", "").split("、")))
        if described
        else topics_in(title, body),
    )


def _opening_title(parts: Sequence[Paragraph]) -> str:
    """What to call an untitled case: the paper that its first sentence is about, else its opening words."""
    first = re.split(r"(?<=[。！？])", parts[0].text)[0]
    if named := re.search(r"《([^《》]{6,60})》", first):
        return named[1]
    return first if len(first) <= 30 else first[:30] + "…"


def _all_leftovers(file: CleanFile, loose: Sequence[int], headings: set[int]) -> tuple[Leftover, ...]:
    part = file.paragraphs
    found = [Leftover(part[i].lines, part[i].text[:80], "篇章标题") for i in sorted(headings)]
    found += [Leftover(part[i].lines, part[i].text[:80], "封面、前言等正文之前的文字") for i in loose]
    return tuple(sorted((*file.leftovers, *found), key=lambda one: one.lines))
