"""Tables: every figure of a row stands in the row's quote, cases have ordinals, what is left out is named."""

import re

import pytest
from change_cases import case_of
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import Indexed, indexed
from matters import write_cases

from corpus.types import Case, Span
from rag.comparison import mixes_days
from rag.phrasing import Row, ordinal, tabled
from rag.types import Answer
from rag.units import Unit
from rag.wording import load_wording

pytest_plugins = ("indexes", "matters_index")

SAY = load_wording()
FIGURE = re.compile(r"\d+(?:\.\d+)?")
LISTINGS = [
    "哪些地方压缩了办理时间，压缩到几天？",
    "哪些地方压缩了企业开办时间？",
    "哪些地方的办理时间最快，要几天？",
    "哪些地方减少了申请材料，减少到几份？",
    "各地怎么推行帮办代办？",
    "有哪些地方的网办率提高了，提高到百分之多少？",
    "哪些地方设立了专窗",
]


def table(text: str) -> list[list[str]]:
    """The cells of the rows of a table, its head first."""
    lines = [line for line in text.split("\n") if line.startswith("|") and not line.startswith("|--")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def faults(answer: Answer) -> list[str]:
    """What is wrong with the rows of an answer."""
    head, *rows = table(answer.text)
    found = []
    for row in rows:
        marks = set(re.findall(r"(?<!\\)\[(\d+)\]", " ".join(row)))
        cited = [one for one in answer.citations if str(one.number) in marks]
        quote = "".join(one.quote for one in cited)
        figures = FIGURE.findall(re.sub(r"\[\d+\]", "", " ".join(row[2:])))
        found += [f"{figure} not in {quote}" for figure in figures if figure not in FIGURE.findall(quote)]
        found += [f"{len(row)} cells"] * (len(row) != len(head))
        found += [f"marks {marks}"] * (len(marks) != 1)
        places = {one.case.region for one in cited}
        found += [f"{row[1]} is none of {places}"] * (
            row[1].replace("\\", "") not in {place or "—" for place in places}
        )
    return found


@pytest.mark.parametrize("index", ["library", "compilations", "small", "matters"])
def test_every_figure_of_a_row_stands_in_its_quote(index: str, request: pytest.FixtureRequest) -> None:
    source: Indexed = request.getfixturevalue(index)
    answers = [source.assistant.ask(question) for question in LISTINGS]
    told = [answer for answer in answers if not answer.refused]
    assert {answer.question: wrong for answer in told if (wrong := faults(answer))} == {}
    assert told


@pytest.mark.parametrize("index", ["library", "compilations", "small", "matters"])
def test_cases_are_counted_and_numbered(index: str, request: pytest.FixtureRequest) -> None:
    source: Indexed = request.getfixturevalue(index)
    for answer in (source.assistant.ask(question) for question in LISTINGS):
        if answer.refused:
            continue
        counted = re.search(r"在 (\d+) 个案例中命中 (\d+) 个：", answer.text)
        more = re.search(r"另有 (\d+) 个案例", answer.text)
        assert counted
        assert int(counted[1]) == len(source.assistant.cases)
        assert int(counted[2]) == len(answer.cited_cases) + (int(more[1]) if more else 0)
        shown = list(dict.fromkeys(row[0] for row in table(answer.text)[1:]))
        assert shown == [ordinal(number) for number in range(1, len(answer.cited_cases) + 1)]


def test_a_change_is_told_as_before_and_now(matters: Indexed) -> None:
    answer = matters.assistant.ask("对比一下云岭区的渔船检验时限和清溪县的企业开办时间，由几天压缩到几天？")
    head, *rows = table(answer.text)
    assert head == ["案例", "地方", "事项", "原来", "现在"]
    told = {row[1]: [re.sub(r"\[\d+\]", "", cell) for cell in row[3:]] for row in rows}
    assert told["云岭区"] == ["20个工作日", "7个工作日"]
    assert told["清溪县"] == ["30天", "5天"]
    assert answer.text.startswith("“工作日”不含节假日")


def test_a_measure_is_told_as_it_stands(matters: Indexed) -> None:
    answer = matters.assistant.ask("哪些地方推行古井认领？")
    head, *rows = table(answer.text)
    assert head == ["案例", "地方", "原文"]
    assert {row[1] for row in rows} == {"白石市"}
    assert "工作日" not in answer.text


TOWNS = "青岭县 白沙县 云溪县 松口县 石桥县 梅园县 长坪县 东陵县 北泉县 南浦县 西河县 中湾县 大湖县 小溪县 上坪县 下坝县".split()


MEASURES = (
    "派验船师带着仪器上门 把图纸审查挪到网上 请老船长当义务讲解员 在渔港食堂摆出咨询台 给每条船发一张电子卡片 用无人机拍下船身照片 "
    "与保险公司共享检测结果 趁休渔季节集中排队办理 让邻近乡镇轮流出人值守 替外出渔民代收证书 把收费标准贴在码头墙上 逢集市日延长窗口开放 "
    "由船厂师傅现场整改缺陷 用方言录制办理说明 向渔业合作社预先通报 对老旧渔船单独建立台账"
).split()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Indexed:
    folder = tmp_path_factory.mktemp("many")
    bodies = [
        f"{MEASURES[number]}，渔船检验码头办时限由{number + 21}天压缩到{19 - number}天。{town}推行渔船检验码头办，{MEASURES[number]}，{MEASURES[number - 5]}，{MEASURES[number - 9]}，再{MEASURES[number - 12]}，不另收任何费用，受到渔民一致好评。"
        for number, town in enumerate(TOWNS)
    ]
    write_cases(folder, {f"{town}：渔船检验做法": body for town, body in zip(TOWNS, bodies, strict=True)})
    return indexed(folder, tmp_path_factory.mktemp("many-index") / "index")


def test_the_fastest_comes_first_where_that_is_asked(many: Indexed) -> None:
    answer = many.assistant.ask("哪些地方的渔船检验最快，压缩到几天？")
    days = [int(FIGURE.findall(row[-1])[0]) for row in table(answer.text)[1:]]
    assert len(days) > 3
    assert days == sorted(days)


def test_what_there_was_no_room_for_is_named(many: Indexed) -> None:
    answer = many.assistant.ask("哪些地方推行渔船检验码头办？")
    rest = answer.text.split("\n")[-1]
    assert rest.startswith("另有 ")
    shown = {case.title for case in answer.cited_cases}
    named = {town for town in TOWNS if town in rest}
    assert named
    assert not any(title in rest for title in shown)
    counted = re.search(r"命中 (\d+) 个", answer.text)
    assert counted
    assert int(counted[1]) == len(shown) + len(named)


def unit_of(body: str, *, title: str, region: str = "") -> Unit:
    case, document = case_of(body, title=title, region=region)
    return Unit(case, document, Span(len(title) + 1, len(document.text)), "", 0)


def rows_of(*bodies: str) -> list[Row]:
    units = [
        unit_of(body, title=f"第{number}号做法", region=f"{number}号县") for number, body in enumerate(bodies)
    ]
    return [Row(unit, (unit.text,), marked=0) for unit in units]


def test_a_table_names_its_cases_below() -> None:
    rows = rows_of("渔船检验3天办结。", "古井认领5天办结。")
    rows.insert(1, Row(rows[0].unit, ("3天",), marked=0))
    left = case_of("略。", title="另一个[做法]", region="远县")[0]
    told = tabled(("原文",), rows, SAY, cases=9, more=[left], remarks=["先说一句。"])
    assert told.text.split("\n") == [
        "先说一句。",
        "",
        "在 9 个案例中命中 3 个：",
        "",
        "| 案例 | 地方 | 原文 |",
        "|---|---|---|",
        "| 一 | 0号县 | 渔船检验3天办结[1] |",
        "| 一 | 0号县 | 3天[2] |",
        "| 二 | 1号县 | 古井认领5天办结[3] |",
        "",
        "案例：一、第0号做法；二、第1号做法。",
        "",
        r"另有 1 个案例也提到：另一个\[做法\]（远县）。",
    ]
    assert [citation.number for citation in told.citations] == [1, 2, 3]
    assert told.reason is None


def test_a_cell_cannot_break_its_table() -> None:
    told = tabled(("原文",), rows_of("甲|乙<b>[3]\n丙。"), SAY, cases=1)
    assert table(told.text)[1:] == [["一", "0号县", r"甲\|乙\<b\>\[3\] 丙[1]"]]


def test_a_place_that_no_case_states_is_a_dash() -> None:
    unit = unit_of("渔船检验3天办结。", title="做法")
    assert (
        "| 一 | — | 渔船检验3天办结[1] |"
        in tabled(("原文",), [Row(unit, (unit.text,), 0)], SAY, cases=1).text
    )


@pytest.mark.parametrize(
    ("number", "expected"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九")]
)
def test_ordinals(number: int, expected: str) -> None:
    assert ordinal(number) == expected


@settings(deadline=None)
@given(st.integers(1, 99), st.integers(1, 99))
def test_no_two_cases_share_an_ordinal(one: int, other: int) -> None:
    assert (ordinal(one) == ordinal(other)) == (one == other)


@pytest.mark.parametrize(
    ("bodies", "mixed"),
    [
        (["7个工作日办结。", "3天办结。"], True),
        (["由5个工作日压缩到4小时。"], True),
        (["7个工作日办结。", "3个工作日办结。"], False),
        (["7天办结。", "3小时办结。"], False),
        (["7个工作日办结。", "3份材料。"], False),
        ([], False),
    ],
)
def test_working_days_beside_days(bodies: list[str], mixed: bool) -> None:  # noqa: FBT001
    assert mixes_days(rows_of(*bodies)) is mixed


def test_a_case_told_twice_is_one_case() -> None:
    rows = rows_of("渔船检验3天办结。")
    case: Case = rows[0].unit.case
    told = tabled(("原文",), [*rows, *rows], SAY, cases=4)
    assert "命中 1 个" in told.text
    assert told.text.count(case.title) == 1
