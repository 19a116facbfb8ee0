"""Text -> Markdown that is safe to show: nothing of a case or a question may become a tag, a link or a picture."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARK = re.compile(r"\[(\d{1,3})\]")
_ADDRESS = re.compile(r"(?:https?|ftp):|www\.|@", re.IGNORECASE)
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:/@=])")
_MARKUP = re.compile(r"\*\*|\\([!-/:-@\[-`{-~])")  # bold, and backslashes before punctuation
_TABLE = re.compile(r"^(?:\|.*\|[ \t]*(?:\n|\Z))+", re.MULTILINE)
_RULE = re.compile(r"^\|(?: ?:?-+:? ?\|)+$")  # the line between a table's head and its body
_BAR = re.compile(r"(?<!\\)\|")


def literal(text: str) -> str:
    """`text` as Markdown that shows exactly these characters: no tag, link, picture or list comes of it."""
    line = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal_lines(text: str) -> str:
    """As `literal`, line breaks kept."""
    return "\n".join(literal(line) for line in text.splitlines())


def harmless(markdown: str) -> str:
    """`markdown` without raw HTML, links and pictures: a case's text must not make the page fetch anything."""
    # A backslash before them would turn the entity itself into visible text.
    shown = re.sub(r"\\?<", "&lt;", re.sub(r"\\?&", "&amp;", markdown))
    shown = shown.replace("](", "]\\(").replace("]:", "]\\:")
    # An entity for its last character keeps Markdown from making a link of a bare address.
    return _ADDRESS.sub(lambda match: f"{match[0][:-1]}&#{ord(match[0][-1])};", shown)


def with_links(markdown: str, turn: int, numbers: Sequence[int]) -> str:
    """Marks [n] of `numbers` as links to the cards of answer `turn`."""

    def link(match: re.Match[str]) -> str:
        number = int(match[1])
        return f"[\\[{number}\\]](#{card_id(turn, number)})" if number in numbers else match[0]

    return _MARK.sub(link, markdown)


def card_id(turn: int, number: int) -> str:
    """The anchor of source `number` of answer `turn`."""
    return f"s-{turn}-{number}"


def box(classes: str, markdown: str) -> str:
    """`markdown` in a box of its own look; `classes` are those of style.css."""
    return f'<div class="{classes}">\n\n{markdown}\n\n</div>'


def with_boxed_tables(markdown: str) -> str:
    """Each table in a box, inside which it can be scrolled sideways."""
    return _TABLE.sub(lambda match: box("table", match[0].strip()) + "\n", markdown)


def plain(markdown: str) -> str:
    """The characters that `markdown` shows: bold marks and backslashes taken off."""
    return _MARKUP.sub(r"\1", markdown).strip()


def with_tabs(markdown: str) -> str:
    """The same as plain text, the cells of tables parted by tabs, as word processors and spreadsheets take them."""
    return _TABLE.sub(lambda match: _tabbed(match[0]), markdown)


def _tabbed(table: str) -> str:
    rows = [line.strip() for line in table.strip().split("\n")]
    cells = [_BAR.split(row)[1:-1] for row in rows if not _RULE.match(row)]
    return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in cells) + "\n"
