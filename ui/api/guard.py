"""What stands before every door: requests of strange pages and oversized ones do not come in."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.api.faults import Fault, fault_of

LARGEST_BODY = 1 << 20  # bytes
LONGEST_PAUSE = 30.0  # seconds between two pieces of a body


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


def stranger(headers: Headers, names: Sequence[str] = ()) -> Fault | None:
    """What is wrong with where a request comes from, None where nothing is.

    Args:
        headers: of the request.
        names: domain names by which this machine may be called, in small letters.
    """
    host, origin = headers.get("host", ""), headers.get("origin")
    if not trusted(host, names):
        hint = "请用 IP 地址或 localhost 访问；要用域名时，请维护人员把它写进设置 names"
        return Fault(421, "不接受用这个域名发来的请求", hint, "strange_host")
    # The scheme does not matter: behind a proxy the page may be https and this server http.
    if origin is not None and origin.partition("://")[2] != host:
        return Fault(403, "不接受其他网页发来的请求", "请由程序直接调用接口", "strange_origin")
    return None


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
        fault = stranger(headers, self._names)
        try:
            if fault is None:
                await self._app(scope, limited(receive, headers, LARGEST_BODY), send)
        except HTTPException as error:  # of `limited`, where the application behind has no handler for it
            fault = fault_of(error)
        if fault is not None:
            await fault.response(scope["path"])(scope, receive, send)


def limited(receive: Receive, headers: Headers, largest: int) -> Receive:
    """The body of a request as far as it is allowed.

    Args:
        receive: the next piece.
        headers: of the request.
        largest: bytes of the whole body.

    Raises:
        HTTPException: 413, for more; 408, where the sender pauses for too long. When a piece is received.
    """
    length = headers.get("content-length", "")
    declared = int(length[:20]) if length.isascii() and length.isdigit() else 0
    seen, more = 0, True

    async def next_piece() -> Message:
        nonlocal seen, more
        if declared > largest:
            raise HTTPException(413)
        if not more:  # now it is only told when the client goes, which may take as long as it likes
            return await receive()
        try:
            with anyio.fail_after(LONGEST_PAUSE):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(408) from error
        seen += len(message.get("body", b""))
        more = bool(message.get("more_body"))
        if seen > largest:
            raise HTTPException(413)
        return message

    return next_piece
