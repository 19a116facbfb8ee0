"""Models of sentence-transformers by folder or hub name, with one clear line where one is not to be had."""

from __future__ import annotations

import contextlib
import logging
import os
import pathlib
import re
from collections.abc import Iterator
from typing import Any, Literal

from corpus.errors import ModelError

Kind = Literal["SentenceTransformer", "CrossEncoder"]
# "name" or "owner/name"; whatever else is written can only be a folder, and a wrong one must not be asked of the hub.
_HUB_NAME = re.compile(r"[a-z0-9][\w.-]*(?:/[\w.-]+)?", re.ASCII | re.IGNORECASE)


def load_model(name: str, kind: Kind, *, what: str, setting: str) -> Any:
    """Load a model; the import alone costs seconds.

    Args:
        name: a folder, or a hub name; a hub name is looked for in this machine's cache alone unless reaching out
            was configured (HF_HUB_OFFLINE=0).
        kind: class of `sentence_transformers`.
        what: what the model is to an official, in Chinese.
        setting: name of the setting that holds `name`.

    Raises:
        ModelError: if there is no such folder or the model cannot be loaded.
    """
    folder = _folder(name)
    if folder is None and not _HUB_NAME.fullmatch(name):
        raise ModelError(f"没有这个{what}文件夹：{name}", hint=f"请检查设置 {setting} 的路径")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    offline = os.environ["HF_HUB_OFFLINE"].upper() in {"1", "ON", "YES", "TRUE"}
    try:
        import sentence_transformers

        with _quiet():
            model = getattr(sentence_transformers, kind)(
                str(folder or name),
                local_files_only=offline or folder is not None,
                trust_remote_code=False,
            )
        _check_vocabulary(model)
    except Exception as error:
        # Hub, safetensors and model code each raise their own kinds.
        raise ModelError(f"{what}无法加载：{name}", hint=_advice(folder, setting)) from error
    return model


def _folder(name: str) -> pathlib.Path | None:
    with contextlib.suppress(OSError, RuntimeError):  # a name too long for a path; "~" of an unknown user
        folder = pathlib.Path(name).expanduser()
        if name and folder.is_dir():
            return folder
    return None


def _check_vocabulary(model: Any) -> None:
    """Refuse a tokenizer that knows no words: where its file is missing, transformers makes an empty one."""
    tokenizer = model.tokenizer
    special = getattr(tokenizer, "all_special_tokens", None)
    if special is not None and len(tokenizer) <= len(special):
        raise ValueError("the tokenizer has no vocabulary")


def _advice(folder: pathlib.Path | None, setting: str) -> str:
    if folder is not None:
        return f"文件夹里没有完整的模型，请检查设置 {setting} 的路径，或重新复制模型的全部文件"
    return f"请把模型文件夹放在本机并在设置 {setting} 中写它的路径；要联网下载请设 HF_HUB_OFFLINE=0"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars and English remarks of the libraries between a question and its answer."""
    from transformers.utils import logging as transformers_logging

    theirs: Any = transformers_logging
    loggers = [logging.getLogger(name) for name in ("transformers", "sentence_transformers")]
    levels = [logger.level for logger in loggers]
    bars = theirs.is_progress_bar_enabled()
    try:
        theirs.disable_progress_bar()
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if bars:
            theirs.enable_progress_bar()
