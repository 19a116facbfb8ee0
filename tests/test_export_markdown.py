"""Answers as Markdown: any reader shows the text and nothing of it becomes layout."""

from __future__ import annotations

import re

import pytest
from export_samples import CONVERSATION, LIBRARY, LIST, REFUSED, TABLE, answer_of
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.exporting import answer_markdown
from rag.exporting.blocks import blocks_of, marks_of, text_of
from rag.exporting.legible import on_one_line
from rag.phrasing import escaped

TAGS = {"h2", "h3", "p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td"}
HOSTILE = st.text(alphabet=st.sampled_from("案例a1.)(-+=#*_~`<>[]!|&;:/@$\\ \n\t“，。"), max_size=30)


def rendered(markdown: str) -> str:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)


def test_a_conversation_reads_as_headings_text_and_numbered_sources() -> None:
    shown = answer_markdown(CONVERSATION, LIBRARY)
    assert re.findall(r"^## (.*)$", shown, re.MULTILINE) == [question for question, _ in CONVERSATION]
    assert "### 甲县渔船检验提速\n\n- 渔船检验由9个工作日压缩到3个工作日[1]。" in shown
    assert "| 一 | 甲县 | 渔船检验 | 3个工作日[1] |" in shown
    assert "- [2] 乙市“一窗”验船，选编.txt 第 12 行：“渔船检验1天办结，=SUM(A1)。”" in shown
    assert "（结合上文，按“丙旗网具备案怎么办？”回答）" in shown


@given(st.one_of(HOSTILE, st.text(max_size=30)))
def test_no_text_becomes_layout(text: str) -> None:
    answer, library = answer_of(text)
    shown = rendered(answer_markdown([(text, answer)], library))
    assert set(re.findall(r"<(\w+)", shown)) <= TAGS
    assert "href" not in shown
    assert shown.count("<h2") == 1
    assert shown.count("<table") == 1


@given(st.text(alphabet=st.sampled_from("案a1.-+=#*_<[]|&\\“"), min_size=1, max_size=20))
def test_every_character_of_a_quote_is_shown(text: str) -> None:
    answer, library = answer_of(text)
    tokens = MarkdownIt("commonmark").enable("table").parse(answer_markdown([(text, answer)], library))
    lines = ["".join(piece.content for piece in one.children or ()) for one in tokens if one.type == "inline"]
    assert any(line.endswith(f"：“{text}”") for line in lines)


@pytest.mark.parametrize("text", ["1. 甲", "- 甲", "+ 甲", "=== 甲", "--- 甲", "[1]: http://example.org"])
def test_a_line_keeps_the_sign_that_it_begins_with(text: str) -> None:
    answer, library = answer_of(text)
    assert f"<li>{text.split(maxsplit=1)[0]}" in rendered(answer_markdown([("问", answer)], library))


def test_a_mark_before_a_bracket_is_no_link() -> None:
    answer, library = answer_of("甲")
    shown = answer_markdown(
        [("问", type(answer)("问", "甲[1](乙)", answer.citations, (), False, None, 0))], library
    )
    assert "<p>甲[1](乙)</p>" in rendered(shown)


def test_an_answer_keeps_its_sources_when_the_library_was_exchanged() -> None:
    shown = answer_markdown(CONVERSATION, type(LIBRARY)())
    assert "选编.txt" in shown
    assert "甲县渔船检验提速" in shown


def test_blocks_tell_paragraphs_items_tables_and_headings_apart() -> None:
    assert [block.kind for block in blocks_of(TABLE.text, {1, 2})] == [
        "paragraph",
        "paragraph",
        "table",
        "paragraph",
    ]
    blocks = blocks_of(LIST.text, {1, 2})
    assert [text_of(block.line) for block in blocks if block.is_heading] == [
        "甲县渔船检验提速",
        "乙市“一窗”验船",
    ]
    assert [marks_of(block.line) for block in blocks if block.kind == "item"] == [(1,), (2,)]
    assert [block.kind for block in blocks_of(REFUSED.text, ())] == ["paragraph", "paragraph", "item"]


@given(st.text(max_size=40))
def test_escaped_text_is_read_back(text: str) -> None:
    line = on_one_line(text)
    blocks = blocks_of(f"甲{escaped(line)}", {1})
    assert [text_of(block.line) for block in blocks] == [f"甲{line}".strip()]
    assert not marks_of(blocks[0].line)
