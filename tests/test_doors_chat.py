"""The OpenAI protocol, asked by OpenAI's own client."""

import contextlib
import itertools
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import openai
import pytest
from chat_server import Script, chat_server, cut, reply
from door_server import client, ready, served
from hypothesis import given
from hypothesis import strategies as st
from invented import Indexed
from openai.types.chat import ChatCompletionChunk

from corpus.types import Case, Document
from rag.build import open_assistant
from rag.followup import Turn
from rag.output import answer_object
from rag.settings import Settings
from rag.types import Answer
from ui.api.chat import addition
from ui.library import Library

pytest_plugins = ("indexes",)

QUESTION = "清溪县新办企业的申请材料减少到几份？"
FOLLOWING = "那要等多久？"


@contextlib.contextmanager
def chatting(url: str) -> Iterator[openai.OpenAI]:
    with (
        openai.DefaultHttpxClient(trust_env=False) as direct,
        openai.OpenAI(base_url=f"{url}/v1", api_key="x", max_retries=0, http_client=direct) as chat,
    ):
        yield chat


@pytest.fixture(scope="module")
def url(small: Indexed) -> Iterator[str]:
    with served(ready(small.assistant)) as address:
        yield address


@pytest.fixture(scope="module")
def chat(url: str) -> Iterator[openai.OpenAI]:
    with chatting(url) as asking:
        yield asking


def said(*messages: str) -> Any:
    """A conversation in which user and assistant take turns."""
    roles = itertools.cycle(["user", "assistant"])
    return [{"role": role, "content": text} for role, text in zip(roles, messages, strict=False)]


def extra(value: Any, name: str) -> Any:
    return (value.model_extra or {})[name]


