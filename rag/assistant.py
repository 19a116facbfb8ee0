"""The whole path from a question to an answer, over one open index."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.changes import Change
from corpus.types import Case, Document
from rag.compose import Composer
from rag.followup import Resolved, Turn, resolve
from rag.judge import Thresholds
from rag.llm import Chat
from rag.output import corrections_for_people
from rag.phrasing import Composed
from rag.retrieve import Retriever
from rag.sentences import Sentences
from rag.settings import Settings
from rag.types import Answer, Hit
from rag.understand import Corrections, Reading, corrected, place_names, understand
from rag.vocabulary import Vocabulary
from rag.wording import Wording
from rag.writer import Piece, Verifier, complete, rewrite, write

_LISTED_CASES = 20


def _by_case(changes: Sequence[Change]) -> dict[str, list[Change]]:
    of_case: dict[str, list[Change]] = {}
    for change in changes:
        of_case.setdefault(change.case_id, []).append(change)
    return of_case


@dataclass(frozen=True, slots=True)
class Writing:
    """A chat model and what checks it."""

    chat: Chat
    verifier: Verifier


class Assistant:
    """Answers questions from one index. Reading only, so that many threads may share it.

    Args:
        documents, cases: by id.
        changes: what the cases tell of times, steps, papers, trips and shares, in the order of the cases.
        retriever: the searchers.
        sentences: of every case.
        vocabulary: plain and official wordings.
        wording: fixed phrases of answers.
        settings: limits.
        name: what the library is called on screen.
        writing: the chat model that writes answers; None where the cases' own sentences are the answer.
    """

    def __init__(
        self,
        documents: Mapping[str, Document],
        cases: Mapping[str, Case],
        changes: Sequence[Change],
        retriever: Retriever,
        *,
        sentences: Sentences,
        vocabulary: Vocabulary,
        wording: Wording,
        settings: Settings,
        name: str,
        writing: Writing | None = None,
    ) -> None:
        self._documents = documents
        self._cases = cases
        self._changes = tuple(changes)
        self._retriever = retriever
        self._vocabulary = vocabulary
        self._writing = writing
        self._settings = settings
        self._composer = Composer(
            documents,
            retriever,
            sentences=sentences,
            changes=_by_case(self._changes),
            wording=wording,
            thresholds=Thresholds(
                place=settings.place_share, figure=settings.figure_share, meaning=settings.meaning_cosine
            ),
        )
        self._places = tuple(sorted({name for case in cases.values() for name in place_names(case.region)}))
        self.name = name

    @property
    def cases(self) -> tuple[Case, ...]:
        """Every case known, in the order of the index."""
        return tuple(self._cases.values())

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every stated change or limit, in the order of the cases."""
        return self._changes

    def case(self, case_id: str) -> Case:
        """The case of an id.

        Raises:
            KeyError: for an unknown id.
        """
        return self._cases[case_id]

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document, in the order of the index."""
        return tuple(self._documents.values())

    def document(self, case: Case) -> Document:
        """The document that a case was cut from."""
        return self._documents[case.document_id]

    def understand(self, question: str) -> Reading:
        """Read a question as `ask` and `search` do.

        Raises:
            InputError: for an empty question or one that is too long.
        """
        return understand(
            question,
            longest=self._settings.longest_question,
            vocabulary=self._vocabulary,
            known_places=self._places,
        )

    def search(self, question: str, *, limit: int = _LISTED_CASES) -> tuple[Hit, ...]:
        """Cases for a question, ranked exactly as `ask` ranks them.

        Raises:
            InputError: for an empty question or one that is too long.
        """
        reading = self.understand(question)
        return self._retriever.retrieve(reading, limit=limit).hits

    def ask(
        self, question: str, turns: Sequence[Turn] = (), corrections: Corrections | None = None
    ) -> Answer:
        """Answer a question from the cases alone.

        Args:
            question: as typed; it may lean on the conversation ("那天津呢？").
            turns: the conversation before it, the latest last.
            corrections: what its reader takes back of how it was read before.

        Raises:
            InputError: for an empty question or one that is too long.
        """
        *_, whole = self.stream(question, turns, corrections)
        return whole

    def stream(
        self, question: str, turns: Sequence[Turn] = (), corrections: Corrections | None = None
    ) -> Iterator[Answer]:
        """The answer as it grows; each takes the place of the one before, the last is `ask`'s.

        Only what a chat model writes grows, by sentences that were verified.

        Raises:
            InputError: for an empty question or one that is too long.
        """
        start = time.perf_counter()
        reading = self.understand(question)
        resolved = self._resolved(question, reading, [turn for turn in turns if self._knows(turn)])
        if resolved.question != question:
            sought = resolved.sought or resolved.question
            reading = self.understand(sought[: self._settings.longest_question])
        corrections = corrections or Corrections()
        reading = corrected(reading, corrections)
        notes: tuple[str, ...] = ()
        if not corrections.without_places:  # a model would put them into its wording again
            notes, reading = self._rewritten(resolved.question, reading)
        if told := corrections_for_people(corrections):
            notes = (told, *notes)
        found = self._retriever.retrieve(reading, limit=_LISTED_CASES)
        composed = self._composer.compose(reading, found, only=resolved.only, without=resolved.without)
        for piece in self._pieces(resolved.question, reading, composed):
            yield Answer(
                question,
                piece.text,
                piece.citations,
                found.hits,
                composed.reason is not None,
                composed.reason,
                round(time.perf_counter() - start, 4),
                reading,
                resolved.question if resolved.question != question else "",
                notes,
            )

    def _knows(self, turn: Turn) -> bool:
        """Whether an earlier answer was drawn from these cases: documents may have changed since."""
        return all(case.id in self._cases for case in turn.answer.cited_cases)

    def _resolved(self, question: str, reading: Reading, turns: Sequence[Turn]) -> Resolved:
        """What the question asks, by rules, and where these see nothing left out by the chat model."""
        resolved = resolve(question, reading, turns)
        alone = not turns or resolved.question != question
        if self._writing is None or not self._settings.chat_rewrite or alone:
            return resolved
        earlier = [turn.answer.resolved or turn.answer.question for turn in turns]
        whole = complete(question, earlier, self._writing.chat, known_places=self._places)
        return Resolved(whole) if whole else resolved

    def _rewritten(self, question: str, reading: Reading) -> tuple[tuple[str, ...], Reading]:
        """What is said of the chat model's wording of a question, and the reading with it."""
        if self._writing is None or not self._settings.chat_rewrite:
            return (), reading
        wording = rewrite(question, self._writing.chat, known_places=self._places, terms=reading.official)
        if not wording:
            return (), reading
        return (f"检索时按“{wording}”一并查找",), replace(reading, official=(*reading.official, wording))

    def _pieces(self, question: str, reading: Reading, composed: Composed) -> Iterator[Piece]:
        """The answer as it is written; a table is shown as it is, with or without a model."""
        if self._writing is None or reading.intent not in {"figure", "how"}:
            yield Piece(composed.text, composed.citations, finished=True)
            return
        yield from write(
            question, composed, self._writing.chat, self._writing.verifier, remarks=composed.remarks
        )
