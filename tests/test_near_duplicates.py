"""Copies of a case are found whatever an editor did to them, and different cases are left apart."""

import random
from pathlib import Path

import pytest
from compilations import cut_path
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import CASES, HEADER

from corpus.near_duplicates import LEAST, likely_pairs, near_duplicates, resemblance, sketch

TEXTS = [f"{title}\n{body}" for title, body in CASES.items()]
LONG = "\n".join(TEXTS[:4])


def replaced(text: str, share: float) -> str:
    """`text` with that share of its characters exchanged."""
    chosen = random.Random(3)
    return "".join("甲" if chosen.random() < share else character for character in text)


def test_different_cases_are_left_apart() -> None:
    assert near_duplicates(TEXTS) == ()


@pytest.mark.parametrize(
    "copy",
    [
        LONG,
        LONG.replace("\n", "").replace("，", ",").replace("1", "１"),
        LONG[: len(LONG) // 2],
        LONG[len(LONG) // 3 :],
        "\n".join(reversed(LONG.split("\n"))),
        replaced(LONG, 0.08),
        LONG.replace("县", "XX").replace("市", "XX"),
        LONG.replace("。", f"。{HEADER}"),
    ],
    ids=["same", "other signs", "cut short", "begins later", "reordered", "edited", "masked", "headers"],
)
def test_a_copy_is_found_among_other_cases(copy: str) -> None:
    assert near_duplicates([*TEXTS[4:], LONG, copy]) == ((len(TEXTS) - 4, len(TEXTS) - 3),)


def test_a_case_that_a_report_takes_a_paragraph_of_stays_a_case() -> None:
    assert near_duplicates(["\n".join(TEXTS), TEXTS[0], TEXTS[1]]) == ()


def test_a_shared_phrase_makes_no_copy() -> None:
    phrase = "为深入贯彻落实优化营商环境工作部署，持续深化改革，不断提升服务效能。"
    assert near_duplicates([f"{phrase}{text}" for text in TEXTS]) == ()


def test_copies_of_copies_are_one_group() -> None:
    first, last = LONG[: len(LONG) * 2 // 3], LONG[len(LONG) // 3 :]
    assert resemblance(first, last) < resemblance(first, LONG)
    assert near_duplicates([first, TEXTS[5], LONG, last]) == ((0, 2, 3),)


def test_a_hundred_copies_are_one_group() -> None:
    assert near_duplicates([f"{LONG}第{number}版" for number in range(100)]) == (tuple(range(100)),)


@pytest.mark.parametrize("texts", [[], ["甲"], ["", "", "甲乙", "甲乙"], ["\ud800" * 9, "乙" * 9]])
def test_texts_without_wording_are_no_copies(texts: list[str]) -> None:
    assert near_duplicates(texts) == ()


def test_short_texts_are_compared_too() -> None:
    assert near_duplicates(["企业开办一日办结", "别的事情", "企业开办一日办结。"]) == ((0, 2),)


@given(st.lists(st.sampled_from([*TEXTS[5:8], LONG, "", "甲乙丙丁戊己庚"]), max_size=9))
@settings(max_examples=40, deadline=None)
def test_groups_are_the_same_texts_each_once_in_order(texts: list[str]) -> None:
    groups = near_duplicates(texts)
    members = [position for group in groups for position in group]
    assert len(set(members)) == len(members)
    assert [list(group) for group in groups] == [
        [at for at, other in enumerate(texts) if other == text]
        for first, text in enumerate(texts)
        if len(text) > 5 and texts.index(text) == first and texts.count(text) > 1
    ]


@given(st.text(), st.text())
@settings(max_examples=60, deadline=None)
def test_resemblance_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    found = resemblance(one, other)
    assert 0 <= found <= 1
    assert found == resemblance(other, one)


@pytest.fixture(scope="module")
def real(seeds: Path) -> list[str]:
    return [case.text for path in sorted(seeds.glob("*.txt")) for case in cut_path(path).cutting.cases]


def test_real_compilations_hold_no_case_twice(real: list[str]) -> None:
    assert len(real) > 100
    assert near_duplicates(real) == ()
    assert near_duplicates([*real, replaced(real[7], 0.05)]) == ((7, len(real)),)


def test_threshold_is_far_above_what_different_cases_share(real: list[str]) -> None:
    assert near_duplicates(real, least=LEAST / 3) == ()


def test_the_first_few_are_compared_with_all_and_the_rest_not_with_one_another() -> None:
    texts = [LONG, *TEXTS[4:], replaced(LONG, 0.05), TEXTS[4]]
    sketches, behind = [sketch(text) for text in texts], len(texts) - 2
    assert likely_pairs(sketches, 1) == [(0, behind)]
    assert likely_pairs(sketches, len(texts)) == [(0, behind), (1, behind + 1)]
    assert likely_pairs(sketches, 0) == []
    assert likely_pairs([sketch(""), sketch("")], 1) == []
