"""The page in a real browser: examples, errors, safety, what it asks of the network, how it looks on other screens."""

import re
import threading
from collections.abc import Iterator

import pytest
from test_ui_sample import (
    BROKEN_QUESTION,
    CRASHING_QUESTION,
    ODD_QUESTION,
    QUESTION,
    REASONS,
    TABLE_QUESTION,
    UNKNOWN_QUESTION,
    SampleAssistant,
)

from rag.settings import Settings
from ui.library import Assistant, Library, Progress

pytest.importorskip("playwright.sync_api")
from browser_visits import Server, Visit, answered, visit
from playwright.sync_api import Browser, Page, expect

pytest_plugins = ("browsers",)

# Names of files, and what the odd sample case is made of, are shown as they are.
NAMES = re.compile(r"[\w<>-]+\.(?:md|docx|pdf)\b|\b(?:Word|Excel|CSV|Markdown)\b")


def test_example_is_asked_at_once(seen: Visit, assistant: SampleAssistant) -> None:
    example = seen.page.locator("#examples button").first
    text = example.inner_text()
    example.click()
    answered(seen)
    assert assistant.asked[-1] == text
    expect(seen.page.locator("#chat .user-row")).to_have_text(text)


def test_clear_empties_conversation_and_sources(seen: Visit) -> None:
    seen.ask(QUESTION)
    answered(seen)
    seen.page.get_by_role("button", name="新对话").click()
    expect(seen.page.locator("#chat .user-row")).to_have_count(0)
    expect(seen.page.locator("#sources .card")).to_have_count(0)
    seen.ask(QUESTION)
    answered(seen)
    expect(seen.page.locator("#s-1-1")).to_be_visible()


def test_cleared_conversation_is_forgotten(seen: Visit, assistant: SampleAssistant) -> None:
    seen.ask(QUESTION)
    answered(seen)
    seen.page.get_by_role("button", name="新对话").click()
    expect(seen.page.locator("#chat .user-row")).to_have_count(0)
    expect(seen.page.locator("#examples")).to_be_visible()
    seen.ask("那临江呢？")
    answered(seen)
    assert assistant.asked[-1] == "那临江呢？"


@pytest.mark.parametrize("question", [BROKEN_QUESTION, CRASHING_QUESTION])
def test_error_is_told_and_the_next_question_answered(seen: Visit, question: str) -> None:
    seen.ask(question)
    expect(seen.page.locator("#chat .note.failure")).to_be_visible()
    expect(seen.page.locator("#question textarea")).to_have_value(question)
    seen.ask(QUESTION)
    answered(seen)
    expect(seen.page.locator("#question textarea")).to_have_value("")


def test_next_question_may_be_written_during_an_answer(seen: Visit, assistant: SampleAssistant) -> None:
    assistant.pause = 0.5
    seen.ask(QUESTION)
    expect(seen.page.locator("#question textarea")).to_have_value("")
    seen.ask(UNKNOWN_QUESTION)
    answered(seen)
    assistant.pause = 0.0
    expect(seen.page.locator("#question textarea")).to_have_value(UNKNOWN_QUESTION)
    expect(seen.page.locator("#chat .user-row")).to_have_count(1)


def test_nothing_of_a_case_is_executed(seen: Visit) -> None:
    seen.ask(ODD_QUESTION)
    answered(seen)
    expect(seen.page.locator("#s-1-1 h4")).to_contain_text('<img src=x onerror="window.hacked=1">')
    expect(seen.page.locator("#s-1-1 blockquote mark")).to_contain_text("${window.hacked=1} {{x}}")
    expect(seen.page.locator("#chat .bot-row").last).to_contain_text("![x](http://198.51.100.7/x.png)")
    seen.ask('<img src=x onerror="window.hacked=1"> ![x](http://198.51.100.7/y.png)')
    answered(seen, 2)
    expect(seen.page.locator("#chat .user-row").last).to_contain_text("![x](http://198.51.100.7/y.png)")
    seen.page.wait_for_timeout(300)
    assert seen.page.evaluate("window.hacked") is None
    assert seen.page.locator("#chat img, #sources img, #chat script, #sources script").count() == 0
    assert seen.outside() == []


