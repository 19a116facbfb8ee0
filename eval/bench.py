"""How answering holds up as a collection grows: python -m eval bench."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

from corpus.errors import InputError
from eval.benching.measuring import SEED, Measured, measure
from eval.benching.plot import Panel, growth_svg
from eval.benching.questions import COUNT
from rag.settings import PROJECT
from rag.tables import table

FEWEST, MOST = 100, 2_000_000
_HEAD = (
    "段数",
    "案例",
    "建索引",
    "建索引内存",
    "硬盘",
    "打开",
    "提问内存",
    "一半问题",
    "95% 问题",
    "处理器",
    "召回",
)
_WIDEST = (10, 8, 12, 12, 10, 10, 12, 10, 10, 10, 8)


def bench_one(
    chunks: int,
    shipped: Sequence[str],
    *,
    seed: int = SEED,
    count: int = COUNT,
    folder: pathlib.Path | None = None,
    progress: Callable[[str, float], None],
) -> Measured:
    """Measure one size in a temporary folder, or in `folder`, where collection and index are left.

    Raises:
        InputError: for a size out of bounds, or a folder that holds something or cannot be written.
    """
    if not FEWEST <= chunks <= MOST:
        raise InputError(f"段数应在 {FEWEST} 到 {MOST} 之间：{chunks}", hint="例如 --chunks 10000")
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="case-qa-bench-", ignore_cleanup_errors=True) as made:
            return measure(chunks, pathlib.Path(made), shipped, progress=progress, seed=seed, count=count)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        empty = not any(folder.iterdir())
    except OSError as error:
        raise InputError(f"文件夹无法使用：{folder}", hint="请换一个有写权限的位置") from error
    if not empty:
        raise InputError(f"文件夹不是空的：{folder}", hint="请指定一个空文件夹，资料和索引会留在里面")
    return measure(chunks, folder, shipped, progress=progress, seed=seed, count=count)


def bench_each(sizes: Sequence[int], questions: pathlib.Path, *, seed: int, count: int) -> list[Measured]:
    """Measure several sizes, each in a process of its own, so that none is told the memory of another.

    Raises:
        InputError: if one of them fails; it has said why.
    """
    measured = []
    for chunks in sizes:
        command = [sys.executable, "-m", "eval", "bench", "--json", "--chunks", str(chunks)]
        command += ["--seed", str(seed), "--count", str(count), "--questions", str(questions.resolve())]
        ended = subprocess.run(  # noqa: S603 - our own command
            command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False
        )
        if ended.returncode:
            raise InputError(f"{chunks} 段的测量没有成功", hint="请看上面的提示")
        measured.append(Measured(**json.loads(ended.stdout)))
    return measured


def measured_object(one: Measured) -> dict[str, Any]:
    """What `--json` prints for one size."""
    return dataclasses.asdict(one)


def measured_text(rows: Sequence[Measured]) -> str:
    """The figures as a table for people."""
    return table(_HEAD, [_cells(one) for one in rows], widest=_WIDEST)


def _cells(one: Measured) -> tuple[str, ...]:
    return (
        str(one.chunks),
        str(one.cases),
        f"{one.index_seconds:.0f} 秒",
        _megabytes(one.index_mb),
        _megabytes(one.disk_mb),
        f"{one.open_seconds:.1f} 秒",
        _megabytes(one.rss_mb),
        f"{one.p50_ms:.0f} 毫秒",
        f"{one.p95_ms:.0f} 毫秒",
        f"{one.cpu_ms:.0f} 毫秒",
        f"{one.recall:.3f}",
    )


def _megabytes(value: float | None) -> str:
    return "不详" if value is None else f"{value:.0f} MB"


def write_plot(rows: Sequence[Measured], path: pathlib.Path) -> None:
    """Write the figures as a picture.

    Raises:
        InputError: if the file cannot be written.
    """
    rows = sorted(rows, key=lambda one: one.chunks)
    panels: list[Panel] = [
        (
            "每个问题（毫秒）",
            [("一半以内", [one.p50_ms for one in rows]), ("95% 以内", [one.p95_ms for one in rows])],
        ),
        (
            "内存（MB）",
            [("提问", [one.rss_mb for one in rows]), ("建索引", [one.index_mb for one in rows])],
        ),
        ("建索引（秒）", [("", [one.index_seconds for one in rows])]),
    ]
    try:
        path.write_text(growth_svg([one.chunks for one in rows], panels), encoding="utf-8")
    except OSError as error:
        raise InputError(f"图无法写入：{path}", hint="请换一个有写权限的位置") from error
