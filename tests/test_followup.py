"""A question that leans on the conversation is asked in full, and one that stands alone stays as it was typed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented import Indexed

from rag.followup import Turn, resolve
from rag.types import Answer

pytest_plugins = ("indexes", "matters_index")

LISTING = "哪些地方压缩了办理时间"
BOAT, FIRM, WELL = "云岭区：渔船检验上门办", "清溪县：企业开办一日办结", "白石市：古井保护认领"


def talk(source: Indexed, *questions: str) -> list[Answer]:
    """The answers to questions that were asked one after another."""
    turns: list[Turn] = []
    for question in questions:
        answer = source.assistant.ask(question, turns)
        assert answer.reading is not None
        turns.append(Turn(answer.reading, answer))
    return [turn.answer for turn in turns]


def titles(answer: Answer) -> list[str]:
    return [case.title for case in answer.cited_cases]


@pytest.mark.parametrize(
    ("before", "question", "resolved"),
    [
        ("云岭区渔船检验要几天", "那清溪县呢？", "清溪渔船检验要几天"),
        ("云岭区渔船检验要几天", "清溪县呢", "清溪渔船检验要几天"),
        ("云岭区渔船检验要几天", "换成清溪县呢？", "清溪渔船检验要几天"),
        ("云岭区渔船检验要几天", "清溪县的情况", "清溪渔船检验要几天"),
        ("云岭区渔船检验要几天", "清溪县", "清溪渔船检验要几天"),
        ("渔船检验要几天", "那清溪县呢？", "清溪渔船检验要几天"),
        ("云岭区和清溪县的办理时间分别压缩了多少", "那辽宁呢", "辽宁的办理时间分别压缩了多少"),
    ],
)
def test_another_place(matters: Indexed, before: str, question: str, resolved: str) -> None:
    assert talk(matters, before, question)[-1].resolved == resolved


@pytest.mark.parametrize(
    ("before", "question", "words"),
    [
        ("云岭区渔船检验要几天", "那古井认领呢？", ["云岭", "古井认领", "多久"]),
        ("云岭区渔船检验怎么做", "那古井认领呢？", ["云岭", "古井认领", "怎么"]),
        ("云岭区渔船检验怎么做", "需要什么材料", ["云岭", "渔船检验", "需要什么材料"]),
        ("云岭区渔船检验怎么做", "需要什么材料呢？", ["云岭", "渔船检验", "需要什么材料"]),
        ("云岭区渔船检验怎么做", "为什么？", ["云岭", "渔船检验", "为什么"]),
        ("云岭区渔船检验怎么做", "那材料呢？", ["云岭", "渔船检验", "材料"]),
        ("云岭区渔船检验要几天", "清溪县怎么做的", ["清溪", "渔船检验", "怎么做"]),
    ],
)
def test_what_is_left_out_is_taken_from_before(
    matters: Indexed, before: str, question: str, words: list[str]
) -> None:
    resolved = talk(matters, before, question)[-1].resolved
    assert [word for word in words if word not in resolved] == []


@pytest.mark.parametrize(
    "question",
    [
        "白石市的古井认领怎么做的",
        "白石市的古井认领怎么样",
        "古井认领应该怎么做呢",
        "第三方机构怎么监管古井",
        "第二个环节的排污许可材料",
        "第一批古井认领了多少口",
        "排污许可最后一个环节是什么",
        "其它地方怎么认领古井",
        "应该市场监管部门检验渔船吗",
        "水务局那边怎么办排污许可",
        "案例一共有多少个蚕农补贴",
        "白石市那边的古井怎么保护",
        "还有哪些地方认领古井",
        "除了云岭区还有哪些地方认领古井",
        "网上面签古井协议怎么办",
    ],
)
def test_a_question_of_its_own_stays_as_typed(matters: Indexed, question: str) -> None:
    alone = matters.assistant.ask(question)
    answer = talk(matters, "云岭区渔船检验要几天", LISTING, question)[-1]
    assert answer.resolved == ""
    assert (answer.text, answer.citations) == (alone.text, alone.citations)


@pytest.mark.parametrize(
    "question",
    [
        "还有别的地方吗？",
        "还有吗",
        "其他地方呢",
        "其它地方呢",
        "除了这些还有别的地方吗",
        "除了它还有别的地方吗",
        "除了云岭区还有哪些地方？",
        "还有哪些城市也这么做？",
    ],
)
def test_other_cases_are_not_those_told(matters: Indexed, question: str) -> None:
    first, more = talk(matters, LISTING, question)
    assert more.resolved.startswith("还有哪些地方")
    assert "压缩了办理时间" in more.resolved
    assert not {case.id for case in first.cited_cases} & {case.id for case in more.cited_cases}


def test_at_last_nothing_more_is_found(matters: Indexed) -> None:
    *_, last = talk(matters, "云岭区渔船检验要几天", "还有别的地方吗？", "还有吗")
    assert (last.refused, last.reason, last.citations) == (True, "no_evidence", ())
    assert "没有找到其他案例" in last.text


def test_what_was_told_of_another_matter_may_be_told_again(matters: Indexed) -> None:
    told, *_ = talk(matters, "云岭区渔船检验要几天")
    *_, one, more = talk(matters, "云岭区渔船检验要几天", "清溪县企业开办要几天", "还有哪些地方？")
    assert titles(told) == [BOAT]
    assert FIRM in titles(one)
    assert FIRM not in titles(more)
    turns = [Turn(answer.reading, answer) for answer in (told, one) if answer.reading]
    without = resolve("还有吗", matters.assistant.understand("还有吗"), turns).without
    assert without == {case.id for case in one.cited_cases}


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("第一个呢", 0),
        ("第二个案例具体怎么做的？", 1),
        ("第2个怎么做的", 1),
        ("第二个地方的材料有几份", 1),
        ("案例二的材料有几份", 1),
        ("那第二呢", 1),
        ("最后一个呢", -1),
        ("最后一个案例", -1),
    ],
)
def test_a_case_by_its_ordinal(matters: Indexed, question: str, place: int) -> None:
    first, answer = talk(matters, LISTING, question)
    assert len(titles(first)) > 1
    assert answer.resolved.startswith(titles(first)[place])
    assert titles(answer) == [titles(first)[place]]


def test_one_may_ask_on_from_a_list(matters: Indexed) -> None:
    first, second, _, third = talk(matters, LISTING, "第二个案例怎么做的", "需要什么材料", "第一个呢")
    assert titles(second) == [titles(first)[1]]
    assert titles(third) == [titles(first)[0]]
    assert titles(first)[1] not in third.resolved


def test_a_list_of_another_matter_is_left_behind(matters: Indexed) -> None:
    *_, answer = talk(matters, LISTING, "白石市古井认领怎么做的", "最后一个案例怎么做的")
    assert titles(answer) == [WELL]


@pytest.mark.parametrize("question", ["第九个案例怎么做的", "第9个呢", "[99]", "[99]出自哪里"])
def test_a_case_that_was_not_told_is_not_made_up(matters: Indexed, question: str) -> None:
    *_, answer = talk(matters, LISTING, question)
    assert (answer.refused, answer.reason, answer.citations) == (True, "no_evidence", ())


def test_a_mark_leads_to_its_case(matters: Indexed) -> None:
    first = talk(matters, LISTING)[0]
    for citation in first.citations:
        for question in (f"[{citation.number}]", f"[{citation.number}]这条的材料呢"):
            *_, answer = talk(matters, LISTING, question)
            assert titles(answer) == [citation.case.title]


@pytest.mark.parametrize(
    "question",
    [
        "它的办理时间压缩了多少",
        "这个案例的材料减少到几份",
        "上面这个案例怎么做的",
        "当地的渔政部门怎么做",
        "那里怎么检验渔船",
    ],
)
def test_a_pronoun_is_the_first_case_told(matters: Indexed, question: str) -> None:
    *_, answer = talk(matters, "云岭区渔船检验怎么做的", question)
    assert answer.resolved.startswith(BOAT)
    assert titles(answer) == [BOAT]


def test_nothing_leans_on_a_greeting(matters: Indexed) -> None:
    for question in ("那云岭区渔船检验呢", "它的材料呢", "还有别的地方吗"):
        *_, answer = talk(matters, "你好", question)
        assert answer.resolved == ""
    *_, answer = talk(matters, "云岭区渔船检验要几天", "谢谢", "那清溪县呢？")
    assert answer.resolved == "清溪渔船检验要几天"


def test_a_refusal_may_be_asked_on(matters: Indexed) -> None:
    first, answer = talk(matters, "拉萨市的渔船检验要几天", "那云岭区呢？")
    assert first.reason == "place_not_found"
    assert not answer.refused
    assert titles(answer) == [BOAT]


def test_the_question_typed_is_kept_beside_the_one_answered(matters: Indexed) -> None:
    *_, answer = talk(matters, "云岭区渔船检验要几天", "那清溪县呢？")
    assert answer.question == "那清溪县呢？"
    assert answer.reading == matters.assistant.understand(answer.resolved)


def test_a_follow_up_is_answered_as_its_full_question(matters: Indexed) -> None:
    *_, answer = talk(matters, "云岭区渔船检验要几天", "那清溪县呢？")
    full = matters.assistant.ask(answer.resolved)
    assert (answer.text, answer.citations, answer.reason) == (full.text, full.citations, full.reason)


PIECES = (
    "那 还有 别的 地方 第二个 案例 第9个 最后一个 它 这个案例 当地 [1] [7] 清溪县 云岭区 拉萨市 渔船检验 企业开办 材料 几天 怎么做 呢 ？ 吗 除了 具体"
).split()


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=5), min_size=1, max_size=4))
def test_any_conversation_is_answered_or_refused(matters: Indexed, typed: list[list[str]]) -> None:
    questions = [f"{''.join(words)}办" for words in typed]
    for answer in talk(matters, LISTING, *questions):
        assert answer.refused == (answer.reason is not None)
        assert answer.refused or answer.citations
    alone = matters.assistant.understand(questions[0])
    assert resolve(questions[0], alone, ()).question == questions[0]
