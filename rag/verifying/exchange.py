"""Two pieces of a quote that have changed places in a sentence: 前台审批、后台受理 for 前台受理、后台审批."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.verifying.comparison import Comparison, Finding
from rag.verifying.reading import Passage, Word

_MARKERS = re.compile(r"[由被对给向为从把将的]")
_LISTED = ("、", "”", "和", "及", "与", "或")
_LONGEST_GAP = 5  # characters between pieces that count as side by side
# Content words between the pieces, and characters of the two, that bear more to stand around them, so many characters.
_FIRM, _FIRM_ENDS, _LONGEST_AROUND = 3, 6, 45
_MOST_PIECES = 6
_SHORTEST = 8  # characters of all pieces; shorter ones change places in free telling (优先办理, 办理优先)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words that stand in the same order in the sentence and in a quote; half-open rows."""

    start: int
    end: int
    quote_start: int
    quote_end: int


def exchange_finding(comparison: Comparison) -> Finding | None:
    """Two pieces of a quote that have changed places around one that has not: 前台审批、后台受理.

    A B C side by side in the sentence and C B A in the quote. Plain re-telling moves one piece (B C A), it does
    not exchange two; a list is told in any order.
    """
    for quote in comparison.quotes:
        pieces = _pieces(comparison.sentence, quote)
        for first, last in itertools.combinations(range(len(pieces)), 2):
            group = pieces[first : last + 1]
            if 3 <= len(group) <= _MOST_PIECES and _is_exchange(comparison.sentence, quote, group):
                left = _shown(comparison.sentence, group[0].start, group[0].end)
                right = _shown(comparison.sentence, group[-1].start, group[-1].end)
                return Finding("mixed", f"“{left}”和“{right}”在引文里的位置相反")
    return None


def _is_exchange(sentence: Passage, quote: Passage, pieces: Sequence[_Piece]) -> bool:
    """Whether the first and the last piece stand in each other's place around the rest, which kept its order."""
    first, *middle, last = pieces
    order = [last, *middle, first]
    if any(left.quote_end > right.quote_start for left, right in itertools.pairwise(order)):
        return False
    mine, its = _shown(sentence, first.start, last.end), _shown(quote, last.quote_start, first.quote_end)
    return (
        _is_firm(sentence, quote, pieces)
        and max(_gaps(sentence, quote, pieces, order)) <= _longest_gap(sentence, pieces)
        and sorted(_MARKERS.findall(mine)) == sorted(_MARKERS.findall(its))
        and not _is_list(quote, first, last)
    )


def _is_firm(sentence: Passage, quote: Passage, pieces: Sequence[_Piece]) -> bool:
    """Whether the pieces say enough, and the ends stand in the quote once, so that an order can be told."""
    first, *middle, last = pieces
    shown = [_shown(sentence, piece.start, piece.end) for piece in pieces]
    return (
        all(quote.text.count(end) == 1 for end in (shown[0], shown[-1]))
        and all(_content(sentence, piece) for piece in (first, last))
        and any(_content(sentence, piece) for piece in middle)
        and sum(map(len, shown)) >= _SHORTEST
    )


def _longest_gap(sentence: Passage, pieces: Sequence[_Piece]) -> int:
    """Characters that may stand between two pieces: more around long ones."""
    first, *middle, last = pieces
    ends = sum(len(_shown(sentence, piece.start, piece.end)) for piece in (first, last))
    content = sum(_content(sentence, piece) for piece in middle)
    return _LONGEST_AROUND if content >= _FIRM and ends >= _FIRM_ENDS else _LONGEST_GAP


def _gaps(sentence: Passage, quote: Passage, pieces: Sequence[_Piece], order: Sequence[_Piece]) -> list[int]:
    """Characters between neighbours in the sentence, and in the quote."""
    gaps = [_gap(sentence.words, left.end, right.start) for left, right in itertools.pairwise(pieces)]
    return gaps + [
        _gap(quote.words, left.quote_end, right.quote_start) for left, right in itertools.pairwise(order)
    ]


def _is_list(quote: Passage, first: _Piece, last: _Piece) -> bool:
    """Whether all stands in a list of the quote, which may be told in any order."""
    between = quote.text[quote.words[last.quote_end - 1].span.end : quote.words[first.quote_start].span.start]
    return between.startswith(_LISTED) and between.endswith((*_LISTED, "“"))


def _content(passage: Passage, piece: _Piece) -> int:
    """Number of words of a piece that name something: content words, and rhythms (每月)."""
    words = passage.words[piece.start : piece.end]
    return sum(word.content or word.text.startswith("每") for word in words)


def _gap(words: Sequence[Word], end: int, start: int) -> int:
    return words[start].span.start - words[end - 1].span.end if end else 0


def _shown(passage: Passage, start: int, end: int) -> str:
    return passage.text[passage.words[start].span.start : passage.words[end - 1].span.end]


def _pieces(sentence: Passage, quote: Passage) -> list[_Piece]:
    """Longest common runs of words, longest first, none overlapping another (greedy string tiling, Wise 1993)."""
    mine, its = [word.text for word in sentence.words], [word.text for word in quote.words]
    runs = _runs(mine, its)
    free, quote_free = [True] * len(mine), [True] * len(its)
    pieces = []
    for length, start, quote_start in sorted(runs, key=lambda run: (-run[0], run[1], run[2])):
        if all(free[start : start + length]) and all(quote_free[quote_start : quote_start + length]):
            free[start : start + length] = [False] * length
            quote_free[quote_start : quote_start + length] = [False] * length
            if length > 1 or sentence.words[start].content or len(mine[start]) > 1:
                pieces.append(_Piece(start, start + length, quote_start, quote_start + length))
    return sorted(pieces, key=lambda piece: piece.start)


def _runs(mine: Sequence[str], its: Sequence[str]) -> list[tuple[int, int, int]]:
    """(length, start, start in the quote) of every run of equal words and of each of its tails."""
    lengths = np.zeros((len(mine) + 1, len(its) + 1), dtype=np.int64)
    places: dict[str, list[int]] = {}
    for column, word in enumerate(its):
        places.setdefault(word, []).append(column)
    found: list[tuple[int, int, int]] = []
    for row in range(len(mine) - 1, -1, -1):
        for column in places.get(mine[row], ()):
            lengths[row, column] = lengths[row + 1, column + 1] + 1
            found.extend((length, row, column) for length in range(1, int(lengths[row, column]) + 1))
    return found
