"""Answers in a real browser: what an official sees, clicks, sorts, copies and asks on."""

import re

import pytest
from test_ui_sample import (
    GREETING,
    QUESTION,
    REASONS,
    TABLE_QUESTION,
    UNKNOWN_QUESTION,
    WRITTEN_QUESTION,
    SampleAssistant,
)

from ui.library import Library

pytest.importorskip("playwright.sync_api")
from browser_visits import Server, Visit, answered, visit
from playwright.sync_api import Browser, expect

pytest_plugins = ("browsers",)


def test_answer_has_marks_that_lead_to_its_sources(seen: Visit) -> None:
    seen.ask(QUESTION)
    answered(seen)
    card = seen.page.locator("#s-1-1")
    expect(card.locator("blockquote mark")).to_have_text("企业开办由3个工作日压缩到4小时。")
    expect(card).to_contain_text("青禾县.md，第 6 行")
    seen.page.set_viewport_size({"width": 1280, "height": 520})
    mark = seen.page.locator("#chat p a", has_text="[3]").first
    expect(seen.page.locator("#s-1-3")).not_to_be_in_viewport(ratio=1)
    mark.click()
    expect(seen.page.locator("#s-1-3")).to_have_class(re.compile("flash"))
    expect(seen.page.locator("#s-1-3")).to_be_in_viewport(ratio=0.9)
    seen.page.locator("#chat p a", has_text="[1]").first.click()
    expect(card).to_have_class(re.compile("flash"))
    expect(card).to_be_in_viewport(ratio=0.9)
    assert seen.page.evaluate("document.activeElement.id") == "s-1-1"
    assert seen.page.url.endswith("/")


def test_whole_text_is_one_click_away(seen: Visit) -> None:
    seen.ask(QUESTION)
    answered(seen)
    whole = seen.page.locator("#s-1-1 details.whole")
    expect(whole.locator(".text")).to_be_hidden()
    whole.locator("summary").click()
    expect(whole.locator(".text")).to_contain_text("周六也办")
    expect(whole.locator(".text mark")).to_have_text("企业开办由3个工作日压缩到4小时。")


def test_sources_of_earlier_answers_stay_reachable(seen: Visit) -> None:
    for turns in (1, 2):
        seen.ask(QUESTION)
        answered(seen, turns)
    expect(seen.page.locator("#t-2")).to_have_attribute("open", "")
    expect(seen.page.locator("#s-1-2")).to_be_hidden()
    seen.page.locator('#chat p a[href$="#s-1-2"]').click()
    expect(seen.page.locator("#s-1-2")).to_be_visible()
    expect(seen.page.locator("#s-1-2")).to_be_in_viewport(ratio=0.9)


def test_marks_work_with_the_keyboard(seen: Visit) -> None:
    seen.ask(QUESTION)
    answered(seen)
    seen.page.locator("#chat p a", has_text="[2]").first.focus()
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("#s-1-2")).to_be_focused()


def test_copy_takes_answer_and_sources(browser: Browser, server: Server) -> None:
    context = browser.new_context(locale="en-US", permissions=["clipboard-read", "clipboard-write"])
    seen = visit(context, server.url)
    seen.ask(QUESTION)
    answered(seen)
    seen.page.get_by_text("复制回答").click()
    expect(seen.page.locator(".said")).to_contain_text("已复制")
    copied = seen.page.evaluate("navigator.clipboard.readText()")
    assert "[1] 青禾县企业开办半日办结（青禾县.md，第 6 行）" in copied
    context.close()


def test_copied_table_has_cells(browser: Browser, server: Server) -> None:
    context = browser.new_context(locale="en-US", permissions=["clipboard-read", "clipboard-write"])
    seen = visit(context, server.url)
    seen.ask(TABLE_QUESTION)
    answered(seen)
    seen.page.get_by_text("复制回答").click()
    expect(seen.page.locator(".said")).to_contain_text("已复制")
    plain, layout = seen.page.evaluate(
        """async () => {
            const [item] = await navigator.clipboard.read();
            return Promise.all(["text/plain", "text/html"].map(async kind => (await item.getType(kind)).text()));
        }"""
    )
    assert "一\t青禾县\t企业开办\t3个工作日\t4小时[1]\n" in plain
    assert layout.count("<table") == 1
    assert "<td>企业|开办</td>" in re.sub(r' style="[^"]*"', "", layout)
    context.close()


def column(seen: Visit, number: int) -> list[str]:
    return seen.page.locator(f"#chat .table td:nth-child({number})").all_inner_texts()


