"""What every reader does to characters: drop the invisible ones, fold radicals, split lines."""

from __future__ import annotations

import re
import unicodedata

# Invisible characters: controls except tab, line and page breaks; soft hyphen; zero-width and bidi
# marks; variation selectors; BOM and annotation marks; lone surrogates; tag characters. They split words
# for the search, and bidi marks can make shown text differ from stored text.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
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


def one_line(text: str) -> str:
    """`text` cleaned, with every run of white space as one space and none at its ends."""
    return " ".join(clean_characters(text).split())


def split_raw_lines(text: str) -> list[str]:
    r"""The lines of `text` as an editor counts them: only \n, \r\n and \r end one.

    The empty rest after a last line break is no line.
    """
    lines = _LINE_BREAK.split(text)
    if lines and not lines[-1]:
        lines.pop()
    return lines


def split_inner_breaks(line: str) -> list[tuple[str, bool]]:
    """The pieces of one raw line between breaks that no editor counts; True where a page break precedes."""
    parts = _INNER_BREAK.split(line)
    pieces = [(parts[0], False)]
    pieces += [(parts[at + 1], parts[at] == "\f") for at in range(1, len(parts), 2)]
    return pieces


def _fold(match: re.Match[str]) -> str:
    radical = match.group()
    return _SUPPLEMENT.get(radical) or unicodedata.normalize("NFKC", radical)
