"""The encoder of an index: made for texts that are indexed, opened again for questions."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Sequence
from typing import Any

from corpus.errors import CorpusIndexError
from embeddings.embedder import Embedder
from embeddings.joint import adapted, beside
from embeddings.samples import spread
from embeddings.static_model import StaticEmbedder, load_static

MakeEmbedder = Callable[[Sequence[str]], tuple[Embedder, StaticEmbedder | None]]
"""Texts to index -> the encoder, and the part of it to save with the index because it was fitted on them."""
FOLDER = "encoder"


def encoder_maker(encoder: str) -> MakeEmbedder:
    """What makes the encoder for texts to index; `encoder` as in `Settings`."""

    def make_embedder(texts: Sequence[str]) -> tuple[Embedder, StaticEmbedder | None]:
        return (_configured(encoder), None) if encoder else adapted(spread(texts))

    return make_embedder


def fitted_of(build: pathlib.Path, encoder: dict[str, Any]) -> StaticEmbedder | None:
    """The encoder that was fitted on a build's own text, where there is one.

    Args:
        build: its folder.
        encoder: what its manifest says of it.

    Raises:
        ModelError: if it cannot be read.
    """
    return load_static(build / FOLDER, name=encoder["fitted"]) if encoder["fitted"] else None


def embedder_of(encoder: dict[str, Any], fitted: StaticEmbedder | None) -> Embedder:
    """The encoder that a build was encoded with.

    Args:
        encoder: what its manifest says of it.
        fitted: see `fitted_of`.

    Raises:
        CorpusIndexError: if the configured encoder is another by now.
        ModelError: if it cannot be loaded.
    """
    embedder: Embedder = _configured(encoder["name"]) if fitted is None else beside(fitted)
    if (embedder.name, embedder.dimension) != (encoder["name"], encoder["dimension"]):
        raise CorpusIndexError(
            "编码器与建立索引时的不同", hint="请重新建立索引：python -m rag index 材料文件夹"
        )
    return embedder


def _configured(name: str) -> Embedder:
    from embeddings.sentence_model import SentenceEmbedder

    return SentenceEmbedder(name)
