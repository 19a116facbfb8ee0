"""Cutting compilations into cases: invented ones of every build, and the real ones."""

from __future__ import annotations

import html
import io
import itertools
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import docx
import pytest
from compilations import Cut, case_lines, cut_bytes, cut_lines, cut_path, paragraph, sentence, title
from docx.enum.text import WD_ALIGN_PARAGRAPH
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.chunking import is_heading
from corpus.contents import find_contents
from corpus.normalise import bare
from corpus.types import Line

# First and last line of every case in the real compilations, read by eye.
TRUTH = {
    "000_9409596d0de7a529.txt": (
        "63-83 87-91 94-105 109-113 116-137 142-149 153-158 162-168 172-179 183-188 193-198 "
        "202-209 213-221 224-229 233-241 245-252 256-264 268-273 277-284 288-296 300-305 309-313 "
        "317-327 332-340 343-348 352-369 373-378 382-390 394-399 404-410 414-424 428-440 444-461 "
        "463-468 472-478 482-487 491-512 516-522 526-531 535-541 545-551 555-561 563-572 576-596 "
        "600-606 610-614 618-629 632-637 641-650 652-658 662-667 671-679 682-687"
    ),
    "001_55145e016aeb7b3b.txt": (
        "49-83 85-91 93-113 115-133 135-181 183-219 221-229 231-237 239-249 251-271 273-313 "
        "315-349 351-369 371-385 387-399 401-429 431-563 565-575 577-589 591-605 607-615 617-625 "
        "627-639 641-671 673-687 689-705 707-759"
    ),
    "002_7c8c1c3b6ff988eb.txt": "1-14",
    "003_ebe9774a28466cc3.txt": (
        "30-35 39-46 50-56 60-66 70-79 81-95 99-105 109-119 123-140 144-151 155-161 165-170 "
        "174-181 184-189 193-198 202-207 211-220 224-231 235-244"
    ),
    "004_aaeb41845cae2b62.txt": "1-9",
}
COMPILATIONS = [name for name, lines in TRUTH.items() if " " in lines]
NAME = "关于优化营商环境的经验汇编"
FIVE = range(1, 6)


def contents_of(titles: Sequence[str], *, pages: str = "\t{}") -> list[str]:
    return ["目录", *(one + pages.format(3 * number + 1) for number, one in enumerate(titles)), "", ""]


def bodies(numbers: Sequence[int]) -> list[str]:
    return [line for number in numbers for line in ["", *case_lines(number)]]


def titles_of(numbers: Sequence[int]) -> list[str]:
    return [title(number) for number in numbers]


@pytest.mark.parametrize("pages", ["\t{}", "……{}", " .... {}", "....... \t{}", " {}", "", "———{}"])
def test_contents_cut_with_and_without_page_numbers(pages: str) -> None:
    cut = cut_lines([NAME, "", *contents_of(titles_of(FIVE), pages=pages), *bodies(FIVE)])
    assert cut.titles == titles_of(FIVE)
    assert cut.cutting.listed == 5
    assert set(cut.reasons.values()) == {"目录", "封面、前言等正文之前的文字"}


@pytest.mark.parametrize("heading", ["目录", "目 录", "目　录", "CONTENTS", "目 录 CONTENTS"])
def test_the_heading_of_the_contents_has_many_forms(heading: str) -> None:
    listed = contents_of(titles_of(FIVE))
    cut = cut_lines([NAME, "", heading, *listed[1:], *bodies(FIVE)])
    assert (cut.titles, cut.cutting.listed) == (titles_of(FIVE), 5)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 9), st.data())
def test_an_entry_lost_from_the_contents_loses_no_case(count: int, data: st.DataObject) -> None:
    numbers = range(1, max(count, 6) + 1)
    lost = data.draw(st.sampled_from(numbers[:-1]))
    listed = [title(number) for number in numbers if number != lost]
    cut = cut_lines([NAME, "", *contents_of(listed), *bodies(numbers)])
    assert cut.titles == titles_of(numbers)
    assert cut.cutting.listed == len(numbers) - 1


