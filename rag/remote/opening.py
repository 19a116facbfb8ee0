"""An assistant over a publication: it needs the address and nothing else, and goes with it to the next publication."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from corpus.changes import Change
from corpus.errors import CorpusIndexError
from corpus.types import Case, Document
from embeddings.milvus import GoneError, Milvus
from rag.assistant import Assistant, Writing
from rag.compose import Composer
from rag.followup import Turn
from rag.judge import Thresholds
from rag.remote import layout
from rag.remote.lists import Cases, ChangesByCase, Documents, all_cases, all_changes, all_documents
from rag.remote.retrieving import RemoteRetriever
from rag.remote.sentences import FetchedSentences
from rag.remote.shelf import Shelf
from rag.retrieve import Retriever
from rag.sentences import Sentences
from rag.settings import Settings
from rag.types import Answer, Hit
from rag.understand import Corrections
from rag.vocabulary import Vocabulary
from rag.wording import Wording

Value = TypeVar("Value")
Open = Callable[[str], Assistant]
"""The collection of a publication's passages -> who answers from it."""


class RemoteAssistant(Assistant):
    """Answers from a publication. What `Assistant` holds of every case is fetched here, and listed only where it fits.

    Args:
        shelf: the publication without its vectors.
        retriever: the searchers.
        sentences: of its cases.
        vocabulary, wording, settings, name, writing: as for `Assistant`.
    """

    def __init__(
        self,
        shelf: Shelf,
        retriever: RemoteRetriever,
        sentences: FetchedSentences,
        *,
        vocabulary: Vocabulary,
        wording: Wording,
        settings: Settings,
        name: str,
        writing: Writing | None = None,
    ) -> None:
        # Not what `Assistant` does here: it goes through all cases.
        self._shelf = shelf
        self._documents, self._cases = Documents(shelf), Cases(shelf)
        # They stand where these do, method for method.
        self._retriever = cast("Retriever", retriever)
        self._vocabulary, self._settings, self._writing = vocabulary, settings, writing
        self._composer = Composer(
            self._documents,
            self._retriever,
            sentences=cast("Sentences", sentences),
            changes=ChangesByCase(shelf),
            wording=wording,
            thresholds=Thresholds(
                place=settings.place_share, figure=settings.figure_share, meaning=settings.meaning_cosine
            ),
        )
        self._places = tuple(shelf.manifest["places"])
        self.name = name

    @property
    def cases(self) -> tuple[Case, ...]:
        """Every case known, in the order of the index; going through very many raises InputError."""
        return cast("tuple[Case, ...]", all_cases(self._shelf))

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every stated change or limit, in the order of the cases; the same holds."""
        return cast("tuple[Change, ...]", all_changes(self._shelf))

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document, in the order of the index."""
        return cast("tuple[Document, ...]", all_documents(self._shelf))


class FollowingAssistant:
    """Answers from the publication that serves; stands where `Assistant` does.

    Once another has taken its place, and it is gone, the question that notices is answered from the other.

    Args:
        milvus: where the publications lie.
        open_one: opens one.

    Raises:
        CorpusIndexError: if there is none.
    """

    def __init__(self, milvus: Milvus, open_one: Open) -> None:
        self._milvus, self._open = milvus, open_one
        self._lock = threading.Lock()
        self._collection = serving(milvus)
        self._now = open_one(self._collection)
        self.name = self._now.name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._now, name)

    def ask(
        self, question: str, turns: Sequence[Turn] = (), corrections: Corrections | None = None
    ) -> Answer:
        """As `Assistant.ask`."""
        return self._following(lambda now: now.ask(question, turns, corrections))

    def search(self, question: str, *, limit: int = 20) -> tuple[Hit, ...]:
        """As `Assistant.search`."""
        return self._following(lambda now: now.search(question, limit=limit))

    def stream(
        self, question: str, turns: Sequence[Turn] = (), corrections: Corrections | None = None
    ) -> Iterator[Answer]:
        """As `Assistant.stream`."""

        def begun(now: Assistant) -> tuple[Answer, Iterator[Answer]]:
            pieces = now.stream(question, turns, corrections)
            return next(pieces), pieces

        first, rest = self._following(begun)
        yield first
        yield from rest

    def case(self, case_id: str) -> Case:
        """As `Assistant.case`."""
        return self._following(lambda now: now.case(case_id))

    def document(self, case: Case) -> Document:
        """As `Assistant.document`."""
        return self._following(lambda now: now.document(case))

    def _following(self, work: Callable[[Assistant], Value]) -> Value:
        now = self._now
        try:
            return work(now)
        except GoneError:
            self._renew(now)
            if self._now is now:
                raise
        return work(self._now)

    def _renew(self, before: Assistant) -> None:
        with self._lock:
            collection = serving(self._milvus)
            if self._now is before and collection != self._collection:
                self._now, self._collection = self._open(collection), collection


def serving(milvus: Milvus) -> str:
    """The collection of the passages that serve.

    Raises:
        CorpusIndexError: if there is no publication of this name.
    """
    collection = milvus.serving()
    if not layout.is_of(milvus.address.name, collection):
        raise CorpusIndexError(
            f"Milvus 里没有发布过 {milvus.address.name}",
            hint=f"请先发布：python -m rag publish --index 索引文件夹 --to {milvus.address}",
        )
    return collection


def weights_of(settings: Settings) -> Mapping[str, float]:
    """The share of each searcher."""
    names = ("characters", "words", "vectors", "vocabulary", "tokens", "reranker")
    return {name: getattr(settings, f"{name}_weight") for name in names}
