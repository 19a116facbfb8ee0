"""Staff may put the fixed phrases into their own words; what would break an answer is refused."""

import string
from pathlib import Path

import pytest

from corpus.errors import InputError
from rag.wording import FILE, Wording, load_wording


def own(tmp_path: Path, text: str) -> Wording:
    path = tmp_path / "说法.toml"
    path.write_text(text, encoding="utf-8")
    return load_wording(path)


def test_a_phrase_is_filled_in() -> None:
    assert Wording({"甲": "共 {count} 个，见{case}。"})("甲", count=3, case="甲县") == "共 3 个，见甲县。"


def test_what_is_filled_in_is_not_read_as_a_phrase() -> None:
    assert Wording({"甲": "见{case}。"})("甲", case="{count}") == "见{count}。"


def test_own_phrases_come_before_the_shipped_ones(tmp_path: Path) -> None:
    say = own(tmp_path, 'nearest = "可以看看："\nlist_cases = "依次是{cases}。"\n')
    assert say("nearest") == "可以看看："
    assert say("list_cases", cases="甲县") == "依次是甲县。"
    assert say("source_says") == load_wording()("source_says")


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert own(tmp_path, "# 以后再写\n")("nothing_more") == load_wording()("nothing_more")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "说法.toml"
    path.write_text('nearest = "请看："\n', encoding="utf-8-sig")
    assert load_wording(path)("nearest") == "请看："


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nearest = 请看", "无法读取"),
        ('neerest = "请看："', "不认识的名称：neerest"),
        ('list_cases = "依次是："', "list_cases"),
        ('list_cases = "依次是{cases}，共{count}个。"', "list_cases"),
        ('list_cases = "依次是{case}。"', "list_cases"),
        ('list_cases = "依次是{cases。"', "list_cases"),
        ('nearest = "请看{}："', "nearest"),
        ('list_cases = "依次是{cases.__class__}。"', "list_cases"),
        ('lead_list = "在 {all:>40} 个案例中命中 {count} 个："', "lead_list"),
        ('list_cases = "依次是{cases!x}。"', "list_cases"),
        ("nearest = 3", "nearest"),
        ('[nearest]\none = "请看："', "nearest"),
    ],
)
def test_a_phrase_that_would_break_an_answer_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        own(tmp_path, text)
    assert caught.value.hint


@pytest.mark.parametrize("data", ["nearest = '请看'".encode("gb18030"), b"\xff\xfe\x00"])
def test_a_file_that_is_no_utf_8_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "说法.toml"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"说法\.toml"):
        load_wording(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"没有\.toml"):
        load_wording(tmp_path / "没有.toml")


def test_every_shipped_phrase_can_be_filled_in() -> None:
    say = load_wording()
    for line in FILE.read_text(encoding="utf-8").splitlines():
        name, equals, phrase = line.partition(" = ")
        if equals and not name.startswith("#"):
            places = {place for _, place, _, _ in string.Formatter().parse(phrase) if place}
            assert "{" not in say(name, **dict.fromkeys(places, "甲县"))
