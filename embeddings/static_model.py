"""Static sentence encoders read without torch.

A folder that sentence-transformers writes for `StaticEmbedding` + `Normalize` holds a tokenizer and one matrix.
Reading these two takes milliseconds, where importing torch takes seconds; the vectors are the same (a test
holds them against `SentenceTransformer`).
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Sequence

import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from corpus.errors import ModelError
from embeddings.embedder import Vectors, unit

_MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
    },
    {
        "idx": 1,
        "name": "1",
        "path": "1_Normalize",
        "type": "sentence_transformers.base.modules.normalize.Normalize",
    },
]


class StaticEmbedder:
    """An encoder whose sentence vector is the normalised mean of its token vectors.

    Args:
        tokenizer: splits texts into rows of `matrix`.
        matrix: token vectors, shape (tokens, dimension).
        name: as recorded in the manifest of an index.
    """

    def __init__(self, tokenizer: Tokenizer, matrix: Vectors, *, name: str) -> None:
        self._tokenizer = tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._matrix = np.ascontiguousarray(matrix, dtype=np.float32)
        self._meaning = np.any(self._matrix != 0, axis=1)
        self._name = name

    @property
    def name(self) -> str:
        """Name recorded in the manifest."""
        return self._name

    @property
    def dimension(self) -> int:
        """Columns of the matrix."""
        return int(self._matrix.shape[1])

    @property
    def matrix(self) -> Vectors:
        """Token vectors, shape (tokens, dimension)."""
        return self._matrix

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, those without a vector (unknown characters, punctuation) left out."""
        return [[one for one in ids if self._meaning[one]] for ids in self._ids(texts)]

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, shape (len(texts), dimension)."""
        return self._encode(texts)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension)."""
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, ids in enumerate(self._ids(texts)):
            if ids:
                vectors[row] = self._matrix[ids].mean(axis=0)
        return unit(vectors)

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        return [one.ids for one in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def save(self, folder: pathlib.Path) -> None:
        """Write the encoder so that `sentence_transformers.SentenceTransformer(folder)` loads it."""
        normalize = folder / "1_Normalize"
        normalize.mkdir(parents=True, exist_ok=True)
        save_file({"embedding.weight": self._matrix}, str(folder / "model.safetensors"))
        self._tokenizer.save(str(folder / "tokenizer.json"))
        _write_json(folder / "modules.json", _MODULES)
        _write_json(
            normalize / "config.json",
            {"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"},
        )
        _write_json(
            folder / "config_sentence_transformers.json",
            {
                "model_type": "SentenceTransformer",
                "prompts": {"query": "", "document": ""},
                "default_prompt_name": None,
                "similarity_fn_name": "cosine",
            },
        )


def _write_json(path: pathlib.Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2), encoding="utf-8")


def load_static(folder: pathlib.Path, *, name: str) -> StaticEmbedder:
    """Read a static encoder.

    Raises:
        ModelError: if the folder holds no static encoder or one of its files is damaged.
    """
    try:
        tensors = load_file(str(folder / "model.safetensors"))
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        return StaticEmbedder(tokenizer, tensors["embedding.weight"].astype(np.float32), name=name)
    except Exception as error:
        # tokenizers and safetensors raise bare Exceptions of their own for any damaged file.
        raise ModelError(
            f"编码器无法读取：{folder.name}", hint="请重新建立索引：python -m rag index 文件夹"
        ) from error
