"""Cases, changes and searches in a real browser: filters, reading, sorting by keyboard, files, hostile titles."""

import csv
import io
import json
import pathlib
import re
import threading
from collections.abc import Iterator

import pytest
from test_ui_browsing import CASES, HOSTILE, SHELF, Bookshelf, shelf
from test_ui_sample import BAD_TITLE

from ui.library import Assistant, Library, Progress

pytest.importorskip("playwright.sync_api")
from browser_visits import Server, Visit, visit
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from test_browser_page import contrast

pytest_plugins = ("browsers",)

ALL = f"共 {len(CASES)} 个案例"
FIRST = "青禾县企业开办半日办结"


def opened(assistant: Bookshelf = SHELF) -> Library:
    return Library(lambda _: assistant, name="试验库")  # type: ignore[arg-type, return-value]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    served = Server(opened())
    yield served
    served.close()


def at(seen: Visit, tab: str) -> Page:
    if seen.page.get_by_role("tab", name=tab).count():
        seen.page.get_by_role("tab", name=tab).click()
    else:  # too narrow for all tabs
        seen.page.locator(".overflow-menu > button").click()
        seen.page.locator(".overflow-dropdown button", has_text=tab).click()
    return seen.page


def field(page: Page, name: str, label: str) -> Locator:
    return page.locator(f"section.{name} form").get_by_label(label)


def told(page: Page, name: str, text: str) -> None:
    expect(page.locator(f".{name} .told")).to_contain_text(text)


# Cases


def test_filters_combine_count_and_are_cleared(seen: Visit) -> None:
    page = at(seen, "案例")
    told(page, "cases", f"{ALL}，其中 1 个与别的案例内容基本相同")
    field(page, "cases", "地方").select_option("云江")
    told(page, "cases", f"{len(CASES)} 个案例中有 2 个符合条件")
    field(page, "cases", "时间").select_option(label="2022年（1）")
    told(page, "cases", "有 1 个符合条件")
    expect(page.locator(".case-card")).to_have_count(1)
    page.get_by_role("button", name="清除条件").click()
    told(page, "cases", ALL)
    expect(field(page, "cases", "地方")).to_have_value("")


def test_words_are_looked_for_as_they_are_typed(seen: Visit) -> None:
    page = at(seen, "案例")
    told(page, "cases", ALL)
    field(page, "cases", "关键词").press_sequentially("免费 印章")
    told(page, "cases", "有 2 个符合条件，其中 1 个")
    expect(field(page, "cases", "关键词")).to_be_focused()
    expect(page.locator(".excerpt mark")).to_have_text("免费")
    field(page, "cases", "关键词").fill("月亮")
    expect(page.locator(".cases .empty")).to_contain_text("请减少条件")


def test_pages_are_turned_by_keyboard(seen: Visit) -> None:
    page = at(seen, "案例")
    onward = page.get_by_role("button", name="下一页")
    onward.focus()
    for number in (2, 3):
        page.keyboard.press("Enter")
        expect(page.locator(".cases .pager")).to_contain_text(f"第 {number} / 3 页")
    expect(page.get_by_role("button", name="上一页")).to_be_focused()  # there is no page behind


def test_case_is_read_asked_about_and_left(seen: Visit) -> None:
    page = at(seen, "案例")
    page.locator(".case-card").get_by_role("link", name=FIRST).press("Enter")
    whole = page.get_by_role("article", name=FIRST)
    expect(whole).to_be_focused()
    expect(whole.get_by_role("heading", name="一、主要做法")).to_be_visible()
    expect(whole.locator(".at").first).to_have_text("6")
    expect(whole.locator("table")).to_contain_text("3个工作日")
    expect(page.locator(".case-card [aria-current=true]")).to_have_text(FIRST)
    page.keyboard.press("Escape")
    expect(page.locator(".reader")).to_be_hidden()
    expect(page.locator(".case-card").get_by_role("link", name=FIRST)).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="就这个案例提问").click()
    box = page.locator("#question textarea")
    expect(box).to_have_value(f"云江省青禾县“{FIRST}”这个案例具体怎么做的？")
    expect(box).to_be_focused()


