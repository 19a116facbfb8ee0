"""Word documents, made with python-docx and with hand-written parts where that cannot make them."""

from __future__ import annotations

import io
import pathlib
import re
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import parse_xml
from docx.shared import Pt

from corpus.errors import UnreadableFileError
from corpus.reading import read_raw
from corpus.types import Line, RawFile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BODY = (
    "河湾区推行一窗受理，企业开办由6天压缩到2天，材料由9份减为4份，"
    "全程网上办理，群众不再往返跑路，窗口工作人员提供帮办代办服务。"
)


def save(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def read(document: Any) -> RawFile:
    return read_raw(pathlib.Path("案例.docx"), save(document))


def paragraph_of(document: Any, xml: str) -> None:
    """Add a w:p with the given inner XML at the end of the body."""
    document.element.body.sectPr.addprevious(parse_xml(xml))


def replaced(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The package with one part changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return buffer.getvalue()


def shown(raw: RawFile) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in raw.lines]


def test_numbers_are_those_of_python_docx() -> None:
    document = docx.Document()
    for text in ("总则", "", BODY, "  缩进 ", "附则"):
        document.add_paragraph(text)
    raw = read(document)
    assert raw.unit == "paragraph"
    assert shown(raw) == [
        (number, paragraph.text.rstrip()) for number, paragraph in enumerate(document.paragraphs, start=1)
    ]


def test_tables_stand_in_order_and_merged_cells_count_once() -> None:
    document = docx.Document()
    document.add_paragraph("办理时限表")
    table = document.add_table(rows=3, cols=3)
    for row, texts in enumerate(
        (("事项", "原时限", "现时限"), ("开办", "6天", "2天"), ("注销", "9天", "3天"))
    ):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0)).text = "企业"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "时限"
    document.add_paragraph("后文")
    assert shown(read(document)) == [
        (1, "办理时限表"),
        (1, "事项 | 时限"),
        (1, "企业 | 6天 | 2天"),
        (1, "9天 | 3天"),
        (2, "后文"),
    ]


def test_a_frame_of_one_cell_is_no_row() -> None:
    document = docx.Document()
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "第一段。"
    cell.add_paragraph("第二段。")
    assert shown(read(document)) == [(1, "第一段。"), (1, "第二段。")]


def test_heading_levels_come_from_styles_and_outline() -> None:
    document = docx.Document()
    document.add_heading("做法", level=2)
    based = document.styles.add_style("案例标题", 1)
    based.base_style = document.styles["Heading 3"]
    document.add_paragraph("派生样式", style=based)
    paragraph_of(
        document, f'<w:p {W}><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>大纲</w:t></w:r></w:p>'
    )
    paragraph_of(
        document,
        f'<w:p {W}><w:pPr><w:pStyle w:val="Heading1"/>'
        '<w:outlineLvl w:val="9"/></w:pPr><w:r><w:t>正文级</w:t></w:r></w:p>',
    )
    document.add_paragraph(BODY)
    assert [(line.text, line.level) for line in read(document).lines] == [
        ("做法", 2),
        ("派生样式", 3),
        ("大纲", 1),
        ("正文级", 0),
        (BODY, 0),
    ]


def test_one_title_is_the_document_and_several_are_cases() -> None:
    document = docx.Document()
    document.add_paragraph("经验汇编", style="Title")
    document.add_heading("河湾区的做法", level=1)
    document.add_paragraph(BODY)
    assert [(line.level, line.emphasised) for line in read(document).lines[:2]] == [(0, True), (1, True)]
    document.add_paragraph("另一篇", style="Title")
    assert [line.level for line in read(document).lines] == [1, 2, 0, 1]


def test_emphasis_is_bold_throughout_centred_or_larger() -> None:
    document = docx.Document()
    document.add_paragraph().add_run("加粗小标题").bold = True
    half = document.add_paragraph()
    half.add_run("一是").bold = True
    half.add_run("减材料")
    document.add_paragraph("居中").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph().add_run("大字").font.size = Pt(16)
    document.add_paragraph().add_run(BODY).bold = True
    document.add_paragraph(BODY)
    document.add_paragraph(BODY)
    assert [line.emphasised for line in read(document).lines] == [
        True,
        False,
        True,
        True,
        False,
        False,
        False,
    ]


def test_page_breaks() -> None:
    document = docx.Document()
    document.add_paragraph("封面").add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("")
    document.add_paragraph("第二页")
    middle = document.add_paragraph("上半")
    middle.add_run().add_break(WD_BREAK.PAGE)
    middle.add_run("下半")
    document.add_paragraph("另起").paragraph_format.page_break_before = True
    document.add_section(WD_SECTION.NEW_PAGE)
    document.add_paragraph("新节")
    document.add_section(WD_SECTION.CONTINUOUS)
    document.add_paragraph("连续节")
    raw = read(document)
    assert [line.text for line in raw.lines if line.page_start] == ["第二页", "下半", "另起", "新节"]
    assert [line.number for line in raw.lines if line.text in ("上半", "下半")] == [4, 4]


