"""Shorten a sentence to the clauses that matter, for a row of a table; what is left still stands verbatim."""

from __future__ import annotations

import dataclasses
import re

from corpus.types import Span
from embeddings.lexical import character_terms, fold
from rag.understand import Reading
from rag.units import Unit, reads_alone

_CLAUSE_END = re.compile(r"[，,；;。！？]+[”’』】）》]*")
_LONG = 80  # characters; a shorter sentence is left whole
_SHORTEST = 12
_CLOSED_BY = {"“": "”", "‘": "’", "（": "）", "《": "》", "【": "】"}
_NAME = re.compile(r"“[^”]{2,12}”")
_NAMES = 2  # the first names in quotation marks say what a measure is called
_KEPT = 0.9  # share of the sentence's shared characters that its clauses must keep


def trimmed(unit: Unit, reading: Reading) -> Unit:
    """The shortest run of clauses that keeps nearly all that the sentence shares with the question.

    It keeps the names in quotation marks, and the figures where the question asks for any. A run never begins in the middle of a quotation or with a
    word that points back.
    """
    if len(unit.text) <= _LONG:
        return unit
    terms = {
        term for part in (reading.topic, *reading.official) for term in character_terms(part) if len(term) > 1
    }
    whole = _shared(unit.text, terms)
    names = set(_NAME.findall(unit.text)[:_NAMES])
    clauses = _clauses(unit.text)
    best = unit.span
    for first in range(len(clauses)):
        for last in range(first, len(clauses)):
            start, end = clauses[first][0], clauses[last][1]
            text = unit.text[start:end]
            if not _SHORTEST <= len(text) < len(best) or not _balanced(text) or not reads_alone(text):
                continue
            kept = names <= set(_NAME.findall(text)) and _figures(reading, text) >= _figures(
                reading, unit.text
            )
            if kept and _shared(text, terms) >= _KEPT * whole:
                best = Span(unit.span.start + start, unit.span.start + end)
    return dataclasses.replace(unit, span=best)


def _clauses(text: str) -> list[tuple[int, int]]:
    ends = [match.end() for match in _CLAUSE_END.finditer(text)]
    ends = [*ends, len(text)] if not ends or ends[-1] < len(text) else ends
    return list(zip([0, *ends[:-1]], ends, strict=True))


def _shared(text: str, terms: set[str]) -> int:
    folded = fold(text)
    return sum(term in folded for term in terms)


def _figures(reading: Reading, text: str) -> int:
    return sum(figure.count_in(text) for figure in reading.asked)


def _balanced(text: str) -> bool:
    """Whether every opened sign is closed again: counting alone takes ”甲“ for a quotation."""
    opened: list[str] = []
    for sign in text:
        if sign in _CLOSED_BY:
            opened.append(_CLOSED_BY[sign])
        elif sign in _CLOSED_BY.values() and (not opened or opened.pop() != sign):
            return False
    return not opened
