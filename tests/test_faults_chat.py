"""A chat endpoint that lies: whatever comes over the wire, the extracts are shown with a line that says what failed."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from chat_server import Handler, Script, chat_server, endless, hang, reply
from chats import COMPOSED, OPENING, QUESTION, chat_at
from door_server import client, ready, served
from invented import Indexed

from corpus.errors import ModelError
from rag.build import open_assistant
from rag.settings import Settings
from rag.verify import Verifier
from rag.writer import Piece, write

pytest_plugins = ("indexes",)

SENTENCE = "宁波市免费发放3枚印章[1]。"
DONE = b"data: [DONE]\n\n"


def chunk(delta: Any, finish: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [choice],
        **more,
    }


def event(value: Any) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n\n"


STOP = event(chunk({}, "stop")) + DONE
WRITTEN = event(chunk({"content": SENTENCE}))


def sends(*pieces: bytes, **headers: str) -> Script:
    """Answer 200 with a stream of these bytes."""

    def script(handler: Handler) -> None:
        handler.head(200, "text/event-stream", **headers)
        for piece in pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()

    return script


def bare(data: bytes) -> Script:
    """Send bytes in place of an answer of HTTP."""

    def script(handler: Handler) -> None:
        handler.wfile.write(data)

    return script


def endless_line(handler: Handler) -> None:
    handler.head(200, "text/event-stream")
    handler.wfile.write(b'data: {"a": "')
    while not handler.ended.wait(0.01):
        handler.wfile.write(b"x" * 10_000)


def endless_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.ended.is_set():
        handler.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier()


def last(script: Script, verifier: Verifier, *, timeout: float = 20.0) -> Piece:
    with chat_server(script) as server:
        return list(write(QUESTION, COMPOSED, chat_at(server.base_url, timeout=timeout), verifier))[-1]


CUT_CHARACTER = WRITTEN[: WRITTEN.index("宁".encode()) + 2]
LIES: dict[str, tuple[Script, str]] = {
    "half a character at the end": (sends(CUT_CHARACTER), "无法读取"),
    "half a character inside": (sends(WRITTEN.replace("宁".encode(), b"\xe5\xae"), STOP), "无法读取"),
    "another encoding": (sends(WRITTEN.decode().encode("gbk"), STOP), "无法读取"),
    "no number": (sends(b"data: NaN\n\n", STOP), "无法读取"),
    "a number": (sends(event(3), STOP), "无法读取"),
    "null": (sends(event(None), STOP), "无法读取"),
    "nested without end": (sends(b"data: " + b"[" * 100_000 + b"\n\n", STOP), "无法读取"),
    "choices that are null": (sends(event({**chunk({}), "choices": None}), STOP), "没有写出内容"),
    "a delta that is null": (sends(event(chunk(None)), STOP), "没有写出内容"),
    "an object of something else": (sends(event({"id": "x"}), STOP), "没有写出内容"),
    "thoughts alone": (sends(event(chunk({"reasoning_content": SENTENCE})), STOP), "没有写出内容"),
    "packed that is not": (sends(WRITTEN, STOP, **{"Content-Encoding": "gzip"}), "无法读取"),
    "shorter than told": (sends(WRITTEN, **{"Content-Length": "100000"}), "中途断了"),
    "a page told as a stream": (sends(b"<html>\xe8\xaf\xb7\xe7\x99\xbb\xe5\xbd\x95</html>"), "无法读取"),
    "an empty answer of HTTP": (bare(b"HTTP/1.1 204 No Content\r\n\r\n"), "无法读取"),
    "a status that does not exist": (bare(b"HTTP/1.1 999 Nope\r\n\r\n"), "出错（999）"),
    "an alarm of TLS": (bare(b"\x15\x03\x01\x00\x02\x02\x28"), "中途断了"),
    "nothing at all": (bare(b""), "中途断了"),
    "headers without end": (endless_headers, "中途断了"),
    "a line without end": (endless_line, "没有答完"),
}


@pytest.mark.parametrize(("script", "why"), LIES.values(), ids=LIES.keys())
def test_every_lie_ends_in_one_line_and_the_extracts(script: Script, why: str, verifier: Verifier) -> None:
    piece = last(script, verifier, timeout=0.7 if why == "没有答完" else 20.0)
    line, _, rest = piece.text.partition("\n\n")
    assert why in line
    assert "以下改为原文摘录" in line
    assert (rest, piece.citations, piece.finished) == (COMPOSED.text, COMPOSED.citations, True)


@pytest.mark.parametrize(
    "odd",
    [
        "宁波市\ud83d免费发放3枚印章[1]。",
        "宁波市免费发放\u202e3枚印章[1]。",
        "宁波\x00市免费\u200b发放3枚印章[1]。\x1b",
    ],
)
def test_what_no_page_can_show_is_left_out(odd: str, verifier: Verifier) -> None:
    piece = last(sends(b"data: " + json.dumps(chunk({"content": odd})).encode() + b"\n\n", STOP), verifier)
    assert piece.text == SENTENCE
    assert piece.text.encode()


@pytest.mark.parametrize("mark", ["[" + "9" * 5000 + "]", "[-1]", "[1e9]", "[１]", "[[1]]", "[1" * 3000])
def test_no_mark_is_too_odd(mark: str, verifier: Verifier) -> None:
    piece = last(reply(f"宁波市企业开办只要9分钟{mark}。\n{SENTENCE}"), verifier)
    assert "9分钟" not in piece.text
    assert {one.quote for one in piece.citations} <= {one.quote for one in COMPOSED.citations}


def test_a_reply_cut_off_at_its_length_shows_no_half_sentence(verifier: Verifier) -> None:
    half = "长沙市把联合验收的办理时限由30个工作日压缩到1"
    piece = last(
        sends(event(chunk({"content": SENTENCE + half})), event(chunk({}, "length")), DONE), verifier
    )
    assert piece.text.startswith(SENTENCE)
    assert "压缩到1" not in piece.text
    assert "未能在原文中核实" in piece.text
    assert [one.quote for one in piece.citations] == [OPENING]


def readers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "chat" and one.is_alive()]


@pytest.mark.parametrize("script", [endless_line, hang("三", signs_of_life=True), endless("没完没了" * 50)])
def test_nobody_goes_on_listening_to_a_reply_that_was_given_up(script: Script) -> None:
    before = len(readers())
    with chat_server(script) as server:
        with pytest.raises(ModelError):
            list(chat_at(server.base_url, timeout=0.5).stream([("user", "几天？")]))
        for _ in range(60):
            if len(readers()) <= before:
                break
            time.sleep(0.05)
        assert len(readers()) <= before
        assert server.served.wait(20)


@pytest.fixture(scope="module")
def lying(small: Indexed) -> Iterator[Any]:
    """The doors over an assistant whose model lies."""
    with chat_server(sends(CUT_CHARACTER)) as server:
        settings = Settings(
            index=small.folder, chat_base_url=server.base_url, chat_model="m", chat_timeout=20.0
        )
        with served(ready(open_assistant(settings))) as url, client(url) as asking:
            yield asking


def test_the_reader_of_an_answer_is_told_at_every_door(lying: Any, small: Indexed) -> None:
    question = "清溪县新办企业的申请材料减少到几份？"
    expected = small.assistant.ask(question)
    told = lying.post("/api/ask", json={"question": question})
    assert told.status_code == 200
    said = lying.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": question}]})
    for text in (told.json()["answer"], said.json()["choices"][0]["message"]["content"]):
        line, _, rest = text.partition("\n\n")
        assert "对话模型" in line
        assert "以下改为原文摘录" in line
        assert rest == expected.text
    assert len(told.json()["citations"]) == len(expected.citations)
