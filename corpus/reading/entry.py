"""The one way in: a path to a `RawFile`, or one clear refusal."""

from __future__ import annotations

import os
import pathlib
import stat
import warnings
from collections.abc import Callable

from corpus.errors import CaseQAError, UnreadableFileError
from corpus.reading.characters import too_many_lines
from corpus.reading.kinds import SUPPORTED, kind_of
from corpus.reading.limits import MAX_BYTES, MAX_CHARACTERS, MAX_LINES, MEBIBYTE
from corpus.types import RawFile

# A file that is being saved is whole a moment later.
_TRIES = 3


def read_raw(path: pathlib.Path, data: bytes | None = None) -> RawFile:
    """Read one file with the reader that fits its content, else its ending.

    Args:
        path: the file; with `data` given only its name is used and nothing is read from disk.
        data: the file's bytes where the caller has them already.

    Raises:
        UnreadableFileError: with one Chinese line on what is wrong and one on what to do.
        MemoryError: as Python raises it; `corpus.reading.isolated` makes a refusal of it.
    """
    content = read_bytes(path) if data is None else data
    if len(content) > MAX_BYTES:
        raise _too_large()
    if not content.strip(b"\x00 \t\r\n\f\v"):
        raise _empty()
    reader = _reader_for(path.suffix.lower(), content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # parsers warn about oddities that no official can act on
            raw = reader(content)
    except (CaseQAError, MemoryError):
        raise
    except Exception as error:  # a parser may fail in any way on a damaged file; the others must go on
        raise UnreadableFileError(
            "文件已损坏或格式不规范，无法读取", hint="请用 Word 或 WPS 打开核对，另存为 .docx 后重试"
        ) from error
    if len(raw.lines) > MAX_LINES:
        raise too_many_lines()
    if sum(len(line.text) for line in raw.lines) > MAX_CHARACTERS:
        raise _too_long()
    if not any(line.text.strip() for line in raw.lines):
        raise _empty()
    return raw


def read_bytes(path: pathlib.Path) -> bytes:
    """The bytes of a regular file, at most `MAX_BYTES`.

    Raises:
        UnreadableFileError: if it is missing, a folder, not readable or too large.
    """
    try:
        for _ in range(_TRIES):
            data = _read_once(path)
            if data is not None:
                return data
    except IsADirectoryError as error:
        raise _folder() from error
    except FileNotFoundError as error:
        raise UnreadableFileError("找不到文件", hint="请检查路径是否正确，文件是否已被移动或改名") from error
    except PermissionError as error:
        if _is_folder(path):  # Windows does not let anyone open one
            raise _folder() from error
        raise UnreadableFileError(
            "没有权限读取文件", hint="请检查文件权限，或者关闭正在使用它的程序后重试"
        ) from error
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            "读取文件时出错", hint="请检查磁盘或网络位置，把文件复制到本机后重试"
        ) from error
    raise UnreadableFileError("文件正在被改写，读不到完整的内容", hint="请等正在使用它的程序保存并关闭后重试")


def _read_once(path: pathlib.Path) -> bytes | None:
    """The bytes of a file, None if it changed meanwhile: half of it old and half new is neither.

    What is looked at is what was opened, so that nothing can be put in its place in between; a pipe that
    nobody writes to would keep us waiting for ever if it was opened the usual way.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:  # noqa: PTH123 - pathlib opens no descriptors
        before = os.fstat(descriptor)
        if stat.S_ISDIR(before.st_mode):
            raise _folder()
        if not stat.S_ISREG(before.st_mode):
            raise UnreadableFileError("这不是普通文件，无法读取", hint="请选择 .docx、.pdf、.txt 等文档")
        if before.st_size > MAX_BYTES:
            raise _too_large()
        data = file.read(MAX_BYTES + 1)
        after = os.fstat(descriptor)
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return data if same and len(data) == after.st_size else None


def _is_folder(path: pathlib.Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _reader_for(ending: str, data: bytes) -> Callable[[bytes], RawFile]:
    match kind_of(ending, data):
        case "text":
            from corpus.reading.text import read_text as reader
        case "markdown":
            from corpus.reading.markdown import read_markdown as reader
        case "hypertext":
            from corpus.reading.hypertext import read_hypertext as reader
        case "word":
            from corpus.reading.word import read_word as reader
        case "pdf":
            from corpus.reading.pdf import read_pdf as reader
        case "office":
            from corpus.reading.office import read_office

            # The ending becomes part of a file name; one that says nothing does no better than this.
            known = ending if ending in SUPPORTED else ".doc"
            return lambda content: read_office(content, ending=known)
    return reader


def _folder() -> UnreadableFileError:
    return UnreadableFileError("这是文件夹，不是文件", hint="请选择文件夹里的文件，或者对文件夹建立索引")


def _too_large() -> UnreadableFileError:
    return UnreadableFileError(
        f"文件超过 {MAX_BYTES // MEBIBYTE} MB 的上限", hint="请拆分成几个文件，或者压缩其中的图片后重试"
    )


def _too_long() -> UnreadableFileError:
    return UnreadableFileError(
        f"文件的文字超过 {MAX_CHARACTERS // 10_000} 万字的上限", hint="请拆分成几个文件后重试"
    )


def _empty() -> UnreadableFileError:
    return UnreadableFileError("文件是空的，没有文字", hint="请确认选择了正确的文件，并且内容已经保存")
