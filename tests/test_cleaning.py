"""Cleaning: what belongs to no case goes, what a page break broke is whole, every character can be traced."""

from __future__ import annotations

import itertools
import pathlib

import pytest
from compilations import Cut, case_lines, cut_bytes, cut_lines, cut_path, paragraph, sentence, squeezed, title
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import junk
from corpus.normalise import bare, tidy_spaces, unclosed, width
from corpus.types import Span

HEADER = "营商观察：改革案例半月选（第7期）"
ADVERT = "【某某素材库】每天更新公文范文，加入会员群请联系客服"
JUNK = {
    "页码": ["12", "- 3 -", "第 5 页", "—7—", "第3页 共20页", "8/20"],
    "下载标记": ["##paidbegin##", "## freeend ##"],
    "广告": [ADVERT, "微信扫码加群，优惠下载更多会员素材"],
    "文档密码": ["本文档编辑密码：abc2031", "提取码: 9x7k"],
}


def assert_traceable(cut: Cut) -> None:
    """Every part of the text that claims to be verbatim stands on the raw lines that it names."""
    document = cut.document
    lines: dict[int, str] = {}
    for line in cut.raw.lines:
        lines[line.number] = lines.get(line.number, "") + squeezed(line.text)
    starts = [piece.start for piece in document.line_map]
    for piece, end in zip(document.line_map, [*starts[1:], len(document.text)], strict=True):
        for part in document.verbatim(Span(piece.start, end)):
            assert squeezed(part.of(document.text)) in lines[piece.number]
    raw = "".join(squeezed(line.text) for line in cut.raw.lines)
    offset = 0
    for text in document.text.split("\n"):
        for part in document.verbatim(Span(offset, offset + len(text))):
            first, last = document.lines_of(part)
            stretch = "".join(lines[number] for number in range(first, last + 1) if number in lines)
            assert squeezed(part.of(document.text)) in stretch
            assert stretch in raw
        offset += len(text) + 1


@st.composite
def compilations(draw: st.DrawFn) -> list[str]:
    """Lines of an invented compilation with everything that page layouts and download sites do to one."""
    count = draw(st.integers(1, 4))
    lines: list[str] = ["关于改革经验的材料汇编", ""]
    if draw(st.booleans()):
        lines += ["目录", *(f"{title(number)}\t{number * 3 + 1}" for number in range(count)), "", ""]
    for number in range(count):
        for text in case_lines(number, draw(st.integers(1, 3))):
            lines += draw(damaged(text))
            lines += [""] * draw(st.integers(0, 2))
        lines += draw(st.sampled_from([[], ["##paidend##"], ["", "7", ""], [HEADER], [ADVERT]]))
    return lines


@st.composite
def damaged(draw: st.DrawFn, text: str) -> list[str]:
    """A paragraph as it is, with marks inside, with odd spaces, or broken by a page break."""
    at = draw(st.integers(1, len(text) - 1))
    middle = (at + len(text)) // 2
    left, right, mark = text[:at], text[at:], "##paidbegin##"
    layouts = [["", "3", ""], ["", HEADER, ""], [mark], [""], ["", "", ""]]
    page = draw(st.sampled_from(layouts))
    return draw(
        st.sampled_from(
            [
                [text],
                [left + mark + right],
                [f"{mark}{left} ##x1## {right}##paidend##"],
                [f"\u3000\u3000{left}  {right}\t"],
                [left, *page, right],
                [left + mark, *page, right],
                [left, *page, text[at:middle] + mark + text[middle:]],
            ]
        )
    )


@settings(max_examples=150, deadline=None)
@given(compilations())
def test_every_character_can_be_traced_to_its_raw_line(lines: list[str]) -> None:
    cut = cut_lines(lines)
    assert_traceable(cut)
    document, cases = cut.document, cut.cutting.cases
    assert cases
    for case in cases:
        assert case.text == case.span.of(document.text)
        assert case.lines == document.lines_of(case.span)
        assert "##" not in case.text
        assert "素材库" not in case.text
    assert [case.number for case in cases] == list(range(1, len(cases) + 1))
    assert all(one.span.end < two.span.start for one, two in itertools.pairwise(cases))


@settings(max_examples=60, deadline=None)
@given(compilations())
def test_no_visible_character_of_a_case_is_lost(lines: list[str]) -> None:
    cut = cut_lines(lines)
    kept = squeezed(cut.document.text)
    expected = sum(
        len(squeezed(junk.MARK.sub("", line.text)))
        for index, line in enumerate(cut.raw.lines)
        if not any(one.lines[0] <= index + 1 <= one.lines[1] for one in cut.file.leftovers)
    )
    assert len(kept) == expected


