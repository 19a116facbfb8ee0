"""Words of a kind as the word dictionary of jieba marks them, read as data once a process."""

from __future__ import annotations

import functools
import importlib.resources
import re

_ENTRY = re.compile(r"^(\S{2,}) \d+ (ns|n|nz|nt|nr|nrt|j|b|v)$", re.MULTILINE)


@functools.cache
def _entries() -> tuple[frozenset[str], ...]:
    text = (importlib.resources.files("jieba") / "dict.txt").read_text(encoding="utf-8")
    marked: dict[str, set[str]] = {}
    for word, mark in _ENTRY.findall(text):
        marked.setdefault(mark, set()).add(word)
    places, verbs = marked.pop("ns"), marked.pop("v") | {"落实"}  # marked as an adjective
    names = places | marked["nz"] | marked["nr"] | marked.pop("nrt")
    return frozenset(places), frozenset(places.union(*marked.values())), frozenset(names), frozenset(verbs)


def dictionary_places() -> frozenset[str]:
    """Names of places, some of which are ordinary words, too."""
    return _entries()[0]


def nouns() -> frozenset[str]:
    """Nouns and names of two or more characters."""
    return _entries()[1]


def names() -> frozenset[str]:
    """Names of people, places and other single things."""
    return _entries()[2]


def verbs() -> frozenset[str]:
    """Verbs of two or more characters."""
    return _entries()[3]
