"""Small text measures that several stages share."""

from __future__ import annotations

import functools
import re
import unicodedata

_PUNCTUATION = re.compile(r"[^\w%]+")
_SPACES = re.compile(r"[^\S\n]+")
_SPACE_BESIDE_CHINESE = re.compile(
    r"(?<=[\u3400-\u9fff，。；：、！？“”（）《》]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z%％]) (?=[\u3400-\u9fff，。；：、！？“”（）《》])"
)


def bare(text: str) -> str:
    """`text` for comparing titles: compatibility forms folded, no white space, no punctuation, lower case."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).replace("_", "").lower()


def tidy_spaces(text: str) -> str:
    """One space for each run; none between Chinese and a figure or a Latin word, where page layouts put it."""
    return _SPACE_BESIDE_CHINESE.sub("", _SPACES.sub(" ", text.replace("\u3000", " "))).strip()


@functools.cache
def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WFA"


def width(text: str) -> int:
    """Columns that `text` takes on a page: 2 for a Chinese character, 1 for a Latin one."""
    return sum(2 if _wide(character) else 1 for character in text)


def unclosed(text: str) -> bool:
    """Whether a quotation mark or bracket opened in `text` is still open at its end."""
    return any(
        text.count(pair[0]) > text.count(pair[1]) for pair in ("“”", "（）", "《》", "「」", "【】", "()")
    )
