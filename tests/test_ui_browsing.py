"""Browsing without a browser: filters and counts, lists, whole cases, the table, searches; nothing becomes markup."""

import base64
import contextlib
import csv
import gc
import html
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from door_server import ready
from hypothesis import given, settings
from hypothesis import strategies as st
from test_ui_sample import BAD_TITLE, case, document, read

from corpus.changes import Change, find_changes
from corpus.errors import InputError
from corpus.types import Case, Chunk, Document
from rag.types import Hit
from rag.understand import Reading
from ui import downloads
from ui.browsing import requests
from ui.browsing.catalogue import Catalogue, Catalogues
from ui.browsing.choosing import choose, grouped
from ui.browsing.desk import told
from ui.browsing.facets import FACETS, NAMES, UNSTATED
from ui.browsing.found import read as read_html
from ui.browsing.found import searched, with_marks
from ui.browsing.listing import listed
from ui.browsing.places import levels
from ui.browsing.reading import opened, question_about
from ui.browsing.rows import COLUMNS, exported, ordered, tabled
from ui.library import Library

HOSTILE = "=HYPERLINK(1) ${window.hacked=1} {{x}} `窗口`"
MANY = 45  # cases of one document more, so that lists have pages


def shelf() -> list[tuple[Document, Case]]:
    """Invented cases: copies in two compilations, masked places, a hostile title, and many of one kind."""
    long = "青禾县把登记、刻章和领票合成一张表，由专人帮办。企业开办由3个工作日压缩到4小时。"
    more = "新开办企业免费得到一套印章，刻章费用由财政承担，全年惠及企业三百户。"
    made = [
        (["青禾县企业开办半日办结", "一、主要做法", long, more], "甲.txt", "line"),
        (["临江市“一窗通办”", "临江市开办企业只跑一次，2天拿到执照。"], "乙.docx", "paragraph"),
        ([BAD_TITLE, f"窗口写着 <b>三天</b> {HOSTILE}。抵押登记由9天压缩到90分钟。"], "丙<i>.pdf", "page"),
        (["青禾县的办法（转载）", long, more], "丁.txt", "line"),
        (["某区减材料", "某区施工许可材料由9份减少到3份。"], "戊.txt", "line"),
    ]
    facts: list[dict[str, Any]] = [
        {
            "region": "云江省青禾县",
            "department": "青禾县行政审批局",
            "period": "2023年",
            "topics": ("企业开办",),
        },
        {"region": "临江市", "topics": ("企业开办", "政务服务"), "period": "今年以来"},
        {"department": "<b>局</b>"},
        {"region": "云江省青禾县", "period": "2022、2023年"},
        {"region": "XX区"},
    ]
    found = []
    for number, ((paragraphs, name, unit), stated) in enumerate(zip(made, facts, strict=True)):
        of = document(name, f"汇编{number}", paragraphs, unit)  # type: ignore[arg-type]
        found.append((of, case(of, **stated)))
    for number in range(MANY):
        of = document(
            f"己{number}.txt", "", [f"第{number}个案例", f"{'甲乙丙丁戊己庚辛'[number % 8] * 9}{number}号。"]
        )
        found.append((of, case(of)))
    return found


@dataclass(eq=False)
class Bookshelf:
    """Knows invented cases; finds them in their order."""

    held: list[tuple[Document, Case]]

    @property
    def cases(self) -> tuple[Case, ...]:
        return tuple(one for _, one in self.held)

    @property
    def documents(self) -> tuple[Document, ...]:
        return tuple({of.id: of for of, _ in self.held}.values())

    def case(self, case_id: str) -> Case:
        return {one.id: one for one in self.cases}[case_id]

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for of, one in self.held for change in find_changes(one, of))

    def document(self, of: Case) -> Document:
        return next(found for found, one in self.held if one.id == of.id)

    def understand(self, question: str) -> Reading:
        return read(question)

    def search(self, question: str, *, limit: int) -> tuple[Hit, ...]:
        read(question)
        return tuple(
            Hit(
                one,
                Chunk(f"{one.id}-1", one.id, 1, "<b>节</b>", one.span),
                2.0 / rank,
                rank,
                (("words", 1.5 / rank), ("vectors", 0.5 / rank)),
            )
            for rank, (_, one) in enumerate(self.held[:limit], 1)
        )

    def stream(self, question: str, turns: object = ()) -> Iterator[Any]:
        raise NotImplementedError


SHELF = Bookshelf(shelf())
CASES = {one.id: one for one in SHELF.cases}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    made = Catalogues().of(SHELF)  # type: ignore[arg-type]
    while made.copies is None:
        pass
    return made


