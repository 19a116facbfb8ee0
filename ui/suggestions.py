"""Questions that go on from an answer, made of the answer alone: the same answer suggests the same."""

from __future__ import annotations

import re

from rag.types import Answer
from rag.understand import place_names

EXAMPLES = (
    "企业开办最快几小时办结？",
    "哪些地方给新开办企业免费刻章？",
    "材料没带齐能先受理吗？",
    "退税办得快的有哪些地方？",
    "不动产登记多长时间能办完？",
)
# Share of the best case's score that a case of another place needs. Of 58 questions asked on so, 15 of the 21 above
# it were answered and 7 of the 25 below it.
_NEAR = 0.7
_MASKED = re.compile(r"[XxＸ×＊*]{2,}|某")  # names that a compilation hides


def suggestions(answer: Answer) -> tuple[str, ...]:
    """At most three questions; none where the cases hold nothing to go on from."""
    if answer.reason == "out_of_scope":
        return EXAMPLES[:3]
    if not answer.citations:
        return ()
    place = another_place(answer)
    found = [_in_detail(answer), "还有别的地方吗？", f"那{place}呢？" if place else ""]
    return tuple(question for question in found if question)


def _in_detail(answer: Answer) -> str:
    if len(answer.cited_cases) > 1:
        return "第一个案例具体怎么做的？"
    told = answer.reading is not None and answer.reading.intent == "how" and not answer.refused
    return "" if told else "这个案例具体怎么做的？"


def another_place(answer: Answer) -> str:
    """A place of the cases found that the answer does not cite and the question does not name; "" for none."""
    known = {case.region for case in answer.cited_cases}
    named = answer.reading.places if answer.reading else ()
    for hit in answer.hits:
        region = hit.case.region
        names = place_names(region)
        if hit.score < _NEAR * answer.hits[0].score:
            break
        if names and not _MASKED.search(region) and region not in known and not set(names) & set(named):
            return region[region.rindex(names[-1]) :]
    return ""
