"""Bits that flip on the disk: told at the next opening, and no answer of what is open already changes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from collected import FIRST, SECOND, added, document_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import CorpusIndexError, UnreadableFileError
from rag import originals, store
from rag.build import open_assistant
from rag.collection import open_collection
from rag.settings import Settings

pytest_plugins = ("collection_folders",)

QUESTION = "清溪县企业开办几天？"


def flip(path: Path, bit: int) -> Callable[[], None]:
    """Flip one bit of a file; what flips it back."""
    data = path.read_bytes()
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    path.write_bytes(changed)
    return lambda: path.write_bytes(data) and None


def files(folder: Path) -> list[Path]:
    """Every file that an answer depends on."""
    return [folder / "CURRENT", *sorted(one for one in folder.glob("build-*/**/*") if one.is_file())]


def refused(folder: Path) -> None:
    with pytest.raises(CorpusIndexError) as caught:
        open_assistant(Settings(index=folder))
    said = str(caught.value)
    assert re.search("已损坏|另一个版本", said)
    assert "python -m rag index" in said
    assert "\n" not in said


def test_a_bit_in_any_file_is_noticed_at_the_next_opening(folder: Path) -> None:
    found = files(folder)
    assert len(found) > 15
    for number, path in enumerate(found):
        size = 8 * path.stat().st_size
        for bit in {0, (number * 7919) % size, size - 1}:
            back = flip(path, bit)
            refused(folder)
            back()
    assert open_assistant(Settings(index=folder)).ask(QUESTION).citations


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.integers(0, 8 * 22 - 1))
def test_any_bit_of_the_pointer_is_noticed(folder: Path, bit: int) -> None:
    back = flip(folder / "CURRENT", bit)
    try:
        refused(folder)
    finally:
        back()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.binary(max_size=40))
def test_whatever_stands_in_the_pointer_is_told(folder: Path, pointer: bytes) -> None:
    before = (folder / "CURRENT").read_bytes()
    (folder / "CURRENT").write_bytes(pointer)
    try:
        refused(folder)
    finally:
        (folder / "CURRENT").write_bytes(before)


def test_a_lock_of_any_content_is_a_lock(folder: Path) -> None:
    (folder / ".lock").write_bytes(b"\xff\x00" * 100)
    assert len(added(folder, ("丙.txt", FIRST.replace("清溪".encode(), "青石".encode()))).documents) == 3
    assert open_assistant(Settings(index=folder)).ask(QUESTION).citations


def test_a_bit_in_a_kept_original_changes_no_answer_and_is_told_when_it_is_read(folder: Path) -> None:
    before = open_assistant(Settings(index=folder)).ask(QUESTION)
    held = open_collection(folder)
    (kept,) = [one.original for one in held.documents if one.report.path == "甲.txt"]
    flip(folder / kept, 100)
    assert open_assistant(Settings(index=folder)).ask(QUESTION).text == before.text
    with pytest.raises(UnreadableFileError, match="已损坏") as caught:
        originals.read(folder, kept)
    assert "重新上传" in caught.value.hint
    assert document_id(open_collection(folder), "甲.txt")


def test_what_is_open_answers_the_same_whatever_happens_to_its_files(folder: Path) -> None:
    assistant = open_assistant(Settings(index=folder))
    expected = open_assistant(Settings(index=folder)).ask(QUESTION)
    for path in files(folder):
        flip(path, 8 * (path.stat().st_size // 2))
    answer = assistant.ask(QUESTION)
    assert (answer.text, answer.citations) == (expected.text, expected.citations)
    refused(folder)


def test_a_damaged_index_is_made_good_by_adding_nothing_but_by_indexing_again(folder: Path) -> None:
    flip(next(folder.glob("build-*/cases.jsonl")), 80)
    before = store.serving(folder)
    with pytest.raises(CorpusIndexError, match="已损坏"):
        added(folder, ("丙.txt", SECOND))
    assert store.serving(folder) == before
