"""Saved answers: what `python -m eval run` wrote, or `python -m rag ask --batch … --json`."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Mapping
from typing import Any

from corpus.errors import InputError

_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "question": str,
    "answer": str,
    "refused": bool,
    "citations": list,
    "hits": list,
}
_CITATION = {"n": int, "title": str, "quote": str}


def read_answers(path: pathlib.Path) -> list[dict[str, Any]]:
    """The answers of a file, in order.

    Raises:
        InputError: for a file that cannot be read or a line of another form, with its number.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # splitlines would cut JSON texts at U+2028
        rows = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"文件无法读取：{path}", hint="应是每行一个 JSON 对象的 UTF-8 文件") from error
    for number, row in enumerate(rows, 1):
        if wrong := _wrong(row):
            raise InputError(
                f"第 {number} 条缺少 {'、'.join(wrong)}：{path}", hint="请用 python -m eval run 生成"
            )
    return rows


def _wrong(row: Any) -> list[str]:
    """Names of the fields of a row that are missing or of another kind."""
    if not isinstance(row, dict):
        return list(_FIELDS)
    wrong = [name for name, kind in _FIELDS.items() if not isinstance(row.get(name), kind)]
    if wrong:
        return wrong
    for one in row["citations"]:
        if not _holds(one, _CITATION):
            return ["citations 里的 n、title 或 quote"]
    return [] if all(_holds(one, {"title": str}) for one in row["hits"]) else ["hits 里的 title"]


def _holds(row: Any, kinds: Mapping[str, type]) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(name), kind) for name, kind in kinds.items())
