"""The web server around the Gradio page: makes its HTML Chinese and keeps the browser on this machine."""

from __future__ import annotations

import pathlib
import re
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import doors
from ui.library import Library

HERE = pathlib.Path(__file__).resolve().parent

# Gradio needs inline scripts and `new Function`; what matters here is that nothing else may be reached.
POLICY = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self'; frame-src 'none'; "
    "object-src 'none'; form-action 'self'; base-uri 'self'; frame-ancestors 'self'"
)
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='7' fill='%231d5fa8'/%3E"
    "%3Cpath d='M8 9h16v11H15l-5 4v-4H8z' fill='white'/%3E%3C/svg%3E"
)
SCRIPTS = ("script.js", "tables.js")
STYLES = ("style.css", "answers.css")
_STRIPPED = re.compile(
    r"<meta\s[^>]*?(?:og:|twitter:)[^>]*?/?>\s*"  # previews for social networks, with outside addresses
    r"|<link rel=\"manifest\"[^>]*>\s*"
    r"|<(?:link|script)\s[^>]*?(?:href|src)=\"(?:https?:)?//[^>]*>(?:\s*</script>)?\s*"
)


def chinese(page: str) -> str:
    """Gradio's HTML with Chinese as its language, our script and style, and nothing that points outside."""
    script, style = (
        "".join((HERE / name).read_text(encoding="utf-8") for name in names) for names in (SCRIPTS, STYLES)
    )
    page = _STRIPPED.sub("", page).replace('lang="en"', 'lang="zh-CN"', 1)
    # In the page itself rather than through Gradio, which would confine the rules to its own container.
    page = page.replace("</head>", f"<style>\n{style}</style>\n</head>", 1)
    # First in the head: it tells Gradio's scripts which language to speak.
    ours = f'<head>\n<meta charset="utf-8" />\n<link rel="icon" href="{ICON}">\n<script>\n{script}</script>'
    return page.replace("<head>", ours, 1)


class LocalPage:
    """Rewrites the HTML of the page itself and sends the security headers with every answer.

    Args:
        app: the application around which this one stands.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Compressed HTML could not be rewritten; over loopback it gains nothing.
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self._app({**scope, "headers": headers}, receive, _Rewriter(send))


class _Rewriter:
    """Holds back an HTML answer until it is whole; passes on everything else as it comes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *_safe_headers()]
            self._start = message
            if not self._is_html():
                await self._send(message)
        elif message["type"] == "http.response.body" and self._is_html():
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_page()
        else:
            await self._send(message)

    def _is_html(self) -> bool:
        return any(
            name.lower() == b"content-type" and value.startswith(b"text/html")
            for name, value in self._start.get("headers", [])
        )

    async def _send_page(self) -> None:
        body = chinese(self._body.decode("utf-8")).encode("utf-8") if self._body else b""
        headers = [(n, v) for n, v in self._start["headers"] if n.lower() != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _safe_headers() -> list[tuple[bytes, bytes]]:
    return [
        (b"content-security-policy", POLICY.encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
    ]


def application(blocks: Any, library: Library, **options: Any) -> ASGIApp:
    """The application that serves `blocks` at the root and the doors beside it; `options` go to Gradio."""
    import gradio
    from fastapi import FastAPI

    server = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    doors.add_to(server, library)  # before Gradio, which answers whatever is left
    return LocalPage(gradio.mount_gradio_app(server, blocks, path="/", **options))
