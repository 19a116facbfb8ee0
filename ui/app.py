"""The web application: what stands above the pages, and the pages as tabs."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp

from ui.asking import POLL
from ui.components import QUIET, gr
from ui.library import Library, Status
from ui.office.asker import loopback
from ui.office.office import Office
from ui.page import application
from ui.pages import cases, changes, chat, documents, search

TITLE = "营商环境案例问答"
LEAD = "只依据案例库作答，每句话都注明出处；{privacy}。"
PRIVATE = "问题和材料都不离开这台电脑"
INSIDE = "问题和材料只在本单位的这台服务器上处理"
SHARED = "问题和引文会发到对话模型所在的 {host}"
QUESTIONS_WAITING = 256
SELDOM = 5.0  # seconds between two looks at a library that is ready: somebody may have changed its documents
FONTS = [
    "system-ui",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "WenQuanYi Micro Hei",
    "sans-serif",
]


@dataclass(frozen=True, slots=True)
class Page:
    """One tab.

    Attributes:
        name: as shown.
        id: of the tab; the address ends in "#" and it.
        build: lays the page out and wires it.
    """

    name: str
    id: str
    build: Callable[[Library], None]


PAGES = (
    Page("问答", "chat", chat.build),
    Page("案例", "cases", cases.build),
    Page("前后对比", "changes", changes.build),
    Page("检索", "search", search.build),
    Page("材料", "documents", documents.build),
)


def status_line(name: str, status: Status) -> str:
    """HTML that says which library answers, or how far its preparation is."""
    if status.ready:
        text = f"案例库：{name}，{status.cases} 个案例，{status.documents} 份文件"
        return f'<p class="library">{html.escape(text)}</p>'
    percent = round(status.share * 100)
    text = f"正在准备案例库…{status.step} {percent}%"
    return (
        f'<div class="library preparing"><p>{html.escape(text)}</p>'
        f'<progress max="100" value="{percent}" aria-label="准备进度"></progress></div>'
    )


def build(library: Library, office: Office) -> Any:
    """The Gradio blocks of all pages."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(600, 3600)) as blocks:
        with gr.Row(elem_id="top"):
            gr.HTML(f"<header><h1>{TITLE}</h1><p>{lead(library, office)}</p></header>", js_on_load=None)
            status = gr.HTML(status_line(library.name, library.status), elem_id="status", js_on_load=None)
        with gr.Tabs(elem_id="pages", selected=PAGES[0].id) as tabs:
            for page in PAGES:
                with gr.Tab(page.name, id=page.id, elem_id=f"page-{page.id}", elem_classes="page"):
                    page.build(library)
        _wire_status(library, [blocks.load, tabs.select], status)
    at_once = office.settings.at_once
    blocks.queue(max_size=QUESTIONS_WAITING, default_concurrency_limit=at_once, api_open=False)
    return blocks


def _wire_status(library: Library, moments: list[Any], line: Any) -> None:
    """A look at the library at these moments, every `POLL` seconds until it is ready, and seldom after that."""

    def look() -> tuple[Any, Any]:
        status = library.status
        return status_line(library.name, status), gr.Timer(SELDOM if status.ready else POLL)

    timer = gr.Timer(POLL)
    gr.on([timer.tick, *moments], look, None, [line, timer], queue=False, **QUIET)


def lead(library: Library, office: Office | None = None) -> str:
    """What the page promises, as HTML."""
    office = office or Office()
    privacy = PRIVATE if loopback(office.settings.host) and office.keeper is None else INSIDE
    if library.outside:
        privacy = SHARED.format(host=html.escape(library.outside))
    return LEAD.format(privacy=privacy)


def serve(library: Library, office: Office | None = None) -> ASGIApp:
    """The web application of the page, to be run by any ASGI server; without an office everybody may come in."""
    office = office or Office()
    theme = gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=FONTS, font_mono=["monospace"])
    return application(
        build(library, office),
        library,
        office,
        theme=theme,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        pwa=False,
        show_error=False,
    )
