"""Cut a clean document into cases.

Whatever finds the titles, a title needs a body, text before the first title may be a case of its own, and a document
in which nothing is found is one case.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.cleaning import CleanFile, Paragraph
from corpus.headings import sections_of_one_report, title_like
from corpus.normalise import bare
from corpus.stated import department_in, period_in, region_in, topics_in
from corpus.titles import SHORTEST_CASE, body_lengths, find_starts
from corpus.types import Case, Leftover, Span

_PREFACE = re.compile(r"(?:前\s*言|序\s*言?|编者按|编者的话|说\s*明|导\s*读|编\s*写\s*说\s*明)$")
_SHORTEST_UNTITLED = 200  # characters before the first title that are a case of their own


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
    own = _has_own_title(file)
    entries = _case_entries(file, own=own)
    starts = find_starts(paragraphs, entries, file.document.title, own=own)
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
            titled=_titled(paragraphs, first, starts),
        )
        for number, (first, after) in enumerate(zip(bounds, [*bounds[1:], len(paragraphs)], strict=True), 1)
    )
    loose = [index for index in range(bounds[0]) if index not in headings]
    return Cutting(cases, _all_leftovers(file, loose, headings), len(entries))


def _titled(paragraphs: Sequence[Paragraph], first: int, starts: Sequence[int]) -> bool:
    return first in starts or title_like(paragraphs[first])


def _has_own_title(file: CleanFile) -> bool:
    """Whether the document's title is stated or stands before the contents, not merely first in the text."""
    stated = {"title", "source_document"} & {key for key, value in file.metadata if value}
    first = file.paragraphs[0]
    before_contents = first.lines[0] < min(
        (one.lines[0] for one in file.leftovers if one.reason == "目录"), default=0
    )
    return bool(stated) or before_contents or bare(first.text) != bare(file.document.title)


def _case_entries(file: CleanFile, *, own: bool) -> tuple[str, ...]:
    """Entries of the contents that can be cases: the document's own title and mere section headings are not."""
    if file.contents is None:
        return ()
    title = bare(file.document.title)
    entries = tuple(entry for entry in file.contents.entries if not own or bare(entry) != title)
    return () if sections_of_one_report(entries) else entries


def _with_bodies(paragraphs: Sequence[Paragraph], starts: Sequence[int]) -> tuple[list[int], set[int]]:
    """Titles that have a body, and the part headings that have none."""
    kept, headings = [], set()
    for start, length in zip(starts, body_lengths(paragraphs, starts), strict=True):
        if length >= SHORTEST_CASE:
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
        last = _line_at(file, file.contents.last)
        after = next((i for i, part in enumerate(file.paragraphs) if part.lines[0] > last), 0)
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
