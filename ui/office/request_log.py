"""One line of JSON for each request or question; what was asked only where the office wants it."""

from __future__ import annotations

import datetime
import json
import logging
import logging.handlers
import os
import pathlib
from typing import Any

from corpus.errors import InputError
from ui.office.asker import Asker

LARGEST = 10 << 20  # bytes of a file before the next one is begun
OLDER = 5  # files kept besides


class RequestLog:
    """A file of lines, followed by older ones whose names end in .1, .2 and so on.

    Args:
        path: of the file; None for a log that keeps nothing.
        questions: whether what was asked is written, too.
        largest: bytes of one file.

    Raises:
        InputError: where the file cannot be written.
    """

    def __init__(self, path: pathlib.Path | None, *, questions: bool = False, largest: int = LARGEST) -> None:
        self._questions = questions
        self._handler: logging.Handler | None = None
        if path is None:
            return
        try:
            # Names of accounts and addresses are nobody else's business.
            os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
            self._handler = _Handler(
                path, maxBytes=largest, backupCount=OLDER, encoding="utf-8", errors="replace"
            )
        except OSError as error:
            raise InputError(
                f"请求记录写不进这个文件：{path}", hint="请检查设置 request_log 的路径和权限"
            ) from error

    def note(self, asker: Asker, kind: str, seconds: float, **more: Any) -> None:
        """Write one line; whatever goes wrong stays here.

        Args:
            asker: who it was.
            kind: what became of it: answer, refusal, error, or what a door or the login says.
            seconds: how long it took.
            more: further fields that JSON can hold.
        """
        if self._handler is None:
            return
        row: dict[str, Any] = {
            "time": datetime.datetime.now().astimezone().isoformat(timespec="milliseconds"),
            "client": asker.address,
            "account": asker.name,
            "door": asker.door,
            "kind": kind,
            "seconds": round(seconds, 3),
            **more,
        }
        if asker.answer is not None:
            row["reason"] = asker.answer.reason
            row["cases"] = [case.id for case in asker.answer.cited_cases]
        if self._questions and asker.question:
            row["question"] = asker.question
        line = json.dumps(row, ensure_ascii=False, default=str)
        self._handler.handle(logging.makeLogRecord({"msg": line}))

    def close(self) -> None:
        """Close the file."""
        if self._handler is not None:
            self._handler.close()


class _Handler(logging.handlers.RotatingFileHandler):
    """Says once that lines are lost; no request fails because of it."""

    _told = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging calls it so
        del record
        if not self._told:
            self._told = True
            logging.getLogger(__name__).warning("请求记录写不进去了，请检查磁盘和权限：%s", self.baseFilename)
