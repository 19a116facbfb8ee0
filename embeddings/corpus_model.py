"""A small encoder fitted on the indexed text itself: latent semantic analysis as a static model.

Deerwester et al., "Indexing by Latent Semantic Analysis" (1990): a truncated singular value decomposition of the
weighted term-passage matrix places words that occur in like passages near each other. A passage's vector is the
weighted sum of its words' vectors, so the model is exactly a static encoder whose row for a word is its weight
times its direction.
"""

from __future__ import annotations

import collections
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers

from corpus import words
from embeddings.ragged import Ragged
from embeddings.static_model import StaticEmbedder

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Weights = NDArray[np.float64]
DIMENSION = 192
_ENCODED = 5_000  # texts that are cut into tokens at a time; these take a hundred times the texts' memory
_UNKNOWN = "[UNK]"
_MOST_WORDS = 40_000
_MARK = "\N{LOWER ONE EIGHTH BLOCK}"
_LATIN = re.compile("[a-z]+")
_LATIN_EDGE = "(?<![a-z])(?=[a-z])|(?<=[a-z])(?![a-z])"


def fit_corpus_model(texts: Sequence[str], *, dimension: int = DIMENSION) -> StaticEmbedder:
    """Fit an encoder on `texts`; the same texts give the same encoder.

    Args:
        texts: passages, at least one with a word in it.
        dimension: length of the vectors; smaller where there are fewer passages or words.
    """
    tokenizer = _tokenizer(texts)
    # A passage that stands in the corpus a hundred times says no more than once.
    tokens = _tokens(tokenizer, list(dict.fromkeys(texts)))
    size = tokenizer.get_vocab_size()
    weights = _inverse_document_frequencies(tokens, size)
    matrix = _word_directions(tokens, weights, min(dimension, len(tokens), size))
    return StaticEmbedder(
        tokenizer, (weights[:, None] * matrix).astype(np.float32), name=f"corpus-lsa-{matrix.shape[1]}"
    )


def _tokenizer(texts: Sequence[str]) -> Tokenizer:
    """A Unigram tokenizer over the words and characters of the texts, likelier ones first.

    Latin words are pieces only as wholes, between marks: read letter by letter, an English question would seem to
    hold words of the texts that mean nothing of the kind.
    """
    counts: collections.Counter[str] = collections.Counter()
    for text in texts:
        for word in words.cut(text.lower()):
            if _LATIN.fullmatch(word):
                counts[f"{_MARK}{word}{_MARK}"] += 1
            elif any(character.isalnum() for character in word):
                counts[word] += 1
                counts.update(dict.fromkeys((one for one in word if not _LATIN.fullmatch(one)), 0))
    common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_WORDS]
    total = sum(count for _, count in common) + 1
    # A character alone costs as much as the rarest word, so that words win wherever they fit.
    pieces = [(word, math.log(max(count, 0.1 if len(word) == 1 else 1) / total)) for word, count in common]
    tokenizer = Tokenizer(models.Unigram([(_UNKNOWN, -30.0), *pieces], unk_id=0))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex(_LATIN_EDGE), _MARK)]
    )
    return tokenizer


def _tokens(tokenizer: Tokenizer, texts: Sequence[str]) -> Ragged:
    """Token ids of each text, rising."""
    blocks = []
    for start in range(0, len(texts) or 1, _ENCODED):
        encodings = tokenizer.encode_batch_fast(texts[start : start + _ENCODED], add_special_tokens=False)
        blocks.append(Ragged.of([sorted(one.ids) for one in encodings]))
    return Ragged.joined(blocks)


def _inverse_document_frequencies(tokens: Ragged, size: int) -> Weights:
    seen = np.bincount(tokens.distinct().values, minlength=size)
    weights: Weights = np.log((1 + len(tokens)) / (1 + seen))
    weights[0] = 0.0  # the unknown token, white space and punctuation say nothing
    weights[seen == 0] = 0.0
    return weights


def _word_directions(tokens: Ragged, weights: Weights, dimension: int) -> NDArray[np.float64]:
    """Right singular vectors of the weighted, row-normalised passage-word matrix, shape (words, dimension)."""
    if dimension < 1 or not weights[tokens.values].any():
        return np.eye(len(weights), 1)  # one passage, or all alike: nothing tells them apart
    from scipy.sparse import csr_matrix  # a third of a second that only indexing needs

    ones = np.ones(len(tokens.values))
    matrix = csr_matrix((ones, tokens.values, tokens.bounds), shape=(len(tokens), len(weights)))
    matrix.sum_duplicates()
    matrix.data = (1 + np.log(matrix.data)) * weights[matrix.indices]
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data /= np.repeat(np.maximum(lengths, 1e-12), np.diff(matrix.indptr))
    return _right_singular_vectors(matrix, dimension).T


def _right_singular_vectors(matrix: csr_matrix, count: int) -> NDArray[np.float64]:
    """The `count` strongest, as rows, strongest first; rows of zeros where the passages have fewer directions.

    By random projection (Halko et al., "Finding Structure with Randomness", 2011): a fixed seed and a fixed number
    of steps, so that the same corpus gives the same encoder and a corpus of like passages, on which iterative
    solvers do not converge, takes no longer than another.
    """
    from sklearn.utils.extmath import randomized_svd

    _, strengths, right = randomized_svd(matrix, n_components=count, n_iter=6, random_state=0)
    return np.asarray(np.where((strengths > 1e-6 * strengths[0])[:, None], right, 0.0))
