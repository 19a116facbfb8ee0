"""HTML of a document laid open: its cases, and the tools to cut it otherwise."""

from __future__ import annotations

import html

from corpus.recutting import LONGEST_TITLE, paragraphs_of
from corpus.types import Case
from ui.documents.desk import Editing
from ui.documents.reports import button, facts, health
from ui.sources import place

_FIRST_WORDS = 60


def cutting(editing: Editing | None) -> str:
    """The open document, "" where none is."""
    if editing is None or editing.reading.document is None:
        return ""
    reading, name = editing.reading, editing.reading.document.name
    report = (
        f'<p class="facts">{html.escape(facts(reading.report))}</p>' if editing.pending else health(reading)
    )
    cases = "".join(_case(editing, case) for case in reading.cases)
    focus = "" if editing.last or editing.open else " data-focus"
    return (
        f'<section class="cutting" aria-label="切分：{html.escape(name)}"><h2 tabindex="-1"{focus}>切分：{html.escape(name)}</h2>'
        f'{report}<div class="doing">{_saving(editing)}</div><ol>{cases}</ol></section>'
    )


def _saving(editing: Editing) -> str:
    parts = []
    if editing.changeable and editing.changed and not editing.pending:
        parts.append(button("保存切分", "save", kind="go"))
    if editing.changeable and editing.reading.automatic:
        parts.append(button("恢复自动切分", "found"))
    unsaved = editing.changed and not editing.pending
    parts.append(button("放弃修改" if unsaved else "收起", "close"))
    return "".join(parts)


def _case(editing: Editing, case: Case) -> str:
    document = editing.reading.document
    if document is None:
        return ""
    is_open, about = editing.open == case.number, f"第 {case.number} 个案例"
    hand = '<span class="hand">手工</span>' if case.number in editing.reading.cut_by_hand else ""
    focus = " data-focus" if case.number in {editing.last, editing.open} else ""
    body = case.text.removeprefix(case.title)
    look = button("收起全文" if is_open else "看全文", "text", about=about, number=case.number)
    if editing.changeable and not is_open:
        look = button("看全文、拆开", "text", about=about, number=case.number)
    tools = look + (_tools(case) if editing.changeable else "")
    return (
        f'<li class="case" tabindex="-1"{focus}><h3><span class="number">{case.number}</span>{html.escape(case.title)}{hand}</h3>'
        f'<p class="facts">{place(case.lines, document.unit)} · {len(case.text):,} 字</p>'
        f'<p class="opening">{html.escape(" ".join(body.split())[:_FIRST_WORDS])}…</p>'
        f'<div class="doing">{tools}</div>{_text(editing, case) if is_open else ""}</li>'
    )


def _tools(case: Case) -> str:
    about = f"第 {case.number} 个案例"
    join = button("并入上一个", "merge", about=about, number=case.number) if case.number > 1 else ""
    return (
        f'{join}<details class="rename"><summary aria-label="改名：{about}">改名</summary><span data-form>'
        f'<input name="title" maxlength="{LONGEST_TITLE}" value="{html.escape(case.title)}" aria-label="{about}的标题">'
        f"{button('改好了', 'rename', about=about, number=case.number)}</span></details>"
    )


def _text(editing: Editing, case: Case) -> str:
    """The whole text; between two paragraphs it can be split."""
    document = editing.reading.document
    if document is None:
        return ""
    parts = []
    for at, span in enumerate(paragraphs_of(document, case.span)):
        if at and editing.changeable:
            about = f"从“{span.of(document.text)[:12]}”起"
            parts.append(
                button(
                    "从这里拆成新案例", "split", about=about, kind="cut", number=case.number, start=span.start
                )
            )
        parts.append(f"<p>{html.escape(span.of(document.text))}</p>")
    return f'<div class="text" tabindex="0" role="region" aria-label="第 {case.number} 个案例的全文">{"".join(parts)}</div>'
