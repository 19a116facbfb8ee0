"""The chat page: question box, conversation and sources, and what happens on a question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ui.asking import answering, cut_short
from ui.components import QUIET, gr
from ui.conversation import Turns, messages
from ui.library import Library
from ui.sources import panel
from ui.suggestions import EXAMPLES

PLACEHOLDER = "请在下方输入问题，或点一个示例问题"
KEPT = 20  # answers whose sources stay on the page; each holds whole cases


def build(library: Library) -> None:
    """Lay the page out and wire it."""
    parts = _parts()
    _wire_asking(library, parts)
    _wire_ending(parts)


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
