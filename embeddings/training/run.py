"""The whole training run: texts -> tokenizer -> start -> contrastive training -> a model folder."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable, Sequence

from tokenizers import Tokenizer

from embeddings.bundled import NAME
from embeddings.static_model import StaticEmbedder
from embeddings.training.fit import Recipe, train_runs
from embeddings.training.sources import PAIRS, Material, read_material
from embeddings.training.start import word_vectors
from embeddings.training.tokenizer import build_tokenizer

ENTRIES = 30_000
ARTICLES = 100_000
SINGLE = ("vocabulary", "words")  # sources of single terms
OURS = (*SINGLE, "terms", "questions")
# Weights of sources beyond the square root of their size: the project's own pairs, and English that they would crowd out.
FAVOUR = {**dict.fromkeys(OURS, 8.0), "words": 2.5, "tatoeba": 2.5}
_BATCH = 5000


def train_model(
    data: pathlib.Path, recipe: Recipe, progress: Callable[[str, float], None], *, pairs: pathlib.Path = PAIRS
) -> StaticEmbedder:
    """Train the bundled encoder from the official texts, Tatoeba and the project's own pairs.

    Args:
        data: folder with the texts.
        recipe: the numbers; its first length is the dimension.
        progress: called with a Chinese step and the share done, 0..1.
        pairs: folder with the project's own pairs.

    Raises:
        InputError: if a file is missing or a pairs file is malformed.
    """
    progress("读取训练数据", 0.0)
    material = read_material(data, articles=ARTICLES, seed=recipe.seed, pairs=pairs)
    progress("统计词语", 0.03)
    tokenizer, texts = _tokenizer(material)
    progress("统计共现", 0.08)
    rows = _encoded(tokenizer, texts)
    start = word_vectors(rows, tokenizer.get_vocab_size(), recipe.lengths[0], seed=recipe.seed)
    matrix = train_runs(
        tokenizer,
        start,
        material.sources,
        dataclasses.replace(recipe, favour=FAVOUR, whole=frozenset(SINGLE)),
        lambda step, share: progress(step, 0.12 + 0.88 * share),
    )
    return StaticEmbedder(tokenizer, matrix, name=NAME)


def _tokenizer(material: Material) -> tuple[Tokenizer, list[str]]:
    ours = [text for name in OURS for pair in material.sources[name] for text in (pair.left, pair.right)]
    english = [pair.left for pair in material.sources["tatoeba"]] + [text for text in ours if text.isascii()]
    chinese = (
        material.texts
        + [pair.right for pair in material.sources["tatoeba"]]
        + [text for text in ours if not text.isascii()]
    )
    terms = [pair.right for pair in material.sources["vocabulary"]]
    return build_tokenizer(chinese, english, terms, size=ENTRIES), chinese


def _encoded(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    return [
        encoding.ids
        for first in range(0, len(texts), _BATCH)
        for encoding in tokenizer.encode_batch_fast(
            list(texts[first : first + _BATCH]), add_special_tokens=False
        )
    ]
