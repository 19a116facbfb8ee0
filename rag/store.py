"""The index on disk: a folder of complete builds and one pointer to the build that serves.

    INDEX/
      CURRENT            name of the serving build; replacing this one file is what makes a new build serve
      .lock              held while a build takes the place of another
      build-<digest>/    manifest.json and the files whose sha256 it lists

A build is written under another name, checked, renamed, and only then pointed to, so that a build killed at any
moment leaves the last complete one serving. From the renaming to the removal of old builds a writer is alone; a
reader takes no lock and opens anew when the build that it was reading has been replaced.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import hashlib
import json
import os
import pathlib
import re
import secrets
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from corpus.errors import CorpusIndexError, InputError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FORMAT = 1
_POINTER = "CURRENT"
_MANIFEST = "manifest.json"
_UNFINISHED = ".building-"
_LOCK = ".lock"
_STALE_SECONDS = 3600.0
# Replacing a build takes well under a second.
_PATIENCE_SECONDS = 30.0
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL}
# What a build that was killed may leave where no pointer stands yet.
_OWN = re.compile(rf"build-[0-9a-f]{{16}}|{re.escape(_UNFINISHED)}.*|{_POINTER}\..*new|{re.escape(_LOCK)}")


def _sha256(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
        fill: writes the build's files into the folder it is given and returns what the manifest should say.

    Returns:
        The manifest.

    Raises:
        InputError: if the folder cannot be written or holds other things.
    """
    _check_target(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        draft = folder / (_UNFINISHED + secrets.token_hex(8))
        draft.mkdir()  # not mkdtemp, which would keep colleagues out of a shared index
    except OSError as error:
        raise InputError(
            f"索引文件夹无法写入：{folder}", hint="请换一个有写权限的位置，或检查磁盘空间"
        ) from error
    try:
        manifest = _finish(draft, fill(draft))
        build = folder / f"build-{_sha256(draft / _MANIFEST)[:16]}"
        with _alone(folder):
            draft.rename(build)
            _point(folder, build.name)
            _remove_others(folder, build)
    except OSError as error:
        raise InputError(
            f"写索引时出错：{error.strerror}", hint="请检查磁盘空间和写权限；原来的索引没有改动"
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


@contextlib.contextmanager
def _alone(folder: pathlib.Path) -> Iterator[None]:
    """Let one writer in at a time; the system lets go of the lock of a process that ends, however it ends."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with (folder / _LOCK).open("ab") as file:
        while not _locked(file.fileno()):
            if time.monotonic() > deadline:
                raise InputError(
                    f"另一个程序正在写入这个索引：{folder}", hint="请等它结束后再试；原来的索引没有改动"
                )
            time.sleep(0.05)
        yield


def _locked(file: int) -> bool:
    """Take the lock until the file is closed, if it is free. Where the file system has no locks it always is."""
    try:
        if sys.platform == "win32":
            os.lseek(file, 0, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EAGAIN, errno.EDEADLK}:
            return False
        if error.errno not in _NO_LOCKS:
            raise
    return True


def _remove_others(folder: pathlib.Path, build: pathlib.Path) -> None:
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
    """Remove what builds that were killed left behind; a young one may still be at work."""
    for leftover in folder.glob(_UNFINISHED + "*"):
        with contextlib.suppress(FileNotFoundError):  # another build has just finished or removed it
            if time.time() - leftover.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(leftover, ignore_errors=True)


def _finish(draft: pathlib.Path, content: dict[str, Any]) -> dict[str, Any]:
    files = {
        path.relative_to(draft).as_posix(): _sha256(path)
        for path in sorted(draft.rglob("*"))
        if path.is_file()
    }
    # The time makes every build's manifest, and so its name, its own: a new build never takes an old one's place.
    manifest = {
        "format": FORMAT,
        "built": datetime.datetime.now(datetime.UTC).isoformat(),
        **content,
        "files": files,
    }
    path = draft / _MANIFEST
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    usual = path.stat().st_mode
    for name in files:
        if (draft / name).stat().st_mode != usual:  # safetensors lets nobody but the owner read its files
            (draft / name).chmod(usual & 0o777)
    return manifest


def _point(folder: pathlib.Path, name: str) -> None:
    """Replace the pointer in one rename. A build's name carries the digest of its manifest."""
    new = folder / f"{_POINTER}.{name}.new"
    with new.open("w", encoding="utf-8") as file:
        file.write(name)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / _POINTER)


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
        build = folder / build_name
        raw = (build / _MANIFEST).read_bytes()
        manifest = json.loads(raw)
        if build.parent != folder or build.name != f"build-{hashlib.sha256(raw).hexdigest()[:16]}":
            raise CorpusIndexError("索引已损坏（清单与登记不符）", hint=mend)
        if manifest["format"] != FORMAT:
            raise CorpusIndexError("索引由另一个版本建立", hint=mend)
        for name, digest in manifest["files"].items():
            if _sha256(build / name) != digest:
                raise CorpusIndexError(f"索引已损坏（{name} 校验不符）", hint=mend)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusIndexError("索引已损坏（清单或文件缺失）", hint=mend) from error
    return build, manifest