def test_copies_lead_to_one_another(seen: Visit) -> None:
    page = at(seen, "案例")
    page.locator(".case-card .copies a").first.click()
    expect(page.locator(".whole-case h2")).to_have_text("青禾县的办法（转载）")
    page.locator(".whole-case .copies a").click()
    expect(page.locator(".whole-case h2")).to_have_text(FIRST)
    page.go_back()
    expect(page.locator(".whole-case h2")).to_have_text("青禾县的办法（转载）")


def test_case_is_copied_with_its_source(seen: Visit) -> None:
    page = at(seen, "案例")
    page.context.grant_permissions(["clipboard-read"])
    page.locator(".case-card").get_by_role("link", name=FIRST).click()
    page.get_by_role("button", name="复制全文和出处").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert "企业开办由3个工作日压缩到4小时" in text
    assert text.endswith(f"来源：{FIRST}（甲.txt，第 5–8 行）")


def sent(context: BrowserContext, server: Server, address: str) -> Page:
    """A page that is opened at an address."""
    page = visit(context, server.url).page
    page.goto("about:blank")  # so that it begins anew
    page.goto(address)
    return page


def test_address_of_a_case_opens_it(context: BrowserContext, server: Server) -> None:
    change = SHELF.changes[0]
    address = f"{server.url}#case-{change.case_id}~{change.span.start}-{change.span.end}"
    page = sent(context, server, address)
    expect(page.locator(".whole-case mark").first).to_be_visible()
    expect(page.get_by_role("tab", name="案例")).to_have_attribute("aria-selected", "true")


def test_address_of_no_case_is_told(context: BrowserContext, server: Server) -> None:
    page = sent(context, server, f"{server.url}#case-nothing")
    expect(page.locator(".reader")).to_contain_text("这个案例已经不在案例库里了")


# Changes


def cells(page: Page, column: int) -> list[str]:
    return page.locator(f"table.changes tbody td:nth-child({column})").all_inner_texts()


def test_table_is_sorted_by_keyboard(seen: Visit) -> None:
    page = at(seen, "前后对比")
    field(page, "changes", "方面").select_option(label="时间（4）")
    told(page, "changes", "有 4 条符合条件")
    head = page.get_by_role("button", name="现在")
    head.focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("现在")
    assert cells(page, 5) == ["90分钟", "4小时", "4小时", "2天"]
    expect(head).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_have_text("现在")
    assert cells(page, 5) == ["2天", "4小时", "4小时", "90分钟"]


def test_chart_has_words_and_follows_the_filter(seen: Visit) -> None:
    page = at(seen, "前后对比")
    chart = page.get_by_role("img", name="办理时限")
    expect(chart.first).to_be_visible()
    field(page, "changes", "事项").fill("抵押登记")
    expect(chart).to_have_count(1)
    expect(chart.locator("desc")).to_contain_text("原来9天，现在90分钟")
    field(page, "changes", "事项").fill("施工许可")
    expect(page.locator(".chart-box")).to_be_hidden()


def test_row_leads_to_its_words_and_back(seen: Visit) -> None:
    page = at(seen, "前后对比")
    page.locator("tr", has_text="施工许可").get_by_role("link").click()
    expect(page.locator(".whole-case h2")).to_have_text("某区减材料")
    expect(page.locator(".whole-case mark")).to_contain_text("由9份减少到3份")
    page.go_back()
    expect(page.locator("table.changes")).to_be_visible()


