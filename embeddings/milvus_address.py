"""Where an index lies in Milvus, as it is written where else the folder of an index stands: `milvus:…`."""

from __future__ import annotations

import pathlib
import re
from dataclasses import dataclass

from corpus.errors import InputError

PREFIX = "milvus:"
DEFAULT_NAME = "cases"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_WEB = re.compile(r"(https?):/+([^/\s]+)(?:/(.*))?")
_FILE = re.compile(r"(.*[^/]\.db)(?:/(.*))?")
_EXAMPLES = "例如 milvus:http://127.0.0.1:19530/cases，或本机文件 milvus:cases.db"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a publication is found.

    Attributes:
        uri: `http://host:19530`, or the path of a milvus-lite file, which ends in `.db`.
        name: what the publication is called there.
    """

    uri: str
    name: str = DEFAULT_NAME

    def __str__(self) -> str:
        return f"{PREFIX}{self.uri}/{self.name}"

    @property
    def file(self) -> pathlib.Path | None:
        """The milvus-lite file, which is a folder; None for a server."""
        return None if self.uri.startswith("http") else pathlib.Path(self.uri)


def address_of(path: pathlib.PurePath | str) -> Address | None:
    """What `milvus:…` names; None for anything else, such as the folder of an index.

    A path has lost one of the two slashes behind `http:`, which is made good.

    Raises:
        InputError: if it begins with `milvus:` and names no place, or holds a password.
    """
    text = path.as_posix() if isinstance(path, pathlib.PurePath) else path
    if not text.startswith(PREFIX):
        return None
    place = text.removeprefix(PREFIX)
    if web := _WEB.fullmatch(place):
        uri, name = f"{web[1]}://{web[2]}", web[3]
    elif file := _FILE.fullmatch(place):
        uri, name = file[1], file[2]
    else:
        raise InputError("Milvus 的地址写得不对", hint=_EXAMPLES)
    if web and "@" in uri:
        raise InputError(
            "Milvus 的地址里不要写账号和密码",
            hint="请写成 账号:密码，放在设置 milvus_token 或环境变量 CASE_QA_MILVUS_TOKEN 里",
        )
    return Address(uri, checked_name(name or DEFAULT_NAME))


def checked_name(name: str) -> str:
    """A name for a publication.

    Raises:
        InputError: if Milvus would not take it.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"Milvus 里的名称不能用：{name}", hint="请用英文字母、数字和下划线，以字母开头")
    return name
