"""Files and folders -> a complete index: read, cut, embed, write."""

from __future__ import annotations

import contextlib
import hashlib
import pathlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

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
from corpus.types import FileReport
from embeddings.threads import one_thread_each
from rag import store
from rag.contents import Encoding, content_of, counts_of, fill, manifest_of
from rag.encoders import MakeEmbedder, embedder_of, fitted_of
from rag.growing import Growth, Serving, fill_grown, growth
from rag.readings import Reader, Reading, cut_file, key_of, like_before, serving_readings

Progress = Callable[[str, float], None]
Fill = Callable[[pathlib.Path], dict[str, Any]]


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
            serving=known.serving,
            progress=progress,
            write=store.replace_build if there else store.write_build,
        )
    reused = sum(one.key in known.by_key for one in readings)
    return IndexingReport(reports, written.cases, written.chunks, reused, written.encoder)


def _skipped(path: pathlib.Path, why: str) -> Reading:
    return Reading("", FileReport(printable(path), "skipped", message=why))


@dataclass(frozen=True, slots=True)
class Written:
    """What a new build holds.

    Attributes:
        cases, chunks: how many.
        encoder: its name.
        manifest: of the build.
    """

    cases: int
    chunks: int
    encoder: str
    manifest: dict[str, Any]


def write_readings(
    folder: pathlib.Path,
    readings: Sequence[Reading],
    *,
    make_embedder: MakeEmbedder,
    encoder_key: str,
    serving: Serving | None = None,
    progress: Progress = quiet,
    write: Callable[[pathlib.Path, Fill], dict[str, Any]] = store.write_build,
) -> Written:
    """Write a complete build of `readings` and let it serve.

    Args:
        folder: the index.
        readings: of every file, in order; at least one has cases.
        make_embedder: texts to index -> the encoder, and the part of it to save with the index.
        encoder_key: what decides the encoder, for the manifest.
        serving: the build to take over from what did not change; None to make everything anew.
        progress: called from 0.6 to 1, the share of a whole run that this is.
        write: `store.write_build`, or `store.replace_build` for a writer that is alone already.

    Raises:
        InputError: if the folder cannot be written.
    """
    one_thread_each()
    if (grown := growth(serving, readings, encoder_key)) is not None:
        return _write_grown(folder, readings, grown, progress, write)
    content = content_of(readings)
    progress("计算向量", 0.65)
    embedder, fitted = make_embedder(content.texts)
    encoding = Encoding(embedder, fitted, encoder_key, cases=len(content.cases))
    progress("写入索引", 0.7)

    def filled(draft: pathlib.Path) -> dict[str, Any]:
        fill(draft, content, encoding)
        return manifest_of(readings, encoding, counts_of(content))

    manifest = write(folder, filled)
    progress("完成", 1.0)
    return Written(len(content.cases), len(content.chunks), embedder.name, manifest)


def _write_grown(
    folder: pathlib.Path,
    readings: Sequence[Reading],
    grown: Growth,
    progress: Progress,
    write: Callable[[pathlib.Path, Fill], dict[str, Any]],
) -> Written:
    """Like `write_readings`, for a build that takes over what did not change."""
    build, row = grown.serving.build, grown.serving.manifest["encoder"]
    fitted = fitted_of(build, row)
    encoding = Encoding(embedder_of(row, fitted), fitted, row["key"], int(row["cases"]), grown.changed)
    content = content_of(grown.new, grown.taken)
    progress("写入索引", 0.7)
    counts: dict[str, int] = {}

    def filled(draft: pathlib.Path) -> dict[str, Any]:
        counts.update(fill_grown(draft, grown, content, encoding))
        return {**manifest_of(readings, encoding, counts), "known": (build, grown.serving.manifest["files"])}

    manifest = write(folder, filled)
    progress("完成", 1.0)
    return Written(counts["cases"], counts["chunks"], encoding.embedder.name, manifest)


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
class _Known:
    """Readings of the serving build, so that unchanged files are not read again and hand cuts are kept."""

    serving: Serving | None
    by_key: dict[str, Reading]
    by_digest: dict[str, Reading]

    @classmethod
    def of(cls, folder: pathlib.Path) -> _Known:
        """Those of the index at `folder`; none where it cannot be read."""
        try:
            build, manifest = store.open_build(folder)
            serving = Serving(build, manifest, tuple(serving_readings(build, manifest)))
        except (CorpusIndexError, OSError, ValueError, KeyError, TypeError):
            return cls(None, {}, {})
        read = [(one, one.document.digest) for one in serving.readings if one.document]
        return cls(serving, {one.key: one for one, _ in read}, {digest: one for one, digest in read})


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
