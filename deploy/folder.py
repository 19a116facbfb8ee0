"""The folder of a bundle: the program copied, a manifest over everything, put in place once it is whole."""

from __future__ import annotations

import hashlib
import json
import pathlib
import shutil
import time
import zipfile

from deploy.platforms import Platform

MANIFEST, WHEELHOUSE = "manifest.json", "wheelhouse"
PROGRAM = (  # nothing else is taken along: materials, indexes and keys may lie beside the program
    "corpus deploy docs embeddings eval rag ui run.py requirements.txt requirements-dev.txt constraints.txt "
    "pyproject.toml case-qa.example.toml README.md README.en.md CHANGELOG.md LICENSE .dockerignore"
).split()


def copy_program(root: pathlib.Path, folder: pathlib.Path) -> None:
    """Copy what `PROGRAM` names from `root` into `folder`."""
    needless = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    for name in PROGRAM:
        if (root / name).is_dir():
            shutil.copytree(root / name, folder / name, ignore=needless)
        elif (root / name).is_file():
            shutil.copy2(root / name, folder / name)


def write_manifest(folder: pathlib.Path, system: Platform) -> int:
    """Write what lies in `folder`, with versions of packages; the size of all in bytes."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    rows = [_row(folder, path) for path in paths]
    value = {
        "format": 1,
        "python": "3.11",
        "platform": system.name,
        "made": time.strftime("%Y-%m-%d"),
        "files": rows,
    }
    (folder / MANIFEST).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return sum(path.stat().st_size for path in paths)


def _row(folder: pathlib.Path, path: pathlib.Path) -> dict[str, str | int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    row: dict[str, str | int] = {"file": path.relative_to(folder).as_posix()}
    if path.suffix == ".whl":
        name, version = path.name.split("-")[:2]
        row |= {"name": name, "version": version}
    return row | {"bytes": path.stat().st_size, "sha256": digest}


def is_bundle(folder: pathlib.Path) -> bool:
    """Whether `folder` holds what an earlier call made."""
    return (folder / MANIFEST).is_file() and (folder / WHEELHOUSE).is_dir()


def put_in_place(made: pathlib.Path, target: pathlib.Path) -> None:
    """Let the folder `made` take the place of `target`, a folder or a ".zip"."""
    if target.suffix == ".zip":
        packed = made.with_name(made.name + ".zip")
        try:
            # Wheels are compressed already; a clock that stands before 1980 is no reason to fail.
            with zipfile.ZipFile(packed, "w", strict_timestamps=False) as archive:
                for path in sorted(path for path in made.rglob("*") if path.is_file()):
                    archive.write(path, pathlib.PurePath(target.stem, path.relative_to(made)))
            packed.replace(target)
        finally:
            packed.unlink(missing_ok=True)
        shutil.rmtree(made)
        return
    if target.exists():
        old = made.with_name(made.name + ".old")
        target.rename(old)
        made.rename(target)
        shutil.rmtree(old)
    else:
        made.rename(target)
