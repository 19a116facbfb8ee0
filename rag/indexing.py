"""Files and folders -> a complete index: read, cut, embed, write."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pathlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.changes import Change, find_changes
from corpus.chunking import passage_text, split_chunks
from corpus.cleaning import clean
from corpus.cutting import split_cases
from corpus.errors import CorpusIndexError, InputError, UnreadableFileError
from corpus.reading import find_files, find_ignored, read_bytes, read_raw, why_ignored
from corpus.types import Case, Chunk, Document, FileReport
from embeddings.bundled import load_bundled
from embeddings.embedder import Embedder, Vectors
from embeddings.index import VectorIndex
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import Field, LexicalIndex
from embeddings.static_model import StaticEmbedder
from rag import records, store

Progress = Callable[[str, float], None]
# Part of every file's key: a new way of reading or cutting reads all files anew.
CUTTING_VERSION = 2
TOKENS = "tokens.npz"
FIELDS: tuple[Field, ...] = ("characters", "words")


@dataclass(frozen=True, slots=True)
class Reading:
    """One file's document, its cases and what became of it; no document where it was refused."""

    key: str
    report: FileReport
    document: Document | None = None
    cases: tuple[Case, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexingReport:
    """What an indexing run did."""

    files: tuple[FileReport, ...]
    cases: int
    chunks: int
    reused: int
    encoder: str


def quiet(_step: str, _share: float) -> None:
    """A progress callback that says nothing."""


def build_index(
    paths: Sequence[pathlib.Path],
    folder: pathlib.Path,
    *,
    make_embedder: Callable[[Sequence[str]], tuple[Embedder, StaticEmbedder | None]],
    encoder_key: str,
    progress: Progress = quiet,
) -> IndexingReport:
    """Index files and folders; the index at `folder` is replaced only when the new one is complete.

    Args:
        paths: files and folders.
        folder: where the index lies or will lie.
        make_embedder: texts to index -> the encoder, and the part of it to save with the index because it was
            fitted on them.
        encoder_key: what decides the encoder, for the manifest.
        progress: called with a Chinese step and the share done, 0..1.

    Raises:
        InputError: if a path does not exist, nothing readable is there, or the folder cannot be written.
    """
    progress("查找文件", 0.0)
    files = _without(folder, find_files(paths))
    skipped = [
        FileReport(printable(path), "skipped", message=why_ignored(path.suffix.lower()))
        for path in _without(folder, find_ignored(paths))
    ]
    known = _previous(folder)
    readings: list[Reading] = []
    for number, path in enumerate(files):
        progress(f"读取 {path.name}", 0.6 * number / len(files))
        readings.append(_read(path, known, readings))
    documents, cases = _distinct(readings)
    changes = _changes(readings, cases)
    reports = (*(reading.report for reading in readings), *skipped)
    if not cases:
        raise NothingReadError(reports)
    chunks = [chunk for case in cases for chunk in split_chunks(case)]
    by_id = {case.id: case for case in cases}
    texts = [passage_text(by_id[chunk.case_id], chunk) for chunk in chunks]
    progress("计算向量", 0.65)
    embedder, fitted = make_embedder(texts)
    vectors = embedder.encode_document(texts)
    progress("写入索引", 0.9)
    content = _Content(readings, documents, cases, changes, chunks, texts, vectors, fitted)
    store.write_build(folder, lambda draft: _fill(draft, content, embedder, encoder_key))
    progress("完成", 1.0)
    reused = sum(reading.key in known for reading in readings)
    return IndexingReport(reports, len(cases), len(chunks), reused, embedder.name)


def _without(folder: pathlib.Path, files: Iterable[pathlib.Path]) -> list[pathlib.Path]:
    """`files` without those of the index itself, which may lie among the material."""
    own = folder.resolve()
    return [path for path in files if not (store.exists(folder) and path.resolve().is_relative_to(own))]


class NothingReadError(InputError):
    """No case was read; carries the reports of the files."""

    def __init__(self, reports: tuple[FileReport, ...]) -> None:
        refused = next((report for report in reports if report.status == "refused"), None)
        detail = f"（{pathlib.PurePath(refused.path).name}：{refused.message}）" if refused else ""
        super().__init__(
            f"没有读到任何案例{detail}",
            hint="请换成有文字的 .docx、.txt、.md、.html 或 .pdf 文件；原来的索引没有改动",
        )
        self.reports = reports


@dataclass(frozen=True, slots=True)
class _Content:
    readings: Sequence[Reading]
    documents: Sequence[Document]
    cases: Sequence[Case]
    changes: Sequence[Change]
    chunks: Sequence[Chunk]
    texts: Sequence[str]
    vectors: Vectors
    fitted: StaticEmbedder | None


def _previous(folder: pathlib.Path) -> dict[str, Reading]:
    """Readings of the serving index by key, so that unchanged files are not read again."""
    try:
        build, manifest = store.open_build(folder)
        documents = {
            row["id"]: records.document_from(row) for row in records.read_rows(build / "documents.jsonl")
        }
        cases = [records.case_from(row, documents) for row in records.read_rows(build / "cases.jsonl")]
        changes = [records.change_from(row) for row in records.read_rows(build / "changes.jsonl")]
    except (CorpusIndexError, OSError, ValueError, KeyError, TypeError):
        return {}
    known = {}
    of_document: dict[str, list[Case]] = {name: [] for name in documents}
    for case in cases:
        # A repeated case got a number behind its id; whether it repeats is for the new build to say.
        plain = dataclasses.replace(case, id=case.id.partition(".")[0])
        of_document[plain.document_id].append(plain)
    of_case: dict[str, list[Change]] = {case.id.partition(".")[0]: [] for case in cases}
    for change in changes:
        of_case[change.case_id].append(change)
    for row in manifest["readings"]:
        report = records.report_from(row["report"])
        if report.status == "read" and row["document"] in documents:
            own = tuple(of_document[row["document"]])
            told = tuple(change for case in dict.fromkeys(one.id for one in own) for change in of_case[case])
            known[row["key"]] = Reading(row["key"], report, documents[row["document"]], own, told)
    return known


def _read(path: pathlib.Path, known: dict[str, Reading], before: Sequence[Reading]) -> Reading:
    name = printable(path)
    try:
        data = read_bytes(path)
        key = hashlib.sha256(f"{CUTTING_VERSION}\0{name}\0".encode() + data).hexdigest()
        digest = hashlib.sha256(data).hexdigest()
        for other in before:
            if other.document is not None and other.document.digest == digest:
                message = f"与 {other.document.name} 内容完全相同，只收录一份"
                return Reading(key, FileReport(name, "skipped", message=message))
        return known.get(key) or _cut(path, name, key, data)
    except UnreadableFileError as error:
        return Reading("", FileReport(name, "refused", message=str(error)))


def printable(path: pathlib.Path) -> str:
    """`path` with forward slashes, and with marks for bytes of another encoding (names unpacked from an old archive)."""
    return os.fsencode(path.as_posix()).decode(errors="replace")


def _cut(path: pathlib.Path, name: str, key: str, data: bytes) -> Reading:
    raw = read_raw(path, data)
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
        notes=raw.notes,
        leftovers=cutting.leftovers,
    )
    distinct = {case.id: case for case in cutting.cases}.values()
    changes = tuple(change for case in distinct for change in find_changes(case, file.document))
    return Reading(key, report, file.document, cutting.cases, changes)


