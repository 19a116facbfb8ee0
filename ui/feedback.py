"""What readers think of answers, kept in a file on the machine that runs the program and nowhere else."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import threading
from collections.abc import Sequence
from typing import Any

from corpus.errors import InputError
from rag.types import Answer

FILE = "feedback.jsonl"
REASONS = {
    "off_topic": "答非所问",
    "wrong_figure": "数字不对",
    "missing_case": "漏了案例",
    "wrong_source": "出处不对",
    "other": "其他",
}
LARGEST = 20 << 20  # bytes of the whole file, some ten thousand answers
_LONGEST_NOTE = 1000  # characters
_LONGEST_ANSWER = 20_000  # characters
_lock = (
    threading.Lock()
)  # two threads that open the file for appending could still mix their lines on Windows


def entry(answer: Answer, told: dict[str, Any]) -> dict[str, Any]:
    """What is kept of one opinion.

    Args:
        answer: that it is about.
        told: `useful` (bool), and of an answer that was not `reasons` (names in `REASONS`) and `note` (text).
    """
    useful = told.get("useful") is True
    reasons = told.get("reasons")
    return {
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "useful": useful,
        "reasons": []
        if useful or not isinstance(reasons, list)
        else [one for one in REASONS if one in reasons],
        "note": "" if useful else str(told.get("note") or "").strip()[:_LONGEST_NOTE],
        "question": answer.question,
        "resolved": answer.resolved,
        "answer": answer.text[:_LONGEST_ANSWER],
        "refused": answer.refused,
        "reason": answer.reason,
        "citations": _citations(answer),
    }


def _citations(answer: Answer) -> Sequence[dict[str, Any]]:
    return [
        {
            "n": citation.number,
            "case_id": citation.case.id,
            "title": citation.case.title,
            "source": citation.case.source,
            "lines": list(citation.lines),
            "quote": citation.quote,
        }
        for citation in answer.citations
    ]


def keep(folder: pathlib.Path, kept: dict[str, Any], *, largest: int = LARGEST) -> pathlib.Path:
    """Append one line to the file in `folder`; the file.

    The line is written at once, so that a program that ends meanwhile leaves no half of it among whole ones.

    Args:
        folder: made where it is missing.
        kept: as `entry` makes it.
        largest: bytes that the file may have.

    Raises:
        InputError: where the file is full or cannot be written.
    """
    path = folder / FILE
    line = (json.dumps(kept, ensure_ascii=False) + "\n").encode()
    try:
        with _lock:
            folder.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size + len(line) > largest:
                raise InputError(f"评价文件满了：{path}", hint="请维护人员把它移走或删掉，再评价一次")
            _append(path, line)
    except OSError as error:
        raise InputError(f"评价写不进 {path}", hint="请维护人员检查磁盘空间和文件夹的权限") from error
    return path


def _append(path: pathlib.Path, line: bytes) -> None:
    """The whole line or, on a full disk, nothing of it."""
    handle = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
    try:
        size = os.fstat(handle).st_size
        if os.write(handle, line) < len(line):
            os.ftruncate(handle, size)
            raise OSError("disk full")
    finally:
        os.close(handle)