def test_table_is_sorted_by_its_heads(seen: Visit) -> None:
    seen.ask(TABLE_QUESTION)
    answered(seen)
    now = seen.page.get_by_role("columnheader", name="现在")
    now.get_by_role("button").focus()
    seen.page.keyboard.press("Enter")
    expect(now).to_have_attribute("aria-sort", "ascending")
    assert column(seen, 5) == ["2小时[2]", "4小时[1]", "半天[3]"]
    assert column(seen, 3)[-1].startswith("其他事项也")  # what is not stated stays behind
    seen.page.keyboard.press("Space")
    expect(now).to_have_attribute("aria-sort", "descending")
    assert column(seen, 5) == ["半天[3]", "4小时[1]", "2小时[2]"]
    for _ in range(2):
        seen.page.get_by_role("columnheader", name="原来").get_by_role("button").click()
        assert column(seen, 4)[0] == "3个工作日"
    expect(now).to_have_attribute("aria-sort", "none")


def test_sentence_before_empty_cells_takes_their_room(seen: Visit) -> None:
    seen.ask(TABLE_QUESTION)
    answered(seen)
    wide = seen.page.locator("#chat .table tr").last.locator("td").last
    expect(wide).to_have_attribute("colspan", "3")
    expect(wide).to_contain_text("其他事项也在同一个窗口收件")


def test_marks_in_a_table_lead_to_their_sources(seen: Visit) -> None:
    seen.ask(TABLE_QUESTION)
    answered(seen)
    seen.page.locator("#chat td a", has_text="[2]").click()
    expect(seen.page.locator("#s-1-2")).to_be_focused()


def test_refusal_looks_different_and_names_the_nearest(seen: Visit) -> None:
    seen.ask(UNKNOWN_QUESTION)
    box = seen.page.locator("#chat .note.refusal")
    expect(box).to_contain_text("最接近的案例")
    box.get_by_text("青禾县企业开办半日办结").click()
    expect(seen.page.locator("#h-1-1")).to_have_class(re.compile("flash"))


def test_each_kind_of_refusal_has_its_own_look(seen: Visit) -> None:
    looks = set()
    for turn, (question, reason) in enumerate(REASONS.items(), start=1):
        seen.ask(question)
        box = seen.page.locator(f"#chat .note.refusal.{reason}")
        expect(box).to_have_count(1)
        looks.add(box.evaluate("element => getComputedStyle(element).backgroundColor"))
        assert len(looks) == turn


def test_suggestion_is_asked_with_what_was_said_before(seen: Visit, assistant: SampleAssistant) -> None:
    seen.ask(QUESTION)
    answered(seen)
    seen.page.get_by_role("group", name="接着问").get_by_role("button", name="还有别的地方吗？").focus()
    seen.page.keyboard.press("Enter")
    answered(seen, 2)
    expect(seen.page.locator("#chat .user-row").last).to_have_text("还有别的地方吗？")
    expect(seen.page.locator("#chat .reading").last).to_contain_text("按“还有哪些地方企业开办几天？”回答")
    assert assistant.asked[-1] == "还有哪些地方企业开办几天？"
    expect(seen.page.locator("#question textarea")).to_be_focused()
    expect(seen.page.locator("#chat .options")).to_have_count(1)


def test_greeting_is_met_with_examples(seen: Visit, assistant: SampleAssistant) -> None:
    seen.ask(GREETING)
    expect(seen.page.locator("#chat .note.out_of_scope")).to_contain_text("不在范围")
    expect(seen.page.locator("#sources .card")).to_have_count(0)
    seen.page.get_by_role("group", name="接着问").get_by_role("button").first.click()
    answered(seen)
    assert assistant.asked[-1] == "企业开办最快几小时办结？"


def test_written_answer_grows_and_can_be_stopped(browser: Browser) -> None:
    assistant = SampleAssistant()
    served = Server(Library(lambda _: assistant, name="试验库"))
    context = browser.new_context(locale="en-US")
    seen = visit(context, served.url)
    seen.ask(WRITTEN_QUESTION)
    expect(seen.page.locator("#chat .bot-row")).to_contain_text("大厅周六也办")
    seen.page.locator("#chat .bot-row a", has_text="[1]").click()
    expect(seen.page.locator("#s-1-1")).to_be_focused()
    expect(seen.page.locator("#stop")).to_be_visible()
    with seen.page.expect_response("**/reset"):  # until then Gradio holds the question for one being answered
        seen.page.keyboard.press("Escape")
    expect(seen.page.locator("#chat .note.stopped")).to_contain_text("以上只是一部分")
    expect(seen.page.locator("#stop")).to_have_count(0)
    assistant.go.set()
    seen.ask(WRITTEN_QUESTION)
    answered(seen)
    expect(seen.page.locator("#chat .bot-row").first).not_to_contain_text("只跑一次")
    expect(seen.page.locator("#chat .bot-row").last).to_contain_text("只跑一次")
    context.close()
    served.close()
