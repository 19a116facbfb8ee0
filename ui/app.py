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
from ui.page import application
from ui.pages import chat

TITLE = "营商环境案例问答"
LEAD = "只依据案例库作答，每句话都注明出处；{privacy}。"
PRIVATE = "问题和材料都不离开这台电脑"
SHARED = "问题和引文会发到对话模型所在的 {host}"
QUESTIONS_AT_ONCE = 8
QUESTIONS_WAITING = 256
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


PAGES = (Page("问答", "chat", chat.build),)


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


def build(library: Library) -> Any:
    """The Gradio blocks of all pages."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as blocks:
        with gr.Row(elem_id="top"):
            gr.HTML(f"<header><h1>{TITLE}</h1><p>{lead(library)}</p></header>", js_on_load=None)
            status = gr.HTML(status_line(library.name, library.status), elem_id="status", js_on_load=None)
        with gr.Tabs(elem_id="pages", selected=PAGES[0].id):
            for page in PAGES:
                with gr.Tab(page.name, id=page.id, elem_id=f"page-{page.id}", elem_classes="page"):
                    page.build(library)
        _wire_status(library, blocks, status)
    blocks.queue(max_size=QUESTIONS_WAITING, default_concurrency_limit=QUESTIONS_AT_ONCE, api_open=False)
    return blocks


def _wire_status(library: Library, blocks: Any, line: Any) -> None:
    """A look at the library every `POLL` seconds until it is ready."""

    def look() -> tuple[Any, Any]:
        status = library.status
        return status_line(library.name, status), gr.Timer(active=not status.ready)

    timer = gr.Timer(POLL)
    gr.on([timer.tick, blocks.load], look, None, [line, timer], queue=False, **QUIET)


def lead(library: Library) -> str:
    """What the page promises, as HTML."""
    privacy = SHARED.format(host=html.escape(library.outside)) if library.outside else PRIVATE
    return LEAD.format(privacy=privacy)


def serve(library: Library) -> ASGIApp:
    """The web application of the page, to be run by any ASGI server."""
    theme = gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=FONTS, font_mono=["monospace"])
    return application(
        build(library),
        library,
        theme=theme,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        pwa=False,
        max_file_size="1kb",  # the page takes no files
        show_error=False,
    )
