"""What a case states about itself is found; what it does not state stays empty."""

from __future__ import annotations

import pytest
from compilations import cut_lines, paragraph
from hypothesis import given
from hypothesis import strategies as st

from corpus.stated import department_in, period_in, region_in, topics_in

PLAIN = "工作人员把窗口前移，企业少跑路、少交材料，办事体验明显改善。"


@pytest.mark.parametrize(
    ("title", "body", "region"),
    [
        ("浙江省台州市：一窗办理提速", PLAIN, "浙江省台州市"),
        ("重庆市万州区：帮办服务到家", PLAIN, "重庆市万州区"),
        ("浙江省杭州市：余杭区上线帮办平台", PLAIN, "浙江省杭州市余杭区"),
        ("贵州省：跨省通办再扩围", PLAIN, "贵州省"),
        ("3. 青岭县：帮办服务到家", PLAIN, "青岭县"),
        ("十二、北泉市：一窗办理提速", PLAIN, "北泉市"),
        ("案例5：石桥乡：跑一次就办成", PLAIN, "石桥乡"),
        ("减材料提效率", "苏州市出台新规，" + PLAIN, "苏州市"),
        ("减材料提效率", "山东省烟台市推出新规，" + PLAIN, "山东省烟台市"),
        ("减材料提效率", "近日，成都市青羊区设立专窗，" + PLAIN, "成都市青羊区"),
        ("减材料提效率", "礼泉县设立专窗。" + PLAIN, "礼泉县"),
        ("XX区多举措减材料", PLAIN, "XX区"),
        ("减材料提效率", "今年以来，XX市XX县设立专窗。" + PLAIN, "XX市XX县"),
    ],
)
def test_a_stated_region_is_found(title: str, body: str, region: str) -> None:
    assert region_in(title, body) == region


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("减材料提效率", PLAIN),
        ("减材料提效率", "各区县全面推广，全市统一标准。" + PLAIN),
        ("打造市场化营商环境", "该县坚持市场导向，城市更新有序推进。" + PLAIN),
        ("开发区：三举措提速", PLAIN),
        ("减材料提效率", "客商张某从上海、苏州赶来考察，对当地服务表示满意。" + PLAIN),
        ("减材料提效率", "这里与深圳相比仍有差距，" + PLAIN),
        ("减材料提效率", PLAIN * 12 + "厦门市派员前来学习。"),
    ],
)
def test_a_region_that_is_not_stated_or_is_somebody_elses_is_not_taken(title: str, body: str) -> None:
    assert region_in(title, body) == ""


def test_a_place_of_the_title_comes_before_one_of_the_text() -> None:
    assert region_in("甘肃省兰州市：延时服务暖人心", "广州市某企业前来投资。" + PLAIN) == "甘肃省兰州市"


@pytest.mark.parametrize(
    ("title", "body", "department"),
    [
        ("区住建局：联合验收一次办", PLAIN, "住建局"),
        ("市税务局联合多方服务园区", PLAIN, "税务局"),
        ("减材料提效率", "县行政审批局设立专窗。" + PLAIN, "行政审批局"),
        ("减材料提效率", "县人民法院开通绿色通道。" + PLAIN, "人民法院"),
        ("减材料提效率", PLAIN, ""),
        ("减材料提效率", PLAIN * 8 + "财政局派员学习。", ""),
    ],
)
def test_the_department(title: str, body: str, department: str) -> None:
    assert department_in(title, body) == department


@pytest.mark.parametrize(
    ("body", "period"),
    [
        ("2023年上半年，全区新设企业三百家。", "2023年上半年"),
        ("2022年以来，窗口办件提速。", "2022年以来"),
        ("2021年11月，平台上线。", "2021年11月"),
        ("2023年1-6月，办件一千件。", "2023年1-6月"),
        ("1-9月，办件一千件。", "1-9月"),
        ("截至10月底，办件一千件。", "截至10月底"),
        ("今年以来，办件一千件。", ""),
        (PLAIN, ""),
        ("办结时限压缩到3天，材料减为2份。", ""),
    ],
)
def test_the_period(body: str, period: str) -> None:
    assert period_in(body) == period


@pytest.mark.parametrize(
    ("title", "body", "topics"),
    [
        ("企业开办一日办结", PLAIN, {"企业开办"}),
        ("减材料", "不动产登记进大厅，不动产交易同窗办理。", {"不动产登记"}),
        ("获得电力再提速", "用电报装零上门，接电时间缩短。", {"水电气接入"}),
        ("减材料", PLAIN, set()),
        ("减材料", "其中涉及注销一件。", set()),
    ],
)
def test_topics(title: str, body: str, topics: set[str]) -> None:
    assert topics <= set(topics_in(title, body))
    if not topics:
        assert topics_in(title, body) == ()


def test_the_topic_of_the_title_comes_first() -> None:
    body = "融资对接会走进园区，用电报装、办税同窗办理，贷款审批提速，用电服务上门。"
    assert topics_in("知识产权质押一站办", body)[0] == "知识产权"
    assert len(topics_in("税费、用电、融资、注销、招标一窗通办", body * 3)) == 4


@given(
    st.text("市区县省XX州：，。2023年月第一税务局注销 \n", max_size=60), st.text("甲市局：20年X", max_size=20)
)
def test_what_is_stated_stands_in_the_case(body: str, title: str) -> None:
    whole = "".join(f"{title}\n{body}".split())
    for found in (region_in(title, body), department_in(title, body), period_in(body)):
        assert "".join(found.split()) in whole.replace("：", "") or found in whole
    assert len(topics_in(title, body)) <= 4


def test_a_case_carries_what_it_states() -> None:
    lines = [
        "广东省广州市：企业开办提速增效",
        "2022年上半年，市市场监管局设立企业开办专窗。" + paragraph(3),
        paragraph(4),
    ]
    (case,) = cut_lines(lines).cutting.cases
    assert (case.region, case.department, case.period) == ("广东省广州市", "市场监管局", "2022年上半年")
    assert "企业开办" in case.topics


def test_a_case_that_states_nothing_carries_nothing() -> None:
    (case,) = cut_lines(["减材料提效率", PLAIN, PLAIN]).cutting.cases
    assert (case.region, case.department, case.period, case.topics) == ("", "", "", ())
