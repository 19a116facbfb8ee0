"""Write chosen sentences as Markdown, each with a mark that leads to its quote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.normalise import tidy_spaces
from corpus.types import Case
from rag.types import Citation, Reason
from rag.units import Unit
from rag.wording import Wording

_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|])")
_ORDINALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer made of the cases' own sentences.

    Attributes:
        text: Markdown with [n] marks.
        citations: in order of their numbers.
        reason: why it is a refusal, None where it is none.
        remarks: what `text` says before anything else, a sentence each.
    """

    text: str
    citations: tuple[Citation, ...]
    reason: Reason | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        unit: what the row rests on.
        cells: behind the place.
        marked: which of them gets the mark.
    """

    unit: Unit
    cells: tuple[str, ...]
    marked: int


def listed(units: Sequence[Unit], wording: Wording, *, remarks: Sequence[str] = ()) -> Composed:
    """The Markdown of chosen units as a list, grouped by case in order of each case's best unit.

    Args:
        units: best first, at least one.
        wording: fixed phrases.
        remarks: what must be said before anything else, a sentence each.
    """
    cases: dict[str, Case] = {unit.case.id: unit.case for unit in units}
    lines = [f"{remark}\n" for remark in remarks]
    if len(cases) == 1:
        lines.append(_lead(named(units[0].case), wording) + "\n")
    else:
        lines.append(wording("lead_many", count=len(cases)))
    citations: list[Citation] = []
    for case in cases.values():
        if len(cases) > 1:
            lines.append(f"\n**{named(case)}**\n")
        for unit in sorted((one for one in units if one.case.id == case.id), key=lambda one: one.span):
            number = len({citation.number for citation in citations}) + 1
            lines.append(f"- {marked(unit.text, number)}")
            citations.extend(citations_of(unit, number))
    return Composed("\n".join(lines), tuple(citations), remarks=tuple(remarks))


def _lead(name: str, wording: Wording) -> str:
    lead = wording("lead_one", case=name)
    # Markdown shows ** beside a quotation mark as two stars.
    return lead if name[:1].isalnum() and name[-1:].isalnum() else lead.replace("**", "")


def tabled(
    head: Sequence[str],
    rows: Sequence[Row],
    wording: Wording,
    *,
    cases: int,
    more: Sequence[Case] = (),
    remarks: Sequence[str] = (),
) -> Composed:
    """The Markdown of a comparison: a table with one row a statement, then the cases by their ordinals.

    Titles stand below and not in the rows, so that every figure of a row is one of its quote.

    Args:
        head: names of the columns behind the case's ordinal and the place.
        rows: in the order shown; rows of one case follow each other.
        wording: fixed phrases.
        cases: how many cases were looked through.
        more: cases that tell of it too and that there was no room for.
        remarks: what must be said before anything else, a sentence each.
    """
    order = list({row.unit.case.id: row.unit.case for row in rows}.values())
    ordinals = {case.id: ordinal(number) for number, case in enumerate(order, 1)}
    lines = [f"{remark}\n" for remark in remarks]
    lines += [wording("lead_list", all=cases, count=len(order) + len(more)), ""]
    columns = ["案例", "地方", *head]
    lines += [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    citations: list[Citation] = []
    for number, row in enumerate(rows, 1):
        case = row.unit.case
        cells = [escaped(cell) for cell in row.cells]
        cells[row.marked] = marked(row.cells[row.marked], number).removesuffix("。")
        cells = [ordinals[case.id], escaped(case.region) or "—", *cells]
        lines.append(f"| {' | '.join(cells)} |")
        citations.extend(citations_of(row.unit, number))
    names = "；".join(f"{ordinals[case.id]}、{escaped(case.title)}" for case in order)
    lines += ["", wording("list_cases", cases=names)]
    if more:
        lines += ["", wording("list_rest", count=len(more), cases="；".join(map(named, more)))]
    return Composed("\n".join(lines), tuple(citations), remarks=tuple(remarks))


def ordinal(number: int) -> str:
    """1..99 as a Chinese ordinal: 一, 十, 十二, 二十三."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_ORDINALS[tens - 1]}十"
    return head + (_ORDINALS[ones - 1] if ones else "")


def refused(reason: Reason, said: str, units: Sequence[Unit], lead: str, wording: Wording) -> Composed:
    """A refusal: what is said, and below it what the cases do hold."""
    if not units:
        return Composed(said, (), reason)
    shown = listed(units, wording)
    return Composed(f"{said}\n\n{lead}\n\n{shown.text}", shown.citations, reason)


def nearest(cases: Iterable[Case]) -> str:
    """Names of cases as a list."""
    return "\n".join(f"- {named(case)}" for case in cases)


def quoted(names: Iterable[str]) -> str:
    """Names in quotation marks: “甲”、“乙”."""
    return "、".join(f"“{escaped(name)}”" for name in names)


def named(case: Case) -> str:
    """A case's title, with its region where the title does not tell it."""
    region = f"（{case.region}）" if case.region and case.region not in case.title.replace("：", "") else ""
    return escaped(case.title) + escaped(region)


def escaped(text: str) -> str:
    """`text` with the characters that Markdown or HTML would read as layout made plain."""
    return _MARKDOWN.sub(r"\\\1", text)


def one_line(text: str) -> str:
    """Text of a quote on one line, without the signs that it ends with."""
    return tidy_spaces(" ".join(text.split("\n"))).rstrip("；;，,、：:")


def marked(text: str, number: int) -> str:
    """A sentence with its mark before each full stop, so that no part of it stands without one."""
    shown = one_line(text)
    body, tail = (shown[:-1], shown[-1]) if shown[-1:] in "。！？!?" else (shown, "。")
    # A stop inside the sentence, also one before a closing quotation mark, ends a part that needs the mark too.
    parts = re.split(r"(?<=[。！？；])(?![”’』】）》])", body)
    return "".join(_with_mark(part, number) for part in parts[:-1]) + f"{escaped(parts[-1])}[{number}]{tail}"


def _with_mark(part: str, number: int) -> str:
    return f"{escaped(part[:-1])}[{number}]{part[-1]}"


def citations_of(unit: Unit, number: int) -> list[Citation]:
    """The quotes of a unit; several where it runs around text that is not the case's."""
    return [
        Citation(number, unit.case, span.of(unit.document.text), span, unit.document.lines_of(span))
        for span in unit.document.verbatim(unit.span)
        if span.of(unit.document.text).strip()
    ]
