"""Markdown: raw line numbers, levels, metadata."""

from __future__ import annotations

import pathlib

import pytest

from corpus.reading import read_raw
from corpus.types import Line, RawFile


def read(text: str) -> RawFile:
    return read_raw(pathlib.Path("案例.md"), text.encode())


def shown(raw: RawFile) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in raw.lines if line.text]


def test_front_matter_becomes_metadata_and_keeps_the_count() -> None:
    raw = read(
        '---\ntitle: "河湾区：一窗受理"\ntopics: ["政务服务", "帮办代办"]\n'
        "编号: 010\n推行: no\n空:\n---\n\n第一段。\n第二行。\n"
    )
    assert raw.metadata == (
        ("title", "河湾区：一窗受理"),
        ("topics", "政务服务、帮办代办"),
        ("编号", "010"),
        ("推行", "no"),
    )
    assert [(line.number, line.text) for line in raw.lines] == [(8, ""), (9, "第一段。"), (10, "第二行。")]


def test_bad_front_matter_is_a_note() -> None:
    raw = read("---\ntitle: [未闭合\nregion: 河湾区\n---\n正文。\n")
    assert raw.metadata == ()
    assert len(raw.notes) == 1
    assert shown(raw) == [(5, "正文。")]


def test_text_between_rulers_is_no_front_matter() -> None:
    raw = read("---\n\n窗口全年无休。\n\n---\n\n企业少跑路。\n")
    assert shown(raw) == [(3, "窗口全年无休。"), (7, "企业少跑路。")]


def test_nested_yaml_aliases_do_not_expand() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    raw = read(f"---\n{bomb}---\n正文。\n")
    assert raw.metadata == (("a", "x、x"),)


def test_headings_carry_their_level() -> None:
    raw = read("# 总则\n\n## 第一节 **开办**企业 ##\n\n小标题\n---\n")
    assert [(line.number, line.text, line.level) for line in raw.lines if line.text] == [
        (1, "总则", 1),
        (3, "第一节 开办企业", 2),
        (5, "小标题", 2),
    ]


def test_a_paragraph_above_a_ruler_is_no_heading() -> None:
    raw = read("办件量比上年翻了一番。\n---\n后文\n")
    assert raw.lines[0] == Line(1, "办件量比上年翻了一番。")


def test_inline_marks_go_and_lines_stay() -> None:
    raw = read(
        "见[实施方案](https://example.invalid/a)，\n"
        "用`一码通`办，~~旧办法~~ \\*注  \n![流程图](b.png)为准。\n"
    )
    assert shown(raw) == [(1, "见实施方案，"), (2, "用一码通办，旧办法 *注"), (3, "流程图为准。")]


def test_lists_keep_numbers_and_drop_bullets() -> None:
    raw = read("1. 压减时限\n2. 精简材料\n\n- 上门服务\n  - 延时服务\n")
    assert shown(raw) == [(1, "1. 压减时限"), (2, "2. 精简材料"), (4, "上门服务"), (5, "延时服务")]


def test_a_table_row_is_a_line() -> None:
    raw = read("| 事项 | 时限 |\n| --- | --- |\n| 开办 | **2**天 |\n| 注销 | |\n")
    assert shown(raw) == [(1, "事项 | 时限"), (3, "开办 | 2天"), (4, "注销")]


def test_html_is_its_text_and_code_is_kept() -> None:
    raw = read(
        "<div>\n<p>河湾区</p>\n<script>x()</script>\n</div>\n\n```\n原样 **保留**\n```\n行内<b>加粗</b>字\n"
    )
    assert shown(raw) == [(2, "河湾区"), (7, "原样 **保留**"), (9, "行内加粗字")]


def test_four_spaces_are_an_indent_not_code() -> None:
    assert shown(read("    首行缩进的段落，*强调*。\n")) == [(1, "首行缩进的段落，强调。")]


@pytest.mark.parametrize(
    ("source", "emphasised", "contents"),
    [
        ("**强化要素保障**\n", True, False),
        ("**强化**要素保障\n", False, False),
        ("[第一节](#one)\n", False, True),
        ("[第一节](one.md)\n", False, False),
    ],
)
def test_what_the_format_says_about_a_line(source: str, *, emphasised: bool, contents: bool) -> None:
    line = read(source).lines[0]
    assert (line.emphasised, line.contents) == (emphasised, contents)


def test_blank_lines_are_kept() -> None:
    raw = read("甲\n\n\n乙\n")
    assert [(line.number, line.text) for line in raw.lines] == [(1, "甲"), (2, ""), (3, ""), (4, "乙")]
