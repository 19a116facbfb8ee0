"""The file of a given name, and the name of a file."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence

from corpus.errors import InputError
from rag.exporting.grid import answer_grid
from rag.exporting.markdown import answer_markdown
from rag.exporting.notes import Library
from rag.exporting.sheets import csv_bytes, xlsx_bytes
from rag.types import Answer

Turns = Sequence[tuple[str, Answer]]

LONGEST_NAME = 60  # characters with the suffix: at most 240 of the 255 bytes that file systems allow
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]+')


def _docx(turns: Turns, library: Library) -> bytes:
    from rag.exporting.word import answer_docx

    return answer_docx(turns, library)


_FORMATS: dict[str, Callable[[Turns, Library], bytes]] = {
    ".docx": _docx,
    ".md": lambda turns, library: answer_markdown(turns, library).encode(),
    ".xlsx": lambda turns, library: xlsx_bytes(answer_grid(turns, library), library_name=library.name),
    ".csv": lambda turns, library: csv_bytes(answer_grid(turns, library)),
}
SUFFIXES = tuple(_FORMATS)


def write_export(path: pathlib.Path, turns: Turns, library: Library) -> None:
    """Write an answer or a conversation in the format that the name's suffix tells.

    A file of that name is replaced, and only when the new one is whole.

    Args:
        path: the file; its suffix is one of `SUFFIXES`.
        turns: questions as asked, with their answers.
        library: where the cases come from.

    Raises:
        InputError: for a suffix that is not known, a folder that is not there, or one that may not be written to.
    """
    made = _FORMATS[checked_path(path).suffix.lower()](turns, library)
    beside = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        beside.write_bytes(made)
        beside.replace(path)
    except PermissionError as error:
        raise InputError(
            f"没有权限写入 {path}", hint="文件如果正在 Word、WPS 或 Excel 中打开，请先关闭；或换一个文件夹"
        ) from error
    except OSError as error:
        raise _unwritable(path) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def checked_path(path: pathlib.Path) -> pathlib.Path:
    """`path`, where an export can be written there as far as can be told before; ask before a long answer is made.

    Raises:
        InputError: as `write_export`.
    """
    if path.suffix.lower() not in _FORMATS:
        raise InputError(
            f"不能导出成“{path.suffix or path.name}”这种文件", hint=f"文件名请以 {'、'.join(SUFFIXES)} 结尾"
        )
    try:
        _refuse_place(path)
    except OSError as error:
        raise _unwritable(path) from error
    return path


def _refuse_place(path: pathlib.Path) -> None:
    if path.is_dir():
        raise InputError(f"{path} 是文件夹", hint="请写上文件名，例如：回答.docx")
    if not path.parent.is_dir():
        raise InputError(f"文件夹不存在：{path.parent}", hint="请先建好文件夹，或换一个位置")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"没有权限写入文件夹：{path.parent}", hint="请换一个文件夹")


def _unwritable(path: pathlib.Path) -> InputError:
    return InputError(f"无法写入 {path}", hint="请检查磁盘空间，或换一个文件夹、换短一些的文件名")


def suggested_name(subject: str, suffix: str, *, kind: str = "案例问答") -> str:
    """A name that says what is in the file, allowed on Windows too: 案例问答_企业开办要多久.docx.

    Args:
        subject: what the file is about, such as the question; may hold anything.
        suffix: with the dot.
        kind: what the name begins with; because of it no name is one that Windows keeps for devices (CON, NUL).

    Returns:
        At most 60 characters.
    """
    seen = "".join(
        " " if unicodedata.category(one)[0] in "CZ" else one for one in _FORBIDDEN.sub(" ", subject)
    )
    room = LONGEST_NAME - len(kind) - 1 - len(suffix)
    named = " ".join(seen.split())[:room].rstrip(" .。？！?!")
    return f"{kind}_{named}{suffix}" if named else f"{kind}{suffix}"
