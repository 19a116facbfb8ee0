"""What stands before everything on the port: strangers, people who are not logged in and odd paths do not come in."""

from __future__ import annotations

import contextlib
import logging
import time
from http import HTTPStatus
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpus.errors import InputError
from ui.api.faults import Fault, fault_of
from ui.api.guard import limited, stranger
from ui.office import paths
from ui.office.accounts import name_of
from ui.office.asker import SCOPE, STRANGER, Asker, asking
from ui.office.keeper import Keeper, given
from ui.office.limits import TooManyError
from ui.office.login import notice
from ui.office.logins import BROKEN, Logins
from ui.office.office import Office

_MEGABYTE = 1 << 20
_LARGEST_POST = 4 * _MEGABYTE  # bytes of what the page sends besides files
_FILES = 5  # of the largest size, in one upload
_UNKNOWN = Fault(
    401,
    "没有登录，或者姓名、口令不对",
    "请用 HTTP Basic，或者 Authorization: Bearer 姓名:口令",
    "unauthorized",
)
_READ_ONLY = Fault(403, "这里只能提问，不能改动材料", "要增删材料，请找本单位的维护人员", "read_only")
_NOWHERE = Fault(404, "没有这个网页", "请从首页打开", "not_found")
_log = logging.getLogger(__name__)


class Gate:
    """An application that lets through to another one only what may come in.

    Args:
        app: the page and the doors.
        office: says who and how much.
    """

    def __init__(self, app: ASGIApp, office: Office) -> None:
        self._app, self._office, self._logins = app, office, Logins(office)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        else:  # neither the page nor a door speaks by WebSocket
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client") or ("", 0)
        asker = Asker(str(client[0]), paths.door_of(scope["path"]))
        scope = {**scope, SCOPE: asker}
        begun, status = time.perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            response = await self._own(scope, receive, asker)
            if response is None:
                await self._pass_on(scope, receive, noted, asker)
            else:
                await response(scope, receive, noted)
        except HTTPException as error:  # of `limited`, where nobody behind has a handler for it
            if status:
                raise
            await _refused(scope, fault_of(error))(scope, receive, noted)
        finally:
            self._note(scope, asker, status, time.perf_counter() - begun)

    async def _own(self, scope: Scope, receive: Receive, asker: Asker) -> Response | None:
        """The answer where the request goes no further, else None."""
        fault = stranger(Headers(scope=scope), self._office.names)
        if fault is None:
            keeper = self._office.keeper
            try:
                if asker.door == "login":
                    return await self._login(scope, receive, asker, keeper)
                if keeper is not None:
                    await self._recognise(scope, asker, keeper)
                    if not asker.name and asker.door != "health":
                        return _to_login(scope)
                    scope[STRANGER] = not asker.name
            except TooManyError as error:
                fault = fault_of(error)
            except InputError as error:
                _log.warning("%s", error)
                fault = Fault(503, *BROKEN, "broken")
            else:
                fault = self._unwanted(scope, asker)
        return _refused(scope, fault) if fault else None

    async def _login(self, scope: Scope, receive: Receive, asker: Asker, keeper: Keeper | None) -> Response:
        if keeper is None:
            return RedirectResponse("/", status_code=HTTPStatus.SEE_OTHER)
        return await self._logins.answer(scope, receive, asker, keeper)

    async def _recognise(self, scope: Scope, asker: Asker, keeper: Keeper) -> None:
        """Find out who asks: by the session, or at a door by name and password."""
        asker.name = self._logins.account(scope, keeper)
        if asker.name or asker.door == "page":
            return
        pair = given(Headers(scope=scope).get("authorization", ""))
        if pair is not None and await keeper.account(*pair, asker.address, repeated=True) is not None:
            asker.name = name_of(pair[0])

    def _unwanted(self, scope: Scope, asker: Asker) -> Fault | None:
        path = scope["path"]
        if asker.door == "page" and not paths.on_page(path):
            return _NOWHERE
        if self._office.settings.read_only and paths.changes(scope["method"], path):
            return _READ_ONLY
        return None

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, asker: Asker) -> None:
        if (
            asker.door == "page"
        ):  # Gradio answers in tasks of its own: `asker.current` finds it in the scope there
            files = paths.is_upload(scope["path"])
            largest = self._office.settings.largest_upload * _FILES * _MEGABYTE if files else _LARGEST_POST
            await self._app(scope, limited(receive, Headers(scope=scope), largest), send)
        else:
            with asking(asker):
                await self._app(scope, receive, send)

    def _note(self, scope: Scope, asker: Asker, status: int, seconds: float) -> None:
        with contextlib.suppress(Exception):  # no request fails because of the log
            kind = _kind(scope, asker, status)
            if kind:
                row = {"method": scope["method"], "path": scope["path"], "status": status}
                self._office.log.note(asker, kind, seconds, **row)


def _kind(scope: Scope, asker: Asker, status: int) -> str:
    """What a line of the log says of a request; "" for one that deserves none."""
    if asker.door in {
        "login",
        "health",
    }:  # the first write their own lines, the second come every few seconds
        return ""
    if asker.door == "page":
        if status != HTTPStatus.OK:
            return ""
        return "open" if scope["path"] == "/" else "upload" if scope["path"] == "/gradio_api/upload" else ""
    if asker.answer is not None and status == HTTPStatus.OK:
        return "refusal" if asker.answer.refused else "answer"
    known = {401: "unauthorized", 429: "too_many", 0: "stopped"}
    return known.get(status, "ok" if status < HTTPStatus.BAD_REQUEST else "error")


def _is_page(scope: Scope) -> bool:
    """Whether a person looks at the answer."""
    return scope["method"] in {"GET", "HEAD"} and "text/html" in Headers(scope=scope).get("accept", "")


def _refused(scope: Scope, fault: Fault) -> Response:
    if not _is_page(scope):
        return fault.response(scope["path"])
    headers = {"Retry-After": str(fault.wait)} if fault.wait else {}
    return notice(fault.message, fault.hint, fault.status, headers)


def _to_login(scope: Scope) -> Response:
    """Where a person finds the login; programs are told."""
    path = scope["path"]
    if _is_page(scope):
        target = "" if paths.door_of(path) == "page" else f"?next={quote(path)}"
        return RedirectResponse(
            f"/login{target}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"}
        )
    response = _UNKNOWN.response(path)
    if paths.door_of(path) == "page":  # the browser would ask for a password in a window of its own
        del response.headers["WWW-Authenticate"]
    return response
