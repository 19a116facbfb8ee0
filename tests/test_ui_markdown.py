"""Text -> Markdown: what is shown is what was written, and nothing of it acts."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from test_ui_sample import TABLE

from ui.markdown import harmless, literal, plain, with_boxed_tables, with_links, with_tabs

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NASTY = [*"<>&[]()!:\\*`甲\n |#", "&lt;", "http://a.b", "www.a.b"]
PRINTABLE = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])


@given(st.text(alphabet=PRINTABLE, max_size=40) | st.lists(st.sampled_from(NASTY), max_size=20).map("".join))
def test_literal_shows_exactly_the_characters(text: str) -> None:
    rendered = MARKDOWN.renderInline(literal(text))
    assert not re.search(r"<(?!br)", rendered)
    assert html.unescape(rendered) == " ".join(text.split())


@given(
    st.lists(
        st.sampled_from([*NASTY, "<img src=x onerror=alert(1)>", "[a]: http://x", "![a](http://x)"]),
        max_size=20,
    )
)
def test_harmless_makes_no_links_pictures_or_tags(pieces: list[str]) -> None:
    rendered = MARKDOWN.render(harmless("".join(pieces)))
    assert not re.search(r"<(a|img|script)\b", rendered)


@pytest.mark.parametrize("text", ["甲<乙", r"甲\<乙", "A&B", r"A\&B", "&lt;"])
def test_harmless_keeps_what_is_read(text: str) -> None:
    rendered = MARKDOWN.renderInline(harmless(text))
    assert html.unescape(rendered) == text.replace("\\", "")


def test_harmless_keeps_markdown() -> None:
    assert (
        MARKDOWN.render(harmless("- **甲**：乙[1]")) == "<ul>\n<li><strong>甲</strong>：乙[1]</li>\n</ul>\n"
    )


def test_marks_become_links_to_their_cards() -> None:
    rendered = MARKDOWN.renderInline(with_links(harmless(r"甲[1][2]，乙[9](丙)，\[1\]"), 4, [1, 2]))
    assert rendered == '甲<a href="#s-4-1">[1]</a><a href="#s-4-2">[2]</a>，乙[9](丙)，[1]'


def test_a_table_stays_one_in_its_box_and_its_marks_are_links() -> None:
    rendered = MARKDOWN.render(with_boxed_tables(with_links(harmless(TABLE), 1, [1, 2, 3])))
    boxed = re.findall(r'<div class="table">\n<table>(.*?)</table>\n</div>', rendered, re.DOTALL)
    assert len(boxed) == 1
    assert re.findall(r"<td>(.*?)</td>", boxed[0])[:5] == [
        *("一", "青禾县", "企业开办", "3个工作日", '4小时<a href="#s-1-1">[1]</a>')
    ]
    assert rendered.endswith("<p>案例：一、青禾县企业开办半日办结；二、临江市“一窗通办”。</p>\n")


def test_lines_that_begin_with_a_bar_without_ending_in_one_are_no_table() -> None:
    assert with_boxed_tables("| 甲\n乙 |\n") == "| 甲\n乙 |\n"


def test_a_table_is_copied_as_cells_parted_by_tabs() -> None:
    lines = plain(with_tabs(TABLE)).split("\n")
    assert lines[2:6] == [
        "案例\t地方\t事项\t原来\t现在",
        "一\t青禾县\t企业开办\t3个工作日\t4小时[1]",
        "二\t临江市\t企业|开办\t—\t2小时[2]",
        "二\t临江市\t其他事项\t—\t半天[3]",
    ]
    assert lines[-1].startswith("案例：一、")


@given(st.lists(st.lists(st.text("甲1。—", min_size=1, max_size=5), min_size=2, max_size=2), min_size=1))
def test_every_cell_of_a_table_is_copied(rows: list[list[str]]) -> None:
    markdown = "\n".join(["| 一 | 二 |", "|---|---|", *(f"| {' | '.join(row)} |" for row in rows)])
    assert [line.split("\t") for line in with_tabs(markdown).strip("\n").split("\n")[1:]] == rows


def test_plain_takes_markup_off() -> None:
    assert plain(r"据**甲\_乙**：1\[2\]") == "据甲_乙：1[2]"
