"""MCP, asked by the client of its official SDK, in the protocol of today and in that of 2025."""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Literal

import anyio
import httpx2
import pytest
from door_server import client, ready, served
from invented import Indexed
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult

from rag.changes import changes_json
from rag.followup import Turn
from rag.output import answer_object, case_object, hit_object
from ui.library import Library

pytest_plugins = ("indexes",)

Mode = Literal["auto", "legacy"]
QUESTION = "清溪县新办企业的申请材料减少到几份？"
FOLLOWING = "那要等多久？"


@pytest.fixture(scope="module")
def url(small: Indexed) -> Iterator[str]:
    with served(ready(small.assistant)) as address:
        yield address


def talk(url: str, what: Callable[[Client], Awaitable[Any]], mode: Mode = "auto") -> Any:
    """What a conversation with the server yields."""

    async def run() -> Any:
        async with httpx2.AsyncClient(trust_env=False, timeout=60) as direct:
            transport = streamable_http_client(f"{url}/mcp", http_client=direct)
            async with Client(transport, mode=mode) as client:
                return await what(client)

    return anyio.run(run)


def call(url: str, tool: str, mode: Mode = "auto", **arguments: Any) -> CallToolResult:
    result = talk(url, lambda client: client.call_tool(tool, arguments), mode)
    assert isinstance(result, CallToolResult)
    return result


def text_of(result: CallToolResult) -> str:
    (part,) = result.content
    assert part.type == "text"
    return part.text


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_tools_are_described(url: str, mode: Mode) -> None:
    tools = {tool.name: tool for tool in talk(url, lambda client: client.list_tools(), mode).tools}
    assert set(tools) == {"ask", "search", "get_case", "changes"}
    assert tools["ask"].input_schema["required"] == ["question"]
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools.values())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_ask_answers_as_the_command_line(url: str, small: Indexed, mode: Mode) -> None:
    result = call(url, "ask", mode, question=QUESTION)
    expected = plain(answer_object(small.assistant.ask(QUESTION)))
    assert not result.is_error
    assert {**result.structured_content, "seconds": 0} == {**expected, "seconds": 0}
    assert json.loads(text_of(result)) == result.structured_content


def test_ask_knows_the_conversation(url: str, small: Indexed) -> None:
    before = small.assistant.ask(QUESTION)
    assert before.reading is not None
    expected = small.assistant.ask(FOLLOWING, [Turn(before.reading, before)]).text
    assert call(url, "ask", question=FOLLOWING, history=[QUESTION]).structured_content["answer"] == expected


def test_search_get_case_and_changes(url: str, small: Indexed) -> None:
    hits = call(url, "search", q=QUESTION, limit=2).structured_content["hits"]
    assert hits == plain([hit_object(hit) for hit in small.assistant.search(QUESTION, limit=2)])
    case = call(url, "get_case", case_id=hits[0]["case_id"]).structured_content
    assert case == plain(case_object(small.assistant.case(hits[0]["case_id"])))
    told = call(url, "changes", aspect="环节").structured_content
    rows = [change for change in small.assistant.changes if change.aspect == "steps"]
    cases = [small.assistant.case(row.case_id) for row in rows]
    whole = [changes_json(row, of, small.assistant.document(of)) for row, of in zip(rows, cases, strict=True)]
    assert told["changes"] == plain(whole) != []


@pytest.mark.parametrize(
    ("tool", "arguments", "line"),
    [
        ("ask", {"question": " "}, "问题是空的"),
        ("ask", {}, "缺少 question"),
        ("search", {"q": "x", "limit": 0}, "limit 不能小于 1"),
        ("get_case", {"case_id": "没有"}, "没有编号为 没有 的案例"),
        ("changes", {"aspect": "颜色"}, "没有“颜色”这个方面"),
        ("changes", {"place": "x", "color": "x"}, "没有 color 这个参数"),
        ("没有", {}, "没有 没有 这个工具"),
    ],
)
def test_what_is_wrong_is_told_to_the_model(
    url: str, tool: str, arguments: dict[str, Any], line: str
) -> None:
    result = call(url, tool, **arguments)
    assert result.is_error
    assert line in text_of(result)


def test_an_unready_library_is_told(small: Indexed) -> None:
    with served(Library(lambda _: small.assistant, name="没有开始")) as url:
        result = call(url, "ask", question=QUESTION)
    assert result.is_error
    assert "案例库还在准备" in text_of(result)


def test_other_requests_are_refused(url: str) -> None:
    with client(url) as web:
        assert web.get("/mcp").status_code == 405
        assert web.post("/mcp", headers={"Origin": "http://evil.example"}).status_code == 403
        assert web.post("/mcp", headers={"Host": "evil.example"}).status_code == 421
        pieces = (b" " * 65536 for _ in range(64))
        assert (
            web.post("/mcp", content=pieces, headers={"Content-Type": "application/json"}).status_code == 413
        )
        assert web.post("/mcp", content=b"{", headers={"Content-Type": "application/json"}).status_code >= 400
