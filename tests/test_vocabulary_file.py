"""The shipped table of plain and official wordings keeps the rules under which it was written."""

import collections
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.lexical import fold
from rag.vocabulary import FILE, load_vocabulary

LINES = [
    line
    for line in FILE.read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.lstrip().startswith("#")
]
FIELDS = [line.split("|") for line in LINES]
GROUPS = [(tuple(official.split()), tuple(plain.split())) for official, plain, _english in FIELDS]
ENGLISH = [tuple(word.strip() for word in english.split(",")) for _official, _plain, english in FIELDS]
PLAIN = [(wording, official) for official, plain in GROUPS for wording in plain]
SHIPPED = load_vocabulary()


def repeated(wordings: list[str]) -> list[str]:
    return [wording for wording, count in collections.Counter(wordings).items() if count > 1]


def test_the_first_line_tells_staff_how_to_edit_the_table() -> None:
    first = FILE.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("#")
    assert first.endswith("即生效。")


def test_the_table_covers_the_field() -> None:
    assert len(SHIPPED) == len(GROUPS) >= 400


def test_every_line_has_all_three_fields() -> None:
    assert [line for line in LINES if line.count("|") != 2] == []
    assert [line for line in LINES if not all(field.strip() for field in line.split("|"))] == []
    assert [official for official, _plain in GROUPS if len(official) > 5] == []
    assert [words for words in ENGLISH if not all(word and word.isascii() for word in words)] == []


def test_a_wording_stands_in_one_line_only() -> None:
    assert repeated([fold(wording) for wording, _official in PLAIN]) == []
    assert repeated([fold(wording) for wording in itertools.chain.from_iterable(ENGLISH)]) == []


def test_no_line_repeats_an_official_term() -> None:
    assert repeated([term for official, _plain in GROUPS for term in official]) == []


def test_no_plain_wording_is_shorter_than_two_characters_or_split_by_punctuation() -> None:
    assert [wording for wording, _official in PLAIN if len(wording) < 2] == []
    assert [wording for wording, _official in PLAIN if not wording.isalnum()] == []


def test_no_plain_wording_is_an_official_term_of_its_line() -> None:
    assert [wording for wording, official in PLAIN if wording in official] == []


@pytest.mark.parametrize(
    ("question", "official"),
    [
        ("老板换了人营业执照要不要改", "法定代表人变更"),
        ("開個飯店要辦什麼證", "食品经营许可证"),
        ("公司想搬到隔壁区", "企业迁移登记"),
        ("公积金怎么取", "住房公积金提取"),
        ("贷款没还清能卖房吗", "带押过户"),
        ("第一次违法能不能不罚", "首违不罚"),
        ("材料缺一份能先办吗", "容缺受理"),
        ("how do I open a restaurant", "食品经营许可证"),
    ],
)
def test_a_plain_question_finds_the_matter(question: str, official: str) -> None:
    assert official in SHIPPED.official(question)


@pytest.mark.parametrize(
    "question",
    [
        "今天天气怎么样",
        "上海关于优化服务的规定",
        "范围标准化",
        "公开标准化目录",
        "数据多跑路群众少操心",
        "领证件的地方",
        "其中试点有几个",
        "各部门头一项工作",
        "有没有地方做过",
        "how far is the airport",
    ],
)
def test_words_that_only_look_alike_find_nothing(question: str) -> None:
    assert SHIPPED.official(question) == ()


@given(st.sampled_from(PLAIN), st.text("的吗请问一下", max_size=6), st.text("呢吧了？。", max_size=4))
def test_a_plain_wording_finds_its_own_line_wherever_it_stands(
    pair: tuple[str, tuple[str, ...]], before: str, after: str
) -> None:
    wording, official = pair
    assert set(official) <= set(SHIPPED.official(before + wording + after))


def test_every_wording_finds_its_own_line() -> None:
    lost = [wording for wording, official in PLAIN if not set(official) <= set(SHIPPED.official(wording))]
    lost += [
        word
        for (official, _plain), words in zip(GROUPS, ENGLISH, strict=True)
        for word in words
        if not set(official) <= set(SHIPPED.official(word))
    ]
    assert lost == []
