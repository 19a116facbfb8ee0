"""A .docx package behind guards: every part is counted and unpacked under a bound before it is parsed."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from corpus.errors import UnreadableFileError
from corpus.reading import limits

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAIN = "word/document.xml"
_AGAIN = "请用 Word 或 WPS 打开核对，另存为 .docx 后重试"
_PIECE = 64 * 1024


class Package:
    """The parts of one .docx file, checked as a whole when it is opened.

    Args:
        data: the bytes of the file.

    Raises:
        UnreadableFileError: if it is no .docx, is damaged, or asks for more memory than the limits allow.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = open_zip(data)
            self._check_headers()
            self._check_contents()
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
            raise UnreadableFileError("文件已损坏，无法打开", hint=_AGAIN) from error
        except RuntimeError as error:  # zipfile's word for a part under a password
            raise _encrypted() from error

    def main(self) -> Element:
        """The root of the document's body part.

        Raises:
            UnreadableFileError: if there is none or it is no XML.
        """
        root = self.part(_MAIN)
        if root is None:
            raise UnreadableFileError("文件里没有 Word 正文，不是有效的 .docx 文档", hint=_AGAIN)
        return root

    def part(self, name: str) -> Element | None:
        """The root of an XML part, None where the package has no such part.

        Raises:
            UnreadableFileError: if it is no XML, or has a document type, which Word never writes and which
                could make a few bytes expand without end or name other files.
        """
        import defusedxml
        from defusedxml import ElementTree

        if name not in self._zip.namelist():
            return None
        try:
            root: Element = ElementTree.fromstring(self._zip.read(name), forbid_dtd=True)
        except defusedxml.DefusedXmlException as error:
            raise _unsafe() from error
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            raise UnreadableFileError("文件已损坏，正文无法解析", hint=_AGAIN) from error
        return root

    def has_pictures(self) -> bool:
        """Whether the package holds pictures: a document of nothing else is a scan."""
        return any(name.startswith("word/media/") for name in self._zip.namelist())

    def _check_headers(self) -> None:
        parts = self._zip.infolist()
        names = [posixpath.normpath(part.filename.replace("\\", "/")).lower() for part in parts]
        if len(parts) > limits.MAX_PARTS or len(set(names)) < len(names):
            raise _unsafe()
        if any(part.flag_bits & 0x1 for part in parts):
            raise _encrypted()
        sizes = [part.file_size for part in parts]
        if max(sizes, default=0) > limits.MAX_PART_BYTES or sum(sizes) > limits.MAX_UNPACKED_BYTES:
            raise _bomb()
        for part in parts:
            large = part.file_size > limits.RATIO_FREE_BYTES
            if large and part.file_size > limits.MAX_RATIO * max(part.compress_size, 1):
                raise _bomb()

    def _check_contents(self) -> None:
        """Unpack every part once, a piece at a time: what a header says about its size may be a lie."""
        total = 0
        for part in self._zip.infolist():
            marks = part.filename.lower().endswith((".xml", ".rels"))
            tail, size = b"", 0
            with self._zip.open(part) as stream:
                while piece := stream.read(_PIECE):
                    size += len(piece)
                    if size > limits.MAX_PART_BYTES or total + size > limits.MAX_UNPACKED_BYTES:
                        raise _bomb()
                    # UTF-16 hides the letters between zero bytes.
                    window = tail + piece.replace(b"\x00", b"") if marks else b""
                    if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                        raise _unsafe()
                    tail = window[-16:]
            total += size


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The zip archive in `data`, opened only if it is no more than a document's.

    Raises:
        UnreadableFileError: if it is damaged or lists more parts than any document has.
    """
    # A megabyte lists 20,000 parts, each of which costs zipfile some 500 bytes; a document inside this one,
    # stored as it is, has a list of its own.
    if data.count(b"PK\x01\x02") > 2 * limits.MAX_PARTS:
        raise _unsafe()
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error) as error:
        raise UnreadableFileError("文件已损坏，无法打开", hint=_AGAIN) from error


def _bomb() -> UnreadableFileError:
    return UnreadableFileError("文件解压后过大，疑似损坏或恶意文件，已拒绝读取", hint=_AGAIN)


def _unsafe() -> UnreadableFileError:
    return UnreadableFileError("文件内部结构异常，疑似损坏或恶意文件，已拒绝读取", hint=_AGAIN)


def _encrypted() -> UnreadableFileError:
    return UnreadableFileError(
        "文件已加密，需要密码才能打开", hint="请用 Word 或 WPS 打开，取消密码后另存为 .docx 再重试"
    )
