"""A short search for files that a reader fails on, and those that a long one found (`fuzzing.py`)."""

from __future__ import annotations

import pathlib
import re

import pytest
from fuzz_samples import KINDS, PAGE, pdf_sample
from fuzzing import search

from corpus.reading import read_raw

INPUTS = 80


@pytest.mark.parametrize("kind", KINDS)
def test_changed_files_are_read_or_refused_and_never_fail_a_reader(kind: str) -> None:
    tally = search(kind, INPUTS)
    assert dict(tally.failures) == {}
    assert tally.read > INPUTS / 10
    assert tally.refused > 0


@pytest.mark.parametrize("mark", ["<![i x]>", "<![ifx]>", "<![<![if x]>", "<![x[", "<!["])
def test_a_mark_that_no_browser_knows_is_passed_over(mark: str) -> None:
    raw = read_raw(pathlib.Path("a.html"), PAGE.replace("换行", f"换{mark}行").encode())
    assert any("换" in line.text for line in raw.lines)
    assert any("加粗" in line.text for line in raw.lines)


def test_a_page_of_a_pdf_that_cannot_be_decoded_costs_that_page() -> None:
    data = pdf_sample(compressed=True)
    number = re.search(rb"/Contents (\d+) 0 R", data)[1]
    start = data.index(b"stream", data.index(b"\n%s 0 obj" % number)) + 10
    raw = read_raw(pathlib.Path("a.pdf"), data[:start] + b"~x~~" + data[start + 4 :])
    assert any("已损坏" in note for note in raw.notes)
    assert raw.lines
