"""Cases of a document cut by hand: renamed, split, merged; a case that no hand touched stays the very same case.

A cutting by hand is the sequence of its pieces, in order of the text. The verbs take and give pieces; `recut` makes
cases of them. A reader that changes leaves the pieces valid as long as the cleaned text is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.errors import InputError
from corpus.normalise import bare, tidy_spaces
from corpus.stated import department_in, period_in, region_in, topics_in
from corpus.types import Case, Document, Span

LONGEST_TITLE = 120
_LONGEST_OWN = 60  # characters of a paragraph that may serve as the title of what is split off
_OPENING = 30


@dataclass(frozen=True, slots=True)
class Piece:
    """One case as a hand cut it: its characters of the document's text and what it is called."""

    span: Span
    title: str


def pieces_of(cases: Sequence[Case]) -> tuple[Piece, ...]:
    """The pieces that `cases` are."""
    return tuple(Piece(case.span, case.title) for case in cases)


def paragraphs_of(document: Document, span: Span) -> tuple[Span, ...]:
    """The paragraphs of `document` inside `span`, in order; each may be the start of a case."""
    found, start = [], span.start
    for text in span.of(document.text).split("\n"):
        if text.strip():
            found.append(Span(start, start + len(text)))
        start += len(text) + 1
    return tuple(found)


def renamed(pieces: Sequence[Piece], number: int, title: str) -> tuple[Piece, ...]:
    """`pieces` with another title for the piece of `number` (from 1).

    Raises:
        InputError: if there is no such piece, or the title is empty or longer than `LONGEST_TITLE` characters.
    """
    shown = tidy_spaces(title.replace("\n", " "))
    if not shown:
        raise InputError("案例标题是空的", hint="请写上标题")
    if len(shown) > LONGEST_TITLE:
        raise InputError(f"案例标题超过 {LONGEST_TITLE} 个字", hint="请写短一些")
    old = _piece(pieces, number)
    return (*pieces[: number - 1], Piece(old.span, shown), *pieces[number:])


def split_at(document: Document, pieces: Sequence[Piece], number: int, start: int) -> tuple[Piece, ...]:
    """`pieces` with the piece of `number` (from 1) ended before the paragraph at `start`, where a new one begins.

    Raises:
        InputError: if there is no such piece, or no later paragraph of it begins at `start`.
    """
    old = _piece(pieces, number)
    paragraphs = paragraphs_of(document, old.span)
    before = [one for one in paragraphs if one.start < start]
    if not before or start not in {one.start for one in paragraphs}:
        raise InputError("不能从这里拆开", hint="请选择案例中间某一段的开头")
    first = Span(old.span.start, before[-1].end)
    second = Span(start, old.span.end)
    return (
        *pieces[: number - 1],
        Piece(first, old.title),
        Piece(second, _title_at(document, second)),
        *pieces[number:],
    )


def merged(pieces: Sequence[Piece], number: int) -> tuple[Piece, ...]:
    """`pieces` with the piece of `number` (from 2) made part of the one before, whose title stays.

    Raises:
        InputError: if there is no such piece or none before it.
    """
    this = _piece(pieces, number)
    if number == 1:
        raise InputError("第一个案例前面没有案例", hint="请在第二个案例上合并")
    before = pieces[number - 2]
    joined = Piece(Span(before.span.start, this.span.end), before.title)
    return (*pieces[: number - 2], joined, *pieces[number:])


def recut(document: Document, pieces: Sequence[Piece], automatic: Sequence[Case]) -> tuple[Case, ...]:
    """Cases for `pieces`.

    Args:
        document: where all are cut from.
        pieces: in order of the text.
        automatic: the cases as found without a hand. A piece that is one of them becomes that case, id and all.
    """
    known = {(case.span, case.title): case for case in automatic}
    stated = {case.span: case for case in automatic}
    return tuple(
        replace(known[piece.span, piece.title], number=number)
        if (piece.span, piece.title) in known
        else _case(document, piece, number, stated.get(piece.span))
        for number, piece in enumerate(pieces, 1)
    )


def by_hand(cases: Sequence[Case], automatic: Sequence[Case]) -> tuple[int, ...]:
    """Numbers of the `cases` that are none of the `automatic` ones."""
    untouched = {(case.span, case.title) for case in automatic}
    return tuple(case.number for case in cases if (case.span, case.title) not in untouched)


def _piece(pieces: Sequence[Piece], number: int) -> Piece:
    if not 1 <= number <= len(pieces):
        raise InputError(f"没有第 {number} 个案例", hint="请刷新网页后再试")
    return pieces[number - 1]


def _title_at(document: Document, span: Span) -> str:
    """What to call a piece: its first paragraph where that is short, else its opening words."""
    first = paragraphs_of(document, span)[0].of(document.text).strip()
    return first if len(first) <= _LONGEST_OWN else first[:_OPENING] + "…"


def _case(document: Document, piece: Piece, number: int, same_span: Case | None) -> Case:
    text = piece.span.of(document.text)
    titled = text.split("\n", 1)[0] == piece.title
    body = text[len(piece.title) :] if titled else text
    # The same words decide as in corpus.cutting, so that a piece cut alike anywhere has the same id.
    identity = f"{document.title}\0{piece.title}\0{bare(body)[:400]}"
    identifier = hashlib.sha256(identity.encode()).hexdigest()[:12]
    if same_span is not None:
        region = region_in(piece.title, "") or same_span.region
        return replace(same_span, id=identifier, number=number, title=piece.title, region=region)
    return Case(
        id=identifier,
        document_id=document.id,
        number=number,
        title=piece.title,
        span=piece.span,
        lines=document.lines_of(piece.span),
        text=text,
        document_title=document.title,
        source=document.name,
        region=region_in(piece.title, body),
        department=department_in(piece.title, body),
        period=period_in(body),
        topics=topics_in(piece.title, body),
    )
