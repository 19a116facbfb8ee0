"""What became of each file: read and cut now, or taken from the serving build, hand cuts included."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import itertools
import pathlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpus.changes import Change, find_changes
from corpus.cleaning import clean
from corpus.cutting import split_cases
from corpus.errors import CaseQAError, UnreadableFileError
from corpus.instructions import instructs
from corpus.recutting import Piece, by_hand, pieces_of, recut
from corpus.types import Case, Document, FileReport, RawFile
from embeddings.ragged import Ragged
from rag import records

if TYPE_CHECKING:
    from corpus.near_duplicates import Hashes

Reader = Callable[[pathlib.Path, bytes], RawFile]
# Part of every file's key: a new way of reading or cutting reads all files anew.
CUTTING_VERSION = 3
CUTTING_SECONDS = 300.0
"""Seconds of the processor for the changes of one file; ordinary text of the largest size takes about a minute."""
SKETCHES = "sketches"
_BY_HAND = "手工切分"
_WARNED = 5  # places that a warning names
_CUT_LOST = "文件的文字与手工切分时不同，手工切分没有沿用"


@dataclass(frozen=True, slots=True)
class Reading:
    """One file's document, its cases and what became of it; no document where it was refused.

    Attributes:
        key: of the file's name, its bytes and the way of cutting.
        report: what the health report tells.
        document, cases, changes: what was made of it.
        automatic: the cases as they were found, where a hand has cut them otherwise; else empty.
        added: when it came into the index, ISO 8601 in UTC.
        original: path below the index of the copy of the raw file, "" where none is kept.
        sketches: of the cases' texts as the index keeps them; empty where they are not computed yet.
    """

    key: str
    report: FileReport
    document: Document | None = None
    cases: tuple[Case, ...] = ()
    changes: tuple[Change, ...] = ()
    automatic: tuple[Case, ...] = ()
    added: str = ""
    original: str = ""
    sketches: tuple[Hashes, ...] = dataclasses.field(default=(), compare=False, repr=False)

    @property
    def cut_by_hand(self) -> tuple[int, ...]:
        """Numbers of the cases that a hand has cut."""
        return by_hand(self.cases, self.automatic) if self.automatic else ()


def sketches_of(reading: Reading) -> tuple[Hashes, ...]:
    """A sketch of each case's text, to find nearly the same text elsewhere; see `corpus.near_duplicates`."""
    from corpus.near_duplicates import sketch  # scipy takes its time

    return reading.sketches or tuple(sketch(case.text) for case in reading.cases)


def key_of(name: str, data: bytes) -> str:
    """What decides a file's reading."""
    return hashlib.sha256(f"{CUTTING_VERSION}\0{name}\0".encode() + data).hexdigest()


