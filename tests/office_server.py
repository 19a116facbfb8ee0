"""The whole port of an office on loopback: page, doors and gate, with accounts that are quick to check."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import uvicorn
from door_server import client

from rag.settings import Settings
from ui.library import Library
from ui.office.accounts import keep_account
from ui.office.office import Office, open_office
from ui.office.passwords import Secret, secret_of
from ui.office.serving import server_options

NAME, PASSWORD = "张三", "correct horse 9"
PROGRAM, KEY = "report-tool", "another long word"
NAVIGATION = {"Accept": "text/html,application/xhtml+xml"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def quick(password: str) -> Secret:
    """A secret of the lowest cost."""
    return secret_of(password, cost=14, parallel=1)


def account_file(folder: Path, accounts: Mapping[str, str] = {NAME: PASSWORD, PROGRAM: KEY}) -> Path:
    path = folder / "账号.txt"
    for name, password in accounts.items():
        keep_account(path, name, quick(password))
    return path


@dataclass
class Served:
    url: str
    office: Office
    app: Any

    def client(self, **headers: str) -> httpx.Client:
        asking = client(self.url)
        asking.headers.update(headers)
        return asking

    @contextlib.contextmanager
    def log_in(self, name: str = NAME, password: str = PASSWORD) -> Iterator[httpx.Client]:
        with self.client() as asking:
            told = asking.post("/login", data={"name": name, "password": password})
            assert told.status_code == 303, told.text
            yield asking


@contextlib.contextmanager
def office_server(assistant: Any, **values: Any) -> Iterator[Served]:
    """The page of these settings, with `assistant` behind it."""
    from ui.app import serve

    office = open_office(Settings(**values))
    library = Library(lambda _: assistant, name="试验库", around=office.watched)
    library.start()
    library.wait()

    async def made() -> Any:  # outside a running loop Gradio opens four that it never closes
        return serve(library, office)

    with ThreadPoolExecutor(1) as elsewhere:  # a browser's tests have a loop in this thread
        app = elsewhere.submit(anyio.run, made).result()
    with socket.create_server(("127.0.0.1", 0)) as door:
        running = uvicorn.Server(server_options(app))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            yield Served(f"http://127.0.0.1:{door.getsockname()[1]}", office, app)
        finally:
            running.should_exit = True
            thread.join(15)
            office.log.close()
