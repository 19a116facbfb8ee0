"""Chunks: whole sentences of one section, short enough, every sentence of the case once."""

from __future__ import annotations

import itertools
import pathlib

import pytest
from compilations import cut_lines, cut_path, paragraph, squeezed, title
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.chunking import LONGEST, TARGET, is_heading, split_chunks
from corpus.sentences import split_sentences
from corpus.types import Case, Span

TITLE = "青岭县：一次办好提速增效"
BEFORE = "封面\n"

prose = st.lists(st.integers(1, 170), min_size=1, max_size=9).map(
    lambda lengths: "".join("办理" * (length // 2) + "快。" for length in lengths)
)
sections = st.lists(st.tuples(st.booleans(), st.lists(prose, min_size=1, max_size=4)), min_size=1, max_size=5)


def case_of(lines: list[str]) -> Case:
    text = "\n".join(lines)
    span = Span(len(BEFORE), len(BEFORE) + len(text))
    return Case("c", "d", 1, TITLE, span, (2, 2), text, "汇编", "汇编.txt")


@settings(deadline=None)
@given(sections)
def test_chunks_are_whole_sentences_and_cover_the_case_once(parts: list[tuple[bool, list[str]]]) -> None:
    lines, headings = [TITLE], {""}
    for number, (headed, paragraphs) in enumerate(parts):
        if headed:
            headings.add(f"第{number}项改革")
            lines.append(f"第{number}项改革")
        lines += paragraphs
    case = case_of(lines)
    chunks = split_chunks(case)
    expected = [
        span.of(case.text) for _, paragraphs in parts for one in paragraphs for span in split_sentences(one)
    ]
    found = [split_sentences(chunk.text_in(case)) for chunk in chunks]
    assert [
        span.of(chunk.text_in(case)) for chunk, spans in zip(chunks, found, strict=True) for span in spans
    ] == [span.of(one) for _, group in parts for one in group for span in split_sentences(one)]
    assert len(expected) == sum(map(len, found))
    for chunk, spans in zip(chunks, found, strict=True):
        text = chunk.text_in(case)
        assert case.span.contains(chunk.span)
        assert text == text.strip()
        assert len(spans) == 1 or len(squeezed(text)) <= LONGEST
        assert not any(line in headings or line == TITLE for line in text.split("\n"))
        assert chunk.heading in headings
    assert [chunk.number for chunk in chunks] == list(range(1, len(chunks) + 1))
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    assert all(one.span.end <= two.span.start for one, two in itertools.pairwise(chunks))


def test_a_chunk_carries_the_heading_above_it() -> None:
    lines = [TITLE, paragraph(1), "材料减半", paragraph(2), "送照上门", paragraph(3)]
    case = case_of(lines)
    assert [(chunk.heading, chunk.text_in(case)) for chunk in split_chunks(case)] == [
        ("", paragraph(1)),
        ("材料减半", paragraph(2)),
        ("送照上门", paragraph(3)),
    ]


def test_a_long_paragraph_makes_several_chunks_of_a_reasonable_length() -> None:
    case = case_of([TITLE, paragraph(1, sentences=40)])
    lengths = [len(chunk.span) for chunk in split_chunks(case)]
    assert len(lengths) >= 5
    assert all(TARGET / 2 <= length <= LONGEST for length in lengths[:-1])


def test_a_sentence_longer_than_the_limit_stays_whole() -> None:
    long = "办理" * LONGEST + "。"
    case = case_of([TITLE, "甲。", long, "乙。"])
    assert long in [chunk.text_in(case) for chunk in split_chunks(case)]


def test_a_case_of_one_line_has_a_chunk() -> None:
    case = case_of([TITLE])
    assert [chunk.text_in(case) for chunk in split_chunks(case)] == [TITLE]


@pytest.mark.parametrize(
    "line", ["材料减半", "一、主要做法", "（二）窗口提速", "“零跑腿”更省心", "办结时限3天"]
)
def test_headings(line: str) -> None:
    assert is_heading(line)


@pytest.mark.parametrize(
    "line", ["快", "材料减半。", "主要做法如下：", "事项 | 时限 |", "办" * 40, "先减材料；再减环节"]
)
def test_lines_that_are_no_headings(line: str) -> None:
    assert not is_heading(line)


def test_chunks_of_one_case_hold_nothing_of_another() -> None:
    lines = ["目录", *(f"{title(number)}\t{number}" for number in range(3)), ""]
    for number in range(3):
        lines += ["", title(number), paragraph(number), paragraph(number + 30)]
    cases = cut_lines(lines).cutting.cases
    assert len(cases) == 3
    for number, case in enumerate(cases):
        text = "".join(chunk.text_in(case) for chunk in split_chunks(case))
        assert squeezed(text) == paragraph(number) + paragraph(number + 30)


def test_real_cases_lose_nothing_but_title_and_headings(seeds: pathlib.Path) -> None:
    for path in sorted(seeds.glob("*.txt")):
        cut = cut_path(path)
        for case in cut.cutting.cases:
            chunks = split_chunks(case)
            starts = [span.start for span in split_sentences(case.text, offset=case.span.start)]
            assert chunks
            assert all(chunk.span.start in starts for chunk in chunks)
            covered = squeezed("".join(chunk.text_in(case) for chunk in chunks))
            running = [line for line in case.text.split("\n") if not is_heading(line)]
            assert all(squeezed(line) in covered for line in running if line != case.title)
            for chunk in chunks:
                text = chunk.text_in(case)
                assert len(squeezed(text)) <= LONGEST or len(split_sentences(text)) == 1
