"""What is done with answers and conversations, in a real browser: files, history, opinions, readings, charts."""

import contextlib
import json
import pathlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import pytest
from test_ui_sample import (
    COMPARISON,
    GREETING,
    ODD_QUESTION,
    QUESTION,
    TABLE_QUESTION,
    UNKNOWN_QUESTION,
    SampleAssistant,
)

from ui.library import Library

pytest.importorskip("playwright.sync_api")
from browser_visits import Server, Visit, answered, visit
from office_server import KEY, NAME, PASSWORD, PROGRAM, Served, account_file, office_server
from playwright.sync_api import Browser, BrowserContext, Page, expect
from test_browser_page import contrast

pytest_plugins = ("browsers",)

BAD = '<img src=x onerror="window.hacked=1"> ![x](http://198.51.100.7/y.png)'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def server(assistant: SampleAssistant, folder: pathlib.Path) -> Iterator[Server]:
    served = Server(Library(lambda _: assistant, name="试验库", data=folder))
    yield served
    served.close()


def link(seen: Visit, anchor: str) -> None:
    seen.page.locator(f'#chat a[href$="#{anchor}"]').last.click()


def saved(seen: Visit, click: str, menu: str) -> tuple[str, bytes]:
    with seen.page.expect_download() as download:
        seen.page.locator(menu).last.click()
        seen.page.locator(f'{menu} >> xpath=.. >> a[href$="#{click}"]').last.click()
    return download.value.suggested_filename, pathlib.Path(download.value.path()).read_bytes()


def test_answers_and_conversations_are_saved_as_files(seen: Visit) -> None:
    seen.ask(QUESTION)
    answered(seen)
    seen.ask(TABLE_QUESTION)
    answered(seen, 2)
    menu = "#chat .actions summary"
    name, data = saved(seen, "docx-2", menu)
    assert name == "案例问答_哪些地方压缩了企业开办时间.docx"
    assert data.startswith(b"PK")
    for _ in range(2):  # the same file again is saved again
        name, data = saved(seen, "csv-2", menu)
        assert "青禾县企业开办半日办结,青禾县,企业开办,3个工作日,4小时" in data.decode("utf-8-sig")
    name, data = saved(seen, "docx-0", "#tools summary")
    assert (name, data[:2]) == ("案例问答记录_企业开办几天.docx", b"PK")
    assert seen.outside() == []
    assert seen.complaints == []


def test_a_menu_is_used_and_closed_by_keyboard(seen: Visit) -> None:
    seen.ask(QUESTION)
    answered(seen)
    summary = seen.page.locator("#chat .actions summary")
    summary.focus()
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("#chat .actions details")).to_have_attribute("open", "")
    seen.page.keyboard.press("Escape")
    expect(seen.page.locator("#chat .actions details")).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()


def test_nothing_to_save_is_told(seen: Visit) -> None:
    seen.page.locator("#tools summary").click()
    seen.page.locator('#tools a[href$="#docx-0"]').click()
    expect(seen.page.get_by_text("还没有可以导出的回答")).to_be_visible()


def test_a_conversation_survives_a_reload(context: BrowserContext, server: Server) -> None:
    seen = visit(context, server.url)
    seen.ask(QUESTION)
    answered(seen)
    before = seen.page.locator("#chat .bot-row").inner_html()
    kept(seen.page, 1)
    seen.page.reload()
    answered(seen)
    assert seen.page.locator("#chat .bot-row").inner_html() == before
    expect(seen.page.locator("#s-1-1 mark").first).to_be_visible()
    seen.ask("那临江呢？")
    answered(seen, 2)
    expect(seen.page.locator("#chat .reading").last).to_contain_text("按“临江企业开办几天？”回答")


def kept(page: Page, count: int, turns: int = 1) -> None:
    """Wait until the browser keeps so many conversations, the latest with so many turns."""
    page.wait_for_function(
        """([count, turns]) => {
            const all = Object.keys(localStorage).filter(key => key.startsWith("case-qa/"));
            const latest = all.map(key => JSON.parse(localStorage[key])).sort((a, b) => b.time - a.time)[0];
            return all.length === count && (!count || latest.count === turns);
        }""",
        arg=[count, turns],
    )


