"""HTML of what answers now and of the documents in the index."""

from __future__ import annotations

import datetime
import html

from corpus.errors import CaseQAError
from embeddings.milvus_address import address_of
from rag import store
from rag.collection import Collection
from rag.readings import Reading
from ui.documents.desk import Desk
from ui.documents.reports import button
from ui.materials import READ_ONLY, Materials

NO_MATERIALS = '<p class="empty">这个案例库的材料不能在网页上查看和增删。</p>'
LOST = "磁盘上的索引不见了，现在按内存里的那一份作答，重新启动以后就没有了。请从备份恢复索引文件夹，或重新收录材料"
_COLUMNS = ("文件", "案例", "字数", "收录时间", "编码", "说明")


def sources(materials: Materials) -> str:
    """Which documents answer, with a switch where there is a choice."""
    if len(materials.sources) == 1:
        shown = f"<p>问答用的是 <strong>{html.escape(materials.source.name)}</strong></p>"
    else:
        shown = f"<h2 id='which'>问答用哪些材料</h2>{_switch(materials)}"
    told = materials.trouble or (LOST if materials.lost else "")
    trouble = f'<p class="trouble">{html.escape(told)}</p>' if told else ""
    note = "" if materials.changeable else f'<p class="facts">{READ_ONLY}。</p>'
    return f'<section class="which">{shown}{note}{trouble}</section>'


def _switch(materials: Materials) -> str:
    buttons = []
    for source in materials.sources:
        chosen = source.key == materials.source.key
        there = source.key == "library" or store.exists(source.folder)
        off = "" if materials.changeable and there else " disabled"
        buttons.append(
            f'<button type="button" class="choice" data-do="choose" data-key="{source.key}" '
            f'aria-pressed="{"true" if chosen else "false"}"{off}>{html.escape(source.name)}'
            f"{'' if there else '（还没有）'}</button>"
        )
    return (
        f'<div class="switch" role="group" aria-labelledby="which">{"".join(buttons)}</div>'
        '<p class="facts">换了以后，所有打开这个网页的人都由选中的材料作答，重新启动后也是。</p>'
    )


def documents(materials: Materials, desk: Desk) -> str:
    """The documents that may be changed."""
    try:
        held = materials.held()
    except CaseQAError as error:
        return f'<p class="trouble">{html.escape(str(error))}</p>'
    name = html.escape(materials.home.name)
    if address_of(materials.home.folder) is not None:
        return '<p class="empty">材料放在 Milvus 里，由发布索引的人增删。</p>'
    if not held.documents:
        return f'<section><h2>{name}</h2><p class="empty">还没有收录材料。上传文件，看过读取结果后收录。</p></section>'
    return f"<section><h2>{name}（{len(held.documents)} 份，{len(held.cases)} 个案例）</h2>{_table(held, materials, desk)}{_refused(held)}</section>"


def _table(held: Collection, materials: Materials, desk: Desk) -> str:
    head = "".join(f'<th scope="col">{text}</th>' for text in (*_COLUMNS, "操作"))
    rows = "".join(_row(one, materials, desk) for one in held.documents)
    return f'<table class="documents"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(reading: Reading, materials: Materials, desk: Desk) -> str:
    document, report = reading.document, reading.report
    if document is None:
        return ""
    cells = (
        document.name,
        str(report.cases),
        f"{report.characters:,}",
        local_time(reading.added),
        report.encoding or "—",
        "；".join(report.notes) or "—",
    )
    shown = "".join(
        f'<{tag} data-label="{label}">{html.escape(cell)}</{tag.split()[0]}>'
        for tag, label, cell in zip(('th scope="row"', *["td"] * 5), _COLUMNS, cells, strict=True)
    )
    return f'<tr>{shown}<td><div class="doing">{_doing(document.id, document.name, materials, desk)}</div></td></tr>'


def _doing(document_id: str, name: str, materials: Materials, desk: Desk) -> str:
    look = button("查看", "look", about=name, id=document_id)
    if not materials.changeable:
        return look
    if desk.confirming == document_id:
        sure = button("确定移除", "really", about=name, kind="danger", id=document_id)
        return f'<span class="sure" tabindex="-1" data-focus>移除后要用得重新上传。</span>{sure}{button("不移除", "keep")}'
    cut = button("调整切分", "cut", about=name, id=document_id)
    return look + cut + button("移除", "remove", about=name, id=document_id)


def _refused(held: Collection) -> str:
    rows = "".join(
        f"<li>{html.escape(one.report.path.rsplit('/', 1)[-1])}：{html.escape(one.report.message)}</li>"
        for one in held.readings
        if one.document is None
    )
    return f'<details class="left"><summary>没有收录的文件</summary><ul>{rows}</ul></details>' if rows else ""


def local_time(added: str) -> str:
    """A stored time as the office's clock showed it; "—" where none is known."""
    try:
        return datetime.datetime.fromisoformat(added).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return "—"
