"""Any sentence-transformers model, by folder or hub name, behind the Embedder seam."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from corpus.errors import ModelError
from embeddings.embedder import Vectors, unit


class SentenceEmbedder:
    """A sentence-transformers model; importing it costs seconds, so it is loaded on construction only.

    Args:
        name: a folder, or a hub name where reaching out was configured (HF_HUB_OFFLINE=0).

    Raises:
        ModelError: if the model cannot be loaded.
    """

    def __init__(self, name: str) -> None:
        local = pathlib.Path(name).expanduser()
        if local.is_absolute() and not local.is_dir():
            raise ModelError(f"没有这个编码器文件夹：{name}", hint="请检查设置 encoder 的路径")
        # A wrong name must not make the loader ask the hub for a minute.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            from sentence_transformers import SentenceTransformer

            self._model: Any = SentenceTransformer(
                str(local) if local.is_dir() else name, trust_remote_code=False
            )
        except Exception as error:
            # Hub, safetensors and model code each raise their own kinds.
            raise ModelError(
                f"编码器无法加载：{name}",
                hint="请把模型文件夹放在本机并在设置 encoder 中写它的路径；要联网下载请设 HF_HUB_OFFLINE=0",
            ) from error
        self._name = name

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
        return self._unit(self._model.encode_document(list(texts), show_progress_bar=False))

    @staticmethod
    def _unit(vectors: Any) -> Vectors:
        array = np.nan_to_num(np.asarray(vectors, dtype=np.float32))
        return unit(array)
