"""Which paths are served: those that the page and the doors use, and nothing else of what Gradio offers.

Gradio brings far more than a page needs: it fetches addresses from the internet (`file=https://…`), passes requests on
(`proxy=`), takes code for its editor, tells of its queue. A list of what is wanted stays short and true when Gradio
adds to its own.
"""

from __future__ import annotations

import re

from ui.office.asker import Door

LOGIN, LOGOUT = "/login", "/logout"
_UPLOAD = re.compile(r"/gradio_api/upload(_progress)?/?")
_LOOKING = re.compile(r"/gradio_api/(?:run/predict/?|heartbeat/\w+|queue/data)")
_PAGE = re.compile(
    r"/|/config/?|/theme\.css|/favicon\.ico|/(?:assets|static|svelte)/[\w./@~+-]+"
    r"|/gradio_api/(?:info|app_id|startup-events|theme\.css|cancel|reset/?|component_server/?)"
    r"|/gradio_api/(?:queue/(?:join|data)|run/predict/?|heartbeat/\w+)"
    # Only paths of files, never an address; Gradio itself serves no file outside its own folder.
    r"|/gradio_api/file=(?:/|[A-Za-z]:[\\/]).+"
)
_DOORS: tuple[tuple[str, Door], ...] = (
    ("/api", "rest"),
    ("/openapi.json", "rest"),
    ("/v1", "openai"),
    ("/mcp", "mcp"),
)
_ASKING = {"/api/ask", "/v1/chat/completions", "/mcp"}  # POST here changes nothing
_READING = {"GET", "HEAD", "OPTIONS"}


def door_of(path: str) -> Door:
    """Through which door a request for `path` comes."""
    if path == "/health":
        return "health"
    if path in {LOGIN, LOGOUT}:
        return "login"
    return next((door for start, door in _DOORS if path == start or path.startswith(f"{start}/")), "page")


def on_page(path: str) -> bool:
    """Whether the page uses `path`."""
    return ".." not in path.split("/") and bool(_PAGE.fullmatch(path) or is_upload(path))


def is_upload(path: str) -> bool:
    """Whether files are sent to `path`."""
    return bool(_UPLOAD.fullmatch(path))


def is_looking(path: str) -> bool:
    """Whether an open page asks for `path` by itself, with nobody in front of it."""
    return bool(_LOOKING.fullmatch(path))


def changes(method: str, path: str) -> bool:
    """Whether a request may change documents, so that a page that only answers refuses it."""
    if door_of(path) == "page":
        return is_upload(path)
    return method not in _READING and path not in _ASKING
