"""Times before and now as a chart: what can be compared is drawn, the rest is told; nothing of a case becomes a tag."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_ui_sample import TABLE_QUESTION, SampleAssistant

from ui.charts import MOST, Bar, bar, dumbbell
from ui.comparisons import comparison_chart

ANSWER = SampleAssistant().ask(TABLE_QUESTION)


@pytest.mark.parametrize(
    ("before", "after", "drawn"),
    [
        ("20个工作日", "5个工作日", (20, 5, "工作日")),
        ("3个工作日", "4小时", (3, 0.5, "工作日")),
        ("2天", "6小时", (2, 0.25, "天")),
        ("一个月", "1周", (30, 7, "天")),
        ("3小时", "20分钟", (3, 1 / 3, "小时")),
        ("3—5个工作日", "即时办结", (5, 0, "工作日")),
        ("—", "2小时", (None, 2, "小时")),
        ("", "近20天", (None, 20, "天")),
    ],
)
def test_times_of_comparable_units_are_drawn(
    before: str, after: str, drawn: tuple[float | None, float, str]
) -> None:
    made = bar("青禾县", before, after)
    assert made is not None
    assert (made.before, made.unit) == (drawn[0], drawn[2])
    assert made.after == pytest.approx(drawn[1])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("20天", "5个工作日"),  # calendar days against working days
        ("10个工作日", "48小时"),  # of the clock, or six days of work?
        ("5个工作日", "当天"),
        ("5天", "缩短2天"),
        ("3天和5天", "1天"),
        ("5份", "2份"),
        ("—", "—"),
    ],
)
def test_what_cannot_be_compared_is_not_drawn(before: str, after: str) -> None:
    assert bar("青禾县", before, after) is None


def rows(*bars: tuple[str, str, str]) -> list[Bar]:
    return [made for told in bars if (made := bar(*told)) is not None]


def test_working_days_and_days_stand_in_charts_of_their_own() -> None:
    chart = dumbbell(rows(("甲县", "5个工作日", "2个工作日"), ("乙县", "9天", "3天")))
    assert chart.count('<svg class="dumbbell"') == 2
    assert re.findall(r"<title>(.*?)</title>", chart) == ["办理时限（单位：工作日）", "办理时限（单位：天）"]
    assert "不能互相比较" in chart
    assert "不能互相比较" not in dumbbell(rows(("甲县", "5个工作日", "2个工作日")))


def test_a_stretched_unit_is_told() -> None:
    assert "小时按 8 小时合 1 个工作日画" in dumbbell(rows(("甲县", "5个工作日", "4小时")))
    assert "小时按" not in dumbbell(rows(("甲县", "5小时", "4小时")))


def test_a_chart_can_be_read_out() -> None:
    chart = dumbbell(rows(("甲县", "5个工作日", "2个工作日"), ("乙县", "", "3个工作日")))
    assert "<desc>甲县：原来5个工作日，现在2个工作日；乙县：现在3个工作日</desc>" in chart


def test_lengths_are_shares_of_the_longest() -> None:
    chart = dumbbell(rows(("甲县", "10天", "5天"), ("乙县", "10天", "0.5天")))
    first, half, second, least = (float(x) for x in re.findall(r'<circle class="\w+" cx="([\d.]+)%"', chart))
    assert first == second
    zero = float(re.findall(r'x1="([\d.]+)%"', chart)[0])
    assert (half - zero) / (first - zero) == pytest.approx(0.5)
    assert (least - zero) / (first - zero) == pytest.approx(0.05, abs=1e-3)
    assert 'class="longer"' in dumbbell(rows(("甲县", "1天", "2天")))
    assert 'class="longer"' not in chart


def test_a_long_list_says_what_is_left_out() -> None:
    many = rows(*[(f"{number}县", "5天", "2天") for number in range(MOST + 1)])
    assert f"只画了前 {MOST} 条" in dumbbell(many)
    assert "另有 2 条没有可比的时限" in dumbbell(many[:1], left_out=2)
    assert dumbbell([]) == ""


@given(
    st.lists(
        st.builds(
            Bar,
            st.text(max_size=30).map(lambda text: re.sub(r"[^\w<>&\"' ·]", "", text)),
            st.none() | st.floats(0, 1e6),
            st.floats(0, 1e6),
            st.sampled_from(["", "3天", "<b>&\"'"]),
            st.sampled_from(["0", "4小时", "</svg><script>"]),
            st.sampled_from(["天", "工作日"]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_any_chart_is_well_formed_and_inside_its_frame(drawn: list[Bar]) -> None:
    chart = dumbbell(drawn, title="<script>&")
    root = ElementTree.fromstring(re.sub(r"[\x00-\x08\x0b-\x1f]", "", chart))  # noqa: S314 - our own text
    assert {element.tag for element in root.iter()} <= set(
        "figure figcaption span svg title desc text line circle".split()
    )
    places = [float(x) for x in re.findall(r'\b(?:cx|x1|x2)="([\d.]+)%"', chart)]
    assert all(0 <= place <= 100 for place in places)


def chart_of(*lines: str) -> str:
    table = "| 案例 | 地方 | 事项 | 原来 | 现在 |\n|---|---|---|---|---|\n" + "\n".join(lines)
    return comparison_chart(replace(ANSWER, text=table))


def test_comparison_of_places_has_a_chart() -> None:
    chart = chart_of(
        "| 一 | 青禾县 | 企业开办 | 3个工作日 | 1个工作日（缩短2个工作日）[1] |",
        "| 二 | 临江市 | 企业开办 | — | 2个工作日[2] |",
        "| 二 | 临江市 | 企业开办 | 20天 | 5个工作日[3] |",
        "| 二 | 临江市 | 企业开办 | 5份 | 2份[3] |",
    )
    assert re.findall(r'class="label"[^>]*>(.*?)<', chart) == ["青禾县", "临江市"]
    assert "企业开办办理时限" in chart
    assert "另有 1 条没有可比的时限" in chart


def test_matters_are_named_where_they_differ() -> None:
    chart = chart_of("| 一 | 青禾县 | 企业开办 | 3天 | 1天[1] |", "| 二 | 临江市 | 施工许可 | 9天 | 2天[2] |")
    assert re.findall(r'class="label"[^>]*>(.*?)<', chart) == ["青禾县·企业开办", "临江市·施工许可"]


def test_no_chart_without_a_comparison() -> None:
    assert (
        chart_of("| 一 | 青禾县 | 企业开办 | 3天 | 1天[1] |", "| 一 | 青禾县 | 注销 | 9天 | 2天[2] |") == ""
    )
    assert chart_of("| 一 | 青禾县 | 企业开办 | — | 1天[1] |", "| 二 | 临江市 | 注销 | — | 2小时[2] |") == ""
    assert comparison_chart(replace(ANSWER, text="没有表格。[1]")) == ""
