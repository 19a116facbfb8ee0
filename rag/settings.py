"""Settings: one frozen value, made once (command line > environment > file > default) and passed down."""

from __future__ import annotations

import math
import os
import pathlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlsplit

from corpus.errors import InputError
from embeddings.milvus_address import address_of

FILE = "case-qa.toml"
_PREFIX = "CASE_QA_"
PROJECT = pathlib.Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may set.

    Attributes:
        index: folder of the index to answer from, or `milvus:…`, see `embeddings.milvus_address`; None means the
            shipped library.
        milvus_token: "account:password" or a key for Milvus; "" where it wants none. Never shown.
        data: folder for what the program makes itself (the library's index).
        encoder: folder or hub name of a sentence-transformers model used when an index is built; "" means the
            bundled one beside a small one fitted on the indexed text.
        reranker: folder or hub name of a cross-encoder that reads the best passages again; "" means none.
        longest_question: characters.
        characters_weight, words_weight, vectors_weight, vocabulary_weight, tokens_weight, reranker_weight: shares
            of the searchers in a passage's score.
        place_share: share of the best sentence's score that the best one about the places asked for needs; below it
            the answer is taken from elsewhere or refused.
        figure_share: share of the greatest likeness to the question down to which the figure asked for is looked for.
        meaning_cosine: cosine from which a sentence that shares no word with the question is about the same.
        chat_base_url: address of an OpenAI-compatible chat endpoint ("http://127.0.0.1:8000/v1"); "" means none.
        chat_api_key: its key; "" where it wants none. Never shown.
        chat_model: the model's name at the endpoint; "" means that no model writes.
        chat_provider: any provider that `langchain.chat_models.init_chat_model` knows.
        chat_timeout: seconds that a whole reply may take.
        chat_rewrite: whether the model also puts the question into official wording before the search.
        host, port: where the page listens; port 0 takes any that is free.
        auth_file: accounts that may use the page and the doors; None means that nobody has to log in.
        read_only: whether the page only answers and changes no documents.
        names: domain names by which this machine may be called, besides addresses and names without a dot.
        largest_upload: megabytes of one file.
        at_once: questions that are answered at the same time.
        questions_per_minute: of one account or address; 0 means no limit.
        request_log: file that gets one line a request; None means none.
        log_questions: whether these lines also hold what was asked.
    """

    index: pathlib.Path | None = None
    milvus_token: str = field(default="", repr=False)
    data: pathlib.Path = PROJECT / "data"
    encoder: str = ""
    reranker: str = ""
    longest_question: int = 2000
    characters_weight: float = 0.2
    words_weight: float = 0.1
    vectors_weight: float = 0.6
    vocabulary_weight: float = 0.2
    tokens_weight: float = 0.3
    reranker_weight: float = 1.0
    place_share: float = 0.6
    figure_share: float = 0.7
    meaning_cosine: float = 0.42
    chat_base_url: str = ""
    chat_api_key: str = field(default="", repr=False)
    chat_model: str = ""
    chat_provider: str = "openai"
    chat_timeout: float = 120.0
    chat_rewrite: bool = False
    host: str = "127.0.0.1"
    port: int = 7860
    auth_file: pathlib.Path | None = None
    read_only: bool = False
    names: tuple[str, ...] = ()
    largest_upload: int = 100
    at_once: int = 8
    questions_per_minute: int = 30
    request_log: pathlib.Path | None = None
    log_questions: bool = False


_LONGEST_TIMEOUT = 86_400  # seconds
_PATHS = {"index", "data", "auth_file", "request_log"}
_RANGES = {
    "longest_question": (1, None),
    "port": (0, 65_535),
    "largest_upload": (1, 10_000),
    "at_once": (1, 256),
    "questions_per_minute": (0, 100_000),
}
_SWITCH = {"true": True, "1": True, "false": False, "0": False}
_WEIGHTS = tuple(one.name for one in fields(Settings) if one.name.endswith("_weight"))


def load_settings(
    *, environment: Mapping[str, str] | None = None, file: pathlib.Path | None = None, **overrides: Any
) -> Settings:
    """Settings from the default file or `file`, the environment (CASE_QA_INDEX, …) and `overrides` that are not None.

    Raises:
        InputError: for a file that is no TOML, an unknown name or a value of the wrong kind or out of range.
    """
    environment = os.environ if environment is None else environment
    named = file or environment.get(_PREFIX + "SETTINGS")
    path = pathlib.Path(named or PROJECT / FILE)
    values: dict[str, Any] = {}
    if path.exists():
        try:
            values.update(tomllib.loads(path.read_text(encoding="utf-8-sig")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise InputError(f"设置文件无法读取：{path}", hint="请检查 TOML 语法，文本值要加引号") from error
    elif named:
        raise InputError(f"没有这个设置文件：{path}", hint="请检查路径")
    known = {one.name for one in fields(Settings)}
    if unknown := sorted(set(values) - known):
        raise InputError(
            f"设置文件中有不认识的名称：{'、'.join(unknown)}", hint=f"可用的名称：{'、'.join(sorted(known))}"
        )
    values.update(
        {
            name: environment[_PREFIX + name.upper()]
            for name in known
            if environment.get(_PREFIX + name.upper())
        }
    )
    values.update({name: value for name, value in overrides.items() if value is not None})
    settings = replace(Settings(), **{name: _converted(name, value) for name, value in values.items()})
    _check(settings)
    if settings.index is not None and address_of(settings.index) is not None:
        settings = replace(settings, read_only=True)  # documents come and go where the index was built
    return settings


def _check(settings: Settings) -> None:
    for name, (least, most) in _RANGES.items():
        value = getattr(settings, name)
        if value < least or (most is not None and value > most):
            allowed = f"应是不小于 {least} 的整数" if most is None else f"应是 {least} 到 {most} 之间的整数"
            raise InputError(f"设置 {name} 的值不对：{value}", hint=allowed)
    if not settings.host.strip():
        raise InputError("设置 host 的值不对，是空的", hint="只在本机用时写 127.0.0.1")
    weights = {name: getattr(settings, name) for name in _WEIGHTS}
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise InputError(f"设置 {name} 的值不对：{weight}", hint="应是不小于 0 的数")
    searchers = {
        name: weight for name, weight in weights.items() if settings.reranker or name != "reranker_weight"
    }
    if not any(searchers.values()):
        raise InputError(f"设置 {'、'.join(searchers)} 不能全是 0", hint="至少一个要大于 0")
    for name in ("place_share", "figure_share", "meaning_cosine"):
        if not 0 <= getattr(settings, name) <= 1:
            raise InputError(f"设置 {name} 的值不对：{getattr(settings, name)}", hint="应在 0 到 1 之间")
    _check_chat(settings)


def _check_chat(settings: Settings) -> None:
    """Refuse a chat model that could not be asked, before anything else is done."""
    if not 0 < settings.chat_timeout <= _LONGEST_TIMEOUT:
        raise InputError(
            f"设置 chat_timeout 的值不对：{settings.chat_timeout}",
            hint="应是大于 0、不超过一天（86400）的秒数",
        )
    if settings.chat_base_url and not _is_web_address(settings.chat_base_url):
        raise InputError(
            "设置 chat_base_url 的值不是网址",
            hint="应以 http:// 或 https:// 开头，例如 http://127.0.0.1:8000/v1",
        )
    if settings.chat_base_url and not settings.chat_model:
        raise InputError("设置了 chat_base_url，没有设置 chat_model", hint="请写上服务里模型的名称")
    if settings.chat_model and not settings.chat_base_url and settings.chat_provider == "openai":
        # Without it the client would turn to a public service that nobody named.
        raise InputError(
            "设置了 chat_model，没有设置 chat_base_url",
            hint="请写上对话服务的地址，例如 http://127.0.0.1:8000/v1",
        )
    for name in ("chat_api_key", "milvus_token"):
        key = getattr(settings, name)
        if not (key.isascii() and key.isprintable()):
            raise InputError(
                f"设置 {name} 里有密钥不会有的字符", hint="请重新复制密钥，不要带换行、空白和中文"
            )


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, an open bracket
        return False


def _converted(name: str, value: Any) -> Any:
    default = getattr(Settings(), name)
    try:
        if name in _PATHS:
            return pathlib.Path(value).expanduser()
        if name == "encoder":
            pathlib.Path(value).expanduser()
        if isinstance(default, tuple):
            return _listed(value)
        if isinstance(default, bool):
            return _SWITCH[str(value).strip().lower()]
        return type(default)(value)
    except RuntimeError as error:  # from expanduser
        raise InputError(f"设置 {name} 的值不对：{value}", hint="没有 ~ 所指的用户，请写完整路径") from error
    except KeyError as error:
        raise InputError(f"设置 {name} 的值不对：{value}", hint="开写 true，关写 false") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"设置 {name} 的值不对：{value}", hint="数字不要带单位，路径和名称用文本") from error


def _listed(value: Any) -> tuple[str, ...]:
    """Texts of a TOML list, or separated by commas as in the environment."""
    parts = value.replace("，", ",").split(",") if isinstance(value, str) else value
    if not all(isinstance(part, str) for part in parts):
        raise TypeError
    return tuple(part.strip() for part in parts if part.strip())
