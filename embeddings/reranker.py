"""Scoring a question and a passage together: cross-encoders, by folder or hub name.

An encoder sees a question and a passage apart; a cross-encoder reads both at once and sees which word answers which
(Nogueira & Cho, "Passage Re-ranking with BERT", 2019). It is far slower, so that only the best hits are scored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ModelError
from embeddings.loading import load_model


class Reranker(Protocol):
    """Scores passages for one question."""

    @property
    def name(self) -> str:
        """What is shown to people."""

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """One finite score a text, higher is better, shape (len(texts),)."""


class CrossEncoderReranker:
    """A cross-encoder that sentence-transformers loads.

    Args:
        name: a folder, or a hub name where reaching out was configured (HF_HUB_OFFLINE=0).

    Raises:
        ModelError: if the model cannot be loaded or gives no score to a pair of texts.
    """

    def __init__(self, name: str) -> None:
        self._model: Any = load_model(name, "CrossEncoder", what="重排模型", setting="reranker")
        self._name = name
        if not _scores_pairs(self._model):
            raise ModelError(
                f"这不是重排模型：{name}",
                hint="设置 reranker 要的是给“问题—段落”打一个分的模型（交叉编码器），编码器请写在设置 encoder",
            )

    @property
    def name(self) -> str:
        """Folder or hub name."""
        return self._name

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Likeness of each text to an answer, as the model scales it (mostly 0..1), shape (len(texts),)."""
        if not texts:
            return np.zeros(0, dtype=np.float32)
        found = self._model.predict([(question, text) for text in texts], show_progress_bar=False)
        return np.nan_to_num(np.asarray(found, dtype=np.float32))


def _scores_pairs(model: Any) -> bool:
    """Whether a loaded model has one score to give, and its weights came with it.

    A plain encoder loads as a cross-encoder without an error, with a last layer drawn at random; its saved
    configuration names another class than the one that was loaded.
    """
    transformer = model.transformers_model
    known = transformer is None or type(transformer).__name__ in (transformer.config.architectures or ())
    return known and model.num_labels == 1
