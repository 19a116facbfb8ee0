"""Lists of numbers of different lengths, one behind the other in one array: the tokens of many texts."""

from __future__ import annotations

import itertools
import pathlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Numbers = NDArray[Any]
# Past this many bytes the numbers stay on disk and the system keeps in memory what is asked for.
HELD_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """Lists of numbers.

    Attributes:
        values: of all lists, shape (numbers,).
        bounds: where each list begins, and the end, shape (lists + 1,), int64.
    """

    values: Numbers
    bounds: Rows

    @classmethod
    def of(cls, lists: Sequence[Sequence[int] | Numbers], dtype: Any = np.int32) -> Ragged:
        """Lists as Python has them, or arrays."""
        bounds = np.zeros(len(lists) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, lists), dtype=np.int64, count=len(lists)), out=bounds[1:])
        flat = itertools.chain.from_iterable(lists)
        return cls(np.fromiter(flat, dtype=dtype, count=int(bounds[-1])), bounds)

    @classmethod
    def joined(cls, parts: Sequence[Ragged]) -> Ragged:
        """The lists of all parts, at least one, in order."""
        sizes = np.concatenate([part.sizes for part in parts])
        return cls(np.concatenate([part.values for part in parts]), _bounds_of(sizes))

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def __getitem__(self, row: int) -> Numbers:
        values: Numbers = self.values[self.bounds[row] : self.bounds[row + 1]]
        return values

    @property
    def sizes(self) -> Rows:
        """Length of each list, shape (lists,)."""
        return np.diff(self.bounds)

    def taken(self, rows: Rows) -> Ragged:
        """The lists at `rows`, in that order."""
        starts = self.bounds[rows]
        bounds = _bounds_of(self.bounds[rows + 1] - starts)
        where = np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], np.diff(bounds))
        return Ragged(self.values[where], bounds)

    def kept(self, held: NDArray[np.bool_]) -> Ragged:
        """The lists without the numbers where `held`, shape (numbers,), is False."""
        ends = np.concatenate([[0], np.cumsum(held)])
        return Ragged(self.values[held], ends[self.bounds])

    def distinct(self) -> Ragged:
        """Lists of rising numbers with each number once."""
        first = np.ones(len(self.values), dtype=bool)
        first[1:] = self.values[1:] != self.values[:-1]
        first[self.bounds[:-1][self.sizes > 0]] = True
        return self.kept(first)

    def without(self, rows: Iterable[int]) -> Ragged:
        """The lists but those at `rows`, in their order."""
        stays = np.ones(len(self), dtype=bool)
        stays[list(rows)] = False
        sizes = self.sizes
        return Ragged(self.values[np.repeat(stays, sizes)], _bounds_of(sizes[stays]))

    def reduced(self, values: Numbers, by: np.ufunc) -> Numbers:
        """What `by` makes of each list's part of `values`, whose first axis is that of `self.values`; 0 for empty lists."""
        full = np.flatnonzero(self.sizes)
        found = np.zeros((len(self), *values.shape[1:]), dtype=values.dtype)
        if len(full):
            found[full] = by.reduceat(values, self.bounds[full], axis=0)
        return found

    def looked_up(self, told: Callable[[Rows], Numbers], size: int) -> Numbers:
        """What `told` says of each number, in the order of `values`; it is asked for each distinct number once.

        Lists share most of their numbers, and counting finds the distinct ones faster than sorting.

        Args:
            told: distinct numbers, rising -> an array whose first axis is theirs.
            size: above every number.
        """
        distinct = np.flatnonzero(np.bincount(self.values, minlength=size))
        place = np.zeros(size, dtype=np.int64)
        place[distinct] = np.arange(len(distinct))
        found: Numbers = told(distinct)[place[self.values]]
        return found

    def save(self, folder: pathlib.Path) -> None:
        """Write into a folder of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "values.npy", self.values, allow_pickle=False)
        np.save(folder / "bounds.npy", self.bounds, allow_pickle=False)

    @classmethod
    def load(cls, folder: pathlib.Path) -> Ragged:
        """Read what `save` wrote."""
        path = folder / "values.npy"
        values = np.load(
            path, mmap_mode="r" if path.stat().st_size > HELD_BYTES else None, allow_pickle=False
        )
        return cls(values, np.load(folder / "bounds.npy", allow_pickle=False))


def _bounds_of(sizes: Rows) -> Rows:
    bounds = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=bounds[1:])
    return bounds
