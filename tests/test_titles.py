"""Which lines are titles of cases: the first line, nested headings, titles without a place, titles like sentences."""

from __future__ import annotations

import io
from typing import Any

import docx
import pytest
from compilations import case_lines, cut_bytes, cut_lines, paragraph, title

from corpus.contents import Contents
from corpus.joining import join
from corpus.types import Line

SIX = range(1, 7)
SECTIONS = ("一、主要做法", "二、工作成效", "三、下一步打算")
NO_PLACE = ("让老板少跑腿", "交房当天领证", "验收一次完成", "服务员上门来", "材料可以后补", "保函线上开具")


def sectioned(number: int, mark: str = "") -> list[str]:
    """The body of a case in three sections, their headings marked as in Markdown, or all without blank lines."""
    blank = [""] if mark else []
    return [
        line
        for at, section in enumerate(SECTIONS)
        for line in (*blank, mark + section, *blank, paragraph(10 * number + at))
    ]


# A file that starts with a case.


@pytest.mark.parametrize("between", [[], [""], ["", ""]], ids=["nothing", "a line", "two lines"])
@pytest.mark.parametrize("count", [4, 7])
def test_a_first_line_that_is_a_case_keeps_title_and_place(between: list[str], count: int) -> None:
    lines = [line for number in range(count) for line in [*between, *case_lines(number)]][len(between) :]
    cut = cut_lines(lines)
    assert cut.titles == [title(number) for number in range(count)]
    assert cut.cutting.cases[0].region == "青岭县"
    assert cut.cutting.cases[0].lines[0] == 1
    assert not cut.cutting.leftovers


def test_two_cases_in_one_file_are_two() -> None:
    cut = cut_lines([title(1), "", *sectioned(1), "", title(2), "", *sectioned(2)])
    assert cut.titles == [title(1), title(2)]


def test_a_first_case_that_the_contents_list_is_a_case() -> None:
    numbered = [f"{number}、{title(number)}" for number in SIX]
    lines = ["目录", "", *numbered, "", ""]
    for number, one in enumerate(numbered, 1):
        lines += ["", one, "", *sectioned(number)]
    cut = cut_lines(lines)
    assert (cut.titles, cut.cutting.listed) == (numbered, 6)


@pytest.mark.parametrize("name", ["关于改革经验的汇编", "云溪街道改革掠影", "改革典型案例选编（第3期）"])
@pytest.mark.parametrize("between", [[], [""]], ids=["nothing", "a line"])
def test_a_first_line_above_the_first_title_is_the_documents_own(name: str, between: list[str]) -> None:
    lines = [name]
    for number in SIX:
        lines += [*between, *case_lines(number)]
    cut = cut_lines(lines)
    assert cut.titles == [title(number) for number in SIX]
    assert [one.text for one in cut.cutting.leftovers] == [name]


@pytest.mark.parametrize("name", ["改革典型经验汇编（6篇）", "云溪街道改革掠影"])
def test_a_title_above_a_preface_is_no_case(name: str) -> None:
    lines = [name, "本期收录各地做法，供参考借鉴。" * 5]
    for number in SIX:
        lines += ["", *case_lines(number)]
    assert cut_lines(lines).titles == [title(number) for number in SIX]


def test_a_text_with_a_heading_or_two_is_one_case() -> None:
    lines = ["云溪街道推行帮办服务", "", paragraph(1), "", "街道专班送政策", "", paragraph(2)]
    assert cut_lines(lines).titles == ["云溪街道推行帮办服务"]


# Headings that the format states.


@pytest.mark.parametrize("top", ["", "# 案例选编\n\n"])
@pytest.mark.parametrize("level", [1, 2])
def test_cases_with_sections_below_them_are_cut_at_their_own_level(top: str, level: int) -> None:
    mark = "#" * (level + bool(top)) + " "
    text = top + "\n".join(
        line for number in SIX for line in (mark + title(number), *sectioned(number, "#" + mark), "")
    )
    cut = cut_bytes(text.encode(), "选编.md")
    assert cut.titles == [title(number) for number in SIX]
    assert all("一、主要做法" in case.text for case in cut.cutting.cases)


@pytest.mark.parametrize("introduction", ["", "本篇收录三个案例。\n\n"])
@pytest.mark.parametrize("parts", [("第一篇 审批提速", "第二篇 服务企业"), ("审批提速篇", "服务企业篇")])
def test_parts_above_the_cases_do_not_cut(introduction: str, parts: tuple[str, str]) -> None:
    text = "# 改革典型案例\n\n"
    for part, numbers in zip(parts, (range(1, 4), range(4, 7)), strict=True):
        text += f"## {part}\n\n{introduction}"
        for number in numbers:
            text += "\n".join(["### " + title(number), *sectioned(number, "#### "), "", ""])
    assert cut_bytes(text.encode(), "案例.md").titles == [title(number) for number in SIX]


