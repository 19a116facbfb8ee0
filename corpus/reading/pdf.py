"""PDF files with a text layer."""

from __future__ import annotations

import io
import logging
import time
from typing import TYPE_CHECKING, Any

from corpus.errors import UnreadableFileError
from corpus.reading import limits
from corpus.reading.pdf_commands import CommandRewriter, Widths
from corpus.reading.pdf_furniture import without_furniture
from corpus.reading.pdf_page import PageCollector, PageLine
from corpus.reading.pdf_paragraphs import join_paragraphs
from corpus.types import RawFile

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_PRINT_AGAIN = "请用 WPS 或浏览器打开，重新“打印为 PDF”后重试"
_RECOGNISE = "请先用 WPS 或 Acrobat 的“文字识别”（OCR）转换，另存为文字版 PDF 或 .docx 后重试"
# From this share of pages without text on a file counts as scanned: a cover page may have been typed.
_SCANNED_SHARE = 0.9
_PAGES_NAMED = 20
# A dense page has 10,000. Rewriting makes up to seven commands of one, so beyond this widths are guessed.
_MAX_COMMANDS = 200_000


def read_pdf(data: bytes, *, seconds: float = limits.PDF_SECONDS) -> RawFile:
    """Read the bytes of a .pdf file; `Line.number` counts pages.

    Args:
        data: the bytes of the file.
        seconds: how long reading may take.

    Raises:
        UnreadableFileError: if the file is damaged, encrypted, scanned, too long or too slow to read.
    """
    from pypdf import apply_configuration
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it logs each oddity of a damaged file
    deadline = time.monotonic() + seconds
    bound = limits.MAX_STREAM_BYTES
    try:
        with apply_configuration(
            zlib_maximum_output_length=bound,
            lzw_maximum_output_length=bound,
            run_length_maximum_output_length=bound,
            array_based_stream_maximum_output_length=bound,
        ):
            return _read(_open(data), deadline)
    except (PyPdfError, RecursionError) as error:
        raise _damaged() from error


def _read(reader: PdfReader, deadline: float) -> RawFile:
    count = len(reader.pages)
    if count > limits.MAX_PAGES:
        raise UnreadableFileError(
            f"PDF 有 {count} 页，超过 {limits.MAX_PAGES} 页的上限", hint="请拆分成几个文件后重试"
        )
    lines: list[PageLine] = []
    empty: list[int] = []
    for number, page in enumerate(reader.pages, start=1):
        found = _page_lines(page, number, deadline)
        lines += found
        if not found:
            empty.append(number)
    if not count:
        raise _damaged()
    if len(empty) >= _SCANNED_SHARE * count:
        raise UnreadableFileError("这是扫描件或图片型 PDF，里面没有可读取的文字", hint=_RECOGNISE)
    paragraphs = join_paragraphs(without_furniture(lines, count - len(empty)))
    return RawFile(lines=paragraphs, unit="page", notes=_notes(empty))


def _open(data: bytes) -> PdfReader:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        encrypted = reader.is_encrypted
    except PyPdfError as error:
        raise _damaged() from error
    if encrypted:
        _unlock(reader)
    return reader


def _unlock(reader: PdfReader) -> None:
    """Open a file that anyone may read but not change; its password is empty."""
    from pypdf.errors import PyPdfError

    try:
        opened = bool(reader.decrypt(""))
    except (
        PyPdfError,
        NotImplementedError,
        ValueError,
    ):  # also: encrypted in a way that pypdf lacks a part for
        opened = False
    if not opened:
        raise UnreadableFileError(
            "PDF 已加密，无法读取文字", hint="请打开文件取消密码或限制，或者“打印为 PDF”另存后重试"
        )


def _page_lines(page: PageObject, number: int, deadline: float) -> list[PageLine]:
    collector = PageCollector(number)

    def check_time(*_: Any) -> None:
        if time.monotonic() > deadline:
            raise UnreadableFileError("PDF 结构过于复杂，无法在限定时间内读取", hint=_PRINT_AGAIN)

    check_time()
    _report_each_string(page)
    page.extract_text(visitor_text=collector.visit, visitor_operand_before=check_time)
    return collector.lines()


def _report_each_string(page: PageObject) -> None:
    """Rewrite the page's commands, see `pdf_commands`."""
    from pypdf.generic import ContentStream, NameObject

    if page.get_contents() is None:
        return
    content = ContentStream(page["/Contents"], page.pdf, "bytes")  # strings stay as the font encodes them
    fonts: dict[str, Widths | None] = {}

    def widths_of(name: Any) -> Widths | None:
        if str(name) not in fonts:
            fonts[str(name)] = _widths(page.get("/Resources"), name)
        return fonts[str(name)]

    if len(content.operations) > _MAX_COMMANDS:
        return
    content.operations = CommandRewriter(widths_of).rewrite(content.operations)
    page[NameObject("/Contents")] = content


def _widths(resources: Any, name: Any) -> Widths | None:
    try:
        return Widths(resources["/Font"][name].get_object())
    except (
        KeyError,
        IndexError,
        TypeError,
        ValueError,
        AttributeError,
    ):  # a damaged font; widths are guessed
        return None


def _notes(empty: list[int]) -> tuple[str, ...]:
    if not empty:
        return ()
    named = "、".join(map(str, empty[:_PAGES_NAMED])) + (" 等" if len(empty) > _PAGES_NAMED else "")
    return (f"第 {named} 页没有文字（可能是空白页、图片或扫描页），共 {len(empty)} 页未读入",)


def _damaged() -> UnreadableFileError:
    return UnreadableFileError("PDF 已损坏或不完整，无法读取", hint=_PRINT_AGAIN)
