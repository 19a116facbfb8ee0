"""Reading in a process of its own: a file that exhausts memory, never ends or crashes costs only itself."""

from __future__ import annotations

import contextlib
import json
import pathlib
import tempfile
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from corpus.errors import InputError, UnreadableFileError
from corpus.reading import limits
from corpus.reading.child import Child, DiedError, ask, kill, start_child
from corpus.reading.entry import read_bytes
from corpus.reading.messages import MessageError, open_reply
from corpus.types import RawFile

_WORKER = "corpus.reading.worker"
_START_SECONDS = 60.0
# The child has a clock of its own, which ends even what a signal cannot; this one is for where it has none.
_GRACE_SECONDS = 5.0
_ADVICE = "请用 Word 或 WPS 打开核对，拆分或另存为 .docx 后重试；其他文件不受影响"


_WORDS = {
    "time": "文件过大或结构过于复杂，没有在 {seconds:.0f} 秒内读完",
    "memory": "读取这个文件需要的内存超过上限（{gigabytes:.1f} GB）",
    "crash": "这个文件使读取程序意外退出，疑似损坏",
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What reading one file may take.

    Attributes:
        memory_bytes: address space of the process (Linux; macOS and Windows set no such bound).
        seconds: of the clock.
        processor_seconds: of the processor (not on Windows).
        files: after so many files a fresh process takes over.
    """

    memory_bytes: int = limits.PROCESS_BYTES
    seconds: float = limits.PROCESS_SECONDS
    processor_seconds: float = limits.PROCESSOR_SECONDS
    files: int = limits.FILES_PER_PROCESS


class IsolatedReader:
    """Reads files in a child process, started with the first file and replaced when it dies; a context manager.

    One thread at a time. Leaving the context ends the child at once, also in the middle of a file.

    Args:
        allowance: what one file may take.
    """

    def __init__(self, allowance: Allowance | None = None) -> None:
        self._allowance = allowance or Allowance()
        self._child: Child | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._files = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """The system's number of the child, None while there is none."""
        return self._child.pid if self._child else None

    def read(self, path: pathlib.Path, data: bytes | None = None) -> RawFile:
        """Read one file; the same as `corpus.reading.read_raw`, but in the child.

        Args:
            path: the file; with `data` given only its ending is used and nothing is read from disk.
            data: the file's bytes where the caller has them already.

        Raises:
            UnreadableFileError: with one Chinese line; also where the child ran out of memory or time, or died.
            InputError: if no child can be started at all.
        """
        content = read_bytes(path) if data is None else data
        child = self._ready_child()
        self._files += 1
        request = json.dumps({"ending": path.suffix.lower()}).encode()
        seconds = self._allowance.seconds + _GRACE_SECONDS
        try:
            reply = open_reply(ask(child, (request, content), seconds))
        except (DiedError, MessageError) as error:
            self.close()
            raise self._refusal(str(error)) from error
        except BaseException:
            self.close()  # an answer to this request must not be taken for one to the next
            raise
        if isinstance(reply, UnreadableFileError):
            raise reply
        return reply

    def close(self) -> None:
        """End the child, if there is one, with what it started and wrote."""
        child, self._child, self._files = self._child, None, 0
        if child is not None:
            kill(child)
            for stream in (child.stdin, child.stdout):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = None

    def _ready_child(self) -> Child:
        """The child that waits for work; a fresh one where that is dead or has had its share of files."""
        if self._child is not None and (
            self._files >= self._allowance.files or self._child.poll() is not None
        ):
            self.close()
        if self._child is not None:
            return self._child
        own = self._allowance
        bounds = (str(own.memory_bytes), str(own.seconds), str(own.processor_seconds))
        try:
            self._scratch = tempfile.TemporaryDirectory(prefix="reading-", ignore_cleanup_errors=True)
            self._child = start_child(_WORKER, (*bounds, self._scratch.name), self._scratch.name)
            ask(self._child, (), _START_SECONDS)
        except (OSError, MessageError, DiedError) as error:
            self.close()
            raise InputError(
                "无法启动读取文件的程序", hint="请检查内存是否不足、安全软件是否拦截了 Python，然后重试"
            ) from error
        except BaseException:
            self.close()
            raise
        return self._child

    def _refusal(self, cause: str) -> UnreadableFileError:
        words = _WORDS.get(cause, _WORDS["crash"])
        gigabytes = self._allowance.memory_bytes / limits.GIBIBYTE
        return UnreadableFileError(
            words.format(seconds=self._allowance.seconds, gigabytes=gigabytes), hint=_ADVICE
        )
