"""Question sets: how they are read, what the checker finds, and the shipped set against the library's index."""

import dataclasses
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import Indexed

from corpus.errors import InputError
from corpus.types import Case, Span
from eval.gold import TYPES, Question, problems, read_questions

pytest_plugins = ("indexes",)

SHIPPED = Path(__file__).resolve().parent.parent / "eval" / "questions.jsonl"
QUESTIONS = read_questions(SHIPPED)


def case(title: str, text: str) -> Case:
    return Case(title, "", 1, title, Span(0, len(text)), (1, 1), text, "汇编", "汇编.txt")


OPENING = case("清溪县：企业开办一窗通办", "清溪县企业开办由5天压缩\n到1天，免费发放3枚印章。")
LAND = case("白石市：不动产登记", "白石市存量房转移登记由7个工作日缩短到1个工作日。")
CASES = (OPENING, LAND)
FIGURE = Question(
    "figure-01",
    "清溪县企业开办要几天？",
    "figure",
    answerable=True,
    gold=(OPENING.title,),
    evidence=("由5天压缩到1天",),
    must=("1天",),
)
REFUSED = Question(
    "false-01", "清溪县企业开办怎么压到2天的？", "false_premise", answerable=False, reason="premise_differs"
)


def changed(question: Question, /, **fields: Any) -> list[str]:
    return problems([dataclasses.replace(question, **fields)], CASES)


def test_a_sound_set_has_no_problems() -> None:
    follow_up = dataclasses.replace(
        FIGURE, id="f", type="follow_up", history=("白石市呢？",), same_as="figure-01"
    )
    both = dataclasses.replace(
        FIGURE, id="b", type="multi", gold=(OPENING.title, LAND.title), evidence=("由5天", "由7个工作日")
    )
    refused = dataclasses.replace(REFUSED, evidence=("由5天压缩到1天",))
    assert problems([FIGURE, follow_up, both, REFUSED, dataclasses.replace(refused, id="r")], CASES) == []


@pytest.mark.parametrize(
    ("question", "fields", "problem"),
    [
        (FIGURE, {"type": "figures"}, "不认识的题型“figures”"),
        (FIGURE, {"type": "follow_up"}, "追问没有写明前面的问题"),
        (FIGURE, {"type": "masked"}, "题型 masked 不应标为可回答"),
        (FIGURE, {"reason": "no_evidence"}, "可回答的问题不应有拒答理由"),
        (FIGURE, {"gold": (), "evidence": ("由5天",)}, "可回答的问题没有写 gold"),
        (FIGURE, {"evidence": ()}, "可回答的问题没有写 evidence"),
        (FIGURE, {"must": ()}, "可回答的问题没有写 must"),
        (FIGURE, {"gold": (OPENING.title, OPENING.title)}, "gold 里有重复的案例"),
        (FIGURE, {"gold": (OPENING.title, "丙县：没有这篇")}, "索引里没有案例“丙县：没有这篇”"),
        (FIGURE, {"evidence": ("由5天压缩到2天", "由5天")}, "“由5天压缩到2天”不在所列案例的原文里"),
        (FIGURE, {"evidence": ("由5天", "由7个工作日")}, "“由7个工作日”不在所列案例的原文里"),
        (FIGURE, {"must": ("1天", "2天")}, "“2天”不在所列案例的原文里"),
        (FIGURE, {"gold": (OPENING.title, LAND.title)}, f"没有一条依据出自案例“{LAND.title}”"),
        (FIGURE, {"question": " "}, "有空的"),
        (FIGURE, {"must": ("1天", "")}, "有空的"),
        (FIGURE, {"same_as": "figure-02"}, "same_as 指向的问题“figure-02”不存在"),
        (FIGURE, {"same_as": "figure-01"}, "same_as 指向的问题“figure-01”不存在或是它自己"),
        (REFUSED, {"gold": (OPENING.title,)}, "不可回答的问题不应有 gold 或 must"),
        (REFUSED, {"must": ("1天",)}, "不可回答的问题不应有 gold 或 must"),
        (REFUSED, {"reason": "tired"}, "不认识的拒答理由“tired”"),
        (REFUSED, {"evidence": ("由9天",)}, "“由9天”不在任何案例的原文里"),
    ],
)
def test_each_kind_of_fault_is_found(question: Question, fields: dict[str, Any], problem: str) -> None:
    found = changed(question, **fields)
    assert len(found) == 1, found
    assert found[0].startswith(f"{question.id}：")
    assert problem in found[0]


def test_a_repeated_id_is_found() -> None:
    found = problems([FIGURE, REFUSED, dataclasses.replace(REFUSED, id=FIGURE.id)], CASES)
    assert found == ["figure-01：编号出现了 2 次"]


