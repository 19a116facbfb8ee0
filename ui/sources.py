"""Answer -> HTML of the source panel. Pure functions; whatever comes from a document is escaped here."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from urllib.parse import quote as quoted_address

from corpus.types import Case, Document, LineUnit, Span
from rag.types import Answer, Citation, Hit
from ui.markdown import card_id, plain, with_tabs
from ui.readings import form

Documents = Callable[[Case], Document]

UNITS: dict[LineUnit, str] = {"line": "行", "paragraph": "段", "page": "页"}
_LONG = 260  # characters of a paragraph that is shown as a whole
_AROUND = 90  # characters before and after a quote in a longer one
_STOP = re.compile(r"[。；！？]+[”’』】）》]*")
NEAREST = 3  # cases named under a refusal: enough to go on reading, few enough to see that they are no answer


def gone(document: Document) -> bool:
    """Whether only quotes are left of a document, because its case is no longer in the library."""
    return not document.digest


def documents_of(past: Mapping[str, Document], documents: Documents) -> Documents:
    """`documents`, those of `past` (by id) before them."""
    return lambda case: past.get(case.document_id) or documents(case)


def place(lines: tuple[int, int], unit: LineUnit) -> str:
    """Where something stands in the raw file: 第 12–13 行."""
    first, last = lines
    return f"第 {first} {UNITS[unit]}" if first == last else f"第 {first}–{last} {UNITS[unit]}"


def passage(text: str, span: Span, within: Span) -> Span:
    """`span` of `text` widened to whole paragraphs, not beyond `within` (which must hold `span` to count).

    Of a long paragraph only the sentences nearest to `span`: who has to look for the quote does not check it.
    """
    low, high = (within.start, within.end) if within.contains(span) else (0, len(text))
    start = max(text.rfind("\n", low, span.start) + 1, low)
    end = text.find("\n", span.end, high)
    end = high if end < 0 else end
    if end - start <= _LONG:
        return Span(start, end)
    stops = [start, end, *(match.end() for match in _STOP.finditer(text, start, end))]
    return Span(
        min((stop for stop in stops if span.start - _AROUND <= stop <= span.start), default=span.start),
        max((stop for stop in stops if span.end <= stop <= span.end + _AROUND), default=span.end),
    )


def joined(spans: Sequence[Span]) -> list[Span]:
    """The same characters as `spans` in order, overlapping and touching ones as one."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        elif len(span):
            result.append(span)
    return result


def marked(text: str, shown: Span, quotes: Sequence[Span]) -> str:
    """`shown` of `text` as HTML, the parts inside `quotes` in <mark>; without tags it is the text, escaped."""
    pieces, position = [], shown.start
    inside = [Span(max(q.start, shown.start), min(q.end, shown.end)) for q in quotes if _touches(q, shown)]
    for quote in joined(inside):
        pieces.append(html.escape(text[position : quote.start]))
        pieces.append(f"<mark>{html.escape(quote.of(text))}</mark>")
        position = quote.end
    pieces.append(html.escape(text[position : shown.end]))
    return "".join(pieces)


