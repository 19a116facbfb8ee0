"""An office that many tests visit, opened once: a pytest plugin, for fixtures of a session."""

from collections.abc import Iterator

import httpx
import pytest
from invented import Indexed
from office_server import Served, account_file, office_server


@pytest.fixture(scope="session")
def served(small: Indexed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = account_file(tmp_path_factory.mktemp("office"))
    with office_server(small.assistant, auth_file=path, questions_per_minute=0) as one:
        yield one


@pytest.fixture(scope="session")
def inside_client(served: Served) -> Iterator[httpx.Client]:
    with served.log_in() as asking:
        yield asking
