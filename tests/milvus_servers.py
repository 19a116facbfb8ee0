"""A Milvus that many tests share: a pytest plugin."""

from collections.abc import Iterator

import pytest
from published import server


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("milvus") / "served.db") as uri:
        yield uri