def test_two_cases_with_one_title_stay_two() -> None:
    lines = [NAME, "", *contents_of([title(1), title(2), title(2), title(3)])]
    for number, body in ((1, 1), (2, 2), (2, 7), (3, 3)):
        lines += ["", title(number), *case_lines(body)[1:]]
    cut = cut_lines(lines)
    assert cut.titles == [title(1), title(2), title(2), title(3)]
    assert len({case.id for case in cut.cutting.cases}) == 4
    assert [paragraph(70) in case.text for case in cut.cutting.cases] == [False, False, True, False]


def test_two_cases_with_one_title_stay_two_where_the_order_is_another() -> None:
    listed = [title(5), title(2), title(2), title(1), title(3)]
    lines = [NAME, "", *contents_of(listed)]
    for number, body in ((1, 1), (2, 2), (3, 3), (2, 7), (5, 5)):
        lines += [title(number), *case_lines(body)[1:]]
    assert cut_lines(lines).titles == [title(number) for number in (1, 2, 3, 2, 5)]


@given(st.permutations(FIVE))
@settings(max_examples=40, deadline=None)
def test_contents_in_another_order_than_the_body(order: list[int]) -> None:
    cut = cut_lines([NAME, "", *contents_of(titles_of(order)), *bodies(FIVE)])
    assert cut.titles == titles_of(FIVE)


def test_titles_worded_a_little_differently_in_the_contents() -> None:
    listed = [
        one.replace("优化营商环境", "，持续优化营商环境").replace("：", ": ") for one in titles_of(FIVE)
    ]
    assert cut_lines([NAME, "", *contents_of(listed), *bodies(FIVE)]).titles == titles_of(FIVE)


def test_page_numbers_glued_to_titles() -> None:
    titles = [f"{one}一网通办显成效" for one in ("甲县", "乙县", "丙县", "丁县", "戊县")]
    pages = ["\t3", "\t7", "12", "\t15", "18"]
    lines = [NAME, "", "目录", *map(str.__add__, titles, pages), "", ""]
    for number, one in enumerate(titles):
        lines += ["", one, paragraph(number), paragraph(number + 50)]
    cut = cut_lines(lines)
    assert cut.titles == titles
    assert cut.file.contents is not None
    assert cut.file.contents.entries == tuple(titles)


def test_a_figure_that_ends_a_title_is_no_page_number() -> None:
    texts = [
        "目录",
        "甲县营商环境行动方案\t3",
        "乙县政务服务升级版2\t9",
        "丙县营商环境条例实施细则100",
        "丁县做法\t15",
    ]
    found = find_contents([Line(number, text) for number, text in enumerate(texts, 1)])
    assert found is not None
    assert found.entries == (
        "甲县营商环境行动方案",
        "乙县政务服务升级版2",
        "丙县营商环境条例实施细则100",
        "丁县做法",
    )


def test_an_untitled_first_case_is_a_case() -> None:
    opening = ["", "青岭县印发《优化开办服务十二条措施》。" + sentence(1), paragraph(30), paragraph(31)]
    cut = cut_lines([NAME, "", *contents_of(titles_of(FIVE)), *opening, *bodies(FIVE)])
    assert cut.titles == ["优化开办服务十二条措施", *titles_of(FIVE)]
    assert cut.cutting.cases[0].text == "\n".join(opening[1:])


def test_a_preface_is_no_case() -> None:
    preface = ["", "前言", paragraph(30), paragraph(31)]
    cut = cut_lines([NAME, "", *contents_of(titles_of(FIVE)), *preface, *bodies(FIVE)])
    assert cut.titles == titles_of(FIVE)
    assert any(one.text.startswith("前言") for one in cut.cutting.leftovers)