def filter_of(**sent: object) -> requests.CaseFilter:
    return requests.case_filter(sent, NAMES)


def rows_of(**sent: object) -> requests.ChangeFilter:
    return requests.change_filter(sent)


def shown(told_html: str) -> str:
    """What HTML shows."""
    return html.unescape(re.sub(r"<[^>]*>", "", told_html))


def table(catalogue: Catalogue, **sent: object) -> list[list[str]]:
    made = tabled(SHELF, catalogue, rows_of(**sent))["list"]  # type: ignore[arg-type]
    rows = re.findall(r"<tr role=\"row\">(.*?)</tr>", made)[1:]
    return [[shown(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]


# What the browser sends


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: (
            st.lists(one)
            | st.dictionaries(
                st.sampled_from(
                    ["words", "page", "id", "start", "end", "limit", "place", "matter", "column", "question"]
                ),
                one,
            )
        ),
    )
)
@settings(max_examples=30, deadline=None)
def test_whatever_is_sent_is_a_filter_or_refused_in_chinese(sent: object) -> None:
    for parse in (
        lambda one: requests.case_filter(one, NAMES),
        requests.case_request,
        requests.change_filter,
    ):
        with contextlib.suppress(InputError):
            assert getattr(parse(sent), "page", 0) >= 0
    assert 1 <= requests.search_request(sent).limit <= 50


def test_too_long_a_condition_is_refused() -> None:
    for parse in (requests.change_filter, lambda one: requests.case_filter(one, NAMES)):
        with pytest.raises(InputError, match="条件太长（201 字，最多 200 字）"):
            parse({"matter": "甲" * 201, "words": "甲" * 201})


def test_page_of_a_button_may_come_as_text() -> None:
    assert (filter_of(page="3").page, filter_of(page="²").page, filter_of(page=True).page) == (3, 0, 0)


# Places


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("广东省广州市南沙区", ("广东", "广州", "南沙")),
        ("广东广州", ("广东", "广州")),
        ("重庆市万州区", ("重庆", "万州")),
        ("吉林市", ("吉林",)),
        ("吉林省吉林市", ("吉林", "吉林")),
        ("内蒙古自治区鄂尔多斯市康巴什区", ("内蒙古", "鄂尔多斯", "康巴什")),
        ("湖北省荆州市沙市区", ("湖北", "荆州", "沙市")),
        ("河南省新乡市", ("河南", "新乡")),
        ("贵州省黔东南州", ("贵州", "黔东南州")),
        ("上海市浦东新区", ("上海", "浦东新区")),
        ("XX市康巴什区", ("康巴什",)),
        ("蚌埠市XX区", ("蚌埠",)),
        ("XX省XX市", ()),
        ("XX省礼泉县", ("礼泉",)),
        ("某县", ()),
        ("", ()),
    ],
)
def test_region_has_levels(region: str, expected: tuple[str, ...]) -> None:
    assert levels(region) == expected


@given(st.text(alphabet="广东省州市县区镇X某乡北京 旗盟自治"))
def test_levels_are_parts_of_the_region(region: str) -> None:
    assert all(level and level in "".join(region.split()) for level in levels(region))


# Filters


def test_place_is_found_by_every_level_above_it(catalogue: Catalogue) -> None:
    wide = choose(catalogue, filter_of(place="云江")).entries
    assert [entry.case.region for entry in wide] == ["云江省青禾县"] * 2
    assert choose(catalogue, filter_of(place="云江/青禾")).entries == wide


def test_conditions_combine(catalogue: Catalogue) -> None:
    both = choose(catalogue, filter_of(topic="企业开办", period="2023")).entries
    assert [entry.case.title for entry in both] == ["青禾县企业开办半日办结"]
    assert choose(catalogue, filter_of(topic="企业开办", place=UNSTATED)).entries == ()


def test_every_word_has_to_be_found_whatever_its_form(catalogue: Catalogue) -> None:
    assert [one.case.title for one in choose(catalogue, filter_of(words="一張表 ４小时")).entries] == [
        "青禾县企业开办半日办结",
        "青禾县的办法（转载）",
    ]
    assert choose(catalogue, filter_of(words="一张表 月亮")).entries == ()


def test_cases_named_so_come_first(catalogue: Catalogue) -> None:
    found = [entry.case.title for entry in choose(catalogue, filter_of(words="企业")).entries]
    assert found[0] == "青禾县企业开办半日办结"
    found = [entry.case.title for entry in choose(catalogue, filter_of(words="材料")).entries]
    assert found == ["某区减材料"]


