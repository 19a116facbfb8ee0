"""PDF files with a text layer."""

from __future__ import annotations

import io
import logging
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corpus.errors import UnreadableFileError
from corpus.reading import limits
from corpus.reading.characters import DIRECTION_NOTE
from corpus.reading.pdf_commands import CommandRewriter, Widths
from corpus.reading.pdf_furniture import without_furniture
from corpus.reading.pdf_page import PageCollector, PageLine
from corpus.reading.pdf_paint import Box, Painter
from corpus.reading.pdf_paragraphs import join_paragraphs
from corpus.types import RawFile

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_PRINT_AGAIN = "请用 WPS 或浏览器打开，重新“打印为 PDF”后重试"
_RECOGNISE = "请先用 WPS 或 Acrobat 的“文字识别”（OCR）转换，另存为文字版 PDF 或 .docx 后重试"
# From this share of pages without text on a file counts as scanned: a cover page may have been typed.
_SCANNED_SHARE = 0.9
_PAGES_NAMED = 20
_MAX_OBJECTS = 100
# A dense page has 10,000. Rewriting makes up to seven commands of one, so beyond this widths are guessed.
_MAX_COMMANDS = 200_000


def read_pdf(data: bytes, *, seconds: float = limits.PDF_SECONDS) -> RawFile:
    """Read the bytes of a .pdf file; `Line.number` counts pages.

    Args:
        data: the bytes of the file.
        seconds: how long reading may take, in seconds of the processor: a busy machine is no fault of the file.

    Raises:
        UnreadableFileError: if the file is damaged, encrypted, scanned, too long or too slow to read.
    """
    from pypdf import apply_configuration
    from pypdf.errors import LimitReachedError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it logs each oddity of a damaged file
    deadline = time.thread_time() + seconds
    bound = limits.MAX_STREAM_BYTES
    try:
        with apply_configuration(
            zlib_maximum_output_length=bound,
            lzw_maximum_output_length=bound,
            run_length_maximum_output_length=bound,
            array_based_stream_maximum_output_length=bound,
        ):
            pages = _read_pages(_open(data), deadline)
    except (UnreadableFileError, MemoryError):
        raise
    except LimitReachedError as error:
        raise _swollen() from error
    except Exception as error:  # pypdf fails in many ways on a damaged file
        raise _damaged() from error
    return _put_together(pages)


def _read_pages(reader: PdfReader, deadline: float) -> list[_Page]:
    count = len(reader.pages)
    if count > limits.MAX_PAGES:
        raise UnreadableFileError(
            f"PDF 有 {count} 页，超过 {limits.MAX_PAGES} 页的上限", hint="请拆分成几个文件后重试"
        )
    return [_read_page(page, number, deadline) for number, page in enumerate(reader.pages, start=1)]


def _put_together(pages: list[_Page]) -> RawFile:
    read = sum(bool(page.lines) for page in pages)
    if not read and any(page.swollen for page in pages):
        raise _swollen()
    if not pages or (not read and any(page.damaged for page in pages)):
        raise _damaged()
    if not read and any(page.hidden for page in pages):
        raise UnreadableFileError("PDF 里的文字都看不见，没有读入", hint=_PRINT_AGAIN)
    if sum(page.empty for page in pages) >= _SCANNED_SHARE * len(pages):
        raise UnreadableFileError("这是扫描件或图片型 PDF，里面没有可读取的文字", hint=_RECOGNISE)
    lines = [line for page in pages for line in page.lines]
    paragraphs = join_paragraphs(without_furniture(lines, read))
    return RawFile(lines=paragraphs, unit="page", notes=_notes(pages))


@dataclass(slots=True)
class _Page:
    """What one page gave: its lines, hidden characters left out, whether its text was recognised from a scan."""

    number: int
    lines: list[PageLine] = field(default_factory=list)
    hidden: int = 0
    recognised: bool = False
    directed: bool = False
    damaged: bool = False
    swollen: bool = False

    @property
    def empty(self) -> bool:
        """Whether the page is whole and shows no text."""
        return not self.lines and not self.damaged


