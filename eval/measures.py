"""Measures of one answer, each a small function named as in the literature.

Retrieval measures count cases, not passages. Citation precision and recall follow Gao et al., "Enabling Large
Language Models to Generate Text with Citations" (2023), with the case as the unit that is right or wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

_MARK = re.compile(r"\[(\d+)\]")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_SENTENCE_END = re.compile(r"(?<=[。！？；\n])")


def flat(text: str) -> str:
    """Compatibility forms folded, Markdown signs and white space gone."""
    return re.sub(r"[\s*_`|#>\\]", "", unicodedata.normalize("NFKC", text))


def rank_of_first(hits: Sequence[dict[str, Any]], gold: Sequence[str]) -> int | None:
    """Rank from 1 of the first right case among distinct cases, None without one."""
    titles = list(dict.fromkeys(hit["title"] for hit in hits))
    return next((rank for rank, title in enumerate(titles, 1) if title in gold), None)


def hit_at(k: int, hits: Sequence[dict[str, Any]], gold: Sequence[str]) -> float:
    """1 if a right case is among the first `k` cases."""
    rank = rank_of_first(hits, gold)
    return float(rank is not None and rank <= k)


def reciprocal_rank(hits: Sequence[dict[str, Any]], gold: Sequence[str], *, depth: int = 10) -> float:
    """1 / rank of the first right case within `depth`, else 0."""
    rank = rank_of_first(hits, gold)
    return 1 / rank if rank is not None and rank <= depth else 0.0


def citation_precision(citations: Sequence[dict[str, Any]], gold: Sequence[str]) -> float:
    """Share of citations that name a right case; 0 without any."""
    return sum(one["title"] in gold for one in citations) / len(citations) if citations else 0.0


def citation_recall(citations: Sequence[dict[str, Any]], gold: Sequence[str]) -> float:
    """Share of the right cases that are cited."""
    return len({one["title"] for one in citations} & set(gold)) / len(gold) if gold else 0.0


def completeness(text: str, phrases: Sequence[str]) -> float:
    """Share of the key phrases that the answer holds; 1 where none is asked for."""
    return sum(flat(phrase) in flat(text) for phrase in phrases) / len(phrases) if phrases else 1.0


def sentences(text: str) -> Iterator[str]:
    """Sentences of an answer's cited part; a heading, a lead line and an empty line are none."""
    for line in text.split("\n"):
        if line.startswith("- "):
            yield from (part for part in _SENTENCE_END.split(line[2:]) if flat(part))


def marked_share(text: str) -> float:
    """Share of the answer's sentences that carry a mark; 1 without any sentence."""
    found = [bool(_MARK.search(sentence)) for sentence in sentences(text)]
    return sum(found) / len(found) if found else 1.0


def figure_support(text: str, citations: Sequence[dict[str, Any]]) -> float:
    """Share of figures in sentences that stand in a quote behind the sentence's marks; 1 without figures."""
    quotes: dict[str, str] = {}
    for one in citations:
        quotes[str(one["n"])] = quotes.get(str(one["n"]), "") + flat(one["quote"])
    checks = [
        figure in "".join(quotes.get(mark, "") for mark in _MARK.findall(sentence))
        for sentence in sentences(text)
        for figure in _FIGURE.findall(flat(_MARK.sub("", sentence)))
    ]
    return sum(checks) / len(checks) if checks else 1.0


def sentence_support(text: str, citations: Sequence[dict[str, Any]]) -> float:
    """Share of sentences whose words all stand in a quote behind their marks, in order: what an extract must be."""
    quotes: dict[str, str] = {}
    for one in citations:
        quotes[str(one["n"])] = quotes.get(str(one["n"]), "") + flat(one["quote"])
    checks = []
    for sentence in sentences(text):
        words = flat(_MARK.sub("", sentence)).strip("。；！？,;!?")
        checks.append(any(words in quotes.get(mark, "") for mark in _MARK.findall(sentence)))
    return sum(checks) / len(checks) if checks else 1.0
