"""The comparison table of an answer -> the chart of its times. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from corpus.quantities import quantities_in
from rag.exporting.blocks import blocks_of, text_of
from rag.types import Answer
from ui.charts import Bar, bar, dumbbell

_PLACE, _CASE, _MATTER, _BEFORE, _AFTER = "地方", "案例", "事项", "原来", "现在"
_FEWEST = 2  # places that make a comparison


def comparison_chart(answer: Answer) -> str:
    """HTML of the times that a comparison tells, "" where it has no such columns or fewer than two places."""
    rows = [row for row in _rows(answer) if {_BEFORE, _AFTER} <= row.keys()]
    drawn = [(row, one) for row in rows if (one := _bar(row)) is not None]
    units = Counter(one.unit for _, one in drawn)
    # A time alone on its scale compares with nothing.
    drawn = [(row, one) for row, one in drawn if units[one.unit] > 1 or one.before is not None]
    if len({_place(row) for row, _ in drawn}) < _FEWEST:
        return ""
    one_matter = len({row.get(_MATTER, "") for row, _ in drawn}) == 1
    bars: list[Bar] = [one if one_matter else _with_matter(row, one) for row, one in drawn]
    timed = [row for row in rows if _tells_time(row[_BEFORE]) or _tells_time(row[_AFTER])]
    title = f"{drawn[0][0].get(_MATTER, '')}办理时限" if one_matter else "办理时限"
    remark = "" if one_matter else "各行的事项不同，不宜直接比快慢"
    return dumbbell(bars, title=title, left_out=len(timed) - len(drawn), remark=remark)


def _rows(answer: Answer) -> Iterator[Mapping[str, str]]:
    """The rows of its tables, cells by the names of their columns."""
    for block in blocks_of(answer.text, {citation.number for citation in answer.citations}):
        if block.kind == "table":
            head = [text_of(cell) for cell in block.rows[0]]
            yield from (dict(zip(head, map(text_of, line), strict=True)) for line in block.rows[1:])


def _bar(row: Mapping[str, str]) -> Bar | None:
    # Behind the time now a table may have the difference in brackets: 2天（缩短3天）.
    return bar(_place(row), row[_BEFORE], row[_AFTER].split("（")[0])


def _place(row: Mapping[str, str]) -> str:
    place = row.get(_PLACE, "").strip("— ")
    return place or f"案例{row.get(_CASE, '')}"


def _with_matter(row: Mapping[str, str], one: Bar) -> Bar:
    label = f"{one.label}·{row.get(_MATTER, '')}".rstrip("·—")
    return Bar(label, one.before, one.after, one.shown_before, one.shown_after, one.unit)


def _tells_time(cell: str) -> bool:
    return any(one.kind == "time" for one in quantities_in(cell))
