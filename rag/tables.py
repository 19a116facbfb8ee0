"""Tables and answers for people at a terminal: columns line up though Chinese characters are two wide."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from corpus.normalise import width
from corpus.types import Case, FileReport
from rag.output import place_in_file, reading_for_people
from rag.types import Answer, Hit

if TYPE_CHECKING:
    from rag.assistant import Assistant

# What rag.compose writes into an answer: an escaped character or the mark of bold type.
_MARKDOWN = re.compile(r"\\([\\`*_\[\]<>#|])|\*\*")
_BRACKETS = {"[": "［", "]": "］"}
_BAR = re.compile(r"(?<!\\)\|")
_LAST_MARK = re.compile(r"\[\d+\]$")
_WIDEST_CELL = 72  # columns
_STATES = {"read": "已收录", "refused": "未收录", "skipped": "跳过"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, widest: Sequence[int]) -> str:
    """Rows under a head, each column as wide as its widest cell but at most `widest` columns."""
    shown = [[fitted(cell, limit) for cell, limit in zip(row, widest, strict=True)] for row in [head, *rows]]
    widths = [max(width(row[column]) for row in shown) for column in range(len(head))]
    lines = [
        "  ".join(cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in shown
    ]
    lines.insert(1, "  ".join("─" * size for size in widths))
    return "\n".join(lines)


def fitted(text: str, limit: int) -> str:
    """`text` in at most `limit` columns, "…" at the end where it was longer."""
    if width(text) <= limit:
        return text
    kept = ""
    for character in text:
        if width(kept + character) > limit - 1:
            break
        kept += character
    return kept + "…"


def health_report(reports: Sequence[FileReport]) -> str:
    """What became of each file, with what was left out and why."""
    rows = [
        (
            PurePath(one.path).name,
            _STATES[one.status],
            one.encoding,
            str(one.cases) if one.status == "read" else "",
            str(one.listed) if one.listed else "",
            str(one.characters) if one.status == "read" else "",
        )
        for one in reports
    ]
    parts = [table(("文件", "情况", "编码", "案例", "目录条目", "字数"), rows, widest=(44, 8, 12, 6, 8, 10))]
    for one in reports:
        details = [one.message, *one.notes] + [
            f"{_lines(left.lines)} {left.reason}：{fitted(left.text, 60)}" for left in one.leftovers
        ]
        details = [detail for detail in details if detail]
        if details:
            parts.append(f"\n{PurePath(one.path).name}")
            parts.extend(f"  · {detail}" for detail in details)
    return "\n".join(parts)


def _lines(lines: tuple[int, int]) -> str:
    return f"第 {lines[0]} 处" if lines[0] == lines[1] else f"第 {lines[0]}–{lines[1]} 处"


def hits_table(hits: Sequence[Hit]) -> str:
    """Ranked cases with their scores and each searcher's share."""
    rows = [
        (
            str(hit.rank),
            f"{hit.score:.3f}",
            hit.case.title,
            hit.case.region,
            hit.case.source,
            " ".join(f"{name[:3]} {share:.2f}" for name, share in hit.origin),
        )
        for hit in hits
    ]
    return table(("名次", "得分", "案例", "地区", "文件", "各检索器"), rows, widest=(4, 6, 50, 22, 26, 44))


def cases_table(cases: Sequence[Case]) -> str:
    """Every case with its place in its file."""
    rows = [
        (
            str(number),
            case.title,
            case.region,
            case.department,
            case.period,
            case.source,
            f"{case.lines[0]}–{case.lines[1]}",
        )
        for number, case in enumerate(cases, 1)
    ]
    body = table(
        ("序号", "案例", "地区", "部门", "时间", "文件", "位置"), rows, widest=(4, 52, 22, 18, 14, 26, 9)
    )
    return f"{body}\n共 {len(cases)} 个案例"


def plain(markdown: str) -> str:
    """An answer's Markdown as plain text; brackets of the source become wide, so that "[1]" is always a mark."""
    return _MARKDOWN.sub(lambda found: _BRACKETS.get(found[1], found[1] or ""), markdown)


def answer_for_people(answer: Answer, assistant: Assistant) -> str:
    """The answer, how the question was understood, and the numbered sources."""
    lines = [_aligned(plain(answer.text)), ""]
    if answer.reading is not None:
        lines = [f"理解为：{reading_for_people(answer.reading)}", *answer.notes, "", *lines]
    if answer.citations:
        lines.append("出处：")
    for citation in answer.citations:
        where = place_in_file(citation.lines, assistant.document(citation.case).unit)
        lines.append(
            f"[{citation.number}] {citation.case.title}，{citation.case.document_title}（{citation.case.source} {where}）"
        )
        lines.append(f"    “{citation.quote}”")
    return "\n".join(lines)


def _aligned(text: str) -> str:
    """`text` with its Markdown tables as columns that line up; the whole of a long cell stands among the quotes."""
    pieces = []
    for is_table, block in itertools.groupby(text.split("\n"), lambda line: line.startswith("|")):
        lines = list(block)
        if is_table:
            head, _, *rows = ([_short(cell.strip()) for cell in _BAR.split(line)[1:-1]] for line in lines)
            lines = [table(head, rows, widest=[_WIDEST_CELL] * len(head))]
        pieces += lines
    return "\n".join(pieces)


def _short(cell: str) -> str:
    """A cell that fits its column and keeps its mark."""
    mark = _LAST_MARK.search(cell)
    if mark is None or width(cell) <= _WIDEST_CELL:
        return cell
    return fitted(cell[: mark.start()], _WIDEST_CELL - len(mark[0]) - 2) + mark[0]
