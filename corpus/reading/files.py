"""Which files of the given files and folders are read, and which are passed over."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterable

from corpus.errors import InputError
from corpus.reading.kinds import SUPPORTED
from corpus.reading.names import printable

WHY_OUTSIDE = "这是指向文件夹以外的链接，未读入；需要时请直接选择它指向的文件"
"""One Chinese line for the health report on what `find_outside` finds."""

# Made by systems, never by people; not worth a line in a report.
_SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


def find_files(paths: Iterable[pathlib.Path]) -> tuple[pathlib.Path, ...]:
    """The files to read, sorted by path, each once.

    A file given by name is returned whatever its ending, so that its refusal says why; of a folder, at any
    depth, only files of a supported kind. Hidden files, lock files of Office (~$…) and links that lead out
    of the folder are left out.

    Raises:
        InputError: if a path does not exist or cannot be opened, or a folder holds no supported file.
    """
    found: dict[pathlib.Path, pathlib.Path] = {}
    for path in paths:
        for file in _files_at(path):
            found.setdefault(file.resolve(), file)
    return tuple(sorted(found.values(), key=lambda file: file.as_posix()))


def find_ignored(paths: Iterable[pathlib.Path]) -> tuple[pathlib.Path, ...]:
    """Files inside the given folders that `find_files` passes over for their ending, sorted.

    `why_ignored` words the reason. Hidden, lock and system files are not among them.

    Raises:
        InputError: if a folder cannot be opened.
    """
    folders = (path for path in paths if path.is_dir())
    ignored = {file for folder in folders for file in _walk(folder) if not _is_supported(file)}
    return tuple(sorted(ignored, key=lambda file: file.as_posix()))


def find_outside(paths: Iterable[pathlib.Path]) -> tuple[pathlib.Path, ...]:
    """Links inside the given folders that lead to supported files outside them, sorted; `find_files` leaves them.

    `WHY_OUTSIDE` words the reason.

    Raises:
        InputError: if a folder cannot be opened.
    """
    folders = (path for path in paths if path.is_dir())
    links = {file for folder in folders for file in _walk(folder, inside=False) if _is_supported(file)}
    return tuple(sorted(links, key=lambda file: file.as_posix()))


def _files_at(path: pathlib.Path) -> list[pathlib.Path]:
    if not path.exists():
        raise InputError(
            f"找不到路径“{printable(path)}”", hint="请检查路径是否正确，文件或文件夹是否已被移动或改名"
        )
    if path.is_dir():
        files = [file for file in _walk(path) if _is_supported(file)]
        if not files:
            endings = "、".join(sorted(SUPPORTED))
            raise InputError(
                f"文件夹“{printable(path)}”里没有可以读取的文档", hint=f"支持的文件类型：{endings}"
            )
        return files
    if not path.is_file():
        raise InputError(f"“{printable(path)}”不是普通文件", hint="请选择文档或者存放文档的文件夹")
    return [path]


def _walk(folder: pathlib.Path, *, inside: bool = True) -> list[pathlib.Path]:
    """The files of a folder at any depth, or else the links there that lead to files outside it."""
    root = folder.resolve()
    files: list[pathlib.Path] = []
    # Linked folders are not entered: what they hold inside the root is found anyway, the rest is outside.
    for where, folders, names in os.walk(folder, onerror=_refuse_folder):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        here = (pathlib.Path(where) / name for name in sorted(names) if not _is_hidden(name))
        files += [file for file in here if file.is_file() and file.resolve().is_relative_to(root) == inside]
    return files


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in _SYSTEM_NAMES


def _is_supported(file: pathlib.Path) -> bool:
    return file.suffix.lower() in SUPPORTED


def _refuse_folder(error: OSError) -> None:
    raise InputError(
        f"打不开文件夹“{printable(error.filename or '')}”", hint="请检查文件夹权限后重试"
    ) from error
