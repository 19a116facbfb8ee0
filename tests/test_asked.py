"""Which figures a question asks for, which it takes for given, and whether a text states or hides them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.quantities import quantities_in
from rag.asked import AskedFigure, asked_figures, claimed_figures, states


def kinds(question: str) -> list[str]:
    return [figure.kind for figure in asked_figures(question)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("渔船检验要几天", ["time"]),
        ("渔船检验要多少个工作日办结", ["time"]),
        ("一共要等多久", ["time"]),
        ("办理时限缩短了多少", ["time"]),
        ("办理周期有多长", ["time"]),
        ("how long does it take", ["time"]),
        ("How many working days", ["time"]),
        ("网办率达到多少", ["share"]),
        ("好评占比是多少", ["share"]),
        ("办理时间缩短了百分之几", ["share"]),
        ("办理时间压缩了多少个百分点", ["share"]),
        ("时间压缩比例有多大", ["share"]),
        ("提高了几倍", ["share"]),
        ("贷款利率是多少", ["count"]),  # stated as a share or in percentage points, so anything may answer
        ("给渔民补贴多少钱", ["money"]),
        ("发放贷款多少亿元", ["money"]),
        ("放贷多少亿", ["money"]),
        ("省了几万", ["money"]),
        ("给蚕农发了多少补贴", ["money"]),
        ("减免了多少税费", ["money"]),
        ("一年花了多少财政资金", ["money"]),
        ("多少家企业拿到补贴", ["count"]),
        ("惠及多少万户蚕农", ["count"]),
        ("全年办了几万件", ["count"]),
        ("这段时间内办了多少件业务", ["count"]),
        ("材料减少到几份", ["count"]),
        ("认领了多少口古井", ["count"]),
        ("哪一年开始认领的", ["date"]),
        ("什么时候上线的", ["date"]),
        ("压缩到几天，材料减少到几份？", ["time", "count"]),
        ("怎么推行古井认领", []),
        ("哪些地方认领古井", []),
        ("", []),
    ],
)
def test_what_is_asked_for(question: str, expected: list[str]) -> None:
    assert kinds(question) == expected


def test_a_figure_carries_the_words_that_ask_for_it() -> None:
    time, count = asked_figures("渔船检验压缩到几天，检验材料减少到几份？")
    assert (time.words, count.words, count.measure) == ("渔船检验压缩到几天", "检验材料减少到几份", "份")


def test_words_of_an_endless_clause_stay_short() -> None:
    (figure,) = asked_figures("想知道" + "沿海各乡镇的" * 12 + "渔船检验要几天" + "才能够办得好" * 9)
    assert "几天" in figure.words
    assert len(figure.words) <= 20


@settings(deadline=None)
@given(st.text(st.sampled_from("几多少天个工作日百分之率占比元万亿户件时间，？压缩到是哪年"), max_size=30))
def test_figures_asked_for_come_in_order_with_words_of_the_question(question: str) -> None:
    found = asked_figures(question)
    places = [question.find(figure.words) for figure in found]
    assert all(place >= 0 for place in places)
    assert all(len(figure.words) <= 40 for figure in found)
    assert found == asked_figures(question)


@pytest.mark.parametrize(
    ("question", "text", "stated"),
    [
        ("要几天", "20个工作日办结", True),
        ("要几天", "当场办结", True),
        ("要几天", "当天即可领取", True),
        ("要几天", "窗口人员当场一次性告知", False),
        ("要几天", "减少3份材料", False),
        ("有多少户", "惠及3.2万家企业", True),
        ("有多少户", "派出56人上门", False),
        ("多少人", "服务1200人次", True),
        ("多少人", "服务1200家", False),
        ("要跑几趟", "最多跑一次", True),
        ("要跑几趟", "跑一趟就办结", True),
        ("要跑几次", "新设服务点70个", False),
        ("要交几份材料", "材料减少到4项", True),
        ("要交几份材料", "新设服务点70个", False),
        ("多少种模式", "办结45件", True),  # a measure word of its own stands for any
        ("有多少", "推行一个平台", False),
        ("有多少", "2023年推行", False),
        ("有多少", "新增1个平台", True),
        ("占比是多少", "占42%", True),
        ("占比是多少", "有42家", False),
        ("补贴多少钱", "补贴5000元", True),
        ("补贴多少钱", "累计放贷2.4亿", True),
        ("补贴多少钱", "共有320户", False),
        ("哪一年开始", "2023年3月起", True),
        ("哪一年开始", "用时3天", False),
    ],
)
def test_whether_a_text_states_it(question: str, text: str, stated: bool) -> None:  # noqa: FBT001
    (figure,) = asked_figures(question)
    assert figure.stated_in(text) is stated


@pytest.mark.parametrize(
    ("question", "text", "mask"),
    [
        ("发放补贴多少万元", "全年发放补贴XX万元", "XX万元"),
        ("发放补贴多少万元", "全年发放补贴××余万元", "××余万元"),
        ("发放补贴多少万元", "全年发放补贴50万元", ""),
        ("发放补贴多少万元", "修建水渠投入XX万元", ""),
        ("办件时限压缩到几天", "办件时限压缩到X天", "X天"),
        ("服务企业多少家", "服务企业XX家", "XX家"),
        ("服务企业多少家", "服务企业所在XX个县", ""),
        ("好评占比是多少", "好评占比□□%", "□□%"),
    ],
)
def test_how_a_text_hides_it(question: str, text: str, mask: str) -> None:
    (figure,) = asked_figures(question)
    assert figure.mask_in(text, question) == mask


def test_figures_of_one_kind_are_counted() -> None:
    figure = AskedFigure("time", "要几天")
    assert figure.count_in("由20天压缩到7天，材料3份") == 2


@pytest.mark.parametrize(
    ("question", "claims"),
    [
        ("从60天压到5天是怎么做到的", ["60天", "5天"]),
        ("98.5%的好评率怎么来的", ["98.5%"]),
        ("为3家企业办理", ["3家"]),
        ("约60天办结", []),
        ("10余家企业", []),
        ("2小时内办结", []),
        ("一次办成、两个区、三份材料", []),
        ("12345热线怎么办", []),
        ("2023年3月怎么做的", []),
        ("第2个案例怎么做的", []),
    ],
)
def test_what_is_taken_for_given(question: str, claims: list[str]) -> None:
    assert [claim.text for claim in claimed_figures(question)] == claims


@pytest.mark.parametrize(
    ("claim", "text", "stated"),
    [
        ("5000元", "补贴0.5万元", True),
        ("60天", "由60个工作日压缩", True),
        ("60天", "由60小时压缩", False),
        ("60天", "由60日压缩", True),
        ("3家", "惠及3户", True),
        ("3家", "惠及33户", False),
        ("5天", "3至5天办结", True),
        ("50%", "50户", False),
    ],
)
def test_whether_a_text_states_what_is_claimed(claim: str, text: str, stated: bool) -> None:  # noqa: FBT001
    (claimed,) = claimed_figures(claim)
    assert states(text, claimed) is stated


@settings(deadline=None)
@given(
    value=st.integers(1, 9999),
    unit=st.sampled_from(["天", "个工作日", "小时", "%", "元", "万元", "家", "件"]),
    before=st.sampled_from(["", "由", "办理时间压缩到", "惠及"]),
)
def test_a_figure_states_itself(value: int, unit: str, before: str) -> None:
    text = f"{before}{value}{unit}。"
    (claimed,) = claimed_figures(text)
    assert claimed in quantities_in(text)
    assert states(text, claimed)
    assert not states(f"{before}{value + 1}{unit}。", claimed)
