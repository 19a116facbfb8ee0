"""Which documents answer: the shipped digests, the office's own, or those of a given index; and how they change.

Without a given index, own documents go to an index in the data folder, and the choice between it and the shipped
digests is remembered there. Every change is refused where the page may only answer.
"""

from __future__ import annotations

import contextlib
import pathlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from corpus.errors import CaseQAError, CorpusIndexError, InputError
from rag import store
from rag.settings import Settings

if TYPE_CHECKING:
    from corpus.recutting import Piece
    from rag.assistant import Assistant
    from rag.collection import Collection
    from rag.readings import Reading

Progress = Callable[[str, float], None]
Key = Literal["library", "documents", "index"]

SHIPPED = "内置案例摘要"
OWN = "我的材料"
_OWN_FOLDER = "documents"
_CHOICE = "answering"
READ_ONLY = "这里只能查看，不能增删材料"
NOT_IN_LIBRARY = "内置案例摘要不能改动"


@dataclass(frozen=True, slots=True)
class Source:
    """Documents that may answer.

    Attributes:
        key: which ones.
        name: as shown.
        folder: of their index.
    """

    key: Key
    name: str
    folder: pathlib.Path


class Materials:
    """The documents behind the page.

    Args:
        settings: where they lie, and whether they may be changed.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.trouble = ""
        self._lock = threading.Lock()
        self._opened = ""
        self._held: dict[pathlib.Path, Collection] = {}
        library = Source("library", SHIPPED, settings.data / "library-index")
        own = Source("documents", OWN, settings.data / _OWN_FOLDER)
        if settings.index is None:
            self.sources: tuple[Source, ...] = (library, own)
        else:
            self.sources = (Source("index", settings.index.resolve().name, settings.index),)
        self.source = next((one for one in self.sources if one.key == self._remembered()), self.sources[0])

    @property
    def home(self) -> Source:
        """The documents that may be changed."""
        return self.sources[-1]

    @property
    def changeable(self) -> bool:
        """Whether documents may come and go."""
        return not self.settings.read_only

    @property
    def stale(self) -> bool:
        """Whether another program has written the index that answers."""
        return bool(self._opened) and store.serving(self.source.folder) not in {self._opened, ""}

    @property
    def lost(self) -> bool:
        """Whether the index that answers is no longer on the disk: what was read of it goes on answering."""
        return self.source.key != "library" and bool(self._opened) and not store.exists(self.source.folder)

    def open(self, progress: Progress) -> Assistant:
        """The assistant that answers from the chosen documents.

        Where own documents cannot be opened, not even after their index was written anew, the shipped digests
        answer, and `trouble` says why: a remembered choice must not keep the page from starting.

        Raises:
            CaseQAError: if a given index, or the digests, cannot be opened.
        """
        try:
            return self._open_source(progress)
        except CorpusIndexError as error:
            if self.source.key != "documents":
                raise
            with contextlib.suppress(CaseQAError):  # an earlier version of the program may have written it
                self._rebuild(progress)
                return self._open_source(progress)
            self.trouble = f"{OWN}打不开，现在用{SHIPPED}作答：{error}"
            self.source = self.sources[0]
            return self._open_source(progress)

    def _rebuild(self, progress: Progress) -> None:
        from rag import collection
        from rag.encoders import encoder_maker

        collection.rebuild(self.source.folder, encoder_maker, progress=progress)

    def _open_source(self, progress: Progress) -> Assistant:
        from rag.build import open_assistant
        from rag.verifying.lexicon import dictionary_places

        source = self.source
        index = None if source.key == "library" else source.folder
        serving = store.serving(source.folder)
        assistant = open_assistant(replace(self.settings, index=index), progress)
        dictionary_places()  # read at first use, which twenty people asking at once should not wait for
        assistant.name = source.name
        self._opened = serving or store.serving(source.folder)
        return assistant

    def held(self, source: Source | None = None) -> Collection:
        """What the index of `source` (by default the one that may be changed) holds.

        Raises:
            CorpusIndexError: if it is damaged.
        """
        from rag.collection import open_collection

        folder = (source or self.home).folder
        held = self._held.get(folder)
        # A look at the pointer is cheap, reading and checking an index is not.
        if held is None or not held.build or held.build != store.serving(folder):
            held = self._held[folder] = open_collection(folder)
        return held

    def choose(self, key: str) -> None:
        """Let other documents answer, from the next opening on and after a restart.

        Raises:
            InputError: if there are no such documents, or the page may only answer.
        """
        self._refuse_read_only()
        chosen = next((one for one in self.sources if one.key == key), None)
        if chosen is None:
            raise InputError("没有这样的材料", hint="请刷新网页后再试")
        if chosen.key == "documents" and not store.exists(chosen.folder):
            raise InputError("还没有收录自己的材料", hint="请先上传并收录")
        self.source, self.trouble = chosen, ""
        self._remember(chosen.key)

    def add(self, files: Sequence[tuple[Reading, bytes]], progress: Progress) -> None:
        """Take files into the index; see `rag.collection.add`."""
        from rag import collection
        from rag.encoders import encoder_maker

        self._refuse_read_only()
        collection.add(
            self.home.folder, files, encoder_maker, encoder_key=self.settings.encoder, progress=progress
        )
        self.choose(self.home.key)

    def remove(self, document_id: str, progress: Progress) -> None:
        """Take a document out of the index; see `rag.collection.remove`. Without any the digests answer."""
        from rag import collection
        from rag.encoders import encoder_maker

        self._refuse_read_only()
        own = self.home.key == "documents"
        left = collection.remove(
            self.home.folder, document_id, encoder_maker, may_empty=own, progress=progress
        )
        if own and not left.documents:
            self.choose("library")

    def recut(
        self, document_id: str, pieces: Sequence[Piece], before: Sequence[Piece], progress: Progress
    ) -> None:
        """Cut a document of the index anew; see `rag.collection.recut`."""
        from rag import collection
        from rag.encoders import encoder_maker

        self._refuse_read_only()
        collection.recut(
            self.home.folder, document_id, pieces, encoder_maker, before=before, progress=progress
        )

    def _refuse_read_only(self) -> None:
        if not self.changeable:
            raise InputError(READ_ONLY, hint="要收录材料，请联系管理这个程序的人")

    def _remembered(self) -> str:
        try:
            return (self.settings.data / _CHOICE).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _remember(self, key: Key) -> None:
        """Write the choice down; a folder that cannot be written only forgets it."""
        if key == "index":
            return
        with self._lock, contextlib.suppress(OSError):
            self.settings.data.mkdir(parents=True, exist_ok=True)
            draft = self.settings.data / f"{_CHOICE}.new"
            draft.write_text(key, encoding="utf-8")
            draft.replace(self.settings.data / _CHOICE)


def said(error: Exception) -> str:
    """What to tell of `error` at the screen."""
    if isinstance(error, CaseQAError):
        return str(error)
    return "程序出错了，材料没有改动。请再试一次；如果总是这样，请告诉维护人员"
