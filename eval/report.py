"""One HTML file for people who decide: tables, plots by type, and the worst answers in full with their evidence.

The file asks for nothing from outside: styles and plots (SVG) stand in it, there is no script, and every text that
comes from questions, answers or documents is escaped by the template engine.
"""

from __future__ import annotations

import datetime
import pathlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from corpus.errors import InputError
from eval.gold import TYPES
from eval.intervals import Estimate
from eval.scoring import ALL, COLUMNS, Column, Score, Table, tabulate, worst
from eval.showing import figure

_TEMPLATE = "report.html.jinja"
_PLOTTED = ("mrr@10", "faithfulness", "completeness", "relevance", "answered", "refusal_recall")
_BAR, _GAP, _LEFT, _WIDTH = 14, 10, 110, 330  # of the plots, in pixels


@dataclass(frozen=True, slots=True)
class Run:
    """One run as the report shows it.

    Attributes:
        name: of its file.
        tier: what answered, as kept with the answers; empty where they do not say.
        scores: of its answers.
        figures: by type of question.
        worst: the worst of its answers.
    """

    name: str
    tier: Mapping[str, Any]
    scores: Sequence[Score]
    figures: Table
    worst: Sequence[Score]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a plot, in pixels: where it begins, how long it is, and the ends of its interval."""

    y: int
    run: int
    label: str
    length: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars of one measure, grouped by type of question.

    Attributes:
        label: of the measure.
        groups: (name of the type, middle of its bars in pixels).
        bars: of all types and runs.
        height: of the whole plot in pixels.
    """

    label: str
    groups: Sequence[tuple[str, float]]
    bars: Sequence[Bar]
    height: int


def write_report(runs: Sequence[tuple[str, Sequence[Score]]], out: pathlib.Path, *, worst: int) -> None:
    """Write a report on one or several runs over the same questions; several stand side by side.

    Args:
        runs: (name, scores) pairs.
        out: where the file goes; replaced as a whole.
        worst: how many answers of each run are shown in full.

    Raises:
        InputError: if the file cannot be written.
    """
    text = render([_run(name, scores, worst) for name, scores in runs])
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"报告无法写入：{out}", hint="请换一个有写权限的位置") from error


def _run(name: str, scores: Sequence[Score], number: int) -> Run:
    tier: Mapping[str, Any] = next(
        (score.answer["tier"] for score in scores if isinstance(score.answer.get("tier"), dict)), {}
    )
    return Run(name, tier, scores, tabulate(scores), worst(scores, number))


def render(runs: Sequence[Run]) -> str:
    """The report as HTML."""
    environment = Environment(
        loader=FileSystemLoader(pathlib.Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    kinds = list(dict.fromkeys(kind for run in runs for kind in run.figures))
    return environment.get_template(_TEMPLATE).render(
        runs=runs,
        columns=COLUMNS,
        all=ALL,
        kinds=kinds,
        types=TYPES,
        tiers=_TIERS,
        plots=[
            plot
            for column in COLUMNS
            if column.name in _PLOTTED and (plot := _plot(column, runs, kinds)).bars
        ],
        figure=figure,
        left=_LEFT,
        width=_WIDTH,
        bar=_BAR,
        day=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
    )


_TIERS = {
    "index": "索引",
    "cases": "案例数",
    "encoder": "编码器",
    "chat": "对话模型",
    "program": "程序摘要",
    "machine": "机器",
}


def _plot(column: Column, runs: Sequence[Run], kinds: Sequence[str]) -> Plot:
    groups, bars, top = [], [], 24
    for kind in kinds:
        found = [
            (number, one)
            for number, run in enumerate(runs)
            if (one := run.figures.get(kind, {}).get(column.name)) is not None
        ]
        if found:
            groups.append((kind, top + len(found) * _BAR / 2))
            bars += [_bar(top + row * _BAR, number, one) for row, (number, one) in enumerate(found)]
            top += len(found) * _BAR + _GAP
    return Plot(column.label, groups, bars, top)


def _bar(y: int, run: int, one: Estimate) -> Bar:
    length, low, high = (round(value * _WIDTH, 1) for value in (one.value, one.low, one.high))
    return Bar(y, run, f"{one.value:.3f}（{one.low:.3f}–{one.high:.3f}，{one.n} 题）", length, low, high)
