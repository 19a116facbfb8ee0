"""A browser and pages that answer from invented cases: a pytest plugin, for fixtures of a module."""

import os
from collections.abc import Iterator

import pytest
from browser_visits import ARGUMENTS, CHROMIUM, Server, Visit, visit
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from test_ui_sample import SampleAssistant

from ui.library import Library


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
    with sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    # English on purpose: the page must be Chinese on any machine.
    made = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    yield made
    made.close()


@pytest.fixture
def seen(context: BrowserContext, server: Server) -> Visit:
    return visit(context, server.url)
