"""What goes in and out of the doors, as JSON schemas with Chinese descriptions.

The shapes of answers are those of the command line (`rag.output`, `rag.changes`); a field that is added there passes
through, described or not.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue
from pydantic_core import PydanticCustomError


def _whole(text: str) -> str:
    """Refuse half of a surrogate pair, which JSON can carry and UTF-8 cannot."""
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise PydanticCustomError("string_unicode", "not a whole character")
    return text


Text = Annotated[str, AfterValidator(_whole)]
Lines = Annotated[list[int], Field(min_length=2, max_length=2)]
# Told to other programs; what is empty all the same is refused in words of our own.
_SAYS_SOMETHING: dict[str, JsonValue] = {"minLength": 1, "pattern": r"\S"}
_LINES = "原文件中的起止行号，从 1 起（没有行的文件是段号或页码）"


class Request(BaseModel):
    """What a program asks; a condition that does not exist is told, because without it everything would be shown."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """What a program is told."""

    model_config = ConfigDict(extra="allow")


class AskRequest(BaseModel):
    """A question and the conversation before it; other fields are ignored, as in a batch of the command line."""

    model_config = ConfigDict(extra="ignore")

    question: Text = Field(
        description="问题，可以承接前面的问题，例如“那天津呢？”", json_schema_extra=_SAYS_SOMETHING
    )
    history: list[Text] = Field(default=[], description="这次对话里前面的问题，先问的在前；只看最后 6 个")


class SearchRequest(Request):
    """What to look for."""

    q: str = Field(description="要查的问题或词语", json_schema_extra=_SAYS_SOMETHING)
    limit: int = Field(default=20, ge=1, le=100, description="最多返回几个案例")


class Page(Request):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=500, description="最多返回几条")
    offset: int = Field(default=0, ge=0, description="跳过前面几条")


class CasesRequest(Page):
    """Which cases; every condition given has to be met."""

    region: str = Field(default="", description="地方，例如：余杭")
    department: str = Field(default="", description="部门")
    topic: str = Field(default="", description="主题")
    q: str = Field(default="", description="标题或正文里要有的词，多个词用空格隔开")


class ChangesRequest(Page):
    """Which rows of the table of changes; every condition given has to be met."""

    matter: str = Field(default="", description="事项，例如：企业开办")
    place: str = Field(default="", description="地方，例如：余杭")
    aspect: str = Field(default="", description="方面：时间、环节、材料、跑动、比例")
    sort: Literal["case", "speed"] = Field(default="case", description="case 按案例，speed 从快到慢")


class CaseRequest(Request):
    """Which case."""

    case_id: str = Field(description="案例编号，在检索和回答的结果里")


class Citation(Shown):
    """A verbatim quote behind a mark [n]."""

    n: int = Field(description="回答里的编号 [n]")
    case_id: str
    title: str
    source: str = Field(description="原文件名")
    region: str
    lines: Lines = Field(description=_LINES)
    quote: str = Field(description="原文，一字不差")


class Hit(Shown):
    """A case that was found."""

    case_id: str
    title: str
    source: str = Field(description="原文件名")
    lines: Lines = Field(description=_LINES)
    score: float = Field(description="越大越相关，只能在同一次检索里比较")


class Answer(Shown):
    """What `ask` answers."""

    question: str
    answer: str = Field(description="Markdown，每句话后有出处编号 [n]")
    refused: bool = Field(description="案例库里没有依据，没有回答")
    reason: str | None = Field(description="没有回答的原因")
    citations: list[Citation]
    hits: list[Hit] = Field(description="找到的案例，最相关的在前")
    seconds: float


class Hits(Shown):
    """What `search` finds."""

    question: str
    hits: list[Hit]


class Case(Shown):
    """A whole case."""

    case_id: str
    number: int
    title: str
    source: str = Field(description="原文件名")
    lines: Lines = Field(description=_LINES)
    region: str
    department: str
    period: str
    topics: list[str]
    text: str


class Cases(Shown):
    """Part of the cases that meet the conditions."""

    total: int = Field(description="符合条件的共有几个")
    cases: list[Case]


class Change(Shown):
    """What a case says that was and is."""

    case_id: str
    title: str
    source: str = Field(description="原文件名")
    lines: Lines = Field(description=_LINES)
    region: str
    matter: str = Field(description="事项")
    aspect: str = Field(description="time 时间、steps 环节、papers 材料、trips 跑动、share 比例")
    before: str = Field(description="原来")
    after: str = Field(description="现在")
    delta: str = Field(description="变化，原文写明的")
    quote: str = Field(description="原文，一字不差")
    computed: dict[str, str] = Field(description="算出来的、原文没有写的")


class Changes(Shown):
    """Part of the rows that meet the conditions."""

    total: int = Field(description="符合条件的共有几条")
    notes: list[str] = Field(description="看表时要注意的")
    changes: list[Change]


class Health(Shown):
    """Whether the program can answer."""

    status: Literal["ok", "preparing", "failed"]
    ready: bool
    step: str = Field(default="", description="正在做的准备；这一项和以下各项，设了账号时登录以后才有")
    share: float = Field(default=0.0, description="准备了多少，0 到 1")
    cases: int = 0
    documents: int = 0
    version: str = ""


class Failure(Shown):
    """An error."""

    error: str = Field(description="哪里不对，一行中文")
    hint: str = Field(description="可以怎么办")


class OpenAIError(Shown):
    """What is wrong, as programs made for OpenAI expect it."""

    message: str = Field(description="哪里不对、可以怎么办，一行中文")
    type: str
    param: str | None = None
    code: str


class OpenAIFailure(Shown):
    """An error of the doors below /v1."""

    error: OpenAIError
