"""Growth as a picture: time, memory and disk over the number of passages, both axes logarithmic, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence

_WIDTH, _HEIGHT = 300, 240  # of one panel, pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 44, 40
_STYLE = (
    "text{font:12px sans-serif;fill:#1f2328}.title{font-size:14px;font-weight:600}.grid{stroke:#d0d7de}.line{fill:none;stroke-width:2}"
    ".paper{fill:#fff}@media(prefers-color-scheme:dark){.paper{fill:#0d1117}text{fill:#e6edf3}.grid{stroke:#30363d}}"
)
_COLOURS = ("#2f6fde", "#c2571a")
_MARKS = ("", "6 4")  # lines differ in more than their colour

Series = tuple[str, Sequence[float | None]]
Panel = tuple[str, Sequence[Series]]


def growth_svg(chunks: Sequence[int], panels: Sequence[Panel]) -> str:
    """Panels side by side.

    Args:
        chunks: numbers of passages, rising, at least one.
        panels: titles with lines: names with a value above 0 for each number, None where it is not known.
    """
    drawn = "".join(
        f'<g transform="translate({number * _WIDTH},0)">{_panel(chunks, title, series)}</g>'
        for number, (title, series) in enumerate(panels)
    )
    width = _WIDTH * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" role="img">'
        f"<title>随段数增长</title><style>{_STYLE}</style>"
        f'<rect class="paper" width="{width}" height="{_HEIGHT}"/>{drawn}</svg>\n'
    )


def _panel(chunks: Sequence[int], title: str, series: Sequence[Series]) -> str:
    values = [value for _, line in series for value in line if value]
    low, high = _decades(values or [1.0])
    first, last = _decades(chunks)

    def across(value: float) -> float:
        return _LEFT + (math.log10(value) - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)

    def down(value: float) -> float:
        return _HEIGHT - _BOTTOM - (math.log10(value) - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [f'<text class="title" x="8" y="18">{title}</text>']
    for power in range(low, high + 1):
        y = down(10**power)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_figure(power)}</text>')
    parts += [
        f'<text x="{across(10**power):.1f}" y="{_HEIGHT - 20}" text-anchor="middle">{_figure(power)}</text>'
        for power in range(first, last + 1)
    ]
    for number, (name, line) in enumerate(series):
        colour = _COLOURS[number % len(_COLOURS)]
        points = [(across(x), down(y)) for x, y in zip(chunks, line, strict=True) if y]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = _MARKS[number % len(_MARKS)]
        parts.append(
            f'<polyline class="line" stroke="{colour}" stroke-dasharray="{dashes}" points="{path}"/>'
        )
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        parts.append(f'<text x="{_LEFT + 100 * number}" y="36" style="fill:{colour}">{name}</text>')
    parts.append(f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 4}" text-anchor="end">段</text>')
    return "".join(parts)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Powers of ten that hold the values between them, at least one apart."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _figure(power: int) -> str:
    if power < 0:
        return f"{10**power:g}"
    return {4: "1万", 5: "10万", 6: "100万", 7: "1000万", 8: "1亿"}.get(power, str(10**power))