def test_conversations_are_listed_opened_and_deleted(context: BrowserContext, server: Server) -> None:
    seen = visit(context, server.url)
    page = seen.page
    for number, question in enumerate((QUESTION, UNKNOWN_QUESTION, BAD), 1):
        seen.ask(question)
        expect(page.locator("#chat .actions")).to_have_count(1)
        kept(page, number)
        page.get_by_role("button", name="新对话").click()
        expect(page.locator("#chat .user-row")).to_have_count(0)
    page.get_by_role("button", name="历史对话").click()
    dialog = page.get_by_role("dialog", name="历史对话")
    titles = dialog.locator(".title")
    assert titles.all_inner_texts() == [BAD, UNKNOWN_QUESTION, QUESTION]
    expect(dialog).to_contain_text("只保存在这个浏览器里")
    dialog.get_by_role("button", name=f"删除：{UNKNOWN_QUESTION}").click()
    expect(titles).to_have_count(2)
    titles.last.click()
    answered(seen)
    expect(page.locator("#chat .user-row")).to_have_text(QUESTION)
    page.get_by_role("button", name="历史对话").click()
    dialog.get_by_role("button", name="全部删除").click()
    expect(titles).to_have_count(2)  # it asks first
    dialog.get_by_role("button", name="确定全部删除").click()
    expect(dialog).to_contain_text("还没有历史对话")
    page.keyboard.press("Escape")
    expect(page.locator("#chat .user-row")).to_have_count(0)
    kept(page, 0)
    assert page.evaluate("window.hacked") is None
    assert seen.outside() == []
    assert seen.complaints == []


def test_a_browser_shows_its_own_conversations_only(browser: Browser, server: Server) -> None:
    contexts = [browser.new_context(locale="en-US") for _ in range(2)]
    mine, other = [visit(one, server.url) for one in contexts]
    mine.ask(QUESTION)
    answered(mine)
    kept(mine.page, 1)
    other.page.reload()
    other.page.get_by_role("button", name="历史对话").click()
    expect(other.page.get_by_role("dialog")).to_contain_text("还没有历史对话")
    for one in contexts:
        one.close()


@pytest.fixture
def office(tmp_path: pathlib.Path) -> Iterator[Served]:
    served = office_server(SampleAssistant(), auth_file=account_file(tmp_path))
    # In a thread of its own: the browser's loop runs in this one.
    with ThreadPoolExecutor(1) as thread, contextlib.ExitStack() as stack:
        yield thread.submit(stack.enter_context, served).result()


def test_who_shares_a_browser_sees_the_own_conversations(context: BrowserContext, office: Served) -> None:
    page = context.new_page()

    def log_in(name: str, password: str) -> Visit:
        page.goto(office.url)
        page.get_by_label("姓名（账号）").fill(name)
        page.get_by_label("口令").fill(password)
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"已登录：{name}")).to_be_visible()
        page.wait_for_selector("#question textarea")
        return Visit(page, [], [])

    seen = log_in(NAME, PASSWORD)
    seen.ask(QUESTION)
    answered(seen)
    kept(page, 1)
    page.get_by_role("button", name="退出登录").click()
    log_in(PROGRAM, KEY)
    page.wait_for_timeout(1000)
    expect(page.locator("#chat .user-row")).to_have_count(0)
    page.get_by_role("button", name="历史对话").click()
    expect(page.get_by_role("dialog")).to_contain_text("还没有历史对话")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="退出登录").click()
    answered(log_in(NAME, PASSWORD))


def test_a_full_browser_gives_up_the_oldest(context: BrowserContext, server: Server) -> None:
    seen = visit(context, server.url)
    seen.page.wait_for_timeout(500)  # until the page knows whose conversations they are
    seen.page.evaluate(
        """() => { for (let i = 0; i < 60; i++) localStorage.setItem(`case-qa//old${i}`, JSON.stringify(
            { time: i, title: `旧${i}`, count: 1, text: "x".repeat(70000) })); }"""
    )
    seen.ask(QUESTION)
    answered(seen)
    seen.page.wait_for_function(
        "() => Object.keys(localStorage).some(key => key.startsWith('case-qa//') && !key.includes('old'))"
    )
    rest = seen.page.evaluate("Object.keys(localStorage).filter(key => key.includes('old'))")
    assert "case-qa//old59" in rest
    assert "case-qa//old0" not in rest
    assert len(rest) < 50


