"""Web pages: what a browser shows, with the line numbers of the source."""

from __future__ import annotations

import pathlib

import pytest

from corpus.reading import read_raw
from corpus.types import RawFile


def read(text: str | bytes, name: str = "网页.html") -> RawFile:
    return read_raw(pathlib.Path(name), text.encode() if isinstance(text, str) else text)


def shown(raw: RawFile) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in raw.lines]


def test_blocks_end_lines_and_inline_elements_do_not() -> None:
    raw = read(
        "<body><p>办理<b>时限</b>由\n<span>7</span>天<br>压缩到3天</p>\n"
        "<div>全程<a href='x'>网办</a></div></body>"
    )
    assert shown(raw) == [(1, "办理时限由 7天"), (2, "压缩到3天"), (3, "全程网办")]


def test_white_space_collapses_and_entities_decode() -> None:
    raw = read("<p>\n\n  A &amp;  B&nbsp;&#22235;章\n   end </p>")
    assert shown(raw) == [(3, "A & B\xa0四章 end")]


def test_a_line_break_between_chinese_characters_is_no_space() -> None:
    assert shown(read("<p>办理\n时限\n<b>压缩</b>\n至 three\ndays</p>")) == [(1, "办理时限压缩至 three days")]


def test_unseen_content_is_dropped_and_the_title_kept() -> None:
    raw = read(
        "<html><head><title>营商专栏</title><style>p{}</style>"
        "</head><body><nav>首页</nav><script>if(a<b){}</script>"
        "<noscript>请开启</noscript><template>模板</template><p hidden>隐藏</p>"
        "<div style='display: none'>看不见<div>里层</div></div>"
        "<p>正文</p></body></html>"
    )
    assert raw.metadata == (("title", "营商专栏"),)
    assert shown(raw) == [(1, "正文")]


def test_a_hidden_paragraph_without_end_tag_hides_nothing_else() -> None:
    assert shown(read("<p hidden>隐藏\n<p>看得见")) == [(2, "看得见")]


def test_a_head_without_end_tag_hides_nothing() -> None:
    assert shown(read("<head><title>题</title><body><p>正文")) == [(1, "正文")]


def test_headings_and_emphasis() -> None:
    raw = read(
        "<h2>做法</h2><p><strong>一、减环节</strong></p>"
        "<p align=center>经验交流</p><p><a href='#a'>一节</a></p>"
    )
    assert [(line.text, line.level, line.emphasised, line.contents) for line in raw.lines] == [
        ("做法", 2, False, False),
        ("一、减环节", 0, True, False),
        ("经验交流", 0, True, False),
        ("一节", 0, False, True),
    ]


def test_a_table_row_is_a_line() -> None:
    raw = read("<table><tr><th>事项<th>时限</tr>\n<tr><td>开办<td><p>2</p><p>天</p></tr></table>后文")
    assert shown(raw) == [(1, "事项 | 时限"), (2, "开办 | 2 天"), (2, "后文")]


def test_a_layout_table_is_no_row() -> None:
    inner = "<table><tr><td>甲<td>乙</table>"
    raw = read(f"<table><tr><td>栏目<td><p>第一段。</p>{inner}<p>第二段。</p></table>")
    assert [line.text for line in raw.lines] == ["栏目", "第一段。", "甲 | 乙", "第二段。"]


def test_preformatted_text_keeps_its_lines() -> None:
    assert shown(read("<pre>第一行\n第二行\n</pre>")) == [(1, "第一行"), (2, "第二行")]


def test_word_web_pages_are_read_through_their_conditional_marks() -> None:
    page = (
        "<html xmlns:o='urn:x'><body><p><![if !supportLists]>"
        "<span>一、</span><![endif]>减材料<o:p></o:p></p></body></html>"
    )
    assert shown(read(page, "导出.doc")) == [(1, "一、减材料")]


@pytest.mark.parametrize(
    ("codec", "declared", "shown_as"),
    [
        ("gb18030", "gb2312", "GB18030"),
        ("big5", "big5", "Big5"),
        ("utf-8", "gbk", "UTF-8"),
        ("gb18030", "", "GB18030"),
    ],
)
def test_the_declared_encoding_counts_unless_it_is_wrong(codec: str, declared: str, shown_as: str) -> None:
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}"><p>辦理一件事</p>'
    raw = read(page.encode(codec))
    assert (raw.encoding, shown(raw)) == (shown_as, [(1, "辦理一件事")])


def test_nesting_without_end_is_read() -> None:
    deep = "<table><tr><td>" * 5000 + "<div>" * 20000 + "深处"
    assert [line.text for line in read(deep).lines] == ["深处"]
