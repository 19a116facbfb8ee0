"""Uploaded files: taken out of Gradio's folder at once, kept where nobody else of this machine can read them."""

from __future__ import annotations

import functools
import pathlib
import secrets
import shutil
import tempfile

from corpus.errors import InputError
from ui.components import gr


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Open to this user only; gone when the program ends."""
    return tempfile.TemporaryDirectory(prefix="case-qa-", ignore_cleanup_errors=True)


def take(uploaded: str, *, largest: int) -> pathlib.Path:
    """Move an uploaded file away from where Gradio serves files.

    Args:
        uploaded: the path that the browser got for it; it may name anything.
        largest: megabytes.

    Raises:
        InputError: if no file was uploaded there, or it is too large.
    """
    root = pathlib.Path(gr.utils.get_upload_folder()).resolve()
    try:
        path = pathlib.Path(uploaded).resolve()
        fair = path.is_relative_to(root) and path.is_file()
    except (OSError, ValueError):
        fair = False
    if not fair:
        raise InputError("没有收到这个文件", hint="请重新上传")
    if path.stat().st_size > largest * 1024 * 1024:
        path.unlink()
        raise InputError(f"文件超过 {largest} MB 的上限", hint="请拆分文件或压缩其中的图片后重试")
    kept = pathlib.Path(_folder().name) / secrets.token_hex(8)
    try:
        shutil.move(path, kept)
        kept.chmod(0o600)
    except OSError as error:
        raise InputError("文件没有存下来", hint="请检查磁盘空间后重试") from error
    return kept


def content(path: pathlib.Path) -> bytes:
    """The bytes of a file that was taken.

    Raises:
        InputError: if it is gone.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("上传的文件已经过期", hint="请重新上传") from error
