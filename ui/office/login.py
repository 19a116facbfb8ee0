"""The page where people log in, and the one that says what is wrong: no script, nothing from elsewhere."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import pathlib
import string
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse

HERE = pathlib.Path(__file__).resolve().parent
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='7' fill='%231d5fa8'/%3E"
    "%3Cpath d='M8 9h16v11H15l-5 4v-4H8z' fill='white'/%3E%3C/svg%3E"
)
LARGEST_FORM = 8192  # bytes


@functools.cache
def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _page(title: str, content: str, status: int, headers: dict[str, str]) -> HTMLResponse:
    style = _file("login.css")
    # The digest allows this style and no other; scripts are not allowed at all.
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    page = string.Template(_file("login.html")).substitute(
        title=html.escape(title), icon=html.escape(ICON), style=style, content=content
    )
    safe = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(page, status_code=status, headers={**safe, **headers})


def login_page(
    *,
    message: str = "",
    name: str = "",
    target: str = "/",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    """The form, with what went wrong above it.

    Args:
        message: Chinese, "" where nothing went wrong.
        name: as typed before.
        target: where to go after the login, a path of this server.
        status: of HTTP.
        headers: further ones.
    """
    said = f'<p class="message" role="alert" id="message">{html.escape(message)}</p>' if message else ""
    focus = 'autofocus aria-describedby="message"' if message else "autofocus"
    content = string.Template(_file("login_form.html")).substitute(
        message=said,
        next=html.escape(target),
        name=html.escape(name[:64]),
        name_focus="" if name else focus,
        password_focus=focus if name else "",
    )
    return _page("登录 · 营商环境案例问答", content, status, headers or {})


def notice(message: str, hint: str, status: int, headers: dict[str, str] | None = None) -> HTMLResponse:
    """A page that says what is wrong and what to do."""
    content = (
        f'<p class="message" role="alert">{html.escape(message)}</p><p class="note">{html.escape(hint)}</p>'
        '<a class="button" href="/">打开首页</a>'
    )
    return _page("营商环境案例问答", content, status, headers or {})


def form_of(body: bytes) -> dict[str, str]:
    """The fields of a form as browsers send it; the first of each, "" left out."""
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=16)
    except ValueError:  # too many
        return {}
    return {name: values[0] for name, values in fields.items()}


def inside(target: str) -> str:
    """`target` where it is a path of this server, else "/": nobody is led away by a link to the login."""
    fine = (
        target.startswith("/") and not target.startswith(("//", "/login", "/logout")) and "\\" not in target
    )
    return target if fine and target.isprintable() else "/"
