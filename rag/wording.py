"""The fixed phrases of an answer, from a text file that staff may edit."""

from __future__ import annotations

import pathlib
import string
import tomllib
from collections.abc import Mapping

from corpus.errors import InputError

FILE = pathlib.Path(__file__).parent / "wording.toml"


class Wording:
    """Phrases by name.

    Args:
        phrases: each with the places that the program fills in, as in `str.format`.
    """

    def __init__(self, phrases: Mapping[str, str]) -> None:
        self._phrases = dict(phrases)

    def __call__(self, name: str, **values: object) -> str:
        """The phrase `name` with its places filled in."""
        return self._phrases[name].format(**values)


def load_wording(path: pathlib.Path = FILE) -> Wording:
    """Read a file of phrases; a phrase that it lacks is taken from the shipped file.

    Raises:
        InputError: for a file that is no TOML, an unknown phrase, or one with other places than the shipped one or with
            formats in them.
    """
    shipped = _read(FILE)
    own = _read(path) if path != FILE else {}
    for name, phrase in own.items():
        if name not in shipped:
            raise InputError(
                f"说法文件 {path.name} 里有不认识的名称：{name}", hint=f"可用的名称：{'、'.join(shipped)}"
            )
        if _places(phrase) != _places(shipped[name]):
            raise InputError(
                f"说法文件 {path.name} 的 {name} 缺少或多了要填写的内容",
                hint=f"请照原样保留：{shipped[name]}",
            )
    return Wording({**shipped, **own})


def _read(path: pathlib.Path) -> dict[str, str]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"说法文件无法读取：{path.name}", hint="请检查 TOML 语法，并存为 UTF-8") from error
    for name, value in values.items():
        if not isinstance(value, str):
            raise InputError(f"说法文件 {path.name} 的 {name} 不是一句话", hint="说法要写在引号里")
    return values


def _places(phrase: str) -> set[str] | None:
    """What a phrase has to be filled in with; None where it could not be filled in as it is ({, {count:x}, {case!x})."""
    try:
        parts = [part for part in string.Formatter().parse(phrase) if part[1] is not None]
    except ValueError:
        return None
    if any(form or conversion for _, _, form, conversion in parts):
        return None
    return {name for _, name, _, _ in parts if name is not None}
