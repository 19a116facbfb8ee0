"""What a disk refuses, in words for the person at the screen, and what is done so that it keeps what was written."""

from __future__ import annotations

import contextlib
import errno
import os
import pathlib
import re

_FULL = "磁盘空间不够"
_WORDS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: "没有写权限",
    errno.EPERM: "没有写权限",
    errno.EROFS: "磁盘只能读，不能写",
    errno.ENOENT: "文件夹不见了",
}
# Libraries written in Rust tell of the system's errors in words only.
_TOLD = re.compile(r"\(os error (\d+)\)")


def refusal(error: Exception) -> str:
    """Why something could not be written, in a few Chinese words; "" where it was not the disk that refused.

    Args:
        error: as Python raised it, or a library that writes files by itself (safetensors, tokenizers).
    """
    if isinstance(error, OSError):
        # NumPy tells of an array that is only half on disk without a number.
        return _WORDS.get(error.errno or errno.ENOSPC, "磁盘读写出错")
    told = _TOLD.search(str(error))
    return _WORDS.get(int(told[1]), "磁盘读写出错") if told else ""


def settle(folder: pathlib.Path) -> None:
    """Return when everything in `folder` is on the disk itself, so that it is still there after a power cut.

    Raises:
        OSError: if the system cannot write it.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:  # Windows settles only what is open for writing
                os.fsync(file.fileno())
        else:
            settle_names(path)
    settle_names(folder)


def settle_names(folder: pathlib.Path) -> None:
    """The same for the names in a folder: what was made, renamed or removed there, as far as the system can."""
    with contextlib.suppress(OSError):  # Windows opens no folder, and some file systems settle none
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
