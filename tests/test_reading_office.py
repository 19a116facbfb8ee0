"""Older office formats: converted where LibreOffice is installed, refused with advice where it is not."""

from __future__ import annotations

import pathlib
import sys

import pytest
from test_isolated_reading import has_ended

from corpus.errors import UnreadableFileError
from corpus.reading import read_raw
from corpus.reading.office import office_programs, read_office

RTF = rb"{\rtf1\ansi\ansicpg936 {\b Title}\par plain \u21150?\u29702?\u26102?\u38480?\par}"


@pytest.mark.parametrize("ending", [".doc", ".wps", ".rtf"])
def test_without_libreoffice_the_advice_is_to_save_as_docx(ending: str) -> None:
    with pytest.raises(UnreadableFileError, match="LibreOffice") as caught:
        read_office(RTF, ending=ending, programs=())
    assert ending in caught.value.message
    assert ".docx" in caught.value.hint


def test_a_program_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="无法启动"):
        read_office(RTF, ending=".rtf", programs=["/没有/soffice"])


def test_a_program_that_makes_nothing_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="无法转换"):
        read_office(RTF, ending=".rtf", programs=[sys.executable])


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell script")
def test_a_conversion_that_hangs_is_ended(tmp_path: pathlib.Path) -> None:
    slow = tmp_path / "soffice"
    slow.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    slow.chmod(0o755)
    with pytest.raises(UnreadableFileError, match="超时"):
        read_office(RTF, ending=".doc", programs=[str(slow)], seconds=0.2)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one process is all there is, or /proc is not")
def test_what_a_hanging_conversion_started_is_ended_too(tmp_path: pathlib.Path) -> None:
    """The program that is called starts the one that works, as LibreOffice's does."""
    slow, told = tmp_path / "soffice", tmp_path / "process"
    works = "import sys, time; time.sleep(300)"
    slow.write_text(
        f'#!/bin/sh\n{sys.executable} -c "{works}" "$@" &\necho $! > {told}\nwait\n', encoding="utf-8"
    )
    slow.chmod(0o755)
    with pytest.raises(UnreadableFileError, match="超时"):
        read_office(RTF, ending=".rtf", programs=[str(slow)], seconds=2.0)
    assert has_ended(int(told.read_text(encoding="utf-8")))


@pytest.mark.skipif(not office_programs(), reason="LibreOffice is not installed")
def test_rtf_is_read_through_libreoffice() -> None:
    raw = read_raw(pathlib.Path("旧文件.rtf"), RTF)
    assert raw.unit == "paragraph"
    assert [line.text for line in raw.lines if line.text] == ["Title", "plain 办理时限"]
    assert raw.lines[0].emphasised
