"""Spans and documents keep what they promise."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.types import Case, Chunk, Document, Span, TextLine

spans = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: Span(min(pair), max(pair)))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = draw(st.text("甲乙丙丁\n", min_size=1, max_size=60))
    starts = sorted({0, *draw(st.sets(st.integers(0, len(text) - 1)))})
    numbers = draw(st.lists(st.integers(1, 3), min_size=len(starts), max_size=len(starts)))
    line_map = tuple(map(TextLine, starts, itertools.accumulate(numbers)))
    cuts = tuple(sorted(draw(st.sets(st.integers(0, len(text))))))
    return Document("1", "标题", "甲/乙.txt", text, "", line_map, cuts)


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (3, 2), (-2, -1)])
def test_a_span_refuses_what_is_none(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)


@given(st.text(max_size=40), st.data())
def test_a_span_is_the_slice(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    before, after = text[: span.start], text[span.end :]
    assert before + span.of(text) + after == text
    assert len(span) == len(span.of(text))


@given(spans, spans)
def test_containing_is_having_every_character(outer: Span, inner: Span) -> None:
    characters = set(range(inner.start, inner.end))
    if characters:
        assert outer.contains(inner) == (characters <= set(range(outer.start, outer.end)))
    assert outer.contains(outer)


@given(documents(), st.data())
def test_lines_are_those_of_the_first_and_last_character(document: Document, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))

    def line(offset: int) -> int:
        return max(piece.number for piece in document.line_map if piece.start <= offset)

    assert document.lines_of(Span(start, end)) == (line(start), line(end - 1))
    assert document.lines_of(Span(start, start)) == (line(start), line(start))


@given(documents(), st.data())
def test_verbatim_parts_make_up_the_span_and_no_cut_lies_inside_one(
    document: Document, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(document.text)))
    span = Span(start, data.draw(st.integers(start, len(document.text))))
    parts = document.verbatim(span)
    assert "".join(part.of(document.text) for part in parts) == span.of(document.text)
    assert not any(part.start < cut < part.end for part in parts for cut in document.cuts)
    assert len(parts) == 1 + sum(span.start < cut < span.end for cut in document.cuts)


def test_a_document_is_named_without_its_folder() -> None:
    assert Document("1", "标题", "资料/二季度/汇编.docx", "", "", ()).name == "汇编.docx"
    assert Document("1", "标题", "汇编.docx", "", "", ()).name == "汇编.docx"


def test_a_document_without_text_stands_on_line_one() -> None:
    assert Document("1", "标题", "空.txt", "", "", ()).lines_of(Span(0, 0)) == (1, 1)


def test_a_chunk_counts_in_the_document_and_slices_its_case() -> None:
    text = "封面\n甲县做法\n办理提速。材料减半。"
    span = Span(3, len(text))
    case = Case("c", "d", 1, "甲县做法", span, (2, 3), span.of(text), "汇编", "汇编.txt")
    start = text.index("材料")
    chunk = Chunk("c-1", "c", 1, "", Span(start, len(text)))
    assert chunk.text_in(case) == chunk.span.of(text) == "材料减半。"


def test_values_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Span(1, 2).start = 0  # type: ignore[misc]