@given(
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, 30)), st.sampled_from(["", "企业", "月亮", "第"])
)
@settings(max_examples=40, deadline=None)
def test_a_count_tells_what_choosing_it_leaves(picked: Mapping[str, int], words: str) -> None:
    catalogue = CATALOGUE
    everything = choose(catalogue, filter_of()).counts
    sent: dict[str, str] = {"words": words}
    for name, number in picked.items():
        values = sorted(everything[name])
        sent[name] = values[number % len(values)]
    counts = choose(catalogue, filter_of(**sent)).counts
    for name in NAMES:
        for value in everything[name]:
            found = choose(catalogue, filter_of(**{**sent, name: value})).entries
            assert counts[name].get(value, 0) == len(found)


CATALOGUE = Catalogues().of(SHELF)  # type: ignore[arg-type]


# The list


def test_copies_are_one_card_with_all_of_them(catalogue: Catalogue) -> None:
    made = listed(catalogue, filter_of())
    first = made["list"].split('</li><li class="case-card"')[0]
    assert "青禾县企业开办半日办结" in first
    assert "内容基本相同的还有：青禾县的办法（转载）（丁.txt，第 5–7 行）" in shown(first)
    assert made["count"] == f"共 {len(CASES)} 个案例，其中 1 个与别的案例内容基本相同，已合并显示"


def test_a_copy_that_is_filtered_out_is_not_listed(catalogue: Catalogue) -> None:
    made = listed(catalogue, filter_of(period="2022"))
    assert "青禾县的办法（转载）" in made["list"]
    assert "内容基本相同" not in made["list"]
    assert made["count"] == f"{len(CASES)} 个案例中有 1 个符合条件"


def test_groups_hold_every_case_once(catalogue: Catalogue) -> None:
    entries = choose(catalogue, filter_of()).entries
    groups = grouped(entries, catalogue.copies or {})
    assert sorted(one.case.id for group in groups for one in (group.first, *group.others)) == sorted(CASES)
    assert len(groups) == len(entries) - 1


def test_pages_hold_every_card_once(catalogue: Catalogue) -> None:
    cards = [
        re.findall(r'class="case-card" data-case="([^"]*)"', listed(catalogue, filter_of(page=page))["list"])
        for page in range(3)
    ]
    assert [len(page) for page in cards] == [20, 20, len(CASES) - 41]
    assert len({one for page in cards for one in page}) == len(CASES) - 1
    assert listed(catalogue, filter_of(page=99)) == listed(catalogue, filter_of(page=2))


def test_nothing_found_is_told(catalogue: Catalogue) -> None:
    assert "没有符合条件的案例" in listed(catalogue, filter_of(words="月亮"))["list"]
    assert "还没有案例" in listed(Catalogues().of(Bookshelf([])), filter_of())["list"]  # type: ignore[arg-type]


def test_word_found_is_shown_in_its_text(catalogue: Catalogue) -> None:
    assert "<mark>免费</mark>得到一套印章" in listed(catalogue, filter_of(words="免费"))["list"]


def test_options_keep_what_is_chosen_and_count(catalogue: Catalogue) -> None:
    made = listed(catalogue, filter_of(place="云江", topic="政务服务"))["options"]
    assert '<option value="云江" selected>云江（0）</option>' in made["place"]
    assert '<option value="临江">临江（1）</option>' in made["place"]
    unchosen = listed(catalogue, filter_of())["options"]
    assert '<option value="-masked">隐去了地名（如 XX 市）（1）</option>' in unchosen["place"]
    assert re.findall(r'value="(\d+)"', unchosen["period"]) == ["2023", "2022"]


# One case


def test_whole_case_shows_every_paragraph_with_its_line(catalogue: Catalogue) -> None:
    first = SHELF.cases[0]
    made = opened(catalogue, requests.case_request({"id": first.id}))["case"]
    assert re.findall(r'class="at" aria-hidden="true">(\d+)<', made) == ["6", "7", "8"]
    assert "<h3>一、主要做法</h3>" in made
    assert all(html.escape(line) in made for line in first.text.split("\n"))
    assert "青禾县的办法（转载）" in made
    assert "3个工作日" in re.findall(r"<td>(.*?)</td>", made)


def test_quote_is_marked_in_its_case(catalogue: Catalogue) -> None:
    change = SHELF.changes[0]
    made = opened(
        catalogue,
        requests.case_request(
            {"id": change.case_id, "start": str(change.span.start), "end": change.span.end}
        ),
    )
    marks = "".join(re.findall(r"<mark>(.*?)</mark>", made["case"]))
    assert marks == change.span.of(SHELF.document(CASES[change.case_id]).text)