def test_a_word_broken_by_a_page_break_is_whole_again() -> None:
    text = paragraph(4)
    at = text.index("施工许可") + 2
    cut = cut_lines([*case_lines(1), "", text[:at], "", "", text[at:], "", *case_lines(2)])
    assert text in cut.document.text.split("\n")
    assert cut.document.cuts == ()


def test_a_page_number_inside_a_sentence_goes_and_leaves_a_cut() -> None:
    text = paragraph(4)
    cut = cut_lines([title(1), "", text[:60], "", "17", "", text[60:]])
    assert text in cut.document.text.split("\n")
    start = cut.document.text.index(text)
    assert cut.document.cuts == (start + 60,)
    assert cut.document.lines_of(Span(start, start + len(text))) == (3, 7)
    assert cut.reasons[5] == "页码"


def test_a_running_header_inside_a_sentence_goes_wherever_it_stands() -> None:
    text = paragraph(4)
    lines = [*case_lines(1), HEADER, *case_lines(2), "", text[:70], "", HEADER, "", text[70:]]
    cut = cut_lines(lines)
    assert HEADER not in cut.document.text
    assert text in cut.document.text
    start = cut.document.text.index(text)
    parts = cut.document.verbatim(Span(start, start + len(text)))
    assert [part.of(cut.document.text) for part in parts] == [text[:70], text[70:]]
    assert [line for line, reason in cut.reasons.items() if reason == "页眉"] == [
        number for number, line in enumerate(lines, 1) if line == HEADER
    ]


def test_a_line_that_comes_twice_between_whole_sentences_stays() -> None:
    lines = [*case_lines(1), "特色做法", paragraph(50), *case_lines(2), "特色做法", paragraph(60)]
    assert cut_lines(lines).document.text.count("特色做法") == 2


def test_a_mark_inside_a_sentence_goes_and_leaves_a_cut() -> None:
    text = sentence(3)
    cut = cut_lines([title(1), text[:20] + "##paidbegin##" + text[20:], paragraph(7)])
    start = cut.document.text.index(text)
    parts = cut.document.verbatim(Span(start, start + len(text)))
    assert [part.of(cut.document.text) for part in parts] == [text[:20], text[20:]]


def test_a_mark_after_a_page_break_leaves_its_cut_too() -> None:
    text = paragraph(4)
    cut = cut_lines([title(1), "", text[:60], "", "", text[60:90] + "##paidbegin##" + text[90:]])
    start = cut.document.text.index(text)
    assert cut.document.cuts == (start + 90,)


def test_marks_at_the_ends_of_a_line_leave_no_cut() -> None:
    cut = cut_lines([title(1), "##paidbegin##" + paragraph(3) + "##paidend##", paragraph(7)])
    assert paragraph(3) in cut.document.text.split("\n")
    assert cut.document.cuts == ()


@pytest.mark.parametrize(("reason", "line"), [(reason, line) for reason in JUNK for line in JUNK[reason]])
def test_junk_is_in_no_case_and_told_with_its_reason(reason: str, line: str) -> None:
    lines = [*case_lines(1), "", line, "", *case_lines(2), "", line]
    cut = cut_lines(lines)
    assert cut.document.text.split("\n") == [*case_lines(1), *case_lines(2)]
    assert {number: reason for number, text in enumerate(lines, 1) if text == line}.items() <= (
        cut.reasons.items()
    )


@pytest.mark.parametrize(
    "line",
    [
        "企业下载电子执照、扫码缴费，由客服提供会员式服务，累计惠及120家。",
        "优惠政策由公众号推送。",
        "2023年3月",
        "12345热线",
        "办理时限压缩到3天",
        "密码管理部门建立联络机制，推动商用密码应用，服务企业二百余家，形成多方共治的工作格局。",
    ],
)
def test_lines_of_cases_that_only_look_like_junk_stay(line: str) -> None:
    assert junk.reason_to_drop(line) == ""


@pytest.mark.parametrize("blanks", [0, 1, 2])
def test_a_heading_is_not_joined_to_its_paragraph(blanks: int) -> None:
    headings = ["审批提速更省心", "（一）材料减半", "一、主要做法", "窗口服务升级版", "办结时限3天"]
    lines = [title(1), ""]
    for number, heading in enumerate(headings):
        lines += [heading, *[""] * blanks, paragraph(number), *[""] * blanks]
    paragraphs = cut_lines(lines).document.text.split("\n")
    assert paragraphs[1:] == [
        one for pair in zip(headings, map(paragraph, range(5)), strict=True) for one in pair
    ]


