"""The page itself: what stands where and what happens on a question."""

from __future__ import annotations

import html
import os
import time
import warnings
from collections.abc import Iterator
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported: it reports home at import

with warnings.catch_warnings():
    # Gradio's sound parts look for ffmpeg and say on screen that they miss it; this page has no sound.
    warnings.filterwarnings("ignore", message="Couldn't find ffmpeg")
    import gradio as gr
from starlette.types import ASGIApp

from corpus.errors import CaseQAError
from ui.conversation import Turn, answered, box, literal, messages, steps
from ui.library import Assistant, Library, Status
from ui.page import application
from ui.sources import answer_sources, panel

TITLE = "营商环境案例问答"
LEAD = "只依据案例库作答，每句话都注明出处；问题和材料都不离开这台电脑。"
EXAMPLES = (
    "企业开办最快几小时办结？",
    "哪些地方给新开办企业免费刻章？",
    "材料没带齐能先受理吗？",
    "退税办得快的有哪些地方？",
    "不动产登记多长时间能办完？",
)
PLACEHOLDER = "请在下方输入问题，或点一个示例问题"
PAUSE = 0.04  # seconds between two steps of an answer
POLL = 0.5  # seconds between two looks at a library that is being prepared
KEPT = 20  # answers whose sources stay on the page; each holds whole cases
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

Turns = tuple[Turn, ...]


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
    return panel([turn.sources for turn in turns if turn.sources][-KEPT:])


def turn_of(number: int, question: str, assistant: Assistant) -> Turn:
    """The answer to `question` as it will stand in the chat."""
    answer = assistant.ask(question)
    sources = answer_sources(number, answer, assistant.document)
    return Turn(number, question, answered(number, answer, assistant.document), sources)


def failed(number: int, question: str, error: Exception) -> Turn:
    """What stands in the chat where there is no answer because of `error`."""
    if isinstance(error, CaseQAError):
        text = str(error)
    else:  # our own mistake: its English text would help nobody at the screen
        text = "回答这个问题时程序出错了。可以换个说法再问；如果总是这样，请把问题告诉维护人员"
    return Turn(number, question, box("note failure", literal(text)))


def answering(library: Library, question: str, turns: Turns) -> Iterator[tuple[Turns, str | None]]:
    """Growing conversations that answer `question`, each with what to put into the question box.

    None leaves the box alone: somebody may be writing the next question there.
    """
    number = turns[-1].number + 1 if turns else 1
    question = question.strip()
    # A repeated complaint about the same slip would only push the answers away.
    if turns and not turns[-1].question:
        turns = turns[:-1]
    yield (*turns, Turn(number, question, "")), ""
    try:
        assistant = library.wait(0)
        while assistant is None:
            yield (*turns, Turn(number, question, "正在准备案例库，准备好后马上回答…")), None
            assistant = library.wait(POLL)
        turn = turn_of(number, question, assistant)
    except Exception as error:  # noqa: BLE001 - the app lives on, the person reads Chinese
        yield (*turns, failed(number, question, error)), question
        return
    for beginning in steps(turn.text):
        yield (*turns, Turn(number, question, beginning)), None
        time.sleep(PAUSE)
    yield (*turns, turn), None


def build(library: Library) -> Any:
    """The Gradio blocks of the page."""

    def look() -> tuple[Any, Any]:
        status = library.status
        return status_line(library.name, status), gr.Timer(active=not status.ready)

    def ask(question: str, turns: Turns) -> Iterator[tuple[Any, ...]]:
        shown = turns
        for shown, box_text in answering(library, question, turns):
            yield messages(shown), gr.skip(), shown, gr.skip() if box_text is None else box_text
        yield messages(shown), panel_of(shown), shown, gr.skip()

    def clear() -> tuple[Any, ...]:
        return [], panel([]), (), ""

    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as blocks:
        turns = gr.State(())
        with gr.Row(elem_id="top"):
            gr.HTML(f"<header><h1>{TITLE}</h1><p>{LEAD}</p></header>", js_on_load=None)
            status = gr.HTML(status_line(library.name, library.status), elem_id="status", js_on_load=None)
        with gr.Row(elem_id="main"):
            with gr.Column(scale=3, min_width=280, elem_id="talk"):
                chat = gr.Chatbot(
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
                with gr.Row(elem_id="asking"):
                    box = gr.Textbox(
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
                    send = gr.Button("提问", variant="primary", scale=1, min_width=72, elem_id="send")
                    wipe = gr.Button("清空对话", scale=1, min_width=92, elem_id="clear")
                with gr.Row(elem_id="examples"):
                    examples = [gr.Button(text, size="sm", elem_classes="example") for text in EXAMPLES]
            with gr.Column(scale=2, min_width=280, elem_id="side"):
                gr.HTML("<h2>来源</h2>", js_on_load=None)
                side = gr.HTML(panel([]), elem_id="sources", js_on_load=None)

        outputs = [chat, side, turns, box]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asked = [gr.on([box.submit, send.click], ask, [box, turns], outputs, trigger_mode="once", **quiet)]
        for button, text in zip(examples, EXAMPLES, strict=True):
            asked.append(button.click(ask, [gr.State(text), turns], outputs, trigger_mode="once", **quiet))
        gr.on([wipe.click, chat.clear], clear, None, outputs, cancels=asked, **quiet)
        timer = gr.Timer(POLL)
        gr.on([timer.tick, blocks.load], look, None, [status, timer], queue=False, **quiet)
    blocks.queue(max_size=QUESTIONS_WAITING, default_concurrency_limit=QUESTIONS_AT_ONCE, api_open=False)
    return blocks


def serve(library: Library) -> ASGIApp:
    """The web application of the page, to be run by any ASGI server."""
    theme = gr.themes.Base(primary_hue="blue", neutral_hue="slate", font=FONTS, font_mono=["monospace"])
    return application(
        build(library),
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