def test_page_asks_nothing_beyond_loopback(seen: Visit) -> None:
    seen.ask(QUESTION)
    answered(seen)
    seen.page.locator("#chat p a", has_text="[1]").first.click()
    seen.page.locator("#s-1-1 summary").click()
    seen.ask(UNKNOWN_QUESTION)
    expect(seen.page.locator("#chat .note.refusal")).to_be_visible()
    seen.page.get_by_role("button", name="新对话").click()
    seen.page.wait_for_timeout(500)
    assert len(seen.requests) > 10
    assert seen.outside() == []
    assert seen.complaints == []  # a refusal by the content security policy would stand here


def test_an_outside_request_would_be_noticed(seen: Visit) -> None:
    for url in ("https://fonts.gstatic.com/a.woff2", "wss://example.org/", "http://127.0.0.1.example.org/"):
        assert Visit(seen.page, [url], []).outside() == [url]


def test_browser_itself_refuses_to_go_outside(seen: Visit) -> None:
    refused = seen.page.evaluate(
        "fetch('http://198.51.100.7/').then(() => false, error => error.name === 'TypeError')"
    )
    assert refused
    assert "Content Security Policy" in " ".join(seen.complaints)


def visible_words(page: Page) -> str:
    labels = page.evaluate(
        """() => [...document.querySelectorAll("[aria-label],[title],[alt],[placeholder]")].flatMap(
            e => ["aria-label", "title", "alt", "placeholder"].map(name => e.getAttribute(name) ?? ""))"""
    )
    return NAMES.sub("", "\n".join([page.title(), page.inner_text("body"), *labels]))


def test_no_english_is_left(seen: Visit) -> None:
    assert not re.search("[A-Za-z]", visible_words(seen.page))
    seen.ask(QUESTION)
    answered(seen)
    seen.ask(CRASHING_QUESTION)
    expect(seen.page.locator("#chat .note.failure")).to_be_visible()
    assert not re.search("[A-Za-z]", visible_words(seen.page))
    assert seen.page.evaluate("document.documentElement.lang") == "zh-CN"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_has_no_horizontal_scroll(browser: Browser, server: Server, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 380, "height": 740}, color_scheme=scheme)
    seen = visit(context, server.url)
    for turns, question in enumerate((QUESTION, ODD_QUESTION, TABLE_QUESTION), start=1):
        seen.ask(question)
        answered(seen, turns)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 380
    right = """Math.max(...[...document.querySelectorAll('#main *:not(.table *)')]
        .map(element => element.getBoundingClientRect().right))"""
    assert seen.page.evaluate(right) <= 380
    seen.page.set_viewport_size({"width": 320, "height": 740})
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320
    table = seen.page.get_by_role("region", name="表格")
    assert table.evaluate("element => element.scrollWidth > element.clientWidth")
    table.focus()
    seen.page.keyboard.press("ArrowRight")
    expect(table).not_to_have_js_property("scrollLeft", 0)
    seen.page.locator('#chat a[href$="#s-3-1"]').first.click()
    expect(seen.page.locator("#s-3-1")).to_be_in_viewport()
    context.close()