def _read_page(page: PageObject, number: int, deadline: float) -> _Page:
    from pypdf.errors import LimitReachedError

    found = _Page(number)
    try:
        _fill_page(found, page, deadline)
    except (UnreadableFileError, MemoryError):
        raise
    except LimitReachedError:
        return _Page(number, damaged=True, swollen=True)
    except Exception:  # noqa: BLE001 - pypdf fails in many ways on a damaged page; the other pages are whole
        return _Page(number, damaged=True)
    return found


def _open(data: bytes) -> PdfReader:
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        encrypted = reader.is_encrypted
    except NotImplementedError as error:  # a way of encrypting that pypdf does not know
        raise _encrypted() from error
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
        raise _encrypted()


def _fill_page(found: _Page, page: PageObject, deadline: float) -> None:
    collector = PageCollector(found.number)
    painter = Painter(_visible_part(page), scanned=_has_picture(page))

    def before(*command: Any) -> None:
        if time.thread_time() > deadline:
            raise UnreadableFileError("PDF 结构过于复杂，无法在限定时间内读取", hint=_PRINT_AGAIN)
        if command:
            painter.before(*command)

    before()
    _report_each_string(page)
    page.extract_text(
        visitor_text=collector.visit, visitor_operand_before=before, visitor_operand_after=painter.after
    )
    found.lines = collector.lines()
    found.directed = collector.directed
    found.hidden, found.recognised = painter.hidden, painter.recognised


def _visible_part(page: PageObject) -> Box:
    """What is shown of a page; everything where a damaged file does not say so."""
    try:
        boxes = [[float(number) for number in box] for box in (page.mediabox, page.cropbox)]
    except (ValueError, TypeError, AttributeError):
        return (-math.inf, -math.inf, math.inf, math.inf)
    lefts, bottoms, rights, tops = zip(*(_ordered(box) for box in boxes), strict=True)
    return (max(lefts), max(bottoms), min(rights), min(tops))


def _ordered(box: list[float]) -> Box:
    return (min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3]))


def _has_picture(holder: Any, *, deep: bool = True) -> bool:
    """Whether a page, or a form on it, has a picture among what it may draw."""
    try:
        objects = holder["/Resources"]["/XObject"].values()
        drawn = [one.get_object() for one in list(objects)[:_MAX_OBJECTS]]
        if any(one.get("/Subtype") == "/Image" for one in drawn):
            return True
        return deep and any(_has_picture(one, deep=False) for one in drawn)
    except (AttributeError, KeyError, TypeError):
        return False


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


def _notes(pages: list[_Page]) -> tuple[str, ...]:
    empty = [page.number for page in pages if page.empty]
    told = (
        ("{pages}没有文字（可能是空白页、图片或扫描页），共 {count} 页未读入", empty),
        ("{pages}已损坏，共 {count} 页未读入", [page.number for page in pages if page.damaged]),
        (
            "{pages}含有看不见的文字（白色、极小、页面以外等），未读入",
            [page.number for page in pages if page.hidden],
        ),
        (
            "{pages}的文字由扫描图像识别而来，可能有错字，请对照图像核对",
            [page.number for page in pages if page.recognised],
        ),
        ("{pages}" + DIRECTION_NOTE, [page.number for page in pages if page.directed]),
    )
    return tuple(note.format(pages=_named(numbers), count=len(numbers)) for note, numbers in told if numbers)


def _named(numbers: list[int]) -> str:
    more = " 等" if len(numbers) > _PAGES_NAMED else ""
    return f"第 {'、'.join(map(str, numbers[:_PAGES_NAMED]))}{more} 页"


def _encrypted() -> UnreadableFileError:
    return UnreadableFileError(
        "PDF 已加密，无法读取文字", hint="请打开文件取消密码或限制，或者“打印为 PDF”另存后重试"
    )


def _swollen() -> UnreadableFileError:
    return UnreadableFileError("PDF 解压后过大或结构异常，已拒绝读取", hint=_PRINT_AGAIN)


def _damaged() -> UnreadableFileError:
    return UnreadableFileError("PDF 已损坏或不完整，无法读取", hint=_PRINT_AGAIN)
