"""What the browser asks for, as checked values: whatever it sends is taken for a stranger's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpus.errors import InputError
from corpus.types import Span

LONGEST = 200  # characters of a filter
_FARTHEST = 1_000_000


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases, and which page of them.

    Attributes:
        words: free text; every word has to stand in the title or the text.
        chosen: (facet, value) pairs; see `ui.browsing.facets`.
        page: from 0.
    """

    words: str
    chosen: tuple[tuple[str, str], ...]
    page: int


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """Which case, and what of it to mark; `quote` counts characters of the document's text, None for nothing."""

    case_id: str
    quote: Span | None


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which rows of the before/after table, their order and which page of them.

    Attributes:
        matter, place, aspect: as for `rag.changes.filtered`.
        both: only rows that state what was and what is.
        column: sorted by, "" for the order of the cases.
        descending: the other way round.
        page: from 0.
    """

    matter: str
    place: str
    aspect: str
    both: bool
    column: str
    descending: bool
    page: int


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A question and how many cases to show, 1..50."""

    question: str
    limit: int


def case_filter(sent: Any, facets: tuple[str, ...]) -> CaseFilter:
    """What the form of the cases says; `facets` are the names it may choose from.

    Raises:
        InputError: where the words are too long.
    """
    form = _mapping(sent)
    chosen = tuple((name, value) for name in facets if (value := _text(form, name)))
    return CaseFilter(_text(form, "words").strip(), chosen, _number(form, "page"))


def case_request(sent: Any) -> CaseRequest:
    """Which case a link points at.

    Raises:
        InputError: where its name is too long.
    """
    form = _mapping(sent)
    start, end = _number(form, "start"), _number(form, "end")
    return CaseRequest(_text(form, "id"), Span(start, end) if start < end else None)


def change_filter(sent: Any) -> ChangeFilter:
    """What the form of the changes says.

    Raises:
        InputError: where a text is too long.
    """
    form = _mapping(sent)
    return ChangeFilter(
        matter=_text(form, "matter").strip(),
        place=_text(form, "place").strip(),
        aspect=_text(form, "aspect").strip(),
        both=bool(_text(form, "both")),
        column=_text(form, "column"),
        descending=form.get("descending") is True,
        page=_number(form, "page"),
    )


def search_request(sent: Any) -> SearchRequest:
    """What the form of the search says; how long a question may be is for the assistant to tell."""
    form = _mapping(sent)
    question = form.get("question")
    return SearchRequest(
        question if isinstance(question, str) else "", min(max(_number(form, "limit"), 1), 50)
    )


def _mapping(sent: Any) -> Mapping[str, Any]:
    return sent if isinstance(sent, Mapping) else {}


def _text(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name)
    text = value if isinstance(value, str) else ""
    if len(text) > LONGEST:
        raise InputError(
            f"条件太长（{len(text)} 字，最多 {LONGEST} 字）", hint="请只写几个关键词，例如：企业开办"
        )
    return text


def _number(form: Mapping[str, Any], name: str) -> int:
    """A whole number from 0, 0 for anything else."""
    value = form.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    return min(max(value, 0), _FARTHEST) if isinstance(value, int) and not isinstance(value, bool) else 0
