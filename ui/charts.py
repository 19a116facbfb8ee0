"""Times before and now -> a chart as inline SVG. Pure functions; whatever comes from a document is escaped here.

Dumbbells after Cleveland's dot plots: a hollow dot for what was, a full one for what is, a line between them. Lengths
are shares of the width and texts keep their size, so that the chart fits a phone as it fits a desk.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from corpus.normalise import width
from corpus.quantities import Quantity, quantities_in

MOST = 24  # bars of a chart; who wants more looks at the table
_LINE = 44  # columns that a phone shows on one line
_LABEL, _VALUES, _TRACK = 18, 18, 20  # pixels that each takes of a row's height
_LEFT, _ROOM = 2.0, 95.0  # per cent of the width: where 0 stands, and how far the longest time is from it
_HOURS = {"小时": 1.0, "分钟": 1 / 60, "秒": 1 / 3600}
_DAYS = {"天": 1.0, "周": 7.0, "月": 30.0, "年": 365.0}
_WORKDAY = 8.0  # hours; more than that may be hours of the clock
_DIFFERENCE = re.compile(
    r"^(?:平均|累计|再)?(?:缩短|减少|压缩|压减|精简|下降|降低|节省|提高|增加)(?![至到为成])"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart.

    Attributes:
        label: the place, and the matter where it differs from row to row.
        before, after: in `unit`, 0 or more; `before` is None where it is not told.
        shown_before, shown_after: as written.
        unit: 工作日, 天 or 小时; bars of different units stand in charts of their own.
    """

    label: str
    before: float | None
    after: float
    shown_before: str
    shown_after: str
    unit: str

    @property
    def values(self) -> str:
        """What was and is, in words."""
        return f"{self.shown_before} → {self.shown_after}" if self.shown_before else self.shown_after


def bar(label: str, before: str, after: str) -> Bar | None:
    """The bar of two times as written; None where they are no times, several, or of units that cannot be compared.

    Working days and calendar days are never put on one scale. Up to eight hours may stand beside working days,
    eight to the day, and any hours beside calendar days, as `dumbbell` then says.

    Args:
        label: the place.
        before: what was, "" or "—" where it is not told.
        after: what is.
    """
    told = before.strip("— ")
    times = [_time(text) for text in (told, after) if text]
    if not times or None in times:
        return None
    known = [time for time in times if time is not None]
    unit = _unit([time.unit for time in known])
    values = [_in_unit(time, unit) for time in known] if unit else [None]
    if None in values:
        return None
    numbers = [value for value in values if value is not None]
    return Bar(label, numbers[0] if told else None, numbers[-1], told, after.strip(), unit)


def _time(text: str) -> Quantity | None:
    """The only time of a cell; None for a difference ("缩短2天"), for several times and for none."""
    if _DIFFERENCE.match(text.strip()):
        return None
    found = [one for one in quantities_in(text) if one.kind == "time" and not one.ordinal]
    return found[0] if len(found) == 1 and found[0].unit != "当天" else None


def _unit(units: Sequence[str]) -> str:
    """The unit in which times of these units can be compared, "" for none."""
    timed = {unit for unit in units if unit != "即时"}
    if timed <= _HOURS.keys():
        return "小时"
    if timed <= _HOURS.keys() | {"工作日"}:
        return "工作日"
    return "天" if timed <= _HOURS.keys() | _DAYS.keys() else ""


def _in_unit(time: Quantity, unit: str) -> float | None:
    if time.unit in {"即时", unit}:
        return time.upper
    hours = time.upper * _HOURS.get(time.unit, 0.0)
    if unit == "小时":
        return hours
    if unit == "工作日":
        return hours / _WORKDAY if hours <= _WORKDAY else None
    return time.upper * _DAYS[time.unit] if time.unit in _DAYS else hours / 24


