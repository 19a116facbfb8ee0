"""Answers, hits and cases in the shape that the command line promises, and as text for people."""

from __future__ import annotations

from typing import Any

from corpus.types import Case
from rag.types import Answer, Hit
from rag.understand import Corrections, Reading

_SHOWN_TERMS = 6
_UNITS = {
    "line": ("第 {} 行", "第 {}–{} 行"),
    "paragraph": ("第 {} 段", "第 {}–{} 段"),
    "page": ("第 {} 页", "第 {}–{} 页"),
}


def answer_object(answer: Answer) -> dict[str, Any]:
    """What `ask --json` prints."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "refused": answer.refused,
        "reason": answer.reason,
        "citations": [
            {
                "n": citation.number,
                "case_id": citation.case.id,
                "title": citation.case.title,
                "source": citation.case.source,
                "region": citation.case.region,
                "lines": list(citation.lines),
                "quote": citation.quote,
            }
            for citation in answer.citations
        ],
        "hits": [hit_object(hit) for hit in answer.hits],
        "seconds": answer.seconds,
    }


INTENT_NAMES = {"figure": "查数字", "how": "问做法", "list": "列出各地", "compare": "作比较"}
KIND_NAMES = {"time": "时间", "share": "比例", "money": "金额", "date": "日期", "count": "数量"}


def reading_for_people(reading: Reading) -> str:
    """How a question was understood, in one line: what is asked, the places, and the official terms used."""
    kinds = "、".join(dict.fromkeys(KIND_NAMES[figure.kind] for figure in reading.asked))
    parts = [INTENT_NAMES[reading.intent] + (f"（{kinds}）" if kinds else "")]
    if reading.places:
        parts.append(f"地方：{'、'.join(reading.places)}")
    if reading.official:
        parts.append(f"正式说法：{'、'.join(reading.official[:_SHOWN_TERMS])}")
    return "；".join(parts)


def corrections_for_people(corrections: Corrections) -> str:
    """What a reader took back of how a question was read, in one line; "" for nothing."""
    parts = [INTENT_NAMES[corrections.intent]] if corrections.intent else []
    if corrections.without_places:
        parts.append(f"不限定{'、'.join(corrections.without_places)}")
    if corrections.without_terms:
        parts.append(f"不按{'、'.join(f'“{term}”' for term in corrections.without_terms)}查找")
    return f"已按更正回答：{'；'.join(parts)}" if parts else ""


def hit_object(hit: Hit) -> dict[str, Any]:
    """A hit of `ask --json` and `search --json`."""
    return {
        "case_id": hit.case.id,
        "title": hit.case.title,
        "source": hit.case.source,
        "lines": list(hit.case.lines),
        "score": round(hit.score, 6),
    }


def case_object(case: Case) -> dict[str, Any]:
    """A line of `cases --json`."""
    return {
        "case_id": case.id,
        "number": case.number,
        "title": case.title,
        "source": case.source,
        "lines": list(case.lines),
        "region": case.region,
        "department": case.department,
        "period": case.period,
        "topics": list(case.topics),
        "text": case.text,
    }


def place_in_file(lines: tuple[int, int], unit: str) -> str:
    """Where something stands, in words: 第 12 行, 第 3–5 页."""
    one, several = _UNITS[unit]
    return one.format(lines[0]) if lines[0] == lines[1] else several.format(*lines)
