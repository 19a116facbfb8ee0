"""So many things in so many seconds, for each of many: wrong passwords, questions."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable

from corpus.errors import CaseQAError

_REMEMBERED = 20_000  # keys; the one that has been still for longest is forgotten


class TooManyError(CaseQAError):
    """Nothing is wrong but the number of requests.

    Args:
        message, hint: as for every error.
        wait: seconds until the next may come, at least 1.
    """

    def __init__(self, message: str, *, hint: str, wait: float) -> None:
        super().__init__(message, hint=hint)
        self.wait = max(1, math.ceil(wait))


class Window:
    """Counts what happened in the last `seconds`; may be used by many threads.

    Args:
        most: allowed within `seconds` for one key.
        seconds: length of the window.
        clock: seconds that never go back.
    """

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._lock = threading.Lock()
        self._events: OrderedDict[Hashable, deque[tuple[float, Hashable]]] = OrderedDict()

    def wait(self, key: Hashable) -> float:
        """Seconds until one more is allowed, 0 where it is now."""
        with self._lock:
            return self._wait(key, self._clock())

    def add(self, key: Hashable, mark: Hashable = None) -> None:
        """Count one more, allowed or not; `mark` is for `forget`."""
        with self._lock:
            self._add(key, mark, self._clock())

    def take(self, key: Hashable) -> float:
        """Count one more if it is allowed now, in one step; seconds until it is, 0 where it was counted."""
        with self._lock:
            now = self._clock()
            wait = self._wait(key, now)
            if not wait:
                self._add(key, None, now)
            return wait

    def forget(self, key: Hashable, mark: Hashable = None) -> None:
        """Take back what was counted for `key` with this mark."""
        with self._lock:
            events = self._events.get(key, deque())
            for event in [event for event in events if event[1] == mark]:
                events.remove(event)

    def _wait(self, key: Hashable, now: float) -> float:
        events = self._events.get(key)
        if events is None or len(events) < self._most:
            return 0.0
        return max(0.0, events[-self._most][0] + self._seconds - now)

    def _add(self, key: Hashable, mark: Hashable, now: float) -> None:
        events = self._events.setdefault(key, deque(maxlen=self._most))
        events.append((now, mark))
        self._events.move_to_end(key)
        while len(self._events) > _REMEMBERED:
            self._events.popitem(last=False)


def in_words(seconds: float) -> str:
    """How long to wait, in Chinese: 40 秒, 3 分钟; never too short."""
    whole = max(1, math.ceil(seconds))
    return f"{whole} 秒" if whole < 100 else f"{math.ceil(whole / 60)} 分钟"
