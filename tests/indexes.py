"""Indices that many tests share, each built at most once: a pytest plugin, for fixtures of a session."""

from pathlib import Path

import pytest
from invented import Indexed, indexed, write_compilations

from rag.build import LIBRARY


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Indexed:
    return indexed(LIBRARY, tmp_path_factory.mktemp("library") / "index")


@pytest.fixture(scope="session")
def compilations(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Indexed:
    return indexed(seeds, tmp_path_factory.mktemp("compilations") / "index")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Indexed:
    sources = tmp_path_factory.mktemp("small") / "资料 汇编"
    write_compilations(sources)
    return indexed(sources, tmp_path_factory.mktemp("small-index") / "索引 一")
