"""Figures of a sentence against those of its quotes: value, unit, date and rank."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.numerals import parse_number
from corpus.quantities import Quantity
from rag.verifying.belonging import agrees, belonging_finding, comparable, equal
from rag.verifying.comparison import Comparison, Finding
from rag.verifying.roles import bound_of

_FRACTION = re.compile(r"(?<!百)[二三四五六七八九十\d]{1,2}分之[一二三四五六七八九十\d]{1,2}")
# 第一时间, 第三方 rank nothing.
_RANK = re.compile(r"第([一二三四五六七八九十]{1,3}|\d{1,3})(?![时方次线者届])")


def figure_finding(comparison: Comparison) -> Finding | None:
    """The first figure of the sentence that the quotes do not hold, or hold for something else; else None."""
    for quantity in comparison.sentence.figures:
        if finding := _check(quantity, comparison):
            return finding
    return _rank(comparison) or _fraction(comparison)


def _rank(comparison: Comparison) -> Finding | None:
    """A rank in words (第五) that the quotes do not give; with a measure word it is a quantity."""
    read = {place for one in comparison.sentence.quantities for place in range(one.span.start, one.span.end)}
    told = {parse_number(found[1]) for found in _RANK.finditer(comparison.told)}
    for found in _RANK.finditer(comparison.sentence.text):
        if found.start() not in read and parse_number(found[1]) not in told:
            return Finding("figure", f"引文里没有“{found[0]}”")
    return None


def _fraction(comparison: Comparison) -> Finding | None:
    """A fraction in words (三分之一) that the quotes do not give; 百分之 is a quantity."""
    for found in _FRACTION.finditer(comparison.sentence.text):
        if found[0] not in comparison.told:
            return Finding("figure", f"引文里没有“{found[0]}”")
    return None


def _check(quantity: Quantity, comparison: Comparison) -> Finding | None:
    if quantity.kind == "date":
        return _check_date(quantity, comparison)
    told = [(one, quote) for quote in comparison.quotes for one in quote.figures]
    bound = bound_of(quantity, comparison.sentence)
    same = [
        (one, quote)
        for one, quote in told
        if comparable(quantity, one)
        and agrees(quantity, one)
        and {bound, bound_of(one, quote)} != {"more", "less"}
    ]
    if not same:
        return _missing(quantity, comparison, [one for one, _ in told])
    return belonging_finding(quantity, comparison, told)


def _check_date(quantity: Quantity, comparison: Comparison) -> Finding | None:
    dates = [one for quote in comparison.quotes for one in quote.quantities if one.kind == "date"]
    year, rest = divmod(int(quantity.value), 10_000)
    if any(_date_holds(quantity, one) for one in dates) or (not rest and f"{year}以来" in comparison.told):
        return None
    return Finding("date", f"引文里没有“{quantity.text}”")


def _date_holds(claimed: Quantity, told: Quantity) -> bool:
    """Whether a date says no more than another: 2023年 is in 2023年6月, not the other way round."""
    for mine, other in ((claimed.value, told.value), (claimed.upper, told.upper)):
        parts, others = (
            [int(value) // 10000, int(value) // 100 % 100, int(value) % 100] for value in (mine, other)
        )
        if any(part and part != its for part, its in zip(parts, others, strict=True)):
            return False
    return True


def _missing(quantity: Quantity, comparison: Comparison, told: Sequence[Quantity]) -> Finding | None:
    if _counts_a_list(quantity, comparison) or _indefinite(quantity, told):
        return None
    detail = f"引文里没有“{quantity.text}”"
    alike = [one for one in told if equal(quantity, one)]
    if not alike and (_written(quantity, comparison) or _months_of_year(quantity, comparison)):
        return None
    if measured := [one for one in alike if comparable(quantity, one)]:
        return Finding("direction", f"引文里是“{measured[0].text}”")
    return Finding("unit" if alike or _same_digits(quantity, told) else "figure", detail)


def _written(quantity: Quantity, comparison: Comparison) -> bool:
    """Whether the figure stands in the quotes letter by letter, inside something that is read as another figure."""
    core = re.search(r"\d.*", quantity.text)
    return (
        core is not None
        and re.search(rf"(?<![\d.,]){re.escape(core[0])}(?![\d.])", comparison.told) is not None
    )


def _months_of_year(quantity: Quantity, comparison: Comparison) -> bool:
    """Whether 前10个月 is said as 1至10月."""
    before = comparison.sentence.text[max(0, quantity.span.start - 1) : quantity.span.start]
    dates = [one for quote in comparison.quotes for one in quote.quantities if one.kind == "date"]
    return (
        before == "前"
        and quantity.unit == "月"
        and any(one.value % 10000 == 100 and one.upper % 10000 == quantity.value * 100 for one in dates)
    )


def _same_digits(quantity: Quantity, told: Sequence[Quantity]) -> bool:
    """Whether a figure is written as one of a quote with another unit or scale: 13亿条 for 13万条."""
    number = re.search(r"\d+(?:\.\d+)?", quantity.text)
    return number is not None and any(
        (other := re.search(r"\d+(?:\.\d+)?", one.text)) is not None
        and other[0] == number[0]
        and one.text != quantity.text
        for one in told
    )


def _counts_a_list(quantity: Quantity, comparison: Comparison) -> bool:
    """Whether a small count in Chinese numerals sums up a list ("这三项") or is no count at all ("一家一家").

    A list of n things has n - 1 marks between them.
    """
    if quantity.kind != "count" or re.search(r"\d", quantity.text) or quantity.value > 9:
        return False
    if quantity.value == 1:
        return True
    texts = (comparison.sentence, *comparison.quotes)
    clauses = [text.text[one.start : one.end] for text in texts for one in text.clauses]
    return any(len(re.findall(r"[、和及与]", clause)) + 1 == quantity.value for clause in clauses)


def _indefinite(quantity: Quantity, told: Sequence[Quantity]) -> bool:
    """Whether 一年, 一天 stands for 全年, 每天: where the quotes measure nothing in this unit."""
    alone = quantity.value == 1 and not re.search(r"\d", quantity.text)
    return alone and not any(comparable(quantity, one) for one in told)
