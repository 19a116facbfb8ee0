"""The index on disk: a folder of complete builds and one pointer to the build that serves.

    INDEX/
      CURRENT            name of the serving build; replacing this one file is what makes a new build serve
      .lock              held while a build is written and takes the place of another
      build-<digest>/    manifest.json and the files whose sha256 it lists
      originals/         copies of uploaded files, see rag.originals

A build is written under another name, checked, renamed, and only then pointed to, so that a build killed at any
moment leaves the last complete one serving. A writer is alone from the first file of its build to the removal of old
builds; one that makes its build of the serving one is alone from its reading on. A reader takes no lock and opens anew
when the build that it was reading has been replaced.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pathlib
import re
import secrets
import shlex
import shutil
from collections.abc import Callable, Iterator
from typing import Any

from corpus.errors import CaseQAError, CorpusIndexError, InputError
from rag import disk, locking, manifests, originals

_POINTER = "CURRENT"
_UNFINISHED = ".building-"
_LOCK = ".lock"
# Replacing a build takes well under a second, adding a document some seconds.
_PATIENCE_SECONDS = 30.0
# What a build that was killed may leave where no pointer stands yet.
_OWN = re.compile(
    rf"build-[0-9a-f]{{16}}|{re.escape(_UNFINISHED)}.*|{_POINTER}\..*new|{re.escape(_LOCK)}|{originals.FOLDER}"
)


def quoted(path: pathlib.Path) -> str:
    """`path` as it must be typed in a command."""
    text = str(path)
    if os.name == "nt":
        return f'"{text}"' if re.search(r"[^\w\\/:.~-]", text) else text
    return shlex.quote(text)


def exists(folder: pathlib.Path) -> bool:
    """Whether `folder` holds an index, whole or damaged."""
    try:
        return (folder / _POINTER).is_file()
    except OSError:  # a name that no file system takes
        return False


def write_build(folder: pathlib.Path, fill: Callable[[pathlib.Path], dict[str, Any]]) -> dict[str, Any]:
    """Make a new build and let it serve.

    Args:
        folder: the index; made where it does not exist.
        fill: writes the build's files into the folder it is given and returns what the manifest should say; its
            "originals" are the digests of the copies to keep. "known" stays out of the manifest: the folder and the
            digests, by name, of a build that was checked and some of whose files have a second name in this one.

    Returns:
        The manifest.

    Raises:
        InputError: if the folder cannot be written or holds other things.
    """
    with alone(folder):
        return replace_build(folder, fill)


def replace_build(folder: pathlib.Path, fill: Callable[[pathlib.Path], dict[str, Any]]) -> dict[str, Any]:
    """Like `write_build`, for a writer that is `alone` already."""
    with _draft(folder) as draft:
        manifest = manifests.finish(draft, fill(draft))
        _serve(folder, draft, manifest)
    return manifest


def remove_build(folder: pathlib.Path) -> None:
    """Leave the folder without an index, for a writer that is `alone`.

    Raises:
        InputError: if the folder cannot be written.
    """
    try:
        (folder / _POINTER).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"索引文件夹无法写入：{folder}", hint="请检查写权限") from error
    disk.settle_names(folder)
    _remove_others(folder, None)
    originals.sweep(folder, ())


def _prepare(folder: pathlib.Path) -> None:
    """Make the folder of an index.

    Raises:
        InputError: if it cannot be made or holds other things.
    """
    _check_target(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder) from error


def _unwritable(folder: pathlib.Path) -> InputError:
    return InputError(f"索引文件夹无法写入：{folder}", hint="请换一个有写权限的位置，或检查磁盘空间")


@contextlib.contextmanager
def _draft(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """A folder for a build that is not finished; whatever is left of it goes."""
    try:
        _sweep(folder)
        draft = folder / (_UNFINISHED + secrets.token_hex(8))
        draft.mkdir()  # not mkdtemp, which would keep colleagues out of a shared index
    except OSError as error:
        raise _unwritable(folder) from error
    try:
        yield draft
    except CaseQAError:
        raise
    except Exception as error:
        why = disk.refusal(error)
        if not why:
            raise
        raise InputError(f"写索引时出错：{why}", hint="请检查磁盘空间和写权限；原来的索引没有改动") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _serve(folder: pathlib.Path, draft: pathlib.Path, manifest: dict[str, Any]) -> None:
    """Let the finished draft serve and remove what nobody needs any more."""
    build = folder / f"build-{manifests.sha256_of(draft / manifests.NAME)[:16]}"
    disk.settle(draft)  # the pointer must not outlive a power cut that the build does not
    draft.rename(build)
    try:
        _point(folder, build.name)
    except OSError:
        shutil.rmtree(build, ignore_errors=True)
        raise
    _remove_others(folder, build)
    originals.sweep(folder, manifest.get("originals", ()))


@contextlib.contextmanager
def alone(folder: pathlib.Path) -> Iterator[None]:
    """Let one writer in at a time.

    Args:
        folder: the index; made where it does not exist.

    Raises:
        InputError: if the folder cannot be written, or another writer takes longer than half a minute.
    """
    _prepare(folder)
    try:
        file = (folder / _LOCK).open("ab")
    except OSError as error:
        raise _unwritable(folder) from error
    with file:
        if not locking.taken(file.fileno(), patience=_PATIENCE_SECONDS):
            raise InputError(
                f"另一个程序正在写入这个索引：{folder}", hint="请等它结束后再试；原来的索引没有改动"
            )
        _repoint(folder)
        yield


def _repoint(folder: pathlib.Path) -> None:
    """Where the pointer is lost and a whole build is there, let it serve: the next writer would clear it away."""
    builds = [] if exists(folder) else [one for one in folder.glob("build-*") if _own(one)]
    for build in sorted(builds, key=lambda one: one.stat().st_mtime, reverse=True):
        with contextlib.suppress(CorpusIndexError):
            _checked(folder, build.name, "")
            _point(folder, build.name)
            return


def _remove_others(folder: pathlib.Path, build: pathlib.Path | None) -> None:
    """Remove the build just replaced and what killed ones left; whoever calls is alone, so nobody needs them."""
    for old in folder.glob("build-*"):
        if old != build and _own(old):
            shutil.rmtree(old, ignore_errors=True)
    for pointer in folder.glob(f"{_POINTER}.*new"):
        with contextlib.suppress(OSError):
            pointer.unlink()


def _check_target(folder: pathlib.Path) -> None:
    try:
        is_file = folder.exists() and not folder.is_dir()
        foreign = folder.is_dir() and not exists(folder) and not all(map(_own, folder.iterdir()))
    except OSError as error:
        raise InputError(f"索引位置无法使用：{folder}", hint="请检查路径和权限，或换一个位置") from error
    if is_file:
        raise InputError(f"索引位置是一个文件：{folder}", hint="请用 --index 指定一个文件夹")
    if foreign:
        raise InputError(
            f"文件夹里有别的文件：{folder}", hint="请用 --index 指定一个空文件夹或已有的索引文件夹"
        )


def _own(path: pathlib.Path) -> bool:
    return _OWN.fullmatch(path.name) is not None


def _sweep(folder: pathlib.Path) -> None:
    """Remove what builds that were killed left behind; whoever calls is alone, so that no other is at work."""
    for leftover in folder.glob(_UNFINISHED + "*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _point(folder: pathlib.Path, name: str) -> None:
    """Replace the pointer in one rename. A build's name carries the digest of its manifest."""
    new = folder / f"{_POINTER}.{name}.new"
    try:
        with new.open("w", encoding="utf-8") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / _POINTER)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    disk.settle_names(folder)


