"""PDF files, drawn with reportlab and its built-in Chinese font."""

from __future__ import annotations

import io
import logging
import pathlib
import textwrap

import pypdf
import pytest
from pypdf.generic import NameObject, StreamObject
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from corpus.errors import UnreadableFileError
from corpus.reading import read_raw
from corpus.reading.pdf import read_pdf
from corpus.types import RawFile

FONT = "STSong-Light"
WIDTH, HEIGHT = A4
LEFT, TOP, SIZE, LEADING = 72, HEIGHT - 90, 12, 20
COLUMNS = 37  # characters of 12 points between margins of 72
SENTENCES = (
    "河湾区把企业开办由六天压缩到两天，材料由九份减为四份，窗口工作人员全程帮办，群众不再往返跑路，办理结果当场送达。",
    "区税务部门推行预约服务，纳税人在家中就能完成申报，办税大厅的平均等候时间由三十分钟缩短为八分钟，好评率逐月上升。",
    "区住建部门把施工许可的审查分为两段，先审基础部分再审主体部分，项目可以提前一个多月开工，企业少付很多利息。",
)

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


class Sheet:
    """Draws pages of Chinese text; `data` is the finished file."""

    def __init__(self, **options: object) -> None:
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=A4, **options)

    def write(self, x: float, y: float, text: str, size: float = SIZE) -> None:
        self.canvas.setFont(FONT, size)
        self.canvas.drawString(x, y, text)

    def page(self, rows: list[tuple[float, str]], header: str = "", footer: str = "") -> None:
        """Draw rows of (indent in characters, text) from the top, then a running header and footer."""
        for at, (indent, text) in enumerate(rows):
            self.write(LEFT + indent * SIZE, TOP - at * LEADING, text)
        if header:
            self.write(LEFT, HEIGHT - 40, header, 9)
        if footer:
            self.write(WIDTH / 2, 40, footer, 9)
        self.canvas.showPage()

    @property
    def data(self) -> bytes:
        self.canvas.save()
        return self.buffer.getvalue()


def rows_of(*paragraphs: str, indent: int = 2) -> list[tuple[float, str]]:
    """The printed lines of paragraphs with an indented first line."""
    rows: list[tuple[float, str]] = []
    for paragraph in paragraphs:
        first, rest = paragraph[: COLUMNS - indent], paragraph[COLUMNS - indent :]
        rows.append((indent, first))
        rows += [(0, line) for line in textwrap.wrap(rest, COLUMNS)]
    return rows


def read(data: bytes) -> RawFile:
    return read_raw(pathlib.Path("汇编.pdf"), data)


def texts(raw: RawFile) -> list[str]:
    return [line.text for line in raw.lines]


def test_lines_are_joined_to_indented_paragraphs() -> None:
    sheet = Sheet()
    sheet.page(rows_of(*SENTENCES))
    raw = read(sheet.data)
    assert raw.unit == "page"
    assert texts(raw) == list(SENTENCES)
    assert {line.number for line in raw.lines} == {1}


def test_lines_are_joined_without_indents_too() -> None:
    sheet = Sheet()
    sheet.page(rows_of(*SENTENCES, indent=0))
    assert texts(read(sheet.data)) == list(SENTENCES)


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
def test_a_paragraph_over_a_page_end_is_whole_and_has_its_first_page(cut: int) -> None:
    rows = rows_of(*SENTENCES)
    sheet = Sheet()
    sheet.page(rows[:cut])
    sheet.page(rows[cut:])
    raw = read(sheet.data)
    assert texts(raw) == list(SENTENCES)
    starts = [sum(len(text) for text in SENTENCES[:at]) for at in range(len(SENTENCES))]
    drawn = sum(len(text) for _, text in rows[:cut])
    assert [line.number for line in raw.lines] == [1 if start < drawn else 2 for start in starts]


def test_running_headers_footers_and_page_numbers_go() -> None:
    sheet = Sheet()
    rows = rows_of(*(SENTENCES * 2))
    for number in range(1, 5):
        sheet.page(rows[number * 2 - 2 : number * 2], header="河湾区营商环境案例汇编", footer=f"— {number} —")
    joined = "".join(texts(read(sheet.data)))
    assert joined == "".join(text for _, text in rows[:8])


@pytest.mark.parametrize(
    "number", ["12", "- 12 -", "第 12 页", "12/30", "第12页 共30页", "Page 3 of 30", "xii"]
)
def test_a_lone_page_number_goes_even_on_one_page(number: str) -> None:
    sheet = Sheet()
    sheet.page(rows_of(SENTENCES[0]), footer=number)
    assert texts(read(sheet.data)) == [SENTENCES[0]]