def now() -> str:
    """The time, ISO 8601 in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def cut_file(
    path: pathlib.Path, name: str, data: bytes, read: Reader, *, seconds: float = CUTTING_SECONDS
) -> Reading:
    """Read, clean and cut one file.

    Args:
        path: the file.
        name: as reports and citations name it.
        data: its bytes.
        read: makes lines of them.
        seconds: of the processor for finding the changes that it states.

    Raises:
        UnreadableFileError: if it cannot be read, holds no text, takes too long or is of a make that no rule foresaw.
    """
    raw = read(path, data)
    try:
        return _cut(raw, name, data, seconds)
    except (CaseQAError, MemoryError):
        raise
    except Exception as error:  # one odd file must not cost the others
        raise UnreadableFileError(
            "文件内容的格式异常，无法切分成案例", hint="请用 Word 或 WPS 打开核对，另存为 .docx 后重试"
        ) from error


def _cut(raw: RawFile, name: str, data: bytes, seconds: float) -> Reading:
    file = clean(raw, path=name, data=data)
    cutting = split_cases(file)
    if not cutting.cases:
        raise UnreadableFileError("文件里没有正文", hint="请检查文件内容")
    report = FileReport(
        name,
        "read",
        encoding=raw.encoding,
        cases=len(cutting.cases),
        listed=cutting.listed,
        characters=len(file.document.text),
        notes=(*raw.notes, *_warnings(raw)),
        leftovers=cutting.leftovers,
    )
    changes = _changes_of(cutting.cases, file.document, seconds)
    return Reading(key_of(name, data), report, file.document, cutting.cases, changes, added=now())


def _warnings(raw: RawFile) -> tuple[str, ...]:
    """What the one who adds a file should look at: lines that speak to a program and not to people."""
    lines = [line.number for line in raw.lines if instructs(line.text)]
    if not lines:
        return ()
    unit = {"line": "行", "paragraph": "段", "page": "页"}[raw.unit]
    places = "、".join(map(str, list(dict.fromkeys(lines))[:_WARNED]))
    return (f"第 {places} {unit}有像是写给程序的指令（例如“忽略以上要求”），请核对文件来源",)


def _changes_of(
    cases: Iterable[Case], document: Document, seconds: float = CUTTING_SECONDS
) -> tuple[Change, ...]:
    distinct = {case.id: case for case in cases}.values()
    until = time.thread_time() + seconds

    def patience() -> None:
        if time.thread_time() >= until:
            raise UnreadableFileError(
                f"文件过大或内容异常，没有在 {seconds:.0f} 秒内整理完",
                hint="请核对文件内容，拆分成几个文件后重试",
            )

    return tuple(change for case in distinct for change in find_changes(case, document, patience=patience))


def with_pieces(reading: Reading, pieces: Sequence[Piece]) -> Reading:
    """`reading` cut into `pieces` by hand; back to what was found where they are that."""
    document, automatic = reading.document, reading.automatic or reading.cases
    if document is None:
        return reading
    cases = recut(document, pieces, automatic)
    touched = by_hand(cases, automatic)
    notes = tuple(note for note in reading.report.notes if not note.startswith(_BY_HAND))
    if touched:
        notes = (*notes, f"{_BY_HAND}：第 {'、'.join(map(str, touched))} 个案例")
    known = {case.id for case in reading.cases}
    kept = [change for change in reading.changes if change.case_id in {case.id for case in cases}]
    found = _changes_of((case for case in cases if case.id not in known), document)
    return dataclasses.replace(
        reading,
        report=dataclasses.replace(reading.report, cases=len(cases), notes=notes),
        cases=cases,
        sketches=(),
        changes=(*kept, *found),
        automatic=() if pieces_of(cases) == pieces_of(automatic) else automatic,
    )


def like_before(reading: Reading, before: Reading | None) -> Reading:
    """A file read anew, with what the index knows of the same bytes: hand cuts, the day, the copy."""
    if before is None or reading.document is None or before.document is None:
        return reading
    same_text = before.document.text == reading.document.text
    reading = dataclasses.replace(reading, added=before.added, original=before.original)
    if not before.automatic:
        return reading
    if same_text:
        return with_pieces(reading, pieces_of(before.cases))
    report = dataclasses.replace(reading.report, notes=(*reading.report.notes, _CUT_LOST))
    return dataclasses.replace(reading, report=report)


def reading_row(reading: Reading) -> dict[str, Any]:
    """What a manifest says about a reading; its document and cases have files of their own."""
    row: dict[str, Any] = {
        "key": reading.key,
        "document": reading.document.id if reading.document else "",
        "report": dataclasses.asdict(reading.report),
        "added": reading.added,
    }
    if reading.original:
        row["original"] = reading.original
    if reading.automatic:
        row["automatic"] = [records.case_row(case) for case in reading.automatic]
    return row


def serving_readings(build: pathlib.Path, manifest: dict[str, Any]) -> Iterator[Reading]:
    """The readings of an opened build, in their order.

    Raises:
        OSError, ValueError, KeyError, TypeError: if the build is of another make.
    """
    documents = records.documents_of(build)
    of_document: dict[str, list[Case]] = {name: [] for name in documents}
    of_case: dict[str, list[Change]] = {}
    for row in records.read_rows(build / "cases.jsonl"):
        # A repeated case got a number behind its id; whether it repeats is for the new build to say.
        plain = records.case_from({**row, "id": row["id"].partition(".")[0]}, documents)
        of_document[row["document_id"]].append(plain)
        of_case[plain.id] = []
    for row in records.read_rows(build / "changes.jsonl"):
        change = records.change_from(row)
        of_case[change.case_id].append(change)
    sketches = Ragged.load(build / SKETCHES)
    first = dict(
        zip(of_document, itertools.accumulate(map(len, of_document.values()), initial=0), strict=False)
    )
    for row in manifest["readings"]:
        own = tuple(of_document.get(row["document"], ()))
        yield Reading(
            row["key"],
            records.report_from(row["report"]),
            documents.get(row["document"]),
            own,
            tuple(change for name in dict.fromkeys(case.id for case in own) for change in of_case[name]),
            tuple(records.case_from(one, documents) for one in row.get("automatic", ())),
            row.get("added", ""),
            row.get("original", ""),
            tuple(sketches[first[row["document"]] + number] for number in range(len(own))),
        )