def test_what_a_browser_kept_and_cannot_be_read_is_told(context: BrowserContext, server: Server) -> None:
    seen = visit(context, server.url)
    seen.page.evaluate(
        """() => {
            localStorage.setItem("case-qa//bad", JSON.stringify({ time: 1, title: "坏", count: 1, text: "{}" }));
            sessionStorage.setItem("case-qa-current/", "bad");
        }"""
    )
    seen.page.reload()
    expect(seen.page.get_by_text("读不出来")).to_be_visible()
    seen.ask(QUESTION)
    answered(seen)


def opinions(folder: pathlib.Path) -> list[dict[str, object]]:
    path = folder / "feedback.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_an_opinion_with_its_reasons_is_kept(seen: Visit, folder: pathlib.Path) -> None:
    seen.ask(QUESTION)
    answered(seen)
    link(seen, "bad-1")
    dialog = seen.page.get_by_role("dialog", name="这个回答没用")
    expect(dialog).to_contain_text(str(folder / "feedback.jsonl"))
    dialog.get_by_role("button", name="提交").click()
    expect(dialog.get_by_role("alert")).to_have_text("请选一条原因，或者写一句")
    dialog.get_by_label("数字不对").check()
    dialog.get_by_label("补充说明").fill("应是 <b>5</b> 小时")
    dialog.get_by_role("button", name="提交").click()
    expect(seen.page.get_by_text("✓ 没用")).to_be_visible()
    assert opinions(folder)[-1]["reasons"] == ["wrong_figure"]
    assert opinions(folder)[-1]["note"] == "应是 <b>5</b> 小时"
    seen.page.get_by_role("link", name="有用").click()
    expect(seen.page.get_by_text("✓ 有用")).to_be_visible()
    assert opinions(folder)[-1]["useful"] is True


def test_opinions_are_not_asked_for_where_none_are_kept(browser: Browser) -> None:
    served = Server(Library(lambda _: SampleAssistant(), name="试验库"))
    context = browser.new_context(locale="en-US")
    seen = visit(context, served.url)
    seen.ask(QUESTION)
    answered(seen)
    expect(seen.page.get_by_text("没用")).to_have_count(0)
    context.close()
    served.close()


def test_the_last_question_is_asked_again_in_its_place(seen: Visit, assistant: SampleAssistant) -> None:
    seen.ask(QUESTION)
    answered(seen)
    seen.ask("那临江呢？")
    answered(seen, 2)
    asked = len(assistant.asked)
    link(seen, "again-2")
    expect(seen.page.locator("#chat .user-row")).to_have_count(2)
    seen.page.wait_for_timeout(500)
    answered(seen, 2)
    assert assistant.asked[asked:] == ["临江企业开办几天？"]


def test_a_question_is_mended(seen: Visit, assistant: SampleAssistant) -> None:
    seen.ask("青禾企业开办几天？")
    answered(seen)
    expect(seen.page.locator("#chat .chip", has_text="地方：青禾")).to_be_visible()
    seen.page.locator("#chat .reading").get_by_text("改一改").click()
    dialog = seen.page.get_by_role("dialog", name="改一改再问")
    expect(dialog.get_by_label("问题")).to_have_value("青禾企业开办几天？")
    expect(dialog.get_by_label("查数字")).to_be_checked()
    dialog.get_by_label("问做法").check()
    dialog.get_by_label("青禾").uncheck()
    dialog.get_by_role("button", name="重新提问").click()
    expect(seen.page.locator("#chat .chip", has_text="问做法")).to_be_visible()
    expect(seen.page.locator("#chat .chip", has_text="地方")).to_have_count(0)
    expect(seen.page.locator("#chat .user-row")).to_have_count(1)
    corrections = assistant.corrected[-1]
    assert corrections is not None
    assert (corrections.intent, corrections.without_places) == ("how", ("青禾",))
    link(seen, "mend-1")
    dialog.get_by_label("问题").fill(QUESTION)
    dialog.get_by_role("button", name="重新提问").click()
    expect(seen.page.locator("#chat .user-row")).to_have_text(QUESTION)


