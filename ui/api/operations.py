"""What every door offers, as functions of an assistant and a request; the shapes are the command line's."""

from __future__ import annotations

from typing import Any

from corpus.types import Case
from embeddings.lexical import fold
from rag.changes import MIXED_DAYS, changes_json, filtered, mixes_days, sorted_by_speed
from rag.output import case_object, hit_object
from ui.api.desk import Assistant
from ui.api.faults import NotFoundError
from ui.api.shapes import CasesRequest, ChangesRequest, SearchRequest

Object = dict[str, Any]


def found(assistant: Assistant, request: SearchRequest) -> Object:
    """What `search --json` prints.

    Raises:
        InputError: for an empty question or one that is too long.
    """
    hits = assistant.search(request.q, limit=request.limit)
    return {"question": request.q, "hits": [hit_object(hit) for hit in hits]}


def case_of(assistant: Assistant, case_id: str) -> Object:
    """One line of `cases --json`.

    Raises:
        NotFoundError: for an unknown id.
    """
    try:
        return case_object(assistant.case(case_id))
    except KeyError:
        hint = "案例编号在 /api/cases 和检索结果里"
        raise NotFoundError(f"没有编号为 {case_id} 的案例", hint=hint) from None


def listed(assistant: Assistant, request: CasesRequest) -> Object:
    """A part of `cases --json`, and how many there are in all."""
    cases = [case for case in assistant.cases if _meets(case, request)]
    shown = cases[request.offset : request.offset + request.limit]
    return {"total": len(cases), "cases": [case_object(case) for case in shown]}


def changed(assistant: Assistant, request: ChangesRequest) -> Object:
    """A part of `changes --json`, and how many there are in all.

    Raises:
        InputError: for an aspect that does not exist.
    """
    cases = {case.id: case for case in assistant.cases}
    rows = filtered(
        assistant.changes, cases, matter=request.matter, place=request.place, aspect=request.aspect
    )
    rows = sorted_by_speed(rows) if request.sort == "speed" else rows
    shown = rows[request.offset : request.offset + request.limit]
    objects = [changes_json(row, cases[row.case_id], assistant.document(cases[row.case_id])) for row in shown]
    return {"total": len(rows), "notes": [MIXED_DAYS] if mixes_days(shown) else [], "changes": objects}


def _meets(case: Case, request: CasesRequest) -> bool:
    return (
        _holds(case.region, request.region)
        and _holds(case.department, request.department)
        and _holds("\n".join(case.topics), request.topic)
        and all(_holds(f"{case.title}\n{case.text}", word) for word in request.q.split())
    )


def _holds(text: str, wanted: str) -> bool:
    return fold(wanted.strip()) in fold(text)
