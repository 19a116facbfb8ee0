"""More files that mean harm: loops, nesting, huge tables, false sizes, odd names, files in motion."""

from __future__ import annotations

import os
import pathlib
import struct
import sys
import zlib

import pytest
from fuzz_samples import packed

from corpus.errors import InputError, UnreadableFileError
from corpus.reading import find_files, find_outside, printable, read_bytes, read_raw, why_ignored
from corpus.reading.limits import MAX_LINES
from corpus.types import RawFile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files or names")


def read(data: bytes, name: str) -> RawFile | str:
    """What is read, or the words of the refusal."""
    try:
        return read_raw(pathlib.Path(name), data)
    except UnreadableFileError as error:
        if not error.hint or len(str(error).splitlines()) != 1:
            raise AssertionError(str(error)) from error
        return error.message


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n" % (len(data), entries) + data + b"\nendstream "


def flate(data: bytes) -> bytes:
    return stream(zlib.compress(data, 9), b"/Filter/FlateDecode")


OBJECTS = {
    1: b"<</Type/Catalog/Pages 2 0 R>>",
    2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
    4: stream(b"BT /F 12 Tf 20 100 Td (time limit) Tj ET"),
    5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
}
PAGE = OBJECTS[3]


def pdf(changed: dict[int, bytes], trailer: bytes = b"") -> bytes:
    objects = b"".join(b"%d 0 obj%sendobj\n" % item for item in (OBJECTS | changed).items())
    return b"%PDF-1.5\n" + objects + b"trailer<</Root 1 0 R" + trailer + b">>\nstartxref\n0\n%%EOF\n"


CHAIN = {at: b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (at + 1) for at in range(10, 3000)}
LOCK = (
    b"/Encrypt<</Filter/Standard/V 1/R 2/O(12345678901234567890123456789012)"
    b"/U(12345678901234567890123456789012)/P -4>>/ID[(a)(a)]"
)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({4: flate(b" " * 64 * 1024 * 1024)}, "过大"),
        ({4: stream(zlib.compress(zlib.compress(b" " * 64 * 1024 * 1024)), b"/Filter[/FlateDecode/FlateDecode]")}, "过大"),
        ({2: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"}, ""),
        ({2: b"<</Type/Pages/Kids[6 0 R]/Count 1>>", 6: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"}, ""),
        ({2: b"<</Type/Pages/Kids[10 0 R]/Count 1>>", 3000: PAGE} | CHAIN, ""),
        ({2: b"<</Type/Pages/Kids[" + b"3 0 R " * 2001 + b"]/Count 2001>>"}, "2001 页"),
        ({3: PAGE.replace(b"/Contents", b"/X " + b"[" * 50_000 + b"/Contents")}, ""),
        ({4: b"<</Length 4 0 R>>stream\nBT ET\nendstream "}, ""),
        ({4: stream(b"x", b"/Filter[" + b"/ASCIIHexDecode" * 1000 + b"]")}, ""),
    ],
)  # fmt: skip
def test_a_pdf_that_loops_or_swells_is_refused(changed: dict[int, bytes], word: str) -> None:
    message = read(pdf(changed), "材料.pdf")
    assert isinstance(message, str)
    assert word in message


@pytest.mark.parametrize(
    "changed",
    [
        {2: b"<</Type/Pages/Kids[3 0 R]/Count 999999999>>"},
        {2: b"<</Type/Pages/Kids[3 0 R]/Count 1/Parent 2 0 R>>", 3: PAGE.replace(b"/MediaBox[0 0 300 200]", b"")},
        {6: stream(b"10 0 null", b"/Type/ObjStm/N 99999999/First 5/Extends 6 0 R")},
        {5: OBJECTS[5].replace(b">>", b"/ToUnicode 6 0 R>>"), 6: stream(b"9 beginbfrange <0000> <FFFFFFFF> <0041>")},
        {4: stream(b"q " * 5000 + b"BT /F 12 Tf 20 100 Td (time limit) Tj ET")},
    ],
)  # fmt: skip
def test_a_pdf_that_claims_too_much_is_read_or_refused(changed: dict[int, bytes]) -> None:
    found = read(pdf(changed), "材料.pdf")
    assert isinstance(found, str) or found.lines[0].text == "time limit"


def test_a_pdf_with_a_password_is_refused() -> None:
    assert "加密" in str(read(pdf({}, LOCK), "材料.pdf"))
    assert "加密" in str(read(pdf({}, b"/Encrypt<</Filter/Other/V 9/R 9>>/ID[(a)(a)]"), "材料.pdf"))


def test_a_page_of_unknown_size_is_read() -> None:
    found = read(pdf({3: PAGE.replace(b"[0 0 300 200]", b" null")}), "材料.pdf")
    assert isinstance(found, RawFile)
    assert found.lines[0].text == "time limit"


def test_tables_of_a_pdf_that_point_at_themselves_end() -> None:
    body = pdf({}).partition(b"trailer")[0]
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 6/Prev %d>>\nstartxref\n%d\n%%%%EOF"
    assert read(body + table % (len(body), len(body)), "材料.pdf")


def word(body: str) -> bytes:
    return packed(("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>".encode()))


RUN = "<w:r><w:t>深处</w:t></w:r>"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
        ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
        ("<w:p><w:r><w:drawing><w:txbxContent>", "</w:txbxContent></w:drawing></w:r></w:p>"),
        ("<w:ins>", "</w:ins>"),
    ],
)
def test_a_document_that_nests_without_end_is_read_or_refused(start: str, end: str) -> None:
    found = read(word(start * 500 + f"<w:p>{RUN}</w:p>" + end * 500), "材料.docx")
    assert isinstance(found, str) or {line.text for line in found.lines if line.text} <= {"深处"}


