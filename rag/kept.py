"""Keep what was computed last: a small cache for values that are computed many at a time."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """At most so many values by name; the one asked for longest ago goes first. Threads may share it.

    `functools.lru_cache` computes one value at a time; here whoever asks computes all that are missing together.

    Args:
        most: values that are kept, at least 1.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[str, Value] = {}  # in the order in which they were asked for
        self._alone = threading.Lock()

    def get(self, name: str) -> Value | None:
        """The value of a name, None where it is not kept."""
        with self._alone:
            value = self._values.pop(name, None)
            if value is not None:
                self._values[name] = value
            return value

    def put(self, name: str, value: Value) -> None:
        """Keep a value."""
        with self._alone:
            self._values.pop(name, None)
            self._values[name] = value
            if len(self._values) > self._most:
                del self._values[next(iter(self._values))]

    def __len__(self) -> int:
        return len(self._values)
