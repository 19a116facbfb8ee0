"""The before/after table: filtered, sorted by what its figures mean, with a chart of its times."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.changes import Change
from corpus.quantities import quantities_in
from corpus.types import Case
from rag.changes import ASPECT_NAMES, COMPUTED, MIXED_DAYS, computed_delta, filtered, mixes_days
from rag.exporting import changes_grid, csv_bytes, suggested_name, xlsx_bytes
from ui.browsing.catalogue import Catalogue
from ui.browsing.desk import Assistant, Told
from ui.browsing.facets import by_sound
from ui.browsing.markup import case_link, options, page_within, pager
from ui.browsing.requests import ChangeFilter
from ui.browsing.times import chart
from ui.downloads import offer
from ui.exports import Shelf
from ui.sources import place

ON_A_PAGE = 100
_OFFERED = 8  # common matters that can be chosen at a click
NOTHING = "没有符合条件的数据。请减少条件，或换个说法再试。"
Key = tuple[object, ...]
_ASPECTS = tuple(ASPECT_NAMES)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table; `key` is None where a row has nothing there, which is always last."""

    name: str
    title: str
    key: Callable[[Change, Case], Key | None]


def delta_of(change: Change) -> str:
    """The difference as stated, or as computed, with a mark."""
    return change.delta or (f"{delta}*" if (delta := computed_delta(change)) else "")


def _figure(change: Change, text: str) -> Key | None:
    """Orders by aspect, then by the first figure: times by how long they are, whatever their unit."""
    if not text:
        return None
    rank = _ASPECTS.index(change.aspect)
    found = quantities_in(text)
    return (rank, 0, *found[0].sort_key) if found else (rank, 1, by_sound(text))


def _words(text: str) -> Key | None:
    return (by_sound(text),) if text else None


COLUMNS = (
    Column("place", "地方", lambda _, case: _words(case.region)),
    Column("matter", "事项", lambda change, _: _words(change.matter)),
    Column("aspect", "方面", lambda change, _: (_ASPECTS.index(change.aspect),)),
    Column("before", "原来", lambda change, _: _figure(change, change.before)),
    Column("after", "现在", lambda change, _: _figure(change, change.after)),
    Column("delta", "变化", lambda change, _: _figure(change, delta_of(change))),
    Column("source", "案例和出处", lambda change, case: (by_sound(case.title), change.span.start)),
)


def ordered(
    changes: Sequence[Change], cases: Mapping[str, Case], name: str, *, descending: bool = False
) -> list[Change]:
    """Changes sorted by a column, equal ones in their order and those without a value last.

    Args:
        changes: of the cases in `cases`.
        cases: by id.
        name: of the column; one that does not exist leaves the order as it is.
        descending: the greatest first.
    """
    column = next((one for one in COLUMNS if one.name == name), None)
    if column is None:
        return list(changes)
    keyed = [(column.key(change, cases[change.case_id]), change) for change in changes]
    valued = [(key, change) for key, change in keyed if key is not None]
    valued.sort(key=lambda one: one[0], reverse=descending)
    return [change for _, change in valued] + [change for key, change in keyed if key is None]


def chosen_rows(assistant: Assistant, catalogue: Catalogue, wanted: ChangeFilter) -> list[Change]:
    """The rows that a filter asks for, in its order.

    Raises:
        InputError: for an aspect that does not exist.
    """
    rows = filtered(
        assistant.changes, catalogue.cases, matter=wanted.matter, place=wanted.place, aspect=wanted.aspect
    )
    if wanted.both:
        rows = [row for row in rows if row.before and row.after]
    return ordered(rows, catalogue.cases, wanted.column, descending=wanted.descending)


def tabled(assistant: Assistant, catalogue: Catalogue, wanted: ChangeFilter) -> Told:
    """What the page shows for a filter: "count" (text), "list", "chart" and "common" (HTML), "options" (HTML by name)."""
    # Filtered once, for the table and for the counts of the aspects.
    every = chosen_rows(assistant, catalogue, replace(wanted, aspect=""))
    rows = [row for row in every if wanted.aspect in {"", row.aspect}]
    page = page_within(wanted.page, len(rows), ON_A_PAGE)
    shown = rows[page * ON_A_PAGE :][:ON_A_PAGE]
    total = len(assistant.changes)
    return {
        "count": f"共 {total} 条" if len(rows) == total else f"{total} 条中有 {len(rows)} 条符合条件",
        "list": _table(catalogue, shown, wanted) + pager(page, len(rows), ON_A_PAGE)
        if rows
        else f'<p class="empty">{NOTHING}</p>',
        "chart": chart(rows, catalogue.cases, wanted.matter),
        "common": _common(assistant.changes),
        "options": {"aspect": _aspect_options(every, wanted)},
        "again": False,
    }