def test_numbered_titles_atop_pages_stay() -> None:
    sheet = Sheet()
    for number in range(1, 5):
        sheet.write(LEFT, TOP + 40, f"案例 {number}", 18)
        sheet.page(rows_of(SENTENCES[number % 3]))
    raw = read(sheet.data)
    titles = [line for line in raw.lines if line.emphasised]
    assert [(line.number, line.text.replace(" ", "")) for line in titles] == [
        (n, f"案例{n}") for n in range(1, 5)
    ]


def test_a_word_that_repeats_inside_pages_is_no_furniture() -> None:
    sheet = Sheet()
    for turn in range(3):
        order = SENTENCES[turn:] + SENTENCES[:turn]
        sheet.page([*rows_of(*order), (2, "小结"), *rows_of(*order)])
    assert texts(read(sheet.data)).count("小结") == 3


def test_a_numbered_list_item_goes_on_in_its_next_line() -> None:
    sheet = Sheet()
    text = SENTENCES[0]
    sheet.write(LEFT, TOP, "1.")
    sheet.write(LEFT + 3 * SIZE, TOP, text[: COLUMNS - 3])
    sheet.write(LEFT, TOP - LEADING, text[COLUMNS - 3 :])
    sheet.canvas.showPage()
    assert texts(read(sheet.data)) == [f"1. {text}"]


def test_headings_stay_lines_of_their_own() -> None:
    sheet = Sheet()
    sheet.write(LEFT + 100, TOP + 30, "河湾区优化服务", 18)
    sheet.page([*rows_of(SENTENCES[0]), (2, "一、精简材料"), *rows_of(SENTENCES[1])])
    raw = read(sheet.data)
    assert texts(raw) == ["河湾区优化服务", SENTENCES[0], "一、精简材料", SENTENCES[1]]
    assert [line.emphasised for line in raw.lines] == [True, False, False, False]


def test_contents_lines_are_never_joined() -> None:
    sheet = Sheet()
    entries = [
        f"河湾区推行第{word}批便民措施的做法与体会" + "." * 38 + str(at)
        for at, word in enumerate("一二三四", start=3)
    ]
    sheet.page([(0, entry) for entry in entries])
    sheet.page(rows_of(*SENTENCES))
    assert texts(read(sheet.data)) == [*entries, *SENTENCES]


def test_contents_entries_over_two_lines_are_whole() -> None:
    sheet = Sheet()
    long = "河湾区推行一窗受理全程帮办减少企业跑路次数压缩办理时限的主要做法和今后的工作打算"
    entries = [f"{word}批便民措施 {number}" for word, number in (("首", 2), ("二", 5), ("三", 9), ("末", 12))]
    sheet.page(
        [(0, entries[0]), (0, entries[1]), *rows_of(f"{long} 7", indent=0), (0, entries[2]), (0, entries[3])]
    )
    sheet.page(rows_of(*SENTENCES, indent=0))
    assert texts(read(sheet.data))[:5] == [
        text.replace(" ", "") for text in (*entries[:2], f"{long} 7", *entries[2:])
    ]


def test_a_centred_title_over_two_lines_is_whole() -> None:
    sheet = Sheet()
    title = "河湾区关于推行一窗受理全程帮办减少企业跑路次数压缩办理时限改革工作的情况报告"
    sheet.page([(0, title[:COLUMNS]), (COLUMNS / 2 - 1, title[COLUMNS:]), *rows_of(*SENTENCES)])
    raw = read(sheet.data)
    assert texts(raw) == [title, *SENTENCES]
    assert raw.lines[0].emphasised


def test_spaces_stay_between_latin_words_only() -> None:
    sheet = Sheet()
    sheet.page([(2, "企业可以通过 APP 办理，also by plain mail，见 2023 年通告")])
    assert texts(read(sheet.data)) == ["企业可以通过APP办理，also by plain mail，见2023年通告"]


def test_pieces_drawn_out_of_order_are_read_in_order() -> None:
    sheet = Sheet()
    sheet.write(LEFT + 2 * SIZE, TOP, "“")
    sheet.write(LEFT + 6 * SIZE, TOP, "”")
    sheet.write(LEFT, TOP, "推行")
    sheet.write(LEFT + 3 * SIZE, TOP, "一窗通")
    sheet.write(LEFT + 7 * SIZE, TOP, "服务")
    sheet.canvas.showPage()
    assert texts(read(sheet.data)) == ["推行“一窗通”服务"]


