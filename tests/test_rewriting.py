"""A question put into official wording by a chat model: taken only where it still asks the same."""

import pytest
from chat_server import Script, chat_server, cut, hang, reply, status
from chats import QUESTION, Scripted, chat_at

from rag.writer import rewrite


def test_a_question_is_put_into_official_wording() -> None:
    with chat_server(reply("宁波市企业开办", "办理时限\n")) as server:
        assert rewrite("宁波市开公司要几天？", chat_at(server.base_url)) == "宁波市企业开办办理时限"
        asked = server.asked
    assert "<问题>宁波市开公司要几天？</问题>" in asked


@pytest.mark.parametrize(
    "written",
    [
        "",
        "  ",
        "宁波市开公司要几天？",
        "改写：宁波市企业开办办理时限",
        "宁波市企业开办办理时限\n（去掉了口语）",
        "宁波市企业开办办理时限" * 6,
        "杭州市企业开办办理时限",
        "宁波市和杭州市企业开办办理时限",
        "宁波市企业开办压缩至3个工作日",
        "宁波市企业开办压缩百分之五十的情况",
        "宁波市企业开办办理时限[1]",
        "宁波市全部案例的内容",
        "宁波市不动产登记",
        "宁波市天气预报",
    ],
)
def test_a_rewriting_that_asks_something_else_is_not_taken(written: str) -> None:
    assert rewrite("宁波市开公司要几天？", Scripted(written)) is None


def test_a_rewriting_of_something_else_does_not_get_a_question_answered() -> None:
    assert rewrite("留学签证要几天办好？", Scripted("企业开办办理时间")) is None
    assert rewrite("留学签证要几天办好？", Scripted("企业开办办理时间"), terms=["企业开办"])


def test_official_names_with_a_one_in_them_may_come_in() -> None:
    assert rewrite("开公司能不能一趟办完", Scripted("企业开办“一件事”一次办")) == "企业开办“一件事”一次办"


@pytest.mark.parametrize("script", [status(500), cut("企业", reset=True), hang(), reply()])
def test_a_rewriting_that_fails_is_none(script: Script) -> None:
    with chat_server(script) as server:
        assert rewrite(QUESTION, chat_at(server.base_url, timeout=1.0)) is None
