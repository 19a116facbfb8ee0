"""Answer -> the message that shows it in the chat. Pure functions."""

from __future__ import annotations

from rag.output import reading_for_people
from rag.types import Answer, Reason
from ui.markdown import box, card_id, harmless, literal, plain, with_boxed_tables, with_links
from ui.sources import NEAREST, Documents, by_number, place

# What a refusal says at a glance; its look is that of its reason in style.css.
TITLES: dict[Reason, str] = {
    "no_evidence": "没有找到",
    "place_not_found": "没有这个地方",
    "figure_masked": "原文隐去了数字",
    "premise_differs": "与原文不符",
    "out_of_scope": "不在范围",
}
_SIGNS = str.maketrans("?!:;,", "？！：；，")  # a question is folded to half-width signs where it is resolved
STOPPED = "已停止。"
STOPPED_MIDWAY = "已停止，以上只是一部分。"


def answered(turn: int, answer: Answer, documents: Documents) -> str:
    """The whole message: how the question was read, the text with linked marks, the sources, what can be done."""
    parts = [_said(turn, answer)]
    actions = []
    if answer.citations:
        parts.append(source_list(turn, answer, documents))
        actions = [f"[复制回答](#copy-{turn})", f"[查看来源](#t-{turn})"]
    elif shows_nearest(answer):
        parts.append(nearest_list(turn, answer))
        actions = [f"[查看最接近的案例](#t-{turn})"]
    return _framed(answer, [*parts, " ".join(actions)])


def growing(turn: int, answer: Answer) -> str:
    """The message of an answer that is still being written."""
    return _framed(answer, [_said(turn, answer)])


def stopped(text: str) -> str:
    """A message that its reader cut short; `text` is what was there, "" for nothing."""
    note = box("note stopped", STOPPED_MIDWAY if text else STOPPED)
    return f"{text}\n\n{note}".strip()


def _said(turn: int, answer: Answer) -> str:
    numbers = [citation.number for citation in answer.citations]
    return with_boxed_tables(with_links(harmless(answer.text), turn, numbers))


def _framed(answer: Answer, parts: list[str]) -> str:
    """The parts below how the question was read, those of a refusal in a box with its title."""
    text = "\n\n".join(part for part in parts if part)
    if answer.refused:
        reason: Reason = answer.reason or "no_evidence"
        text = box(f"note refusal {reason}", f"**{TITLES[reason]}**\n\n{text}")
    return "\n\n".join(part for part in (heading(answer), text) if part)


def heading(answer: Answer) -> str:
    """How the question was read; "" where it is none for these cases."""
    if answer.reason == "out_of_scope":
        return ""
    lines = [f"按“{literal(answer.resolved.translate(_SIGNS))}”回答"] if answer.resolved else []
    if answer.reading is not None:
        lines.append(f"理解为：{literal(reading_for_people(answer.reading))}")
    lines += [literal(note) for note in answer.notes]
    return box("reading", "\n\n".join(lines)) if lines else ""


def source_list(turn: int, answer: Answer, documents: Documents) -> str:
    """The list under an answer: each cited case once, with the places of its quotes."""
    places: dict[str, list[str]] = {}
    for group in by_number(answer.citations):
        case, number = group[0].case, group[0].number
        where = place((group[0].lines[0], group[-1].lines[1]), documents(case).unit)
        places.setdefault(case.id, []).append(f"[\\[{number}\\]](#{card_id(turn, number)}) {where}")
    lines = [
        f"- {literal(case.title)}（{literal(documents(case).name)}）：{'，'.join(places[case.id])}"
        for case in answer.cited_cases
    ]
    return box("cited", "\n".join(["**来源**\n", *lines]))


def shows_nearest(answer: Answer) -> bool:
    """Whether cases that were found, but hold no answer, are worth showing."""
    return answer.refused and answer.reason != "out_of_scope" and bool(answer.hits)


def nearest_list(turn: int, answer: Answer) -> str:
    """The nearest cases by name, each a link to its card; "" where the answer names them itself."""
    near = answer.hits[:NEAREST]
    if all(literal(hit.case.title) in literal(plain(answer.text)) for hit in near):
        return ""
    names = [f"- [{literal(hit.case.title)}](#h-{turn}-{hit.rank})" for hit in near]
    return "\n".join(["最接近的案例（没有直接依据，仅供查阅）：\n", *names])
