"""Changes and limits are read from prose with their matter, and shown as a table that can be checked."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from change_cases import TITLE, case_of
from compilations import MATTERS
from hypothesis import given
from hypothesis import strategies as st

from corpus.changes import Change, find_changes
from corpus.cleaning import clean
from corpus.cutting import split_cases
from corpus.reading import find_files, read_bytes, read_raw
from corpus.types import Document
from rag.changes import quote_of

Row = tuple[str, str, str, str, str]


def rows(body: str, *, region: str = "") -> list[Row]:
    found = find_changes(*case_of(body, region=region))
    return [(one.matter, one.aspect, one.before, one.after, one.delta) for one in found]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("渔船检验时限由45天压缩至20天。", ("渔船检验", "time", "45天", "20天", "")),
        ("将渔船检验办结时限从过去的二十天缩短为三天。", ("渔船检验", "time", "二十天", "三天", "")),
        ("渔船检验平均用时由１２天提速至近２天。", ("渔船检验", "time", "１２天", "近２天", "")),
        ("把原来15个工作日的渔船检验压减为当场办结。", ("渔船检验", "time", "15个工作日", "当场", "")),
        ("渔船检验环节由6个精简到2个。", ("渔船检验", "steps", "6个", "2个", "")),
        ("渔船检验申请材料由27份减到18份。", ("渔船检验", "papers", "27份", "18份", "")),
        ("渔船检验跑动次数由3次减为1次。", ("渔船检验", "trips", "3次", "1次", "")),
        ("群众满意率由92%提升到98.6%。", ("群众满意率", "share", "92%", "98.6%", "")),
    ],
)
def test_a_change_from_one_value_to_another(sentence: str, expected: Row) -> None:
    assert rows(sentence) == [expected]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("渔船检验3小时办结。", ("渔船检验", "time", "", "3小时", "")),
        ("渔船检验最快90分钟办结。", ("渔船检验", "time", "", "最快90分钟", "")),
        ("渔船检验审批控制在5个工作日以内。", ("渔船检验审批", "time", "", "5个工作日以内", "")),
        ("渔船检验平均耗时27.1天。", ("渔船检验", "time", "", "27.1天", "")),
        ("对企业诉求，街道在2个工作日内与企业联系。", ("企业诉求", "time", "", "2个工作日内", "")),
        ("渔船检验申请当天拿到证书。", ("渔船检验申请", "time", "", "当天", "")),
        ("压缩渔船检验时限至0.5个工作日。", ("渔船检验", "time", "", "0.5个工作日", "")),
        ("全乡打造15分钟渔业服务圈。", ("渔业服务圈", "time", "", "15分钟", "")),
        ("渔船检验网办率达98％。", ("渔船检验网办率", "share", "", "98％", "")),
        ("渔船登记实现“立等可取”。", ("渔船登记", "time", "", "立等可取", "")),
        ("渔船登记实现“最多跑一次”。", ("渔船登记", "trips", "", "最多跑一次", "")),
    ],
)
def test_a_limit_without_a_former_value(sentence: str, expected: Row) -> None:
    assert rows(sentence) == [expected]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("渔船检验时限压缩了15个工作日。", ("渔船检验", "time", "", "", "压缩了15个工作日")),
        ("渔船检验减少申请材料12份。", ("渔船检验", "papers", "", "", "减少申请材料12份")),
        ("渔船检验办理时间压缩87％。", ("渔船检验", "share", "", "", "办理时间压缩87％")),
        ("渔船检验承诺时限压缩率达60%。", ("渔船检验", "share", "", "", "时限压缩率达60%")),
    ],
)
def test_a_difference_alone(sentence: str, expected: Row) -> None:
    assert rows(sentence) == [expected]


def test_a_difference_beside_a_value_belongs_to_its_row() -> None:
    assert rows("渔船检验平均耗时27天，较去年同期缩短了13天。") == [
        ("渔船检验", "time", "", "27天", "缩短了13天")
    ]
    assert rows("渔船检验时限由9天缩短至3天，办理周期缩短66%。") == [
        ("渔船检验", "time", "9天", "3天", "缩短66%")
    ]


def test_several_facts_of_a_sentence_each_with_its_matter() -> None:
    assert rows("渔船检验由5天压减至1天，网具备案由3天压减至半天，申报材料由10份减到4份。") == [
        ("渔船检验", "time", "5天", "1天", ""),
        ("网具备案", "time", "3天", "半天", ""),
        ("网具备案", "papers", "10份", "4份", ""),
    ]


def test_a_list_of_steps_papers_and_time() -> None:
    assert rows("推行渔船登记“一网办理”，1个环节、1套材料、0.5个工作日办结。") == [
        ("渔船登记", "steps", "", "1个环节", ""),
        ("渔船登记", "papers", "", "1套材料", ""),
        ("渔船登记", "time", "", "0.5个工作日", ""),
    ]


def test_two_matters_and_their_two_figures() -> None:
    assert rows("渔船检验、网具备案办理时间分别压减至2天和3天。") == [
        ("渔船检验", "time", "", "2天", ""),
        ("网具备案", "time", "", "3天", ""),
    ]


def test_formerly_and_now_pair_by_what_they_measure_within_and_across_sentences() -> None:
    once = [("渔船登记", "steps", "三个窗口", "1个窗口", ""), ("渔船登记", "time", "20天", "1天", "")]
    assert rows("以前办理渔船登记要跑三个窗口、花20天，现在只需1个窗口、1天就能办好。") == once
    assert rows("正常情况下，渔船登记需20天。在专班的努力下，这次只用了8天。") == [
        ("渔船登记", "time", "20天", "8天", "")
    ]


def test_the_matter_comes_from_an_earlier_clause_sentence_or_heading() -> None:
    assert rows("围绕渔船检验，再造办理流程，在资料齐全的情况下3天办结。")[0][0] == "渔船检验"
    assert rows("全乡推行渔船检验改革。办理时限由9天压缩到3天。")[0][0] == "渔船检验"
    assert rows("渔船检验提速\n办理时限由9天压缩到3天。")[0][0] == "渔船检验"


def test_the_matter_is_short_and_without_the_cases_own_place() -> None:
    body = "南浦区渔船检验时限由9天压缩到3天。"
    assert rows(body, region="北泉市南浦区")[0][0] == "渔船检验"
    for matter, *_ in rows(
        "全县全面推行" + "渔港经营者及其所属船舶和网具的" * 3 + "检验时限由9天压缩到3天。"
    ):
        assert len(matter) <= 24


@pytest.mark.parametrize(
    "sentence",
    [
        "全乡生产总值增长6.5%，固定资产投资增长12%，渔民收入提高8%。",
        "捕捞许可证有效期5年，船员培训时间不少于40小时。",
        "贷款利率下降0.5个百分点，保险费率降低3%。",
        "专项整治从3月开始，为期6个月，分三个阶段进行。",
        "大厅实行24小时自助服务，每30分钟巡查一次。",
        "企业5年内员工将达到3000人，28岁的船长带队。",
        "2021年3月，乡里抓住7个关键环节，办理案件130件，减少罚款12万元。",
        "不能即时办结的，应当说明理由。",
        "市场主体突破10万户，同比增长11.5%。",
    ],
)
def test_other_figures_are_no_changes(sentence: str) -> None:
    assert rows(sentence) == []


def test_a_fact_told_twice_gives_one_row_and_a_slogan_without_a_matter_none() -> None:
    assert len(rows("渔船检验3天办结\n优化流程，渔船检验3天内办结。")) == 1
    assert rows("我们要让数据多跑路、让大家最多跑一次。") == []


def test_the_quote_avoids_a_place_where_raw_text_was_left_out() -> None:
    body = "全乡统一部署，渔船检验时限由9天压缩到3天。"
    cut = len(TITLE) + 1 + body.index("渔船")
    case, document = case_of(body, cuts=(cut,))
    (change,) = find_changes(case, document)
    assert change.span.of(document.text) == "渔船检验时限由9天压缩到3天"
    inside = len(TITLE) + 1 + body.index("压缩")
    assert find_changes(*case_of(body, cuts=(inside,))) == ()


def test_an_endless_sentence_is_read_to_its_end() -> None:
    body = "，".join(f"第{number}类渔船检验时限由{number + 5}天压缩至{number + 1}天" for number in range(300))
    found = rows(body)
    assert len(found) > 250
    assert found[-1][2:4] == ("304天", "300天")


def figures(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)?", unicodedata.normalize("NFKC", text)))


def holds_its_figures(change: Change, document: Document) -> bool:
    return figures(f"{change.before} {change.after} {change.delta}") <= figures(change.span.of(document.text))


WORDS = (
    "由 从 压缩至 减少 缩短了 ， 。 、 ； “ ” 环节 材料 时限 网办率达 现在只需 以前 分别 和 当场办结 内办结 最多跑一次 "
    "3天 1个工作日 12份 5个 87% 2至4天 一次 1月"
).split()
PIECES = st.sampled_from([*MATTERS, *WORDS, "\n"])


@given(st.lists(PIECES, max_size=30).map("".join))
def test_every_row_is_quoted_whole(body: str) -> None:
    case, document = case_of(body)
    for change in find_changes(case, document):
        quote = change.span.of(document.text)
        assert case.span.contains(change.span)
        assert quote == quote_of(change, case)
        assert all(value in quote for value in (change.before, change.after, change.delta))
        assert change.matter
        assert change.before or change.after or change.delta


def test_the_real_compilations_give_rows_that_stand_in_the_raw_files(seeds: Path) -> None:
    total = 0
    for path in find_files([seeds]):
        data = read_bytes(path)
        raw = read_raw(path, data)
        file = clean(raw, path=path.name, data=data)
        solid = re.sub(r"\s", "", "".join(line.text for line in raw.lines))
        for case in split_cases(file).cases:
            for change in find_changes(case, file.document):
                total += 1
                assert re.sub(r"\s", "", change.span.of(file.document.text)) in solid
                assert holds_its_figures(change, file.document)
    assert total > 100
