"""What a heading's words tell: the title of a case, a section of one report, a number, a compilation's name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.cleaning import Paragraph
from corpus.contents import without_number

CASE_NUMBER = re.compile(
    r"(?:典型|优秀|创新|改革)?案例\s*[0-9一二三四五六七八九十百]{1,4}\s*(?:[:：、.．\s]|$)"
)
SECTION_NUMBER = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、.．是]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,3}\s*[、.．]|第[一二三四五六七八九十\d]+[条章节部篇]|[①-⑳]|0\d\s)"
)
PLACE_OR_BODY = re.compile(
    r"省(?!力|时|心|内)|市(?!场|民|值)|县|区(?!域|间|划|分)|[\u4e00-\u9fffX]州|旗|镇|乡(?!村)|街道|开发区|局(?!部|面)|厅|委(?!托)|"
    r"(?<![帮代包承举快易好难])办(?![税事理证好案成结公件学医实就])|[法检医商]院|检察院|联社|海关|中心"
)
PREFIXED = re.compile(r"[^，。：“”]{2,14}[：:]")
_ORDINAL = re.compile(
    r"\s*(?:(\d{1,3})\s*[、.．]|([一二三四五六七八九十百]{1,5})、|第([一二三四五六七八九十百\d]{1,5})篇)\s*(?=\S)"
)
_ENDS_LIKE_TEXT = re.compile(r"[。；，、：:,;]$")
LONGEST_TITLE = 70
_ISSUE = r"(?:[（(]?第?[\d一二三四五六七八九十]+[篇期例辑号][）)]?)?$"
COLLECTION = re.compile(r"(?:汇编|选编|选登|选辑|合集|案例集|经验集)" + _ISSUE)
COMPILATION = re.compile(COLLECTION.pattern + "|(?:案例选?|经验材料|简报)" + _ISSUE)
REPORT = re.compile(r"(?:报告|总结|汇报|方案|意见|计划)$")
FIRST_SECTION = re.compile(r"\s*一、")


def title_like(paragraph: Paragraph) -> bool:
    """Short, one sentence at most, not ended like running text."""
    text = paragraph.text
    return 4 <= len(text) <= LONGEST_TITLE and not _ENDS_LIKE_TEXT.search(text) and "。" not in text


def names(title: str) -> bool:
    """Whether a title says what a case's title says: a place, an authority, or the theme of all compilations."""
    return bool(PLACE_OR_BODY.search(without_number(title)[:16])) or "营商环境" in title


def sections_of_one_report(titles: Sequence[str]) -> bool:
    """Whether titles are the sections of one text ("一、主要做法") rather than titles of cases.

    Cases may be numbered too, but then most of them name a place or an authority, and there are more than a few.
    """
    if not titles:
        return True
    numbered = sum(bool(SECTION_NUMBER.match(title)) for title in titles)
    naming = sum(map(names, titles))
    return numbered > 0.6 * len(titles) and (naming < 0.6 * len(titles) or len(titles) < 4)


def plain_sections(titles: Sequence[str]) -> bool:
    """A handful of headings few of which say what a case's title says are sections of one text."""
    if len(titles) < 4:
        return not all(PLACE_OR_BODY.search(title[:16]) for title in titles)
    return len(titles) <= 8 and sum(map(names, titles)) < 0.34 * len(titles)


def ordinal(text: str) -> int:
    """The number at the head of a line, Arabic or Chinese up to 999; 0 without one."""
    match = _ORDINAL.match(text)
    if match is None:
        return 0
    written = next(filter(None, match.groups()))
    if written.isdigit():
        return int(written)
    total, digit = 0, 0
    for character in written:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = "一二三四五六七八九".index(character) + 1
    return total + digit