def test_soft_breaks_make_lines_of_one_number_and_tabs_stay() -> None:
    document = docx.Document()
    document.add_paragraph("第一行\n第二行\t制表")
    assert shown(read(document)) == [(1, "第一行"), (1, "第二行\t制表")]


def test_tracked_changes_are_read_as_accepted() -> None:
    document = docx.Document()
    paragraph_of(
        document,
        f'<w:p {W}><w:r><w:t>时限由</w:t></w:r><w:del w:id="1" w:author="a">'
        "<w:r><w:delText>9</w:delText></w:r></w:del>"
        '<w:ins w:id="2" w:author="a"><w:r><w:t>6</w:t></w:r></w:ins><w:r><w:t>天</w:t></w:r>'
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>内部批注</w:t></w:r></w:p>",
    )
    raw = read(document)
    assert shown(raw) == [(1, "时限由6天")]
    assert any("修订" in note for note in raw.notes)


def test_content_controls_keep_the_count_and_mark_contents() -> None:
    document = docx.Document()
    document.add_paragraph("汇编")
    document.add_paragraph("河湾区的做法")
    contents = parse_xml(
        f"<w:sdt {W}><w:sdtPr><w:docPartObj>"
        '<w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        "<w:sdtContent><w:p><w:r><w:t>目录</w:t></w:r></w:p><w:p>"
        "<w:hyperlink w:anchor='_Toc1'><w:r><w:t>河湾区的做法</w:t></w:r>"
        "<w:r><w:tab/><w:t>3</w:t></w:r></w:hyperlink></w:p></w:sdtContent></w:sdt>"
    )
    document.element.body[0].addnext(contents)
    assert read(document).lines == (
        Line(1, "汇编"),
        Line(1, "目录", contents=True),
        Line(1, "河湾区的做法\t3", contents=True),
        Line(2, "河湾区的做法"),
    )


def test_a_contents_field_marks_all_its_paragraphs() -> None:
    document = docx.Document()
    paragraph_of(
        document,
        f'<w:p {W}><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText> TOC \\o "1-3" </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>第一篇</w:t></w:r></w:p>',
    )
    paragraph_of(document, f"<w:p {W}><w:r><w:t>第二篇</w:t></w:r></w:p>")
    paragraph_of(document, f'<w:p {W}><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>')
    paragraph_of(document, f"<w:p {W}><w:r><w:t>正文</w:t></w:r></w:p>")
    lines = [line for line in read(document).lines if line.text]
    assert [(line.text, line.contents) for line in lines] == [
        ("第一篇", True),
        ("第二篇", True),
        ("正文", False),
    ]


def test_contents_styles_mark_contents() -> None:
    document = docx.Document()
    for name in ("toc 1", "目录 2"):
        document.add_paragraph("条目", style=document.styles.add_style(name, 1))
    document.add_paragraph("目录", style="TOC Heading")
    document.add_paragraph(BODY)
    assert [line.contents for line in read(document).lines] == [True, True, True, False]


def test_text_boxes_follow_their_paragraph_once() -> None:
    document = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>红头</w:t></w:r></w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    paragraph_of(
        document,
        f"<w:p {W} {mc}><w:r><w:t>正文</w:t></w:r><w:r>"
        f'<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{box}'
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r></w:p>",
    )
    raw = read(document)
    assert shown(raw) == [(1, "正文"), (1, "红头")]
    assert any("文本框" in note for note in raw.notes)


def test_strict_open_xml_and_dangling_links_are_read() -> None:
    document = docx.Document()
    document.add_paragraph("河湾区的做法")
    data = replaced(
        save(document),
        "word/document.xml",
        lambda part: part.replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        ),
    )
    data = replaced(
        data,
        "word/_rels/document.xml.rels",
        lambda part: part.replace(
            b"</Relationships>", b'<Relationship Id="rId99" Type="image" Target="../NULL"/></Relationships>'
        ),
    )
    assert shown(read_raw(pathlib.Path("a.docx"), data)) == [(1, "河湾区的做法")]


def test_a_document_of_nothing_but_pictures_says_so() -> None:
    document = docx.Document()
    data = replaced(save(document), "docProps/thumbnail.jpeg", lambda part: part)
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr("word/media/image1.png", b"\x89PNG")
    with pytest.raises(UnreadableFileError, match="图片"):
        read_raw(pathlib.Path("a.docx"), buffer.getvalue())


def test_deep_nesting_is_read_without_recursion() -> None:
    deep = (
        "<w:sdt><w:sdtContent>" * 3000
        + "<w:p><w:r><w:t>深处</w:t></w:r></w:p>"
        + "</w:sdtContent></w:sdt>" * 3000
    )
    data = replaced(
        save(docx.Document()),
        "word/document.xml",
        lambda part: re.sub(rb"<w:sectPr.*</w:sectPr>", deep.encode(), part, flags=re.DOTALL),
    )
    assert shown(read_raw(pathlib.Path("a.docx"), data)) == [(1, "深处")]
