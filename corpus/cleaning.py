"""From the lines of a raw file to a clean document: junk out, broken words whole, every character traceable."""

from __future__ import annotations

import collections
import hashlib
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus import junk, words
from corpus.contents import Contents, find_contents
from corpus.normalise import bare, tidy_spaces, unclosed, width
from corpus.types import Document, Leftover, Line, RawFile, Span, TextLine

_ENDED = re.compile(r"[。！？；：…!?;:][”’』】）)」\"']*$|[”》】）)]$")
_SENTENCE_INSIDE = re.compile(r"[。！？；]")
_NUMBERING = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十百]{1,3}[）)]|[一二三四五六七八九十百]{1,3}、|\d{1,3}\s*[、.．）)]|第[一二三四五六七八九十百\d]+[条章节篇])"
)
_CONTINUES = re.compile(r"^[，。；：、！？）”》】%％的了]")
_OPENER = re.compile(
    r"^(?:同时|此外|日前|近日|目前|今年|近年|据|如今|下一步|其中|一是|二是|三是|四是|五是|[“\"])"
)
_ITEM = re.compile(r"\s*(\d{1,3})\s*[、.．]")
_WIDEST_GAP = 6  # blank lines that a page break may leave
_LONG = 60  # columns: no heading is wider, so an unfinished line wider than this was cut by a page break


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


@dataclass(slots=True)
class _Draft:
    """A paragraph under construction: pieces of text with their raw lines."""

    first: Line
    blanks: int
    pieces: list[tuple[str, int]]  # text, raw line
    cuts: list[int]  # offsets in `text` at which raw text was left out

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)


def clean(raw: RawFile, *, path: str, data: bytes) -> CleanFile:
    """Clean one file.

    Args:
        raw: what the reader found.
        path: as given by the user.
        data: the raw bytes, for the digest.
    """
    contents = find_contents(raw.lines)
    dropped = _drop_reasons(raw.lines, contents)
    drafts = _join(raw.lines, dropped, contents)
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
            and _broken_sentence(lines[before].text, lines[after].text)
        ):
            headers.add(texts[index])
    return {index: "页眉" for index in kept if texts[index] in headers}


def _broken_sentence(left: str, right: str) -> bool:
    left = left.strip()
    unfinished = bool(_SENTENCE_INSIDE.search(left)) or width(left) > _LONG
    return unfinished and not _ENDED.search(left) and not _NUMBERING.match(right) and len(right.strip()) > 10


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


def _join(lines: Sequence[Line], dropped: dict[int, str], contents: Contents | None) -> list[_Draft]:
    """Paragraphs, with those that a page break or a hard line width had cut made whole."""
    wrap = _wrap_width(lines)
    unfinished_items = _unfinished_items(lines)
    titles = {
        index
        for index, line in enumerate(lines)
        if contents and len(line.text) < 90 and contents.lists(line.text)
    }
    drafts: list[_Draft] = []
    blanks, gap, last = 0, False, -1
    for index, line in enumerate(lines):
        text = tidy_spaces(junk.MARK.sub("", line.text))
        if index in dropped or not text:
            blanks += 1
            gap = gap or (index in dropped and dropped[index] != "目录")
            continue
        seam = drafts and index not in titles and last not in titles
        if seam and _continues(
            drafts[-1], line, text, blanks=blanks, wrap=wrap, item=last in unfinished_items
        ):
            before = drafts[-1].text
            space = _seam(before, text)
            drafts[-1].pieces.append((space + text, line.number))
            drafts[-1].cuts += [len(before)] * gap
            drafts[-1].cuts += [len(before + space) + mark for mark in _mark_offsets(line.text)]
        else:
            drafts.append(_Draft(line, blanks, [(text, line.number)], _mark_offsets(line.text)))
        blanks, gap, last = 0, False, index
    return drafts


def _mark_offsets(line: str) -> list[int]:
    """Where marks stood in the tidied `line`: left-out text too, for a quote across one is not in the source."""
    return [len(tidy_spaces(junk.MARK.sub("", line[: found.start()]))) for found in junk.MARK.finditer(line)]


def _seam(left: str, right: str) -> str:
    """A space between two Latin words that a line break parted, nothing between Chinese characters."""
    return (
        " "
        if left[-1:].isascii() and right[:1].isascii() and left[-1:].isalpha() and right[:1].isalpha()
        else ""
    )


def _wrap_width(lines: Sequence[Line]) -> int:
    """Columns at which a hard-wrapped text breaks its lines; 0 where the text is not hard-wrapped.

    Hard-wrapped means: of the lines followed directly by another, most are about as wide as the widest.
    """
    widths = [
        width(tidy_spaces(line.text))
        for line, after in itertools.pairwise(lines)
        if line.text.strip() and after.text.strip() and not line.level
    ]
    if len(widths) < 12:
        return 0
    widest = sorted(widths)[int(len(widths) * 0.95)]
    full = sum(0.9 * widest <= one <= widest + 6 for one in widths)
    return widest if widest <= 130 and full >= 0.5 * len(widths) else 0


def _unfinished_items(lines: Sequence[Line]) -> set[int]:
    """Indices of items ("16、…") that stop unfinished while the items before and after are whole sentences."""
    items = [(index, int(found[1])) for index, line in enumerate(lines) if (found := _ITEM.match(line.text))]
    unfinished = set()
    for (before, low), (index, number), (after, high) in zip(items, items[1:], items[2:], strict=False):
        whole = all(_ENDED.search(lines[one].text.strip()) for one in (before, after))
        if low + 1 == number == high - 1 and whole and not _ENDED.search(lines[index].text.strip()):
            unfinished.add(index)
    return unfinished


def _continues(draft: _Draft, line: Line, text: str, *, blanks: int, wrap: int, item: bool) -> bool:
    """Whether `text` is the rest of a sentence that `draft` left unfinished."""
    left = draft.text
    set_apart = draft.first.level or line.level or draft.first.emphasised or line.emphasised
    whole = _ENDED.search(left) and not unclosed(left[-60:])
    if set_apart or whole or "|" in left or "|" in text or _NUMBERING.match(text):
        return False
    if blanks == 0:
        return bool(wrap) and width(draft.pieces[-1][0]) >= 0.88 * wrap
    if blanks > _WIDEST_GAP or not re.match(r"[\w“”‘’（(《》「，。；：、！？%％]", text):
        return False
    if not (_ENDED.search(text) or width(text) > _LONG):
        # The rest of a paragraph ends like one; a short line that does not is the next title.
        return _CONTINUES.match(text) is not None or words.word_across(left, text)
    return _broken_off(left, text, item=item)


def _broken_off(left: str, text: str, *, item: bool) -> bool:
    """Whether `left`, which ends without a stop, was cut rather than being a heading."""
    return (
        width(left) > _LONG
        or item
        or bool(_SENTENCE_INSIDE.search(left))
        or bool(_CONTINUES.match(text))
        or unclosed(left)
        or (left[-1].isdigit() and len(left) > 15)
        or ("，" in left and _OPENER.match(left) is not None)
        or (width(left) >= 40 and words.word_across(left, text))
    )


def _assemble(
    raw: RawFile,
    drafts: Iterable[_Draft],
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
