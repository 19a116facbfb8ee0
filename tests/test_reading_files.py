"""Which files are found, which are refused, and with which words."""

from __future__ import annotations

import io
import os
import pathlib
import re
import zipfile

import pytest

from corpus.errors import InputError, UnreadableFileError
from corpus.reading import MAX_BYTES, SUPPORTED, find_files, find_ignored, read_raw, why_ignored

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504


def make(folder: pathlib.Path, *names: str) -> list[pathlib.Path]:
    made = [folder / name for name in names]
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("办理时限", encoding="utf-8")
    return made


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name in names:
            package.writestr(name, "x")
    return buffer.getvalue()


def test_folders_are_searched_and_sorted(tmp_path: pathlib.Path) -> None:
    kept = make(tmp_path, "a/乙.TXT", "a/深/丙.md", "甲.docx")
    make(tmp_path, ".git/x.txt", ".隐藏.txt", "~$甲.docx", "a/.~lock.乙.txt#", "__MACOSX/y.txt")
    assert find_files([tmp_path]) == tuple(sorted(kept))
    assert find_ignored([tmp_path]) == ()


def test_a_file_given_twice_is_found_once(tmp_path: pathlib.Path) -> None:
    (path,) = make(tmp_path, "甲.txt")
    assert find_files([path, tmp_path, tmp_path / "." / "甲.txt"]) == (path,)


def test_other_kinds_in_folders_are_reported_not_read(tmp_path: pathlib.Path) -> None:
    make(tmp_path, "甲.txt", "表.xlsx", "图.png", "程序.exe", "Thumbs.db")
    assert [path.name for path in find_files([tmp_path])] == ["甲.txt"]
    ignored = find_ignored([tmp_path])
    assert sorted(path.name for path in ignored) == ["图.png", "程序.exe", "表.xlsx"]
    assert "表格" in why_ignored(".xlsx")
    assert ".exe" in why_ignored(".exe")


def test_a_file_given_by_name_is_found_whatever_its_kind(tmp_path: pathlib.Path) -> None:
    (path,) = make(tmp_path, "表.xlsx")
    assert find_files([path]) == (path,)
    assert find_ignored([path]) == ()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_out_of_the_folder_are_not_followed(tmp_path: pathlib.Path) -> None:
    (outside,) = make(tmp_path, "外/秘密.txt")
    (inside,) = make(tmp_path, "内/甲.txt")
    (tmp_path / "内" / "链接.txt").symlink_to(outside)
    (tmp_path / "内" / "文件夹").symlink_to(outside.parent, target_is_directory=True)
    (tmp_path / "内" / "自己").symlink_to(tmp_path / "内", target_is_directory=True)
    (tmp_path / "内" / "断.txt").symlink_to(tmp_path / "没有.txt")
    assert find_files([tmp_path / "内"]) == (inside,)


def test_paths_that_cannot_be_read_are_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(InputError, match="找不到"):
        find_files([tmp_path / "没有"])
    make(tmp_path, "空/表.xlsx")
    with pytest.raises(InputError, match="没有可以读取的文档") as caught:
        find_files([tmp_path / "空"])
    assert all(ending in caught.value.hint for ending in SUPPORTED)


@pytest.mark.skipif(os.name == "nt", reason="no named pipes on Windows")
def test_a_pipe_is_no_file(tmp_path: pathlib.Path) -> None:
    pipe = tmp_path / "管道.txt"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="不是普通文件"):
        find_files([pipe])
    with pytest.raises(UnreadableFileError, match="普通文件"):
        read_raw(pipe)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(UnreadableFileError, match="找不到"):
        read_raw(tmp_path / "没有.txt")
    with pytest.raises(UnreadableFileError, match="文件夹"):
        read_raw(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_a_file_without_permission_is_refused(tmp_path: pathlib.Path) -> None:
    (path,) = make(tmp_path, "甲.txt")
    path.chmod(0)
    child = os.fork()
    if not child:
        # Root reads everything, so the reading is done by somebody who is not root.
        status = 1
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            read_raw(path)
        except UnreadableFileError as error:
            status = 0 if "权限" in str(error) else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_file_on_disk_is_read_by_its_content(tmp_path: pathlib.Path) -> None:
    (path,) = make(tmp_path, "甲.TXT")
    assert [line.text for line in read_raw(path).lines] == ["办理时限"]


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "大.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # sparse: takes no space
    with pytest.raises(UnreadableFileError, match="50 MB"):
        read_raw(path)
    with pytest.raises(UnreadableFileError, match="50 MB"):
        read_raw(path, b"a" * (MAX_BYTES + 1))


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", b"\xef\xbb\xbf", "　\n\u200b\n".encode(), b"\x00" * 600])
@pytest.mark.parametrize("ending", sorted(SUPPORTED))
def test_an_empty_file_is_refused(ending: str, data: bytes) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        read_raw(pathlib.Path(f"空{ending}"), data)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("表.xlsx", zipped("xl/workbook.xml"), "表格"),
        ("表.docx", zipped("xl/workbook.xml"), "表格"),
        ("表.xls", OLE + "Workbook".encode("utf-16-le"), "表格"),
        ("表.csv", "事项,时限".encode(), "表格"),
        ("演示.pptx", zipped("ppt/presentation.xml"), "演示"),
        ("演示.ppt", OLE + "PowerPoint Document".encode("utf-16-le"), "演示"),
        ("版式.ofd", zipped("OFD.xml", "Doc_0/Document.xml"), "ofd"),
        ("文字.odt", zipped("content.xml"), "OpenDocument"),
        ("包.zip", zipped("甲.txt"), "压缩包"),
        ("包.docx", zipped("甲.txt"), "Word 正文"),
        ("包.rar", b"Rar!\x1a\x07\x00" + b"\x00" * 20, "压缩包"),
        ("图.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 20, "图片"),
        ("图.txt", b"\xff\xd8\xff\xe0" + b"\x00" * 20, "图片"),
        ("加密.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "加密"),
        ("未知.doc", OLE, "Word"),
        ("网页.doc", b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "mht"),
        ("假.docx", "办理时限".encode(), ".docx"),
        ("假.doc", "办理时限".encode(), ".doc"),
        ("假.pdf", "办理时限".encode(), "PDF"),
        ("日志.log", "办理时限".encode(), ".log"),
        ("无扩展名", "办理时限".encode(), "扩展名"),
        ("坏.docx", b"PK\x03\x04" + b"\x00" * 40, "损坏"),
    ],
)
def test_every_refusal_says_what_to_do(name: str, data: bytes, word: str) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        read_raw(pathlib.Path(name), data)
    assert word in caught.value.message
    assert re.search("请", caught.value.hint)
    assert "\n" not in str(caught.value)
