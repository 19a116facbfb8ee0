"""Chat models: whatever LangChain can open, behind one method, with errors that an official understands.

Nothing but the configured endpoint is reached: no redirect is followed, no trace is sent, no proxy stands between
here and this machine. LangChain is imported when a model is opened, not before.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import queue
import re
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from corpus.errors import ModelError
from rag.chat_errors import cut, empty, translated
from rag.settings import Settings

Message = tuple[Literal["system", "user"], str]

LONGEST_REPLY = 20_000  # characters, thoughts included; no answer needs a fifth of it
_NO_KEY = "no-key"  # the client insists on one, a local server ignores it
_THOUGHT, _SPOKEN = "<think>", "</think>"
# Halves of characters, which no file and no page can hold, and marks that show a text otherwise than it is checked.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


class Chat(Protocol):
    """A model that replies to messages."""

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Pieces of the reply, none of them empty, as they come.

        Args:
            messages: (role, text) pairs.

        Raises:
            ModelError: for an endpoint that cannot be used and for a reply that is empty, cut or without end.
        """
        ...


class LangChainChat:
    """A chat model of LangChain.

    Args:
        model: a `BaseChatModel`.
        where: the endpoint as errors name it.
        seconds: that a whole reply may take.
        finishes: whether the protocol says that a reply is finished, so that one without it was cut.
    """

    def __init__(self, model: Any, *, where: str, seconds: float, finishes: bool) -> None:
        self._model = model
        self._where = where
        self._seconds = seconds
        self._finishes = finishes

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """See `Chat.stream`."""
        written = False
        for text in without_thoughts(self._received(messages)):
            written = written or bool(text.strip())
            yield text
        if not written:
            raise empty()

    def _received(self, messages: Sequence[Message]) -> Iterator[str]:
        """The reply as received, within the limits of time and length."""
        length, finished = 0, False
        try:
            for chunk in _chunks(self._model, messages, time.monotonic() + self._seconds):
                finished = finished or bool(chunk.response_metadata.get("finish_reason"))
                text = _UNSEEN.sub("", str(chunk.text))
                length += len(text)
                if length > LONGEST_REPLY:
                    break
                if text:
                    yield text
        except Exception as error:
            raise translated(error, where=self._where, seconds=self._seconds) from error
        if length > LONGEST_REPLY:
            raise ModelError(
                f"对话模型写了超过 {LONGEST_REPLY} 字还没有写完，已停止", hint="请换一个对话模型"
            )
        if length and self._finishes and not finished:
            raise cut()


def _chunks(model: Any, messages: Sequence[Message], deadline: float) -> Iterator[Any]:
    """What the model streams, until the deadline (of the monotonic clock).

    A thread reads: a server that trickles signs of life and no text would hold the caller for ever, and a context
    variable set here would leak into the caller between two chunks.

    Raises:
        TimeoutError: at the deadline.
        Exception: what the model's package raises.
    """
    received: queue.SimpleQueue[Any] = queue.SimpleQueue()
    stopped = threading.Event()

    def read() -> None:
        from langsmith import tracing_context

        try:
            with tracing_context(enabled=False), contextlib.closing(model.stream(list(messages))) as chunks:
                for chunk in chunks:
                    received.put(chunk)
                    if stopped.is_set():
                        return
            received.put(None)
        except Exception as error:  # noqa: BLE001 - handed to the caller
            received.put(error)

    threading.Thread(target=read, name="chat", daemon=True).start()
    try:
        while True:
            try:
                chunk = received.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty as error:
                raise TimeoutError from error
            if isinstance(chunk, Exception):
                raise chunk
            if chunk is None:
                return
            yield chunk
    finally:
        stopped.set()


def without_thoughts(chunks: Iterator[str]) -> Iterator[str]:
    """A reply without the <think>…</think> that reasoning models put before it."""
    held = ""
    for chunk in chunks:
        held += chunk
        spoken = _spoken(held)
        if spoken is not None:
            yield spoken
            yield from chunks
            return
    if not held.lstrip().startswith(_THOUGHT):
        yield held


def _spoken(held: str) -> str | None:
    """What of the beginning of a reply is meant for the reader; None while that cannot be told."""
    start = held.lstrip()
    if start.startswith(_THOUGHT):
        _, ended, rest = start.partition(_SPOKEN)
        return rest if ended else None
    return None if _THOUGHT.startswith(start) else held


def open_chat(settings: Settings) -> Chat | None:
    """The chat model that the settings name; None where they name none. Nothing is sent yet.

    Raises:
        ModelError: where LangChain does not know the provider, or its package is missing or refuses the settings.
    """
    if not settings.chat_model:
        return None
    from langchain.chat_models import init_chat_model

    provider = settings.chat_provider
    base_url = settings.chat_base_url.rstrip("/").removesuffix("/chat/completions")
    parts = urlsplit(base_url)
    _reach_directly(parts.hostname or "")
    options: dict[str, Any] = {"temperature": 0.0, "timeout": settings.chat_timeout, "max_retries": 0}
    options |= {"base_url": base_url} if base_url else {}
    options |= {"api_key": settings.chat_api_key} if settings.chat_api_key else {}
    if provider == "openai":
        options = {"api_key": _NO_KEY, **options, **_openai_options(settings.chat_timeout)}
    try:
        model = init_chat_model(settings.chat_model, model_provider=provider, **options)
    except ImportError as error:
        raise ModelError(
            f"没有安装对话模型提供方 {provider} 的组件",
            hint=f"请安装 langchain-{provider}，或把 chat_provider 设为 openai",
        ) from error
    except Exception as error:
        raise ModelError(
            "对话模型的设置不能用", hint="请检查设置 chat_provider、chat_model 和 chat_api_key"
        ) from error
    where = parts.netloc.rpartition("@")[2] or provider
    return LangChainChat(model, where=where, seconds=settings.chat_timeout, finishes=provider == "openai")


def _openai_options(seconds: float) -> dict[str, Any]:
    """What keeps the OpenAI client to the one endpoint and to the protocol that every server speaks."""
    import httpx2

    from rag.chat_stream import within

    # A redirect would carry the evidence to another host; a kept connection would outlive the question.
    limits = httpx2.Limits(max_keepalive_connections=0)
    hooks = {"response": [within(seconds)]}
    client = httpx2.Client(follow_redirects=False, timeout=seconds, limits=limits, event_hooks=hooks)
    return {
        "http_client": client,
        "openai_proxy": None,
        "http_socket_options": (),
        "use_responses_api": False,
    }


def is_loopback(host: str) -> bool:
    """Whether a host is this machine; a name other than localhost is not taken for it."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _reach_directly(host: str) -> None:
    """Let no proxy of the environment stand between here and a server on this machine."""
    if is_loopback(host):
        named = ",".join(os.environ.get(name, "") for name in ("no_proxy", "NO_PROXY")).split(",")
        direct = ",".join(dict.fromkeys(one.strip() for one in (*named, host) if one.strip()))
        os.environ.update({"no_proxy": direct, "NO_PROXY": direct})
