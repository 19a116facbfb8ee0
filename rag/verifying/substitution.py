"""Single words that a sentence has in place of others, or beside them, where it tells the rest as its quotes do."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from corpus.types import Span
from rag.verifying.comparison import Comparison, Finding
from rag.verifying.lexicon import nouns
from rag.verifying.reading import Word

_NAME = re.compile(r"“([^”]{2,14})”")
_MARKS = re.compile(r"[^\w]")
_LISTING = re.compile(r"[、和与及]")
_SAID, _NOT_AT_ALL = 0.85, 0.3  # strengths from which a word is said as it is, up to which not even nearly
_INDEFINITE = frozenset(
    "几数多各每这那某本该我全"
)  # first characters of what counts or points and names nothing
_UNLIKE = 0.45  # strength up to which two words name different things
_LONGEST_EXCHANGE = 3  # words that change places with as many


def substitution_finding(comparison: Comparison) -> Finding | None:
    """The first name, noun or item of a list that the quotes do not have, else None."""
    return _altered_name(comparison) or _exchanged_noun(comparison) or _added_item(comparison)


def _altered_name(comparison: Comparison) -> Finding | None:
    """Something in quotation marks that the quotes do not have: what is quoted must be verbatim."""
    told = _MARKS.sub("", comparison.told + comparison.context)
    for found in _NAME.finditer(comparison.sentence.text):
        start, end = found.span(1)
        rows = [row for row, word in enumerate(comparison.sentence.words) if start <= word.span.start < end]
        if _MARKS.sub("", found[1]) not in told and any(comparison.best[row] < _SAID for row in rows):
            return Finding("invented", f"引文里没有“{found[1]}”")
    return None


def _added_item(comparison: Comparison) -> Finding | None:
    """An item of a list that the quotes do not say, where they say all the others."""
    for clause in comparison.sentence.clauses:
        items = _items(comparison, clause)
        said = sum(all(comparison.best[row] >= _SAID for row in rows) for rows in items)
        if len(items) < 2 or said < len(items) - 1:
            continue
        for rows in items:
            words = [comparison.sentence.words[row].text for row in rows]
            if words[0] in nouns() and all(comparison.best[row] < _NOT_AT_ALL for row in rows):
                return Finding("invented", f"引文里没有说“{''.join(words)}”")
    return None


def _items(comparison: Comparison, clause: Span) -> list[list[int]]:
    """Rows of the content words of each item of a list in a clause."""
    words = comparison.sentence.words
    marks = _LISTING.finditer(comparison.sentence.text, clause.start, clause.end)
    bounds = [clause.start, *(found.end() for found in marks), clause.end]
    items = [
        [row for row, word in enumerate(words) if start <= word.span.start < end and word.content]
        for start, end in itertools.pairwise(bounds)
    ]
    return [rows for rows in items if rows]


def _exchanged_noun(comparison: Comparison) -> Finding | None:
    """One or two words that stand, between the same neighbours, where a quote has something else, one a noun."""
    words = comparison.sentence.words
    told = {word.text for word in comparison.words}
    for start in range(1, len(words) - 1):
        for end in range(start + 1, min(start + _LONGEST_EXCHANGE, len(words))):
            run = "".join(word.text for word in words[start:end])
            if not all(_is_new(word, told) for word in words[start:end]):
                break
            if len(run) >= 2 and (other := _instead(comparison, start, end)):
                return Finding("invented", f"引文里是“{other}”，不是“{run}”")
    return None


def _is_new(word: Word, told: set[str]) -> bool:
    return word.content and word.text not in told and word.text[0] not in _INDEFINITE


def _instead(comparison: Comparison, start: int, end: int) -> str:
    """What the quotes have in place of some words of the sentence: short, unlike them and not in their clause."""
    words = comparison.sentence.words
    run = [word.text for word in words[start:end]]
    used = {word.text for word in words if word.clause == words[start].clause}
    for before, after in _places(comparison, words[start - 1].text, words[end].text):
        inside = comparison.words[before + 1 : after]
        other = [word.text for word in inside]
        if not all(word.content for word in inside) or used & set(other) or len("".join(other)) < 2:
            continue
        if comparison.strengths[start:end, before + 1 : after].max() < _UNLIKE and _names(run, other):
            return "".join(other)
    return ""


def _places(comparison: Comparison, left: str, right: str) -> Iterator[tuple[int, int]]:
    """Where two words stand in one clause of a quote with one to three others between them."""
    words, clauses = comparison.words, comparison.word_clauses
    for before, word in enumerate(words):
        if word.text == left:
            for after in range(before + 2, min(before + 2 + _LONGEST_EXCHANGE, len(words))):
                if words[after].text == right and clauses[before] == clauses[after]:
                    yield before, after


def _names(run: list[str], other: list[str]) -> bool:
    """Whether it is names of things that change: a verb for a phrase (达标, 符合条件) is free telling."""
    return any(word in nouns() for word in run) or (len(run) == len(other) == 1 and other[0] in nouns())
