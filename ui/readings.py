"""How a question was read -> chips above its answer and the form that mends it; and the way back. Pure functions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from rag.output import INTENT_NAMES, KIND_NAMES
from rag.types import Answer
from rag.understand import Corrections, Intent, Reading
from ui.markdown import box, literal

_SIGNS = str.maketrans("?!:;,", "？！：；，")  # a question is folded to half-width signs where it is resolved
_TERMS = 6  # official wordings that are shown
_LONGEST = 2000  # characters of a question that comes back from the form


@dataclass(frozen=True, slots=True)
class Mended:
    """What comes back from the form.

    Attributes:
        turn: the number of the answer that was mended.
        question: as it is to be asked.
        corrections: what was taken back, None for nothing.
    """

    turn: int
    question: str
    corrections: Corrections | None = None


def heading(turn: int, answer: Answer) -> str:
    """How the question was read, as Markdown with a link to mend it; "" where it is none for these cases."""
    if answer.reason == "out_of_scope":
        return ""
    lines = [f"按“{literal(answer.resolved.translate(_SIGNS))}”回答"] if answer.resolved else []
    if answer.reading is not None:
        chips = " ".join(f'<span class="chip">{literal(text)}</span>' for text in _chips(answer.reading))
        lines.append(f"理解为 {chips} [改一改](#mend-{turn})")
    lines += [literal(note) for note in answer.notes]
    return box("reading", "\n\n".join(lines)) if lines else ""


def _chips(reading: Reading) -> Iterator[str]:
    kinds = "、".join(dict.fromkeys(KIND_NAMES[figure.kind] for figure in reading.asked))
    yield INTENT_NAMES[reading.intent] + (f"（{kinds}）" if kinds else "")
    # What is left of words that only ask is a character or two.
    words = [word.strip("的了是") for word in re.split(r"[\s?？,，]+", reading.topic)]
    if matter := " ".join(word for word in words if len(word) > 1):
        yield f"事项：{matter}"
    if reading.places:
        yield f"地方：{'、'.join(reading.places)}"
    if reading.official:
        yield f"正式说法：{'、'.join(reading.official[:_TERMS])}"


def form(answer: Answer) -> str:
    """What the form for mending needs to know, as JSON: question, intents with their names, places, wordings."""
    reading = answer.reading
    known: dict[str, Any] = {"question": answer.resolved or answer.question}
    if reading is not None and answer.reason != "out_of_scope":
        known["intent"] = reading.intent
        known["intents"] = list(INTENT_NAMES.items())
        known["places"] = reading.places
        known["terms"] = reading.official[:_TERMS]
    return json.dumps(known, ensure_ascii=False)


def mended(told: dict[str, Any], answer: Answer | None, asked: str) -> Mended:
    """What a form that was filled in asks for.

    Args:
        told: `turn`, and where they were changed `question`, `intent`, and `places` and `terms` that were kept.
        answer: to be mended, None where there was none.
        asked: the question that it answered; it is asked again with what was said before it where it was not changed.
    """
    number, question = int(told.get("turn") or 0), str(told.get("question") or "").strip()[: _LONGEST + 1]
    whole = answer.resolved or answer.question if answer else asked
    if not question or question == whole:
        question = asked
    reading = answer.reading if answer else None
    if reading is None:
        return Mended(number, question)
    intent = told.get("intent")
    corrections = Corrections(
        intent=intent if intent in get_args(Intent) and intent != reading.intent else None,
        without_places=_without(reading.places, told.get("places")),
        without_terms=_without(reading.official[:_TERMS], told.get("terms")),
    )
    return Mended(number, question, corrections if corrections != Corrections() else None)


def _without(known: tuple[str, ...], kept: Any) -> tuple[str, ...]:
    """Those of `known` that were not kept; none where nothing is told of them."""
    return tuple(one for one in known if one not in kept) if isinstance(kept, list) else ()
