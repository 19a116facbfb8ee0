"""A chat endpoint on loopback that replies by script: the OpenAI protocol over real HTTP, and each way to break it."""

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[["Handler"], None]


@dataclass
class ChatServer:
    """The endpoint as a test sees it.

    Attributes:
        base_url: where it is.
        requests: path, headers and body of each request.
        served: set when a script has come to its end, also by the reader hanging up.
    """

    base_url: str
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    served: threading.Event = field(default_factory=threading.Event)

    @property
    def asked(self) -> str:
        """All text of the messages of the last request."""
        return "\n".join(message["content"] for message in self.requests[-1][2]["messages"])


class Handler(BaseHTTPRequestHandler):
    """One request; `script` writes what comes back."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    script: Script
    seen: ChatServer
    ended: threading.Event

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers["Content-Type"]
        self.seen.requests.append((self.path, dict(self.headers), json.loads(body) if "json" in kind else {}))
        self.close_connection = True
        with contextlib.suppress(ConnectionError):
            type(self).script(self)
        self.seen.served.set()

    def do_GET(self) -> None:
        self.seen.requests.append((self.path, dict(self.headers), {}))
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass

    def head(self, status: int, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def event(self, data: str) -> None:
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()

    def delta(self, text: str, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
        chunk = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [choice],
        }
        self.event(json.dumps(chunk))


def reply(*pieces: str) -> Script:
    """Stream the pieces and end properly."""

    def script(handler: Handler) -> None:
        handler.head(200, "text/event-stream")
        for piece in pieces:
            handler.delta(piece)
        handler.delta("", finish="stop")
        handler.event("[DONE]")

    return script


def replies(*scripts: Script) -> Script:
    """One script a request, in order."""
    waiting = iter(scripts)

    def script(handler: Handler) -> None:
        next(waiting)(handler)

    return script


def status(code: int, **headers: str) -> Script:
    """Refuse with an HTTP status, as such servers do."""

    def script(handler: Handler) -> None:
        handler.head(code, "application/json", **headers)
        handler.wfile.write(json.dumps({"error": {"message": "no", "type": "x", "code": code}}).encode())

    return script


def page(kind: str, text: str) -> Script:
    """Answer 200 with a body that is no stream."""

    def script(handler: Handler) -> None:
        handler.head(200, kind)
        handler.wfile.write(text.encode())

    return script


def raw_events(*events: str) -> Script:
    """Stream events as they are given and close."""

    def script(handler: Handler) -> None:
        handler.head(200, "text/event-stream")
        for event in events:
            handler.event(event)

    return script


def cut(*pieces: str, reset: bool) -> Script:
    """Stream the pieces, then reset the connection or close it without an end."""

    def script(handler: Handler) -> None:
        handler.head(200, "text/event-stream")
        for piece in pieces:
            handler.delta(piece)
        if reset:
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()

    return script


def hang(*pieces: str, signs_of_life: bool = False) -> Script:
    """Stream the pieces and then nothing, or only comments, for so long that nobody should wait for the end."""

    def script(handler: Handler) -> None:
        if pieces or signs_of_life:
            handler.head(200, "text/event-stream")
        for piece in pieces:
            handler.delta(piece)
        for _ in range(100):
            if handler.ended.wait(0.05):
                return
            if signs_of_life:
                handler.wfile.write(b": still here\n\n")
                handler.wfile.flush()
        reply("太晚了。")(handler)

    return script


def endless(piece: str) -> Script:
    """Stream the same piece until the reader has gone."""

    def script(handler: Handler) -> None:
        handler.head(200, "text/event-stream")
        while not handler.ended.is_set():
            handler.delta(piece)

    return script


@contextlib.contextmanager
def chat_server(script: Script) -> Iterator[ChatServer]:
    """Serve a script until the block ends."""
    ended = threading.Event()
    kind = type("Scripted", (Handler,), {"script": staticmethod(script), "ended": ended})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        server.daemon_threads = True
        kind.seen = ChatServer(f"http://127.0.0.1:{server.server_port}/v1")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield kind.seen
        finally:
            ended.set()
            server.shutdown()
            thread.join()
