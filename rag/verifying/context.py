"""What a case states about itself (title, region, department): it lends a sentence the name of its place."""

from __future__ import annotations

import functools
import re

from corpus.places import PLACES, PROVINCES, counties_in
from rag.verifying.reading import Passage, read

_ENDING = r"自治区|自治州|自治县|开发区|经开区|高新区|新区|省|市|区|县|旗|州|盟|镇|乡|街道"
_UNIT = re.compile(_ENDING)
# A region, or a title or a department that begins with one, part by part: 浙江省|杭州市|余杭区.
_PART = re.compile(rf"([\u4e00-\u9fffx]{{2,8}}?)(?:{_ENDING})")
_LISTED = re.compile("|".join(map(re.escape, (*PLACES, *PROVINCES))))


@functools.lru_cache(maxsize=512)
def own_places(context: str) -> tuple[str, ...]:
    """Names of the places of a case without their endings, from what it states about itself, longest first."""
    text = read(context).text
    found = {match[0] for match in _LISTED.finditer(text)} | {name for _, name in counties_in(text)}
    for line in text.splitlines():
        start = 0
        while part := _PART.match(line, start):
            found.add(part[1])
            start = part.end()
    return tuple(sorted(found, key=lambda name: (-len(name), name)))


def placed_rows(passage: Passage, context: str) -> list[int]:
    """Numbers of the words of a passage that are part of the name of a place of the case."""
    spans = []
    for name in own_places(context):
        for match in re.finditer(re.escape(name), passage.text):
            unit = _UNIT.match(passage.text, match.end())
            spans.append((match.start(), unit.end() if unit else match.end()))
    return [
        row
        for row, word in enumerate(passage.words)
        if any(start <= word.span.start and word.span.end <= end for start, end in spans)
    ]