def contrast(page: Page, selector: str) -> float:
    """Contrast of an element's text with what lies behind it, as WCAG counts it."""
    script = """element => {
        const parts = colour => colour.match(/[\\d.]+/g).map(Number);
        const light = colour => parts(colour).slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        let behind = element;
        while (parts(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
        const pair = [light(getComputedStyle(element).color), light(getComputedStyle(behind).backgroundColor)].sort();
        return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    }"""
    return float(page.locator(selector).first.evaluate(script))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(browser: Browser, server: Server, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 800})
    seen = visit(context, server.url)
    for question in (QUESTION, TABLE_QUESTION, CRASHING_QUESTION, *REASONS):
        seen.ask(question)
        seen.page.wait_for_timeout(700)
    assert seen.page.evaluate("document.body.classList.contains('dark')") == (scheme == "dark")
    parts = (
        *("#chat .bot-row p", "#chat .bot-row a", "#chat .user-row p", ".note.refusal p", ".note.refusal a"),
        *(".note.failure p", ".origin", "#sources .card h4", "#sources blockquote", "#sources mark"),
        *("#sources .number", "#sources summary", "#send", "#clear", ".library", ".reading p", ".table th"),
        *(".table td", ".table td a", ".table th button", "#chat .options button"),
        *(f".note.{reason} p" for reason in REASONS.values()),
    )
    seen.page.locator("#t-1 > summary").click()
    examples = visit(context, server.url)
    assert contrast(examples.page, "#examples button") >= 4.5
    assert {
        part: round(contrast(seen.page, part), 1) for part in parts if contrast(seen.page, part) < 4.5
    } == {}
    context.close()


def test_page_shows_preparation_and_answers_afterwards(browser: Browser) -> None:
    go = threading.Event()

    def opener(progress: Progress) -> Assistant:
        progress("正在建立索引", 0.4)
        go.wait()
        return SampleAssistant()

    served = Server(Library(opener, name="试验库"))
    context = browser.new_context(locale="en-US")
    seen = visit(context, served.url)
    expect(seen.page.locator("#status")).to_contain_text("正在准备案例库…正在建立索引 40%")
    seen.ask(QUESTION)
    expect(seen.page.locator("#chat")).to_contain_text("准备好后马上回答")
    go.set()
    answered(seen)
    expect(seen.page.locator("#status")).to_contain_text("案例库：试验库，3 个案例，3 份文件")
    context.close()
    served.close()


def test_two_people_do_not_see_each_other(browser: Browser, server: Server) -> None:
    contexts = [browser.new_context(locale="en-US") for _ in range(2)]
    people = [visit(context, server.url) for context in contexts]
    for person, question in zip(people, (QUESTION, ODD_QUESTION), strict=True):
        person.ask(question)
    for person, question in zip(people, (QUESTION, ODD_QUESTION), strict=True):
        answered(person)
        expect(person.page.locator("#chat .user-row")).to_have_text(question)
    for context in contexts:
        context.close()


def test_lost_connection_is_told_in_chinese(browser: Browser) -> None:
    served = Server(Library(lambda _: SampleAssistant(), name="试验库"))
    context = browser.new_context(locale="en-US")
    seen = visit(context, served.url)
    expect(seen.page.locator("#status")).to_contain_text("试验库")
    served.close()
    seen.ask(QUESTION)
    expect(seen.page.get_by_text("与程序的连接断了").first).to_be_visible()
    assert not re.search("[A-Za-z]", visible_words(seen.page))
    expect(seen.page.locator("#question textarea")).to_have_value(QUESTION)
    context.close()


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    build = pytest.importorskip("rag.build")
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    served = Server(Library(lambda progress: build.open_assistant(settings, progress), name="内置案例摘要"))
    yield served
    served.close()


def test_shipped_library_answers_every_example(browser: Browser, shipped: Server) -> None:
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    seen = visit(context, shipped.url)
    seen.page.set_default_timeout(120_000)  # the index is built first
    expect(seen.page.locator("#status")).to_contain_text("案例库：内置案例摘要", timeout=120_000)
    for turn, example in enumerate(seen.page.locator("#examples button").all_inner_texts(), start=1):
        seen.ask(example)
        answered(seen, turn)
        expect(seen.page.locator(f"#t-{turn} .card mark").first).to_be_visible()
        expect(
            seen.page.locator(
                f'#chat td a[href$="#s-{turn}-1"], #chat li a[href$="#s-{turn}-1"], #chat p a[href$="#s-{turn}-1"]'
            ).first
        ).to_be_visible()
    expect(seen.page.locator("#chat .note")).to_have_count(0)
    assert seen.outside() == []
    assert seen.complaints == []
    context.close()