def _touches(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def card(turn: int, citations: Sequence[Citation], documents: Documents) -> str:
    """The card of one mark; `citations` share a number and a case."""
    first = citations[0]
    document = documents(first.case)
    quotes = [citation.span for citation in citations]
    passages = joined([passage(document.text, quote, first.case.span) for quote in quotes])
    paragraphs = "".join(
        f"<blockquote>{_around(document.text, shown, first.case, quotes)}</blockquote>" for shown in passages
    )
    lines = (min(c.lines[0] for c in citations), max(c.lines[1] for c in citations))
    return (
        f'<article class="card" id="{card_id(turn, first.number)}" tabindex="-1">'
        f'<h4><span class="number">{first.number}</span>{html.escape(first.case.title)}</h4>'
        f"{_facts(first.case)}{_origin(document, first.case, lines)}{paragraphs}"
        f"{_whole(document, first.case, quotes)}</article>"
    )


def _around(text: str, shown: Span, case: Case, quotes: Sequence[Span]) -> str:
    """A passage as HTML, with dots where its paragraph goes on."""
    begun = shown.start > case.span.start and text[shown.start - 1] != "\n"
    goes_on = shown.end < case.span.end and text[shown.end] != "\n"
    return f"{'……' if begun else ''}{marked(text, shown, quotes)}{'……' if goes_on else ''}"


def hit_card(turn: int, hit: Hit, documents: Documents) -> str:
    """The card of a case that was found but holds no answer; it has no number and no highlighted quote."""
    document = documents(hit.case)
    return (
        f'<article class="card near" id="h-{turn}-{hit.rank}" tabindex="-1">'
        f"<h4>{html.escape(hit.case.title)}</h4>{_facts(hit.case)}{_origin(document, hit.case, hit.case.lines)}"
        f"{_whole(document, hit.case, ())}</article>"
    )


def _facts(case: Case) -> str:
    facts = [fact for fact in (case.region, case.department, case.period) if fact]
    return f'<p class="facts">{html.escape(" · ".join(dict.fromkeys(facts)))}</p>' if facts else ""


def _origin(document: Document, case: Case, lines: tuple[int, int]) -> str:
    names = [name for name in (document.title, document.name) if name and name != case.title]
    where = place(lines, document.unit)
    return f'<p class="origin">{html.escape("，".join(dict.fromkeys(names)))}，{where}</p>'


def _whole(document: Document, case: Case, quotes: Sequence[Span]) -> str:
    if gone(document):
        return '<p class="aged">现在的案例库里没有这个案例了，这里只有回答当时的引文。</p>'
    text = marked(document.text, case.span, quotes)
    where = f"~{quotes[0].start}-{quotes[0].end}" if quotes else ""
    link = f'<a class="case" href="#case-{html.escape(quoted_address(case.id, safe=""))}{where}">在案例页打开</a>'
    return f'{link}<details class="whole"><summary>查看全文</summary><div class="text">{text}</div></details>'


def by_number(citations: Sequence[Citation]) -> list[list[Citation]]:
    """Citations of the same mark and case together, in order of their numbers."""
    ordered = sorted(citations, key=lambda citation: citation.number)
    return [list(group) for _, group in groupby(ordered, key=lambda c: (c.number, c.case.id))]


def copy_text(answer: Answer, documents: Documents) -> str:
    """The answer with its sources as plain text, ready to be pasted into a report."""
    lines = [plain(with_tabs(answer.text))]
    for group in by_number(answer.citations):
        first, document = group[0], documents(group[0].case)
        where = place((group[0].lines[0], group[-1].lines[1]), document.unit)
        if len(lines) == 1:
            lines += ["", "来源："]
        lines.append(f"[{first.number}] {first.case.title}（{document.name}，{where}）")
    return "\n".join(lines)


def answer_sources(turn: int, answer: Answer, documents: Documents) -> str:
    """All cards of one answer; of a refusal the nearest cases; "" where the question was none for these cases."""
    if answer.reason == "out_of_scope":
        return ""
    cards = [card(turn, group, documents) for group in by_number(answer.citations)]
    kind = f"{len(cards)} 条来源"
    if answer.refused:
        cited = {case.id for case in answer.cited_cases}
        near = [hit for hit in answer.hits[:NEAREST] if hit.case.id not in cited]
        cards += [hit_card(turn, hit, documents) for hit in near]
        kind = (
            "供核对的原文和相近的案例"
            if cited
            else "最接近的案例，没有直接依据"
            if cards
            else "没有相近的案例"
        )
    copied = html.escape(copy_text(answer, documents)).replace("\n", "&#10;")
    return (
        f'<details class="turn" id="t-{turn}" data-copy="{copied}" data-form="{html.escape(form(answer))}">'
        f'<summary><span class="asked">{html.escape(answer.question)}</span>'
        f'<span class="kind">{kind}</span></summary>{"".join(cards)}</details>'
    )


def panel(turns: Sequence[str]) -> str:
    """The source panel: the latest answer's sources open on top, those of earlier answers folded below."""
    if not turns:
        return '<p class="empty">提问后，这里逐条列出答案的出处：案例、文件、行号和原文。</p>'
    latest = turns[-1].replace("<details", "<details open", 1)
    earlier = list(reversed(turns[:-1]))
    heading = ['<h3 class="earlier">之前回答的来源</h3>'] if earlier else []
    return "".join(['<a class="back" href="#chat">↑ 回到回答</a>', latest, *heading, *earlier])
