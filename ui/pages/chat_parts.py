"""What stands where on the chat page."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from typing import Any

from ui.components import gr
from ui.feedback import FILE, REASONS
from ui.library import Library
from ui.sources import panel
from ui.suggestions import EXAMPLES

PLACEHOLDER = "请在下方输入问题，或点一个示例问题"
_EXPORTS = {"docx": "Word 文档", "xlsx": "Excel 表格", "md": "Markdown 文本"}


@dataclass(slots=True)
class Parts:
    """The components that questions and answers touch, and the events that ask.

    Attributes:
        turns: the conversation.
        chat, side, offered: where it, its sources and its files are shown.
        stop, box, send, wipe, examples: what is clicked and written into.
        errand: what a click in an answer wants done, as JSON; `do`, `again` and `reopen` carry it out.
        kept: the conversation as the browser is to keep it.
        owner: whose conversations the browser shows.
        asked: events that ask.
    """

    turns: Any
    chat: Any
    side: Any
    offered: Any
    stop: Any
    box: Any
    send: Any
    wipe: Any
    examples: list[Any]
    errand: Any
    do: Any
    again: Any
    reopen: Any
    kept: Any
    owner: Any
    asked: list[Any] = field(default_factory=list)

    @property
    def outputs(self) -> list[Any]:
        """In the order of `ui.pages.chat.changed`, then the question box."""
        return [self.chat, self.side, self.turns, self.stop, self.box]


def laid_out(library: Library) -> Parts:
    """The page's components, in place."""
    turns = gr.State(())
    with gr.Row(elem_id="main"):
        with gr.Column(scale=3, min_width=280, elem_id="talk"):
            gr.HTML(tools(library), elem_id="tools", js_on_load=None)
            chat = _chat()
            stop = gr.Button("停止", visible=False, size="sm", elem_id="stop")
            offered = gr.HTML("", elem_id="offered", js_on_load=None)
            with gr.Row(elem_id="asking"):
                box = _question_box()
                send = gr.Button("提问", variant="primary", scale=1, min_width=72, elem_id="send")
                wipe = gr.Button("新对话", scale=1, min_width=92, elem_id="clear")
            with gr.Row(elem_id="examples"):
                examples = [gr.Button(text, size="sm", elem_classes="example") for text in EXAMPLES]
        with gr.Column(scale=2, min_width=280, elem_id="side"):
            gr.HTML("<h2>来源</h2>", js_on_load=None)
            side = gr.HTML(panel([]), elem_id="sources", js_on_load=None)
    unseen = [gr.Button(visible="hidden", elem_id=name) for name in ("do", "again", "reopen")]
    told = [gr.Textbox(visible="hidden", elem_id=name) for name in ("errand", "kept", "owner")]
    errand, kept, owner = told
    do, again, reopen = unseen
    return Parts(
        turns, chat, side, offered, stop, box, send, wipe, examples, errand, do, again, reopen, kept, owner
    )


def tools(library: Library) -> str:
    """HTML of what can be done with conversations, with what the forms of errands.js need to know."""
    links = " ".join(f'<a href="#{suffix}-0">{name}</a>' for suffix, name in _EXPORTS.items())
    where = str((library.data / FILE).absolute()) if library.data else ""
    reasons = html.escape(json.dumps(list(REASONS.items()), ensure_ascii=False))
    return (
        f'<div class="tools" data-feedback="{html.escape(where)}" data-reasons="{reasons}">'
        '<button type="button" class="tool" data-tool="history">历史对话</button>'
        f'<details class="files"><summary>导出对话</summary><p>{links}</p></details></div>'
    )


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
