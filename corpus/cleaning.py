"""From the lines of a raw file to a clean document: junk out, broken words whole, every character traceable."""

from __future__ import annotations

import collections
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus import junk
from corpus.contents import Contents, find_contents
from corpus.joining import Draft, broken_sentence, join
from corpus.normalise import bare, tidy_spaces
from corpus.types import Document, Leftover, Line, RawFile, Span, TextLine


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of `Document.text` with the layout that case cutting looks at.

    Attributes:
        span: its characters in the document.
        lines: first and last raw line.
        level, emphasised, page_start, prominence: as in `Line`, of its first line.
        blanks: blank or dropped raw lines just before it.
        text: the slice.
    """

    span: Span
    lines: tuple[int, int]
    level: int
    emphasised: bool
    page_start: bool
    blanks: int
    text: str
    prominence: int = 0


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A document and what cleaning learnt about it."""

    document: Document
    paragraphs: tuple[Paragraph, ...]
    contents: Contents | None
    leftovers: tuple[Leftover, ...]
    metadata: tuple[tuple[str, str], ...] = ()


def clean(raw: RawFile, *, path: str, data: bytes) -> CleanFile:
    """Clean one file.

    Args:
        raw: what the reader found.
        path: as given by the user.
        data: the raw bytes, for the digest.
    """
    contents = find_contents(raw.lines)
    dropped = _drop_reasons(raw.lines, contents)
    drafts = join(raw.lines, dropped, contents)
    return _assemble(raw, drafts, contents, _leftovers(raw.lines, dropped), path=path, data=data)


def _drop_reasons(lines: Sequence[Line], contents: Contents | None) -> dict[int, str]:
    """Index of each line that belongs to no case -> why."""
    reasons: dict[int, str] = {}
    for index, line in enumerate(lines):
        text = junk.MARK.sub("", line.text)
        if contents and contents.first <= index <= contents.last:
            reasons[index] = "目录"
        elif not text.strip() and line.text.strip():
            reasons[index] = "下载标记"
        elif reason := junk.reason_to_drop(text):
            reasons[index] = reason
    reasons.update(_running_headers(lines, reasons))
    return {index: reason for index, reason in reasons.items() if lines[index].text.strip()}


def _running_headers(lines: Sequence[Line], dropped: dict[int, str]) -> dict[int, str]:
    """Lines that come again and again and at least once stand in the middle of a sentence.

    Repetition alone does not tell: two cases may share a title.
    """
    texts = [bare(junk.MARK.sub("", line.text)) for line in lines]
    repeated = {text for text, count in collections.Counter(texts).items() if text and count > 1}
    kept = [index for index in range(len(lines)) if texts[index] and dropped.get(index, "目录") == "目录"]
    headers = set()
    for before, index, after in zip(kept, kept[1:], kept[2:], strict=False):
        if (
            texts[index] in repeated
            and not lines[index].level
            and broken_sentence(lines[before].text, lines[after].text)
        ):
            headers.add(texts[index])
    return {index: "页眉" for index in kept if texts[index] in headers}


def _leftovers(lines: Sequence[Line], dropped: dict[int, str]) -> tuple[Leftover, ...]:
    """Neighbouring dropped lines with one reason become one leftover."""
    grouped: list[list[int]] = []
    for index in sorted(dropped):
        last = grouped[-1][-1] if grouped else -9
        between = any(line.text.strip() for line in lines[last + 1 : index])
        if index - last <= 3 and not between and dropped[last] == dropped[index]:
            grouped[-1].append(index)
        else:
            grouped.append([index])
    return tuple(
        Leftover(
            (lines[group[0]].number, lines[group[-1]].number),
            tidy_spaces(lines[group[0]].text)[:80],
            dropped[group[0]],
        )
        for group in grouped
    )


def _assemble(
    raw: RawFile,
    drafts: Iterable[Draft],
    contents: Contents | None,
    leftovers: tuple[Leftover, ...],
    *,
    path: str,
    data: bytes,
) -> CleanFile:
    parts: list[str] = []
    line_map: list[TextLine] = []
    cuts: list[int] = []
    paragraphs: list[Paragraph] = []
    offset = 0
    for draft in drafts:
        start = offset
        text = draft.text
        cuts += sorted({start + cut for cut in draft.cuts if 0 < cut < len(text)})
        for piece, number in draft.pieces:
            line_map.append(TextLine(offset, number))
            offset += len(piece)
        parts.append(text)
        paragraphs.append(
            Paragraph(
                Span(start, offset),
                (draft.pieces[0][1], draft.pieces[-1][1]),
                draft.first.level,
                draft.first.emphasised,
                draft.first.page_start,
                draft.blanks,
                text,
                draft.first.prominence,
            )
        )
        offset += 1  # the line break between paragraphs
    metadata = dict(raw.metadata)
    name = path.replace("\\", "/")
    digest = hashlib.sha256(data).hexdigest()
    document = Document(
        id=hashlib.sha256(name.rsplit("/", 1)[-1].encode() + b"\0" + data).hexdigest()[:12],
        title=_document_title(name, metadata, raw.lines, contents, paragraphs),
        path=name,
        text="\n".join(parts),
        digest=digest,
        line_map=tuple(line_map),
        cuts=tuple(cuts),
        unit=raw.unit,
    )
    return CleanFile(document, tuple(paragraphs), contents, leftovers, raw.metadata)


def _document_title(
    name: str,
    metadata: dict[str, str],
    lines: Sequence[Line],
    contents: Contents | None,
    paragraphs: Sequence[Paragraph],
) -> str:
    """The stated title; else the first line where it looks like one; else the file's name without its ending."""
    if source := metadata.get("source_document"):
        # A digest names the compilation and the case in it that it was made from.
        named = metadata.get("source_title")
        return f"{source}《{named}》" if named and named != source else source
    if stated := metadata.get("title"):
        return stated
    before = lines[: contents.first] if contents else ()
    candidates = [line.text for line in before if line.text.strip()] or [part.text for part in paragraphs[:1]]
    for text in candidates[:3]:
        title = tidy_spaces(junk.MARK.sub("", text))
        if 4 <= len(title) <= 50 and not re.search(r"[。；，]$", title):
            return title
    return name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