def serving(folder: pathlib.Path) -> str:
    """The name of the serving build; "" where the pointer cannot be read."""
    try:
        return (folder / _POINTER).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def open_build(folder: pathlib.Path) -> tuple[pathlib.Path, dict[str, Any]]:
    """The serving build's folder and manifest, each file checked against its sha256.

    Raises:
        CorpusIndexError: if there is no index, or it is damaged, or another version wrote it.
    """
    command = f"python -m rag index 材料文件夹 --index {quoted(folder)}"
    if not exists(folder):
        raise CorpusIndexError(f"这里没有索引：{folder}", hint=f"请先建立：{command}")
    name = serving(folder)
    while True:
        try:
            return _checked(folder, name, f"请重新建立：{command}")
        except CorpusIndexError:
            # A build that was replaced while it was looked at seems damaged.
            before, name = name, serving(folder)
            if name == before:
                raise


def _checked(folder: pathlib.Path, build_name: str, mend: str) -> tuple[pathlib.Path, dict[str, Any]]:
    try:
        if not build_name:
            (folder / _POINTER).read_bytes()  # where it cannot be read, the error tells why
        build = folder / build_name
        raw = (build / manifests.NAME).read_bytes()
        manifest = json.loads(raw)
        if build.parent != folder or build.name != f"build-{hashlib.sha256(raw).hexdigest()[:16]}":
            raise CorpusIndexError("索引已损坏（清单与登记不符）", hint=mend)
        if manifest["format"] != manifests.FORMAT:
            raise CorpusIndexError("索引由另一个版本建立", hint=mend)
        for name, digest in manifest["files"].items():
            if manifests.sha256_of(build / name) != digest:
                raise CorpusIndexError(f"索引已损坏（{name} 校验不符）", hint=mend)
    except PermissionError as error:
        raise CorpusIndexError("索引读不了，没有权限", hint=f"请检查文件夹的读权限：{folder}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusIndexError("索引已损坏（清单或文件缺失）", hint=mend) from error
    return build, manifest
