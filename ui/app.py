"""The page itself: what stands where and what happens on a question."""

from __future__ import annotations

import html
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported: it reports home at import

from ui.api.hiding import hidden

with warnings.catch_warnings(), hidden("mcp"):
    # Gradio's sound parts look for ffmpeg and say on screen that they miss it; this page has no sound.
    warnings.filterwarnings("ignore", message="Couldn't find ffmpeg")
    import gradio as gr
from starlette.types import ASGIApp

from ui.asking import POLL, answering, cut_short
from ui.conversation import Turns, messages
from ui.library import Library, Status
from ui.page import application
from ui.sources import panel
from ui.suggestions import EXAMPLES

TITLE = "营商环境案例问答"
LEAD = "只依据案例库作答，每句话都注明出处；{privacy}。"
PRIVATE = "问题和材料都不离开这台电脑"
SHARED = "问题和引文会发到对话模型所在的 {host}"
PLACEHOLDER = "请在下方输入问题，或点一个示例问题"
KEPT = 20  # answers whose sources stay on the page; each holds whole cases
QUESTIONS_AT_ONCE = 8
QUESTIONS_WAITING = 256
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
FONTS = [
    "system-ui",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "WenQuanYi Micro Hei",
    "sans-serif",
]


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


def panel_of(turns: Turns) -> str:
    """The source panel after `turns`."""
    return panel(sources_of(turns))


def sources_of(turns: Turns) -> list[str]:
    """The sources that are shown, those of the latest answer last."""
    return [turn.sources for turn in turns if turn.sources][-KEPT:]


def changed(before: Turns, shown: Turns) -> tuple[Any, ...]:
    """What the page takes of a conversation: messages, sources where they are new, turns, whether it can be stopped."""
    same = sources_of(before) == sources_of(shown)
    asking = bool(shown) and shown[-1].asking
    return messages(shown), gr.skip() if same else panel_of(shown), shown, gr.Button(visible=asking)


def build(library: Library) -> Any:
    """The Gradio blocks of the page."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as blocks:
        with gr.Row(elem_id="top"):
            gr.HTML(f"<header><h1>{TITLE}</h1><p>{lead(library)}</p></header>", js_on_load=None)
            status = gr.HTML(status_line(library.name, library.status), elem_id="status", js_on_load=None)
        parts = _parts()
        _wire_asking(library, parts)
        _wire_ending(parts)
        _wire_status(library, blocks, status)
    blocks.queue(max_size=QUESTIONS_WAITING, default_concurrency_limit=QUESTIONS_AT_ONCE, api_open=False)
    return blocks


@dataclass(slots=True)
class _Parts:
    """The components that questions and answers touch, and the events that ask."""

    turns: Any
    chat: Any
    side: Any
    stop: Any
    box: Any
    send: Any
    wipe: Any
    examples: list[Any]
    asked: list[Any] = field(default_factory=list)

    @property
    def outputs(self) -> list[Any]:
        """In the order of `changed`, then the question box."""
        return [self.chat, self.side, self.turns, self.stop, self.box]


def _parts() -> _Parts:
    turns = gr.State(())
    with gr.Row(elem_id="main"):
        with gr.Column(scale=3, min_width=280, elem_id="talk"):
            chat = _chat()
            stop = gr.Button("停止", visible=False, size="sm", elem_id="stop")
            with gr.Row(elem_id="asking"):
                box = _question_box()
                send = gr.Button("提问", variant="primary", scale=1, min_width=72, elem_id="send")
                wipe = gr.Button("清空对话", scale=1, min_width=92, elem_id="clear")
            with gr.Row(elem_id="examples"):
                examples = [gr.Button(text, size="sm", elem_classes="example") for text in EXAMPLES]
        with gr.Column(scale=2, min_width=280, elem_id="side"):
            gr.HTML("<h2>来源</h2>", js_on_load=None)
            side = gr.HTML(panel([]), elem_id="sources", js_on_load=None)
    return _Parts(turns, chat, side, stop, box, send, wipe, examples)


def _chat() -> Any:
    return gr.Chatbot(
        elem_id="chat",
        show_label=False,
        allow_tags=False,
        buttons=[],
        placeholder=PLACEHOLDER,
        latex_delimiters=[],
        height=None,
        autoscroll=False,  # script.js keeps the question in sight instead of the answer's end
        layout="bubble",
    )


def _question_box() -> Any:
    return gr.Textbox(
        elem_id="question",
        label="问题",
        show_label=False,
        container=False,
        placeholder="例如：企业开办最快几小时办结？（按回车键提问）",
        lines=1,
        max_lines=4,
        autofocus=True,
        scale=5,
        min_width=160,
    )


def _wire_asking(library: Library, parts: _Parts) -> None:
    """Questions from the box, from the examples and from the suggestions below an answer."""

    def ask(question: str, turns: Turns) -> Iterator[tuple[Any, ...]]:
        before = turns
        for shown, text in answering(library, question, turns):
            yield (*changed(before, shown), gr.skip() if text is None else text)
            before = shown

    def pick(turns: Turns, event: gr.SelectData) -> Iterator[tuple[Any, ...]]:
        yield from ask(str(event.value), turns)

    once: dict[str, Any] = {"trigger_mode": "once", **QUIET}
    asking = [parts.box.submit, parts.send.click]
    parts.asked.append(gr.on(asking, ask, [parts.box, parts.turns], parts.outputs, **once))
    parts.asked.append(parts.chat.option_select(pick, parts.turns, parts.outputs, **once))
    for button, text in zip(parts.examples, EXAMPLES, strict=True):
        parts.asked.append(button.click(ask, [gr.State(text), parts.turns], parts.outputs, **once))


def _wire_ending(parts: _Parts) -> None:
    """Stopping an answer and emptying the conversation."""

    def end(turns: Turns) -> tuple[Any, ...]:
        return (*changed(turns, cut_short(turns)), gr.skip())

    def clear() -> tuple[Any, ...]:
        return [], panel([]), (), gr.Button(visible=False), ""

    ending: dict[str, Any] = {"cancels": parts.asked, **QUIET}
    parts.stop.click(end, parts.turns, parts.outputs, **ending)
    gr.on([parts.wipe.click, parts.chat.clear], clear, None, parts.outputs, **ending)


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
