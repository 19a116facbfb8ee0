"""What a search finds, with the scores of each searcher: for tuning and for understanding an answer."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from corpus.types import Document
from rag.output import INTENT_NAMES, KIND_NAMES
from rag.types import Hit
from rag.understand import Reading
from ui.browsing.desk import Assistant, Told
from ui.browsing.markup import case_link, facts, origin
from ui.browsing.requests import SearchRequest

# Names of searchers as `rag.retrieve` gives them.
SEARCHERS = {
    "characters": "按字",
    "words": "按词",
    "vectors": "按句意",
    "vocabulary": "按正式说法",
    "tokens": "逐词比对",
    "reranker": "重新排序",
}
NOTHING = "没有找到相近的案例。"


def searched(assistant: Assistant, wanted: SearchRequest) -> Told:
    """What the page shows for a question: "count" (text), "reading" and "list" (HTML).

    Raises:
        InputError: for an empty question or one that is too long.
    """
    reading = assistant.understand(wanted.question)
    hits = assistant.search(wanted.question, limit=wanted.limit)
    greatest = max((score for hit in hits for _, score in hit.origin), default=0.0)
    items = "".join(_hit(hit, assistant.document(hit.case), reading, greatest) for hit in hits)
    return {
        "count": f"找到 {len(hits)} 个案例，最相近的在前，次序与问答时相同" if hits else NOTHING,
        "reading": read(reading),
        "list": f'<ol class="cards">{items}</ol>' if hits else "",
        "again": False,
    }


def read(reading: Reading) -> str:
    """HTML that tells how a question was understood."""
    kinds = dict.fromkeys(KIND_NAMES[figure.kind] for figure in reading.asked)
    rows = (
        ("想知道", (INTENT_NAMES[reading.intent],)),
        ("问到的数", tuple(kinds)),
        ("地方", reading.places),
        ("查找内容", reading.parts),
        ("关键词", reading.terms),
        ("正式说法", reading.official),
    )
    told = "".join(
        f"<div><dt>{name}</dt><dd>{html.escape('、'.join(values)) or '没有'}</dd></div>"
        for name, values in rows
    )
    return f'<dl class="understood">{told}</dl>'


def _hit(hit: Hit, document: Document, reading: Reading, greatest: float) -> str:
    lines = document.lines_of(hit.chunk.span)
    heading = f'<p class="heading">{html.escape(hit.chunk.heading)}</p>' if hit.chunk.heading else ""
    return (
        f'<li class="hit-card"><h3><span class="rank">{hit.rank}</span>'
        f"{case_link(hit.case, hit.chunk.span, text=hit.case.title)}"
        f'<span class="score">{hit.score:.3f} 分</span></h3>{facts(hit.case)}'
        f"{_scores(hit, greatest)}{heading}"
        f"<blockquote>{with_marks(hit.chunk.text_in(hit.case), reading.terms)}</blockquote>{origin(document, lines)}</li>"
    )


def _scores(hit: Hit, greatest: float) -> str:
    """The parts that make up a score, each with a bar; bars of one result are to one scale."""
    parts = "".join(
        f"<div><dt>{html.escape(SEARCHERS.get(name, name))}</dt><dd>"
        f'<meter min="0" max="{max(greatest, 1e-6):.6f}" value="{max(score, 0.0):.6f}" aria-hidden="true"></meter>'
        f"{score:.3f}</dd></div>"
        for name, score in hit.origin
    )
    return f'<dl class="scores" aria-label="各种查找办法的得分">{parts}</dl>' if parts else ""


def with_marks(text: str, terms: Sequence[str]) -> str:
    """HTML of a text, escaped, words of the question of two characters and more in <mark>."""
    wanted = sorted((term for term in terms if len(term) > 1), key=len, reverse=True)
    if not wanted:
        return html.escape(text)
    pieces = re.split(f"({'|'.join(map(re.escape, wanted))})", text, flags=re.IGNORECASE)
    return "".join(
        f"<mark>{html.escape(piece)}</mark>" if number % 2 else html.escape(piece)
        for number, piece in enumerate(pieces)
    )
