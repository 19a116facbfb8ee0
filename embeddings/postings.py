"""Postings: for each term the passages that hold it and how often, in segments that never change.

A segment knows nothing of the others, so that passages come and go by writing one segment and leaving the rest as
they are; what depends on all of them (how rare a term is, how long a passage usually is) is counted when a question
is asked. O'Neil et al., "The Log-Structured Merge-Tree" (1996), is why segments of like size are merged.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import shutil
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int32]
_ARRAYS = ("keys", "bounds", "rows", "counts", "lengths")
_MOST = np.iinfo(np.uint16).max


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The postings of some passages, numbered from 0.

    Attributes:
        keys: `key_of` each term, sorted, shape (terms,), uint64.
        bounds: where each term's postings begin, and the end, shape (terms + 1,), int64.
        rows: passages that hold the term, rising, shape (postings,).
        counts: how often, at most 65,535, shape (postings,), uint16.
        lengths: terms of each passage, shape (passages,), int64.
        home: where it was read from; None where it was made here.
    """

    keys: NDArray[np.uint64]
    bounds: NDArray[np.int64]
    rows: Rows
    counts: NDArray[np.uint16]
    lengths: NDArray[np.int64]
    home: pathlib.Path | None = None

    def __len__(self) -> int:
        return len(self.lengths)

    def posting(self, key: np.uint64) -> slice | None:
        """Where a term's postings lie in `rows` and `counts`; None where no passage holds it."""
        place = int(np.searchsorted(self.keys, key))
        if place == len(self.keys) or self.keys[place] != key:
            return None
        return slice(int(self.bounds[place]), int(self.bounds[place + 1]))

    def holding(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many passages hold each of some terms, shape (len(keys),)."""
        if not len(self.keys):
            return np.zeros(len(keys), dtype=np.int64)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        held: NDArray[np.int64] = np.where(self.keys[places] == keys, np.diff(self.bounds)[places], 0)
        return held

    @classmethod
    def of(cls, texts: Iterable[list[str]]) -> Segment:
        """The postings of passages, each given as its terms."""
        from scipy import sparse  # a quarter of a second that no question needs

        numbers: dict[str, int] = {}
        terms, counts, lengths, bounds = array("i"), array("i"), array("q"), array("q", [0])
        for text in texts:
            counted = Counter(text)
            terms.extend([numbers.setdefault(term, len(numbers)) for term in counted])
            counts.extend(counted.values())
            lengths.append(len(text))
            bounds.append(len(terms))
        keys = np.fromiter(map(key_of, numbers), dtype=np.uint64, count=len(numbers))
        order = np.argsort(keys)
        rank = np.empty(len(keys), dtype=np.int32)
        rank[order] = np.arange(len(keys), dtype=np.int32)
        kept = np.minimum(np.frombuffer(counts, dtype=np.int32), _MOST).astype(np.uint16)
        by_passage = sparse.csr_matrix(
            (kept, rank[np.frombuffer(terms, dtype=np.int32)], np.frombuffer(bounds, dtype=np.int64)),
            shape=(len(lengths), len(keys)),
        )
        return _segment(keys[order], by_passage.tocsc(), np.array(lengths, dtype=np.int64))

    def without(self, dropped: NDArray[np.bool_]) -> Segment:
        """The postings of the other passages, numbered anew in their order.

        Args:
            dropped: shape (passages,).
        """
        kept = ~dropped
        stays = kept[self.rows]
        ends = np.concatenate([[0], np.cumsum(stays)])[self.bounds]
        held = np.diff(ends) > 0
        return Segment(
            self.keys[held],
            np.concatenate([ends[:-1][held], ends[-1:]]),
            (np.cumsum(kept) - 1)[self.rows[stays]].astype(np.int32),
            self.counts[stays],
            self.lengths[kept],
        )

    def followed_by(self, other: Segment) -> Segment:
        """Both as one, the other's passages behind."""
        from scipy import sparse

        keys = np.union1d(self.keys, other.keys)
        both = sparse.vstack([self._matrix(keys), other._matrix(keys)], format="csc")
        return _segment(keys, both, np.concatenate([self.lengths, other.lengths]))

    def _matrix(self, keys: NDArray[np.uint64]) -> Any:
        """Passages by terms, the columns those of `keys`, which hold all of this segment's."""
        from scipy import sparse

        sizes = np.zeros(len(keys) + 1, dtype=np.int64)
        sizes[np.searchsorted(keys, self.keys) + 1] = np.diff(self.bounds)
        return sparse.csc_matrix((self.counts, self.rows, np.cumsum(sizes)), shape=(len(self), len(keys)))

    def save(self, folder: pathlib.Path) -> None:
        """Write into a folder of its own; one that was read is linked to where the file system can."""
        folder.mkdir(parents=True)
        for name in _ARRAYS:
            target = folder / f"{name}.npy"
            if self.home is None:
                np.save(target, getattr(self, name), allow_pickle=False)
            else:
                link(self.home / target.name, target)

    @classmethod
    def load(cls, folder: pathlib.Path, *, mapped: bool) -> Segment:
        """Read what `save` wrote; `mapped` leaves the postings on disk until they are asked for."""
        arrays = {
            name: np.load(
                folder / f"{name}.npy",
                mmap_mode="r" if mapped and name in {"rows", "counts"} else None,
                allow_pickle=False,
            )
            for name in _ARRAYS
        }
        return cls(**arrays, home=folder)


def key_of(term: str) -> np.uint64:
    """64 bits that stand for a term; two of a million terms share them once in 37 million collections."""
    return np.uint64(int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little"))


def _segment(keys: NDArray[np.uint64], matrix: Any, lengths: NDArray[np.int64]) -> Segment:
    matrix.sort_indices()
    return Segment(
        keys,
        np.asarray(matrix.indptr, dtype=np.int64),
        np.asarray(matrix.indices, dtype=np.int32),
        np.asarray(matrix.data, dtype=np.uint16),
        lengths,
    )


def link(source: str | pathlib.Path, target: str | pathlib.Path) -> None:
    """One file under two names where the file system can, else a copy; what an index wrote never changes."""
    with contextlib.suppress(OSError):
        os.link(source, target)
        return
    shutil.copyfile(source, target)
