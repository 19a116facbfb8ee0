"""Plain text: encodings, line numbers, characters that nobody sees."""

from __future__ import annotations

import pathlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import UnreadableFileError
from corpus.reading import read_raw
from corpus.reading.characters import clean_characters
from corpus.types import RawFile

SIMPLIFIED = (
    "河湾区把开办企业的时间由6天压缩到2天，材料由9份减为4份。\n窗口工作人员全程帮办，群众少跑一趟。\n"
)
TRADITIONAL = "河灣區把開辦企業的時間由6天壓縮到2天，材料由9份減為4份。\n窗口人員全程協助，民眾少跑一趟。\n"


def read(data: bytes, name: str = "材料.txt") -> RawFile:
    return read_raw(pathlib.Path(name), data)


def texts(raw: RawFile) -> list[str]:
    return [line.text for line in raw.lines]


@pytest.mark.parametrize(
    ("codec", "mark", "shown"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", b"\xef\xbb\xbf", "UTF-8 BOM"),
        ("utf-16-le", b"\xff\xfe", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("utf-16-le", b"", "UTF-16"),
        ("utf-16-be", b"", "UTF-16"),
        ("utf-32-le", b"\xff\xfe\x00\x00", "UTF-32"),
        ("gb18030", b"", "GB18030"),
        ("gb18030", b"\x84\x31\x95\x33", "GB18030"),
    ],
)
def test_each_encoding_reads_back(codec: str, mark: bytes, shown: str) -> None:
    raw = read(mark + SIMPLIFIED.encode(codec))
    assert raw.encoding == shown
    assert texts(raw) == SIMPLIFIED.splitlines()


@pytest.mark.parametrize(
    "text", [TRADITIONAL, "申請營業執照須知", "一、辦理時限", "優化營商環境，服務企業發展。"]
)
def test_big5_is_told_from_gb18030(text: str) -> None:
    data = text.encode("big5")
    data.decode("gb18030")  # valid in both, so validity cannot decide
    raw = read(data)
    assert raw.encoding == "Big5"
    assert texts(raw) == text.splitlines()


@pytest.mark.parametrize(
    "text",
    [SIMPLIFIED, TRADITIONAL, "目录", "联通", "办理时限", "第三章　惠企政策", "鑫淼县犇羴镇", "12345热线"],
)
def test_gb18030_is_not_taken_for_big5_or_utf8(text: str) -> None:
    raw = read(text.encode("gb18030"))
    assert raw.encoding == "GB18030"
    assert texts(raw) == text.splitlines()


def test_ascii_is_utf8() -> None:
    assert read(b"plain words\n").encoding == "UTF-8"


def test_only_editor_breaks_count_as_lines() -> None:
    raw = read("甲\r\n乙\r丙\n\n丁\u2028戊\v己\n庚".encode())
    assert [(line.number, line.text) for line in raw.lines] == [
        (1, "甲"),
        (2, "乙"),
        (3, "丙"),
        (4, ""),
        (5, "丁"),
        (5, "戊"),
        (5, "己"),
        (6, "庚"),
    ]


def test_form_feed_starts_a_page_at_the_next_text() -> None:
    raw = read("第一页\n\f第二页\n正文\f\n\n第三页\n".encode())
    assert [line.text for line in raw.lines if line.page_start] == ["第二页", "第三页"]
    assert [line.number for line in raw.lines if line.page_start] == [2, 5]


def test_invisible_characters_go_and_everything_else_stays() -> None:
    raw = read("营\u200b商\ufeff环\u202e境\u00ad：\x07ＡＢ　“十四五”\t①\n".encode())
    assert texts(raw) == ["营商环境：ＡＢ　“十四五”\t①"]


def test_radicals_become_words() -> None:
    assert clean_characters("⼈⺠政府办⽂，⻓期有效，⻅附件") == "人民政府办文，长期有效，见附件"


def test_a_file_cut_inside_a_character_is_read_with_a_note() -> None:
    raw = read(SIMPLIFIED.encode()[:-2])
    assert texts(raw)[0] == SIMPLIFIED.splitlines()[0]
    assert len(raw.notes) == 1
    assert "解码" in raw.notes[0]


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 8,
        b"\x00\x01\x02\x03" * 200,
        ("说明" * 20).encode() + b"\x00" * 3 + "说明".encode(),
        "审批".encode() * 30 + b"\xff\xfe\xfd" * 10,
        b"\x07\x08\x1b" * 10 + "办理".encode(),
    ],
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        read(data)
    assert caught.value.hint
    assert re.search("[\u4e00-\u9fff]", caught.value.message)


VISIBLE = st.text(
    alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=30
).filter(lambda text: clean_characters(text) == text)
CHINESE = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=30)
ANCHOR = "本办法自发布之日起施行，由区政务服务局负责解释。"


@given(st.lists(VISIBLE, max_size=8))
def test_utf8_text_reads_back_with_its_line_numbers(lines: list[str]) -> None:
    source = "\n".join([ANCHOR, *lines, ANCHOR])
    raw = read(source.encode())
    expected = source.split("\n")
    assert [(line.number, line.text) for line in raw.lines] == list(enumerate(expected, start=1))


@given(st.lists(CHINESE, max_size=4), st.sampled_from(["gb18030", "utf-16"]))
def test_other_encodings_read_back(lines: list[str], codec: str) -> None:
    source = "\n".join([ANCHOR, *lines, ANCHOR, ANCHOR])
    assert texts(read(source.encode(codec))) == source.split("\n")
