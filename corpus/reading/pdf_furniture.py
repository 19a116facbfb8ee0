"""Running headers, running footers and page numbers of a .pdf."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from corpus.reading.pdf_page import PageLine

# Lines at the top and at the bottom of a page among which furniture is looked for.
_ZONE = 3
_PAGE_NUMBER = re.compile(
    r"[-—–－~·•\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/／|]\s*\d{1,4}|[\s,，]*共\s*\d{1,4}\s*页)?[-—–－~·•\s]*"
    r"|第\s*[一二三四五六七八九十百零〇]{1,6}\s*页|[-—–－\s]*[ivxIVX]{1,6}[-—–－\s]*"
    r"|[Pp]age\s*\d{1,4}(?:\s*of\s*\d{1,4})?"
)
_DIGITS = re.compile(r"\d+")
_LARGER = 1.15


def without_furniture(lines: list[PageLine], pages: int) -> list[PageLine]:
    """`lines` without what repeats at the top or bottom of the pages, and without lone page numbers.

    Args:
        lines: of the whole document, page after page.
        pages: how many pages have text.
    """
    zones = _zones(lines)
    repeated = _repeated(zones, pages, _usual_size(lines))
    dropped = {
        id(line) for (_, top), members in zones.items() for line in members if (top, _key(line)) in repeated
    }
    return [line for line in lines if id(line) not in dropped | _page_numbers(zones, dropped)]


def _zones(lines: Iterable[PageLine]) -> dict[tuple[int, bool], list[PageLine]]:
    """The outermost lines by page, at the top (True) and at the bottom, outermost first."""
    pages: dict[int, list[PageLine]] = defaultdict(list)
    for line in lines:
        pages[line.page].append(line)
    zones: dict[tuple[int, bool], list[PageLine]] = {}
    for page, members in pages.items():
        ordered = sorted(members, key=lambda line: -line.baseline)
        zones[page, True] = ordered[:_ZONE]
        zones[page, False] = ordered[::-1][:_ZONE]
    return zones


def _repeated(
    zones: dict[tuple[int, bool], list[PageLine]], pages: int, usual: float
) -> set[tuple[bool, str]]:
    """Lines that stand in the same zone of three pages or more and of half of all, digits ignored.

    Left and right pages may differ, so half of the even or of the odd pages' double share counts too. A line
    whose digits change is furniture only in small type: "案例 1", "案例 2" atop each page are titles.
    """
    seen: dict[tuple[bool, str], dict[int, PageLine]] = defaultdict(dict)
    for (page, top), members in zones.items():
        for line in members:
            seen[top, _key(line)][page] = line
    found = set()
    for key, by_page in seen.items():
        changing = len({line.text for line in by_page.values()}) > 1
        large = any(line.heavy or line.size >= usual * _LARGER for line in by_page.values())
        sides = Counter(page % 2 for page in by_page)
        one_sided = len(sides) == 1 and len(by_page) * 2.5 >= pages
        if len(by_page) >= 3 and (len(by_page) * 2 >= pages or one_sided) and not (changing and large):
            found.add(key)
    return found


def _page_numbers(zones: dict[tuple[int, bool], list[PageLine]], dropped: set[int]) -> set[int]:
    """Lone page numbers that are the outermost line of a page, running headers and footers aside."""
    found: set[int] = set()
    for members in zones.values():
        rest = [line for line in members if id(line) not in dropped]
        if rest and _PAGE_NUMBER.fullmatch(rest[0].text):
            found.add(id(rest[0]))
    return found


def _usual_size(lines: list[PageLine]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _key(line: PageLine) -> str:
    return _DIGITS.sub("#", "".join(line.text.split()))
