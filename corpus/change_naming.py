"""Which matter a finding belongs to: looked for in its clause, its sentence, the sentence before, the heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.change_marks import Finding
from corpus.change_matters import named, named_behind, of_heading, own_words, plain_subject, subject, trimmed
from corpus.numerals import fold_figures
from corpus.types import Case

_LONGEST_CLAUSE = 200  # characters; five real compilations have none of 140
_CLAUSES_BACK = 8  # of a sentence; what stands further up is about something else
_SHORT_LEFT = 8  # characters before a slogan that hold no matter of their own (让企业“零跑腿”)
_RATE = re.compile(r"(?:率|度|比例|占比|比重)$")  # is about itself alone, not about what follows


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence with what stands before it: where it starts in the document, the sentence before, the heading."""

    text: str
    start: int
    previous: str
    heading: str
    is_heading: bool


@dataclass(slots=True)
class Context:
    """What has been read of a case so far and helps to name the matter of what comes next.

    Attributes:
        headed: matters that the heading above gives to figures which the text below repeats.
        sentence: the text of the sentence last read, `matter` what its last row is about, `end` where that ended.
    """

    case: Case
    headed: dict[tuple[str, ...], str]
    sentence: str = ""
    matter: str = ""
    end: int = 0


def name_matter(
    place: Place, finding: Finding, context: Context, figures: tuple[str, ...]
) -> tuple[str, int] | None:
    """The matter of a finding and where the clause begins that names it, None where there is none.

    Args:
        place: the sentence of the finding.
        finding: what was read.
        context: what was read before it.
        figures: the finding's aspect and values, as the heading above may state them too.
    """
    clause = clause_start(place.text, finding.start)
    if finding.slogan:
        found = _slogan_matter(place, finding, clause, context)
    else:
        found = _own_matter(place, finding, clause, context) or _other_matter(
            place, finding, context, figures
        )
    return (_without_region(found[0], context.case.region), found[1]) if found else None


def _without_region(matter: str, region: str) -> str:
    """`matter` without the case's own place before it (the whole region, or its district alone)."""
    for start in range(len(region) - 1):
        rest = matter.removeprefix(region[start:])
        if (start == 0 or region[start - 1] in "省市州区县旗盟") and rest != matter and len(rest) >= 2:
            return rest.lstrip("的、")
    return matter


def figures_of(aspect: str, values: Sequence[str]) -> tuple[str, ...]:
    """Aspect and values for comparing rows: “10个工作日” and “10个工作日内” state the same limit."""
    return (aspect, *(re.sub(r"[以之]?内$", "", fold_figures(value)) for value in values))


def _own_matter(place: Place, finding: Finding, clause: int, context: Context) -> tuple[str, int] | None:
    """The matter that stands in the wording or before it in its clause, and where that clause begins."""
    if finding.topic is not None and (held := trimmed(finding.topic.of(place.text))):
        return held, clause
    left = place.text[clause : finding.start]
    if context.sentence == place.text and context.end > clause and not finding.turn[0]:
        # A member of an enumeration: what stands before the last one's figures is not about this one.
        left = place.text[context.end : finding.start].partition("、")[2]
    if found := subject(left):
        return _own_part(found, finding), clause
    return None


def _other_matter(
    place: Place, finding: Finding, context: Context, figures: tuple[str, ...]
) -> tuple[str, int] | None:
    """The matter where the clause names none before its figures: behind them, further up, or in the heading."""
    text, clause = place.text, clause_start(place.text, finding.start)
    same_sentence = context.sentence == text
    passed_on = "" if _RATE.search(context.matter) else context.matter
    if same_sentence and context.end > clause and passed_on:
        return passed_on, clause
    if found := context.headed.get(figures) or named(text[clause : finding.start]):
        return found, clause
    if behind := named_behind(text[finding.end : clause_end(text, finding.end)]):
        return behind, clause
    if earlier := _earlier_matter(text, clause, context.end if same_sentence else 0):
        return earlier
    if place.is_heading:
        return None
    again = same_sentence or context.sentence == place.previous
    candidates = (
        passed_on if again and (same_sentence or named(passed_on)) else "",
        named(place.previous),
        of_heading(place.heading),
        of_heading(context.case.title),
        plain_subject(text[clause : finding.start]),
        finding.topic.of(text) if finding.topic else "",
        own_words(place.heading),
    )
    return next(((one, clause) for one in candidates if one), None)


def _earlier_matter(text: str, clause: int, first: int = 0) -> tuple[str, int] | None:
    """The matter that a clause of the sentence between `first` and `clause` names, the nearest first."""
    end = clause
    for _ in range(_CLAUSES_BACK):
        if end <= first:
            break
        begin = clause_start(text, end - 1)
        if found := named(text[begin:end]):
            return found, begin
        end = begin
    return None


def _slogan_matter(place: Place, finding: Finding, clause: int, context: Context) -> tuple[str, int] | None:
    """What a slogan belongs to; one in the middle of a list of slogans belongs to none."""
    left = place.text[clause : finding.start]
    if re.search(r"[、”]“?$", left):
        listed = (
            context.sentence == place.text and context.end > clause and finding.aspect in {"papers", "steps"}
        )
        return (context.matter, clause) if listed else None
    own = subject(left)
    if found := own if named(own) else named(left):
        return found, clause
    if len(left) > _SHORT_LEFT:
        return None
    return _earlier_matter(place.text, clause, clause_start(place.text, clause - 1))


def _own_part(matter: str, finding: Finding) -> str:
    """Of “A、B分别” the part that belongs to the finding's turn, where the numbers agree."""
    turn, turns = finding.turn
    parts = re.split(r"[、和及与]", matter)
    return parts[turn] if turns > 1 and len(parts) == turns and len(parts[turn]) >= 2 else matter


def clause_start(text: str, position: int) -> int:
    """Where the clause begins that holds the character before `position`, at most `_LONGEST_CLAUSE` before it."""
    first = max(0, position - _LONGEST_CLAUSE)
    return max(first, *(text.rfind(mark, first, position) + 1 for mark in "，。；：！？"))


def clause_end(text: str, position: int) -> int:
    """Where the clause ends that holds the character at `position`, at most `_LONGEST_CLAUSE` behind it."""
    found = re.compile(r"[，。；！？]").search(text, position, position + _LONGEST_CLAUSE)
    return found.start() if found else min(len(text.rstrip("。；;")), position + _LONGEST_CLAUSE)
