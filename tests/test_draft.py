"""Sentences and marks of a reply while it streams, and layout that must not come through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.draft import as_markdown, sentences_of, unadorned

PIECES = st.sampled_from(
    [
        "沧海市",
        "三天",
        "。",
        "！",
        "[1]",
        "[2,",
        "3]",
        "【4】",
        "“",
        "”",
        "\n",
        "- ",
        "**",
        " ",
        "，",
        "1. ",
        "[",
    ]
)
LAYOUT = [
    "![图](http://a.example/x.png)",
    "[点这里](http://a.example)",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "http://a.example/q",
    "www.a.example",
    "me@a.example",
    "`代码`",
    "| 表 | 格 |",
    "$$x$$",
    "~~划掉~~",
    "[1]: http://a.example",
    "&lt;b&gt;",
]


def read(*chunks: str) -> list[tuple[str, tuple[int, ...]]]:
    """What each sentence says and which numbers it carries."""
    return [("".join(unadorned(text) for text, _ in one.parts), one.numbers) for one in sentences_of(chunks)]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("甲办三天[1]。乙办五天[2]。", [("甲办三天。", (1,)), ("乙办五天。", (2,))]),
        ("甲办三天。[1]乙办五天。[2]", [("甲办三天。", (1,)), ("乙办五天。", (2,))]),
        ("甲办三天[1][2]。", [("甲办三天。", (1, 2))]),
        ("甲办三天[1, 3]。", [("甲办三天。", (1, 3))]),
        ("甲办三天[1-3]。", [("甲办三天。", (1, 2, 3))]),
        ("甲办三天【1】。乙［2］。丙[^3]。", [("甲办三天。", (1,)), ("乙。", (2,)), ("丙。", (3,))]),
        ("甲办三天[材料1]。", [("甲办三天。", (1,))]),
        ("甲说：“先办。再补。”[1]乙不说[2]。", [("甲说：“先办。再补。”", (1,)), ("乙不说。", (2,))]),
        ("甲说：“先办[1]。\n乙不说[2]。", [("甲说：“先办。", (1,)), ("乙不说。", (2,))]),
        ("**甲办三天。**[1] 乙", [("甲办三天。", (1,)), ("乙", ())]),
        ("没有编号", [("没有编号", ())]),
        ("甲办三天。乙办五天[2]。丙", [("甲办三天。", (2,)), ("乙办五天。", (2,)), ("丙", ())]),
        ("甲办三天。\n乙办五天[2]。", [("甲办三天。", ()), ("乙办五天。", (2,))]),
        ("甲办三天。乙办五天[2]，丙办六天[3]。", [("甲办三天。", (2,)), ("乙办五天丙办六天。", (2, 3))]),
        ("", []),
        ("\n \n", []),
    ],
)
def test_sentences_and_their_marks(reply: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert read(reply) == expected


def test_marks_inside_a_sentence_belong_to_what_stands_before_them() -> None:
    (sentence,) = sentences_of(["甲办三天[1]，乙办五天[2][3]。"])
    assert [(unadorned(text), numbers) for text, numbers in sentence.parts] == [
        ("甲办三天", (1,)),
        ("乙办五天。", (2, 3)),
    ]


def test_words_behind_the_last_mark_are_not_lost() -> None:
    assert read("甲办三天[1]，全国第一。") == [("甲办三天，全国第一。", (1,))]


def test_lines_and_items_are_told() -> None:
    reply = "# 标题\n\n- 甲[1]。乙[2]。\n2. 丙[3]。\n（三）丁[4]。\n3.5万元[5]。"
    found = [(unadorned(one.parts[0][0]), one.line, one.item) for one in sentences_of([reply])]
    assert found == [
        ("标题", 0, False),
        ("甲。", 2, True),
        ("乙。", 2, True),
        ("丙。", 3, True),
        ("丁。", 4, True),
        ("3.5万元。", 5, False),
    ]


def test_a_sentence_comes_out_once_its_marks_are_certain() -> None:
    chunks = iter(["甲办三天", "。", "[1", "]", "乙"])
    assert next(sentences_of(chunks)).numbers == (1,)
    assert list(chunks) == []
    chunks = iter(["甲办三天[1]。", "乙", "办五天"])
    assert next(sentences_of(chunks)).numbers == (1,)
    assert list(chunks) == ["办五天"]


@given(st.lists(PIECES, max_size=20))
def test_how_a_reply_is_cut_on_the_way_changes_nothing(pieces: list[str]) -> None:
    whole = "".join(pieces)
    assert list(sentences_of(pieces)) == list(sentences_of([whole])) == list(sentences_of(whole))


@given(st.lists(PIECES, max_size=20))
def test_no_character_is_lost(pieces: list[str]) -> None:
    whole = "".join(pieces)
    said = [one for one in whole if one in "沧海市三天"]
    found = "".join(text for one in sentences_of([whole]) for text, _ in one.parts)
    assert [one for one in found if one in "沧海市三天"] == said


@given(
    st.lists(st.one_of(st.sampled_from(LAYOUT), st.text(max_size=8)), max_size=4),
    st.sampled_from(["", "[1]"]),
)
def test_no_layout_of_a_model_comes_through(pieces: list[str], marks: str) -> None:
    text = " ".join(" ".join(pieces).split())
    tokens = (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .parse(as_markdown(text, marks))
    )
    kinds = {inner.type for token in tokens for inner in (token, *(token.children or ()))}
    assert not kinds & {
        "link_open", "image", "html_inline", "html_block", "code_inline", "code_block", "fence", "table_open",
        "s_open", "heading_open", "blockquote_open",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("见 http://a.example", "http://"),
        ("见 www.a.example", "www."),
        ("写信到 me@a.example", "me@"),
        ("$$x$$", "$$"),
    ],
)
def test_addresses_and_formulas_are_made_plain(text: str, address: str) -> None:
    assert address not in as_markdown(text, "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**甲**办三天。", "**甲**办三天[1]。"),
        ("**甲办三天。", "甲办三天[1]。"),
        ("****甲。", "甲[1]。"),
        ("甲办三天", "甲办三天[1]"),
        ("甲_办_三天！", "甲\\_办\\_三天[1]！"),
    ],
)
def test_bold_stays_and_marks_stand_before_the_stop(text: str, shown: str) -> None:
    assert as_markdown(text, "[1]") == shown
