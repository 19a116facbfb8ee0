"""The cases of one index, prepared for filtering; what repeats is found out in the background."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from corpus.changes import Change
from corpus.types import Case, Document
from embeddings.lexical import fold
from ui.browsing.desk import Assistant
from ui.browsing.facets import FACETS, document_names

_PATIENCE = 0.2  # seconds that a first list waits for what repeats: enough for some hundred cases


@dataclass(frozen=True, slots=True)
class Entry:
    """A case, ready to be filtered.

    Attributes:
        case: as it is.
        title, text: folded, for finding words.
        values: by the name of the facet.
    """

    case: Case
    title: str
    text: str
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All cases of an index, in its order.

    Attributes:
        entries: one a case.
        cases: by id.
        documents: by id.
        changes: by case id.
        names: of documents on screen, by id.
    """

    entries: tuple[Entry, ...]
    cases: Mapping[str, Case]
    documents: Mapping[str, Document]
    changes: Mapping[str, tuple[Change, ...]]
    names: Mapping[str, str]
    _repeats: _Repeats = field(repr=False)

    @property
    def copies(self) -> Mapping[str, tuple[str, ...]] | None:
        """Ids of a case and of its other copies, by the id of each of them; None while they are being compared."""
        return self._repeats.found()


class _Repeats:
    """Groups of nearly the same text, worked out in a thread of their own."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._found: dict[str, tuple[str, ...]] = {}
        # A daemon, so that a program that ends does not wait for it.
        self._thread = threading.Thread(target=self._compare, args=(tuple(cases),), daemon=True)
        self._thread.start()

    def found(self) -> Mapping[str, tuple[str, ...]] | None:
        self._thread.join(_PATIENCE)
        return None if self._thread.is_alive() else self._found

    def _compare(self, cases: Sequence[Case]) -> None:
        from corpus.near_duplicates import near_duplicates  # brings scipy along

        groups = near_duplicates([case.text for case in cases])
        ids = [tuple(cases[position].id for position in group) for group in groups]
        self._found = {case_id: group for group in ids for case_id in group}


class Catalogues:
    """Holds the catalogue of the assistant that serves now, and drops it with that assistant."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: weakref.ref[Assistant] | None = None
        self._catalogue: Catalogue | None = None

    def of(self, assistant: Assistant) -> Catalogue:
        """The catalogue of an assistant, made when it is first asked for."""
        with self._lock:
            if self._catalogue is None or self._of is None or self._of() is not assistant:
                self._catalogue = _catalogue(assistant)
                self._of = weakref.ref(assistant, self._forget)
            return self._catalogue

    def _forget(self, gone: weakref.ref[Assistant]) -> None:
        # No lock: this may run inside `of`, whenever memory is tidied up.
        if self._of is gone:
            self._catalogue = None


def _catalogue(assistant: Assistant) -> Catalogue:
    cases = assistant.cases
    documents = {case.document_id: assistant.document(case) for case in cases}
    changes: dict[str, list[Change]] = {}
    for change in assistant.changes:
        changes.setdefault(change.case_id, []).append(change)
    return Catalogue(
        tuple(_entry(case, documents[case.document_id]) for case in cases),
        {case.id: case for case in cases},
        documents,
        {case_id: tuple(rows) for case_id, rows in changes.items()},
        document_names(documents.values()),
        _Repeats(cases),
    )


def _entry(case: Case, document: Document) -> Entry:
    values = {facet.name: facet.values(case, document) for facet in FACETS}
    return Entry(case, fold(case.title), fold(case.text), values)
