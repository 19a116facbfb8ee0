"""Files that mean harm or are broken: refused in Chinese, in bounded memory, never with another error."""

from __future__ import annotations

import io
import pathlib
import struct
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import CaseQAError, UnreadableFileError
from corpus.reading import SUPPORTED, read_raw

DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8"?>{doctype}<w:document xmlns:w="http://schemas.openxmlformats.org/'
    'wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
)
PLAIN = DOCUMENT.format(doctype="", text="办理时限").encode()
# LibreOffice takes seconds a file and reads most bytes as text; its own tests cover it.
QUICK = sorted(SUPPORTED - {".doc", ".wps", ".rtf"})


def packed(*parts: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts:
            package.writestr(name, content)
    return buffer.getvalue()


def read(data: bytes, name: str = "材料.docx") -> list[str]:
    return [line.text for line in read_raw(pathlib.Path(name), data).lines]


def refused(data: bytes, name: str = "材料.docx") -> UnreadableFileError:
    with pytest.raises(UnreadableFileError) as caught:
        read(data, name)
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    return caught.value


def test_the_smallest_package_is_read() -> None:
    assert read(packed(("word/document.xml", PLAIN))) == ["办理时限"]


ENTITY = '<!DOCTYPE d [<!ENTITY a "{value}">]>'
LAUGHS = (
    "<!DOCTYPE d [<!ENTITY a0 'x'>"
    + "".join(f"<!ENTITY a{n} '&a{n - 1};&a{n - 1};'>" for n in range(1, 40))
    + "]>"
)


@pytest.mark.parametrize(
    "document",
    [
        DOCUMENT.format(doctype=ENTITY.format(value="x"), text="&a;").encode(),
        DOCUMENT.format(doctype=LAUGHS, text="&a39;").encode(),
        DOCUMENT.format(
            doctype='<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>', text="&a;"
        ).encode(),
        DOCUMENT.format(doctype='<!DOCTYPE d SYSTEM "http://example.invalid/d.dtd">', text="x").encode(),
        DOCUMENT.replace("UTF-8", "UTF-16")
        .format(doctype=ENTITY.format(value="x"), text="&a;")
        .encode("utf-16"),
    ],
)
def test_document_types_and_entities_are_refused(document: bytes) -> None:
    assert "异常" in refused(packed(("word/document.xml", document))).message


def test_a_document_type_over_the_edge_of_a_piece_is_found() -> None:
    filler = b"<?xml version='1.0'?><!--" + b" " * (64 * 1024 - 34) + b"-->"
    relations = filler + b"<!DOCTYPE r><r/>"
    assert b"<!DOCTYPE" not in relations[: 64 * 1024]
    assert b"<!DOCTYPE" not in relations[64 * 1024 :]
    assert "异常" in refused(packed(("word/document.xml", PLAIN), ("word/x.rels", relations))).message


def test_duplicate_part_names_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = packed(("word/document.xml", PLAIN), ("word/document.xml", PLAIN))
    assert "异常" in refused(data).message
    assert "异常" in refused(packed(("word/document.xml", PLAIN), ("Word/./Document.xml", PLAIN))).message


def test_too_many_parts_are_refused() -> None:
    parts = [("word/document.xml", PLAIN), *((f"word/media/{at}.bin", b"") for at in range(5000))]
    assert "异常" in refused(packed(*parts)).message


def bomb(megabytes: int) -> bytes:
    """A package whose body unpacks to so many megabytes of spaces."""
    buffer = io.BytesIO()
    head, tail = PLAIN.split("办理时限".encode())
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package,
        package.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        part.write(head)
        for _ in range(megabytes):
            part.write(b" " * 1024 * 1024)
        part.write(tail)
    return buffer.getvalue()


@pytest.mark.parametrize("megabytes", [12, 150])
def test_a_bomb_is_refused(megabytes: int) -> None:
    assert "过大" in refused(bomb(megabytes)).message


def test_many_large_parts_are_refused() -> None:
    part = bytes(range(256)) * 4096 * 30  # 30 MiB that pack well but each within its limit
    data = packed(("word/document.xml", PLAIN), *((f"word/media/{at}.bin", part) for at in range(7)))
    assert "过大" in refused(data).message


def test_a_size_that_lies_is_refused() -> None:
    """A header may say 10 bytes and unpack to a gigabyte."""
    data = bytearray(bomb(150))
    directory = data.rindex(b"PK\x01\x02")
    for offset in (directory + 24,):
        data[offset : offset + 4] = struct.pack("<I", 10)
    refused(bytes(data))


def test_a_bomb_needs_little_memory() -> None:
    data = bomb(400)
    tracemalloc.start()
    try:
        message = refused(data).message
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "过大" in message
    assert peak < 16 * 1024 * 1024


def test_a_part_under_a_password_is_refused() -> None:
    data = bytearray(packed(("word/document.xml", PLAIN)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + offset
        data[at] |= 1
    assert "加密" in refused(bytes(data)).message


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"PK\x05\x06", b"PK\x05\x07"),
        lambda data: data[:60] + bytes(byte ^ 0xFF for byte in data[60:120]) + data[120:],
    ],
)
def test_damaged_packages_are_refused(damage: Callable[[bytes], bytes]) -> None:
    refused(damage(packed(("word/document.xml", PLAIN * 3))))


