"""Filters -> the cases that meet them, and how many each further choice would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from embeddings.lexical import fold
from ui.browsing.catalogue import Catalogue, Entry
from ui.browsing.facets import FACETS
from ui.browsing.requests import CaseFilter


@dataclass(frozen=True, slots=True)
class Chosen:
    """What meets a filter.

    Attributes:
        entries: those whose title holds the words first, else in the order of the index.
        counts: by the name of a facet and by value, how many cases choosing that value would leave, the other
            conditions kept.
    """

    entries: tuple[Entry, ...]
    counts: Mapping[str, Mapping[str, int]]


def choose(catalogue: Catalogue, wanted: CaseFilter) -> Chosen:
    """The cases that meet every condition of `wanted`."""
    words = fold(wanted.words).split()
    counts: dict[str, Counter[str]] = {facet.name: Counter() for facet in FACETS}
    found: list[Entry] = []
    for entry in catalogue.entries:
        if not all(word in entry.title or word in entry.text for word in words):
            continue
        missed = [name for name, value in wanted.chosen if value not in entry.values[name]]
        if not missed:
            found.append(entry)
        # A value counts for a facet where nothing but the facet's own choice keeps the case out.
        for name in counts if not missed else missed if len(missed) == 1 else ():
            counts[name].update(entry.values[name])
    if words:
        found.sort(key=lambda entry: not all(word in entry.title for word in words))  # stable
    return Chosen(tuple(found), counts)


@dataclass(frozen=True, slots=True)
class Group:
    """A case with its other copies among those found, the first of them for all."""

    first: Entry
    others: tuple[Entry, ...] = ()


def grouped(entries: Sequence[Entry], copies: Mapping[str, tuple[str, ...]]) -> tuple[Group, ...]:
    """Copies of one case together, at the place of the first of them."""
    return tuple(_groups(entries, copies))


def _groups(entries: Sequence[Entry], copies: Mapping[str, tuple[str, ...]]) -> Iterator[Group]:
    known = {entry.case.id: entry for entry in entries}
    seen: set[str] = set()
    for entry in entries:
        if entry.case.id in seen:
            continue
        members = copies.get(entry.case.id, ())
        seen.update(members)
        others = (known[name] for name in members if name != entry.case.id and name in known)
        yield Group(entry, tuple(others))
