"""What was said so far -> messages of the chat. Pure functions and frozen values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.types import Answer
from ui.sources import NEAREST, Documents, by_number, card_id, place, plain

Message = dict[str, str]

_MARK = re.compile(r"\[(\d{1,3})\]")
_ADDRESS = re.compile(r"(?:https?|ftp):|www\.|@", re.IGNORECASE)
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:/@=])")
_STEP = re.compile(r"(?<=[。！？；\n])")
STEPS = 12  # at most so many pieces: with the pause between them an answer is whole within 0.6 s


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what became of it.

    Attributes:
        number: from 1.
        question: as asked; "" where there was none to show.
        text: Markdown of the answer, safe to show.
        sources: HTML of its sources, "" where it has none.
    """

    number: int
    question: str
    text: str
    sources: str = ""


def literal(text: str) -> str:
    """`text` as Markdown that shows exactly these characters: no tag, link, picture or list comes of it."""
    line = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def harmless(markdown: str) -> str:
    """`markdown` without raw HTML, links and pictures: a case's text must not make the page fetch anything."""
    # A backslash before them would turn the entity itself into visible text.
    shown = re.sub(r"\\?<", "&lt;", re.sub(r"\\?&", "&amp;", markdown))
    shown = shown.replace("](", "]\\(").replace("]:", "]\\:")
    # An entity for its last character keeps Markdown from making a link of a bare address.
    return _ADDRESS.sub(lambda match: f"{match[0][:-1]}&#{ord(match[0][-1])};", shown)


def with_links(markdown: str, turn: int, numbers: Sequence[int]) -> str:
    """Marks [n] of `numbers` as links to the cards of answer `turn`."""

    def link(match: re.Match[str]) -> str:
        number = int(match[1])
        return f"[\\[{number}\\]](#{card_id(turn, number)})" if number in numbers else match[0]

    return _MARK.sub(link, markdown)


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


def nearest_list(turn: int, answer: Answer) -> str:
    """The nearest cases by name, each a link to its card; "" where the answer names them itself."""
    near = answer.hits[:NEAREST]
    if all(literal(hit.case.title) in literal(plain(answer.text)) for hit in near):
        return ""
    names = [f"- [{literal(hit.case.title)}](#h-{turn}-{hit.rank})" for hit in near]
    return "\n".join(["最接近的案例（没有直接依据，仅供查阅）：\n", *names])


def answered(turn: int, answer: Answer, documents: Documents) -> str:
    """The whole message of an answer: text with linked marks, source list or nearest cases, actions."""
    numbers = [citation.number for citation in answer.citations]
    parts = [with_links(harmless(answer.text), turn, numbers)]
    actions = []
    if answer.citations:
        parts.append(source_list(turn, answer, documents))
        actions = [f"[复制回答](#copy-{turn})", f"[查看来源](#t-{turn})"]
    elif answer.refused and answer.hits:
        parts.append(nearest_list(turn, answer))
        actions = [f"[查看最接近的案例](#t-{turn})"]
    text = "\n\n".join(part for part in [*parts, " ".join(actions)] if part)
    return box("note refusal", text) if answer.refused else text


def box(classes: str, markdown: str) -> str:
    """`markdown` in a box of its own look; `classes` are those of style.css."""
    return f'<div class="{classes}">\n\n{markdown}\n\n</div>'


def steps(text: str) -> list[str]:
    """Growing beginnings of `text`, cut after sentences and lines; the last is the whole."""
    ends: list[int] = []
    for piece in _STEP.split(text):
        ends.append((ends[-1] if ends else 0) + len(piece))
    stride = -(-len(ends) // STEPS)
    return [text[:end] for end in sorted({*ends[stride - 1 :: stride], len(text)}) if end or not text]


def messages(turns: Sequence[Turn]) -> list[Message]:
    """The turns as the chat shows them."""
    shown: list[Message] = []
    for turn in turns:
        if turn.question:
            shown.append({"role": "user", "content": literal_lines(turn.question)})
        if turn.text:
            shown.append({"role": "assistant", "content": turn.text})
    return shown


def literal_lines(text: str) -> str:
    """As `literal`, line breaks kept."""
    return "\n".join(literal(line) for line in text.splitlines())