@pytest.mark.parametrize(
    "document", [b"<w:document>", b"", b"{}", b"\xff\xfe<", b"<?xml version='1.0' encoding='none'?><a/>"]
)
def test_a_body_that_is_no_xml_is_refused(document: bytes) -> None:
    refused(packed(("word/document.xml", document)))


MAGIC = st.sampled_from(
    [
        b"",
        b"PK\x03\x04",
        b"%PDF-1.7\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"<html><table>",
        b"---\n",
        b"\xff\xfe",
        b"\xfe\xff",
    ]
)


@settings(max_examples=300, deadline=None)
@given(start=MAGIC, rest=st.binary(max_size=400), ending=st.sampled_from(QUICK))
def test_any_bytes_are_read_or_refused(start: bytes, rest: bytes, ending: str) -> None:
    try:
        raw = read_raw(pathlib.Path(f"材料{ending}"), start + rest)
    except CaseQAError as error:
        assert error.message  # noqa: PT017 - either outcome is right, the property is that there is no third
    else:
        assert any(line.text.strip() for line in raw.lines)
        assert all(line.number >= 1 and "\n" not in line.text and "\r" not in line.text for line in raw.lines)


MARKUP = st.lists(
    st.sampled_from(
        [
            "<table>",
            "</table>",
            "<tr>",
            "<td>",
            "<p hidden>",
            "<div",
            "<![if x]>",
            "<![CDATA[",
            "<!--",
            "</",
            "&#",
            "<pre>",
            "<script>",
            "<head>",
            "<title>",
            "</p>",
            "字",
            " ",
            "\n",
            "[a](",
            "**",
            "`",
            "> ",
            "- ",
            "1. ",
            "|",
            "---\n",
            "# ",
            "```\n",
        ]
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(parts=MARKUP, ending=st.sampled_from([".html", ".md", ".txt"]))
def test_any_markup_is_read_with_numbers_inside_the_file(parts: list[str], ending: str) -> None:
    source = "".join(parts)
    try:
        raw = read_raw(pathlib.Path(f"材料{ending}"), source.encode())
    except UnreadableFileError:
        return
    numbers = [line.number for line in raw.lines]
    assert all(1 <= number <= source.count("\n") + 1 for number in numbers)
    assert numbers == sorted(numbers)


@settings(max_examples=150, deadline=None)
@given(
    flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8),
    pdf=st.booleans(),
)
def test_a_file_with_flipped_bytes_is_read_or_refused(flips: list[tuple[int, int]], *, pdf: bool) -> None:
    data = bytearray(PDF if pdf else packed(("word/document.xml", PLAIN)))
    for at, value in flips:
        data[at % len(data)] = value
    try:
        read(bytes(data), "材料.pdf" if pdf else "材料.docx")
    except CaseQAError as error:
        assert error.message  # noqa: PT017 - as above


PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 70>>stream
BT /F 12 Tf 20 100 Td [(shorter) -300 (time)] TJ 0 -20 Td (limit) ' ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
startxref
0
%%EOF
"""
LOOP = b"""6 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>/Length 5>>stream
/X Do
endstream endobj
"""


def test_a_pdf_without_a_table_of_objects_is_read() -> None:
    assert "shorter" in "".join(read(PDF, "材料.pdf"))


def test_a_pdf_whose_pages_refer_to_themselves_is_refused() -> None:
    refused(PDF.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"), "材料.pdf")


def test_a_pdf_whose_form_draws_itself_is_read() -> None:
    data = PDF.replace(b"/Font<<", b"/XObject<</X 6 0 R>>/Font<<").replace(b"trailer", LOOP + b"trailer")
    data = data.replace(b" ET\n", b" ET /X Do\n")
    assert "shorter" in "".join(read(data, "材料.pdf"))


def test_markdown_that_nests_without_end_is_read_or_refused() -> None:
    assert read(("- " * 20 + "深处\n").encode(), "材料.md") == ["深处"]
    assert read(("[" * 5000 + "深处\n").encode(), "材料.md")
    refused((">" * 5000 + " 深处\n").encode(), "材料.md")