def _distinct(readings: Iterable[Reading]) -> tuple[list[Document], list[Case]]:
    """Documents and cases in order; a case id that comes again (one text twice in a file) gets a number."""
    documents, cases = [], []
    seen: set[str] = set()
    for reading in readings:
        if reading.document is None:
            continue
        documents.append(reading.document)
        for case in reading.cases:
            unique, copy = case.id, 1
            while unique in seen:
                copy += 1
                unique = f"{case.id}.{copy}"
            seen.add(unique)
            cases.append(case if unique == case.id else dataclasses.replace(case, id=unique))
    return documents, cases


def _changes(readings: Iterable[Reading], cases: Iterable[Case]) -> list[Change]:
    """Changes in the order of the cases; a case that comes again tells nothing new."""
    told: dict[str, list[Change]] = {}
    for reading in readings:
        for change in reading.changes:
            told.setdefault(change.case_id, []).append(change)
    return [change for case in cases for change in told.get(case.id, ())]


def _fill(draft: pathlib.Path, content: _Content, embedder: Embedder, encoder_key: str) -> dict[str, Any]:
    records.write_rows(draft / "documents.jsonl", map(records.document_row, content.documents))
    records.write_rows(draft / "cases.jsonl", map(records.case_row, content.cases))
    records.write_rows(draft / "changes.jsonl", map(records.change_row, content.changes))
    records.write_rows(draft / "chunks.jsonl", map(records.chunk_row, content.chunks))
    (draft / "vectors.faiss").write_bytes(VectorIndex.build(content.vectors).to_bytes())
    for field in FIELDS:
        LexicalIndex.build(content.texts, field).save(draft / field)
    if content.fitted is not None:
        content.fitted.save(draft / "encoder")
    LateInteraction.build(load_bundled(), content.texts).save(draft / TOKENS)
    corpus_digest = hashlib.sha256(
        "\n".join(sorted(document.digest for document in content.documents)).encode()
    )
    return {
        "corpus": corpus_digest.hexdigest(),
        "encoder": {
            "key": encoder_key,
            "name": embedder.name,
            "dimension": embedder.dimension,
            "fitted": content.fitted.name if content.fitted is not None else "",
        },
        "cutting": CUTTING_VERSION,
        "counts": {
            "documents": len(content.documents),
            "cases": len(content.cases),
            "chunks": len(content.chunks),
            "changes": len(content.changes),
        },
        "readings": [
            {
                "key": one.key,
                "document": one.document.id if one.document else "",
                "report": dataclasses.asdict(one.report),
            }
            for one in content.readings
        ],
    }
