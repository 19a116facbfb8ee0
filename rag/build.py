"""Where the concrete classes meet: settings and an index folder -> an assistant that answers."""

from __future__ import annotations

import hashlib
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from corpus import words
from corpus.errors import CorpusIndexError, InputError
from corpus.types import Case
from embeddings.bundled import NAME as BUNDLED_NAME
from embeddings.bundled import load_bundled
from embeddings.embedder import Embedder
from embeddings.index import VectorIndex
from embeddings.joint import adapted, static_parts
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import LexicalIndex
from embeddings.milvus_address import Address, address_of
from embeddings.reranker import Reranker
from embeddings.threads import one_thread_each
from rag import records, store
from rag.assistant import Assistant, Writing
from rag.contents import BODIES, FIELDS, SENTENCES, TOKENS, VECTORS
from rag.encoders import embedder_of, encoder_maker, fitted_of
from rag.indexing import IndexingReport, Progress, build_index, quiet
from rag.readings import CUTTING_VERSION
from rag.retrieve import Retriever
from rag.sentences import Sentences
from rag.settings import PROJECT, Settings
from rag.vocabulary import load_vocabulary
from rag.wording import load_wording

if TYPE_CHECKING:
    from rag.remote.publishing import Published

LIBRARY = PROJECT / "corpus" / "library"


def index_files(
    paths: Sequence[pathlib.Path], folder: pathlib.Path, settings: Settings, progress: Progress = quiet
) -> IndexingReport:
    """Index files and folders into `folder` with the configured encoder; see `rag.indexing.build_index`.

    Raises:
        InputError: as there, and for an index in Milvus, which is written by `publish_index` alone.
    """
    if address_of(folder) is not None:
        raise InputError(
            "Milvus 里的索引不能直接收录材料", hint="请先收录到一个文件夹，再用 python -m rag publish 发布"
        )
    return build_index(
        paths,
        folder,
        make_embedder=encoder_maker(settings.encoder),
        encoder_key=settings.encoder,
        progress=progress,
    )


def open_assistant(settings: Settings, progress: Progress | None = None) -> Assistant:
    """An assistant on the configured index, else on the shipped library.

    The library's index is built at first start and again when the library or the program changed.

    Args:
        settings: where the index lies and how searchers are weighted.
        progress: called with a Chinese step and the share done, 0..1.

    Raises:
        CorpusIndexError: if the configured index is missing or damaged.
        ModelError: if its encoder cannot be loaded.
        InputError: if the library's index cannot be written.
    """
    progress = progress or quiet
    if settings.index is not None:
        if (address := address_of(settings.index)) is not None:
            return _published(address, settings)
        return _assistant(settings.index, store.open_build(settings.index), settings, settings.index.name)
    folder = settings.data / "library-index"
    key = f"library:{_library_digest()}:{BUNDLED_NAME}"
    try:
        opened = store.open_build(folder)
        current = opened[1]["encoder"]["key"] == key and opened[1]["cutting"] == CUTTING_VERSION
    except CorpusIndexError:
        current = False
    if not current:
        build_index(
            [LIBRARY],
            folder,
            make_embedder=adapted,
            encoder_key=key,
            progress=progress,
        )
        opened = store.open_build(folder)
    return _assistant(folder, opened, settings, "内置案例摘要")


