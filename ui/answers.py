"""Answer -> the message that shows it in the chat. Pure functions."""

from __future__ import annotations

from corpus.near_duplicates import near_duplicates
from rag.types import Answer, Reason
from ui.comparisons import comparison_chart
from ui.markdown import box, card_id, harmless, literal, plain, with_boxed_tables, with_links
from ui.readings import heading
from ui.sources import NEAREST, Documents, by_number, gone, place

# What a refusal says at a glance; its look is that of its reason in style.css.
TITLES: dict[Reason, str] = {
    "no_evidence": "没有找到",
    "place_not_found": "没有这个地方",
    "figure_masked": "原文隐去了数字",
    "premise_differs": "与原文不符",
    "out_of_scope": "不在范围",
}
STOPPED = "已停止。"
STOPPED_MIDWAY = "已停止，以上只是一部分。"


def answered(turn: int, answer: Answer, documents: Documents, *, remark: str = "") -> str:
    """The whole message: how the question was read, the text with linked marks, a chart of its times, the sources.

    Args:
        turn: the number of the answer.
        answer: whole.
        documents: the document that a case was cut from.
        remark: what must be known of its age, "" for nothing.
    """
    parts = [box("aged", literal(remark))] if remark else []
    parts.append(_with_chart(_said(turn, answer), comparison_chart(answer)))
    if answer.citations:
        parts.append(source_list(turn, answer, documents))
    elif shows_nearest(answer):
        parts.append(nearest_list(turn, answer))
    return _framed(turn, answer, parts)


def actions(turn: int, answer: Answer | None, *, last: bool, rating: bool, rated: bool | None) -> str:
    """Markdown of what can be done with an answer.

    Args:
        turn: its number.
        answer: None where there is none: then the question can only be asked again.
        last: whether it is the last; only that one can be asked again.
        rating: whether it can be rated.
        rated: what its reader thought of it so far.
    """
    links: list[str] = []
    if answer is not None and answer.citations:
        links += [f"[复制回答](#copy-{turn})", f"[查看来源](#t-{turn})"]
    elif answer is not None and shows_nearest(answer):
        links.append(f"[查看最接近的案例](#t-{turn})")
    if last:
        links += [f"[再问一次](#again-{turn})", f"[改问题](#mend-{turn})"]
    if rating and answer is not None and answer.reason != "out_of_scope":
        links.append(f"[{'✓ ' if rated is True else ''}有用](#good-{turn})")
        links.append(f"[{'✓ ' if rated is False else ''}没用](#bad-{turn})")
    files = _files(turn) if answer is not None and answer.citations else ""
    return box("actions", f"{' '.join(links)}\n\n{files}".strip()) if links else ""


def _files(turn: int) -> str:
    names = {"docx": "Word 文档", "xlsx": "Excel 表格", "csv": "CSV 表格", "md": "Markdown 文本"}
    links = " ".join(f"[{name}](#{suffix}-{turn})" for suffix, name in names.items())
    return f'<details class="files"><summary>下载</summary>\n\n{links}\n\n</details>'


def growing(turn: int, answer: Answer) -> str:
    """The message of an answer that is still being written."""
    return _framed(turn, answer, [_said(turn, answer)])


def stopped(text: str) -> str:
    """A message that its reader cut short; `text` is what was there, "" for nothing."""
    note = box("note stopped", STOPPED_MIDWAY if text else STOPPED)
    return f"{text}\n\n{note}".strip()


def _said(turn: int, answer: Answer) -> str:
    numbers = [citation.number for citation in answer.citations]
    return with_boxed_tables(with_links(harmless(answer.text), turn, numbers))


def _with_chart(said: str, chart: str) -> str:
    """The text with the chart below its first table."""
    begin = said.find('<div class="table">')
    end = said.find("</div>", begin) + len("</div>")
    return f"{said[:end]}\n\n{chart}{said[end:]}" if chart and begin >= 0 else said


def _framed(turn: int, answer: Answer, parts: list[str]) -> str:
    """The parts below how the question was read, those of a refusal in a box with its title."""
    text = "\n\n".join(part for part in parts if part)
    if answer.refused:
        reason: Reason = answer.reason or "no_evidence"
        text = box(f"note refusal {reason}", f"**{TITLES[reason]}**\n\n{text}")
    return "\n\n".join(part for part in (heading(turn, answer), text) if part)


def source_list(turn: int, answer: Answer, documents: Documents) -> str:
    """The list under an answer: each cited case once, with the places of its quotes."""
    places: dict[str, list[str]] = {}
    for group in by_number(answer.citations):
        case, number = group[0].case, group[0].number
        where = place((group[0].lines[0], group[-1].lines[1]), documents(case).unit)
        places.setdefault(case.id, []).append(f"[\\[{number}\\]](#{card_id(turn, number)}) {where}")
    lines = [
        f"- {literal(case.title)}（{literal(documents(case).name)}）：{'，'.join(places[case.id])}"
        + ("（现在的案例库里没有这个案例）" if gone(documents(case)) else "")
        for case in answer.cited_cases
    ]
    return box("cited", "\n".join([f"**来源**{_alone(answer)}\n", *lines]))


def _alone(answer: Answer) -> str:
    """Says quietly that an answer rests on one case only; the same case in two compilations is one."""
    cases = answer.cited_cases
    copies = near_duplicates([case.text for case in cases]) if len(cases) > 1 else ()
    if answer.refused or len(cases) - sum(len(group) - 1 for group in copies) > 1:
        return ""
    return "（只有一个案例写到）" if len(cases) == 1 else "（这几份材料写的是同一个案例，按一个来源看）"


def shows_nearest(answer: Answer) -> bool:
    """Whether cases that were found, but hold no answer, are worth showing."""
    return answer.refused and answer.reason != "out_of_scope" and bool(answer.hits)


def nearest_list(turn: int, answer: Answer) -> str:
    """The nearest cases by name, each a link to its card; "" where the answer names them itself."""
    near = answer.hits[:NEAREST]
    if all(literal(hit.case.title) in literal(plain(answer.text)) for hit in near):
        return ""
    names = [f"- [{literal(hit.case.title)}](#h-{turn}-{hit.rank})" for hit in near]
    return "\n".join(["最接近的案例（没有直接依据，仅供查阅）：\n", *names])
