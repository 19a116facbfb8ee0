"""/health and /api: what the command line offers, over HTTP, described at /openapi.json."""

from __future__ import annotations

import functools
import tomllib
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse

from rag.output import answer_object
from rag.settings import PROJECT
from ui.api import operations, shapes
from ui.api.desk import Desk
from ui.office.asker import STRANGER

Object = dict[str, Any]


@functools.cache
def version() -> str:
    """Of this program."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def health(desk: Desk) -> Object:
    """How far the library is, see `shapes.Health`."""
    status, failed = desk.library.status, desk.library.error is not None
    return {
        "status": "failed" if failed else "ok" if status.ready else "preparing",
        "ready": status.ready,
        "step": status.step,
        "share": status.share,
        "cases": status.cases,
        "documents": status.documents,
        "version": version(),
    }


def router(desk: Desk) -> APIRouter:
    """The routes of REST over `desk`."""
    routes = APIRouter(tags=["案例"])

    @routes.get(
        "/health",
        summary="能不能回答了；还在准备时是 503",
        response_model=shapes.Health,
        responses={503: {"model": shapes.Health, "description": "还在准备"}},
    )
    async def tell_health(request: Request) -> JSONResponse:
        body = health(desk)
        if request.scope.get(STRANGER):
            body = {name: body[name] for name in ("status", "ready")}
        return JSONResponse(body, status_code=200 if body["ready"] else 503)

    @routes.post("/api/ask", summary="提问，得到每句都注明出处的回答", response_model=shapes.Answer)
    async def ask(request: shapes.AskRequest) -> Object:
        return answer_object(await desk.ask(request.question, request.history))

    @routes.get(
        "/api/ask", summary="提问（参数写在网址里，history 可以写多次）", response_model=shapes.Answer
    )
    async def ask_by_address(request: Annotated[shapes.AskRequest, Query()]) -> Object:
        return answer_object(await desk.ask(request.question, request.history))

    @routes.get("/api/search", summary="检索案例，次序与提问时相同", response_model=shapes.Hits)
    async def search(request: Annotated[shapes.SearchRequest, Query()]) -> Object:
        return await desk.run(lambda assistant: operations.found(assistant, request))

    @routes.get("/api/cases", summary="列出案例", response_model=shapes.Cases)
    async def cases(request: Annotated[shapes.CasesRequest, Query()]) -> Object:
        return await desk.run(lambda assistant: operations.listed(assistant, request))

    @routes.get("/api/cases/{case_id}", summary="一个案例的全文", response_model=shapes.Case)
    async def case(case_id: str) -> Object:
        return await desk.run(lambda assistant: operations.case_of(assistant, case_id))

    @routes.get(
        "/api/changes",
        summary="案例里写明的时限、环节、材料、跑动和比例：原来多少、现在多少",
        response_model=shapes.Changes,
    )
    async def changes(request: Annotated[shapes.ChangesRequest, Query()]) -> Object:
        return await desk.run(lambda assistant: operations.changed(assistant, request))

    return routes
