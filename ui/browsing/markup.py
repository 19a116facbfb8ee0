"""Small pieces of HTML that the lists share; every text that goes in is escaped here."""

from __future__ import annotations

import html
from collections.abc import Iterable
from urllib.parse import quote

from corpus.types import Case, Document, Span
from ui.sources import place

ON_A_PAGE = 20


def case_link(case: Case, span: Span | None = None, *, text: str = "") -> str:
    """A link to the whole case, at `span` of its document where given."""
    where = f"~{span.start}-{span.end}" if span else ""
    return (
        f'<a href="#case-{html.escape(quote(case.id, safe=""))}{where}">{html.escape(text or case.title)}</a>'
    )


def facts(case: Case) -> str:
    """Place, department and period, as far as they are stated."""
    stated = [fact for fact in (case.region, case.department, case.period) if fact]
    return f'<p class="facts">{html.escape(" · ".join(dict.fromkeys(stated)))}</p>' if stated else ""


def origin(document: Document, lines: tuple[int, int]) -> str:
    """Where something stands: title and file of its document, and the lines."""
    names = "，".join(dict.fromkeys(name for name in (document.title, document.name) if name))
    return f'<p class="origin">{html.escape(names)}，{place(lines, document.unit)}</p>'


def topics(case: Case) -> str:
    """The topics of a case as a list on one line."""
    items = "".join(f"<li>{html.escape(topic)}</li>" for topic in case.topics)
    return f'<ul class="topics" aria-label="主题">{items}</ul>' if items else ""


def copies(others: Iterable[tuple[Case, Document]]) -> str:
    """Cases of nearly the same text, each with its file; "" for none."""
    items = "".join(
        f"<li>{case_link(case)}{html.escape(f'（{document.name}，{place(case.lines, document.unit)}）')}</li>"
        for case, document in others
    )
    return f'<div class="copies"><p>内容基本相同的还有：</p><ul>{items}</ul></div>' if items else ""


def options(first: str, rows: Iterable[tuple[str, str, int]], chosen: str) -> str:
    """The options of a select: one for everything, then (value, label, count) each."""
    everything = f'<option value="">{html.escape(first)}</option>'
    return everything + "".join(
        f'<option value="{html.escape(value)}"{" selected" if value == chosen else ""}>'
        f"{html.escape(label)}（{count}）</option>"
        for value, label, count in rows
    )


def pager(page: int, total: int, size: int = ON_A_PAGE) -> str:
    """Buttons to the pages before and behind; "" where there is only one. `page` counts from 0."""
    last = max(0, -(-total // size) - 1)
    if not last:
        return ""
    before, behind = ("disabled" if end else "" for end in (page <= 0, page >= last))
    return (
        f'<nav class="pager" aria-label="翻页">'
        f'<button type="button" data-page="{max(page - 1, 0)}" data-keep="before" {before}>上一页</button>'
        f"<span>第 {page + 1} / {last + 1} 页</span>"
        f'<button type="button" data-page="{min(page + 1, last)}" data-keep="behind" {behind}>下一页</button></nav>'
    )


def page_within(page: int, total: int, size: int = ON_A_PAGE) -> int:
    """`page`, or the last one where there are fewer."""
    return min(page, max(0, -(-total // size) - 1))
