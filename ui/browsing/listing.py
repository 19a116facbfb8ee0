"""The list of cases: how many, one card for each, copies of one case on one card."""

from __future__ import annotations

import html
import re

from corpus.types import Case
from ui.browsing.catalogue import Catalogue
from ui.browsing.choosing import Chosen, Group, choose, grouped
from ui.browsing.desk import Told
from ui.browsing.facets import FACETS, Facet
from ui.browsing.markup import (
    ON_A_PAGE,
    case_link,
    copies,
    facts,
    options,
    origin,
    page_within,
    pager,
    topics,
)
from ui.browsing.requests import CaseFilter

_AROUND = 36  # characters of a case that are shown on each side of a word found
NOTHING = "没有符合条件的案例。请减少条件，或换个词再试。"


def listed(catalogue: Catalogue, wanted: CaseFilter) -> Told:
    """What the page shows for a filter.

    Returns:
        "count" (text), "list" (HTML), "options" (HTML by the name of the facet), "again" (whether to ask once more,
        as copies are still being compared).
    """
    chosen, known = choose(catalogue, wanted), catalogue.copies
    groups = grouped(chosen.entries, known or {})
    page = page_within(wanted.page, len(groups))
    cards = "".join(_card(catalogue, group, wanted.words) for group in groups[page * ON_A_PAGE :][:ON_A_PAGE])
    found = f'<ol class="cards" start="{page * ON_A_PAGE + 1}">{cards}</ol>' if cards else _empty(catalogue)
    return {
        "count": _count(catalogue, chosen, groups, waiting=known is None),
        "list": found + pager(page, len(groups)),
        "options": {facet.name: _options(facet, catalogue, chosen, wanted) for facet in FACETS},
        "again": known is None,
    }


def _count(catalogue: Catalogue, chosen: Chosen, groups: tuple[Group, ...], *, waiting: bool) -> str:
    total, found = len(catalogue.entries), len(chosen.entries)
    text = f"共 {total} 个案例" if found == total else f"{total} 个案例中有 {found} 个符合条件"
    repeated = found - len(groups)
    if repeated:
        text += f"，其中 {repeated} 个与别的案例内容基本相同，已合并显示"
    return f"{text}（正在比对重复的案例）" if waiting else text


def _empty(catalogue: Catalogue) -> str:
    said = NOTHING if catalogue.entries else "案例库里还没有案例。请先在“材料”页添加文件。"
    return f'<p class="empty">{said}</p>'


def _options(facet: Facet, catalogue: Catalogue, chosen: Chosen, wanted: CaseFilter) -> str:
    current = dict(wanted.chosen).get(facet.name, "")
    counts = dict(chosen.counts[facet.name])
    if current:
        counts.setdefault(current, 0)
    values = sorted(counts, key=lambda value: facet.order(value, counts[value]))
    rows = [(value, facet.label(value, catalogue.names), counts[value]) for value in values]
    return options("全部", rows, current)


def _card(catalogue: Catalogue, group: Group, words: str) -> str:
    case = group.first.case
    document = catalogue.documents[case.document_id]
    others = copies((other.case, catalogue.documents[other.case.document_id]) for other in group.others)
    return (
        f'<li class="case-card" data-case="{html.escape(case.id)}"><h3>{case_link(case)}</h3>{facts(case)}'
        f"{excerpt(case, words)}{origin(document, case.lines)}{topics(case)}{others}</li>"
    )


def excerpt(case: Case, words: str) -> str:
    """HTML of the text around the first of `words`, which is marked; "" where none stands there as written."""
    for word in words.split():
        match = re.search(re.escape(word), case.text, re.IGNORECASE)
        if match and match.start() >= len(case.title):
            start, end = max(match.start() - _AROUND, 0), match.end() + _AROUND
            before, behind = case.text[start : match.start()], case.text[match.end() : end]
            shown = f"{html.escape(before)}<mark>{html.escape(match[0])}</mark>{html.escape(behind)}"
            return f'<p class="excerpt">…{shown}…</p>'.replace("\n", " ")
    return ""