def test_questions_that_ask_the_same_have_the_same_answer() -> None:
    twin = dataclasses.replace(
        FIGURE, id="t", same_as="figure-01", gold=(LAND.title,), evidence=("7个工作日",), must=("1个工作日",)
    )
    assert problems([FIGURE, twin], CASES) == ["t：与同义的问题“figure-01”答案不一致"]


def test_cases_of_one_title_are_read_together() -> None:
    again = case(OPENING.title, "另一篇同名材料写到邮寄免费。")
    postage = dataclasses.replace(FIGURE, evidence=("邮寄免费",), must=("免费",))
    assert problems([postage], [OPENING, again]) == []
    assert problems([postage], [OPENING]) != []


@given(st.integers(0, len(OPENING.text)), st.text(" \n\t\u3000", min_size=1, max_size=3))
def test_white_space_in_a_source_hides_no_evidence(place: int, space: str) -> None:
    text = OPENING.text[:place] + space + OPENING.text[place:]
    assert problems([FIGURE], [case(OPENING.title, text)]) == []


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)  # UTF-8 has no lone surrogates
questions = st.builds(
    Question,
    id=words,
    question=words,
    type=words,
    answerable=st.booleans(),
    gold=st.lists(words).map(tuple),
    history=st.lists(words).map(tuple),
    reason=st.none() | words,
)


@given(st.lists(questions, min_size=1, max_size=3))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[Question]) -> None:
    path = tmp_path_factory.mktemp("sets") / "问题 一.jsonl"
    lines = [json.dumps(dataclasses.asdict(row), ensure_ascii=False) for row in rows]
    path.write_bytes("\n\n".join(lines).encode("utf-8-sig"))
    assert read_questions(path) == tuple(rows)


GOOD = '{"id": "a", "question": "热线？", "type": "how", "answerable": true}'


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": "a", "quest', "第 3 行不是 JSON"),
        ("[" * 100_000, "第 3 行不是 JSON"),
        ('["热线？"]', "第 3 行不是 JSON 对象"),
        ('{"id": "a", "question": "热线？"}', "第 3 行缺少 type、answerable"),
        (GOOD[:-1] + ', "evidnce": []}', "第 3 行有不认识的字段 evidnce"),
        (GOOD.replace("true", '"是"'), "answerable 应是 true 或 false"),
        (GOOD.replace('"a"', "7"), "id 应是文字"),
        (GOOD[:-1] + ', "gold": "甲"}', "gold 应是文字的列表"),
        (GOOD[:-1] + ', "must": [3]}', "must 应是文字的列表"),
        (GOOD[:-1] + ', "reason": false}', "reason 应是文字或 null"),
    ],
)
def test_a_bad_line_is_told_by_its_number(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "问题.jsonl"
    path.write_text(f"{GOOD}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match="问题集第 3 行") as caught:
        read_questions(path)
    assert problem in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("data", "problem"), [(b"\n \n", "没有问题"), ("热线".encode("gb18030"), "无法读取")]
)
def test_a_file_that_is_no_set_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "问题.jsonl"
    path.write_bytes(data)
    with pytest.raises(InputError, match=problem):
        read_questions(path)
    with pytest.raises(InputError, match="无法读取"):
        read_questions(tmp_path)


def test_the_shipped_set_agrees_with_the_library(library: Indexed) -> None:
    assert problems(QUESTIONS, library.assistant.cases) == []


def test_the_shipped_set_is_of_every_type_and_asks_for_every_case(library: Indexed) -> None:
    counts = Counter(question.type for question in QUESTIONS)
    assert counts.keys() == TYPES.keys()
    assert min(counts.values()) >= 12
    assert len({question.question for question in QUESTIONS}) == len(QUESTIONS) >= 160
    asked = {title for question in QUESTIONS for title in question.gold}
    assert asked == {one.title for one in library.assistant.cases}


def test_a_shipped_list_leaves_no_case_out(library: Indexed) -> None:
    texts = {one.title: "".join(one.text.split()) for one in library.assistant.cases}
    lists = [one for one in QUESTIONS if one.type == "list" and len(one.evidence) == 1]
    assert len(lists) >= 8
    for one in lists:
        assert set(one.gold) == {title for title, text in texts.items() if one.evidence[0] in text}, one.id


def test_shipped_refusals_are_of_every_reason() -> None:
    reasons = Counter(one.reason for one in QUESTIONS if not one.answerable)
    wanted = {"no_evidence", "place_not_found", "figure_masked", "premise_differs", "out_of_scope"}
    assert reasons.keys() >= wanted
    assert min(reasons[reason] for reason in wanted) >= 5
