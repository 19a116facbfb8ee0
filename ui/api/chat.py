"""/v1: the protocol of OpenAI's chat completions, so that any chat program can ask the library.

Settings of a language model (temperature and the like) and the model's name have no effect. The conversation is the
user's messages; what the program shows as its own earlier answers is not taken for evidence.
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from corpus.errors import InputError
from rag.output import answer_object
from rag.types import Answer
from ui.api.desk import Desk
from ui.api.faults import OPENAI, fault_of
from ui.api.shapes import Text

MODEL = "case-qa"
_WITHDRAWN = "\n\n（以上内容没有通过核实，请以下面的为准。）\n\n"
Object = dict[str, Any]


class Part(BaseModel):
    """A part of a message; only text is read."""

    model_config = ConfigDict(extra="ignore")
    type: str = "text"
    text: Text = ""


class Message(BaseModel):
    """A message of the conversation."""

    model_config = ConfigDict(extra="ignore")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | list[Part] | None = None

    @property
    def text(self) -> str:
        """What the message says in words."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if part.type == "text")


class StreamOptions(BaseModel):
    """What a stream tells besides the answer."""

    model_config = ConfigDict(extra="ignore")
    include_usage: bool = False


class Completion(BaseModel):
    """A request for a reply; further settings are accepted and have no effect."""

    model_config = ConfigDict(extra="ignore")
    model: Text = Field(default=MODEL, description="可以写任何名称")
    messages: list[Message] = Field(min_length=1, description="对话；最后一条用户消息是问题")
    stream: bool | None = Field(default=False, description="边写边发")
    stream_options: StreamOptions | None = None

    def questions(self) -> list[str]:
        """The user's messages, the question last.

        Raises:
            InputError: where the user says nothing.
        """
        asked = [message.text for message in self.messages if message.role == "user"]
        if not asked:
            raise InputError("messages 里没有用户的问题", hint='请加上 {"role": "user", "content": "问题"}')
        return asked


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply under way.

    Attributes:
        model: its name as asked for.
        id: of the reply.
        created: seconds since 1970.
    """

    model: str
    id: str
    created: int

    def whole(self, answer: Answer) -> Object:
        """The reply in one piece; the citations are a field of the message."""
        message = {"role": "assistant", "content": answer.text, **evidence(answer)}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {**self._head("chat.completion"), "choices": [choice], "usage": usage(answer)}

    def chunk(self, delta: Object, finish: str | None = None) -> str:
        """One event of a stream."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return event({**self._head("chat.completion.chunk"), "choices": [choice]})

    def count(self, answer: Answer) -> str:
        """The event that tells the usage."""
        return event({**self._head("chat.completion.chunk"), "choices": [], "usage": usage(answer)})

    def _head(self, kind: str) -> Object:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def evidence(answer: Answer) -> Object:
    """What an answer rests on, in the shape of the command line."""
    told = answer_object(answer)
    return {name: told[name] for name in ("citations", "refused", "reason")}


def usage(answer: Answer) -> Object:
    """Characters in place of tokens: no tokens are counted here, but programs expect the field."""
    asked, written = len(answer.question), len(answer.text)
    return {"prompt_tokens": asked, "completion_tokens": written, "total_tokens": asked + written}


def event(value: Any) -> str:
    """A server-sent event."""
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def addition(sent: str, text: str) -> str:
    """What to send so that `text` stands at the end of `sent`, which cannot be taken back."""
    return text[len(sent) :] if text.startswith(sent) else _WITHDRAWN + text


async def events(
    reply: Reply, first: Answer, more: AsyncIterator[Answer], *, tell_usage: bool
) -> AsyncIterator[str]:
    """The stream of a reply whose first piece is there."""
    yield reply.chunk({"role": "assistant", "content": first.text})
    sent = first.text
    answer = first
    try:
        async for answer in more:
            if answer.text != sent:
                yield reply.chunk({"content": addition(sent, answer.text)})
            sent = answer.text
    except Exception as error:  # noqa: BLE001 - the status is sent already, only the stream can tell
        yield event(fault_of(error).body(OPENAI))
    else:
        yield reply.chunk(evidence(answer), "stop")
        if tell_usage:
            yield reply.count(answer)
    yield "data: [DONE]\n\n"


async def _closing() -> AsyncIterator[contextlib.AsyncExitStack]:
    """Closed after the last byte is sent or the reader has gone."""
    async with contextlib.AsyncExitStack() as stack:
        yield stack


def described(name: str) -> Object:
    """A model as the list of models shows it."""
    return {"id": name, "object": "model", "created": 0, "owned_by": MODEL}


def router(desk: Desk) -> APIRouter:
    """The routes of the OpenAI protocol over `desk`."""
    routes = APIRouter(prefix=OPENAI, tags=["OpenAI 兼容"])

    @routes.get("/models", summary="可用的模型")
    async def models() -> Object:
        return {"object": "list", "data": [described(MODEL)]}

    @routes.get("/models/{name:path}", summary="一个模型；任何名称都可以")
    async def model(name: str) -> Object:
        return described(name)

    @routes.post("/chat/completions", summary="对话，与 OpenAI 的接口兼容；出处在 citations 里")
    async def complete(
        request: Completion,
        closing: Annotated[contextlib.AsyncExitStack, Depends(_closing)],
    ) -> Response:
        *earlier, question = request.questions()
        reply = Reply(request.model, f"chatcmpl-{uuid.uuid4().hex}", int(time.time()))
        if not request.stream:
            return JSONResponse(reply.whole(await desk.ask(question, earlier)))
        answers = await closing.enter_async_context(desk.answering(question, earlier))
        first = await anext(answers)  # what is wrong with the question is told by the status
        tell_usage = bool(request.stream_options and request.stream_options.include_usage)
        stream = events(reply, first, answers, tell_usage=tell_usage)
        return StreamingResponse(
            stream, media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
        )

    return routes
