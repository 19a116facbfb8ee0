"""Documents, cases, chunks, changes and file reports as JSON, one object a line, and back."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from corpus.changes import Change
from corpus.types import Case, Chunk, Document, FileReport, Leftover, Span, TextLine


def document_from(row: dict[str, Any]) -> Document:
    """A document from its JSON object."""
    return Document(
        **{
            **row,
            "line_map": tuple(TextLine(start, number) for start, number in row["line_map"]),
            "cuts": tuple(row["cuts"]),
        }
    )


def document_row(document: Document) -> dict[str, Any]:
    """A document as a JSON object; the line map as pairs, for it is the longest part."""
    row = dataclasses.asdict(document)
    row["line_map"] = [[piece.start, piece.number] for piece in document.line_map]
    return row


def case_row(case: Case) -> dict[str, Any]:
    """A case as a JSON object without its text, which is the document's slice."""
    row = dataclasses.asdict(case)
    del row["text"]
    row["span"] = [case.span.start, case.span.end]
    return row


def case_from(row: dict[str, Any], documents: dict[str, Document]) -> Case:
    """A case from its JSON object and the documents by id."""
    span = Span(*row["span"])
    return Case(
        **{
            **row,
            "span": span,
            "lines": tuple(row["lines"]),
            "topics": tuple(row["topics"]),
            "text": span.of(documents[row["document_id"]].text),
        }
    )


def chunk_row(chunk: Chunk) -> dict[str, Any]:
    """A chunk as a JSON object."""
    return {**dataclasses.asdict(chunk), "span": [chunk.span.start, chunk.span.end]}


def chunk_from(row: dict[str, Any]) -> Chunk:
    """A chunk from its JSON object; chunks of a case share its id, which saves 60 bytes each."""
    return Chunk(**{**row, "case_id": sys.intern(row["case_id"]), "span": Span(*row["span"])})


def change_row(change: Change) -> dict[str, Any]:
    """A change as a JSON object."""
    return {**dataclasses.asdict(change), "span": [change.span.start, change.span.end]}


def change_from(row: dict[str, Any]) -> Change:
    """A change from its JSON object."""
    return Change(**{**row, "span": Span(*row["span"])})


def report_from(row: dict[str, Any]) -> FileReport:
    """A file report from its JSON object."""
    leftovers = tuple(Leftover(tuple(one["lines"]), one["text"], one["reason"]) for one in row["leftovers"])
    return FileReport(**{**row, "notes": tuple(row["notes"]), "leftovers": leftovers})


def documents_of(build: pathlib.Path) -> dict[str, Document]:
    """The documents of a build, by id."""
    return {row["id"]: document_from(row) for row in read_rows(build / "documents.jsonl")}


def cases_of(build: pathlib.Path, documents: dict[str, Document]) -> dict[str, Case]:
    """The cases of a build, by id; `documents` are the same build's."""
    return {row["id"]: case_from(row, documents) for row in read_rows(build / "cases.jsonl")}


def write_rows(path: pathlib.Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write JSON Lines."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(map(line_of, rows))


def line_of(row: dict[str, Any]) -> str:
    """A row as a line of JSON Lines."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def read_rows(path: pathlib.Path) -> Sequence[dict[str, Any]]:
    """Read JSON Lines."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]
