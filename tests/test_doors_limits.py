"""What the doors keep out, how many they serve at once, and what they leave as it is."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx
import pytest
from door_server import client, ready, served
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from invented import Indexed

from corpus.types import Case, Document
from rag.followup import Turn
from rag.types import Answer
from ui import doors
from ui.api.desk import AT_ONCE, WAITING, Desk, UnavailableError
from ui.api.guard import LARGEST_BODY, trusted

pytest_plugins = ("indexes",)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def web(small: Indexed) -> Iterator[httpx.Client]:
    with served(ready(small.assistant)) as url, client(url) as asking:
        yield asking


def test_a_body_of_unknown_length_is_cut_off(web: httpx.Client) -> None:
    pieces = (b" " * 65536 for _ in range(2 * LARGEST_BODY // 65536))
    told = web.post("/api/ask", content=pieces, headers={"Content-Type": "application/json"})
    assert (told.status_code, told.json()["error"]) == (413, "请求太大")


@pytest.mark.parametrize("path", ["/health", "/api/cases", "/v1/models", "/openapi.json"])
def test_strange_pages_are_refused(web: httpx.Client, path: str) -> None:
    assert web.get(path, headers={"Host": "evil.example"}).status_code == 421
    assert web.get(path, headers={"Origin": "http://evil.example"}).status_code == 403
    assert web.get(path, headers={"Origin": "null"}).status_code == 403
    here = str(web.base_url).rstrip("/")
    fine = web.get(path, headers={"Origin": here})
    assert fine.status_code == 200
    assert "access-control-allow-origin" not in fine.headers
    assert web.get(path, headers={"Host": "ANLI.example:80"}).status_code == 200


@given(st.ip_addresses(), st.none() | st.integers(min_value=1, max_value=65535))
def test_addresses_are_trusted(address: object, port: int | None) -> None:
    host = f"[{address}]" if ":" in str(address) else str(address)
    assert trusted(host if port is None else f"{host}:{port}")


@given(st.from_regex(r"[a-z0-9-]{1,9}(\.[a-z][a-z0-9]{0,9}){1,3}(:[0-9]{1,4})?", fullmatch=True))
def test_domains_are_not_trusted_unless_named(host: str) -> None:
    assert not trusted(host)
    assert trusted(host, [host.partition(":")[0]])


@pytest.mark.parametrize("host", ["", "[", "[::1", ":80", "127.0.0.1.evil.example", "a@b.c"])
def test_broken_hosts_are_not_trusted(host: str) -> None:
    assert not trusted(host)


@dataclass
class Held:
    """An assistant whose answers wait for a signal, then fail."""

    begun: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    cases: tuple[Case, ...] = ()
    documents: tuple[Document, ...] = ()

    def ask(self, question: str, turns: Sequence[Turn] = ()) -> Answer:
        del question, turns
        self.begun.set()
        self.go.wait()
        raise ZeroDivisionError


def test_others_are_served_while_an_answer_is_found_and_mistakes_are_not_shown() -> None:
    held = Held()
    with served(ready(held)) as url, client(url) as web:
        told: list[httpx.Response] = []
        asking = threading.Thread(target=lambda: told.append(web.get("/api/ask?question=x")))
        asking.start()
        held.begun.wait()
        with client(url) as other:
            assert other.get("/health").status_code == 200
            assert other.get("/api/cases").json()["total"] == 0
        held.go.set()
        asking.join()
    assert (told[0].status_code, told[0].json()["error"]) == (500, "程序出错了")


def test_more_than_can_wait_are_sent_away() -> None:
    held = Held()
    desk = Desk(ready(held))
    ended: list[Exception] = []

    async def one() -> None:
        try:
            await desk.ask("问题")
        except (ZeroDivisionError, UnavailableError) as error:
            ended.append(error)

    async def many() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(AT_ONCE + WAITING + 3):
                tasks.start_soon(one)
            await anyio.wait_all_tasks_blocked()
            held.go.set()

    anyio.run(many)
    assert sum(isinstance(error, UnavailableError) for error in ended) == 3
    assert len(ended) == AT_ONCE + WAITING + 3


def test_doors_keep_what_the_server_does_at_start_and_end() -> None:
    done: list[str] = []

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, str]]:
        done.append("start")
        yield {"state": "kept"}
        done.append("end")

    server = FastAPI(lifespan=lifespan)
    doors.add_to(server, ready(Held()))

    async def run() -> None:
        async with server.router.lifespan_context(server) as state:
            assert state == {"state": "kept"}
            assert done == ["start"]

    anyio.run(run)
    assert done == ["start", "end"]


def test_gradio_starts_without_what_is_hidden_from_it() -> None:
    program = (
        "import sys\nfrom ui.api.hiding import hidden\n"
        "with hidden('mcp', 'sys'):\n    import gradio\n"
        "print('mcp' in sys.modules)\nimport mcp.server.lowlevel\nprint('mcp' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
