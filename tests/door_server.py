"""The doors on a loopback port, with a page behind them."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route

from ui import doors
from ui.library import Assistant, Library, Progress
from ui.page import LocalPage

PAGE = "<html lang='zh-CN'><head></head><body>网页</body></html>"


def ready(assistant: object) -> Library:
    """A library that is open."""

    def opener(_: Progress) -> Assistant:
        return assistant  # type: ignore[return-value]  # the page's needs are wider than these tests

    library = Library(opener, name="试验库")
    library.start()
    library.wait()
    return library


@contextlib.contextmanager
def served(library: Library) -> Iterator[str]:
    """The address of a server that runs until the block ends."""
    server = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    doors.add_to(server, library, names=["anli.example"])
    server.router.routes.append(Mount("/", routes=[Route("/", lambda _: HTMLResponse(PAGE))]))
    config = uvicorn.Config(LocalPage(server), log_level="critical", ws="none", timeout_graceful_shutdown=1)
    with socket.create_server(("127.0.0.1", 0)) as door:
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join(15)


def client(url: str) -> httpx.Client:
    """A client that asks no proxy."""
    return httpx.Client(base_url=url, trust_env=False, timeout=60)
