"""Where training starts: word vectors from co-occurrence counts.

Positive pointwise mutual information and a truncated singular value decomposition (Levy & Goldberg, "Neural Word
Embedding as Implicit Matrix Factorization", 2014), the singular values' square root as weights.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix

_WINDOW = 5
_SMOOTHING = 0.75  # of context counts: rare contexts count less (Levy et al., 2015)


def word_vectors(
    rows: Sequence[Sequence[int]], size: int, dimension: int, *, seed: int
) -> NDArray[np.float32]:
    """Vectors of shape (size, dimension) from token ids of texts; token 0 (unknown) is no context and stays 0."""
    from sklearn.utils.extmath import randomized_svd

    counts = _co_occurrences(rows, size)
    totals = np.asarray(counts.sum(axis=1)).ravel()
    smoothed = totals**_SMOOTHING
    counts = counts.tocoo()
    expected = totals[counts.row] * (smoothed[counts.col] / smoothed.sum())
    information = np.log(np.maximum(counts.data, 1e-12) / np.maximum(expected, 1e-12))
    kept = information > 0
    matrix = csr_matrix(
        (information[kept].astype(np.float32), (counts.row[kept], counts.col[kept])), (size, size)
    )
    left, values, _ = randomized_svd(matrix, n_components=dimension, n_iter=2, random_state=seed)
    vectors: NDArray[np.float32] = (left * np.sqrt(values)).astype(np.float32)
    vectors[0] = 0
    return vectors


def _co_occurrences(rows: Sequence[Sequence[int]], size: int) -> csr_matrix:
    """How often two tokens stand within a window of each other, nearer ones counting more."""
    flat = np.concatenate([np.asarray([*row, *([0] * _WINDOW)], dtype=np.int64) for row in rows])
    total = csr_matrix((size, size), dtype=np.float64)
    for distance in range(1, _WINDOW + 1):
        left, right = flat[:-distance], flat[distance:]
        real = (left > 0) & (right > 0)
        keys, found = np.unique(left[real] * size + right[real], return_counts=True)
        part = coo_matrix((found / distance, (keys // size, keys % size)), (size, size)).tocsr()
        total = total + part + part.T
    return total
