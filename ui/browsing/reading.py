"""One whole case, as it is read: paragraphs with the places they have in the source, headings, its changes."""

from __future__ import annotations

import html
from collections.abc import Iterator

from corpus.changes import Change
from corpus.chunking import is_heading
from corpus.types import Case, Document, Span
from rag.changes import ASPECT_NAMES, COMPUTED, computed_delta
from ui.browsing.catalogue import Catalogue
from ui.browsing.desk import Told
from ui.browsing.markup import case_link, copies, facts, origin, topics
from ui.browsing.requests import CaseRequest
from ui.sources import UNITS, marked, place

GONE = "这个案例已经不在案例库里了，可能材料换过了。请在左边的列表里重新找。"


def opened(catalogue: Catalogue, wanted: CaseRequest) -> Told:
    """What the page shows of a case: "case" (HTML), or "fault" where it is not there (any more)."""
    case = catalogue.cases.get(wanted.case_id)
    if case is None:
        return {"fault": GONE}
    return {"case": whole(catalogue, case, wanted.quote)}


def whole(catalogue: Catalogue, case: Case, quote: Span | None = None) -> str:
    """HTML of a case; `quote`, which counts characters of its document, is marked."""
    document = catalogue.documents[case.document_id]
    quotes = (quote,) if quote and case.span.contains(quote) else ()
    return (
        f'<article class="whole-case" data-case="{html.escape(case.id)}" tabindex="-1" aria-label="{html.escape(case.title)}">'
        f"<h2>{html.escape(case.title)}</h2>{facts(case)}{origin(document, case.lines)}{topics(case)}"
        f"{_actions(case, document)}{_copies(catalogue, case)}{_changes(catalogue, case)}"
        f'<div class="text">{"".join(_paragraphs(case, document, quotes))}</div>'
        f'<p class="hint">左边的数字是{UNITS[document.unit]}号，指原文件里的位置。</p></article>'
    )


def question_about(case: Case) -> str:
    """A question that asks for this case."""
    region = "" if case.region in case.title else case.region
    return f"{region}“{case.title}”这个案例具体怎么做的？"


def copy_text(case: Case, document: Document) -> str:
    """The case as plain text with its source, ready to be pasted into a report."""
    source = f"来源：{case.title}（{document.name}，{place(case.lines, document.unit)}）"
    return f"{case.text}\n\n{source}"


def _actions(case: Case, document: Document) -> str:
    copied = html.escape(copy_text(case, document)).replace("\n", "&#10;")
    return (
        f'<p class="actions"><button type="button" data-ask="{html.escape(question_about(case))}">就这个案例提问</button>'
        f'<button type="button" data-copied="{copied}">复制全文和出处</button></p>'
    )


def _copies(catalogue: Catalogue, case: Case) -> str:
    others = [catalogue.cases[name] for name in (catalogue.copies or {}).get(case.id, ()) if name != case.id]
    return copies((other, catalogue.documents[other.document_id]) for other in others)


def _changes(catalogue: Catalogue, case: Case) -> str:
    changes = catalogue.changes.get(case.id, ())
    if not changes:
        return ""
    rows = "".join(_change(case, change) for change in changes)
    computed = any(computed_delta(change) for change in changes)
    note = f'<p class="hint">{COMPUTED}</p>' if computed else ""
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("事项", "方面", "原来", "现在", "变化"))
    return (
        f'<details class="changes" open><summary>写明的时限和数量（{len(changes)} 条）</summary>'
        '<div class="table" tabindex="0" role="region" aria-label="写明的时限和数量，可以左右滚动">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{note}</details>"
    )


def _change(case: Case, change: Change) -> str:
    delta = change.delta or (f"{computed}*" if (computed := computed_delta(change)) else "")
    link = case_link(case, change.span, text=change.matter)
    cells = (ASPECT_NAMES[change.aspect], change.before, change.after, delta)
    shown = "".join(f"<td>{html.escape(cell or '—')}</td>" for cell in cells)
    return f"<tr><td>{link}</td>{shown}</tr>"


def _paragraphs(case: Case, document: Document, quotes: tuple[Span, ...]) -> Iterator[str]:
    """One element a paragraph; the title, which stands above, is left out."""
    position = case.span.start
    for number, line in enumerate(case.text.split("\n")):
        span = Span(position, position + len(line))
        position += len(line) + 1
        if not line.strip() or (number == 0 and line == case.title):
            continue
        tag = "h3" if is_heading(line) else "p"
        first, last = document.lines_of(span)
        lines = str(first) if first == last else f"{first}–{last}"
        yield (
            f'<div class="paragraph"><span class="at" aria-hidden="true">{lines}</span>'
            f"<{tag}>{marked(document.text, span, quotes)}</{tag}></div>"
        )
