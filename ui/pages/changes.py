"""The page of changes: what was, what is, a chart of the times, and the table as a file."""

from __future__ import annotations

from typing import Any

from ui.browsing import requests
from ui.browsing.catalogue import Catalogues
from ui.browsing.desk import Told, told
from ui.browsing.forms import button, choice, form, select, skeleton, text_field
from ui.browsing.rows import exported, tabled
from ui.components import native_page
from ui.library import Library


def build(library: Library) -> None:
    """Lay the page out and wire it."""
    catalogues = Catalogues()

    def show(sent: Any) -> Told:
        return told(library, lambda one: tabled(one, catalogues.of(one), requests.change_filter(sent)))

    def export(sent: Any) -> Told:
        suffix = ".xlsx" if isinstance(sent, dict) and sent.get("kind") == "xlsx" else ".csv"
        return told(
            library,
            lambda one: exported(one, catalogues.of(one), requests.change_filter(sent), suffix, library.name),
        )

    native_page("changes", layout(), [show, export])


def layout() -> str:
    """The page before anything is filled in, as HTML."""
    fields = text_field("matter", "事项", "例如：企业开办", wide=True)
    fields += text_field("place", "地方", "例如：天津") + select("aspect", "方面")
    fields += choice("both", "显示", [("", "全部"), ("both", "前后都写明的")], "")
    files = button("export", "xlsx", "导出 Excel 表格") + button("export", "csv", "导出 CSV")
    inside = (
        f'<p class="files">{files}</p><div class="offered"></div><p class="common"></p>'
        '<details class="chart-box" open><summary>办理时限图</summary><div class="drawn"></div></details>'
        '<div class="results"></div>'
    )
    return skeleton("changes", form(fields, "筛选前后对比"), inside)
