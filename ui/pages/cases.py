"""The page of cases: filters, a list, and the case that is chosen."""

from __future__ import annotations

from typing import Any

from ui.browsing import requests
from ui.browsing.catalogue import Catalogues
from ui.browsing.desk import Told, told
from ui.browsing.facets import FACETS, NAMES
from ui.browsing.forms import form, select, skeleton, text_field
from ui.browsing.listing import listed
from ui.browsing.reading import opened
from ui.components import native_page
from ui.library import Library


def build(library: Library) -> None:
    """Lay the page out and wire it."""
    catalogues = Catalogues()

    def show(sent: Any) -> Told:
        wanted = requests.case_filter
        return told(library, lambda one: listed(catalogues.of(one), wanted(sent, NAMES)))

    def open_case(sent: Any) -> Told:
        return told(library, lambda one: opened(catalogues.of(one), requests.case_request(sent)))

    native_page("cases", layout(), [show, open_case])


def layout() -> str:
    """The page before anything is filled in, as HTML."""
    fields = text_field("words", "关键词", "标题或正文里的词，用空格隔开", wide=True)
    fields += "".join(select(facet.name, facet.title) for facet in FACETS)
    reader = '<section class="reader" aria-label="案例全文" hidden></section>'
    return skeleton(
        "cases",
        form(fields, "筛选案例"),
        f'<div class="results" role="region" aria-label="案例列表"></div>{reader}',
    )
