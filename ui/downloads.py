"""Files for the person at the page, made in memory: nothing is written on the server's disk.

A file travels inside the page, as a link to its own bytes, so it comes by the same way as the page (behind the same
login) and nobody else can fetch it; downloads.js follows the link once by itself.
"""

from __future__ import annotations

import base64
import html
import pathlib

MIMES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


def mime_of(name: str) -> str:
    """The media type of a file by the ending of its name."""
    return MIMES.get(pathlib.PurePath(name).suffix.lower(), "application/octet-stream")


def offer(name: str, data: bytes, mime: str = "") -> str:
    """HTML that gives the browser a file to save; put it anywhere on the page, where it also stays as a link.

    Args:
        name: of the file, as suggested to the person; see `rag.exporting.suggested_name`.
        data: the whole file.
        mime: its media type, "" for that of the name's ending.
    """
    link = f"data:{mime or mime_of(name)};base64,{base64.b64encode(data).decode('ascii')}"
    shown = html.escape(name)
    return (
        f'<p class="offer" role="status">已生成文件：'
        f'<a download="{shown}" href="{html.escape(link)}" data-offer>{shown}</a>。没有自动保存时，请点文件名。</p>'
    )
