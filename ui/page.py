"""The web server around the Gradio page: makes its HTML Chinese and keeps the browser on this machine."""

from __future__ import annotations

import pathlib
import re
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.settings import PROJECT
from ui import doors
from ui.library import Library
from ui.office.asker import SCOPE, Asker
from ui.office.bar import bar
from ui.office.gate import Gate
from ui.office.login import ICON
from ui.office.office import Office

HERE = pathlib.Path(__file__).resolve().parent

# Gradio needs inline scripts and `new Function`; what matters here is that nothing else may be reached.
POLICY = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self'; frame-src 'none'; "
    "object-src 'none'; form-action 'self'; base-uri 'self'; frame-ancestors 'self'"
)
SCRIPTS = (
    "script.js",
    "tables.js",
    "errands.js",
    "history.js",
    "downloads.js",
    "browsing/browsing.js",
    "browsing/cases.js",
)
STYLES = ("style.css", "answers.css", "documents/documents.css", "chat_tools.css", "browsing/browsing.css")
_STRIPPED = re.compile(
    r"<meta\s[^>]*?(?:og:|twitter:)[^>]*?/?>\s*"  # previews for social networks, with outside addresses
    r"|<link rel=\"manifest\"[^>]*>\s*"
    r"|<(?:link|script)\s[^>]*?(?:href|src)=\"(?:https?:)?//[^>]*>(?:\s*</script>)?\s*"
)

_BODY = re.compile(r"<body[^>]*>")


def chinese(page: str, name: str = "") -> str:
    """Gradio's HTML with Chinese as its language, our script and style, and nothing that points outside.

    Args:
        page: as Gradio makes it.
        name: of the account that looks at it, "" where nobody is logged in.
    """
    script, style = (
        "".join((HERE / name).read_text(encoding="utf-8") for name in names) for names in (SCRIPTS, STYLES)
    )
    page = _STRIPPED.sub("", page).replace('lang="en"', 'lang="zh-CN"', 1)
    # In the page itself rather than through Gradio, which would confine the rules to its own container.
    page = page.replace("</head>", f"<style>\n{style}</style>\n</head>", 1)
    # First in the head: it tells Gradio's scripts which language to speak.
    ours = f'<head>\n<meta charset="utf-8" />\n<link rel="icon" href="{ICON}">\n<script>\n{script}</script>'
    page = _BODY.sub(lambda found: found[0] + bar(name), page, count=1)
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
        asker = scope.get(SCOPE)
        name = asker.name if isinstance(asker, Asker) else ""
        await self._app({**scope, "headers": headers}, receive, _Rewriter(send, name))


class _Rewriter:
    """Holds back an HTML answer until it is whole; passes on everything else as it comes."""

    def __init__(self, send: Send, name: str) -> None:
        self._send = send
        self._name = name
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
        body = chinese(self._body.decode("utf-8"), self._name).encode("utf-8") if self._body else b""
        headers = [(n, v) for n, v in self._start["headers"] if n.lower() != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        if self._name:  # what stands on the page is nobody else's
            headers.append((b"cache-control", b"no-store"))
        await self._send({**self._start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _safe_headers() -> list[tuple[bytes, bytes]]:
    return [
        (b"content-security-policy", POLICY.encode()),
        (b"referrer-policy", b"same-origin"),  # with none at all the form that logs out would have no origin
        (b"x-content-type-options", b"nosniff"),
    ]


def application(blocks: Any, library: Library, office: Office | None = None, **options: Any) -> ASGIApp:
    """The application of the whole port: `blocks` at the root, the doors beside them, the office's gate before both.

    Args:
        blocks: of Gradio.
        library: answers; may still be opening.
        office: who may come in and how much; by default everybody whom the address reaches.
        options: for Gradio.
    """
    import gradio
    from fastapi import FastAPI

    office = office or Office()
    server = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    # Before Gradio, which answers whatever is left.
    doors.add_to(server, library, names=office.names, at_once=office.settings.at_once)
    fixed: dict[str, Any] = {
        "allowed_paths": [],
        # Gradio serves its own folder of uploads and results only; these would be the worst to slip out.
        "blocked_paths": [str(path) for path in _private(office)],
        "max_file_size": f"{office.settings.largest_upload}mb",
    }
    if office.keeper is not None:
        fixed["auth_dependency"] = _account
    return Gate(LocalPage(gradio.mount_gradio_app(server, blocks, path="/", **{**options, **fixed})), office)


def _account(request: Any) -> str | None:
    """Who asks, for Gradio's own look at it: behind the gate, a second lock on the same door."""
    asker = request.scope.get(SCOPE)
    return asker.name or None if isinstance(asker, Asker) else None


def _private(office: Office) -> list[pathlib.Path]:
    settings = office.settings
    paths = (PROJECT / "data", settings.index, settings.data, settings.auth_file, settings.request_log)
    return [path.resolve() for path in paths if path is not None]
