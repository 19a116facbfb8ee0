"""Chinese and Arabic numerals as numbers: 四十五, 一千二百, 二〇二一, 十二点五, 1,200, 3.5.

Numerals only, no units: `corpus.quantities` reads those.
"""

from __future__ import annotations

import re

_VALUES = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
SCALES = {"万": 10**4, "亿": 10**8}
_LONGEST = 30  # characters; a longer row of digits is no quantity of anything
ARABIC = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
CHINESE = r"[〇零一二三四五六七八九十百千万亿两]+(?:点[〇零一二三四五六七八九]+)?"
# Full-width figures as people type them; one character for one, so that offsets stay.
_FOLDED = str.maketrans("０１２３４５６７８９．％﹪Ｘ", "0123456789.%%X")


def fold_figures(text: str) -> str:
    """`text` with full-width digits, points and percent signs made half-width; its length stays the same."""
    return text.translate(_FOLDED)


def parse_number(numeral: str) -> float | None:
    """The number that a numeral writes; None for what is none ("", "十十", "1.2.3") and for endless rows of digits.

    Positional writing (二〇二一) and writing with places (两千零二十一) are both read; a last digit without its
    place counts a tenth of the place before it (一百五 is 150, 两万三 is 23000), as it is spoken.
    """
    if len(numeral) > _LONGEST:
        return None
    numeral = fold_figures(numeral)
    if re.fullmatch(ARABIC, numeral):
        return float(numeral.replace(",", ""))
    if not re.fullmatch(CHINESE, numeral):
        return None
    whole, point, fraction = numeral.partition("点")
    value = _whole(whole)
    if value is None:
        return None
    decimals = "".join(str(_VALUES[one]) for one in fraction)
    return float(f"{value}.{decimals}") if point else float(value)


def _whole(numeral: str) -> int | None:
    if not numeral:
        return None
    if all(character in _VALUES for character in numeral):
        return int("".join(str(_VALUES[character]) for character in numeral))
    for character in ("亿", "万"):
        if character in numeral:
            return _scaled(*numeral.rsplit(character, 1), scale=SCALES[character])
    return _below_ten_thousand(numeral)


def _scaled(high: str, low: str, *, scale: int) -> int | None:
    times = _whole(high) if high else 1
    if times is None:
        return None
    if len(low) == 1 and low in _VALUES:
        return times * scale + _VALUES[low] * scale // 10
    rest = _whole(low.lstrip("零〇")) if low.strip("零〇") else 0
    return None if rest is None or rest >= scale else times * scale + rest


def _below_ten_thousand(numeral: str) -> int | None:
    total, digit, lowest = 0, None, 10**4
    gap = False
    for character in numeral:
        if character in _PLACES:
            place = _PLACES[character]
            if place >= lowest or (digit is None and place != 10 and total):
                return None
            total += (1 if digit is None else digit) * place
            digit, lowest, gap = None, place, False
        elif character in "零〇":
            gap = True
        elif digit is None:
            digit = _VALUES[character]
        else:
            return None
    if digit is None:
        return total
    return total + digit * (lowest // 10 if 100 <= lowest < 10**4 and not gap else 1)
