"""What a click on the page wants done with an answer: told by the browser as JSON, checked here. Pure functions."""

from __future__ import annotations

import itertools
import json
import pathlib
from dataclasses import dataclass, replace
from typing import Any

from corpus.errors import InputError
from rag.understand import Corrections
from ui import feedback
from ui.conversation import Turn, Turns
from ui.downloads import offer
from ui.exports import exported
from ui.library import Library
from ui.readings import mended

_LONGEST = 10_000  # characters
_times = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Again:
    """A question to be asked again.

    Attributes:
        question: as it is to be asked.
        turns: the conversation that its answer goes on.
        leaning: what it may lean on: what was said before it was asked first.
        corrections: of how it was read, None for none.
    """

    question: str
    turns: Turns
    leaning: Turns
    corrections: Corrections | None


def told_by(text: str) -> dict[str, Any]:
    """What the browser tells; {} for what is no object."""
    try:
        told = json.loads(text[:_LONGEST])
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def turn_of(told: dict[str, Any], turns: Turns) -> Turn:
    """The turn that is meant.

    Raises:
        InputError: where it is no longer there.
    """
    for turn in turns:
        if turn.number == told.get("turn"):
            return turn
    raise InputError("这条回答已经不在页面上", hint="请再问一次")


def again(told: dict[str, Any], turns: Turns) -> Again:
    """What is to be asked again: in place of the last turn, or behind the last where an earlier one is meant.

    Raises:
        InputError: where the turn is no longer there.
    """
    turn = turn_of(told, turns)
    place = turns.index(turn)
    wanted = mended(told, turn.answer, turn.question)
    is_last = place == len(turns) - 1
    return Again(wanted.question, turns[:-1] if is_last else turns, turns[:place], wanted.corrections)


def file_for(told: dict[str, Any], turns: Turns, library: Library) -> str:
    """HTML that hands the browser the file of one answer, or of the conversation where no turn is told.

    Raises:
        CaseQAError: where there is nothing to export, or no library yet.
    """
    assistant = library.wait(0)
    if assistant is None:
        raise InputError("案例库还在准备", hint="请稍后再试")
    chosen = (turn_of(told, turns),) if told.get("turn") else turns
    name, data = exported(chosen, f".{told.get('as')}", assistant, library.name)
    # The same file twice must be two changes of the page, or the browser would not notice the second.
    return f'<div data-time="{next(_times)}">{offer(name, data)}</div>'


def rated(told: dict[str, Any], turns: Turns, folder: pathlib.Path) -> Turns:
    """The turns after an opinion on one of them was kept in `folder`.

    Raises:
        InputError: where the answer is gone or the opinion cannot be kept.
    """
    turn = turn_of(told, turns)
    if turn.answer is None:
        raise InputError("还没有可以评价的回答", hint="请等回答写完")
    feedback.keep(folder, feedback.entry(turn.answer, told))
    marked = replace(turn, rated=told.get("useful") is True)
    return tuple(marked if one is turn else one for one in turns)
