"""Sentences of a Markdown answer with the numbers of the quotes that they cite."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.sentences import split_sentences
from rag.wording import FILE

_MARK = re.compile(r"(?<!\\)\[(\d{1,4}(?:\s*[,，、]\s*\d{1,4})*)\]")
_FIRST = 0xE000  # marks travel through the splitting as single characters of the private use area
_LAST = 0xF8FF
_HELD = re.compile("[\ue000-\uf8ff]")
_BEHIND = re.compile("([。！？；!?;]+[”’』】）》]*)([\ue000-\uf8ff]+)")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d{1,2}[.、)])\s+")
_ESCAPE = re.compile(r"\\([\\`*_\[\]<>#|~])")
_RULE = re.compile(r"^[\s|:\-—=*_]*$")
_NO_CELL = re.compile(r"[一二三四五六七八九十]{1,3}|\d{1,3}|[—\-–]*")  # the ordinal of a case, an empty cell
_CELL = re.compile(r"(?<!\\)\|")
_FILLED = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer.

    Attributes:
        text: without marks and layout.
        numbers: of the quotes that it cites, each once; empty where it has no mark.
    """

    text: str
    numbers: tuple[int, ...]


def claims_in(answer: str) -> tuple[Claim, ...]:
    """Sentences of an answer that claim something: no headings, lead lines, bold names or table headers.

    What the composer itself says (wording.toml) claims nothing, nor does the list of the nearest cases.
    """
    lines = answer.splitlines()
    found: list[Claim] = []
    listing = False
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        is_item = _BULLET.match(line) is not None and not _MARK.search(line)
        listing = (listing and (is_item or not line.strip())) or line.strip() == _own_phrases()["nearest"]
        if not (listing and is_item):
            found.extend(_in_line(line, is_header=_is_separator(following)))
    return tuple(found)


@functools.cache
def _own_phrases() -> dict[str, str]:
    return {name: str(phrase) for name, phrase in tomllib.loads(FILE.read_text(encoding="utf-8")).items()}


@functools.cache
def _own_lines() -> re.Pattern[str]:
    """What the composer says, whatever is filled in."""
    return re.compile(
        "|".join(".*".join(map(re.escape, _FILLED.split(one))) for one in _own_phrases().values())
    )


def _is_separator(line: str) -> bool:
    return "|" in line and "-" in line and _RULE.match(line) is not None


def _in_line(line: str, *, is_header: bool) -> Iterator[Claim]:
    text = _BULLET.sub("", line).strip()
    if _RULE.match(text) or text.startswith("#") or (is_header and "|" in text):
        return
    if text.startswith(">"):
        text = text.lstrip("> ")
    if text.startswith("|"):
        text = "，".join(cell for cell in map(str.strip, _CELL.split(text)) if not _NO_CELL.fullmatch(cell))
    if not _MARK.search(text) and _is_lead(text):
        return
    held = _BEHIND.sub(r"\2\1", _MARK.sub(_hold, text))
    yield from _claims(held)


def _is_lead(text: str) -> bool:
    plain = text.replace("*", "").strip()
    named = re.fullmatch(r"\*\*.+\*\*[：:]?", text) is not None
    own = _own_lines().fullmatch(text) or _own_lines().fullmatch(plain)
    return named or own is not None or plain.endswith(("：", ":")) or not re.search(r"\w", plain)


def _hold(mark: re.Match[str]) -> str:
    numbers = (int(one) for one in re.findall(r"\d+", mark[1]))
    return "".join(chr(min(_FIRST + one, _LAST)) for one in numbers)


def _claims(text: str) -> Iterator[Claim]:
    """A part that ends in a semicolon without a mark is told under the mark of what follows."""
    waiting = ""
    for span in split_sentences(text):
        part = waiting + span.of(text)
        numbers = tuple(dict.fromkeys(ord(one) - _FIRST for one in _HELD.findall(part)))
        plain = _ESCAPE.sub(r"\1", _HELD.sub("", part).replace("**", "")).strip()
        if not numbers and plain.endswith(("；", ";")):
            waiting = part
            continue
        waiting = ""
        if re.search(r"\w", plain) and not (not numbers and _is_lead(plain)):
            yield Claim(plain, numbers)
    if re.search(r"\w", _HELD.sub("", waiting)):
        yield Claim(_ESCAPE.sub(r"\1", waiting).strip(), ())
