"""An index that is changed document by document: files are added, removed and cut anew by hand.

Each change writes a complete new build, so that it is there whole or not at all. What did not change is taken over
from the serving build, see `rag.growing`. A change is made alone in the folder, from its reading to its writing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import pathlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus.errors import CaseQAError, CorpusIndexError, InputError, UnreadableFileError
from corpus.reading import IsolatedReader
from corpus.recutting import Piece, pieces_of
from corpus.types import Case
from rag import disk, originals, store
from rag.candidates import free_name, refuse_same
from rag.encoders import MakeEmbedder
from rag.growing import Serving
from rag.indexing import Progress, quiet, write_readings
from rag.readings import (
    CUTTING_VERSION,
    Reader,
    Reading,
    cut_file,
    key_of,
    like_before,
    now,
    serving_readings,
    with_pieces,
)

Encoder = Callable[[str], MakeEmbedder]
"""The encoder's key in the manifest -> what makes the encoder."""


@dataclass(frozen=True, slots=True)
class Collection:
    """What an index holds, as one build has it.

    Attributes:
        folder: of the index.
        build: name of the serving build, "" where there is no index yet.
        readings: of every file, refused ones included, in order.
        encoder_key: what decides the encoder, None where there is no index yet.
        cutting: version of reading and cutting that made it.
        serving: that build, None where there is no index yet.
    """

    folder: pathlib.Path
    build: str = ""
    readings: tuple[Reading, ...] = ()
    encoder_key: str | None = None
    cutting: int = CUTTING_VERSION
    serving: Serving | None = dataclasses.field(default=None, compare=False, repr=False)

    @property
    def documents(self) -> tuple[Reading, ...]:
        """The readings that are documents."""
        return tuple(one for one in self.readings if one.document is not None)

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of all documents."""
        return tuple(case for one in self.readings for case in one.cases)

    def document(self, document_id: str) -> Reading:
        """The document with this id.

        Raises:
            InputError: if there is none.
        """
        for one in self.documents:
            if one.document is not None and one.document.id == document_id:
                return one
        raise InputError("这份材料已经不在索引里", hint="请刷新网页后再看")


def open_collection(folder: pathlib.Path) -> Collection:
    """What the index at `folder` holds; nothing where there is none yet.

    Raises:
        CorpusIndexError: if the index is damaged or of another version.
    """
    if not store.exists(folder):
        return Collection(folder)
    build, manifest = store.open_build(folder)
    try:
        readings = tuple(serving_readings(build, manifest))
        key, cutting = str(manifest["encoder"]["key"]), int(manifest["cutting"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        if store.serving(folder) != build.name:  # replaced, and so removed, while it was read
            return open_collection(folder)
        mend = f"请重新建立：python -m rag index 材料文件夹 --index {store.quoted(folder)}"
        raise CorpusIndexError("索引由另一个版本建立", hint=mend) from error
    return Collection(folder, build.name, readings, key, cutting, Serving(build, manifest, readings))


def add(
    folder: pathlib.Path,
    files: Sequence[tuple[Reading, bytes]],
    encoder: Encoder,
    *,
    encoder_key: str,
    progress: Progress = quiet,
) -> Collection:
    """Take files into the index at `folder`; it is made where it does not exist.

    Args:
        folder: of the index.
        files: what `examine` made of each, perhaps cut by hand since, and its bytes.
        encoder: see `Encoder`.
        encoder_key: of a new index; one that exists keeps its own.
        progress: called with a Chinese step and the share done, 0..1.

    Raises:
        InputError: if one is there already, or the folder cannot be written.
    """

    def edit(collection: Collection) -> tuple[Reading, ...]:
        readings = collection.readings
        for reading, data in files:
            digest = hashlib.sha256(data).hexdigest()
            refuse_same(digest, readings)
            if reading.document is None or reading.document.digest != digest:
                raise InputError("文件在读取之后变了", hint="请重新上传")
            if free_name(reading.document.name, readings) != reading.document.name:
                raise InputError(f"刚才收录了另一份“{reading.document.name}”", hint="请重新上传这个文件")
            kept = _keep(folder, reading.document.name, data)
            readings = (*readings, dataclasses.replace(reading, added=now(), original=kept))
        return readings

    return _change(folder, edit, encoder, encoder_key=encoder_key, progress=progress)


def remove(
    folder: pathlib.Path,
    document_id: str,
    encoder: Encoder,
    *,
    may_empty: bool = False,
    progress: Progress = quiet,
) -> Collection:
    """Take a document out of the index at `folder`.

    Args:
        folder: of the index.
        document_id: of the document.
        encoder: see `Encoder`.
        may_empty: whether the last document may go too, and the index with it.
        progress: called with a Chinese step and the share done, 0..1.

    Raises:
        InputError: if there is no such document, or it is the last one and must stay.
    """

    def edit(collection: Collection) -> tuple[Reading, ...]:
        gone = collection.document(document_id)
        if len(collection.documents) == 1 and not may_empty:
            raise InputError("这是索引里的最后一份材料，不能移除", hint="请先收录别的材料")
        return tuple(one for one in collection.readings if one is not gone)

    return _change(folder, edit, encoder, progress=progress)


def recut(
    folder: pathlib.Path,
    document_id: str,
    pieces: Sequence[Piece],
    encoder: Encoder,
    *,
    before: Sequence[Piece],
    progress: Progress = quiet,
) -> Collection:
    """Cut a document of the index at `folder` into `pieces`, as a hand says.

    Args:
        folder: of the index.
        document_id: of the document.
        pieces: in order of the text.
        encoder: see `Encoder`.
        before: the pieces that the hand began with, to notice another hand.
        progress: called with a Chinese step and the share done, 0..1.

    Raises:
        InputError: if there is no such document, or it was cut otherwise meanwhile.
    """

    def edit(collection: Collection) -> tuple[Reading, ...]:
        old = collection.document(document_id)
        if pieces_of(old.cases) != tuple(before):
            raise InputError("这份材料的切分刚被别人改过", hint="请重新打开再改")
        return tuple(with_pieces(one, pieces) if one is old else one for one in collection.readings)

    return _change(folder, edit, encoder, progress=progress)


def rebuild(folder: pathlib.Path, encoder: Encoder, *, progress: Progress = quiet) -> Collection:
    """Write the index at `folder` anew from its documents, as after a change of what is computed over all of them.

    Raises:
        CorpusIndexError: if the index is damaged.
        InputError: if the folder cannot be written.
    """
    return _change(folder, lambda collection: collection.readings, encoder, anew=True, progress=progress)


def _change(
    folder: pathlib.Path,
    edit: Callable[[Collection], tuple[Reading, ...]],
    encoder: Encoder,
    *,
    encoder_key: str = "",
    anew: bool = False,
    progress: Progress = quiet,
) -> Collection:
    progress("等待其他写入结束", 0.0)
    with store.alone(folder), _tidied(folder) as collection:
        progress("整理材料", 0.3)
        readings = _up_to_date(dataclasses.replace(collection, readings=edit(collection)))
        if not any(one.cases for one in readings):
            if collection.build:  # else there is nothing to remove but what might still be mended by hand
                store.remove_build(folder)
            return Collection(folder)
        key = encoder_key if collection.encoder_key is None else collection.encoder_key
        written = write_readings(
            folder,
            readings,
            make_embedder=encoder(key),
            encoder_key=key,
            serving=None if anew else collection.serving,
            progress=progress,
            write=store.replace_build,
        )
        build = folder / store.serving(folder)
        serving = Serving(build, written.manifest, readings)
        return Collection(folder, build.name, readings, key, CUTTING_VERSION, serving)


@contextlib.contextmanager
def _tidied(folder: pathlib.Path) -> Iterator[Collection]:
    """What the index holds before a change; where the change fails, the copies that nobody needs then go."""
    try:
        yield open_collection(folder)
    except BaseException:
        with contextlib.suppress(CaseQAError, OSError):
            # The fault may have come after the new build began to serve.
            held = [one.original for one in open_collection(folder).readings if one.original]
            originals.sweep(folder, {pathlib.PurePosixPath(path).parts[1] for path in held})
        raise


def _keep(folder: pathlib.Path, name: str, data: bytes) -> str:
    try:
        return originals.keep(folder, name, data)
    except OSError as error:
        hint = "请检查磁盘空间和写权限；原来的材料没有改动"
        raise InputError(f"“{name}”存不下来：{disk.refusal(error)}", hint=hint) from error


def _up_to_date(collection: Collection) -> tuple[Reading, ...]:
    """The readings, read anew from the kept copies where an older version of reading and cutting made them."""
    if collection.cutting == CUTTING_VERSION:
        return collection.readings
    with IsolatedReader() as reader:
        return tuple(
            _read_anew(collection.folder, one, reader.read) if one.document and one.original else one
            for one in collection.readings
        )


def _read_anew(folder: pathlib.Path, reading: Reading, read: Reader) -> Reading:
    if reading.document is None:
        return reading
    try:
        data, path = originals.read(folder, reading.original), reading.document.path
        if reading.key == key_of(path, data):
            return reading
        return like_before(cut_file(pathlib.Path(path), path, data, read), reading)
    except UnreadableFileError:
        return reading  # what was read before is better than nothing
