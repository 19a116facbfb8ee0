"""A long sentence of a table is cut to whole clauses of it that keep what the question is about."""

import re

import pytest
from change_cases import TITLE, case_of
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.quantities import quantities_in
from corpus.types import Span
from rag.trimming import trimmed
from rag.understand import Reading, understand
from rag.units import Unit, reads_alone
from rag.vocabulary import load_vocabulary

SHIPPED = load_vocabulary()
FAIR = "石桥乡在赶集日把流动服务车开到村口，为老人现场办理医保缴费和社保认证，"
BOAT = "渔船检验同时推行“码头办”模式，检验时限由20天压缩到7天，"
REST = "检验费用全部由乡里承担，渔民再也不用专程跑到县城排队等候办理。"
SIGNS = {"“": "”", "‘": "’", "（": "）", "《": "》", "【": "】"}


def read(question: str) -> Reading:
    return understand(question, longest=2000, vocabulary=SHIPPED)


def unit_of(body: str) -> Unit:
    case, document = case_of(body)
    return Unit(case, document, Span(len(TITLE) + 1, len(document.text)), "", 0)


def shortened(body: str, question: str) -> str:
    return trimmed(unit_of(body), read(question)).text


def closed(text: str) -> bool:
    """Whether every sign that opens something is closed behind it."""
    waiting: list[str] = []
    for sign in text:
        if sign in SIGNS:
            waiting.append(SIGNS[sign])
        elif sign in SIGNS.values() and (not waiting or waiting.pop() != sign):
            return False
    return not waiting


def test_what_is_about_something_else_goes() -> None:
    assert shortened(FAIR + BOAT + REST, "渔船检验怎么推行") == "渔船检验同时推行“码头办”模式，"


def test_figures_asked_for_stay() -> None:
    kept = shortened(FAIR + BOAT + REST, "渔船检验要几天")
    assert kept == BOAT
    assert "20天" not in shortened(FAIR + BOAT + REST, "渔船检验怎么推行")


def test_names_in_quotation_marks_stay() -> None:
    kept = shortened(FAIR + BOAT + REST, "老人怎么办理医保缴费")
    assert "“码头办”" in kept
    assert "医保缴费" in kept
    assert "县城排队" not in kept


def test_a_short_sentence_is_left_whole() -> None:
    assert (
        shortened("渔船检验推行码头办，检验费用由乡里承担。", "渔船检验")
        == "渔船检验推行码头办，检验费用由乡里承担。"
    )


def test_no_run_begins_with_a_word_that_points_back() -> None:
    kept = shortened(FAIR + "该模式用于渔船检验的全部环节，" + REST, "渔船检验的全部环节")
    assert "渔船检验的全部环节" in kept
    assert reads_alone(kept)


@pytest.mark.parametrize("joining", ["此外，", "同时，", "目前，"])
def test_no_run_begins_with_a_word_that_joins_it_to_what_was_before(joining: str) -> None:
    assert not reads_alone(f"{joining}该平台把检验时限由20天压缩到7天")
    body = f"{FAIR}深受赶集群众的欢迎和好评；{joining}该乡的渔船检验时限由20天压缩到7天，{REST}"
    assert reads_alone(shortened(body, "渔船检验要多少天？"))


@pytest.mark.parametrize(
    "body",
    [
        FAIR + "乡里提出“渔船检验不出港，" + "渔民办事不进城”的目标，" + REST,
        FAIR + "公布《渔船检验办法，试行》（渔船检验，含渔具），" + REST,
        "石桥乡推行“先办后补，容缺受理”机制，渔船检验也照此办理，乡里另外公布了“一次告知，限时补正”清单供渔民随时查阅对照，"
        + REST,
    ],
)
def test_no_quotation_is_torn_apart(body: str) -> None:
    kept = shortened(body, "渔船检验")
    assert "渔船检验" in kept
    assert closed(kept)


CLAUSE = st.sampled_from(
    [
        "渔船检验推行码头办", "检验时限由20天压缩到7天", "材料减少到3份", "乡里提出“不出港", "不进城”的目标", "（含渔具", "《办法》全文）", "‘码头办’模式",
        "该模式用于老人", "其中“流动车”下乡", "赶集日把服务车开到村口现场办理医保缴费和社保认证", "共有320户渔民享受了这项便利的服务措施", "节约40万元", "占比达到95%",
    ]
)  # fmt: skip
QUESTION = st.sampled_from(
    ["渔船检验要几天", "渔船检验怎么做", "材料减少到几份", "惠及多少户渔民", "占比是多少", "排污许可"]
)


@settings(deadline=None)
@given(
    clauses=st.lists(CLAUSE, min_size=1, max_size=12),
    ends=st.lists(st.sampled_from("，；。"), min_size=12, max_size=12),
    question=QUESTION,
)
def test_what_is_left_is_a_part_that_keeps_what_matters(
    clauses: list[str], ends: list[str], question: str
) -> None:
    body = "".join(clause + end for clause, end in zip(clauses, ends, strict=False))
    whole, reading = unit_of(body), read(question)
    short = trimmed(whole, reading)
    assert whole.span.contains(short.span)
    assert short.text in body
    assert (short.case, short.document, short.score) == (whole.case, whole.document, whole.score)
    if short.span == whole.span:
        return
    assert len(whole.text) > 80
    assert len(short.text) >= 12
    assert closed(short.text)
    assert reads_alone(short.text)
    assert set(re.findall("“[^”]{2,12}”", body)[:2]) <= set(re.findall("“[^”]{2,12}”", short.text))
    for figure in reading.asked:
        kinds = [one.kind for one in quantities_in(body)]
        assert [one.kind for one in quantities_in(short.text)].count(figure.kind) == kinds.count(figure.kind)
    assert trimmed(whole, reading) == short
