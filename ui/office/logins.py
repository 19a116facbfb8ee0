"""/login and /logout: what happens with a name and a password, and the cookie that stands for them afterwards."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers, QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope

from corpus.errors import InputError
from ui.api.guard import limited
from ui.office.accounts import name_of
from ui.office.asker import Asker
from ui.office.keeper import Keeper
from ui.office.limits import TooManyError
from ui.office.login import LARGEST_FORM, form_of, inside, login_page, notice
from ui.office.office import Office
from ui.office.paths import LOGOUT, is_looking

COOKIE = "case_qa_session"
BROKEN = ("账号文件有错，现在不能登录", "请告诉本单位的维护人员；哪里不对，写在打开网页的命令行窗口里")


class Logins:
    """Begins, finds and ends sessions.

    Args:
        office: holds them.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def account(self, scope: Scope, keeper: Keeper) -> str:
        """The name of the account whose session a request belongs to, "" for none.

        Raises:
            InputError: where the account file has become unreadable.
        """
        token = HTTPConnection(scope).cookies.get(COOKIE, "")
        session = self._office.sessions.find(token, used=not is_looking(scope["path"])) if token else None
        if session is None:
            return ""
        if keeper.accounts.now().get(session.name) != session.secret:  # gone, or with another password now
            self._office.sessions.end(token)
            return ""
        return session.name

    async def answer(self, scope: Scope, receive: Receive, asker: Asker, keeper: Keeper) -> Response:
        """The answer to a request of /login or /logout.

        Raises:
            InputError: where the account file has become unreadable.
            HTTPException: for a form that is too large or comes too slowly.
        """
        method = scope["method"]
        if scope["path"] == LOGOUT:
            return self._logout(scope, asker) if method == "POST" else _to("/")
        if method == "POST":
            return await self._login(scope, receive, asker, keeper)
        if method not in {"GET", "HEAD"}:
            return notice("这里不接受这种请求", "请从首页打开", HTTPStatus.METHOD_NOT_ALLOWED)
        target = inside(QueryParams(scope["query_string"]).get("next", "/"))
        return _to(target) if self.account(scope, keeper) else login_page(target=target)

    async def _login(self, scope: Scope, receive: Receive, asker: Asker, keeper: Keeper) -> Response:
        form = form_of(await _body(limited(receive, Headers(scope=scope), LARGEST_FORM)))
        name, password, target = form.get("name", ""), form.get("password", ""), inside(form.get("next", "/"))
        try:
            secret = await keeper.account(name, password, asker.address)
        except TooManyError as error:
            self._office.log.note(asker, "login_wait", 0.0)
            headers = {"Retry-After": str(error.wait)}
            return login_page(message=str(error), name=name, target=target, status=429, headers=headers)
        if secret is None:
            # A name that exists is no password typed into the wrong field, so that it may be written down.
            tried = {"tried": name.strip()} if name.strip() in keeper.accounts.now() else {}
            self._office.log.note(asker, "login_wrong", 0.0, **tried)
            return login_page(message="姓名或口令不对。", name=name, target=target, status=401)
        asker.name = name_of(name)
        self._office.log.note(asker, "login", 0.0)
        response = _to(target)
        response.set_cookie(
            COOKIE,
            self._office.sessions.begin(asker.name, secret),
            httponly=True,
            samesite="strict",
            # uvicorn takes the scheme from X-Forwarded-Proto only where a proxy on this machine sends it.
            secure=scope["scheme"] == "https",
        )
        return response

    def _logout(self, scope: Scope, asker: Asker) -> Response:
        token = HTTPConnection(scope).cookies.get(COOKIE, "")
        session = self._office.sessions.find(token) if token else None
        if session is not None:
            asker.name = session.name
            self._office.sessions.end(token)
            self._office.log.note(asker, "logout", 0.0)
        response = _to("/login")
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response


def _to(target: str) -> Response:
    return RedirectResponse(target, status_code=HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InputError("请求没有发完")
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)
