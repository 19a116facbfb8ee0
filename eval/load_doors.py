"""The two doors that people use, asked as their programs ask: the stream of /v1 and the queue of the page."""

from __future__ import annotations

import contextlib
import http.client
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from corpus.errors import InputError

_PATIENCE = 120.0  # seconds that a silent server is waited for
_PROGRESS = 'class=\\"progress\\"'  # what the page shows before the answer begins, inside JSON
_API = "/gradio_api"
_CONVERSATION = 5  # questions that somebody asks before opening the page anew


@dataclass(frozen=True, slots=True)
class Timing:
    """One question.

    Attributes:
        first: seconds until the first words of the answer were here.
        whole: seconds until the answer was whole.
        error: what went wrong, "" where nothing did.
    """

    first: float
    whole: float
    error: str = ""


class Door(Protocol):
    """A way to ask, for one person."""

    def ask(self, question: str) -> Timing:
        """Ask one question; what goes wrong is told in the timing."""
        ...


class ChatDoor:
    """The protocol of OpenAI's chat completions, streamed.

    Args:
        address: "http://127.0.0.1:7860".
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def ask(self, question: str) -> Timing:
        """Ask in a conversation of its own; the first words are the first piece that is not empty."""
        body = {"model": "case-qa", "stream": True, "messages": [{"role": "user", "content": question}]}
        return _timed(self._pieces(body))

    def _pieces(self, body: Mapping[str, Any]) -> Iterator[bool]:
        ended = False
        for event in _events(self._address, "POST", "/v1/chat/completions", body):
            if event == "[DONE]":
                ended = True
                continue
            told = json.loads(event)
            if "error" in told:
                raise _RefusedError(json.dumps(told["error"], ensure_ascii=False))
            yield any(choice["delta"].get("content") for choice in told["choices"])
        if not ended:
            raise _RefusedError("the stream ended early")


class PageDoor:
    """The queue of the page, as its script asks: a question is put in line, then a stream tells how it goes.

    Args:
        address: "http://127.0.0.1:7860".

    Raises:
        InputError: there is no page at `address`, or nobody may use it without logging in.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        try:
            (text,) = _lines(address, "GET", "/config", None)
            told = json.loads(text)
            self._box = next(
                part["id"] for part in told["components"] if part["props"].get("elem_id") == "question"
            )
            events = [(event, target) for event in told["dependencies"] for target in event["targets"]]
            self._event = next(event for event, target in events if list(target) == [self._box, "submit"])
            self._opening = [event for event, (_, name) in events if name == "load" and not event["queue"]]
        except (_RefusedError, OSError, ValueError, KeyError, StopIteration) as error:
            raise InputError(
                f"{address} 上没有可以提问的网页", hint="请检查地址；要登录的网页不能这样测量"
            ) from error

        self._session = ""
        self._asked = 0

    def ask(self, question: str) -> Timing:
        """Ask in a conversation that is begun anew every few questions; opening the page is not timed."""
        if self._asked % _CONVERSATION == 0:
            try:
                self._open()
            except (_RefusedError, OSError, http.client.HTTPException) as error:
                return Timing(0.0, 0.0, f"{type(error).__name__}: {error}"[:200])
        self._asked += 1
        return _timed(self._pieces(question))

    def _open(self) -> None:
        self._session = secrets.token_hex(8)
        for event in self._opening:
            body = {
                "data": [None] * len(event["inputs"]),
                "fn_index": event["id"],
                "session_hash": self._session,
                "event_data": None,
            }
            list(_lines(self._address, "POST", _API + "/run/predict", body))

    def _pieces(self, question: str) -> Iterator[bool]:
        data = [question if part == self._box else None for part in self._event["inputs"]]
        body = {
            "data": data,
            "fn_index": self._event["id"],
            "session_hash": self._session,
            "trigger_id": self._box,
            "event_data": None,
        }
        list(_lines(self._address, "POST", _API + "/queue/join", body))
        ended = False
        following = f"{_API}/queue/data?session_hash={self._session}"
        for event in _events(self._address, "GET", following, None):
            told = json.loads(event)
            kind = told["msg"]
            if kind in {"process_generating", "process_completed"}:
                if not told["success"]:
                    raise _RefusedError(str(told["output"]))
                yield bool(told["output"].get("data")) and _PROGRESS not in event
            ended = ended or kind == "process_completed"
            if kind == "unexpected_error":
                raise _RefusedError(str(told["message"]))
        if not ended:
            raise _RefusedError("the stream ended early")


class _RefusedError(Exception):
    """The server did not answer the question."""


def _timed(pieces: Iterator[bool]) -> Timing:
    """Run through the pieces of an answer, each of which tells whether it holds words of it."""
    begun = time.perf_counter()
    first = None
    try:
        for piece in pieces:
            if piece and first is None:
                first = time.perf_counter() - begun
    except (_RefusedError, OSError, ValueError, KeyError, http.client.HTTPException) as error:
        return Timing(first or 0.0, time.perf_counter() - begun, f"{type(error).__name__}: {error}"[:200])
    if first is None:
        return Timing(0.0, time.perf_counter() - begun, "no answer came")
    return Timing(first, time.perf_counter() - begun)


def _events(address: str, method: str, path: str, body: Mapping[str, Any] | None) -> Iterator[str]:
    """The data of server-sent events."""
    for line in _lines(address, method, path, body):
        if line.startswith("data:"):
            yield line[5:].strip()


def _lines(address: str, method: str, path: str, body: Mapping[str, Any] | None) -> Iterator[str]:
    """The lines of a reply as they come."""
    parts = urlsplit(address)
    door = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE)
    with contextlib.closing(door):
        sent = None if body is None else json.dumps(body).encode()
        door.request(method, path, sent, {"Content-Type": "application/json"} if sent else {})
        reply = door.getresponse()
        if reply.status != http.client.OK:
            raise _RefusedError(f"{reply.status} {reply.read(200).decode('utf-8', 'replace')}")
        for line in reply:
            yield line.decode("utf-8").rstrip("\r\n")
