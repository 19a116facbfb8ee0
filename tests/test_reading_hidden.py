"""Text that nobody sees is no source: it is left out, and the report says so; text that is seen stays."""

from __future__ import annotations

import io
import pathlib
from typing import Any

import pytest
from fuzz_samples import packed
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from corpus.errors import UnreadableFileError
from corpus.reading import read_raw
from corpus.types import RawFile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SEEN, SECRET = "企业开办压缩到两天", "企业开办需要九十天"
FONT = "STSong-Light"
DIRECTED = "次数\u202e05\u202c次"

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def texts(raw: RawFile) -> str:
    return "".join(line.text for line in raw.lines)


def page(markup: str) -> RawFile:
    return read_raw(pathlib.Path("网页.html"), f"<body><p>{SEEN}</p>{markup}</body>".encode())


def word(body: str, styles: str = "", background: str = "") -> RawFile:
    document = f"<w:document {W}>{background}<w:body><w:p><w:r><w:t>{SEEN}</w:t></w:r></w:p>{body}</w:body></w:document>"
    parts = [("word/document.xml", document.encode())]
    if styles:
        parts.append(("word/styles.xml", f"<w:styles {W}>{styles}</w:styles>".encode()))
    return read_raw(pathlib.Path("案例.docx"), packed(*parts))


def run(properties: str) -> str:
    return f"<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{SECRET}</w:t></w:r></w:p>"


class Sheet:
    """One page of .pdf with visible text; `draw` adds to it."""

    def __init__(self) -> None:
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=(400, 300))
        self.canvas.setFont(FONT, 12)
        self.canvas.drawString(40, 250, SEEN)

    def read(self) -> RawFile:
        self.canvas.save()
        return read_raw(pathlib.Path("案例.pdf"), self.buffer.getvalue())

    def write(self, x: float = 40, y: float = 200, size: float = 12, mode: int = 0) -> None:
        text = self.canvas.beginText(x, y)
        text.setFont(FONT, size)
        text.setTextRenderMode(mode)
        text.textOut(SECRET)
        self.canvas.drawText(text)


def left_out(raw: RawFile) -> bool:
    assert texts(raw) in (SEEN, SEEN + SECRET)
    noted = any("看不见" in note for note in raw.notes)
    assert noted == (texts(raw) == SEEN)
    return noted


@pytest.mark.parametrize(
    "markup",
    [
        f"<p hidden>{SECRET}</p>",
        f'<div style="DISPLAY : none">{SECRET}</div>',
        f'<span style="visibility:hidden">{SECRET}</span>',
        f'<p style="font-size:1px">{SECRET}</p>',
        f'<p style="font-size: 0">{SECRET}</p>',
        f'<p style="opacity:0;">{SECRET}</p>',
        f'<p style="text-indent:-9999px">{SECRET}</p>',
        f'<p style="position:absolute; left:-5000px">{SECRET}</p>',
        f'<p style="color:#FFF">{SECRET}</p>',
        f'<p style="color: rgb(255, 255, 255)">{SECRET}</p>',
        f'<font color="white">{SECRET}</font>',
        f"<style>.x{{color:red}} .y , #z{{display:none}}</style><p class='a y'>{SECRET}</p>",
        f"<style>/* .no */ p.quiet{{color:white}}</style><p class=quiet>{SECRET}</p>",
        f"<style>@media print{{.m{{color:red}}}}#z{{display:none}}</style><p id=z>{SECRET}</p>",
        f'<table bgcolor="#003366"><tr><td></table><p style="color:white">{SECRET}</p>',
    ],
)
def test_hidden_text_of_a_page_is_left_out(markup: str) -> None:
    assert left_out(page(markup))


