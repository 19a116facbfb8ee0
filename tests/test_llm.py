"""A chat model over real HTTP: what is sent, what is received, and each way in which an endpoint fails."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from chat_server import Script, chat_server, cut, endless, hang, page, raw_events, reply, status
from chats import chat_at
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import ModelError
from rag.llm import Message, open_chat, without_thoughts
from rag.settings import Settings

MESSAGES: tuple[Message, ...] = (("system", "只说一句"), ("user", "几天办结？"))
ROOT = Path(__file__).resolve().parent.parent


def fault(script: Script, *, timeout: float = 20.0) -> tuple[str, ModelError]:
    """What came of a reply before it failed, and how it failed."""
    received: list[str] = []
    with chat_server(script) as server:
        with pytest.raises(ModelError) as caught:
            received.extend(chat_at(server.base_url, timeout=timeout).stream(MESSAGES))
        assert len(server.requests) == 1, "no request is repeated"
    return "".join(received), caught.value


def test_no_model_set_is_no_model() -> None:
    assert open_chat(Settings()) is None


def test_a_reply_comes_in_pieces_and_the_protocol_is_kept() -> None:
    with chat_server(reply("三天", "", "办结。")) as server:
        assert list(chat_at(server.base_url, key="sk-1").stream(MESSAGES)) == ["三天", "办结。"]
    path, headers, body = server.requests[0]
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer sk-1"
    assert (body["model"], body["stream"], body["temperature"]) == ("小模型", True, 0)
    assert [(one["role"], one["content"]) for one in body["messages"]] == list(MESSAGES)


def test_the_first_piece_comes_before_the_last_is_written() -> None:
    with chat_server(hang("三天")) as server:
        assert next(iter(chat_at(server.base_url).stream(MESSAGES))) == "三天"


@pytest.mark.parametrize("ending", ["/", "/chat/completions"])
def test_an_address_copied_with_its_ending_is_understood(ending: str) -> None:
    with chat_server(reply("好。")) as server:
        assert list(chat_at(server.base_url + ending).stream(MESSAGES)) == ["好。"]
    assert server.requests[0][0] == "/v1/chat/completions"


def test_keys_of_the_environment_stay_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-service")
    with chat_server(reply("好。")) as server:
        list(chat_at(server.base_url).stream(MESSAGES))
    assert "sk-of-another-service" not in str(server.requests)


def test_addresses_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with chat_server(reply("别处。")) as other, chat_server(reply("这里。")) as server:
        for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_PROXY", "LANGSMITH_GATEWAY"):
            monkeypatch.setenv(name, other.base_url)
        assert list(chat_at(server.base_url).stream(MESSAGES)) == ["这里。"]
    assert other.requests == []


def test_proxies_do_not_stand_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with chat_server(reply("代理。")) as proxy, chat_server(reply("这里。")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.base_url.removesuffix("/v1"))
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("NO_PROXY", "example.com")
        assert list(chat_at(server.base_url).stream(MESSAGES)) == ["这里。"]
    assert proxy.requests == []


def test_no_trace_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    from langchain_core.tracers.langchain import wait_for_all_tracers
    from langsmith.utils import get_env_var

    with chat_server(reply("好。")) as server:
        for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
            monkeypatch.setenv(name, "true")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", server.base_url)
        monkeypatch.setenv("LANGSMITH_API_KEY", "key")
        get_env_var.cache_clear()
        list(chat_at(server.base_url).stream(MESSAGES))
        wait_for_all_tracers()
    get_env_var.cache_clear()
    assert [path for path, _, _ in server.requests] == ["/v1/chat/completions"]


def test_a_redirect_is_not_followed() -> None:
    with chat_server(reply("别处。")) as other:
        _, error = fault(status(307, Location=f"{other.base_url}/chat/completions"))
    assert "307" in error.message
    assert other.requests == []


@pytest.mark.parametrize(
    ("code", "said", "hint"),
    [
        (400, "不接受这个请求（400）", "chat_model"),
        (401, "密钥（401）", "chat_api_key"),
        (403, "密钥（403）", "chat_api_key"),
        (404, "没有这个地址或模型（404）", "/v1"),
        (413, "这么长的材料（413）", "模型"),
        (429, "太忙，或额度已经用完（429）", "稍后再试"),
        (500, "出错（500）", "管理员"),
        (503, "出错（503）", "管理员"),
    ],
)
def test_a_refusal_says_what_to_do(code: int, said: str, hint: str) -> None:
    _, error = fault(status(code, **{"Retry-After": "60"}))
    assert said in error.message
    assert hint in error.hint


@pytest.mark.parametrize(
    ("script", "received", "said"),
    [
        (cut(reset=True), "", "中途断了"),
        (cut("三天", reset=True), "三天", "中途断了"),
        (cut("三天", reset=False), "三天", "中途断了"),
        (reply(), "", "没有写出内容"),
        (reply(" ", "\n"), " \n", "没有写出内容"),
        (reply("<think>怎么答", "呢"), "", "没有写出内容"),
        (page("text/html", "<html><body>请登录：统一认证</body></html>"), "", "无法读取"),
        (page("application/json", '{"choices": [{"message": {"content": "三天。"}}]}'), "", "无法读取"),
        (raw_events("{不是 JSON"), "", "无法读取"),
        (raw_events("[1, 2]"), "", "无法读取"),
        (raw_events('{"error": {"message": "out of memory"}}'), "", "报告出错"),
    ],
)
def test_a_broken_reply_is_told_apart(script: Script, received: str, said: str) -> None:
    text, error = fault(script)
    assert text == received
    assert said in error.message
    assert error.hint
    assert "\n" not in str(error)


@pytest.mark.parametrize("script", [hang(), hang("三"), hang("三", signs_of_life=True)])
def test_a_reply_that_does_not_end_in_time_is_given_up(script: Script) -> None:
    _, error = fault(script, timeout=0.5)
    assert "0.5 秒内没有答完" in error.message
    assert "chat_timeout" in error.hint


def test_an_endless_reply_is_cut_off() -> None:
    text, error = fault(endless("没完没了" * 50))
    assert "没有写完" in error.message
    assert len(text) <= 20_000


def test_nobody_at_the_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ModelError, match=f"连不上.*127.0.0.1:{port}"):
        list(chat_at(f"http://user:secret@127.0.0.1:{port}/v1").stream(MESSAGES))


def test_who_stops_reading_hangs_up() -> None:
    with chat_server(endless("没完没了")) as server:
        stream = chat_at(server.base_url).stream(MESSAGES)
        next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert server.served.wait(20)


@pytest.mark.parametrize(("provider", "said"), [("ollama", "ollama"), ("没有这家", "chat_provider")])
def test_a_provider_that_is_not_there(provider: str, said: str) -> None:
    with pytest.raises(ModelError) as caught:
        open_chat(Settings(chat_model="小模型", chat_provider=provider))
    assert said in str(caught.value)


@given(st.lists(st.sampled_from(["<thi", "nk>", "想", "</thi", "nk>", "三天", "<", " "])))
def test_thoughts_are_left_out_however_they_are_cut(chunks: list[str]) -> None:
    whole = "".join(chunks)
    spoken = "".join(without_thoughts(iter(chunks)))
    if whole.lstrip().startswith("<think>"):
        assert spoken == whole.partition("</think>")[2]
    else:
        assert spoken == whole


def test_nothing_heavy_is_imported_before_a_model_is_opened() -> None:
    code = "import sys, rag.writer; print([one for one in ('langchain_core', 'openai', 'langsmith') if one in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
