"""The child process of `corpus.reading.isolated`: started without secrets, asked under a clock, ended for good."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from typing import BinaryIO, cast

from corpus.reading.messages import MessageError, receive, send
from corpus.reading.process_limits import OUT_OF_MEMORY

_ROOT = pathlib.Path(__file__).resolve().parents[2]
# Nothing else of the environment goes to the child: keys and passwords stay with the parent.
_PASSED_ON = frozenset(
    "APPDATA HOME LANG LC_ALL LC_CTYPE LD_LIBRARY_PATH LOCALAPPDATA PATH PATHEXT PROGRAMDATA PYTHONDONTWRITEBYTECODE "
    "PYTHONHOME PYTHONPATH PYTHONPYCACHEPREFIX SYSTEMDRIVE SYSTEMROOT TEMP TMP TMPDIR USERPROFILE WINDIR".split()
)
_GLANCE_SECONDS = 0.25  # Windows notices Ctrl+C between two waits only
_CAUSES = {OUT_OF_MEMORY: "memory"} | {
    -getattr(signal, name): cause
    for name, cause in (("SIGALRM", "time"), ("SIGXCPU", "time"), ("SIGKILL", "memory"))
    if hasattr(signal, name)
}

Child = subprocess.Popen[bytes]


class DiedError(Exception):
    """The child is dead or did not answer; the argument says why: "time", "memory" or "crash"."""


def start_child(module: str, arguments: tuple[str, ...], scratch: str) -> Child:
    """Start `python -m module` with pipes, in a session of its own, with `scratch` as its temporary folder.

    Raises:
        OSError: if the system cannot.
    """
    environment = {name: value for name, value in os.environ.items() if name.upper() in _PASSED_ON}
    own = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), scratch)
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        # Without the last one each thread maps 64 MB that it never uses and that count as memory.
        env={**environment, **own, "PYTHONUTF8": "1", "MALLOC_ARENA_MAX": "1"},
        start_new_session=True,  # one group to end: the child and its LibreOffice
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def ask(child: Child, frames: tuple[bytes, ...], seconds: float) -> bytes:
    """Send frames to the child and wait for its reply.

    Pipes know no timeout that works on every system, so a thread talks while this one looks at the clock.

    Raises:
        DiedError: if the child died or took longer than `seconds`.
        MessageError: if what came is no frame.
    """
    talk = _Talk(child, frames)
    talk.start()
    deadline = time.monotonic() + seconds
    while talk.is_alive() and time.monotonic() < deadline:
        talk.join(_GLANCE_SECONDS)
    if talk.is_alive():
        kill(child)
        talk.join()
        raise DiedError("time")
    if isinstance(talk.error, MessageError):
        raise talk.error
    if talk.reply is None:
        kill(child)
        raise DiedError(_CAUSES.get(child.returncode, "crash"))
    return talk.reply


class _Talk(threading.Thread):
    """Writes frames to a child and reads one; afterwards `reply` or `error` is set, neither at its end."""

    def __init__(self, child: Child, frames: tuple[bytes, ...]) -> None:
        super().__init__(daemon=True)
        self._child, self._frames = child, frames
        self.reply: bytes | None = None
        self.error: Exception | None = None

    def run(self) -> None:
        """See `threading.Thread`."""
        given, taken = cast("BinaryIO", self._child.stdin), cast("BinaryIO", self._child.stdout)
        try:
            for frame in self._frames:
                send(given, frame)
            self.reply = receive(taken)
        except (OSError, ValueError) as error:  # a broken pipe, or one that was closed meanwhile
            self.error = error


def kill(child: Child) -> None:
    """End a child and its group, and wait for it; its own cause of death stays where it died by itself."""
    if child.returncode is None:
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()
    child.wait()