def test_sub_headings_are_not_cut_off() -> None:
    lines = [NAME, "", *contents_of(titles_of(FIVE))]
    for number in FIVE:
        lines += [
            "",
            title(number),
            "审批服务再提速",
            paragraph(number),
            "惠企政策送上门",
            paragraph(number + 20),
        ]
    cut = cut_lines(lines)
    assert cut.titles == titles_of(FIVE)
    assert all("惠企政策送上门" in case.text for case in cut.cutting.cases)


@pytest.mark.parametrize("depth", ["一、", "（一）", "both"])
@pytest.mark.parametrize("headed", [False, True])
def test_a_report_in_sections_is_one_case(depth: str, *, headed: bool) -> None:
    lines = ["关于某区政务服务改革情况的报告"]
    for one, number in zip("一二三四", range(4), strict=True):
        head = {"一、": f"{one}、", "（一）": f"（{one}）", "both": f"{one}、"}[depth]
        lines += [f"{head}重点工作{number}" + ("" if headed else "。" + sentence(number))]
        if depth == "both":
            lines += [f"（一）{sentence(number + 40)}", f"（二）{sentence(number + 60)}"]
        lines += [paragraph(number), paragraph(number + 10)]
    cut = cut_lines(lines)
    assert cut.titles == ["关于某区政务服务改革情况的报告"]
    assert cut.cutting.cases[0].text == cut.document.text


def test_the_contents_of_one_report_do_not_cut_it() -> None:
    sections = ["一、主要做法", "二、取得成效", "三、存在问题", "四、下步打算"]
    lines = ["关于改革情况的报告", "", *contents_of(sections)]
    for number, section in enumerate(sections):
        lines += [section, paragraph(number), paragraph(number + 10)]
    cut = cut_lines(lines)
    assert len(cut.cutting.cases) == 1
    assert paragraph(0) in cut.cutting.cases[0].text


@pytest.mark.parametrize(
    "number",
    ["{}、", "{}．", "{}. ", "案例{}：", "案例{} ", "案例{}、", "典型案例{}："],
    ids=lambda form: form.strip(),
)
def test_numbered_titles_cut_without_contents(number: str) -> None:
    lines = [NAME]
    for one in FIVE:
        head, *body = case_lines(one)
        lines += [number.format(one) + head, *body]
    cut = cut_lines(lines)
    assert [bare(one).endswith(bare(title(at))) for at, one in enumerate(cut.titles, 1)] == [True] * 5


def test_numbered_cases_need_no_wording() -> None:
    lines = [NAME]
    for one, head in enumerate(["减材料更省心", "办事不求人", "一趟就办成"], 1):
        lines += [f"案例{one}：{head}", paragraph(one), "成效明显", paragraph(one + 20)]
    assert cut_lines(lines).titles == ["案例1：减材料更省心", "案例2：办事不求人", "案例3：一趟就办成"]


@pytest.mark.parametrize("number", ["{}、", "案例{}：", "第{}篇 "])
def test_chinese_numbers_cut_too(number: str) -> None:
    written = "一 二 三 四 五 六 七 八 九 十 十一 十二".split()
    lines = [NAME]
    for at, one in enumerate(written):
        head, *body = case_lines(at)
        lines += [number.format(one) + head, *body]
    assert len(cut_lines(lines).cutting.cases) == 12


def test_numbering_that_starts_again_in_every_case_does_not_cut() -> None:
    lines = [NAME, "", *contents_of(titles_of(FIVE))]
    for one in FIVE:
        lines += ["", title(one)]
        lines += [f"{step}．{paragraph(10 * one + step)}" for step in (1, 2, 3)]
    assert cut_lines(lines).titles == titles_of(FIVE)


@pytest.mark.parametrize("name", ["某区市场监管局优化服务十项措施", ""])
def test_a_whole_document_is_one_case(name: str) -> None:
    lines = [*filter(None, [name]), paragraph(1), paragraph(2), paragraph(3)]
    cut = cut_lines(lines)
    assert len(cut.cutting.cases) == 1
    assert cut.cutting.cases[0].text == "\n".join(lines)
    assert cut.cutting.cases[0].lines == (1, len(lines))
    assert cut.titles[0] == name or (not name and sentence(100).startswith(cut.titles[0].rstrip("…")))


