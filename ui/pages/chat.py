"""The chat page: what happens on a question, and on what is done with its answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from corpus.errors import CaseQAError
from ui import errands
from ui.asking import answering, cut_short
from ui.components import QUIET, gr
from ui.conversation import Turns, messages
from ui.history import reopened
from ui.keeping import kept
from ui.library import Library
from ui.pages.chat_parts import Parts, laid_out
from ui.sources import panel
from ui.suggestions import EXAMPLES

KEPT = 20  # answers whose sources stay on the page; each holds whole cases
_OPENING = 5.0  # seconds that a conversation of before waits for a library that is being prepared
_ERRAND = "(errand, turns) => [window.caseErrand ?? '', turns]"


def build(library: Library) -> None:
    """Lay the page out and wire it."""
    parts = laid_out(library)
    _wire_asking(library, parts)
    _wire_ending(library, parts)
    _wire_errands(library, parts)
    _wire_history(library, parts)


def panel_of(turns: Turns) -> str:
    """The source panel after `turns`."""
    return panel(sources_of(turns))


def sources_of(turns: Turns) -> list[str]:
    """The sources that are shown, those of the latest answer last."""
    return [turn.sources for turn in turns if turn.sources][-KEPT:]


def changed(before: Turns, shown: Turns, *, rating: bool = False) -> tuple[Any, ...]:
    """What the page takes of a conversation: messages, sources where they are new, turns, whether it can be stopped."""
    same = sources_of(before) == sources_of(shown)
    asking = bool(shown) and shown[-1].asking
    return (
        messages(shown, rating=rating),
        gr.skip() if same else panel_of(shown),
        shown,
        gr.Button(visible=asking),
    )


def owner_of(name: str) -> str:
    """What the browser files the conversations of an account under; people who share a browser see their own only."""
    return hashlib.sha256(name.encode()).hexdigest()[:16] if name else ""


def _wire_asking(library: Library, parts: Parts) -> None:
    """Questions from the box, from the examples, from the suggestions below an answer, and asked again."""
    rating = library.data is not None

    def run(before: Turns, growing: Iterator[tuple[Turns, str | None]]) -> Iterator[tuple[Any, ...]]:
        for shown, text in growing:
            yield (*changed(before, shown, rating=rating), gr.skip() if text is None else text)
            before = shown

    def ask(question: str, turns: Turns) -> Iterator[tuple[Any, ...]]:
        yield from run(turns, answering(library, question, turns))

    def pick(turns: Turns, event: gr.SelectData) -> Iterator[tuple[Any, ...]]:
        yield from ask(str(event.value), turns)

    def repeat(errand: str, turns: Turns) -> Iterator[tuple[Any, ...]]:
        try:
            wanted = errands.again(errands.told_by(errand), turns)
        except CaseQAError as error:
            gr.Warning(str(error))
            yield (gr.skip(),) * len(parts.outputs)
            return
        growing = answering(
            library,
            wanted.question,
            wanted.turns,
            leaning=wanted.leaning,
            corrections=wanted.corrections,
        )
        for number, piece in enumerate(run(turns, growing)):
            # The box may hold the next question already.
            yield (*piece[:-1], gr.skip()) if number == 0 else piece

    once: dict[str, Any] = {"trigger_mode": "once", **QUIET}
    asking = [parts.box.submit, parts.send.click]
    parts.asked.append(gr.on(asking, ask, [parts.box, parts.turns], parts.outputs, **once))
    parts.asked.append(parts.chat.option_select(pick, parts.turns, parts.outputs, **once))
    again = [parts.errand, parts.turns]
    parts.asked.append(parts.again.click(repeat, again, parts.outputs, js=_ERRAND, **once))
    for button, text in zip(parts.examples, EXAMPLES, strict=True):
        parts.asked.append(button.click(ask, [gr.State(text), parts.turns], parts.outputs, **once))
    for event in parts.asked:
        _then_keep(library, parts, event)


def _wire_ending(library: Library, parts: Parts) -> None:
    """Stopping an answer and beginning a new conversation."""

    def end(turns: Turns) -> tuple[Any, ...]:
        return (*changed(turns, cut_short(turns), rating=library.data is not None), gr.skip())

    def clear() -> tuple[Any, ...]:
        return [], panel([]), (), gr.Button(visible=False), "", ""

    # Not through the queue, whose stream is being closed in that very moment: what comes then may never be shown.
    ending: dict[str, Any] = {"cancels": parts.asked, "queue": False, **QUIET}
    _then_keep(library, parts, parts.stop.click(end, parts.turns, parts.outputs, **ending))
    leave = "() => { window.caseHistory.leave(); return []; }"
    outputs = [*parts.outputs, parts.offered]
    gr.on([parts.wipe.click, parts.chat.clear], clear, None, outputs, js=leave, **ending)


def _wire_errands(library: Library, parts: Parts) -> None:
    """Files of answers, and what readers think of them."""

    def do(errand: str, turns: Turns) -> tuple[Any, ...]:
        told = errands.told_by(errand)
        try:
            if told.get("do") == "export":
                return errands.file_for(told, turns, library), gr.skip(), gr.skip()
            if told.get("do") == "rate" and library.data is not None:
                shown = errands.rated(told, turns, library.data)
                gr.Info("评价已记下，只保存在运行本程序的电脑上")
                return gr.skip(), messages(shown, rating=True), shown
        except CaseQAError as error:
            gr.Warning(str(error))
        return gr.skip(), gr.skip(), gr.skip()

    outputs = [parts.offered, parts.chat, parts.turns]
    done = parts.do.click(do, [parts.errand, parts.turns], outputs, js=_ERRAND, **QUIET)
    _then_keep(library, parts, done)


def _wire_history(library: Library, parts: Parts) -> None:
    """Conversations that the browser kept: the one of before a reload, and those that are opened by hand."""

    def reopen(text: str, turns: Turns) -> tuple[Any, ...]:
        if not text:
            return (gr.skip(),) * len(parts.outputs)
        try:
            assistant = library.wait(_OPENING)
            if assistant is None:
                gr.Info("案例库还在准备，准备好后可以从“历史对话”里打开以前的对话")
                return (gr.skip(),) * len(parts.outputs)
            shown = reopened(text, assistant, library.name)
        except CaseQAError as error:
            gr.Warning(str(error))
            return (gr.skip(),) * len(parts.outputs)
        return (*changed(turns, shown, rating=library.data is not None), gr.skip())

    def whose(request: gr.Request) -> str:
        return owner_of(request.username or "")

    wanted = [parts.errand, parts.turns]
    chosen = "(errand, turns) => [window.caseHistory.chosen(), turns]"
    parts.reopen.click(reopen, wanted, parts.outputs, js=chosen, cancels=parts.asked, **QUIET)
    page = gr.context.Context.root_block
    begun = page.load(whose, None, parts.owner, queue=False, **QUIET)
    # Only where the browser kept one does it ask for more.
    begun.then(None, parts.owner, None, js="(owner) => window.caseHistory.begin(owner)", **QUIET)


def _then_keep(library: Library, parts: Parts, event: Any) -> None:
    """After an event the browser keeps the conversation; nothing of it stays here."""

    def keep(turns: Turns) -> str:
        assistant = library.wait(0) if library.error is None else None
        return kept(turns, assistant, library.name) if assistant is not None else ""

    event.then(keep, parts.turns, parts.kept, queue=False, **QUIET).then(
        None, parts.kept, None, js="(text) => window.caseHistory.keep(text)", **QUIET
    )