def test_filtered_rows_are_saved_as_a_file(seen: Visit) -> None:
    page = at(seen, "前后对比")
    field(page, "changes", "显示").select_option("both")
    told(page, "changes", "符合条件")
    with page.expect_download() as saving:
        page.get_by_role("button", name="导出 CSV").click()
    assert saving.value.suggested_filename == "前后对比.csv"
    lines = list(csv.reader(io.StringIO(pathlib.Path(saving.value.path()).read_text("utf-8-sig"))))
    assert len(lines) == 1 + page.locator("table.changes tbody tr").count()
    with page.expect_download() as again:
        page.locator(".offer a").click()
    assert pathlib.Path(again.value.path()).read_bytes() == pathlib.Path(saving.value.path()).read_bytes()
    with page.expect_download() as saving:
        page.get_by_role("button", name="导出 Excel").click()
    assert pathlib.Path(saving.value.path()).read_bytes().startswith(b"PK")
    field(page, "changes", "事项").fill("月亮")
    expect(page.locator(".offer")).to_have_count(0)
    page.get_by_role("button", name="导出 CSV").click()
    expect(page.locator(".changes .told.fault")).to_contain_text("没有符合条件的数据")


# Searches


def test_search_shows_scores_and_how_it_was_read(seen: Visit) -> None:
    page = at(seen, "检索")
    field(page, "search", "问题").fill("青禾开办企业几天？")
    page.keyboard.press("Enter")
    expect(page.locator(".hit-card")).to_have_count(20)
    first = page.locator(".hit-card").first
    expect(first.locator(".rank")).to_have_text("1")
    expect(first.locator(".scores")).to_contain_text("按词")
    assert first.locator("meter").count() == 2
    expect(page.locator(".understood")).to_contain_text("青禾")
    field(page, "search", "最多").select_option("10")
    expect(page.locator(".hit-card")).to_have_count(10)
    page.locator(".hit-card a").first.click()
    expect(page.locator(".whole-case mark").first).to_be_visible()


@pytest.mark.parametrize("question", ["", "？？？", "问" * 600])
def test_bad_questions_are_told_in_chinese(seen: Visit, question: str) -> None:
    page = at(seen, "检索")
    field(page, "search", "问题").fill(question)
    page.get_by_role("button", name="检索", exact=True).click()
    expect(page.locator(".search .told.fault")).to_contain_text("问题")
    assert not re.search("[A-Za-z]", page.locator(".search .told").inner_text())


# All three


def test_nothing_of_a_case_or_a_question_is_executed(seen: Visit) -> None:
    page = at(seen, "案例")
    field(page, "cases", "关键词").fill("窗口")
    expect(page.locator(".case-card")).to_have_count(1)
    page.locator(".case-card").get_by_role("link").click()
    expect(page.locator(".whole-case h2")).to_have_text(BAD_TITLE)
    expect(page.locator(".whole-case .text")).to_contain_text(HOSTILE)
    at(seen, "前后对比")
    expect(page.locator("table.changes").get_by_role("link", name="window.hacked")).to_be_visible()
    field(page, "changes", "事项").fill('"><img src=x onerror="window.hacked=1">')
    expect(page.locator(".changes .empty")).to_be_visible()
    at(seen, "检索")
    field(page, "search", "问题").fill('<img src=x onerror="window.hacked=1">办证')
    page.keyboard.press("Enter")
    expect(page.locator(".hit-card", has_text="甲市")).to_contain_text(BAD_TITLE)
    expect(page.locator(".understood")).to_contain_text("<img")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert page.locator(".browsing img, .browsing script, .browsing b").count() == 0
    assert seen.outside() == []
    assert seen.complaints == []


def test_pages_fill_themselves_when_the_library_is_ready(context: BrowserContext) -> None:
    go = threading.Event()

    def opener(progress: Progress) -> Assistant:
        progress("正在建立索引", 0.4)
        go.wait(30)
        return SHELF  # type: ignore[return-value]

    served = Server(Library(opener, name="试验库"))
    seen = visit(context, served.url)
    page = at(seen, "前后对比")
    told(page, "changes", "正在准备案例库…正在建立索引 40%")
    at(seen, "案例")
    told(page, "cases", "准备好后这里会自动显示")
    go.set()
    told(page, "cases", ALL)
    expect(page.locator(".case-card").first).to_be_visible()
    at(seen, "前后对比")
    expect(page.locator("table.changes")).to_be_visible()
    served.close()