def test_part_headings_are_no_cases() -> None:
    numbers = range(1, 7)
    listed = ["第一部分 县区经验", *titles_of(numbers[:3]), "第二部分 部门经验", *titles_of(numbers[3:])]
    lines = [
        NAME,
        "",
        *contents_of(listed),
        "",
        listed[0],
        *bodies(numbers[:3]),
        "",
        listed[4],
        *bodies(numbers[3:]),
    ]
    cut = cut_lines(lines)
    assert cut.titles == titles_of(numbers)
    assert [one.text for one in cut.cutting.leftovers if one.reason == "篇章标题"] == [listed[0], listed[4]]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=8, unique=True), st.sampled_from([[], [""]]))
def test_every_listed_case_is_found_whole(numbers: list[int], blank: list[str]) -> None:
    lines = [NAME, "", *contents_of(titles_of(numbers))]
    for number in numbers:
        for line in case_lines(number):
            lines += [*blank, line]
    cut = cut_lines(lines)
    assert [case.text.split("\n") for case in cut.cutting.cases] == [case_lines(one) for one in numbers]


def test_the_id_of_a_case_is_stable_and_its_own() -> None:
    lines = [NAME, "", *contents_of(titles_of(FIVE)), *bodies(FIVE)]
    first = [case.id for case in cut_lines(lines).cutting.cases]
    assert first == [case.id for case in cut_lines(lines).cutting.cases]
    assert first == [case.id for case in cut_lines(lines, "改名后.txt").cutting.cases]
    assert len(set(first)) == 5
    longer = [case.id for case in cut_lines([*lines, "", *case_lines(8)]).cutting.cases]
    assert first[:4] == longer[:4]
    changed = [line.replace("第1000工作组", "第十工作组") for line in lines]
    assert [
        one == two for one, two in zip(first, (c.id for c in cut_lines(changed).cutting.cases), strict=True)
    ] == [
        False,
        True,
        True,
        True,
        True,
    ]


def test_a_text_without_anything_has_no_case() -> None:
    assert cut_lines(["##paidbegin##", "", "12"]).cutting.cases == ()


def test_front_matter_names_a_single_case() -> None:
    text = (
        '---\ntitle: 缩短注销时限\nregion: 青岭县\ndepartment: ""\nperiod: ""\ntopics: [注销退出, 政务服务]\n---\n'
        + paragraph(1)
    )
    (case,) = cut_bytes(text.encode(), "一.md").cutting.cases
    assert (case.title, case.region, case.department, case.period) == ("缩短注销时限", "青岭县", "", "")
    assert case.topics == ("注销退出", "政务服务")
    assert case.text == paragraph(1)


# The real compilations.


@pytest.fixture(scope="module")
def real(seeds: pathlib.Path) -> dict[str, Cut]:
    return {name: cut_path(seeds / name) for name in TRUTH}


@pytest.mark.parametrize("name", TRUTH)
def test_real_cases_start_and_end_where_they_do(real: dict[str, Cut], name: str) -> None:
    truth = [tuple(map(int, pair.split("-"))) for pair in TRUTH[name].split()]
    cases = real[name].cutting.cases
    assert len(cases) == len(truth)
    off = [
        (case.title, case.lines, want)
        for case, want in zip(cases, truth, strict=True)
        if max(abs(case.lines[0] - want[0]), abs(case.lines[1] - want[1])) > 2
    ]
    assert not off


def test_real_ids_are_distinct_and_stable(real: dict[str, Cut], seeds: pathlib.Path) -> None:
    ids = [case.id for cut in real.values() for case in cut.cutting.cases]
    assert len(ids) == len(set(ids)) == 101
    assert ids == [case.id for name in TRUTH for case in cut_path(seeds / name).cutting.cases]


def test_real_titles_repeated_in_one_document_stay_apart(real: dict[str, Cut]) -> None:
    titles = real[COMPILATIONS[0]].titles
    assert titles.count("持续优化营商环境助推经济高质量发展") == 2


