"""Figures with their units are read as stated, numerals of both kinds alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.numerals import fold_figures, parse_number
from corpus.quantities import parse_quantity, quantities_in

DIGITS = "零一二三四五六七八九"


def numeral(value: int) -> str:
    """The full Chinese numeral of a number below 10**12 (10 is 一十)."""
    for character, scale in (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10)):
        if value >= scale:
            high, rest = divmod(value, scale)
            gap = "零" if 0 < rest < scale // 10 else ""
            return numeral(high) + character + gap + (numeral(rest) if rest else "")
    return DIGITS[value]


@given(st.integers(0, 10**12 - 1))
def test_chinese_numerals_are_read_back(value: int) -> None:
    assert parse_number(numeral(value)) == value


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_arabic_numerals_are_read_back_with_and_without_separators(whole: int, hundredths: int) -> None:
    assert parse_number(f"{whole:,}.{hundredths:02}") == pytest.approx(whole + hundredths / 100)
    assert parse_number(str(whole)) == whole


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("十", 10),
        ("十五", 15),
        ("两千零二十一", 2021),
        ("二〇二一", 2021),
        ("一百五", 150),
        ("一百零五", 105),
        ("两万三", 23000),
        ("十二点五", 12.5),
        ("１２．５", 12.5),
    ],
)
def test_spoken_positional_and_full_width_forms(written: str, value: float) -> None:
    assert parse_number(written) == value


@pytest.mark.parametrize("written", ["", "十十", "半", "1.2.3", "三五百", "点五", "天"])
def test_what_is_no_numeral_has_no_value(written: str) -> None:
    assert parse_number(written) is None


@pytest.mark.parametrize("digit", ["9", "一", "万"])
def test_an_endless_row_of_digits_is_no_quantity(digit: str) -> None:
    assert parse_number(digit * 6000) is None
    assert quantities_in(f"{digit * 6000}天，3天") == quantities_in(f"{'无' * 6000}天，3天")


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("0.5个工作日", 0.5, "工作日"),
        ("半个工作日", 0.5, "工作日"),
        ("１０个工作日", 10, "工作日"),
        ("半天", 0.5, "天"),
        ("两天半", 2.5, "天"),
        ("四十五天", 45, "天"),
        ("60日", 60, "天"),
        ("3小时", 3, "小时"),
        ("4个小时", 4, "小时"),
        ("1个半小时", 1.5, "小时"),
        ("30分钟", 30, "分钟"),
        ("90秒", 90, "秒"),
        ("一个半月", 1.5, "月"),
        ("半个月", 0.5, "月"),
        ("1个多月", 1, "月"),
        ("27份", 27, "份"),
        ("十余家", 10, "家"),
        ("百分之八十七", 87, "%"),
        ("87％", 87, "%"),
        ("八成", 80, "%"),
        ("5个百分点", 5, "百分点"),
        ("0.5万元", 5000, "元"),
        ("5000元", 5000, "元"),
        ("240.26余万元", 2402600, "元"),
        ("2021年3月", 20210300, "日期"),
        ("6月30日", 630, "日期"),
        ("1月内", 1, "月"),
        ("立等可取", 0, "即时"),
        ("当天", 0, "当天"),
    ],
)
def test_value_and_unit(written: str, value: float, unit: str) -> None:
    quantity = parse_quantity(written)
    assert quantity is not None
    assert (quantity.value, quantity.unit, quantity.text) == (pytest.approx(value), unit, written)


@pytest.mark.parametrize(
    ("written", "low", "high", "bound"),
    [
        ("1—2天", 1, 2, ""),
        ("2至3个工作日内", 2, 3, "less"),
        ("两三天", 2, 3, ""),
        ("近20天", 20, 20, "about"),
        ("20余天", 20, 20, "more"),
        ("十几天", 10, 10, "about"),
        ("80%以上", 80, 80, "more"),
        ("不超过5个工作日", 5, 5, "less"),
        ("不到10分钟", 10, 10, "less"),
        ("55个工作日以内", 55, 55, "less"),
    ],
)
def test_ranges_and_bounds(written: str, low: float, high: float, bound: str) -> None:
    quantity = parse_quantity(written)
    assert quantity is not None
    assert (quantity.value, quantity.upper, quantity.bound) == (low, high, bound)


def test_ordinal_figures_are_told_from_durations() -> None:
    ordinal, plain = quantities_in("第2个工作日内联系，2个工作日内反馈")
    assert (ordinal.ordinal, plain.ordinal) == (True, False)


@pytest.mark.parametrize(
    "text", ["一网通办、一次性告知、一起办理", "XX万户", "千家万户", "多元化服务", "十分满意", "万一出错"]
)
def test_numerals_inside_words_and_masked_figures_are_none(text: str) -> None:
    assert quantities_in(text) == ()


def test_a_month_of_the_year_is_no_duration() -> None:
    assert [one.kind for one in quantities_in("3月启动，3个月内完成，1-7月统计，1月内办结")] == [
        "date",
        "time",
        "date",
        "time",
    ]


def test_times_are_ordered_as_they_pass_and_a_working_day_is_no_day() -> None:
    texts = ["立等可取", "30分钟", "3小时", "当天", "1天", "1个工作日", "2天", "5个工作日", "8天", "1个月"]
    quantities = [parse_quantity(text) for text in texts]
    keys = [quantity.sort_key for quantity in quantities if quantity is not None]
    assert len(keys) == len(texts)
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@given(
    st.text(alphabet="0123456789.,％%个工作日天份半月年一二十百千万亿第近余内以至—，。XX当场", max_size=40)
)
def test_every_quantity_is_the_text_at_its_span_and_none_overlap(text: str) -> None:
    quantities = quantities_in(text)
    assert all(one.span.of(text) == one.text for one in quantities)
    assert all(one.text and one.value >= 0 for one in quantities)
    ends = [place for one in quantities for place in (one.span.start, one.span.end)]
    assert ends == sorted(ends)


@given(st.text(max_size=60))
def test_any_text_is_read_and_folding_keeps_its_length(text: str) -> None:
    assert len(fold_figures(text)) == len(text)
    assert all(one.span.of(text) == one.text for one in quantities_in(text))
