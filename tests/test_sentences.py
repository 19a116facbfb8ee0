"""Sentences: every visible character in exactly one, quotations and their speakers whole."""

from __future__ import annotations

import itertools
import pathlib

import pytest
from compilations import cut_path, squeezed
from hypothesis import given
from hypothesis import strategies as st

from corpus.sentences import split_sentences

texts = st.text('甲乙丙12ab。！？；，：“”（）《》「」\n \u3000!?;"', max_size=80)
words = st.text("甲乙丙丁", min_size=1, max_size=20)
clauses = st.lists(words, min_size=1, max_size=4).map("，".join)


def pieces(text: str) -> list[str]:
    return [span.of(text) for span in split_sentences(text)]


@given(texts, st.integers(0, 50))
def test_spans_slice_the_text_in_order_and_cover_it_once(text: str, offset: int) -> None:
    spans = split_sentences(text, offset=offset)
    padded = "-" * offset + text
    assert "".join(squeezed(span.of(padded)) for span in spans) == squeezed(text)
    assert all(one.end <= two.start for one, two in itertools.pairwise(spans))
    for span in spans:
        sentence = span.of(padded)
        assert sentence.strip() == sentence != ""
        assert "\n" not in sentence


@given(st.lists(clauses, min_size=1, max_size=6), st.data())
def test_full_stops_end_sentences(parts: list[str], data: st.DataObject) -> None:
    ends = data.draw(
        st.lists(st.sampled_from(["。", "！", "？", "！！", "\n"]), min_size=len(parts), max_size=len(parts))
    )
    text = "".join(map(str.__add__, parts, ends))
    assert pieces(text) == [(part + end).strip() for part, end in zip(parts, ends, strict=True)]


@given(
    clauses,
    st.lists(clauses, min_size=1, max_size=4),
    clauses,
    st.sampled_from(["“”", "（）", "《》", "「」"]),
)
def test_a_short_quotation_is_not_split_inside(
    before: str, inside: list[str], after: str, marks: str
) -> None:
    # A quotation that ends in a full stop may end the sentence; this one goes on behind it.
    quotation = marks[0] + "。".join(inside)[:120].rstrip("。") + marks[1]
    text = f"{before}{quotation}{after}。{after}。"
    assert any(quotation in piece for piece in pieces(text))
    assert len(pieces(text)) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“办得真快。”窗口负责人周某说。下一句。", ["“办得真快。”窗口负责人周某说。", "下一句。"]),
        (
            "周某说：“办得真快。不用再跑。”下一句另起话头。",
            ["周某说：“办得真快。不用再跑。”", "下一句另起话头。"],
        ),
        (
            "“办得真快！”周某表示，“下次还来。”随后离开。",
            ["“办得真快！”周某表示，“下次还来。”", "随后离开。"],
        ),
        ("推行“一窗办。”，提速明显。好评多。", ["推行“一窗办。”，提速明显。", "好评多。"]),
        ("什么？！真的。", ["什么？！", "真的。"]),
        ("甲。\n\n乙", ["甲。", "乙"]),
        ("  甲。 乙。\u3000", ["甲。", "乙。"]),
        ("提速3.5天，达99.8%。完。", ["提速3.5天，达99.8%。", "完。"]),
    ],
)
def test_examples(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_a_semicolon_ends_a_sentence_where_both_sides_can_stand_alone() -> None:
    left, right = "审批时限由原来的二十天压缩到三天以内；", "申报材料由原来的十二份减少到四份以内。"
    assert pieces(left + right) == [left, right]
    assert pieces("提速；减材料，让办事群众满意而归再不跑腿。") == [
        "提速；减材料，让办事群众满意而归再不跑腿。"
    ]


def test_an_unclosed_quotation_does_not_swallow_the_rest() -> None:
    text = "周某说：“办得真快。" + "窗口服务态度很好。" * 4
    assert pieces(text)[1:] == ["窗口服务态度很好。"] * 4


def test_a_very_long_quotation_is_split_like_any_text() -> None:
    text = "通知指出：“" + "各窗口要优化服务流程并公开承诺时限。" * 20 + "”"
    assert len(pieces(text)) > 5


@pytest.mark.parametrize("text", ["", "\n\n", "  \u3000"])
def test_nothing_has_no_sentence(text: str) -> None:
    assert split_sentences(text) == []


def test_real_cases_are_covered_once(seeds: pathlib.Path) -> None:
    for path in sorted(seeds.glob("*.txt")):
        cut = cut_path(path)
        for case in cut.cutting.cases:
            spans = split_sentences(case.text, offset=case.span.start)
            assert "".join(squeezed(span.of(cut.document.text)) for span in spans) == squeezed(case.text)
            assert all(case.span.contains(span) for span in spans)