@pytest.mark.parametrize("sent", [{"id": "没有"}, {}, {"id": 5}])
def test_case_that_is_gone_is_told(catalogue: Catalogue, sent: object) -> None:
    assert "已经不在" in opened(catalogue, requests.case_request(sent))["fault"]


def test_quote_outside_the_case_marks_nothing(catalogue: Catalogue) -> None:
    sent = {"id": SHELF.cases[1].id, "start": 3, "end": 100_000}
    assert "<mark>" not in opened(catalogue, requests.case_request(sent))["case"]


def test_question_names_the_place_only_where_the_title_does_not() -> None:
    assert question_about(SHELF.cases[0]) == "云江省青禾县“青禾县企业开办半日办结”这个案例具体怎么做的？"
    assert question_about(SHELF.cases[1]) == "“临江市“一窗通办””这个案例具体怎么做的？"


# The table


def test_table_sorts_times_by_their_length(catalogue: Catalogue) -> None:
    cells = [row[4] for row in table(catalogue, aspect="time", column="after") if row[4] != "—"]
    assert cells == ["90分钟", "4小时", "4小时", "2天"]
    down = [row[4] for row in table(catalogue, aspect="time", column="after", descending=True)]
    assert down[: len(cells)] == ["2天", "4小时", "4小时", "90分钟"]


@given(st.sampled_from([column.name for column in COLUMNS]), st.booleans())
@settings(max_examples=14, deadline=None)
def test_sorting_keeps_every_row_and_puts_empty_ones_last(name: str, descending: bool) -> None:  # noqa: FBT001 - drawn
    changes = SHELF.changes
    made = ordered(changes, CASES, name, descending=descending)
    assert sorted(map(id, made)) == sorted(map(id, changes))
    key = next(column.key for column in COLUMNS if column.name == name)
    keys = [key(change, CASES[change.case_id]) for change in made]
    stated = [one for one in keys if one is not None]
    assert keys[: len(stated)] == stated == sorted(stated, reverse=descending)


def test_unknown_column_leaves_the_order(catalogue: Catalogue) -> None:
    assert table(catalogue, column="<b>") == table(catalogue)


def test_table_is_filtered_and_counted(catalogue: Catalogue) -> None:
    made = tabled(SHELF, catalogue, rows_of(matter="施工许可"))  # type: ignore[arg-type]
    assert made["count"] == f"{len(SHELF.changes)} 条中有 1 条符合条件"
    assert '<option value="papers">材料（1）</option>' in made["options"]["aspect"]
    assert "没有符合条件" in tabled(SHELF, catalogue, rows_of(matter="月亮"))["list"]  # type: ignore[arg-type]
    assert {row[3] for row in table(catalogue, both="both")} == {"3个工作日", "9天", "9份"}


def test_computed_difference_is_told_from_a_stated_one(catalogue: Catalogue) -> None:
    assert table(catalogue, matter="施工许可")[0][5] == "减少6份*"
    assert "“变化”一列带“*”的" in tabled(SHELF, catalogue, rows_of(matter="施工许可"))["list"]  # type: ignore[arg-type]


def test_chart_draws_times_and_units_apart(catalogue: Catalogue) -> None:
    drawn = tabled(SHELF, catalogue, rows_of())["chart"]  # type: ignore[arg-type]
    assert "90分钟" in drawn
    assert "3份" not in drawn
    assert "2天" not in drawn  # nothing says what it was before
    drawn = tabled(SHELF, catalogue, rows_of(matter="开办"))["chart"]  # type: ignore[arg-type]
    assert re.findall(r"<title>(.*?)</title>", drawn) == [
        "“开办”的办理时限（单位：工作日）",
        "“开办”的办理时限（单位：天）",
    ]
    assert tabled(SHELF, catalogue, rows_of(matter="施工许可"))["chart"] == ""  # type: ignore[arg-type]


def bytes_of(offered: str) -> bytes:
    match = re.search(r'href="data:([^;]*);base64,([^"]*)"', offered)
    assert match
    return base64.b64decode(html.unescape(match[2]))


def test_export_holds_the_filtered_rows_in_their_order(catalogue: Catalogue) -> None:
    wanted = rows_of(aspect="time", column="after", matter="开办")
    made = exported(SHELF, catalogue, wanted, ".csv", "试验库")["offer"]  # type: ignore[arg-type]
    assert 'download="前后对比_开办 time.csv"' in made
    lines = list(csv.reader(io.StringIO(bytes_of(made).decode("utf-8-sig"))))
    assert [line[lines[0].index("现在")] for line in lines[1:]] == ["4小时", "4小时", "2天"]
    excel = exported(SHELF, catalogue, wanted, ".xlsx", "试验库")["offer"]  # type: ignore[arg-type]
    assert bytes_of(excel).startswith(b"PK")
    assert "fault" in exported(SHELF, catalogue, rows_of(matter="月亮"), ".csv", "试验库")  # type: ignore[arg-type]


