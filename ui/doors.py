"""Doors for other programs beside the page: /health, /api, /v1 and /mcp on the same port.

They are an application of their own, so that errors, limits and the description at /openapi.json are theirs and the
page stays as it is. Nothing here reaches out, and no page of another origin may ask.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Route

from corpus.errors import CaseQAError
from ui.api import chat, rest, shapes, tools
from ui.api.desk import AT_ONCE, Desk
from ui.api.faults import told
from ui.api.guard import Guard
from ui.library import Library

_DESCRIPTION = (
    "只依据案例库作答，每句话都注明出处。与 OpenAI 兼容的对话接口在 /v1，"
    "MCP（streamable HTTP，工具 ask、search、get_case、changes）在 /mcp。出错时返回 error 和 hint 两项。"
    "设了账号的服务要用 HTTP Basic，或者 Authorization: Bearer 姓名:口令。"
)
_FAULTS = {
    400: "问题是空的、太长，或者条件不对",
    401: "设了账号的服务：没有登录，或者姓名、口令不对",
    403: "来自其他网页的请求，或者只能提问的服务收到别的请求",
    404: "没有这一项",
    408: "请求很久没有发完",
    413: "请求太大",
    421: "用了没有登记的域名",
    422: "参数缺少或不对",
    429: "问得太快，或者口令试错的次数太多；Retry-After 是要等的秒数",
    503: "案例库还在准备，或者同时提问的人太多",
}
Responses = dict[int | str, dict[str, Any]]


def _failures(shape: type[BaseModel]) -> Responses:
    """The errors of a door, as /openapi.json describes them."""
    return {status: {"model": shape, "description": said} for status, said in _FAULTS.items()}


_PATHS = ("/health", "/openapi.json", "/api", "/api/{rest:path}", "/v1", "/v1/{rest:path}")


def add_to(server: FastAPI, library: Library, *, names: Sequence[str] = (), at_once: int = AT_ONCE) -> None:
    """Put the doors into `server`; call it before anything is mounted at "/".

    Args:
        server: the application of the whole port; what it does at start and end stays as it is.
        library: answers; may still be opening.
        names: domain names by which this machine may be called, besides addresses and names without a dot.
        at_once: questions that are answered at the same time.
    """
    desk = Desk(library, at_once)
    mcp = tools.Tools(desk)
    doors = Guard(_application(desk), names)
    server.router.routes += [Route(path, doors) for path in _PATHS]
    server.router.routes.append(Route(tools.PATH, Guard(mcp, names)))
    before = server.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[Any]:
        async with before(app) as state, mcp.running():
            yield state

    server.router.lifespan_context = lifespan


def _application(desk: Desk) -> FastAPI:
    # Swagger's page would load its scripts from outside.
    application = FastAPI(
        title="营商环境案例问答",
        description=_DESCRIPTION,
        version=rest.version(),
        docs_url=None,
        redoc_url=None,
        responses=_failures(shapes.Failure),
    )
    application.include_router(rest.router(desk))
    application.include_router(chat.router(desk), responses=_failures(shapes.OpenAIFailure))
    for kind in (CaseQAError, RequestValidationError, HTTPException, Exception):
        application.add_exception_handler(kind, told)
    return application
