"""Texts that say the same in nearly the same words: one case that two compilations took in, edited or cut short.

Texts are compared by their shingles, the runs of `WIDTH` characters without punctuation: the resemblance of two is
the share of common ones among all of theirs (A. Broder, "On the resemblance and containment of documents", 1997).
Which pairs are worth comparing is told by bottom-k sketches, the k smallest hashes of each text, so that the work
grows with the number of texts and not with that of pairs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from corpus.normalise import bare

WIDTH = 6  # characters of a shingle: shorter ones are common phrases, longer ones do not outlive a few edits
# Of the 5,050 pairs of cases of five real compilations none resembles by more than 0.05; copies with a tenth of their
# characters changed, or cut to two fifths, still do by 0.28 and more.
LEAST = 0.25
_SKETCH = 64  # hashes; two texts with a resemblance of 0.25 share 16 of them on average
_SHARED = 7  # hashes that a pair shares before it is compared: fewer are a sentence or two
_COMMON = 200  # texts that share a hash before it counts as a set phrase
_SEED = 0x9E3779B97F4A7C15  # of splitmix64 (Steele, Lea and Flood, 2014), which mixes the hashes

Hashes = NDArray[np.uint64]


def near_duplicates(texts: Sequence[str], *, least: float = LEAST) -> tuple[tuple[int, ...], ...]:
    """Groups of texts that resemble one another, directly or through others of the group.

    A text copied more than 200 times is not noticed.

    Args:
        texts: any.
        least: resemblance from which two texts are one case, 0..1.

    Returns:
        Positions in `texts`, ascending within a group; groups of two or more, in order of their first member.
    """
    shingles = [_shingles(text) for text in texts]
    pairs = [
        (one, other)
        for one, other in _candidates(shingles)
        if _resemblance(shingles[one], shingles[other]) >= least
    ]
    return _groups(pairs, len(texts))


def sketch(text: str) -> Hashes:
    """The smallest hashes of a text's shingles, ascending: enough to tell which texts are worth comparing."""
    return _shingles(text)[:_SKETCH].copy()


def likely_pairs(sketches: Sequence[Hashes], first: int) -> list[tuple[int, int]]:
    """Pairs of positions, the smaller below `first`, whose texts may resemble each other by `LEAST` and more.

    Args:
        sketches: see `sketch`.
        first: how many of the texts are compared with all.
    """
    new = np.concatenate([np.empty(0, dtype=np.uint64), *sketches[:first]])
    if not len(new):
        return []
    # Of thousands of texts nearly all share no hash with the first few; each of the rest is as long as before.
    sizes = np.array([len(one) for one in sketches], dtype=np.int64)
    shared = np.isin(np.concatenate(sketches), new)
    owners = np.repeat(np.arange(len(sketches)), sizes)[shared]
    return _pairs(np.concatenate(sketches)[shared], owners, sizes, first)


def resemblance(one: str, other: str) -> float:
    """Share of common shingles of two texts among all of theirs, 0..1."""
    return _resemblance(_shingles(one), _shingles(other))


def _shingles(text: str) -> Hashes:
    """Hashes of the shingles of a text, each once, ascending; none of a text that is shorter than one."""
    characters = np.frombuffer(bare(text).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    if len(characters) < WIDTH:
        return np.empty(0, dtype=np.uint64)
    hashes = np.zeros(len(characters) - WIDTH + 1, dtype=np.uint64)
    for place in range(WIDTH):
        hashes = _mixed(hashes ^ characters[place : len(characters) - WIDTH + 1 + place])
    return np.unique(hashes)


def _mixed(values: Hashes) -> Hashes:
    values = values + np.uint64(_SEED)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _candidates(shingles: Sequence[Hashes]) -> list[tuple[int, int]]:
    """Pairs of texts that share enough hashes of their sketches, or all of a short text's."""
    sketches = [one[:_SKETCH] for one in shingles]
    sizes = np.array([len(one) for one in sketches], dtype=np.int64)
    if not sizes.sum():
        return []
    return _pairs(np.concatenate(sketches), np.repeat(np.arange(len(sketches)), sizes), sizes, len(sketches))


def _pairs(
    hashes: Hashes, owners: NDArray[np.int64], sizes: NDArray[np.int64], first: int
) -> list[tuple[int, int]]:
    """Pairs of texts, the smaller below `first`, that share enough hashes.

    Args:
        hashes: of the sketches, shape (hashes,).
        owners: the texts that they are of, shape (hashes,).
        sizes: of each text's whole sketch.
        first: how many of the texts are compared with all.
    """
    _, columns, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    telling = (counts[columns] > 1) & (counts[columns] <= _COMMON)
    rows, columns = owners[telling], columns[telling]
    table = sparse.csr_matrix((np.ones(len(rows), np.int32), (rows, columns)), (len(sizes), len(counts)))
    shared = sparse.triu(table[:first] @ table.T, k=1).tocoo()
    enough = shared.data >= np.minimum(_SHARED, np.minimum(sizes[shared.row], sizes[shared.col]))
    return list(zip(shared.row[enough].tolist(), shared.col[enough].tolist(), strict=True))


def _resemblance(one: Hashes, other: Hashes) -> float:
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / max(len(one) + len(other) - common, 1)


def _groups(pairs: Sequence[tuple[int, int]], count: int) -> tuple[tuple[int, ...], ...]:
    if not pairs:
        return ()
    ends = np.array(pairs).T
    links = sparse.csr_matrix((np.ones(len(pairs)), (ends[0], ends[1])), (count, count))
    _, labels = csgraph.connected_components(links, directed=False)
    members: dict[int, list[int]] = {}
    for position, label in enumerate(labels.tolist()):
        members.setdefault(label, []).append(position)
    return tuple(tuple(group) for group in members.values() if len(group) > 1)
