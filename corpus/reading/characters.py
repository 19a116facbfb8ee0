"""What every reader does to characters: drop the invisible ones, fold radicals, split lines."""

from __future__ import annotations

import re
import unicodedata

from corpus.errors import UnreadableFileError
from corpus.reading.limits import MAX_LINES

# Invisible characters: controls except tab, line and page breaks; soft hyphen; zero-width and bidi
# marks; variation selectors; BOM and annotation marks; lone surrogates; tag characters. They split words
# for the search, and bidi marks can make shown text differ from stored text.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
DIRECTION_NOTE = "含有改变显示顺序的隐藏字符，已去除；原文件里看到的次序可能与此不同，请核对数字"
"""For the health report, where `changes_direction`."""
_RADICAL = re.compile("[\u2e80-\u2fdf]")
# PDF fonts map whole words to radicals. NFKC knows those of the Kangxi block only; of the supplement these
# are the ones that stand for a word of their own.
_SUPPLEMENT = dict(
    zip(
        "⺎⺏⺒⺓⺝⺟⺠⺧⺩⺫⺬⺮⺶⺹⺼⺽⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰",
        "兀尣巳幺月母民牛王目示竹羊耂肉臼虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙",
        strict=True,
    )
)
_LINE_BREAK = re.compile("\r\n|\r|\n")
_INNER_BREAK = re.compile("([\f\v\x85\u2028\u2029])")


def clean_characters(text: str) -> str:
    """`text` without invisible characters and with radicals as the words they stand for.

    Everything else stays as it is, full-width forms included, so that a quote stands in the source.
    """
    return _RADICAL.sub(_fold, _INVISIBLE.sub("", text))


def changes_direction(text: str) -> bool:
    """Whether `text` holds marks that have it shown in another order than it is stored: 05 may look like 50."""
    return bool(_DIRECTION.search(text))


def one_line(text: str) -> str:
    """`text` cleaned, with every run of white space as one space and none at its ends."""
    return " ".join(clean_characters(text).split())


def split_raw_lines(text: str) -> list[str]:
    r"""The lines of `text` as an editor counts them: only \n, \r\n and \r end one.

    The empty rest after a last line break is no line.

    Raises:
        UnreadableFileError: if there are more than `MAX_LINES`.
    """
    if max(text.count("\n"), text.count("\r")) > MAX_LINES:
        raise too_many_lines()
    lines = _LINE_BREAK.split(text)
    if lines and not lines[-1]:
        lines.pop()
    return lines


def too_many_lines() -> UnreadableFileError:
    """The refusal of a file with more lines than a compilation can have."""
    return UnreadableFileError(f"文件超过 {MAX_LINES // 10_000} 万行的上限", hint="请拆分成几个文件后重试")


def split_inner_breaks(line: str) -> list[tuple[str, bool]]:
    """The pieces of one raw line between breaks that no editor counts; True where a page break precedes."""
    parts = _INNER_BREAK.split(line)
    pieces = [(parts[0], False)]
    pieces += [(parts[at + 1], parts[at] == "\f") for at in range(1, len(parts), 2)]
    return pieces


def _fold(match: re.Match[str]) -> str:
    radical = match.group()
    return _SUPPLEMENT.get(radical) or unicodedata.normalize("NFKC", radical)