def test_another_library_is_shown_when_one_comes_back(context: BrowserContext) -> None:
    library = opened()
    served = Server(library)
    seen = visit(context, served.url)
    page = at(seen, "案例")
    told(page, "cases", ALL)
    at(seen, "问答")
    library.exchange(lambda _: Bookshelf(shelf()[:3]), "另一个库")  # type: ignore[arg-type, return-value]
    at(seen, "案例")
    told(page, "cases", "共 3 个案例")
    served.close()


def test_lost_connection_is_told(context: BrowserContext) -> None:
    served = Server(opened())
    seen = visit(context, served.url)
    page = at(seen, "案例")
    told(page, "cases", ALL)
    served.close()
    field(page, "cases", "关键词").fill("企业")
    told(page, "cases", "与程序的连接断了")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_shows_everything_in_its_width(browser: Browser, server: Server, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 380, "height": 740}, color_scheme=scheme)  # type: ignore[arg-type]
    seen = visit(context, server.url)
    page = at(seen, "案例")
    expect(page.locator(".case-card").first).to_be_visible()
    fits(page)
    page.locator(".case-card").get_by_role("link", name=FIRST).click()
    expect(page.locator(".whole-case")).to_be_visible()
    expect(page.locator(".case-card").first).to_be_hidden()
    fits(page)
    page.get_by_role("button", name="返回列表").click()
    expect(page.locator(".case-card").first).to_be_visible()
    at(seen, "前后对比")
    expect(page.locator("table.changes")).to_be_visible()
    fits(page)
    at(seen, "检索")
    field(page, "search", "问题").fill("企业开办")
    page.keyboard.press("Enter")
    expect(page.locator(".hit-card").first).to_be_visible()
    fits(page)
    context.close()


def fits(page: Page) -> None:
    for width in (380, 320):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        right = """Math.max(...[...document.querySelectorAll('.browsing *:not(.table *)')]
            .map(element => element.getBoundingClientRect().right))"""
        assert page.evaluate(right) <= width
    page.set_viewport_size({"width": 380, "height": 740})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(browser: Browser, server: Server, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 800})  # type: ignore[arg-type]
    seen = visit(context, server.url)
    poor = {}
    looks = {
        "案例": "label span,input,select,.told,.case-card a,.facts,.origin,.topics li,.copies p,.copies a,form button",
        "前后对比": "table.changes th button,table.changes td,.where,summary,.common button,.hint,.files button",
        "检索": ".hit-card a,.rank,.score,.scores dt,.scores dd,blockquote,blockquote mark,.understood dt,.send",
    }
    for tab, parts in looks.items():
        page = at(seen, tab)
        if tab == "检索":
            field(page, "search", "问题").fill("企业开办")
            page.keyboard.press("Enter")
        name = {"案例": "cases", "前后对比": "changes", "检索": "search"}[tab]
        expect(page.locator(f".{name} .results a").first).to_be_visible()
        for part in parts.split(","):
            measured = contrast(page, f"section.{name} {part} >> visible=true")
            if measured < 4.5:
                poor[f"{name} {part}"] = measured
    assert poor == {}
    context.close()


def test_no_english_and_every_field_has_a_label(seen: Visit) -> None:
    for tab, name in (("案例", "cases"), ("前后对比", "changes"), ("检索", "search")):
        page = at(seen, tab)
        expect(page.locator(f".{name} .told")).not_to_have_text("正在读取…")
        root = page.locator(f"section.{name}")
        fixed = root.locator("form, .told, .files, thead").all_inner_texts()
        words = re.sub(r"\bXX\b|Excel|CSV", "", "\n".join(fixed))
        words = re.sub(r"<b>|</b>|[\w<>]+\.(?:pdf|docx|txt)", "", words)
        assert not re.search("[A-Za-z]", words), words
        unlabelled = root.evaluate(
            "root => [...root.querySelectorAll('input, select')].filter(one => !one.labels.length).length"
        )
        assert unlabelled == 0
        assert json.dumps(seen.complaints) == "[]"