@pytest.mark.parametrize(
    "markup",
    [
        f'<p style="display:block;color:#333">{SECRET}</p>',
        f'<p style="font-size:10px;opacity:0.9">{SECRET}</p>',
        f'<p style="background:#036;color:#fff">{SECRET}</p>',
        f'<table><tr><td bgcolor=navy><span style="color:white">{SECRET}</span></table>',
        f"<style>.h{{background-color:blue}}.w{{color:#fff}}</style><div class=h><p class=w>{SECRET}</p></div>",
        f"<style>@media print{{.n{{display:none}}}}</style><p class=n>{SECRET}</p>",
        f"<style>.t{{display:none}}.t.on{{display:block}}</style><p class='t on'>{SECRET}</p>",
        f"<style>.t:empty{{display:none}}.a .t{{display:none}}</style><p class=t>{SECRET}</p>",
        f"<style>.t{{display:none}}</style><p class=t style='display:block'>{SECRET}</p>",
        f"<style>body{{opacity:0}}</style><p>{SECRET}</p>",
    ],
)
def test_text_of_a_page_that_is_seen_is_kept(markup: str) -> None:
    assert not left_out(page(markup))


def test_white_text_under_a_style_sheet_that_is_not_there_is_kept_with_a_note() -> None:
    raw = page(f"<link rel=stylesheet href=a.css><p style='color:white'>{SECRET}</p>")
    assert SECRET in texts(raw)
    assert any("白色" in note for note in raw.notes)


def test_hidden_html_in_markdown_is_noted() -> None:
    raw = read_raw(pathlib.Path("a.md"), f"{SEEN}\n\n<div hidden>{SECRET}</div>\n".encode())
    assert left_out(raw)


WHITE = run('<w:color w:val="FFFFFF"/>')
CHARACTER_STYLE = '<w:style w:type="character" w:styleId="c"><w:name w:val="c"/><w:rPr>{}</w:rPr></w:style>'


@pytest.mark.parametrize(
    ("body", "styles"),
    [
        (run("<w:vanish/>"), ""),
        (run('<w:color w:val="FFFFFF"/>'), ""),
        (run('<w:color w:val="fefefe"/><w:shd w:val="clear" w:fill="FFFFFF"/>'), ""),
        (run('<w:sz w:val="2"/>'), ""),
        (run('<w:rStyle w:val="c"/>'), CHARACTER_STYLE.format('<w:color w:val="FFFFFF"/>')),
        (run('<w:rStyle w:val="c"/>'), CHARACTER_STYLE.format("<w:vanish/>")),
        (f"<w:tbl><w:tr><w:tc>{WHITE}</w:tc></w:tr></w:tbl>", ""),
    ],
)
def test_hidden_text_of_a_document_is_left_out(body: str, styles: str) -> None:
    assert left_out(word(body, styles))


TABLE_STYLE = '<w:style w:type="table" w:styleId="t"><w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:fill="1F4E79"/></w:tcPr></w:tblStylePr></w:style>'


@pytest.mark.parametrize(
    ("body", "styles"),
    [
        (run('<w:vanish w:val="0"/><w:color w:val="auto"/><w:sz w:val="16"/>'), ""),
        (run('<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>'), ""),
        (run('<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="C00000"/>'), ""),
        (WHITE.replace("<w:p>", '<w:p><w:pPr><w:shd w:val="clear" w:fill="C00000"/></w:pPr>'), ""),
        (
            f'<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:val="clear" w:fill="1F4E79"/></w:tcPr>{WHITE}</w:tc></w:tr></w:tbl>',
            "",
        ),
        (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="t"/></w:tblPr><w:tr><w:tc>{WHITE}</w:tc></w:tr></w:tbl>',
            TABLE_STYLE,
        ),
    ],
)
def test_text_of_a_document_that_is_seen_is_kept(body: str, styles: str) -> None:
    assert not left_out(word(body, styles))


def test_white_text_over_a_picture_is_kept_with_a_note() -> None:
    raw = word(f'<w:p><w:r><w:drawing><w:anchor behindDoc="1"/></w:drawing></w:r></w:p>{WHITE}')
    assert SECRET in texts(raw)
    assert any("白色" in note for note in raw.notes)


def test_white_text_on_a_coloured_page_is_kept() -> None:
    assert not left_out(word(WHITE, background='<w:background w:color="1F4E79"/>'))


def boxed(fill: str) -> str:
    shape = f"<a:spPr>{fill}</a:spPr><w:txbxContent>{WHITE}</w:txbxContent>"
    return f'<w:p><w:r><w:drawing xmlns:a="urn:a">{shape}</w:drawing></w:r></w:p>'


