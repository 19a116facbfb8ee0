"""Errors as other programs see them: a status and one clear Chinese line, in the shape that each protocol expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from corpus.errors import CaseQAError, InputError
from ui.api.desk import UnavailableError
from ui.office.limits import TooManyError

OPENAI = "/v1"
_RETRY_AFTER = 2  # seconds


class NotFoundError(InputError):
    """What was asked for by its name or number is not there."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error on its way out.

    Attributes:
        status: of HTTP.
        message, hint: Chinese, one line each; what is wrong and what to do.
        code: short and stable, for programs.
        wait: seconds after which to come again, 0 where that would not help.
        allow: methods of HTTP that would be taken, "" where that is not what is wrong.
    """

    status: int
    message: str
    hint: str
    code: str
    wait: int = 0
    allow: str = ""

    def body(self, path: str) -> dict[str, Any]:
        """JSON for a request of `path`: OpenAI's shape below /v1, else {"error", "hint"}."""
        if not path.startswith(OPENAI):
            return {"error": self.message, "hint": self.hint}
        kind = "server_error" if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
        message = f"{self.message}。{self.hint}" if self.hint else self.message
        return {"error": {"message": message, "type": kind, "param": None, "code": self.code}}

    def response(self, path: str) -> JSONResponse:
        """The whole answer to a request of `path`."""
        # OpenAI's servers know no 422.
        strange = self.status == HTTPStatus.UNPROCESSABLE_ENTITY and path.startswith(OPENAI)
        headers = {"Retry-After": str(self.wait)} if self.wait else {}
        if self.allow:
            headers["Allow"] = self.allow
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Basic realm="case-qa", charset="UTF-8"'
        status = HTTPStatus.BAD_REQUEST if strange else self.status
        return JSONResponse(self.body(path), status_code=status, headers=headers)


def fault_of(error: Exception) -> Fault:
    """What is told of an error; of our own mistakes no more than that there was one."""
    if isinstance(error, RequestValidationError):
        return Fault(422, "；".join(invalid(error.errors())), "接口说明见 /openapi.json", "invalid")
    if isinstance(error, HTTPException):
        return replace(_of_http(error.status_code), allow=(error.headers or {}).get("Allow", ""))
    if isinstance(error, CaseQAError):
        status, code, wait = _kind(error)
        return Fault(status, error.message, error.hint, code, wait)
    return Fault(500, "程序出错了", "可以换个说法再试；如果总是这样，请告诉维护人员", "internal_error")


def _kind(error: CaseQAError) -> tuple[int, str, int]:
    if isinstance(error, TooManyError):
        return 429, "too_many", error.wait
    if isinstance(error, UnavailableError):
        return 503, "unavailable", _RETRY_AFTER
    if isinstance(error, NotFoundError):
        return 404, "not_found", 0
    return (400, "invalid", 0) if isinstance(error, InputError) else (503, "broken", 0)


def _of_http(status: int) -> Fault:
    known = {
        400: ("请求正文读不出来", "请用 UTF-8 编码的 JSON", "invalid"),
        404: ("没有这个接口", "接口说明见 /openapi.json", "not_found"),
        405: ("这个接口不接受这种请求方法", "接口说明见 /openapi.json", "method_not_allowed"),
        408: ("请求很久没有发完", "请检查网络后再试", "too_slow"),
        413: ("请求太大", "请缩短后再试", "too_large"),
    }
    return Fault(status, *known.get(status, ("请求不对", "接口说明见 /openapi.json", "invalid")))


_SAID = {
    "missing": "缺少 {where}",
    "json_invalid": "请求正文不是 JSON",
    "model_attributes_type": "请求正文应是 JSON 对象，并写明 Content-Type: application/json",
    "string_type": "{where} 应是文本",
    "string_unicode": "{where} 里有残缺的字符",
    "list_type": "{where} 应是列表",
    "bool_parsing": "{where} 应是 true 或 false",
    "int_parsing": "{where} 应是整数",
    "int_type": "{where} 应是整数",
    "extra_forbidden": "没有 {where} 这个参数",
    "greater_than_equal": "{where} 不能小于 {ge}",
    "less_than_equal": "{where} 不能大于 {le}",
    "too_short": "{where} 不能是空的",
    "literal_error": "{where} 只能是 {expected}",
}
_WRAPPINGS = {"body", "query", "path"}


def invalid(errors: Sequence[Any]) -> list[str]:
    """One Chinese line for each of pydantic's errors."""
    lines = []
    for error in errors:
        names = [str(part) for part in error["loc"] if part not in _WRAPPINGS]
        context = {name: str(value).replace(" or ", " 或 ") for name, value in error.get("ctx", {}).items()}
        said = _SAID.get(error["type"], "{where} 的值不对")
        lines.append(said.format(**{**context, "where": ".".join(names) or "请求正文"}))
    return list(dict.fromkeys(lines))


async def told(request: Request, error: Exception) -> JSONResponse:
    """The handler of every error of the doors."""
    return fault_of(error).response(request.url.path)
