"""Let a chat model write the answer, and let out only what the cases bear out.

A sentence that a verifier does not find in the quotes it cites gives way to those quotes, or is left out; whatever
goes wrong, the answer made of the cases' own sentences is there. Refusals are never left to a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from corpus.errors import ModelError
from corpus.instructions import instructs
from corpus.quantities import quantities_in
from embeddings.bundled import load_bundled
from rag.draft import Sentence, as_markdown, inert, sentences_of, unadorned
from rag.llm import Chat, Message
from rag.phrasing import Composed, escaped, marked
from rag.prompts import (
    LONGEST_REWRITE,
    Passage,
    completing_messages,
    passages_of,
    rewriting_messages,
    writing_messages,
)
from rag.types import Citation
from rag.understand import places_in

# Cosine of a question and its rewriting. Of twelve invented rewritings the least had 0.37, of ten that told of something
# else all but one (closing a company, opening one) 0.14 and less.
_ALIKE = 0.3
_END_OF_THOUGHT = "</think>"  # some servers leave the opening one out


class Verdict(Protocol):
    """Whether a sentence is supported."""

    @property
    def supported(self) -> bool:
        """Whether the quotes bear it out."""
        ...


class Verifier(Protocol):
    """Tells whether quotes bear sentences out."""

    def verify(self, answer: str, citations: Sequence[Citation]) -> Sequence[Verdict]:
        """A verdict on each sentence of Markdown with [n] marks, held against the citations of its marks."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """An answer as far as it is written; each takes the place of the one before.

    Attributes:
        text: Markdown with [n] marks. It begins with the text of the piece before, unless what the model wrote was withdrawn.
        citations: what the marks lead to, numbered from 1 in order of appearance.
        finished: whether this is the last piece.
        notice: why the model's text was not taken, "" where it was.
    """

    text: str
    citations: tuple[Citation, ...]
    finished: bool = False
    notice: str = ""


def write(
    question: str, composed: Composed, chat: Chat, verifier: Verifier, *, remarks: Sequence[str] = ()
) -> Iterator[Piece]:
    """An answer in the model's words, checked sentence by sentence; the last piece is the answer.

    Args:
        question: as asked.
        composed: the answer made of the cases' own sentences; the model is shown its citations and nothing else.
        chat: the model.
        verifier: decides what is let out.
        remarks: what must be said before anything else, as Markdown.
    """
    # A quote that tells a program what to do is shown to people as it stands, and to no model.
    given = [one for one in composed.citations if not instructs(one.quote)]
    if composed.reason is not None or not given:
        yield Piece(composed.text, composed.citations, finished=True)
        return
    answer = _Answer(given, verifier, remarks)
    try:
        for sentence in sentences_of(chat.stream(writing_messages(question, answer.passages))):
            if answer.add(sentence):
                yield Piece(answer.text, answer.citations)
    except ModelError as error:
        yield _instead(composed, error.message, error.hint)
        return
    if answer.verified:
        yield Piece(answer.text + answer.account, answer.citations, finished=True)
    else:
        said = "没有一句能在原文中核实" if answer.cites else "没有注明出处"
        yield _instead(composed, f"对话模型的回答{said}，没有采用", "")


def _instead(composed: Composed, said: str, hint: str) -> Piece:
    notice = f"{said}；以下改为原文摘录。" + (f"（{hint}。）" if hint else "")
    return Piece(f"{escaped(notice)}\n\n{composed.text}", composed.citations, finished=True, notice=notice)


class _Answer:
    """The answer as it grows."""

    def __init__(self, citations: Sequence[Citation], verifier: Verifier, remarks: Sequence[str]) -> None:
        self.passages = passages_of(citations)
        self._passages: dict[int, Passage] = {one.number: one for one in self.passages}
        self._given = tuple(citations)
        self._verifier = verifier
        self._remarks = tuple(remarks)
        self._begin()

    def _begin(self) -> None:
        self.verified = 0
        self.cites = False
        self._unproven = 0
        self._shown: list[str] = ["\n\n".join(self._remarks)]
        self._line = -1
        self._in_list = False
        self._numbers: dict[int, int] = {}
        self._said: set[str] = set()
        self._quoted: set[int] = set()

    @property
    def text(self) -> str:
        return "".join(self._shown).strip()

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(
            replace(one, number=shown)
            for number, shown in self._numbers.items()
            for one in self._given
            if one.number == number
        )

    @property
    def account(self) -> str:
        """What is said at the end about sentences that were not let out."""
        if not self._unproven:
            return ""
        return f"\n\n有 {self._unproven} 句未能在原文中核实，已改用原文或删去。"

    def add(self, sentence: Sentence) -> bool:
        """Take in a sentence of the model; whether there is more to show than before."""
        said = "".join(unadorned(text) for text, _ in sentence.parts)
        if _END_OF_THOUGHT in said:
            self._begin()
            return False
        if not sentence.says_something or said in self._said:
            return False
        self._said.add(said)
        self.cites = self.cites or bool(sentence.numbers)
        if all(self._supported(unadorned(text), numbers) for text, numbers in sentence.parts):
            self.verified += 1
            self._show(sentence, "".join(as_markdown(text, self._marks(own)) for text, own in sentence.parts))
            return True
        self._unproven += 1
        return not sentence.lent and self._show_quotes(sentence)

    def _supported(self, text: str, numbers: Iterable[int]) -> bool:
        known = [number for number in numbers if number in self._passages]
        body = text.rstrip("。！？")
        claim = f"{escaped(body)}{''.join(f'[{one}]' for one in known)}{text[len(body) :]}"
        verdicts = self._verifier.verify(claim, self._given) if known else ()
        return bool(verdicts) and all(one.supported for one in verdicts)

    def _show_quotes(self, sentence: Sentence) -> bool:
        """Show what a sentence cites in its place, each quote once in an answer."""
        cited = [one for one in sentence.numbers if one in self._passages and one not in self._quoted]
        for number in cited:
            self._quoted.add(number)
            quote = "".join(self._passages[number].quotes)
            self._show(sentence, f"（原文）{inert(marked(quote, self._number(number)))}")
        return bool(cited)

    def _show(self, sentence: Sentence, markdown: str) -> None:
        if sentence.line != self._line:
            gap = "\n" if self._in_list and sentence.item else "\n\n"
            self._shown.append(f"{gap}- " if sentence.item else gap)
            self._line, self._in_list = sentence.line, sentence.item
        self._shown.append(markdown)

    def _marks(self, numbers: Iterable[int]) -> str:
        known = dict.fromkeys(one for one in numbers if one in self._passages)
        return "".join(f"[{self._number(one)}]" for one in known)

    def _number(self, number: int) -> int:
        """The number shown for a number of the evidence: counted from 1 in order of appearance."""
        return self._numbers.setdefault(number, len(self._numbers) + 1)


def rewrite(
    question: str, chat: Chat, *, known_places: Iterable[str] = (), terms: Iterable[str] = ()
) -> str | None:
    """The question in official wording, on one line of at most 60 characters.

    None where the model fails, changes nothing, explains, changes the places, adds a figure or writes of something
    else: a question must never be answered that was not asked.

    Args:
        question: as asked.
        chat: the model.
        known_places: names of places that the cases state, without endings.
        terms: official terms that the question is known to mean.
    """
    places = tuple(known_places)
    text = _one_line(chat, rewriting_messages(question))
    kept = (
        text != question.strip()
        and set(places_in(text, places)) == set(places_in(question, places))
        and _figures(text) <= _figures(question)
    )
    return text if text and kept and _alike(text, (question, *terms), places) else None


def _alike(text: str, others: Sequence[str], places: Sequence[str]) -> bool:
    """Whether a text is about what one of the others is about, places apart."""
    plain = [_without_places(one, places) for one in (text, *others)]
    vectors = load_bundled().encode_query(plain)  # of length 1
    return float((vectors[1:] @ vectors[0]).max()) >= _ALIKE


def _without_places(text: str, places: Sequence[str]) -> str:
    named = "|".join(map(re.escape, places_in(text, places)))
    return re.sub(f"(?:{named})[省市县区州旗]?", "", text) if named else text


def complete(
    question: str, earlier: Sequence[str], chat: Chat, *, known_places: Iterable[str] = ()
) -> str | None:
    """A question that leans on earlier ones, made to stand alone; None as for `rewrite`.

    Args:
        question: as asked.
        earlier: the questions before it, the latest last.
        chat: the model.
        known_places: names of places that the cases state, without endings.
    """
    places = tuple(known_places)
    text = _one_line(chat, completing_messages(question, earlier))
    said = "\n".join((*earlier, question))
    kept = (
        text != question.strip()
        and set(places_in(text, places)) <= set(places_in(said, places))
        and set(places_in(question, places)) <= set(places_in(text, places))
        and _figures(question) <= _figures(text) <= _figures(said)
    )
    return text if text and kept else None


def _one_line(chat: Chat, messages: Sequence[Message]) -> str:
    """What a model replies, "" where it fails or replies with more than a short line of plain text."""
    try:
        text = "".join(chat.stream(messages)).rpartition(_END_OF_THOUGHT)[2].strip()
    except ModelError:
        return ""
    text = text.removeprefix("<问题>").removesuffix("</问题>").strip()
    plain = len(text.splitlines()) == 1 and not re.search(r"[\[\]<>*#`：:]", text)
    return text if plain and len(text) <= LONGEST_REWRITE else ""


def _figures(text: str) -> set[tuple[float, float, str]]:
    """Figures with their units; "一" before a measure word is left out, as it is part of official names (一次办好)."""
    return {
        (one.value, one.upper, one.unit)
        for one in quantities_in(text)
        if not (one.kind == "count" and one.value == 1)
    }
