"""The fixed parts of the pages: forms of native fields, which every keyboard, phone and screen reader knows."""

from __future__ import annotations

import html
from collections.abc import Sequence

from ui.browsing.requests import LONGEST


def skeleton(name: str, head: str, body: str) -> str:
    """A page: its form, a line that says how many or what is wrong, and what is filled in."""
    return (
        f'<section class="browsing {name}">{head}<p class="told" role="status" aria-live="polite">正在读取…</p>'
        f"{body}</section>"
    )


def form(fields: str, label: str, *, send: str = "") -> str:
    """A search form; one without a button to send it is filled in and answered as one types."""
    last = f'<button type="submit" class="send">{send}</button>' if send else ""
    clear = "" if send else '<button type="button" data-clear>清除条件</button>'
    return (
        f'<form role="search" aria-label="{label}" autocomplete="off" novalidate>{fields}{last}{clear}</form>'
    )


def text_field(name: str, label: str, hint: str, *, wide: bool = False) -> str:
    """A field for words with its label."""
    kind = ' class="wide"' if wide else ""
    # Questions may be longer; the assistant says how long.
    most = "" if name == "question" else f' maxlength="{LONGEST}"'
    return f'<label{kind}><span>{label}</span><input type="search" name="{name}" placeholder="{hint}"{most}></label>'


def select(name: str, label: str) -> str:
    """A field to choose from; its options come with the first list."""
    return choice(name, label, [("", "全部")], "")


def choice(name: str, label: str, rows: Sequence[tuple[str, str]], chosen: str) -> str:
    """A field to choose from (value, label) pairs."""
    inside = "".join(
        f'<option value="{html.escape(value)}"{" selected" if value == chosen else ""}>{html.escape(shown)}</option>'
        for value, shown in rows
    )
    return f'<label><span>{label}</span><select name="{name}">{inside}</select></label>'


def button(name: str, value: str, label: str) -> str:
    """A button that the page's script knows by its data."""
    return f'<button type="button" data-{name}="{value}">{label}</button>'
