"""What the documents page draws anew, and what it leaves alone."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.collection import Collection
from rag.settings import Settings
from ui.components import gr
from ui.documents.actions import SLOW
from ui.documents.desk import Bench
from ui.library import Library
from ui.materials import Materials, Source
from ui.pages.documents import _SCRIPT, _Page

LEFT_ALONE = [gr.skip()] * 5


class Disturbed(Materials):
    """Materials of which the visitor presses something while they are looked at."""

    bench: Bench | None = None

    def held(self, source: Source | None = None) -> Collection:
        if self.bench is not None:
            self.bench.change(lambda desk: replace(desk, confirming="a"))
            self.bench = None
        return super().held(source)


@pytest.fixture
def page(tmp_path: Path) -> _Page:
    materials = Disturbed(Settings(data=tmp_path))
    return _Page(Library(materials.open, name=materials.source.name, materials=materials), materials)


def look(page: _Page, bench: Bench) -> list[Any]:
    return list(page.look(bench))[1:]


def test_a_look_that_finds_nothing_new_draws_nothing(page: _Page) -> None:
    bench = Bench()
    assert "还没有收录材料" in look(page, bench)[-1]
    assert look(page, bench) == LEFT_ALONE
    assert look(page, Bench()) != LEFT_ALONE


def test_a_look_shows_what_others_changed(page: _Page) -> None:
    bench = Bench()
    look(page, bench)
    page.materials.trouble = "打不开"
    assert "打不开" in look(page, bench)[1]
    assert look(page, bench) == LEFT_ALONE


def test_a_look_takes_nothing_back_that_was_pressed_meanwhile(page: _Page) -> None:
    bench = Bench()
    look(page, bench)
    page.materials.trouble = "打不开"
    assert isinstance(page.materials, Disturbed)
    page.materials.bench = bench
    assert look(page, bench) == LEFT_ALONE
    assert bench.desk.confirming == "a"


def test_the_page_sends_what_takes_long_where_progress_is_shown() -> None:
    (names,) = re.findall(r"const LONG = new Set\(\[(.*)\]\)", _SCRIPT)
    assert set(re.findall(r'"(\w+)"', names)) == set(SLOW)
