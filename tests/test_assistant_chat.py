"""An assistant with a chat model at a real address: what it writes, rewrites and completes, and what it may not."""

from __future__ import annotations

from chat_server import chat_server, reply, status
from chats import Scripted
from invented import Indexed

from rag.assistant import Assistant
from rag.build import open_assistant
from rag.followup import Turn
from rag.settings import Settings
from rag.writer import complete

pytest_plugins = ("indexes",)


def assistant_at(base_url: str, source: Indexed, *, chat_rewrite: bool = False) -> Assistant:
    settings = Settings(
        index=source.folder,
        chat_base_url=base_url,
        chat_model="test",
        chat_timeout=20.0,
        chat_rewrite=chat_rewrite,
    )
    return open_assistant(settings)


def test_the_models_sentences_are_shown_with_the_cases_they_come_from(small: Indexed) -> None:
    written = "企业开办的申请材料减少到4份[1]。企业开办只要1小时[1]。"
    with chat_server(reply(written)) as server:
        answers = list(assistant_at(server.base_url, small).stream("清溪县新办企业的申请材料减少到几份？"))
        asked = server.asked
    whole = answers[-1]
    assert "<材料" in asked
    assert not whole.refused
    assert "1小时" not in whole.text
    assert whole.citations


def test_a_refusal_is_not_left_to_the_model(small: Indexed) -> None:
    with chat_server(reply("哈尔滨企业开办只要1小时[1]。")) as server:
        answer = assistant_at(server.base_url, small).ask("哈尔滨市企业开办要几天？")
        requests = list(server.requests)
    assert (answer.refused, answer.reason) == (True, "place_not_found")
    assert requests == []


def test_a_table_stays_as_it_is(small: Indexed) -> None:
    question = "哪些地方压缩了办理时间？"
    with chat_server(reply("没有[1]。")) as server:
        answer = assistant_at(server.base_url, small).ask(question)
    assert answer.text == small.assistant.ask(question).text


def test_the_rewriting_is_shown_and_can_be_switched_off(small: Indexed) -> None:
    with chat_server(reply("企业开办申请材料")) as server:
        answer = assistant_at(server.base_url, small, chat_rewrite=True).ask("开公司要带几样东西？")
    assert any("企业开办申请材料" in note for note in answer.notes)
    with chat_server(reply("企业开办申请材料")) as server:
        assert assistant_at(server.base_url, small).ask("开公司要带几样东西？").notes == ()


def test_a_failing_model_leaves_the_cases_sentences(small: Indexed) -> None:
    question = "清溪县新办企业的申请材料减少到几份？"
    with chat_server(status(500)) as server:
        answer = assistant_at(server.base_url, small).ask(question)
    assert small.assistant.ask(question).text in answer.text
    assert "原文摘录" in answer.text.split("\n")[0]


def test_a_question_is_completed_only_with_what_was_said() -> None:
    earlier = ["清溪县企业开办要几天？"]
    assert complete("材料方面呢", earlier, Scripted("清溪县企业开办要什么材料"), known_places=("清溪",)) == (
        "清溪县企业开办要什么材料"
    )
    for wrong in ("杭州市企业开办要什么材料", "清溪县企业开办3天办结要什么材料", "材料方面呢", "", "一\n二"):
        assert complete("材料方面呢", earlier, Scripted(wrong), known_places=("清溪",)) is None


def test_a_completed_question_is_shown(small: Indexed) -> None:
    first = small.assistant.ask("清溪县企业开办要几天？")
    assert first.reading is not None
    turns = [Turn(first.reading, first)]
    with chat_server(reply("清溪县企业开办有人帮办吗")) as server:
        answer = assistant_at(server.base_url, small, chat_rewrite=True).ask("帮办代办情况说一下", turns)
    assert answer.resolved == "清溪县企业开办有人帮办吗"
