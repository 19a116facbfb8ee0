"""What stands before every door: requests of strange pages and oversized ones do not come in."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.api.faults import Fault, fault_of

LARGEST_BODY = 1 << 20  # bytes


def trusted(host: str, names: Sequence[str] = ()) -> bool:
    """Whether a Host header cannot be the work of DNS rebinding.

    A page on the internet can let its own domain point at this machine and then read what it answers. It cannot do so
    with an address in numbers, nor with a name without a dot, which no outsider owns.

    Args:
        host: the header, with or without a port.
        names: further names to trust, in small letters.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:  # an open bracket
        return False
    if name in names:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return bool(name) and "." not in name and ":" not in name
    return True


class Guard:
    """An application that lets through to another one only what may come in.

    Args:
        app: the application behind it.
        names: by which this machine may be called, besides addresses and names without a dot.
    """

    def __init__(self, app: ASGIApp, names: Sequence[str] = ()) -> None:
        self._app = app
        self._names = tuple(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = Headers(scope=scope)
        fault = self._refusal(headers)
        try:
            if fault is None:
                await self._app(scope, _limited(receive, headers), send)
        except HTTPException as error:  # of `_limited`, where the application behind has no handler for it
            fault = fault_of(error)
        if fault is not None:
            await fault.response(scope["path"])(scope, receive, send)

    def _refusal(self, headers: Headers) -> Fault | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if not trusted(host, self._names):
            hint = "请用 IP 地址或 localhost 访问；经反向代理时，请让它转发的 Host 是本机地址"
            return Fault(421, "不接受用这个域名发来的请求", hint, "strange_host")
        # The scheme does not matter: behind a proxy the page may be https and this server http.
        if origin is not None and origin.partition("://")[2] != host:
            return Fault(403, "不接受其他网页发来的请求", "请由程序直接调用接口", "strange_origin")
        return None


def _limited(receive: Receive, headers: Headers) -> Receive:
    """The body of a request as far as it is allowed."""
    length = headers.get("content-length", "")
    declared = int(length) if length.isascii() and length.isdigit() else 0
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        if declared > LARGEST_BODY:
            raise HTTPException(413)
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LARGEST_BODY:
            raise HTTPException(413)
        return message

    return limited