def test_a_greeting_is_mended_by_its_words_alone(seen: Visit) -> None:
    seen.ask(GREETING)
    expect(seen.page.locator("#chat .note.out_of_scope")).to_be_visible()
    link(seen, "mend-1")
    dialog = seen.page.get_by_role("dialog", name="改一改再问")
    expect(dialog.get_by_label("问题")).to_have_value(GREETING)
    expect(dialog.locator("fieldset")).to_have_count(0)
    dialog.get_by_label("问题").fill(QUESTION)
    dialog.get_by_role("button", name="重新提问").click()
    answered(seen)
    expect(seen.page.locator("#chat .user-row")).to_have_text(QUESTION)


def test_escape_closes_a_form_and_stops_nothing(seen: Visit) -> None:
    seen.ask(QUESTION)
    answered(seen)
    link(seen, "mend-1")
    expect(seen.page.get_by_role("dialog")).to_be_visible()
    seen.page.keyboard.press("Escape")
    expect(seen.page.get_by_role("dialog")).to_have_count(0)
    expect(seen.page.locator("#chat .note.stopped")).to_have_count(0)


def test_a_comparison_has_a_chart_that_can_be_read_out(seen: Visit) -> None:
    seen.ask(COMPARISON)
    answered(seen)
    chart = seen.page.locator("#chat .chart svg.dumbbell")
    expect(chart).to_have_count(1)
    expect(seen.page.get_by_role("img", name="企业开办办理时限（单位：工作日）")).to_be_visible()
    assert "青禾县：原来3个工作日，现在4小时" in str(chart.locator("desc").text_content())
    table = seen.page.locator("#chat div.table").bounding_box()
    drawn = chart.bounding_box()
    assert table is not None
    assert drawn is not None
    assert drawn["y"] > table["y"] + table["height"] - 1
    right = chart.evaluate(
        """chart => Math.max(...[...chart.querySelectorAll("text, circle, line")]
            .map(part => part.getBoundingClientRect().right)) - chart.parentElement.getBoundingClientRect().right"""
    )
    assert right <= 0


def test_a_source_opens_on_the_page_of_cases(seen: Visit) -> None:
    seen.ask(QUESTION)
    answered(seen)
    address = seen.page.locator("#s-1-1 a.case").get_attribute("href")
    assert address is not None
    assert re.fullmatch(r"#case-[^~]+~\d+-\d+", address)
    seen.page.locator("#s-1-1 a.case").click()
    expect(seen.page.get_by_role("tab", name="案例")).to_have_attribute("aria-selected", "true")
    seen.page.go_back()
    expect(seen.page.get_by_role("tab", name="问答")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forms_and_chips_can_be_read_on_a_phone(
    browser: Browser, server: Server, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(locale="en-US", viewport={"width": 380, "height": 740}, color_scheme=scheme)
    seen = visit(context, server.url)
    seen.ask(COMPARISON)
    answered(seen)
    parts = [
        ".chip",
        ".actions a",
        ".actions summary",
        ".tools button",
        ".chart text.axis",
        ".chart figcaption",
    ]
    assert {part: contrast(seen.page, part) for part in parts if contrast(seen.page, part) < 4.5} == {}
    for anchor in ("mend-1", "bad-1"):
        link(seen, anchor)
        dialog = seen.page.locator("dialog")
        for part in ("dialog legend", "dialog .main", "dialog button:not(.main)", "dialog label"):
            assert contrast(seen.page, part) >= 4.5
        inside = dialog.evaluate(
            """dialog => [...dialog.querySelectorAll("*")].every(
                part => part.getBoundingClientRect().right <= dialog.getBoundingClientRect().right)"""
        )
        assert inside
        seen.page.keyboard.press("Escape")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 380
    context.close()


def test_nothing_hostile_runs_in_files_forms_or_history(context: BrowserContext, server: Server) -> None:
    seen = visit(context, server.url)
    seen.ask(ODD_QUESTION)
    answered(seen)
    seen.ask(BAD)
    answered(seen, 2)
    kept(seen.page, 1, 2)
    name, data = saved(seen, "md-2", "#chat .actions summary")
    assert not set(name) & set('/\\:*?"<>|')
    assert "![x](" not in data.decode()
    link(seen, "mend-2")
    expect(seen.page.get_by_label("问题", exact=True).last).to_have_value(BAD)
    seen.page.keyboard.press("Escape")
    seen.page.reload()
    answered(seen, 2)
    assert seen.page.evaluate("window.hacked") is None
    assert seen.page.locator("#chat img, #sources img, dialog img").count() == 0
    assert seen.outside() == []
    assert seen.complaints == []