def text_of(chunks: Sequence[ChatCompletionChunk]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def citations(answer: Answer) -> Any:
    return json.loads(json.dumps(answer_object(answer)["citations"]))


def test_a_reply_is_the_answer_with_its_citations(chat: openai.OpenAI, small: Indexed) -> None:
    told = chat.chat.completions.create(model="任何名称", messages=said(QUESTION), temperature=0.9, seed=1)
    answer = small.assistant.ask(QUESTION)
    message = told.choices[0].message
    assert (message.content, message.role) == (answer.text, "assistant")
    assert "[1]" in answer.text
    assert extra(message, "citations") == citations(answer) != []
    assert (told.model, told.choices[0].finish_reason, extra(message, "refused")) == (
        "任何名称",
        "stop",
        False,
    )
    assert told.usage is not None


def test_a_stream_says_the_same(chat: openai.OpenAI, small: Indexed) -> None:
    answer = small.assistant.ask(QUESTION)
    chunks = list(
        chat.chat.completions.create(
            model="m", messages=said(QUESTION), stream=True, stream_options={"include_usage": True}
        )
    )
    assert text_of(chunks) == answer.text
    last = chunks[-2].choices[0]
    assert (last.finish_reason, extra(last.delta, "citations")) == ("stop", citations(answer))
    assert [bool(chunk.usage) for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_refusal_is_told(chat: openai.OpenAI, small: Indexed) -> None:
    question = "哈尔滨市企业开办要几天？"
    message = chat.chat.completions.create(model="m", messages=said(question)).choices[0].message
    assert (extra(message, "refused"), extra(message, "reason")) == (True, "place_not_found")
    assert extra(message, "citations") == citations(small.assistant.ask(question))


@pytest.mark.parametrize("stream", [False, True])
def test_earlier_messages_are_the_conversation(chat: openai.OpenAI, small: Indexed, *, stream: bool) -> None:
    before = small.assistant.ask(QUESTION)
    assert before.reading is not None
    expected = small.assistant.ask(FOLLOWING, [Turn(before.reading, before)]).text
    messages = [{"role": "system", "content": "你是助手"}, *said(QUESTION, "（省略）", FOLLOWING)]
    made: Any = chat.chat.completions.create(model="m", messages=messages, stream=stream)
    assert (text_of(list(made)) if stream else made.choices[0].message.content) == expected
    assert expected != small.assistant.ask(FOLLOWING).text


def test_text_may_come_in_parts(chat: openai.OpenAI, small: Indexed) -> None:
    parts: Any = [{"type": "text", "text": QUESTION}, {"type": "image_url", "image_url": {"url": "data:,"}}]
    told = chat.chat.completions.create(model="m", messages=[{"role": "user", "content": parts}])
    assert told.choices[0].message.content == small.assistant.ask(QUESTION).text


def test_models_are_listed(chat: openai.OpenAI) -> None:
    assert [model.id for model in chat.models.list()] == ["case-qa"]
    assert chat.models.retrieve("别的/名称").id == "别的/名称"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("messages", "line"),
    [
        ([], "messages 不能是空的"),
        (said(" "), "问题是空的"),
        (said("问" * 5000), "问题太长"),
        ([{"role": "system", "content": "x"}], "没有用户的问题"),
        ([{"role": "王", "content": "x"}], "messages.0.role 只能是"),
        ([{"role": "user", "content": 5}], "的值不对|应是文本"),
    ],
)
def test_errors_have_the_shape_that_the_client_knows(
    chat: openai.OpenAI, messages: Any, line: str, *, stream: bool
) -> None:
    with pytest.raises(openai.BadRequestError, match=line) as told:
        chat.chat.completions.create(model="m", messages=messages, stream=stream)
    assert told.value.type == "invalid_request_error"
    assert told.value.code == "invalid"


def test_unknown_paths_and_an_unready_library(url: str, small: Indexed) -> None:
    with client(url) as web:
        assert web.get("/v1/没有").json()["error"]["code"] == "not_found"
    library = Library(lambda _: small.assistant, name="没有开始")
    with (
        served(library) as waiting,
        chatting(waiting) as chat,
        pytest.raises(openai.InternalServerError, match="案例库还在准备") as told,
    ):
        chat.chat.completions.create(model="m", messages=said(QUESTION), stream=True)
    assert told.value.status_code == 503


def written(script: Script, small: Indexed) -> tuple[list[str], list[Answer]]:
    """The deltas of an answer that a chat model writes, and the answers as they grew."""
    with chat_server(script) as model:
        settings = Settings(
            index=small.folder, chat_base_url=model.base_url, chat_model="m", chat_timeout=20.0
        )
        assistant = open_assistant(settings)
        grown = list(assistant.stream(QUESTION))
        with served(ready(assistant)) as url, chatting(url) as chat:
            chunks = list(chat.chat.completions.create(model="m", messages=said(QUESTION), stream=True))
    return [text for chunk in chunks if (text := chunk.choices[0].delta.content)], grown


def test_what_a_model_writes_comes_as_it_grows(small: Indexed) -> None:
    quote = small.assistant.ask(QUESTION).citations[0].quote.rstrip("。")
    deltas, grown = written(reply(f"{quote}[1]。", "另外，", f"据介绍，{quote}[1]。"), small)
    assert len(deltas) > 1
    assert "".join(deltas) == grown[-1].text


def test_what_was_withdrawn_is_said_to_be(small: Indexed) -> None:
    quote = small.assistant.ask(QUESTION).citations[0].quote.rstrip("。")
    deltas, grown = written(cut(f"{quote}[1]。下一句", reset=True), small)
    assert len(grown) > 1
    assert "以下面的为准" in deltas[-1]
    assert "".join(deltas).endswith(grown[-1].text)


@given(st.text(), st.text())
def test_an_addition_ends_with_the_text(sent: str, text: str) -> None:
    assert (sent + addition(sent, text)).endswith(text)
    assert addition(sent, sent + text) == text


@dataclass
class Endless:
    """An assistant whose answer grows until nobody reads on, or breaks after a first sentence."""

    breaks: bool = False
    closed: threading.Event = field(default_factory=threading.Event)
    cases: tuple[Case, ...] = ()
    documents: tuple[Document, ...] = ()

    def stream(self, question: str, turns: Sequence[Turn] = ()) -> Iterator[Answer]:
        del turns
        try:
            for length in range(1, 100_000):
                yield Answer(question, "长" * length, (), (), refused=False, reason=None, seconds=0.0)
                if self.breaks:
                    raise ZeroDivisionError
        finally:
            self.closed.set()


def test_a_reader_that_goes_away_ends_the_answer() -> None:
    endless = Endless()
    with served(ready(endless)) as url, chatting(url) as chat:
        with chat.chat.completions.create(model="m", messages=said(QUESTION), stream=True) as stream:
            assert text_of([next(stream), next(stream)]) == "长长"
        assert endless.closed.wait(20)


def test_a_break_in_a_stream_is_told_in_the_stream() -> None:
    with served(ready(Endless(breaks=True))) as url, chatting(url) as chat:
        stream = chat.chat.completions.create(model="m", messages=said(QUESTION), stream=True)
        assert text_of([next(stream)]) == "长"
        with pytest.raises(openai.APIError, match="程序出错了"):
            next(stream)