def _library_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(LIBRARY.glob("*.md")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _assistant(
    folder: pathlib.Path, opened: tuple[pathlib.Path, dict[str, Any]], settings: Settings, name: str
) -> Assistant:
    build, manifest = opened
    try:
        return _loaded(build, manifest, settings, name)
    except Exception:
        # Where a build was replaced, and so removed, while it was being read, each library fails in its own way.
        if store.serving(folder) == build.name:
            raise
    return _loaded(*store.open_build(folder), settings, name)


def _loaded(build: pathlib.Path, manifest: dict[str, Any], settings: Settings, name: str) -> Assistant:
    documents = records.documents_of(build)
    cases = records.cases_of(build, documents)
    fitted = fitted_of(build, manifest["encoder"])
    retriever = _retriever(build, cases, embedder_of(manifest["encoder"], fitted), settings)
    one_thread_each()
    words.cut("预热")  # jieba reads its dictionary on first use; no question should wait for that
    return Assistant(
        documents,
        cases,
        [records.change_from(row) for row in records.read_rows(build / "changes.jsonl")],
        retriever,
        sentences=Sentences.load(build / SENTENCES, static_parts(fitted)),
        vocabulary=load_vocabulary(),
        wording=load_wording(),
        settings=settings,
        name=name,
        writing=_writing(settings),
    )


def _published(address: Address, settings: Settings) -> Assistant:
    """An assistant on an index in Milvus."""
    from embeddings.milvus import Milvus
    from rag.remote.opening import FollowingAssistant, RemoteAssistant, weights_of
    from rag.remote.retrieving import RemoteRetriever
    from rag.remote.searching import Searches
    from rag.remote.sentences import FetchedSentences
    from rag.remote.shelf import Shelf

    if address.file is not None and not address.file.exists():
        raise CorpusIndexError(
            f"没有这个 Milvus 文件：{address.file}",
            hint=f"请先发布：python -m rag publish --index 索引文件夹 --to {address}",
        )
    milvus = Milvus(address, token=settings.milvus_token)

    def open_one(collection: str) -> Assistant:
        shelf = Shelf(milvus, collection)
        encoder, fitted, weights = shelf.manifest["encoder"], shelf.fitted(), weights_of(settings)
        embedder = embedder_of(encoder, fitted)
        searches = Searches(milvus, collection, shelf, embedder=embedder, weights=weights)
        reranker = _reranker(settings.reranker)
        one_thread_each()
        words.cut("预热")
        return RemoteAssistant(
            shelf,
            RemoteRetriever(searches, shelf, embedder=embedder, weights=weights, reranker=reranker),
            FetchedSentences(shelf, static_parts(fitted)),
            vocabulary=load_vocabulary(),
            wording=load_wording(),
            settings=settings,
            name=address.name,
            writing=_writing(settings),
        )

    return cast("Assistant", FollowingAssistant(milvus, open_one))


def publish_index(
    folder: pathlib.Path, address: Address, settings: Settings, progress: Progress = quiet
) -> Published:
    """Write the index in `folder` to Milvus; see `rag.remote.publishing.publish`."""
    from embeddings.milvus import Milvus
    from rag.remote.publishing import publish

    milvus = Milvus(address, token=settings.milvus_token)
    try:
        return publish(folder, milvus, progress)
    finally:
        milvus.close()


def open_retriever(folder: pathlib.Path, settings: Settings) -> Retriever:
    """The searchers of an index alone.

    Raises:
        CorpusIndexError: if the index is missing or damaged.
        ModelError: if its encoder cannot be loaded.
    """
    build, manifest = store.open_build(folder)
    cases = records.cases_of(build, records.documents_of(build))
    encoder = manifest["encoder"]
    return _retriever(build, cases, embedder_of(encoder, fitted_of(build, encoder)), settings)


def _retriever(
    build: pathlib.Path, cases: dict[str, Case], embedder: Embedder, settings: Settings
) -> Retriever:
    chunks = [records.chunk_from(row) for row in records.read_rows(build / "chunks.jsonl")]
    return Retriever(
        cases,
        chunks,
        lexical={field: LexicalIndex.load(build / field, field, len(chunks)) for field in FIELDS},
        vectors=VectorIndex.load(build / VECTORS),
        embedder=embedder,
        late=LateInteraction.load(build / TOKENS, load_bundled()),
        bodies=np.load(build / BODIES, allow_pickle=False),
        weights={
            "characters": settings.characters_weight,
            "words": settings.words_weight,
            "vectors": settings.vectors_weight,
            "vocabulary": settings.vocabulary_weight,
            "tokens": settings.tokens_weight,
            "reranker": settings.reranker_weight,
        },
        reranker=_reranker(settings.reranker),
    )


def _reranker(name: str) -> Reranker | None:
    if not name:
        return None
    from embeddings.reranker import CrossEncoderReranker

    return CrossEncoderReranker(name)


def _writing(settings: Settings) -> Writing | None:
    """The configured chat model with its verifier."""
    if not settings.chat_model:
        return None
    from rag.llm import open_chat
    from rag.verify import Verifier

    chat = open_chat(settings)
    return None if chat is None else Writing(chat, Verifier())
