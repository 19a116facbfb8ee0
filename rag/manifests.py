"""The manifest of a build: what it was made of, and the digest of each of its files."""

from __future__ import annotations

import datetime
import hashlib
import json
import pathlib
from typing import Any

FORMAT = 3
NAME = "manifest.json"


def sha256_of(path: pathlib.Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def finish(draft: pathlib.Path, content: dict[str, Any]) -> dict[str, Any]:
    """Write the manifest of the build in `draft`, whose other files are there; the manifest.

    Args:
        draft: a folder.
        content: what the manifest says besides; for "known" see `rag.store.write_build`.
    """
    known = _known_digests(*content.pop("known", (draft, {})))
    paths = [path for path in sorted(draft.rglob("*")) if path.is_file()]
    files = {path.relative_to(draft).as_posix(): _digest(path, known) for path in paths}
    # The time makes every build's manifest, and so its name, its own: a new build never takes an old one's place.
    manifest = {
        "format": FORMAT,
        "built": datetime.datetime.now(datetime.UTC).isoformat(),
        **content,
        "files": files,
    }
    path = draft / NAME
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    usual = path.stat().st_mode
    for name in files:
        if (draft / name).stat().st_mode != usual:  # safetensors lets nobody but the owner read its files
            (draft / name).chmod(usual & 0o777)
    return manifest


def _known_digests(build: pathlib.Path, files: dict[str, str]) -> dict[tuple[int, int], str]:
    """The digests of a build's files by what they are on the disk: a file that has a second name in a new build."""
    return {_inode(build / name): digest for name, digest in files.items()}


def _inode(path: pathlib.Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _digest(path: pathlib.Path, known: dict[tuple[int, int], str]) -> str:
    # A file system without numbers of its own for files has no second names either.
    return (known.get(_inode(path)) if path.stat().st_nlink > 1 else None) or sha256_of(path)
