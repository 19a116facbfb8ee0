"""A page in a real browser, and what it asks of the network: what the tests of the page share."""

import os
import shutil
import socket
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Request, expect

from ui.library import Library

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
HOSTS = {"127.0.0.1"}
INSIDE = {"data", "blob"}  # schemes that reach no network


class Server:
    """A page served on a free loopback port."""

    def __init__(self, library: Library) -> None:
        import uvicorn

        from ui.app import serve

        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}/"
        library.start()
        self.server = uvicorn.Server(
            uvicorn.Config(serve(library), log_level="critical", timeout_graceful_shutdown=1, ws="none")
        )
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.door]}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(15)
        self.door.close()


@dataclass
class Visit:
    """A page and what it asked for and complained of."""

    page: Page
    requests: list[str]
    complaints: list[str]

    def ask(self, question: str) -> None:
        self.page.fill("#question textarea", question)
        self.page.press("#question textarea", "Enter")

    def outside(self) -> list[str]:
        parts = [(url, urlsplit(url)) for url in self.requests]
        return [url for url, part in parts if part.scheme not in INSIDE and part.hostname not in HOSTS]


def visit(context: BrowserContext, url: str) -> Visit:
    page = context.new_page()
    page.set_default_timeout(15_000)
    seen = Visit(page, [], [])

    def note_request(request: Request) -> None:
        seen.requests.append(request.url)

    page.on("request", note_request)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on(
        "console", lambda message: seen.complaints.append(message.text) if message.type == "error" else None
    )
    page.on("websocket", lambda channel: seen.requests.append(channel.url))
    page.goto(url)
    page.wait_for_selector("#question textarea")
    page.wait_for_function("() => window.caseHistory.ready()")  # what is clicked before that is lost
    return seen


def answered(seen: Visit, turns: int = 1) -> None:
    expect(seen.page.locator("#chat").get_by_text("复制回答")).to_have_count(turns)
