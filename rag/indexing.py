"""Files and folders -> a complete index: read, cut, embed, write."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import pathlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.changes import Change
from corpus.chunking import passage_text, split_chunks
from corpus.errors import CorpusIndexError, InputError, UnreadableFileError
from corpus.reading import (
    WHY_OUTSIDE,
    IsolatedReader,
    find_files,
    find_ignored,
    find_outside,
    printable,
    read_bytes,
    why_ignored,
)
from corpus.types import Case, Chunk, Document, FileReport
from embeddings.bundled import load_bundled
from embeddings.embedder import Embedder, Vectors
from embeddings.index import VectorIndex
from embeddings.joint import static_parts
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import Field, LexicalIndex
from embeddings.static_model import StaticEmbedder
from rag import records, store
from rag.readings import (
    CUTTING_VERSION,
    Reader,
    Reading,
    cut_file,
    key_of,
    like_before,
    reading_row,
    serving_readings,
)
from rag.sentences import Sentences

Progress = Callable[[str, float], None]
MakeEmbedder = Callable[[Sequence[str]], tuple[Embedder, StaticEmbedder | None]]
Fill = Callable[[pathlib.Path], dict[str, Any]]
TOKENS, SENTENCES = "tokens", "sentences"
FIELDS: tuple[Field, ...] = ("characters", "words")


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
    make_embedder: MakeEmbedder,
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
        *(_skipped(path, why_ignored(path.suffix.lower())) for path in _without(folder, find_ignored(paths))),
        *(_skipped(path, WHY_OUTSIDE) for path in find_outside(paths)),
    ]
    # What is taken over from the serving build must not change meanwhile.
    there = store.exists(folder)
    with store.alone(folder) if there else contextlib.nullcontext():
        known = _Known.of(folder)
        readings: list[Reading] = []
        with IsolatedReader() as reader:
            for number, path in enumerate(files):
                progress(f"读取 {printable(path.name)}", 0.6 * number / len(files))
                readings.append(_read(path, known, readings, reader.read))
        reports = tuple(one.report for one in (*readings, *skipped))
        if not any(one.cases for one in readings):
            raise NothingReadError(reports)
        written = write_readings(
            folder,
            readings,
            make_embedder=make_embedder,
            encoder_key=encoder_key,
            progress=progress,
            write=store.replace_build if there else store.write_build,
        )
    reused = sum(one.key in known.by_key for one in readings)
    return IndexingReport(reports, written.cases, written.chunks, reused, written.encoder)


def _skipped(path: pathlib.Path, why: str) -> Reading:
    return Reading("", FileReport(printable(path), "skipped", message=why))


@dataclass(frozen=True, slots=True)
class Written:
    """What a new build holds, and the encoder's name."""

    cases: int
    chunks: int
    encoder: str


def write_readings(
    folder: pathlib.Path,
    readings: Sequence[Reading],
    *,
    make_embedder: MakeEmbedder,
    encoder_key: str,
    progress: Progress = quiet,
    write: Callable[[pathlib.Path, Fill], object] = store.write_build,
) -> Written:
    """Write a complete build of `readings` and let it serve.

    Args:
        folder: the index.
        readings: of every file, in order; at least one has cases.
        make_embedder: texts to index -> the encoder, and the part of it to save with the index.
        encoder_key: what decides the encoder, for the manifest.
        progress: called from 0.6 to 1, the share of a whole run that this is.
        write: `store.write_build`, or `store.replace_build` for a writer that is alone already.

    Raises:
        InputError: if the folder cannot be written.
    """
    documents, cases = _distinct(readings)
    changes = _changes(readings, cases)
    chunks = [chunk for case in cases for chunk in split_chunks(case)]
    by_id = {case.id: case for case in cases}
    texts = [passage_text(by_id[chunk.case_id], chunk) for chunk in chunks]
    progress("计算向量", 0.65)
    embedder, fitted = make_embedder(texts)
    vectors = embedder.encode_document(texts)
    progress("写入索引", 0.9)
    content = _Content(readings, documents, cases, changes, chunks, texts, vectors, fitted)
    write(folder, lambda draft: _fill(draft, content, embedder, encoder_key))
    progress("完成", 1.0)
    return Written(len(cases), len(chunks), embedder.name)


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


@dataclass(frozen=True, slots=True)
class _Known:
    """Readings of the serving build, so that unchanged files are not read again and hand cuts are kept."""

    by_key: dict[str, Reading]
    by_digest: dict[str, Reading]

    @classmethod
    def of(cls, folder: pathlib.Path) -> _Known:
        """Those of the index at `folder`; none where it cannot be read."""
        try:
            readings = [one for one in serving_readings(*store.open_build(folder)) if one.document]
        except (CorpusIndexError, OSError, ValueError, KeyError, TypeError):
            readings = []
        return cls(
            {one.key: one for one in readings}, {one.document.digest: one for one in readings if one.document}
        )


def _read(path: pathlib.Path, known: _Known, before: Sequence[Reading], read: Reader) -> Reading:
    name = printable(path)
    try:
        data = read_bytes(path)
        key = key_of(name, data)
        digest = hashlib.sha256(data).hexdigest()
        for other in before:
            if other.document is not None and other.document.digest == digest:
                message = f"与 {other.document.name} 内容完全相同，只收录一份"
                return Reading(key, FileReport(name, "skipped", message=message))
        if key in known.by_key:
            return known.by_key[key]
        return like_before(cut_file(path, name, data, read), known.by_digest.get(digest))
    except UnreadableFileError as error:
        return Reading("", FileReport(name, "refused", message=str(error)))


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
    VectorIndex.build(content.vectors).save(draft / "vectors.faiss")
    for field in FIELDS:
        LexicalIndex.build(content.texts, field).save(draft / field)
    if content.fitted is not None:
        content.fitted.save(draft / "encoder")
    LateInteraction.build(load_bundled(), content.texts).save(draft / TOKENS)
    by_id = {document.id: document for document in content.documents}
    Sentences.build(content.cases, by_id, static_parts(content.fitted)).save(draft / SENTENCES)
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
        "readings": [reading_row(one) for one in content.readings],
        "originals": [
            pathlib.PurePosixPath(one.original).parts[1] for one in content.readings if one.original
        ],
    }
