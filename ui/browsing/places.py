"""A region as a case states it -> the levels of its administration, for filtering and counting."""

from __future__ import annotations

import re

from corpus.places import MUNICIPALITIES, PROVINCES

_PROVINCE = re.compile(
    rf"(?P<name>{'|'.join(sorted(PROVINCES, key=len, reverse=True))})"
    rf"(?:省|(?:壮族|回族|维吾尔)?自治区|特别行政区|(?<={'|'.join(sorted(MUNICIPALITIES))})市|(?![市州县区旗]))"
)
# These end no level where they stand inside a name (万州区, 沙市区, 新乡市, 景德镇市).
_LEVEL = re.compile(
    r".+?(?:省|自治区|自治州|自治县|自治旗|街道|地区|新区|开发区|市(?!区)|州(?![市区])|盟|县(?!级)|区|旗|镇(?!市)|乡(?!市)|$)"
)
_ENDING = re.compile(
    r"(?<=..)(?:自治区|自治州|自治县|自治旗|街道|地区|(?<!开发)(?<!经开)(?<![新园])区|[省市县盟旗镇乡])$"
)
_MASKED = re.compile(r"[XxＸ×＊*]{2,}|[XxＸ×]|某")


def levels(region: str) -> tuple[str, ...]:
    """Names of a region's levels without their endings, the widest first: 广东省广州市南沙区 -> 广东, 广州, 南沙.

    Levels whose name a compilation hides (XX市, 某区) are left out; nothing is guessed that is not written.
    """
    found: list[str] = []
    rest = "".join(region.split())
    if province := _PROVINCE.match(rest):
        found.append(province["name"])
        rest = rest[province.end() :]
    found += [_ENDING.sub("", level) for level in _LEVEL.findall(rest) if not _MASKED.search(level)]
    return tuple(found)