@given(st.text(min_size=1, max_size=30), st.binary(max_size=200))
def test_offer_carries_the_file_and_its_name(name: str, data: bytes) -> None:
    made = downloads.offer(name, data)
    assert bytes_of(made) == data
    match = re.search(r'download="([^"]*)"', made)
    assert match
    assert html.unescape(match[1]) == name
    assert made.count("<") == 4  # a paragraph and a link, whatever the name


# Searches


def test_search_tells_rank_scores_and_passage() -> None:
    made = searched(SHELF, requests.search_request({"question": "青禾企业开办几天？", "limit": "2"}))  # type: ignore[arg-type]
    assert re.findall(r'class="rank">(\d+)<', made["list"]) == ["1", "2"]
    first = shown(made["list"].split("</li>")[0])
    assert "2.000 分" in first
    assert "按词1.500" in first
    assert "按句意0.500" in first
    assert "<mark>企业</mark>" in made["list"]
    assert "找到 2 个案例" in made["count"]


def test_search_order_is_that_of_the_assistant() -> None:
    made = searched(SHELF, requests.search_request({"question": "企业", "limit": 50}))  # type: ignore[arg-type]
    ids = [html.unescape(one) for one in re.findall(r'<h3>.*?href="#case-([^"~]*)', made["list"])]
    from urllib.parse import unquote

    assert [unquote(one) for one in ids] == [hit.case.id for hit in SHELF.search("企业", limit=50)]


def test_reading_is_told() -> None:
    made = shown(read_html(read("青禾和临江开办企业几天？")))
    assert "地方青禾、临江" in made
    assert "问到的数时间" in made


@given(st.text(), st.lists(st.text(max_size=4), max_size=4))
def test_marks_leave_the_text_as_it_is(text: str, terms: list[str]) -> None:
    made = with_marks(text, terms)
    assert html.unescape(re.sub(r"</?mark>", "", made)) == text
    assert set(re.findall(r"<[^>]*>", made)) <= {"<mark>", "</mark>"}


# Everything


def test_nothing_of_a_case_becomes_markup(catalogue: Catalogue) -> None:
    bad = next(one for one in SHELF.cases if one.title == BAD_TITLE)
    pages = [
        listed(catalogue, filter_of()),
        opened(catalogue, requests.case_request({"id": bad.id})),
        tabled(SHELF, catalogue, rows_of()),  # type: ignore[arg-type]
        searched(SHELF, requests.search_request({"question": '<img src=x onerror="window.hacked=1">'})),  # type: ignore[arg-type]
    ]
    for made in pages:
        text = json.dumps(made, ensure_ascii=False)
        assert not re.search(r"<(?:img|script|b|i)\b", text)
        assert "&lt;img" in text


def test_waiting_faults_and_answers_are_told_in_chinese() -> None:
    def crash(_: object) -> dict[str, Any]:
        raise ZeroDivisionError

    def refuse(_: object) -> dict[str, Any]:
        raise InputError("条件不对", hint="请改一改")

    waiting = Library(lambda _: SHELF, name="试验库")  # type: ignore[arg-type, return-value]
    assert told(waiting, crash)["waiting"].startswith("正在准备案例库")
    library = ready(SHELF)
    assert told(library, lambda _: {"count": "一"}) == {"count": "一"}
    assert told(library, refuse) == {"fault": "条件不对。请改一改"}
    assert "请刷新网页" in told(library, crash)["fault"]


def test_catalogue_is_made_once_and_goes_with_its_assistant() -> None:
    catalogues, other = Catalogues(), Bookshelf(shelf()[:2])
    first = catalogues.of(other)  # type: ignore[arg-type]
    assert catalogues.of(other) is first  # type: ignore[arg-type]
    assert len(catalogues.of(SHELF).entries) == len(CASES)  # type: ignore[arg-type]
    again = catalogues.of(other)  # type: ignore[arg-type]
    assert (again is first, len(again.entries)) == (False, 2)
    del other
    gc.collect()
    assert catalogues._catalogue is None


def test_every_facet_labels_and_orders_its_values(catalogue: Catalogue) -> None:
    counts = choose(catalogue, filter_of()).counts
    for facet in FACETS:
        values = sorted(counts[facet.name], key=lambda value: facet.order(value, counts[facet.name][value]))
        assert all(facet.label(value, catalogue.names).strip() for value in values)
