"""What the reading process may use, set by the system where it can: on Windows only the parent's clock counts.

Soft limits only: LibreOffice, a grandchild, needs more memory than a reader, and a file cannot raise them
unless it runs code of its own, which no limit of this kind would stop.
"""

from __future__ import annotations

import contextlib
import math
import pathlib
import signal
import sys
import time
from collections.abc import Iterator

if sys.platform != "win32":
    import resource

OUT_OF_MEMORY = 12
"""Exit status of a process that met its limit: what it then still knows cannot be relied on."""


def limit_memory(most: int) -> None:
    """Let this process map at most so many bytes; beyond that Python raises MemoryError."""
    if sys.platform == "win32":
        return
    _set_soft(resource.RLIMIT_AS, most)
    _set_soft(resource.RLIMIT_CORE, 0)
    # Should the machine run out of memory all the same, let it end this process and not its parent.
    with contextlib.suppress(OSError):
        pathlib.Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def limit_time(seconds: float, processor_seconds: float) -> None:
    """Have the system end this process after so many seconds of the clock or of the processor, from now.

    A regular expression that runs without end holds Python's lock; no thread of ours could end it.
    """
    if sys.platform == "win32":
        return
    _set_soft(resource.RLIMIT_CPU, math.ceil(time.process_time() + processor_seconds))
    signal.setitimer(signal.ITIMER_REAL, seconds)


def end_time_limit() -> None:
    """Take the limit of `limit_time` back while the process waits for work."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextlib.contextmanager
def unlimited_memory() -> Iterator[None]:
    """No limit of our own inside: for a program that is started there and inherits what holds."""
    if sys.platform == "win32":
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (before[1], before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _set_soft(kind: int, most: int) -> None:
    """Lower a soft limit; macOS refuses some, and a stricter one of the system stays."""
    hard = resource.getrlimit(kind)[1]
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (soft, hard))
