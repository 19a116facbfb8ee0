"""What kind of file this is, by its first bytes and then by its ending, and why some kinds are refused."""

from __future__ import annotations

from typing import Literal

from corpus.errors import UnreadableFileError
from corpus.reading.names import printable
from corpus.reading.package import open_zip

Kind = Literal["text", "markdown", "hypertext", "word", "pdf", "office"]

KIND_OF_ENDING: dict[str, Kind] = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "hypertext",
    ".htm": "hypertext",
    ".docx": "word",
    ".pdf": "pdf",
    ".doc": "office",
    ".wps": "office",
    ".rtf": "office",
}
SUPPORTED = frozenset(KIND_OF_ENDING)
"""Endings that `read_raw` reads, lower case, with the dot."""

_ENDING_CHARACTERS = 20
_KINDS = "支持 .txt、.md、.html、.docx、.pdf，以及 .doc、.wps、.rtf"
_SAVE_AS_DOCX = "请用 Word 或 WPS 打开核对，另存为 .docx 后重试"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEET = ("这是表格文件，暂不支持", "请把需要的内容复制到 Word 或 WPS 文字中，存为 .docx 后重试")
_SLIDES = ("这是演示文稿，暂不支持", "请把文字内容复制到 Word 或 WPS 文字中，存为 .docx 后重试")
_PICTURE = (
    "这是图片，里面没有可读取的文字",
    "请先用 WPS 或 Acrobat 的“文字识别”（OCR）转换，再存为 .docx 或文字版 PDF",
)
_ARCHIVE = ("这是压缩包，不能直接读取", "请先解压，再选择解压出来的文件或文件夹")
_OFD = ("暂不支持 .ofd 版式文件", "请用 WPS 或 OFD 阅读器打开，另存为 PDF 或 .docx 后重试")
_OPEN_DOCUMENT = ("暂不支持 OpenDocument / UOF 格式", _SAVE_AS_DOCX)
_WEB_ARCHIVE = ("暂不支持单文件网页（.mht）", "请用浏览器或 Word 打开，另存为 .docx 后重试")

_REFUSED_ENDINGS = {
    **dict.fromkeys((".xls", ".xlsx", ".xlsm", ".et", ".csv", ".ods"), _SHEET),
    **dict.fromkeys((".ppt", ".pptx", ".dps", ".odp"), _SLIDES),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic"), _PICTURE),
    **dict.fromkeys((".zip", ".rar", ".7z", ".gz", ".tar", ".bz2", ".xz"), _ARCHIVE),
    **dict.fromkeys((".odt", ".uof", ".uot"), _OPEN_DOCUMENT),
    **dict.fromkeys((".mht", ".mhtml"), _WEB_ARCHIVE),
    ".ofd": _OFD,
}
_REFUSED_STARTS = (
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF87a", _PICTURE),
    (b"GIF89a", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"MM\x00*", _PICTURE),
    (b"Rar!\x1a", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"\x1f\x8b\x08", _ARCHIVE),
)
_REFUSED_PARTS = (("xl/", _SHEET), ("ppt/", _SLIDES), ("OFD.xml", _OFD), ("content.xml", _OPEN_DOCUMENT))


def kind_of(ending: str, data: bytes) -> Kind:
    """The kind of the file with this ending (lower case, with the dot) and these bytes.

    Raises:
        UnreadableFileError: if it is of a kind that no reader reads; message and hint fit that kind.
    """
    by_content = _kind_of_content(ending, data)
    if by_content:
        return by_content
    if ending in _REFUSED_ENDINGS:
        raise _refusal(_REFUSED_ENDINGS[ending])
    kind = KIND_OF_ENDING.get(ending)
    if kind is None:
        raise UnreadableFileError(
            f"暂不支持{_shown(ending) or '没有扩展名的'}文件", hint=f"{_KINDS}；请另存为其中一种后重试"
        )
    if kind in ("word", "office"):
        raise UnreadableFileError(f"文件内容不是 {ending} 文档，可能已损坏或没有下载完整", hint=_SAVE_AS_DOCX)
    if kind == "pdf":
        raise UnreadableFileError(
            "文件内容不是 PDF，可能已损坏或没有下载完整", hint="请重新获取原文件，能正常打开后重试"
        )
    return kind


def why_ignored(ending: str) -> str:
    """One Chinese line for the health report on a file in a folder that is skipped for its ending."""
    if ending in _REFUSED_ENDINGS:
        return str(_refusal(_REFUSED_ENDINGS[ending]))
    return f"不是文档（{_shown(ending) or '没有扩展名'}），已跳过"


def _kind_of_content(ending: str, data: bytes) -> Kind | None:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"%PDF-") or (ending == ".pdf" and b"%PDF-" in head):
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(ending, data)
    if data.startswith(_OLE):
        return _kind_of_ole(data)
    if head.startswith(b"{\\rtf") or (head.startswith(b"<?xml") and b'progid="Word.Document"' in head):
        return "office"
    if KIND_OF_ENDING.get(ending) in ("office", "word"):
        return _kind_of_disguised(head)
    for start, refusal in _REFUSED_STARTS:
        if data.startswith(start):
            raise _refusal(refusal)
    return None


def _kind_of_zip(ending: str, data: bytes) -> Kind:
    with open_zip(data) as package:
        names = package.namelist()
    if any(name.startswith("word/") for name in names):
        return "word"
    for part, refusal in _REFUSED_PARTS:
        if any(name.startswith(part) for name in names):
            raise _refusal(refusal)
    if KIND_OF_ENDING.get(ending) in ("word", "office"):
        raise UnreadableFileError("文件里没有 Word 正文，不是有效的 .docx 文档", hint=_SAVE_AS_DOCX)
    raise _refusal(_ARCHIVE)


def _kind_of_ole(data: bytes) -> Kind:
    """Word before 2007 and encrypted packages share one container; its directory holds UTF-16 names."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableFileError(
            "文件已加密，需要密码才能打开", hint="请用 Word 或 WPS 打开，取消密码后另存为 .docx 再重试"
        )
    if "WordDocument".encode("utf-16-le") in data:
        return "office"
    for name, refusal in (("Workbook", _SHEET), ("PowerPoint Document", _SLIDES)):
        if name.encode("utf-16-le") in data:
            raise _refusal(refusal)
    raise UnreadableFileError("不是 Word 文档，无法识别其内容", hint=_SAVE_AS_DOCX)


def _kind_of_disguised(head: bytes) -> Kind | None:
    """Office systems export web pages under the ending .doc; Word opens them, so do we."""
    lowered = head[:512].lower()
    if b"mime-version:" in lowered:
        raise _refusal(_WEB_ARCHIVE)
    return "hypertext" if lowered.startswith((b"<html", b"<!doctype html")) else None


def _shown(ending: str) -> str:
    """An ending as people may see it: any name has one, also a sentence with a dot in it."""
    return printable(ending)[:_ENDING_CHARACTERS] if ending else ""


def _refusal(entry: tuple[str, str]) -> UnreadableFileError:
    return UnreadableFileError(entry[0], hint=entry[1])
