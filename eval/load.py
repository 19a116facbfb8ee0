"""How long many people at once wait for an answer: `python -m eval load`.

A closed loop: each user asks, reads to the end and asks the next question at once. That is harder than people are,
who read and think; twenty such users are a full office.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from corpus.errors import InputError
from eval.load_doors import ChatDoor, Door, PageDoor, Timing
from rag.llm import is_loopback
from rag.tables import table

DOORS: dict[str, Callable[[str], Door]] = {"chat": ChatDoor, "page": PageDoor}
NAMES = {"chat": "/v1 流式接口", "page": "网页"}
_START_SECONDS = 180.0  # for a server of our own
_LOOK_SECONDS = 5.0  # for one that should be running


@dataclass(frozen=True, slots=True)
class Load:
    """What some users at one door saw.

    Attributes:
        door: a key of `DOORS`.
        users: who asked at the same time.
        timings: one of each question.
        seconds: from the first question to the end of the last answer.
        busy: load average of the machine over the last minute, after the loop; 0.0 where it keeps none.
    """

    door: str
    users: int
    timings: tuple[Timing, ...]
    seconds: float
    busy: float

    @property
    def errors(self) -> tuple[str, ...]:
        """What went wrong."""
        return tuple(one.error for one in self.timings if one.error)

    def first(self, percent: int) -> float:
        """Percentile of the seconds to the first words; 0.0 where nothing was answered."""
        return percentile([one.first for one in self.timings if not one.error], percent)

    def whole(self, percent: int) -> float:
        """Percentile of the seconds to the end; 0.0 where nothing was answered."""
        return percentile([one.whole for one in self.timings if not one.error], percent)


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of `values` that at least `percent` of 100 are not above (nearest rank); 0.0 of none."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else 0.0


def measure(
    name: str, address: str, questions: Sequence[str], *, users: int, seconds: float, each: int | None = None
) -> Load:
    """Let `users` ask at the door `name` at once, beginning together.

    Args:
        name: a key of `DOORS`.
        address: of the server.
        questions: asked in turn, each user beginning elsewhere.
        users: at least 1.
        seconds: after which nobody begins another question.
        each: questions at most for each user.

    Raises:
        InputError: there is no such door at `address`.
    """
    doors = [DOORS[name](address) for _ in range(users)]
    together = threading.Barrier(users + 1)
    timings: list[Timing] = []  # list.append is atomic

    def ask(number: int) -> None:
        begin = number * len(questions) // users
        own = itertools.cycle([*questions[begin:], *questions[:begin]])
        together.wait()
        for question in itertools.islice(own, each):
            if time.perf_counter() >= end:
                return
            timings.append(doors[number].ask(question))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(users)]
    for thread in threads:
        thread.start()
    end = time.perf_counter() + seconds
    begun = time.perf_counter()
    together.wait()
    for thread in threads:
        thread.join()
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return Load(name, users, tuple(timings), time.perf_counter() - begun, busy)


@contextlib.contextmanager
def serving(address: str | None, index: pathlib.Path | None) -> Iterator[str]:
    """The address of a server that answers: the one given, else one of our own until the block ends.

    Raises:
        InputError: the address is not on this machine, or no server answers.
    """
    if address is not None:
        if not is_loopback(urlsplit(address).hostname or ""):
            raise InputError(
                f"只测量本机的服务，不能是 {address}",
                hint="请在运行服务的电脑上测量，地址写 http://127.0.0.1:端口",
            )
        wait_until_ready(address.rstrip("/"), _LOOK_SECONDS)
        yield address.rstrip("/")
        return
    command = [sys.executable, "-m", "ui", "--port", "0", "--no-browser"]
    command += ["--index", str(index)] if index else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=_environment()) as process:  # noqa: S603 - our own
        try:
            told = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://\S+", told)
            if found is None:
                raise InputError("没能打开问答网页", hint="请先单独运行 python -m ui，看它说什么")
            wait_until_ready(found.group(), _START_SECONDS, lambda: process.poll() is None)
            yield found.group()
        finally:
            process.terminate()


def _environment() -> dict[str, str]:
    # All users of a measurement share one address, which would soon have asked too much for one minute.
    return {**os.environ, "PYTHONUTF8": "1", "CASE_QA_QUESTIONS_PER_MINUTE": "0"}


def wait_until_ready(address: str, seconds: float, alive: Callable[[], bool] = lambda: True) -> None:
    """Return once the library at `address` answers.

    Raises:
        InputError: it does not within `seconds`, or its process ended.
    """
    opener = build_opener(ProxyHandler({}))  # loopback is asked directly
    end = time.monotonic() + seconds
    while time.monotonic() < end and alive():
        with contextlib.suppress(OSError, ValueError), opener.open(address + "/health", timeout=10):
            return
        time.sleep(0.2)
    raise InputError(f"{address} 没有准备好", hint="请检查地址，看网页上的提示，准备好后再测量")


def load_object(loads: Sequence[Load]) -> list[dict[str, Any]]:
    """What `--json` prints: seconds to the first words and to the end, at the median and the 95th percentile."""
    return [
        {
            "door": one.door,
            "users": one.users,
            "questions": len(one.timings),
            "errors": list(one.errors),
            "first_p50": round(one.first(50), 3),
            "first_p95": round(one.first(95), 3),
            "whole_p50": round(one.whole(50), 3),
            "whole_p95": round(one.whole(95), 3),
            "seconds": round(one.seconds, 1),
            "load_average": round(one.busy, 2),
        }
        for one in loads
    ]


def load_text(loads: Sequence[Load]) -> str:
    """What the command prints for people."""
    rows = [
        (
            NAMES[one.door],
            str(one.users),
            str(len(one.timings)),
            str(len(one.errors)),
            *(f"{value:.2f}" for value in (one.first(50), one.first(95), one.whole(50), one.whole(95))),
            f"{one.busy:.1f}",
        )
        for one in loads
    ]
    heads = ("入口", "人数", "问题", "出错", "首字中位", "首字95%", "答完中位", "答完95%", "系统负载")
    lines = [
        table(heads, rows, widest=(16, *[8] * (len(heads) - 1))),
        "时间单位是秒；每人答完一题马上问下一题。",
    ]
    wrong = sorted({error for one in loads for error in one.errors})
    return "\n".join([*lines, *(f"出错：{error}" for error in wrong[:5])])