@pytest.mark.parametrize("kind", ["docx", "html", "md"])
def test_a_table_of_many_cells_is_a_line_a_row(kind: str) -> None:
    rows, columns = 100, 100
    if kind == "docx":
        cell = "<w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc>"
        data = word(f"<w:tbl>{('<w:tr>' + cell * columns + '</w:tr>') * rows}</w:tbl>")
    elif kind == "html":
        data = (f"<table>{('<tr>' + '<td>1' * columns) * rows}</table>").encode()
    else:
        data = ("|a" * columns + "\n" + "|-" * columns + "\n" + ("|1" * columns + "\n") * (rows - 1)).encode()
    found = read(data, f"表.{kind}")
    assert isinstance(found, RawFile)
    lines = [line.text for line in found.lines if line.text]
    assert len(lines) == rows
    assert lines[-1] == " | ".join("1" * columns)


def test_more_lines_than_a_compilation_has_are_refused() -> None:
    assert "万行" in str(read(b"a\n" * (MAX_LINES + 1), "材料.txt"))
    assert "万行" in str(read(b"a\r" * (MAX_LINES + 1), "材料.md"))


def test_more_text_than_a_compilation_has_is_refused() -> None:
    assert "万字" in str(read(b"a" * 20_000_001, "材料.txt"))


def test_a_text_with_zero_bytes_is_refused() -> None:
    assert "二进制" in str(read("办理\0时限".encode() * 100, "材料.txt"))


def test_a_list_of_parts_without_end_is_refused_before_it_is_read() -> None:
    data = word(f"<w:p>{RUN}</w:p>")
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entries = data[start:end] * 50_000
    tail = bytearray(data[end:])
    tail[12:16] = struct.pack("<I", len(entries))
    assert "异常" in str(read(data[:start] + entries + bytes(tail), "材料.docx"))


def test_metadata_that_repeats_itself_stays_small() -> None:
    value = "x" * 20_000
    data = f'---\na: &a "{value}"\nb: [{"*a," * 10_000}]\n---\n办理时限\n'.encode()
    found = read(data, "材料.md")
    assert isinstance(found, RawFile)
    assert sum(len(text) for _, text in found.metadata) < 200_000


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file whose size is never what it says")
def test_a_file_that_changes_while_it_is_read_is_not_half_read() -> None:
    with pytest.raises(UnreadableFileError, match="改写"):
        read_bytes(pathlib.Path("/proc/self/status"))


@POSIX
def test_devices_and_pipes_are_no_files_and_keep_nobody_waiting(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "管道.txt")
    (tmp_path / "甲.txt").write_bytes(b"a")
    for path in (tmp_path / "管道.txt", pathlib.Path("/dev/zero")):
        with pytest.raises(UnreadableFileError, match="不是普通文件"):
            read_bytes(path)
    assert find_files([tmp_path]) == (tmp_path / "甲.txt",)


@POSIX
def test_links_out_of_a_folder_are_reported(tmp_path: pathlib.Path) -> None:
    inside, outside = tmp_path / "内", tmp_path / "外"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "甲.txt").write_bytes(b"a")
    (inside / "出.txt").symlink_to(outside / "甲.txt")
    (inside / "里.txt").symlink_to(inside / "甲.txt")
    assert find_outside([inside]) == (inside / "出.txt",)
    assert inside / "出.txt" not in find_files([inside])


@POSIX
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a\nb.txt", "a\ufffdb.txt"),
        (b"\x1b[31mred.txt", "\ufffd[31mred.txt"),
        ("案例.txt".encode("gb18030"), "\ufffd"),
        ("a\u202etxt.exe".encode(), "a\ufffdtxt.exe"),
        ("案例 一.txt".encode(), "案例 一.txt"),
    ],
)
def test_a_name_is_shown_on_one_line(tmp_path: pathlib.Path, name: bytes, shown: str) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes("办理时限".encode())
    assert shown in printable(path)
    assert printable(path).isprintable()
    printable(path).encode()
    if path.suffix == ".txt":
        assert find_files([tmp_path]) == (path,)
        assert read_raw(path).lines
    with pytest.raises(InputError) as caught:
        find_files([path / "没有"])
    assert str(caught.value).isprintable()


def test_an_ending_is_shown_on_one_line_and_short() -> None:
    for ending in (".x\ny", ".\x1b[2J", "." + "y" * 300, ".\u202efdp"):
        assert why_ignored(ending).isprintable()
        assert len(why_ignored(ending)) < 60
        assert str(read(b"a", f"a{ending}")).isprintable()
