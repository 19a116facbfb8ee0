"""The cases, documents and changes of a publication as the rest of the program knows them: mappings and sequences.

Nothing is fetched before it is asked for, and how many there are is known without fetching.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar, overload

from corpus.changes import Change
from corpus.types import Case, Document
from rag.remote.shelf import Shelf

Item_co = TypeVar("Item_co", covariant=True)


class Cases(Mapping[str, Case]):
    """Cases by id."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def __getitem__(self, case_id: str) -> Case:
        return self._shelf.entry(case_id).case

    def __iter__(self) -> Iterator[str]:
        return (entry.case.id for entry in self._shelf.all_entries())

    def __len__(self) -> int:
        return self._shelf.counts["cases"]


class Documents(Mapping[str, Document]):
    """Documents by id."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def __getitem__(self, document_id: str) -> Document:
        return self._shelf.documents([document_id])[document_id]

    def __iter__(self) -> Iterator[str]:
        return self._shelf.document_ids()

    def __len__(self) -> int:
        return self._shelf.counts["documents"]


class ChangesByCase(Mapping[str, Sequence[Change]]):
    """What each case tells of times, steps, papers, trips and shares, by the case's id."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def __getitem__(self, case_id: str) -> Sequence[Change]:
        return self._shelf.entry(case_id).changes

    def __iter__(self) -> Iterator[str]:
        return (entry.case.id for entry in self._shelf.all_entries())

    def __len__(self) -> int:
        return self._shelf.counts["cases"]


class Listed(Sequence[Item_co]):
    """Things of a publication in its order.

    Args:
        count: how many there are.
        everything: goes through all of them.
    """

    def __init__(self, count: int, everything: Callable[[], Iterator[Item_co]]) -> None:
        self._count, self._everything = count, everything

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Item_co]:
        return self._everything()

    @overload
    def __getitem__(self, place: int) -> Item_co: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Item_co]: ...
    def __getitem__(self, place: int | slice) -> Item_co | Sequence[Item_co]:
        if isinstance(place, slice):
            return tuple(itertools.islice(self, *place.indices(self._count)))
        wanted = range(self._count)[place]
        return next(itertools.islice(self, wanted, None))


def all_cases(shelf: Shelf) -> Listed[Case]:
    """Every case."""
    return Listed(shelf.counts["cases"], lambda: (entry.case for entry in shelf.all_entries()))


def all_changes(shelf: Shelf) -> Listed[Change]:
    """Every change, in the order of the cases."""
    return Listed(
        shelf.counts["changes"], lambda: (change for entry in shelf.all_entries() for change in entry.changes)
    )


def all_documents(shelf: Shelf) -> Listed[Document]:
    """Every document."""
    documents = Documents(shelf)
    return Listed(len(documents), lambda: (documents[one] for one in documents))
