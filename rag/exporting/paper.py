"""The page that an exported .docx is written on: size, margins, fonts, styles, page numbers; and how it is packed."""

from __future__ import annotations

import datetime
import io
import pathlib
import zipfile
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

# Styles of styles.xml that are not Word's own.
REMARK, TABLE_HEAD, TABLE_TEXT, SOURCES_HEAD, SOURCE_NOTE = "问答说明", "表头", "表格文字", "出处标题", "出处"
TEXT_WIDTH = 156.0  # millimetres, as all below: A4 less the margins of GB/T 9704-2012
_PAGE = (210, 297)
_TOP, _BOTTOM, _LEFT, _RIGHT, _FOOTER = 37, 35, 28, 26, 24
_TABLE_GAP = Pt(6)
_HERE = pathlib.Path(__file__).parent
_UNUSED = ("stylesWithEffects", "customXml", "thumbnail")  # parts of python-docx's template
_NO_TIME = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_NO_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def blank(title: str) -> Any:
    """An empty document; `title` is what a file manager shows."""
    document = Document()
    document.styles.element[:] = list(parse_xml((_HERE / "styles.xml").read_bytes()))
    _replace_parts(document)
    _set_language(document.settings.element)
    _set_properties(document.core_properties, title)
    section = document.sections[0]
    section.page_width, section.page_height = map(Mm, _PAGE)
    section.top_margin, section.bottom_margin = Mm(_TOP), Mm(_BOTTOM)
    section.left_margin, section.right_margin = Mm(_LEFT), Mm(_RIGHT)
    section.footer_distance = Mm(_FOOTER)
    # Page numbers stand outside: on the right of odd pages, on the left of even ones.
    document.settings.odd_and_even_pages_header_footer = True
    _write_page_number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _write_page_number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)
    return document


def _replace_parts(document: Any) -> None:
    """Our table of fonts for the template's, and nothing that is there for its own look only."""
    package = document.part.package
    for relations in (package.rels, document.part.rels):
        unwanted = (*_UNUSED, "fontTable")
        for key in [key for key, one in relations.items() if one.reltype.endswith(unwanted)]:
            del relations[key]
    fonts = (_HERE / "fonts.xml").read_bytes()
    part = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, fonts, package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FONT_TABLE)


def _set_language(settings: Any) -> None:
    """Chinese for fonts that are not named, and the layout of today's Word instead of its compatibility mode."""
    for language in settings.iter(qn("w:themeFontLang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    for preview in list(settings.iter(qn("w:savePreviewPicture"))):
        settings.remove(preview)


def _set_properties(properties: Any, title: str) -> None:
    properties.title, properties.language = title, "zh-CN"
    properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
    properties.created = properties.modified = _NO_TIME


def _write_page_number(paragraph: Any, side: Any) -> None:
    """— 1 —."""
    paragraph.alignment = side
    paragraph.add_run("— ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(paragraph.add_run("1").element)
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no fields
    paragraph.add_run(" —")


def keep_row_whole(row: Any, *, repeated: bool) -> None:
    """Keep a row of a table on one page; `repeated` shows it on every page that the table runs over."""
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has neither
    properties.append(OxmlElement("w:cantSplit"))
    if repeated:
        properties.append(OxmlElement("w:tblHeader"))


def paragraph_of(cell: Any) -> Any:
    """The paragraph of an empty cell, whose text stands half-way between the lines."""
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    return cell.paragraphs[0]


def centre(paragraph: Any) -> None:
    """Put a paragraph in the middle."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def keep_with_next(paragraph: Any) -> None:
    """Keep a paragraph on the page of the one below it."""
    paragraph.paragraph_format.keep_with_next = True


def set_widths(table: Any, sizes: Sequence[float]) -> None:
    """Fix the widths of a table's columns, in millimetres."""
    table.autofit = False
    for column, size in zip(table.columns, sizes, strict=True):
        column.width = Mm(size)
    for row in table.rows:
        for cell, size in zip(row.cells, sizes, strict=True):
            cell.width = Mm(size)


def packed(document: Any) -> bytes:
    """The file; it holds no time of its making."""
    _part_tables_from_text(document)
    for run in document.element.body.iter(qn("w:r")):
        # Quotation marks stand in Latin and in Chinese fonts; here they are Chinese.
        run.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")
    timed, made = io.BytesIO(), io.BytesIO()
    document.save(timed)
    with zipfile.ZipFile(timed) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _NO_ZIP_TIME)
            entry.external_attr, entry.create_system = 0o600 << 16, 0  # the same on every system
            target.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _part_tables_from_text(document: Any) -> None:
    """A little room above and below each table, and the line above it on its page."""
    for table in document.element.body.iter(qn("w:tbl")):
        above, below = table.getprevious(), table.getnext()
        if above is not None and above.tag == qn("w:p"):
            look = Paragraph(above, document).paragraph_format
            look.keep_with_next, look.space_after = True, _TABLE_GAP
        if below is not None and below.tag == qn("w:p"):
            Paragraph(below, document).paragraph_format.space_before = _TABLE_GAP
