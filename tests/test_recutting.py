"""Cases cut by hand: what a hand says is what comes out, and what it left alone stays."""

import pytest
from compilations import case_lines, cut_lines, paragraph
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InputError
from corpus.recutting import (
    LONGEST_TITLE,
    Piece,
    by_hand,
    merged,
    paragraphs_of,
    pieces_of,
    recut,
    renamed,
    split_at,
)

CUT = cut_lines(
    [line for number in (1, 2, 3) for line in (f"案例{number}：第{number}件事", *case_lines(number)[1:])]
)
DOCUMENT, CASES = CUT.document, CUT.cutting.cases
PIECES = pieces_of(CASES)


def test_what_no_hand_touched_is_the_very_same() -> None:
    assert len(CASES) == 3
    assert recut(DOCUMENT, PIECES, CASES) == CASES
    assert by_hand(CASES, CASES) == ()


def test_a_renamed_case_has_another_id_and_the_others_keep_theirs() -> None:
    cases = recut(DOCUMENT, renamed(PIECES, 2, " 青石县的\n新做法 "), CASES)
    assert [case.title for case in cases] == [CASES[0].title, "青石县的 新做法", CASES[2].title]
    assert cases[1].text == CASES[1].text
    assert cases[1].id != CASES[1].id
    assert (cases[0], cases[2]) == (CASES[0], CASES[2])
    assert by_hand(cases, CASES) == (2,)
    back = renamed(pieces_of(cases), 2, CASES[1].title)
    assert recut(DOCUMENT, back, CASES) == CASES


def test_a_place_in_a_new_title_is_the_region() -> None:
    assert recut(DOCUMENT, renamed(PIECES, 1, "杭州市余杭区：一件事"), CASES)[0].region.endswith("余杭区")


def test_a_split_case_becomes_two_that_hold_all_its_text() -> None:
    third = paragraphs_of(DOCUMENT, CASES[0].span)[2]
    cases = recut(DOCUMENT, split_at(DOCUMENT, PIECES, 1, third.start), CASES)
    assert [case.number for case in cases] == [1, 2, 3, 4]
    assert cases[0].text + "\n" + cases[1].text == CASES[0].text
    assert cases[1].text.startswith(third.of(DOCUMENT.text))
    assert cases[1].lines[0] == cases[0].lines[1] + 1
    assert [case.id for case in cases[2:]] == [case.id for case in CASES[1:]]
    assert by_hand(cases, CASES) == (1, 2)


def test_a_short_paragraph_is_the_title_of_what_is_split_off() -> None:
    cut = cut_lines(["案例1：甲", paragraph(1), "云溪街道的另一件事", paragraph(2)])
    start = cut.document.text.index("云溪街道的")
    pieces = split_at(cut.document, pieces_of(cut.cutting.cases), 1, start)
    assert recut(cut.document, pieces, cut.cutting.cases)[1].title == "云溪街道的另一件事"


def test_a_merged_case_keeps_the_title_before() -> None:
    cases = recut(DOCUMENT, merged(PIECES, 2), CASES)
    assert [case.title for case in cases] == [CASES[0].title, CASES[2].title]
    assert cases[0].text == CASES[0].text + "\n" + CASES[1].text
    assert cases[0].lines == (CASES[0].lines[0], CASES[1].lines[1])
    assert cases[1].id == CASES[2].id


@pytest.mark.parametrize("title", ["", " \n ", "长" * (LONGEST_TITLE + 1)])
def test_a_title_must_be_one(title: str) -> None:
    with pytest.raises(InputError, match="标题"):
        renamed(PIECES, 1, title)


@pytest.mark.parametrize("number", [0, 4, -1])
def test_a_case_that_is_not_there_is_told(number: int) -> None:
    with pytest.raises(InputError, match="没有第"):
        renamed(PIECES, number, "新")
    with pytest.raises(InputError, match="没有第"):
        merged(PIECES, number)
    with pytest.raises(InputError, match="没有第"):
        split_at(DOCUMENT, PIECES, number, 0)


def test_the_first_case_has_none_before() -> None:
    with pytest.raises(InputError, match="前面没有"):
        merged(PIECES, 1)


@pytest.mark.parametrize("start", [0, 1, PIECES[1].span.start, 10**9])
def test_a_split_is_at_a_later_paragraph_of_the_case(start: int) -> None:
    with pytest.raises(InputError, match="不能从这里"):
        split_at(DOCUMENT, PIECES, 1, start)


@given(
    st.lists(
        st.tuples(st.sampled_from(["rename", "split", "merge"]), st.integers(0, 9), st.integers(0, 9)),
        max_size=8,
    )
)
def test_whatever_hands_do_no_text_is_lost_or_told_twice(steps: list[tuple[str, int, int]]) -> None:
    pieces: tuple[Piece, ...] = PIECES
    for verb, which, where in steps:
        number = which % len(pieces) + 1
        if verb == "rename":
            pieces = renamed(pieces, number, f"题{where}")
        elif verb == "merge" and number > 1:
            pieces = merged(pieces, number)
        elif verb == "split":
            starts = [one.start for one in paragraphs_of(DOCUMENT, pieces[number - 1].span)[1:]]
            if starts:
                pieces = split_at(DOCUMENT, pieces, number, starts[where % len(starts)])
    cases = recut(DOCUMENT, pieces, CASES)
    assert "\n".join(case.text for case in cases) == "\n".join(case.text for case in CASES)
    assert [case.number for case in cases] == list(range(1, len(cases) + 1))
    assert all(case.span.of(DOCUMENT.text) == case.text for case in cases)
    assert pieces_of(cases) == pieces
