"""Uploaded files on their way: each is read in a process of its own and then waits to be accepted."""

from __future__ import annotations

import html
import pathlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from corpus.errors import InputError
from corpus.reading import IsolatedReader
from rag.candidates import Candidate, examine
from ui.documents.actions import Asked, refuse_read_only
from ui.documents.desk import MOST_PENDING, Bench, Desk, Pending
from ui.documents.uploads import content, take
from ui.materials import Materials, said


def arriving(bench: Bench, data: Any, materials: Materials) -> Iterator[str]:
    """Uploaded files become pending ones; HTML with a line for each on how it goes.

    Args:
        bench: of the visitor.
        data: {"files": [{"path", "name"}, …]} from the page's script.
        materials: what is there.
    """
    files = data.get("files") if isinstance(data, Mapping) else None
    named = [one for one in files or [] if isinstance(one, Mapping)]
    lines = [(str(one.get("name") or "材料"), "等待读取", "") for one in named]
    with IsolatedReader() as reader:
        for at, one in enumerate(named):
            name = lines[at][0]
            lines[at] = (name, "正在读取…", "")
            yield _lines(lines)
            try:
                refuse_read_only(Asked("accept"), materials)
                _take_in(bench, str(one.get("path")), name, materials, reader)
                lines[at] = (name, "已读取，请在下面核对", "good")
            except Exception as error:  # noqa: BLE001 - one bad file must not stop the others
                lines[at] = (name, said(error), "bad")
            yield _lines(lines)


def _take_in(bench: Bench, uploaded: str, name: str, materials: Materials, reader: IsolatedReader) -> None:
    path = take(uploaded, largest=materials.settings.largest_upload)
    try:
        candidate = _examined(bench.desk, path, name, materials, reader)
        arrived = Pending(secrets.token_hex(8), candidate, path)
        bench.change(lambda desk: replace(desk, pending=(*desk.pending, arrived)))
    except Exception:
        path.unlink(missing_ok=True)
        raise


def _examined(
    desk: Desk, path: pathlib.Path, name: str, materials: Materials, reader: IsolatedReader
) -> Candidate:
    if len(desk.pending) >= MOST_PENDING:
        raise InputError(f"等待收录的文件已有 {MOST_PENDING} 个", hint="请先收录或放弃一些再上传")
    others = (*materials.held().documents, *(one.candidate.reading for one in desk.pending))
    return examine(name, content(path), others, read=reader.read)


def _lines(lines: list[tuple[str, str, str]]) -> str:
    rows = "".join(
        f'<li class="{kind}"><strong>{html.escape(name)}</strong>：{html.escape(text)}</li>'
        for name, text, kind in lines
    )
    return f'<ul class="reading">{rows}</ul>'