Case = tuple[str, list[str]]


def material(cut: Cut) -> tuple[str, list[Case]]:
    """A real compilation as its name and (title, lines below it)."""
    cases = []
    for case in cut.cutting.cases:
        lines = case.text.split("\n")
        cases.append((case.title, lines[1:] if lines[0] == case.title else lines))
    return cut.document.title, cases


def word(name: str, cases: list[Case], *, listed: bool, levels: bool) -> bytes:
    document: Any = docx.Document()
    document.add_paragraph(name).alignment = WD_ALIGN_PARAGRAPH.CENTER
    if listed:
        document.add_paragraph("目录")
        for number, (head, _) in enumerate(cases):
            document.add_paragraph(f"{head}\t{2 * number + 1}")
        document.add_page_break()
    for head, lines in cases:
        document.add_heading(head, 1)
        for line in lines:
            if levels and is_heading(line):
                document.add_heading(line, 2)
            else:
                document.add_paragraph(line)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def plain(name: str, cases: list[Case], *, between: str) -> bytes:
    texts = ["\n".join([head, *lines]) for head, lines in cases]
    return f"{name}\n\n{between.join(texts)}".encode("gb18030")


def markdown(name: str, cases: list[Case]) -> bytes:
    texts = [f"# {name}"]
    for head, lines in cases:
        texts += [f"## {head}", *(f"### {line}" if is_heading(line) else line for line in lines)]
    return "\n\n".join(texts).encode()


def hypertext(name: str, cases: list[Case]) -> bytes:
    parts = [
        f'<html><head><meta charset="utf-8"><title>{html.escape(name)}</title></head><body><h1>{name}</h1>'
    ]
    for head, lines in cases:
        parts += [f"<h2>{html.escape(head)}</h2>", *(f"<p>{html.escape(line)}</p>" for line in lines)]
    return "".join([*parts, "</body></html>"]).encode()


Maker = Callable[[str, list[Case]], bytes]
BUILDS: dict[str, tuple[str, Maker]] = {
    "contents and heading styles": (
        "甲.docx",
        lambda name, cases: word(name, cases, listed=True, levels=True),
    ),
    "contents, cases as headings": (
        "甲.docx",
        lambda name, cases: word(name, cases, listed=True, levels=False),
    ),
    "heading styles only": ("甲.docx", lambda name, cases: word(name, cases, listed=False, levels=True)),
    "GB18030, nothing between": ("甲.txt", lambda name, cases: plain(name, cases, between="\n")),
    "GB18030, a blank line between": ("甲.txt", lambda name, cases: plain(name, cases, between="\n\n")),
    "GB18030, blank lines between": ("甲.txt", lambda name, cases: plain(name, cases, between="\n\n\n")),
    "Markdown": ("甲.md", markdown),
    "web page": ("甲.html", hypertext),
}
VARIANTS = [
    (compilation, build)
    for compilation, build in itertools.product(COMPILATIONS, BUILDS)
    if (compilation[:3], build) != ("001", "Markdown")
]


@pytest.mark.parametrize(("compilation", "build"), VARIANTS)
def test_another_format_keeps_the_cases(real: dict[str, Cut], compilation: str, build: str) -> None:
    name, cases = material(real[compilation])
    file_name, make = BUILDS[build]
    cut = cut_bytes(make(name, cases), file_name)
    assert len(cut.cutting.cases) == len(cases)
    if build != "GB18030, nothing between":
        assert [bare(one) for one in cut.titles] == [bare(head) for head, _ in cases]
    if "contents" in build:
        assert cut.cutting.listed == len(cases)


@pytest.mark.parametrize("number", [2, 7, 11])
@pytest.mark.parametrize("compilation", COMPILATIONS)
def test_one_case_alone_in_a_file_is_one_case(real: dict[str, Cut], compilation: str, number: int) -> None:
    _, cases = material(real[compilation])
    head, lines = cases[number]
    assert cut_lines([head, "", *lines]).titles == [head]
