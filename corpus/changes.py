"""Changes and limits of time, steps, papers, trips and shares that a case states, read from its prose by rules.

Every figure of a row stands in the row's quote. Nothing is computed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus import change_limits, change_rules, change_scopes
from corpus.change_marks import Aspect, Finding, mark
from corpus.change_naming import Context, Place, clause_end, clause_start, figures_of, name_matter
from corpus.chunking import is_heading
from corpus.sentences import split_sentences
from corpus.types import Case, Document, Span

_LONGEST_QUOTE = 120  # characters; only a single clause may be longer
_LONGEST_SENTENCE = 1200  # characters
_LONGEST_PAIR = 200  # characters of two sentences that may tell one change
_FORMER, _NOW = re.compile(change_rules.FORMER), re.compile(change_rules.NOW)
_WHEN = re.compile(r"[^，。；]{0,8}(?:年|月|日|季度|以来|目前|至今)[^，。；]{0,6}，")
# Chinese prose with the commas of another keyboard; a comma or colon inside a figure stays.
_HALF_WIDTH = re.compile(r"(?<!\d)[,;:]|[,;:](?!\d)")
_WIDE = {",": "，", ";": "；", ":": "："}
_RULES = (
    change_scopes.turns,
    change_limits.within_reach,
    change_rules.after_and_cut,
    change_rules.from_to,
    change_rules.formerly_now,
    change_scopes.cut_rates,
    change_scopes.rates,
    change_scopes.part_of_services,
    change_rules.only_to,
    change_scopes.spared,
    change_rules.cut_by,
    change_scopes.few,
    change_limits.done_within,
    change_limits.takes,
    change_limits.listed,
    change_scopes.slogans,
)


@dataclass(frozen=True, slots=True)
class Change:
    """One stated change or limit.

    Attributes:
        case_id: the case that states it.
        matter: what is done faster or with less, as written, shortened at its ends; at most 24 characters.
        aspect: time, steps, papers, trips or share.
        before, after, delta: as written with their units, "" where the text does not state them.
        span: the clause or sentence to quote, in the document's text; stands in the raw file in one piece and
            holds every figure of the row.
    """

    case_id: str
    matter: str
    aspect: Aspect
    before: str
    after: str
    delta: str
    span: Span


def find_changes(
    case: Case, document: Document, *, patience: Callable[[], None] | None = None
) -> tuple[Change, ...]:
    """Every change or limit that a case states, in order of the text, each once.

    Args:
        case: of `document`.
        document: where it stands.
        patience: called before each sentence; what it raises ends the search.
    """
    found: dict[tuple[str, ...], Change] = {}
    context = Context(case, {})
    for place in _places(case):
        if patience:
            patience()
        if place.is_heading:
            context.headed = {}
        for finding in _findings(place.text):
            if change := _change(document, place, finding, context):
                figures = figures_of(change.aspect, (change.before, change.after, change.delta))
                found.setdefault((*figures, change.matter), change)
    return tuple(found.values())


def _findings(text: str) -> list[Finding]:
    sentence = mark(text)
    findings: list[Finding] = []
    used: set[int] = set()
    for rule in _RULES:
        for finding, figures in rule(sentence):
            if not used.intersection(figures):
                used.update(figures)
                findings.append(finding)
    return sorted(findings, key=lambda one: (one.start, one.end))


def _places(case: Case) -> Iterator[Place]:
    """Sentences and headings below the title; a “formerly” and the “now” of the next sentence are one."""
    position, heading = case.span.start, case.title
    for number, line in enumerate(case.text.split("\n")):
        titled = number == 0 and line == case.title
        headlike = is_heading(line) and not titled
        previous = ""
        sentences = [] if titled else [part for one in split_sentences(line) for part in _portions(one)]
        for span in _joined(line, sentences):
            text = _HALF_WIDTH.sub(lambda found: _WIDE[found[0]], span.of(line))
            yield Place(text, position + span.start, previous, heading, headlike)
            previous = text
        heading = line if headlike else heading
        position += len(line) + 1


def _portions(sentence: Span) -> Iterator[Span]:
    """A sentence; in portions where it is endless (a list without a full stop), so that reading stays linear."""
    for start in range(sentence.start, sentence.end, _LONGEST_SENTENCE):
        yield Span(start, min(start + _LONGEST_SENTENCE, sentence.end))


def _joined(line: str, sentences: Sequence[Span]) -> Iterator[Span]:
    waiting: Span | None = None
    for span in sentences:
        if waiting is not None and _NOW.search(span.of(line)) and span.end - waiting.start <= _LONGEST_PAIR:
            yield Span(waiting.start, span.end)
            waiting = None
            continue
        if waiting is not None:
            yield waiting
        waiting = span if _FORMER.search(span.of(line)) else None
        if waiting is None:
            yield span
    if waiting is not None:
        yield waiting


def _change(document: Document, place: Place, finding: Finding, context: Context) -> Change | None:
    values = [one.of(place.text) if one else "" for one in (finding.before, finding.after, finding.delta)]
    figures = figures_of(finding.aspect, values)
    found = name_matter(place, finding, context, figures)
    if found is None or (span := _quote(document, place, finding, found[1])) is None:
        return None
    matter = found[0]
    if place.is_heading:
        context.headed[figures] = matter
    context.sentence, context.matter, context.end = place.text, matter, finding.end
    before, after, delta = values
    return Change(context.case.id, matter, finding.aspect, before, after, delta, span)


def _with_date(text: str, start: int) -> int:
    """Where a quote begins that takes in the clause before `start` if that says when (2022年以来，)."""
    before = clause_start(text, start - 1) if start else 0
    return before if _WHEN.fullmatch(text[before:start]) else start


def _quote(document: Document, place: Place, finding: Finding, start: int) -> Span | None:
    """The whole sentence if short, else the clauses from the matter to the figures, else those of the figures."""
    text = place.text
    start = _with_date(text, start)
    end = max(clause_end(text, finding.end), finding.end)
    whole = Span(0, max(len(text.rstrip("。；;")), finding.end))
    choices = [whole, Span(start, end), Span(clause_start(text, finding.start), end)]
    span = next((one for one in choices if len(one) <= _LONGEST_QUOTE), choices[-1])
    needed = Span(place.start + finding.start, place.start + finding.end)
    quoted = Span(place.start + span.start, place.start + span.end)
    return next((piece for piece in document.verbatim(quoted) if piece.contains(needed)), None)
