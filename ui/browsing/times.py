"""Rows of the before/after table -> the chart of their times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus.changes import Change
from corpus.normalise import width
from corpus.types import Case
from rag.changes import sorted_by_speed
from ui.charts import bar, dumbbell

_LABEL = 40  # columns, which fit a line on a phone
_APART = "图里的事项不完全相同，名称写在各行；不同事项之间不宜比快慢。"
_CHOOSE = "图里只画原来和现在都写明了的；输入一个事项，可以比较各地现在的时限。"


def chart(rows: Sequence[Change], cases: Mapping[str, Case], matter: str) -> str:
    """HTML of a chart, "" where there is nothing to draw.

    Without a matter only rows that state both times are drawn, each of them a comparison with itself: what different
    matters take now says nothing about who is faster.

    Args:
        rows: those that are shown, of all aspects; times alone are drawn, the fastest first.
        cases: by id.
        matter: that the rows were chosen by, "" for all matters.
    """
    times = [row for row in rows if row.aspect == "time" and (row.before if not matter else row.after)]
    times = sorted_by_speed(times)
    several = len({row.matter for row in times}) > 1
    drawn = [one for row in times if (one := bar(_label(row, cases, several), row.before, row.after))]
    made = dumbbell(drawn, title=_title(matter), left_out=len(times) - len(drawn))
    hint = _APART if matter and several else "" if matter else _CHOOSE
    return f'{made}<p class="hint">{hint}</p>' if made and hint else made


def _title(matter: str) -> str:
    return f"“{matter}”的办理时限" if matter else "办理时限，原来和现在"


def _label(row: Change, cases: Mapping[str, Case], several: bool) -> str:  # noqa: FBT001 - private
    case = cases[row.case_id]
    matter = f"：{row.matter}" if several else ""
    return f"{_cut(case.region or case.title, _LABEL - width(matter))}{matter}"


def _cut(text: str, columns: int) -> str:
    """`text` in as many columns, with an ellipsis where it was longer."""
    text = " ".join(text.split())
    if width(text) <= columns:
        return text
    while text and width(text) > columns - 2:
        text = text[:-1]
    return f"{text}…"
