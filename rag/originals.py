"""Copies of uploaded files beside the builds of an index: INDEX/originals/<sha256>/<name>.

A build's manifest names the digests that it refers to; whoever replaces a build, alone in the folder, sweeps the rest.
"""

from __future__ import annotations

import hashlib
import pathlib
import re
import secrets
import shutil
from collections.abc import Collection

from corpus.errors import UnreadableFileError

FOLDER = "originals"
_UNFINISHED = ".new-"
_LONGEST_NAME = 180  # bytes; file systems take 255
# What some file system refuses, and what shows otherwise than it is written (control and direction marks).
_ODD = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)")


def safe_name(name: str) -> str:
    """A file's name without its folder, fit for any file system and for the screen; "材料" where nothing is left."""
    last = re.split(r"[/\\]", name)[-1]
    plain = _RESERVED.sub(r"_\1", _ODD.sub("_", " ".join(last.split())).strip(" .") or "材料", count=1)
    stem, dot, ending = plain.rpartition(".") if "." in plain else (plain, "", "")
    room = _LONGEST_NAME - len((dot + ending).encode()[:20])
    kept = stem.encode()[:room].decode(errors="ignore").rstrip(" .")
    return kept + dot + ending.encode()[:19].decode(errors="ignore")


def keep(folder: pathlib.Path, name: str, data: bytes) -> str:
    """Copy a file into the index at `folder`; the copy's path below it. A copy is there whole or not at all.

    Raises:
        OSError: if it cannot be written.
    """
    digest = hashlib.sha256(data).hexdigest()
    target = folder / FOLDER / digest
    draft = folder / FOLDER / (_UNFINISHED + secrets.token_hex(8))
    draft.mkdir(parents=True)
    try:
        (draft / safe_name(name)).write_bytes(data)
        if target.exists():
            shutil.rmtree(target)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return f"{FOLDER}/{digest}/{safe_name(name)}"


def read(folder: pathlib.Path, path: str) -> bytes:
    """The bytes of the copy at `path`, as `keep` gave it.

    Raises:
        UnreadableFileError: if it is missing or was changed.
    """
    parts = pathlib.PurePosixPath(path).parts
    try:
        data = folder.joinpath(*parts).read_bytes()
    except OSError as error:
        raise UnreadableFileError("保存的原文件读不出来", hint="请重新上传这份材料") from error
    if len(parts) != 3 or hashlib.sha256(data).hexdigest() != parts[1]:
        raise UnreadableFileError("保存的原文件已损坏", hint="请重新上传这份材料")
    return data


def sweep(folder: pathlib.Path, digests: Collection[str]) -> None:
    """Remove the copies whose digests are not among `digests`; whoever calls is alone."""
    for copy in folder.glob(f"{FOLDER}/*"):
        own = copy.name.startswith(_UNFINISHED) or re.fullmatch("[0-9a-f]{64}", copy.name)
        if own and copy.name not in digests:
            shutil.rmtree(copy, ignore_errors=True)
