"""The page in a real browser: what an official sees, clicks and copies, and what the page asks of the network."""

import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from test_ui_sample import (
    BROKEN_QUESTION,
    CRASHING_QUESTION,
    ODD_QUESTION,
    QUESTION,
    UNKNOWN_QUESTION,
    SampleAssistant,
)

from rag.settings import Settings
from ui.library import Assistant, Library, Progress

playwright_api = pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect  # noqa: E402 - after the check

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
HOSTS = {"127.0.0.1"}
INSIDE = {"data", "blob"}  # schemes that reach no network
# Names of files, and what the odd sample case is made of, are shown as they are.
NAMES = re.compile(r"[\w<>-]+\.(?:md|docx|pdf)\b")


class Server:
    """A page served on a free loopback port."""

    def __init__(self, library: Library) -> None:
        import uvicorn

        from ui.app import serve

        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}/"
        library.start()
        self.server = uvicorn.Server(
            uvicorn.Config(serve(library), log_level="critical", timeout_graceful_shutdown=1, ws="none")
        )
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.door]}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(15)
        self.door.close()


@pytest.fixture(scope="module")
def assistant() -> SampleAssistant:
    return SampleAssistant()


@pytest.fixture(scope="module")
def server(assistant: SampleAssistant) -> Iterator[Server]:
    served = Server(Library(lambda _: assistant, name="试验库"))
    yield served
    served.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no Chromium at {CHROMIUM}; set CHROMIUM")
    with playwright_api.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@dataclass
class Visit:
    """A page and what it asked for and complained of."""

    page: Page
    requests: list[str]
    complaints: list[str]

    def ask(self, question: str) -> None:
        self.page.fill("#question textarea", question)
        self.page.press("#question textarea", "Enter")

    def outside(self) -> list[str]:
        parts = [(url, urlsplit(url)) for url in self.requests]
        return [url for url, part in parts if part.scheme not in INSIDE and part.hostname not in HOSTS]


def visit(context: BrowserContext, url: str) -> Visit:
    page = context.new_page()
    page.set_default_timeout(15_000)
    seen = Visit(page, [], [])

    def note_request(request: Request) -> None:
        seen.requests.append(request.url)

    page.on("request", note_request)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on(
        "console", lambda message: seen.complaints.append(message.text) if message.type == "error" else None
    )
    page.on("websocket", lambda channel: seen.requests.append(channel.url))
    page.goto(url)
    page.wait_for_selector("#question textarea")
    return seen


@pytest.fixture
def seen(browser: Browser, server: Server) -> Iterator[Visit]:
    # English on purpose: the page must be Chinese on any machine.
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    yield visit(context, server.url)
    context.close()


def answered(seen: Visit, turns: int = 1) -> None:
    expect(seen.page.locator("#chat").get_by_text("复制回答")).to_have_count(turns)


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
    seen.page.get_by_role("button", name="清空对话").click()
    expect(seen.page.locator("#chat .user-row")).to_have_count(0)
    expect(seen.page.locator("#sources .card")).to_have_count(0)
    seen.ask(QUESTION)
    answered(seen)
    expect(seen.page.locator("#s-1-1")).to_be_visible()


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


def test_refusal_looks_different_and_names_the_nearest(seen: Visit) -> None:
    seen.ask(UNKNOWN_QUESTION)
    box = seen.page.locator("#chat .note.refusal")
    expect(box).to_contain_text("最接近的案例")
    # The panel comes with the answer's last step; what is looked at or clicked before it goes with the step before.
    expect(seen.page.locator("#h-1-1")).to_be_attached()
    expect(box).to_have_css("background-color", "rgb(255, 246, 220)")
    box.get_by_text("青禾县企业开办半日办结").click()
    expect(seen.page.locator("#h-1-1")).to_have_class(re.compile("flash"))


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
    seen.page.get_by_role("button", name="清空对话").click()
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
    for turns, question in enumerate((QUESTION, ODD_QUESTION), start=1):
        seen.ask(question)
        answered(seen, turns)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 380
    right = "Math.max(...[...document.querySelectorAll('#main *')].map(e => e.getBoundingClientRect().right))"
    assert seen.page.evaluate(right) <= 380
    seen.page.locator('#chat a[href$="#s-2-1"]').first.click()
    expect(seen.page.locator("#s-2-1")).to_be_in_viewport()
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
    for question in (QUESTION, UNKNOWN_QUESTION, CRASHING_QUESTION):
        seen.ask(question)
        seen.page.wait_for_timeout(1200)
    assert seen.page.evaluate("document.body.classList.contains('dark')") == (scheme == "dark")
    parts = (
        *("#chat .bot-row p", "#chat .bot-row a", "#chat .user-row p", ".note.refusal p", ".note.refusal a"),
        *(".note.failure p", ".origin", "#sources .card h4", "#sources blockquote", "#sources mark"),
        *("#sources .number", "#sources summary", "#send", "#clear", "#examples button", ".library"),
    )
    seen.page.locator("#t-1 > summary").click()
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


def test_answer_is_whole_within_a_second(seen: Visit) -> None:
    seen.ask(QUESTION)
    answered(seen)
    start = time.perf_counter()
    seen.ask(QUESTION)
    answered(seen, 2)
    assert time.perf_counter() - start < 2  # 0.6 s of reveal, and room for a slow machine


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
    buttons = seen.page.locator("#examples button")
    for turn in range(1, buttons.count() + 1):
        buttons.nth(turn - 1).click()
        answered(seen, turn)
        expect(seen.page.locator(f"#t-{turn} .card mark").first).to_be_visible()
        expect(
            seen.page.locator(f'#chat li a[href$="#s-{turn}-1"], #chat p a[href$="#s-{turn}-1"]').first
        ).to_be_visible()
    expect(seen.page.locator("#chat .note")).to_have_count(0)
    assert seen.outside() == []
    assert seen.complaints == []
    context.close()
