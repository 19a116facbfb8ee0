"""HTML of health reports: what was found in a file, what was left out, what is there already."""

from __future__ import annotations

import html
from collections.abc import Sequence

from corpus.types import FileReport, LineUnit
from rag.candidates import Candidate
from rag.duplicates import SAME, Duplicate
from rag.readings import Reading
from ui.documents.desk import Desk, Editing, Pending
from ui.sources import place

_LISTED = 12  # duplicates that are named one by one


def button(text: str, do: str, *, about: str = "", kind: str = "", **data: object) -> str:
    """A button that asks the page to `do` something with `data`.

    Args:
        text: as shown.
        do: what `ui.pages.documents` knows.
        about: what it is about, for those who only hear the page.
        kind: "go", "danger", "cut" or none.
        data: goes along with it.
    """
    values = "".join(f' data-{name}="{html.escape(str(value))}"' for name, value in data.items())
    label = f' aria-label="{html.escape(f"{text}：{about}")}"' if about else ""
    return (
        f'<button type="button" class="do {kind}" data-do="{do}"{values}{label}>{html.escape(text)}</button>'
    )


def found(report: FileReport) -> str:
    """How many cases were found, against the table of contents where there is one."""
    if not report.listed:
        return f"没有目录，切出 {report.cases} 个案例"
    same = report.listed == report.cases
    return f"目录列 {report.listed} 条，切出 {report.cases} 个案例" + ("" if same else "，请核对")


def facts(report: FileReport) -> str:
    """Cases, characters and encoding in one line."""
    parts = [found(report), f"{report.characters:,} 字"]
    if report.encoding:
        parts.append(f"编码 {report.encoding}")
    return " · ".join(parts)


def pending_list(desk: Desk) -> str:
    """The files that wait to be accepted."""
    if not desk.pending:
        return ""
    every = ""
    if len(desk.pending) > 1:
        every = (
            f'<div class="doing">{button("全部收录", "accept", kind="go", id="")}'
            f"{button('全部放弃', 'drop', id='')}</div>"
        )
    cards = "".join(_card(one, desk.editing) for one in desk.pending)
    return f'<section class="pending"><h2>等待收录（{len(desk.pending)}）</h2>{every}{cards}</section>'


def _card(pending: Pending, editing: Editing | None) -> str:
    reading, name = pending.candidate.reading, pending.name
    shown = editing is not None and editing.id == pending.id
    cut = button(
        "收起切分" if shown else "预览和调整切分", "close" if shown else "preview", about=name, id=pending.id
    )
    return (
        f'<article class="file" tabindex="-1" id="pending-{html.escape(pending.id)}">'
        f"<h3>{html.escape(name)}</h3>{health(reading, pending.candidate)}"
        f'<div class="doing">{button("收录", "accept", about=name, kind="go", id=pending.id)}{cut}'
        f"{button('放弃', 'drop', about=name, id=pending.id)}</div></article>"
    )


def health(reading: Reading, candidate: Candidate | None = None) -> str:
    """A file's health report."""
    report = reading.report
    lines = list(report.notes)
    if candidate is not None and candidate.renamed_from:
        lines.append(
            f"已有同名、内容不同的材料，这一份收录后叫“{report.path}”；如果它是新版本，收录后请移除旧的"
        )
    notes = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    told = f'<ul class="notes">{notes}</ul>' if notes else ""
    same = _duplicates(candidate.duplicates) if candidate is not None else ""
    unit: LineUnit = reading.document.unit if reading.document is not None else "line"
    return f'<p class="facts">{html.escape(facts(report))}</p>{told}{same}{_leftovers(report, unit)}'


def _duplicates(duplicates: Sequence[Duplicate]) -> str:
    if not duplicates:
        return ""
    rows = "".join(
        f"<li>第 {one.number} 个案例与“{html.escape(one.source)}”的“{html.escape(one.title)}”"
        f"{'几乎一样' if one.share >= SAME else '有大段相同'}</li>"
        for one in duplicates[:_LISTED]
    )
    more = f"<li>另外还有 {len(duplicates) - _LISTED} 个</li>" if len(duplicates) > _LISTED else ""
    head = f"{len(duplicates)} 个案例可能已经有了，收录后会重复"
    return f'<details class="same" open><summary>{head}</summary><ul>{rows}{more}</ul></details>'


def _leftovers(report: FileReport, unit: LineUnit) -> str:
    if not report.leftovers:
        return ""
    rows = "".join(
        f"<tr><td>{place(one.lines, unit)}</td><td>{html.escape(one.reason)}</td><td>{html.escape(one.text)}</td></tr>"
        for one in report.leftovers
    )
    return (
        f'<details class="left"><summary>没有收进案例的文字（{len(report.leftovers)} 处）</summary>'
        f'<div class="wide"><table><thead><tr><th scope="col">位置</th><th scope="col">原因</th><th scope="col">文字</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div></details>"
    )
