"""Text made to keep a program busy is cut in time that grows with its length, and an odd file costs only itself."""

from __future__ import annotations

import contextlib
import pathlib
import signal
from collections.abc import Callable, Iterator

import pytest
from change_cases import case_of
from compilations import case_lines, cut_bytes, cut_lines, paragraph
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus import junk
from corpus.changes import find_changes
from corpus.contents import Contents, _match_exactly, match_entries
from corpus.errors import UnreadableFileError
from corpus.joining import _mark_offsets
from corpus.normalise import tidy_spaces
from corpus.places import counties_in
from corpus.reading import read_raw
from corpus.sentences import split_sentences
from corpus.types import RawFile
from rag.readings import cut_file

NAME = pathlib.Path("汇编.txt")
POSIX = pytest.mark.skipif(not hasattr(signal, "SIGPROF"), reason="no such signal on Windows")


@contextlib.contextmanager
def ended_within(seconds: int) -> Iterator[None]:
    """Ends what would go on for minutes or hours; what is tested here takes about a second."""

    def give_up(*_: object) -> None:
        raise AssertionError("no end in sight")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(
        signal.ITIMER_PROF, seconds
    )  # of the processor: the machine may be busy with other things
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def listed(count: int, entry: str, body: str) -> str:
    """A contents of `count` entries and a body of as many lines."""
    entries = "\n".join(f"{entry.format(at)}......{at % 9999}" for at in range(count))
    return f"目录\n{entries}\n{'正文' * 60}。\n" + "\n".join(body.format(at) for at in range(count))


CUT: dict[str, str] = {
    "marks": "##paid" * 60_000,
    "marks between words": "甲##paid##" * 40_000,
    "a long contents": listed(10_000, "某县做法{}", "某县做法{}"),
    "a contents of one title": listed(10_000, "某县做法", "某县做法"),
    "a contents without pages": "目录\n甲乙......1\n"
    + "某县做法7\n" * 16_000
    + "丙丁......9999\n"
    + "正文" * 60,
    "spaces before an entry": "目录\n" + " " * 40_000 + "甲x\n" + "正文" * 60,
}


def find_changes_in(text: str) -> object:
    return find_changes(*case_of(text))


@POSIX
@pytest.mark.parametrize("text", CUT.values(), ids=CUT.keys())
def test_a_text_of_one_kind_is_cut(text: str) -> None:
    with ended_within(20):
        cutting = cut_bytes(text.encode()).cutting
    assert cutting.cases or cutting.leftovers


@POSIX
@pytest.mark.parametrize(
    ("search", "text"),
    [
        (counties_in, "县" * 100_000),
        (counties_in, "甲乙县" * 40_000),
        (split_sentences, "“”" * 900_000),
        (find_changes_in, "零跑" * 1500),
        (find_changes_in, "即到即办" * 3000),
    ],
)
def test_a_text_of_one_kind_is_searched(search: Callable[[str], object], text: str) -> None:
    with ended_within(20):
        search(text)


def test_changes_that_take_too_long_are_told() -> None:
    text = "\n".join([*case_lines(1), *case_lines(2)]).encode()
    assert cut_file(NAME, NAME.name, text, read_raw).changes
    with pytest.raises(UnreadableFileError, match="0 秒") as caught:
        cut_file(NAME, NAME.name, text, read_raw, seconds=0.0)
    assert caught.value.hint


def test_a_file_that_no_rule_foresaw_costs_only_itself() -> None:
    def broken(path: pathlib.Path, data: bytes) -> RawFile:
        raw = read_raw(path, data)
        return RawFile((*raw.lines, None))  # type: ignore[arg-type]

    with pytest.raises(UnreadableFileError, match="格式异常") as caught:
        cut_file(NAME, NAME.name, b"text", broken)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("gap", ["\u3000", "\u3000…………", "\t. ", " (", "— —", "\u2003"])
def test_a_page_number_may_stand_behind_any_space(gap: str) -> None:
    close = ")" if "(" in gap else ""
    lines = ["目录", *(f"{case_lines(at)[0]}{gap}{at}{close}" for at in (1, 2, 3)), ""]
    cut = cut_lines([*lines, *case_lines(1), *case_lines(2), *case_lines(3)])
    assert cut.titles == [case_lines(at)[0] for at in (1, 2, 3)]


@given(st.text("# \u3000ab甲1\t", max_size=40))
@example("甲 ##ab## ##ab##1")
@example(" \u3000##ab##甲 a##ab##")
def test_marks_stand_where_the_text_before_them_ends(line: str) -> None:
    before = [line[: mark.start()] for mark in junk.MARK.finditer(line)]
    assert _mark_offsets(line) == [len(tidy_spaces(junk.MARK.sub("", text))) for text in before]


TITLES = st.sampled_from(["青岭县企业开办", "白沙镇招牌备案", "松江口区用电报装", "南浦区人才落户", ""])


@given(st.lists(TITLES, max_size=8), st.lists(TITLES, max_size=8))
def test_titles_of_a_long_contents_are_matched_as_those_of_a_short_one(
    lines: list[str], entries: list[str]
) -> None:
    assert _match_exactly(lines, entries) == match_entries(lines, entries)
    contents = Contents(0, len(entries), tuple(entries))
    assert all(contents.lists(line, exactly=True) == contents.lists(line) for line in lines)


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(["。", "；", "“", "”", "（", "）", "？", "甲乙丙丁", "说", "，"]), max_size=60)
)
def test_sentences_leave_nothing_out(parts: list[str]) -> None:
    text = "".join(parts)
    spans = split_sentences(text)
    assert "".join(span.of(text) for span in spans) == text
    assert split_sentences(f"{text}\n{paragraph(1)}")[: len(spans)] == spans