def exported(
    assistant: Assistant, catalogue: Catalogue, wanted: ChangeFilter, suffix: str, name: str
) -> Told:
    """The rows of a filter as a file: "offer" (HTML), or "fault".

    Args:
        assistant: where the rows come from.
        catalogue: its cases.
        wanted: which rows, in which order; all pages of them.
        suffix: ".xlsx", else ".csv".
        name: of the library, as shown.
    """
    rows = chosen_rows(assistant, catalogue, wanted)
    if not rows:
        return {"fault": NOTHING}
    grid = changes_grid(rows, catalogue.cases, Shelf(name, assistant.document))
    excel = suffix == ".xlsx"
    data = xlsx_bytes(grid, library_name=name) if excel else csv_bytes(grid)
    subject = " ".join(part for part in (wanted.matter, wanted.place, wanted.aspect) if part)
    return {"offer": offer(suggested_name(subject, ".xlsx" if excel else ".csv", kind="前后对比"), data)}


def _aspect_options(rows: Sequence[Change], wanted: ChangeFilter) -> str:
    counts = Counter(row.aspect for row in rows)
    shown = [(one, ASPECT_NAMES[one], counts[one]) for one in _ASPECTS if counts[one] or one == wanted.aspect]
    return options("全部", shown, wanted.aspect)


def _common(changes: Sequence[Change]) -> str:
    """Buttons for the matters that several rows are about."""
    counts = Counter(change.matter for change in changes).most_common(_OFFERED)
    buttons = "".join(
        f'<button type="button" data-fill="matter" data-value="{html.escape(matter)}">{html.escape(matter)}（{count}）</button>'
        for matter, count in counts
        if count > 1
    )
    return f"<span>常见：</span>{buttons}" if buttons else ""


def _table(catalogue: Catalogue, rows: Sequence[Change], wanted: ChangeFilter) -> str:
    # Small screens lay cells out as blocks, which takes their meaning from screen readers unless roles restore it.
    heads = "".join(_head(column, wanted) for column in COLUMNS)
    body = "".join(_row(catalogue, row) for row in rows)
    notes = [MIXED_DAYS] if mixes_days(rows) else []
    notes += [COMPUTED] if any(computed_delta(row) for row in rows) else []
    told = "".join(f'<p class="hint">{note}</p>' for note in notes)
    return (
        f'<table class="changes" role="table"><caption>前后对比，点列名排序</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead><tbody role="rowgroup">{body}</tbody></table>{told}'
    )


def _head(column: Column, wanted: ChangeFilter) -> str:
    current = column.name == wanted.column
    state = ("descending" if wanted.descending else "ascending") if current else "none"
    return (
        f'<th scope="col" role="columnheader" aria-sort="{state}">'
        f'<button type="button" data-sort="{column.name}" data-keep="sort-{column.name}">{column.title}</button></th>'
    )


def _row(catalogue: Catalogue, change: Change) -> str:
    case = catalogue.cases[change.case_id]
    document = catalogue.documents[case.document_id]
    cells = (
        case.region,
        change.matter,
        ASPECT_NAMES[change.aspect],
        change.before,
        change.after,
        delta_of(change),
    )
    shown = "".join(_cell(column, cell) for column, cell in zip(COLUMNS, cells, strict=False))
    where = place(document.lines_of(change.span), document.unit)
    quote = html.escape(change.span.of(document.text).replace("\n", " "))
    return (
        f'<tr role="row">{shown}<td role="cell" data-head="{COLUMNS[-1].title}">{case_link(case, change.span)}'
        f'<span class="where">{html.escape(document.name)}，{where}</span>'
        f"<details><summary>原文</summary><q>{quote}</q></details></td></tr>"
    )


def _cell(column: Column, text: str) -> str:
    # A small screen leaves out what is not stated.
    unstated = "" if text else ' class="unstated"'
    return f'<td role="cell" data-head="{column.title}"{unstated}>{html.escape(text or "—")}</td>'
