"""Indices of invented documents that are changed one by one: a pytest plugin, for fixtures of a module and a test."""

import shutil
from pathlib import Path

import pytest
from collected import FIRST, SECOND, added


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "documents"
    added(folder, ("甲.txt", FIRST), ("乙.txt", SECOND))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "documents"))
