"""The index of `matters`, built at most once: a pytest plugin."""

import pytest
from invented import Indexed, indexed
from matters import CASES, write_cases


@pytest.fixture(scope="session")
def matters(tmp_path_factory: pytest.TempPathFactory) -> Indexed:
    sources = tmp_path_factory.mktemp("matters")
    write_cases(sources, CASES)
    return indexed(sources, tmp_path_factory.mktemp("matters-index") / "index")
