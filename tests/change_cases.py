"""Invented cases of one paragraph or a few, for the tests of changes and limits."""

from __future__ import annotations

from corpus.types import Case, Document, Span, TextLine

TITLE = "石桥乡便民服务做法"


def case_of(
    body: str, *, title: str = TITLE, region: str = "", cuts: tuple[int, ...] = ()
) -> tuple[Case, Document]:
    text = f"{title}\n{body}"
    document = Document(
        "d", title, "甲/选编.txt", text, "", (TextLine(0, 1), TextLine(len(title) + 1, 2)), cuts
    )
    case = Case(f"c-{title}", "d", 1, title, Span(0, len(text)), (1, 2), text, title, "选编.txt", region)
    return case, document
