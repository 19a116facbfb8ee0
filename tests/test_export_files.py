"""Exported files: the format by the name, errors that help, nothing half-written."""

from __future__ import annotations

import io
import os
import pathlib

import docx
import openpyxl
import pytest
from export_samples import CONVERSATION, LIBRARY
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InputError
from rag.exporting import checked_path, suggested_name, write_export


def test_the_suffix_decides_the_format(tmp_path: pathlib.Path) -> None:
    for suffix in (".docx", ".md", ".xlsx", ".CSV"):
        write_export(tmp_path / f"回答{suffix}", CONVERSATION, LIBRARY)
    assert docx.Document(str(tmp_path / "回答.docx")).paragraphs[0].text == "案例问答记录"
    assert (tmp_path / "回答.md").read_text(encoding="utf-8").startswith("## 各地渔船检验要多久？")
    workbook = openpyxl.load_workbook(io.BytesIO((tmp_path / "回答.xlsx").read_bytes()))
    assert workbook.sheetnames == ["表格", "出处", "说明"]
    assert (tmp_path / "回答.CSV").read_text(encoding="utf-8-sig").startswith("问题,案例")
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("回答.pdf", "不能导出成“.pdf”"),
        ("回答", "不能导出成“回答”"),
        ("没有/回答.docx", "文件夹不存在"),
        ("夹.docx", "是文件夹"),
    ],
)
def test_a_name_that_cannot_be_written_is_refused(tmp_path: pathlib.Path, name: str, said: str) -> None:
    (tmp_path / "夹.docx").mkdir()
    with pytest.raises(InputError, match=said) as caught:
        write_export(tmp_path / name, CONVERSATION, LIBRARY)
    assert caught.value.hint
    assert [one.name for one in tmp_path.iterdir()] == ["夹.docx"]


@pytest.mark.skipif(os.name == "nt", reason="folders of Windows have no such mode")
def test_a_folder_without_permission_is_refused_and_the_old_file_stays(tmp_path: pathlib.Path) -> None:
    old = tmp_path / "回答.md"
    old.write_text("旧", encoding="utf-8")
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):  # the administrator may write everywhere
            assert checked_path(old) == old
        else:
            with pytest.raises(InputError, match="没有权限"):
                write_export(old, CONVERSATION, LIBRARY)
            assert old.read_text(encoding="utf-8") == "旧"
    finally:
        tmp_path.chmod(0o700)


def test_a_name_that_is_too_long_for_the_disk_is_an_error_and_leaves_nothing(tmp_path: pathlib.Path) -> None:
    with pytest.raises(InputError, match="无法写入"):
        write_export(tmp_path / f"{'长' * 200}.md", CONVERSATION, LIBRARY)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_export_leaves_the_old_file(tmp_path: pathlib.Path) -> None:
    old = tmp_path / "回答.md"
    old.write_text("旧", encoding="utf-8")
    with pytest.raises(AttributeError):
        write_export(old, [("问", None)], LIBRARY)  # type: ignore[list-item]
    assert [one.name for one in tmp_path.iterdir()] == ["回答.md"]
    assert old.read_text(encoding="utf-8") == "旧"


def test_a_file_is_replaced_in_whole(tmp_path: pathlib.Path) -> None:
    old, same = tmp_path / "回答.md", tmp_path / "旧.md"
    old.write_text("旧", encoding="utf-8")
    same.hardlink_to(old)  # a file that is written to in place would change under both names
    write_export(old, CONVERSATION, LIBRARY)
    assert same.read_text(encoding="utf-8") == "旧"
    assert old.read_text(encoding="utf-8").startswith("## ")


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("企业开办要多久？", "案例问答_企业开办要多久.docx"),
        ('甲/乙:丙*"丁"', "案例问答_甲 乙 丙 丁.docx"),
        ("CON", "案例问答_CON.docx"),
        ("\n\x00 ", "案例问答.docx"),
        ("a\u202exslx", "案例问答_a xslx.docx"),
    ],
)
def test_suggested_names(subject: str, name: str) -> None:
    assert suggested_name(subject, ".docx") == name


@given(st.text(max_size=200))
def test_suggested_names_are_allowed_everywhere(subject: str) -> None:
    name = suggested_name(subject, ".xlsx", kind="变化表")
    assert len(name) <= 60
    assert len(name.encode()) <= 255
    assert not set(name) & set('\\/:*?"<>|\n\r\t\0')
    stem = name.removesuffix(".xlsx")
    assert stem == stem.rstrip(" .")
    assert stem.startswith("变化表")