def test_text_inside_forms_is_read() -> None:
    sheet = Sheet()
    sheet.canvas.beginForm("body")
    for at, (indent, text) in enumerate(rows_of(*SENTENCES)):
        sheet.write(LEFT + indent * SIZE, TOP - at * LEADING, text)
    sheet.canvas.endForm()
    sheet.canvas.doForm("body")
    sheet.canvas.showPage()
    assert texts(read(sheet.data)) == list(SENTENCES)


def test_table_columns_stay_apart() -> None:
    sheet = Sheet()
    for at, cells in enumerate((("事项", "原时限", "现时限"), ("开办", "6天", "2天"))):
        for column, cell in enumerate(cells):
            sheet.write(LEFT + column * 120, TOP - at * LEADING, cell)
    sheet.canvas.showPage()
    assert texts(read(sheet.data)) == ["事项 原时限 现时限", "开办 6天 2天"]


def test_watermarks_across_the_page_are_left_out() -> None:
    sheet = Sheet()
    sheet.canvas.saveState()
    sheet.canvas.rotate(40)
    sheet.write(300, 100, "内部资料", 40)
    sheet.canvas.restoreState()
    sheet.page(rows_of(SENTENCES[0]))
    assert texts(read(sheet.data)) == [SENTENCES[0]]


def test_a_page_that_ends_early_starts_the_next_one() -> None:
    sheet = Sheet()
    rows = rows_of(*(SENTENCES * 5))
    sheet.page(rows)
    sheet.page(rows_of(SENTENCES[0]))
    sheet.page(rows_of(SENTENCES[1]))
    assert [line.text for line in read(sheet.data).lines if line.page_start] == [SENTENCES[1]]


def test_scanned_files_are_refused_and_single_pictures_noted() -> None:
    sheet = Sheet()
    for _ in range(3):
        sheet.canvas.rect(100, 100, 200, 200, fill=1)
        sheet.canvas.showPage()
    with pytest.raises(UnreadableFileError, match="扫描件") as caught:
        read(sheet.data)
    assert "文字识别" in caught.value.hint
    mixed = Sheet()
    mixed.page(rows_of(SENTENCES[0]))
    mixed.canvas.rect(100, 100, 200, 200, fill=1)
    mixed.canvas.showPage()
    mixed.page(rows_of(SENTENCES[1]))
    raw = read(mixed.data)
    assert texts(raw) == [SENTENCES[0], SENTENCES[1]]
    assert len(raw.notes) == 1
    assert "第 2 页" in raw.notes[0]


def test_a_password_is_refused_and_a_mere_restriction_is_not() -> None:
    locked = Sheet(encrypt="秘密abc")
    locked.page(rows_of(SENTENCES[0]))
    with pytest.raises(UnreadableFileError, match="加密"):
        read(locked.data)
    source = Sheet()
    source.page(rows_of(SENTENCES[0]))
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(source.data))
    writer.encrypt("", "owner", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    assert texts(read(buffer.getvalue())) == [SENTENCES[0]]


def test_too_many_pages_are_refused() -> None:
    sheet = Sheet()
    for _ in range(2001):
        sheet.canvas.showPage()
    with pytest.raises(UnreadableFileError, match="2001 页"):
        read(sheet.data)


def test_reading_stops_at_its_deadline() -> None:
    sheet = Sheet()
    sheet.page(rows_of(SENTENCES[0]))
    with pytest.raises(UnreadableFileError, match="限定时间"):
        read_pdf(sheet.data, seconds=0.0)


def test_a_content_stream_that_unpacks_without_end_is_refused() -> None:
    sheet = Sheet()
    sheet.page(rows_of(SENTENCES[0]))
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(sheet.data))
    stream = StreamObject()
    stream.set_data(b" " * (64 * 1024 * 1024))
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    buffer = io.BytesIO()
    writer.write(buffer)
    assert len(buffer.getvalue()) < 1024 * 1024
    with pytest.raises(UnreadableFileError):
        read(buffer.getvalue())


def test_a_damaged_file_is_refused_without_a_word_on_the_log(caplog: pytest.LogCaptureFixture) -> None:
    sheet = Sheet()
    sheet.page(rows_of(SENTENCES[0]))
    data = sheet.data
    with caplog.at_level(logging.DEBUG), pytest.raises(UnreadableFileError):
        read(data[:300])
    assert caplog.records == []
