"""The before/after table: which rows are asked for, in which order, and how they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from corpus import words
from corpus.change_marks import Aspect
from corpus.changes import Change
from corpus.errors import InputError
from corpus.quantities import Quantity, quantities_in
from corpus.types import Case, Document
from embeddings.lexical import fold
from rag.tables import table

ASPECT_NAMES: dict[Aspect, str] = {
    "time": "时间",
    "steps": "环节",
    "papers": "材料",
    "trips": "跑动",
    "share": "比例",
}
MIXED_DAYS = (
    "注：表中既有“工作日”也有“天（日）”，两者口径不同，不能直接比较；排序按 5 个工作日约合 7 天估算。"
)
COMPUTED = "注：“变化”一列带“*”的，是由“原来”和“现在”算出来的，原文没有写。"


def filtered(
    changes: Iterable[Change],
    cases: Mapping[str, Case],
    *,
    matter: str = "",
    place: str = "",
    aspect: str = "",
) -> list[Change]:
    """Changes that meet every condition given, in their order.

    Args:
        changes: of the cases in `cases`.
        cases: by id.
        matter: stands in the matter or the quote, or all its words stand in the matter (开办企业 finds 企业开办).
        place: stands in the case's region or title; in its text only where the case states no region.
        aspect: time, steps, papers, trips, share, or the Chinese name.

    Raises:
        InputError: for an aspect that does not exist.
    """
    wanted = _aspect(aspect) if aspect else None
    return [
        change
        for change in changes
        if (wanted is None or change.aspect == wanted)
        and (not matter.strip() or _about(change, cases[change.case_id], matter))
        and (not place.strip() or _at(cases[change.case_id], place))
    ]


def sorted_by_speed(changes: Iterable[Change]) -> list[Change]:
    """Changes with a stated time first, the fastest before the slowest; see `Quantity.sort_key` for the order.

    What counts is the time now, else the time before; rows that state neither keep their order behind.
    """
    return sorted(changes, key=_speed)


def mixes_days(changes: Iterable[Change]) -> bool:
    """Whether both working days and calendar days stand among the times, which cannot be compared directly."""
    units = {
        quantity.unit
        for change in changes
        for quantity in quantities_in(f"{change.before}，{change.after}，{change.delta}")
    }
    return {"工作日", "天"} <= units


def computed_delta(change: Change) -> str:
    """The difference of before and after where the text states none; "" unless both are exact and of one unit.

    It stands in no source: whoever shows it has to say that it is computed.
    """
    before, after = _single(change.before), _single(change.after)
    if change.delta or before is None or after is None or before.unit != after.unit or not before.unit:
        return ""
    difference = after.value - before.value
    unit = "个工作日" if before.unit == "工作日" else "个月" if before.unit == "月" else before.unit
    if before.unit == "%":
        unit = "个百分点"
    return f"{'减少' if difference < 0 else '增加'}{abs(difference):.10g}{unit}" if difference else ""


def quote_of(change: Change, case: Case) -> str:
    """The verbatim text of a change's span."""
    start = case.span.start
    return case.text[change.span.start - start : change.span.end - start]


def changes_json(change: Change, case: Case, document: Document) -> dict[str, Any]:
    """A line of `changes --json`; `computed` holds what is computed and stands in no source, by field name."""
    delta = computed_delta(change)
    return {
        "case_id": case.id,
        "title": case.title,
        "source": document.name,
        "lines": list(document.lines_of(change.span)),
        "region": case.region,
        "matter": change.matter,
        "aspect": change.aspect,
        "before": change.before,
        "after": change.after,
        "delta": change.delta,
        "quote": change.span.of(document.text),
        "computed": {"delta": delta} if delta else {},
    }


def changes_table(changes: Sequence[Change], cases: Mapping[str, Case]) -> str:
    """The table for people, with notes where days of two kinds or computed differences stand in it."""
    rows = [
        (
            change.matter,
            ASPECT_NAMES[change.aspect],
            change.before,
            change.after,
            change.delta or (f"{delta}*" if (delta := computed_delta(change)) else ""),
            _case_name(cases[change.case_id]),
        )
        for change in changes
    ]
    body = table(
        ("事项", "方面", "原来", "现在", "变化", "案例（地区）"), rows, widest=(48, 4, 20, 26, 30, 60)
    )
    notes = [MIXED_DAYS] if mixes_days(changes) else []
    notes += [COMPUTED] if any(computed_delta(change) for change in changes) else []
    return "\n".join([body, f"共 {len(rows)} 条", *notes])


def _case_name(case: Case) -> str:
    return f"{case.title}（{case.region}）" if case.region and case.region not in case.title else case.title


def _aspect(name: str) -> Aspect:
    for aspect, chinese in ASPECT_NAMES.items():
        if name.strip().lower() in {aspect, chinese}:
            return aspect
    raise InputError(
        f"没有“{name}”这个方面",
        hint="可用：" + "、".join(f"{one}（{ASPECT_NAMES[one]}）" for one in ASPECT_NAMES),
    )


def _about(change: Change, case: Case, matter: str) -> bool:
    asked, stated = fold(matter.strip()), fold(change.matter)
    if asked in stated or asked in fold(quote_of(change, case)):
        return True
    parts = [part for part in words.cut(asked) if re.search(r"\w", part)]
    return all(part in stated for part in parts)


def _at(case: Case, place: str) -> bool:
    asked = fold(place.strip())
    bare = re.sub(r"(?<=..)[省市区县州旗盟]$", "", asked)
    where = fold(case.region + case.title)
    return bare in where or (not case.region and bare in fold(case.text))


def _single(text: str) -> Quantity | None:
    """The one exact quantity of a cell; None for ranges, bounds and several figures."""
    found = quantities_in(text)
    exact = len(found) == 1 and found[0].upper == found[0].value and not found[0].bound
    return found[0] if exact and found[0].unit not in {"即时", "当天"} else None


def _speed(change: Change) -> tuple[int, float, str]:
    for cell in (change.after, change.before) if change.aspect == "time" else ():
        times = [quantity for quantity in quantities_in(cell) if quantity.kind == "time"]
        if times:
            return times[0].sort_key
    return (2, 0.0, "")
