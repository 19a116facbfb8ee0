"""Logging in and out in a real browser: by keyboard, on a narrow screen, when a session ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from test_ui_sample import QUESTION, SampleAssistant

pytest.importorskip("playwright.sync_api")
from browser_visits import answered, visit
from office_server import NAME, PASSWORD, Served, account_file, office_server
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytest_plugins = ("browsers",)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = account_file(tmp_path_factory.mktemp("accounts"))
    with office_server(SampleAssistant(), auth_file=path, questions_per_minute=2) as served:
        yield served


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="en-US", viewport={"width": 380, "height": 780})
    yield made
    made.close()


def opened(context: BrowserContext, office: Served) -> Page:
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(office.url)
    return page


def typed(page: Page, name: str, password: str) -> None:
    page.get_by_label("姓名（账号）").fill(name)
    page.get_by_label("口令").fill(password)
    page.keyboard.press("Enter")


def test_login_question_and_logout(context: BrowserContext, office: Served) -> None:
    page = opened(context, office)
    expect(page.get_by_label("姓名（账号）")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    assert page.evaluate("document.scripts.length") == 0
    page.keyboard.type(NAME)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"已登录：{NAME}")).to_be_visible()
    seen = visit(context, office.url)
    for turn in (1, 2):
        seen.ask(QUESTION)
        answered(seen, turn)
    seen.ask(QUESTION)
    expect(seen.page.locator("#chat")).to_contain_text("问得太快了。请过")
    assert seen.outside() == []
    assert seen.complaints == []
    seen.page.get_by_role("button", name="退出登录").click()
    expect(seen.page.get_by_role("button", name="登录")).to_be_visible()
    seen.page.go_back()
    expect(seen.page.get_by_role("button", name="登录")).to_be_visible()


def test_a_wrong_password_is_told_and_guessing_ends(context: BrowserContext, office: Served) -> None:
    context.set_extra_http_headers({"X-Forwarded-For": "10.4.0.1"})
    page = opened(context, office)
    for _ in range(5):
        typed(page, "猜的人", "wrong word")
        expect(page.get_by_role("alert")).to_have_text("姓名或口令不对。")
        expect(page.get_by_label("口令")).to_be_focused()
        expect(page.get_by_label("姓名（账号）")).to_have_value("猜的人")
    typed(page, "猜的人", "wrong word")
    expect(page.get_by_role("alert")).to_contain_text("请过 15 分钟再试")


def test_a_session_that_ends_is_told_and_nothing_on_the_page_is_lost(
    context: BrowserContext, office: Served
) -> None:
    context.set_extra_http_headers({"X-Forwarded-For": "10.4.0.2"})
    page = opened(context, office)
    typed(page, NAME, PASSWORD)
    expect(page.get_by_text(f"已登录：{NAME}")).to_be_visible()
    page.wait_for_selector("#question textarea")
    context.clear_cookies()
    page.fill("#question textarea", "我正在写的问题")
    page.press("#question textarea", "Enter")
    said = page.get_by_role("alert").filter(has_text="登录已过期")
    expect(said).to_be_visible()
    assert page.url.rstrip("/") == office.url
    assert Path(page.locator(".ended a").get_attribute("href") or "").name == "login"
