"""Names of places and nouns as the word dictionary of jieba marks them, read as data once a process."""

from __future__ import annotations

import functools
import importlib.resources
import re

_ENTRY = re.compile(r"^(\S{2,}) \d+ (ns|n|nz|nt|nr|j|b)$", re.MULTILINE)


@functools.cache
def _entries() -> tuple[frozenset[str], frozenset[str]]:
    text = (importlib.resources.files("jieba") / "dict.txt").read_text(encoding="utf-8")
    places: set[str] = set()
    others: set[str] = set()
    for word, mark in _ENTRY.findall(text):
        (places if mark == "ns" else others).add(word)
    return frozenset(places), frozenset(others | places)


def dictionary_places() -> frozenset[str]:
    """Names of places, some of which are ordinary words, too."""
    return _entries()[0]


def nouns() -> frozenset[str]:
    """Nouns and names of two or more characters."""
    return _entries()[1]
