"""The encoder that ships with the project: trained by `python -m embeddings train`, see model/README.md."""

from __future__ import annotations

import functools
import pathlib

from corpus.errors import ModelError
from embeddings.static_model import StaticEmbedder, load_static

FOLDER = pathlib.Path(__file__).parent / "model"
# Recorded in every index; a retrained model gets another one, and indices made with the old one say so.
NAME = "zhengwu-static-4"


@functools.cache
def load_bundled() -> StaticEmbedder:
    """The bundled encoder, read once a process.

    Raises:
        ModelError: if its files are missing or damaged.
    """
    if not FOLDER.is_dir():
        raise ModelError("内置编码器不见了：embeddings/model", hint="请重新下载或解压整个程序")
    return load_static(FOLDER, name=NAME)
