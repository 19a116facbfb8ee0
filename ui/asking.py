"""A question -> the conversation as it grows with its answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from corpus.errors import CaseQAError
from rag.types import Answer
from rag.understand import Corrections
from ui.answers import answered, growing, stopped
from ui.conversation import Turn, Turns, remembered
from ui.library import Assistant, Library
from ui.markdown import box, literal
from ui.sources import answer_sources
from ui.suggestions import suggestions

POLL = 0.5  # seconds between two looks at a library that is being prepared
SEARCHING = "正在查找案例"
PREPARING = "正在准备案例库，准备好后马上回答"


def answering(
    library: Library,
    question: str,
    turns: Turns,
    *,
    leaning: Turns | None = None,
    corrections: Corrections | None = None,
) -> Iterator[tuple[Turns, str | None]]:
    """Growing conversations that answer `question`, each with what to put into the question box.

    None leaves the box alone: somebody may be writing the next question there.

    Args:
        library: answers.
        question: as asked.
        turns: of the conversation that grows.
        leaning: what the question may lean on, None for all of `turns`.
        corrections: what its reader takes back of how it was read.
    """
    question = question.strip()
    # A repeated complaint about the same slip would only push the answers away.
    if turns and not turns[-1].question:
        turns = turns[:-1]
    turn = Turn(turns[-1].number + 1 if turns else 1, question, progress(SEARCHING), asking=True)
    yield (*turns, turn), ""
    try:
        assistant = library.wait(0)
        while assistant is None:
            yield (*turns, replace(turn, text=progress(PREPARING))), None
            assistant = library.wait(POLL)
        before = remembered(turns if leaning is None else leaning)
        for written in _written(turn, assistant, assistant.stream(question, before, corrections)):
            yield (*turns, written), None
    except Exception as error:  # noqa: BLE001 - the app lives on, the person reads Chinese
        yield (*turns, failed(turn.number, question, error)), question


def _written(turn: Turn, assistant: Assistant, answers: Iterator[Answer]) -> Iterator[Turn]:
    """The turn with its answer as far as it is written; the last is whole."""
    answer: Answer | None = None
    for answer in answers:
        sources = answer_sources(turn.number, answer, assistant.document)
        text = growing(turn.number, answer)
        turn = replace(turn, text=text, sources=sources, answer=answer)
        yield turn
    if answer is not None:
        text = answered(turn.number, answer, assistant.document)
        yield replace(turn, text=text, suggestions=suggestions(answer), asking=False)


def cut_short(turns: Turns) -> Turns:
    """The conversation after its reader stopped the last answer."""
    if not turns or not turns[-1].asking:
        return turns
    last = turns[-1]
    text = stopped(last.text if last.answer else "")
    return (*turns[:-1], replace(last, text=text, asking=False, stopped=True))


def progress(text: str) -> str:
    """Markdown that says what is going on."""
    return f'<div class="progress">{literal(text)}…</div>'


def failed(number: int, question: str, error: Exception) -> Turn:
    """What stands in the chat where there is no answer because of `error`."""
    if isinstance(error, CaseQAError):
        text = str(error)
    else:  # our own mistake: its English text would help nobody at the screen
        text = "回答这个问题时程序出错了。可以换个说法再问；如果总是这样，请把问题告诉维护人员"
    return Turn(number, question, box("note failure", literal(text)))
