"""YAML front matter of Markdown files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.reading.characters import one_line
from corpus.reading.limits import MAX_FRONT_MATTER_BYTES

# "key: value", also with the full-width colon that YAML does not know, or an item of a list.
_ENTRY = re.compile(r"\s*-\s|\s*[\w\"'-]{1,20}\s*[:：]")
# An alias repeats a long text in three characters.
_MAX_ITEMS = 200
_BAD = "文件开头的元数据（--- 之间的部分）格式有误，已忽略"


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Metadata before a text: its (key, value) pairs, how many raw lines it takes, notes for the report."""

    metadata: tuple[tuple[str, str], ...] = ()
    height: int = 0
    notes: tuple[str, ...] = ()


def split_front_matter(raw_lines: list[str]) -> FrontMatter:
    """The front matter at the start of `raw_lines`; without any, or with broken YAML, no metadata."""
    height = _height(raw_lines)
    if not height:
        return FrontMatter()
    source = "\n".join(raw_lines[1 : height - 1])
    try:
        loaded = _load(source)
    except ValueError:
        # Text between two rulers is text; only what was meant as metadata may be left out.
        return FrontMatter(height=height, notes=(_BAD,)) if _looks_meant(source) else FrontMatter()
    pairs = [(one_line(str(key)), _value(value)) for key, value in loaded.items()]
    return FrontMatter(tuple((key, value) for key, value in pairs if key and value), height)


def _height(raw_lines: list[str]) -> int:
    if not raw_lines or raw_lines[0].strip("\ufeff ") != "---":
        return 0
    for at, line in enumerate(raw_lines[1:], start=2):
        if line.rstrip() in ("---", "..."):
            return at
    return 0


def _looks_meant(source: str) -> bool:
    lines = [line for line in source.split("\n") if line.strip()]
    return sum(bool(_ENTRY.match(line)) for line in lines) * 2 >= len(lines)


def _load(source: str) -> dict[object, object]:
    """The mapping of a YAML text, every scalar as the string that is written there.

    Raises:
        ValueError: if it is no YAML, no mapping, or too large.
    """
    import yaml  # type: ignore[import-untyped,unused-ignore]  # ships no types

    if len(source.encode("utf-8", "replace")) > MAX_FRONT_MATTER_BYTES:
        raise ValueError("front matter too large")
    try:
        # BaseLoader builds strings, lists and dicts only, less than SafeLoader, which would turn the
        # document number 010 into 8 and the answer 否-like words "no" and "off" into False.
        loaded = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError("bad front matter") from error
    if loaded in (None, ""):
        return {}
    if not isinstance(loaded, dict):
        raise ValueError("front matter is no mapping")  # noqa: TRY004 - one error for every kind of bad YAML
    return loaded


def _value(value: object) -> str:
    """A scalar, or a list's scalars joined; deeper structures are nothing a case states about itself."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, list):
        items = (one_line(item) for item in value[:_MAX_ITEMS] if isinstance(item, str) and item.strip())
        return "、".join(items)[:MAX_FRONT_MATTER_BYTES]
    return ""
