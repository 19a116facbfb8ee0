"""Static sentence encoders read without torch.

A folder that sentence-transformers writes for `StaticEmbedding` + `Normalize` holds a tokenizer and one matrix.
Reading these two takes milliseconds, where importing torch takes seconds; the vectors are the same (a test
holds them against `SentenceTransformer`).
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator, Sequence

import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from corpus.errors import ModelError
from embeddings.embedder import Vectors, unit
from embeddings.ragged import Ragged

_CUT = 5_000  # texts that are cut into tokens at a time; cut they take a hundred times the texts' memory
_SUMMED = 200  # texts whose token vectors are laid side by side at a time
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
        self._numbers = np.min_scalar_type(len(self._matrix))
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

    def tokens(self, texts: Sequence[str]) -> Ragged:
        """Token ids of each text, those without a vector (unknown characters, punctuation) left out."""
        found = Ragged.joined([Ragged.of(ids, self._numbers) for ids in self._cut(texts)])
        return found.kept(self._meaning[found.values])

    def _cut(self, texts: Sequence[str]) -> Iterator[list[list[int]]]:
        """Token ids of texts, some thousands at a time."""
        if len(texts) == 1:  # a batch is handed to threads, which take longer than a question's tokens
            yield [self._tokenizer.encode(texts[0], add_special_tokens=False).ids]
            return
        for start in range(0, len(texts) or 1, _CUT):
            block = list(texts[start : start + _CUT])
            encodings = self._tokenizer.encode_batch_fast(block, add_special_tokens=False)
            yield [one.ids for one in encodings]

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, shape (len(texts), dimension)."""
        return self._encode(texts)

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, shape (len(texts), dimension)."""
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        return unit(self.sums(self.tokens(texts)))

    def sums(self, tokens: Ragged) -> Vectors:
        """Sum of the token vectors of each text, shape (len(tokens), dimension); `encode_document` scales it to 1."""
        sums = np.empty((len(tokens), self.dimension), dtype=np.float32)
        for start in range(0, len(tokens), _SUMMED):
            part = tokens.taken(np.arange(start, min(start + _SUMMED, len(tokens))))
            sums[start : start + _SUMMED] = part.reduced(self._matrix[part.values], np.add)
        return sums

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
