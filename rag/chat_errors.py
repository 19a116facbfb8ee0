"""What went wrong with a chat endpoint, in words for the person at the screen.

Every provider's package raises errors of its own over an HTTP library of its own. What they share is the attribute
`status_code` where the server answered, and the names of the errors where it did not.
"""

from __future__ import annotations

from collections.abc import Iterator

from corpus.errors import ModelError

_CHECK_ADDRESS = "请检查设置 chat_base_url 是不是对话接口的地址（一般以 /v1 结尾）"
_CHECK_KEY = "请检查设置 chat_api_key"
_ASK_ADMINISTRATOR = "请稍后再试；常常这样请联系服务的管理员"
_REFUSALS = {
    401: ("不接受密钥", _CHECK_KEY),
    403: ("不接受密钥", _CHECK_KEY),
    404: ("没有这个地址或模型", f"{_CHECK_ADDRESS}，以及 chat_model"),
    413: ("不接受这么长的材料", "请换能读更长材料的模型"),
    429: ("太忙，或额度已经用完", "请稍后再试"),
}


def cut() -> ModelError:
    """The reply ended before its end."""
    return ModelError("对话模型的回答中途断了", hint=_ASK_ADMINISTRATOR)


def empty() -> ModelError:
    """The reply holds no text."""
    return ModelError("对话模型没有写出内容", hint=_CHECK_ADDRESS)


def translated(error: Exception, *, where: str, seconds: float) -> ModelError:
    """An error of a provider's package as ours.

    Args:
        error: as raised; what it was raised from is looked at too.
        where: the endpoint as the message names it.
        seconds: that a reply may take.
    """
    causes = tuple(_causes(error))
    statuses = (getattr(one, "status_code", None) for one in causes)
    status = next((one for one in statuses if isinstance(one, int)), None)
    names = " ".join(kind.__name__ for one in causes for kind in type(one).__mro__)
    if status is not None:
        return _refused(413 if "ContextOverflow" in names else status, status)
    if "Timeout" in names:
        return ModelError(f"对话模型在 {seconds:g} 秒内没有答完", hint="请稍后再试，或调大设置 chat_timeout")
    if "ConnectError" in names or "ConnectionRefused" in names:
        return ModelError(
            f"连不上对话模型的服务（{where}）", hint="请检查服务是否已经启动、设置 chat_base_url 是否正确"
        )
    if any(name in names for name in ("ReadError", "WriteError", "ProtocolError", "ConnectionReset")):
        return cut()
    if "APIError" in names and "DecodingError" not in names:  # sent as an event of the stream
        return ModelError("对话模型的服务在回答中报告出错", hint=_ASK_ADMINISTRATOR)
    return ModelError("对话模型的服务返回了无法读取的内容", hint=_CHECK_ADDRESS)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _refused(meant: int, status: int) -> ModelError:
    """What an HTTP status means; `meant` is the one that tells it, where servers send another (`status`)."""
    said, hint = _REFUSALS.get(meant, ("不接受这个请求", "请检查设置 chat_base_url 和 chat_model"))
    if 300 <= meant < 400:
        said, hint = "要转到别的地址，没有照办", _CHECK_ADDRESS
    if meant >= 500:
        said, hint = "出错", _ASK_ADMINISTRATOR
    return ModelError(f"对话模型的服务{said}（{status}）", hint=hint)
