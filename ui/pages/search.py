"""The page of searches: what is found for a question and why, without an answer."""

from __future__ import annotations

from typing import Any

from ui.browsing import requests
from ui.browsing.desk import Told, told
from ui.browsing.forms import choice, form, skeleton, text_field
from ui.browsing.found import searched
from ui.components import native_page
from ui.library import Library

_LIMITS = (10, 20, 50)


def build(library: Library) -> None:
    """Lay the page out and wire it."""

    def show(sent: Any) -> Told:
        return told(library, lambda one: searched(one, requests.search_request(sent)))

    native_page("search", layout(), [show])


def layout() -> str:
    """The page before anything is filled in, as HTML."""
    fields = text_field("question", "问题", "例如：企业开办最快几小时办结？", wide=True)
    fields += choice("limit", "最多", [(str(number), f"{number} 个案例") for number in _LIMITS], "20")
    return skeleton(
        "search",
        form(fields, "检索案例", send="检索"),
        '<div class="reading-of"></div><div class="results" role="region" aria-label="检索结果"></div>',
    )
