"""What was fetched lately, so that it need not be fetched again, within a bound on its size."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Held(Generic[Key, Value]):
    """The values used last, as many as fit. Many threads may share it.

    Args:
        room: the sum of the values' sizes that is kept at most, besides those asked for together.
        size_of: the size of a value, in the unit of `room`.
    """

    def __init__(self, room: int, size_of: Callable[[Value], int]) -> None:
        self._room, self._size_of = room, size_of
        self._lock = threading.Lock()
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._taken = 0

    def get(
        self, keys: Iterable[Key], fetch: Callable[[Sequence[Key]], dict[Key, Value]]
    ) -> dict[Key, Value]:
        """The values of `keys`, those that are not held from `fetch`, which leaves out what there is not."""
        found: dict[Key, Value] = {}
        missing: list[Key] = []
        with self._lock:
            for key in dict.fromkeys(keys):
                if key in self._values:
                    self._values.move_to_end(key)
                    found[key] = self._values[key][0]
                else:
                    missing.append(key)
        if missing:
            fetched = fetch(missing)  # without the lock: others go on meanwhile
            self.keep(fetched)
            found |= fetched
        return found

    def keep(self, fetched: dict[Key, Value]) -> None:
        """Hold values that came along with others."""
        with self._lock:
            for key, value in fetched.items():
                if key not in self._values:
                    size = self._size_of(value)
                    self._values[key] = (value, size)
                    self._taken += size
            while self._taken > self._room and len(self._values) > 1:
                self._taken -= self._values.popitem(last=False)[1][1]
