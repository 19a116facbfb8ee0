"""Clients that hold a connection and send next to nothing."""

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from ui.api import guard
from ui.office.patience import PatientProtocol
from ui.office.serving import server_options


class Hasty(PatientProtocol):
    within = 0.1


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/body":
        while (await receive()).get("more_body"):
            pass
    await PlainTextResponse("hello")(scope, receive, send)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    options = server_options(hello)
    options.http = Hasty
    options.lifespan = "off"
    options.timeout_keep_alive = 600  # uvicorn's own patience has to end by ours
    server = uvicorn.Server(options)
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        yield door.getsockname()[1]
        server.should_exit = True
        thread.join(15)


def told(port: int, *pieces: bytes) -> bytes:
    """All that the server says until it hangs up; without its patience ending this waits for ever."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        for piece in pieces:
            line.sendall(piece)
        while more := line.recv(4096):
            said += more
    return said


@pytest.mark.parametrize("piece", [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_headers_that_never_end_are_hung_up_on(port: int, piece: bytes) -> None:
    assert told(port, piece) == b""


def test_headers_of_a_second_request_are_waited_for_no_longer(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        said = b""
        while not said.endswith(b"hello"):
            said += line.recv(4096)
        line.sendall(b"GET / HT")
        assert line.recv(4096) == b""


def test_whole_requests_are_answered_one_after_another(port: int) -> None:
    one = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"POST /body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody"
    said = told(port, one, one, last)
    assert said.count(b"200 OK") == 3
    assert b"server: uvicorn" not in said


@pytest.mark.anyio
async def test_a_body_that_pauses_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import anyio
    from starlette.exceptions import HTTPException

    monkeypatch.setattr(guard, "LONGEST_PAUSE", 0.05)
    pieces = [{"type": "http.request", "body": b"a", "more_body": True}]

    async def receive() -> Message:
        if pieces:
            return pieces.pop()
        await anyio.sleep_forever()
        raise AssertionError

    limited = guard.limited(receive, Headers({}), 100)
    assert (await limited())["body"] == b"a"
    with pytest.raises(HTTPException) as caught:
        await limited()
    assert caught.value.status_code == 408


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