def test_white_text_in_a_box_counts_by_the_ground_of_the_box() -> None:
    assert SECRET in texts(word(boxed("<a:solidFill/>")))
    assert SECRET not in texts(word(boxed("<a:noFill/>")))


@pytest.mark.parametrize(
    "place", [{"mode": 3}, {"size": 1}, {"x": 500}, {"y": -40}, {"x": -300}, {"x": 40, "y": 320}]
)
def test_hidden_text_of_a_pdf_is_left_out(place: dict[str, Any]) -> None:
    sheet = Sheet()
    sheet.write(**place)
    assert left_out(sheet.read())


@pytest.mark.parametrize("colour", [(1, 1, 1), (0.99, 0.99, 0.97)])
def test_white_text_of_a_pdf_is_left_out(colour: tuple[float, float, float]) -> None:
    sheet = Sheet()
    sheet.canvas.setFillColorRGB(0, 0, 0.5)
    sheet.canvas.rect(40, 20, 300, 30, stroke=0, fill=1)
    sheet.canvas.setFillColorRGB(*colour)
    sheet.write()
    assert left_out(sheet.read())


def test_hidden_text_in_a_form_is_left_out() -> None:
    sheet = Sheet()
    sheet.canvas.beginForm("form")
    sheet.write(mode=3)
    sheet.canvas.endForm()
    sheet.canvas.doForm("form")
    assert left_out(sheet.read())


def test_white_text_of_a_pdf_on_a_dark_ground_is_kept() -> None:
    sheet = Sheet()
    sheet.canvas.setFillColorRGB(0, 0, 0.5)
    sheet.canvas.rect(30, 190, 300, 30, stroke=0, fill=1)
    sheet.canvas.setFillColorRGB(1, 1, 1)
    sheet.write()
    assert not left_out(sheet.read())


@pytest.mark.parametrize("place", [{}, {"x": -20, "y": 200}, {"y": 2}, {"size": 6}])
def test_text_of_a_pdf_that_is_seen_is_kept(place: dict[str, Any]) -> None:
    sheet = Sheet()
    sheet.write(**place)
    assert not left_out(sheet.read())


def test_a_pdf_of_hidden_text_alone_is_refused() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(400, 300))
    text = canvas.beginText(40, 200)
    text.setFont(FONT, 12)
    text.setTextRenderMode(3)
    text.textOut(SECRET)
    canvas.drawText(text)
    canvas.save()
    with pytest.raises(UnreadableFileError, match="看不见"):
        read_raw(pathlib.Path("案例.pdf"), buffer.getvalue())


def test_text_recognised_from_a_scan_is_kept_with_a_note() -> None:
    sheet = Sheet()
    sheet.canvas.drawImage(ImageReader(Image.new("L", (8, 8), 200)), 0, 0, 400, 300)
    sheet.write(mode=3)
    raw = sheet.read()
    assert SECRET in texts(raw)
    assert any("识别" in note for note in raw.notes)


@pytest.mark.parametrize("kind", ["txt", "md", "html", "docx"])
def test_marks_that_turn_the_order_of_characters_are_removed_and_noted(kind: str) -> None:
    if kind == "docx":
        raw = word(f"<w:p><w:r><w:t>{DIRECTED}</w:t></w:r></w:p>")
    else:
        raw = read_raw(pathlib.Path(f"材料.{kind}"), f"{SEEN}\n\n{DIRECTED}\n".encode())
    assert "次数05次" in texts(raw)
    assert [note for note in raw.notes if "次序" in note]


@pytest.mark.parametrize("kind", ["md", "html"])
def test_marks_written_as_numbers_are_noted_too(kind: str) -> None:
    raw = read_raw(pathlib.Path(f"材料.{kind}"), "次数&#8238;05&#x202c;次".encode())
    assert texts(raw) == "次数05次"
    assert [note for note in raw.notes if "次序" in note]


def test_other_invisible_characters_are_removed_without_a_note() -> None:
    raw = read_raw(pathlib.Path("a.txt"), "办\u200b理\ufeff时\u2060限\u00ad压缩".encode())
    assert texts(raw) == "办理时限压缩"
    assert raw.notes == ()
