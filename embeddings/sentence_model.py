"""Any sentence-transformers model, by folder or hub name, behind the Embedder seam."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embeddings.embedder import Vectors, unit
from embeddings.loading import load_model

_DOCUMENT_PROMPTS = ("document", "passage", "corpus")


class SentenceEmbedder:
    """A sentence-transformers model, with the prompts for questions and passages that it declares.

    Args:
        name: a folder, or a hub name where reaching out was configured (HF_HUB_OFFLINE=0).

    Raises:
        ModelError: if the model cannot be loaded.
    """

    def __init__(self, name: str) -> None:
        self._model: Any = load_model(name, "SentenceTransformer", what="编码器", setting="encoder")
        self._name = name
        # The library fills in an empty "document" prompt, which would hide one saved under another name.
        prompts = self._model.prompts
        self._document_prompt = next((one for one in _DOCUMENT_PROMPTS if prompts.get(one)), None)

    @property
    def name(self) -> str:
        """Folder or hub name."""
        return self._name

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._model.get_embedding_dimension())

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, shape (len(texts), dimension)."""
        return self._unit(self._model.encode_query(list(texts), show_progress_bar=False))

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension)."""
        return self._unit(
            self._model.encode_document(
                list(texts), prompt_name=self._document_prompt, show_progress_bar=False
            )
        )

    def _unit(self, vectors: Any) -> Vectors:
        array = np.nan_to_num(np.asarray(vectors, dtype=np.float32)).reshape(-1, self.dimension)
        return unit(array)
