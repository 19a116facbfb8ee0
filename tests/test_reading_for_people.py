"""How a question was understood, told in one line that people can check."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import InputError
from rag.output import reading_for_people
from rag.understand import understand
from rag.vocabulary import Vocabulary, load_vocabulary

SHIPPED = load_vocabulary()


def told(question: str, vocabulary: Vocabulary | None = None) -> str:
    reading = understand(
        question, longest=2000, vocabulary=vocabulary or Vocabulary(()), known_places=("清溪", "云岭")
    )
    return reading_for_people(reading)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("渔船检验要几天", "查数字（时间）"),
        ("渔船检验收多少钱", "查数字（金额）"),
        ("好评占比是多少", "查数字（比例）"),
        ("哪一年开始检验渔船", "查数字（日期）"),
        ("检验了多少条渔船", "查数字（数量）"),
        ("渔船检验要几天，材料几份，以前几天", "查数字（时间、数量）"),
        ("渔船检验怎么做", "问做法"),
        ("渔船检验能不能上门", "查数字"),
        ("哪些地方上门检验渔船", "列出各地"),
        ("哪些地方上门检验渔船，要几天", "列出各地（时间）"),
        ("清溪县怎么检验渔船", "问做法；地方：清溪"),
        ("清溪县和云岭区的渔船检验要几天", "作比较（时间）；地方：清溪、云岭"),
    ],
)
def test_what_was_understood(question: str, expected: str) -> None:
    assert told(question) == expected


def test_official_terms_are_told_but_not_all_of_them() -> None:
    line = told("注册个公司要几天", SHIPPED)
    assert line.startswith("查数字（时间）；正式说法：")
    assert "企业开办" in line
    many = told("开公司盖房子交税办社保换身份证贷款要不要刻章，怎么少跑腿少交材料", SHIPPED)
    assert many.count("、") <= 5


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_question_is_told_in_one_line(question: str) -> None:
    try:
        line = told(question, SHIPPED)
    except InputError:
        return
    assert line.split("（")[0].split("；")[0] in {"查数字", "问做法", "列出各地", "作比较"}
    assert len(line.splitlines()) == 1