def dumbbell(rows: Sequence[Bar], *, title: str = "办理时限", left_out: int = 0, remark: str = "") -> str:
    """HTML of a chart for each unit under one caption; "" where there is nothing to show.

    Args:
        rows: in the order shown; of more than `MOST` the first.
        title: what the times are of.
        left_out: how many times could not be drawn; the caption says so.
        remark: what else the caption says.
    """
    if not rows:
        return ""
    units: dict[str, list[Bar]] = {}
    for row in rows[:MOST]:
        units.setdefault(row.unit, []).append(row)
    charts = "".join(_chart(unit, bars, title) for unit, bars in units.items())
    was = '<span class="before">原来</span>' if any(row.before is not None for row in rows) else ""
    notes = "；".join([*([remark] if remark else []), *_notes(rows, len(units), left_out)])
    return (
        f'<figure class="chart">{charts}<figcaption>{was}<span class="after">现在</span>'
        f"{html.escape(notes)}</figcaption></figure>"
    )


def _notes(rows: Sequence[Bar], units: int, left_out: int) -> Iterable[str]:
    """What must be known to read the chart."""
    if units > 1:
        yield "各图单位不同，长短不能互相比较"
    if any(row.unit == "工作日" and re.search("小时|分钟", row.values) for row in rows):
        yield "小时按 8 小时合 1 个工作日画"
    if any(row.unit == "天" and re.search("小时|分钟", row.values) for row in rows):
        yield "小时按 24 小时合 1 天画"
    if any(row.unit == "天" and "月" in row.values for row in rows):
        yield "1 个月按 30 天画"
    if len(rows) > MOST:
        yield f"只画了前 {MOST} 条"
    if left_out:
        yield f"另有 {left_out} 条没有可比的时限，没有画"


def _chart(unit: str, bars: Sequence[Bar], title: str) -> str:
    longest = max(max(row.before or 0.0, row.after) for row in bars) or 1.0
    pieces, top = [], 0
    for row in bars:
        drawn, height = _row(row, longest)
        pieces.append(f'<svg y="{top}" height="{height}" width="100%" overflow="visible">{drawn}</svg>')
        top += height
    name = f"{title}（单位：{unit}）"
    told = "；".join(f"{row.label}：{_told(row)}" for row in bars)
    return (
        f'<svg class="dumbbell" role="img" width="100%" height="{top + _LABEL}">'
        f"<title>{html.escape(name)}</title><desc>{html.escape(told)}</desc>"
        f"{''.join(pieces)}{_axis(unit, longest, top)}</svg>"
    )


def _told(row: Bar) -> str:
    return f"原来{row.shown_before}，现在{row.shown_after}" if row.shown_before else f"现在{row.shown_after}"


def _row(row: Bar, longest: float) -> tuple[str, int]:
    """SVG of one row and its height in pixels; long texts take a line each."""
    lines = count(_LABEL - 4, _VALUES)
    apart = width(row.label) + width(row.values) > _LINE
    texts = f'<text class="label" x="0" y="{(line := next(lines))}">{html.escape(row.label)}</text>'
    line, place = (next(lines), 'x="0"') if apart else (line, 'x="100%" text-anchor="end"')
    texts += f'<text class="values" {place} y="{line}">{html.escape(row.values)}</text>'
    middle = line + _TRACK // 2 + 2
    return texts + _dots(row, longest, middle), middle + _TRACK // 2 + 2


def _dots(row: Bar, longest: float, middle: int) -> str:
    def at(value: float) -> str:
        return f"{_LEFT + _ROOM * value / longest:.2f}%"

    line = f'<line class="track" x1="{at(0)}" x2="{at(longest)}" y1="{middle}" y2="{middle}"/>'
    if row.before is None:
        line += f'<line class="only" x1="{at(0)}" x2="{at(row.after)}" y1="{middle}" y2="{middle}"/>'
    else:
        kind = "longer" if row.after > row.before else "shorter"
        line += (
            f'<line class="{kind}" x1="{at(row.before)}" x2="{at(row.after)}" y1="{middle}" y2="{middle}"/>'
            f'<circle class="before" cx="{at(row.before)}" cy="{middle}" r="5"/>'
        )
    return f'{line}<circle class="after" cx="{at(row.after)}" cy="{middle}" r="5"/>'


def _axis(unit: str, longest: float, top: int) -> str:
    below = top + 12
    return (
        f'<text class="axis" x="{_LEFT}%" y="{below}">0</text>'
        f'<text class="axis" x="100%" y="{below}" text-anchor="end">{longest:.10g} {html.escape(unit)}</text>'
    )