def test_headings_below_the_sections_of_a_report_do_not_cut_it() -> None:
    text = "# 云溪街道改革情况\n\n"
    for at, section in enumerate(SECTIONS):
        text += f"## {section}\n\n"
        for step in range(4):
            text += f"### 重点任务{'甲乙丙丁'[step]}推进有力\n\n{paragraph(10 * at + step)}\n\n"
    assert cut_bytes(text.encode(), "情况.md").titles == ["云溪街道改革情况"]


# Titles that name no place.


def test_titles_without_a_place_over_sections_are_cases() -> None:
    lines = [line for at, one in enumerate(NO_PLACE) for line in ["", one, *sectioned(at)]]
    assert cut_lines(lines).titles == list(NO_PLACE)
    text = "# 工作简报\n\n" + "\n".join(
        line for at, one in enumerate(NO_PLACE[:3]) for line in ["## " + one, *sectioned(at, "### "), ""]
    )
    assert cut_bytes(text.encode(), "简报.md").titles == list(NO_PLACE[:3])


def test_titles_without_a_place_in_a_collection_are_cases() -> None:
    lines = ["改革典型案例选编", ""]
    for at, one in enumerate(NO_PLACE):
        lines += ["", one, "", *(paragraph(4 * at + step) for step in range(4))]
    assert cut_lines(lines).titles == list(NO_PLACE)


@pytest.mark.parametrize("numbers", ["一二三四五", ""])
@pytest.mark.parametrize("kind", ["报告", "总结", "汇报", "方案", "意见", "计划"])
def test_a_report_whose_sections_name_offices_is_one_case(numbers: str, kind: str) -> None:
    document: Any = docx.Document()
    document.add_paragraph(f"青岭县本年度改革工作{kind}")
    offices = ["推进审批局改革", "建好县服务中心", "开发区项目服务", "市监局优化监管", "法院司法保障"]
    for at, office in enumerate(offices):
        document.add_heading((numbers[at] + "、" if numbers else "") + office, 1)
        document.add_paragraph(paragraph(at))
    buffer = io.BytesIO()
    document.save(buffer)
    assert cut_bytes(buffer.getvalue(), "甲.docx").titles == [f"青岭县本年度改革工作{kind}"]


# Titles that look like the first half of a sentence.


@pytest.mark.parametrize(
    "tail",
    [
        "持续推进服务改革升级版4.0",
        "全域首创！订单融资助企业轻装上阵",
        "材料减半？看窗口如何做到",
        "事项增至一百零八项又100",
    ],
)
@pytest.mark.parametrize("opening", ["", "日前，", "2023年以来，", "多措并举，"])
def test_a_title_with_a_figure_or_an_exclamation_mark_is_not_joined_to_its_text(
    tail: str, opening: str
) -> None:
    lines = ["关于改革经验的汇编", "", ""]
    heads = [title(number).split("：")[0] + "：" + tail for number in SIX]
    for number, head in enumerate(heads):
        lines += [head, "", opening + paragraph(number), paragraph(number + 30), ""]
    assert cut_lines(lines).titles == heads


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("云溪街道围绕惠企服务已建成基地10", "个示范园区，受访群众给予好评。"),
        ("云溪街道围绕惠企服务压减材料占比3", "0%以上，受访群众给予好评。"),
        ("云溪街道围绕惠企服务累计办结业务2", "万余件，受访群众给予好评。"),
    ],
)
def test_a_number_cut_by_a_page_break_is_whole_again(left: str, right: str) -> None:
    lines = [title(1), "", paragraph(1), "", left, "", "", right, "", paragraph(2)]
    assert left + right in cut_lines(lines).document.text.split("\n")


# Long files.


def test_a_paragraph_of_very_many_lines_is_joined_whole() -> None:
    texts = ["改革" * 20 + f"第{number}处" for number in range(3000)]
    (draft,) = join([Line(number, text) for number, text in enumerate(texts, 1)], {}, None)
    assert draft.text == "".join(texts)
    assert draft.length == len(draft.text)
    assert draft.text.endswith(draft.tail)
    assert len(draft.tail) < 1000


def test_contents_know_their_titles() -> None:
    listed = Contents(0, 6, tuple(f"{number}. {title(number)}" for number in SIX))
    assert all(listed.lists(title(number)) for number in SIX)
    assert listed.lists(title(3).replace("优化", "，持续优化"))
    assert not listed.lists(paragraph(1))
    assert not listed.lists("——")