def test_a_long_title_is_not_joined_to_the_paragraph_before_it() -> None:
    second = "白沙镇：以一张清单一枚印章一个窗口带动审批服务全面提速增效"
    cut = cut_lines([*case_lines(1), "", second, "", paragraph(5), paragraph(6)])
    assert second in cut.document.text.split("\n")


def test_a_hard_wrapped_text_becomes_whole_sentences() -> None:
    texts = [paragraph(number) for number in range(1, 5)]
    wrapped = [text[start : start + 30] for text in texts for start in range(0, len(text), 30)]
    cut = cut_lines([title(1), *wrapped])
    first, *paragraphs = cut.document.text.split("\n")
    assert first == title(1)
    assert "".join(paragraphs) == "".join(texts)
    assert all(one.endswith("。") for one in paragraphs)
    assert cut.document.cuts == ()
    assert_traceable(cut)


def test_neighbouring_junk_is_one_leftover_only_where_nothing_lies_between() -> None:
    lines = [*case_lines(1), "", ADVERT, "", ADVERT, paragraph(90), ADVERT]
    left = [one.lines for one in cut_lines(lines).file.leftovers]
    assert left == [(6, 8), (10, 10)]


def test_two_latin_words_keep_a_space_and_chinese_none_over_a_line_break() -> None:
    wide = "系统提供Open"
    text = "本区上线多语种指南并由志愿者翻译成册供外资企业取用，" * 2
    cut = cut_lines(
        [
            title(1),
            "",
            text + wide,
            "",
            "Data接口并免费向企业开放，累计调用九千余次，群众普遍反映良好，办事更加便利。",
        ]
    )
    assert "Open Data接口" in cut.document.text


def test_the_digest_and_the_id_follow_the_bytes() -> None:
    data = "\n".join(case_lines(1)).encode()
    one, same, moved, other = (
        cut_bytes(content, name).document
        for content, name in (
            (data, "甲/一.txt"),
            (data, "甲/一.txt"),
            (data, "乙/一.txt"),
            (data + b"\n", "甲/一.txt"),
        )
    )
    assert one == same
    assert one.id == moved.id != other.id
    assert one.digest == moved.digest != other.digest
    assert moved.path == "乙/一.txt"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            [
                "改革经验汇编（2篇）",
                "",
                "目录",
                *(f"{title(n)}\t{n}" for n in (1, 2)),
                *case_lines(1),
                *case_lines(2),
            ],
            "改革经验汇编（2篇）",
        ),
        ([title(1), paragraph(1)], title(1)),
        ([paragraph(1), paragraph(2)], "汇编"),
    ],
)
def test_the_title_of_a_document(lines: list[str], expected: str) -> None:
    assert cut_lines(lines).document.title == expected


@given(st.text("甲 \u3000\tab1。，%“”\n", max_size=30))
def test_tidying_spaces_only_touches_spaces_and_is_done_once(text: str) -> None:
    tidy = tidy_spaces(text)
    assert squeezed(tidy) == squeezed(text)
    assert tidy_spaces(tidy) == tidy
    assert "  " not in tidy


def test_spaces_beside_figures_go_and_those_of_latin_text_stay() -> None:
    assert tidy_spaces("  办结 3 个工作日，提速 50% 以上 big  data ") == "办结3个工作日，提速50%以上big data"


def test_bare_titles_ignore_signs_and_width() -> None:
    assert bare("“三聚焦”　ＡＢＣ：优化_环境！") == bare("三聚焦abc优化环境")
    assert bare("提速50%") != bare("提速50")


def test_width_counts_columns() -> None:
    assert width("ab甲乙，") == 8


@pytest.mark.parametrize(
    ("text", "expected"), [("“甲", True), ("“甲”", False), ("（甲", True), ("甲）", False), ("《甲》“", True)]
)
def test_what_is_left_open(text: str, *, expected: bool) -> None:
    assert unclosed(text) is expected


def test_real_compilations_can_be_traced_and_hold_no_junk(seeds: pathlib.Path) -> None:
    header = "每周案例汇编（12.13-12.19）"
    for path in sorted(seeds.glob("*.txt")):
        cut = cut_path(path)
        assert_traceable(cut)
        text = "\n".join(case.text for case in cut.cutting.cases)
        for foreign in ("##", "素材库", "密码：", "会员群", header):
            assert foreign not in text
        where = {
            number
            for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
            if "素材库" in line or "密码：" in line or header in line or line.startswith("##paidend##")
        }
        left = {number for one in cut.cutting.leftovers for number in range(one.lines[0], one.lines[1] + 1)}
        assert where <= left
