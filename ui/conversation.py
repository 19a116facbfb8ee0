"""What was said so far: turns, and what the chat and the assistant see of them. Pure functions and frozen values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpus.types import Document
from rag import followup
from rag.types import Answer
from ui.answers import actions
from ui.markdown import literal_lines

Message = dict[str, Any]

REMEMBERED = 10  # turns that a question may lean on: nobody points further back


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what became of it.

    Attributes:
        number: from 1.
        question: as asked; "" where there was none to show.
        text: Markdown of the answer, safe to show.
        sources: HTML of its sources, "" where it has none.
        answer: what was answered, None where there is no answer (yet).
        suggestions: questions that go on from here.
        asking: whether the answer is still being found or written.
        stopped: whether its reader cut it short.
        rated: what its reader thought of it, None where that was not told.
        remark: what must be known of an answer that comes out of the browser's history, else "".
        past: documents of quotes whose case is no longer in the library.
        library, library_cases: the library that answered and how many cases it had, where that is not the one of now.
    """

    number: int
    question: str
    text: str
    sources: str = ""
    answer: Answer | None = None
    suggestions: tuple[str, ...] = ()
    asking: bool = False
    stopped: bool = False
    rated: bool | None = None
    remark: str = ""
    past: tuple[Document, ...] = ()
    library: str = ""
    library_cases: int = 0


Turns = tuple[Turn, ...]


def remembered(turns: Sequence[Turn]) -> tuple[followup.Turn, ...]:
    """The conversation that the next question may lean on, the latest last, at most `REMEMBERED` turns."""
    told = [
        followup.Turn(turn.answer.reading, turn.answer)
        for turn in turns
        # "谢谢" between two questions must not cut the second off from the first.
        if turn.answer and turn.answer.reading and turn.answer.reason != "out_of_scope" and not turn.asking
    ]
    return tuple(told[-REMEMBERED:])


def messages(turns: Sequence[Turn], *, rating: bool = False) -> list[Message]:
    """The turns as the chat shows them, with what can be done with each; suggestions below the last.

    Args:
        turns: in order.
        rating: whether answers can be rated.
    """
    shown: list[Message] = []
    for turn in turns:
        if turn.question:
            shown.append({"role": "user", "content": literal_lines(turn.question)})
        if turn.text:
            does = actions(
                turn.number,
                turn.answer,
                last=turn is turns[-1] and bool(turn.question),
                rating=rating,
                rated=turn.rated,
            )
            content = turn.text if turn.asking else f"{turn.text}\n\n{does}".strip()
            shown.append({"role": "assistant", "content": content})
    if turns and turns[-1].text and turns[-1].suggestions:
        shown[-1]["options"] = [{"value": text} for text in turns[-1].suggestions]
    return shown
