"""Where the concrete classes meet: settings and an index folder -> an assistant that answers."""

from __future__ import annotations

import hashlib
import pathlib
from collections.abc import Sequence
from typing import Any

from corpus import words
from corpus.errors import CorpusIndexError
from corpus.types import Case
from embeddings.batches import InBatches, spread
from embeddings.bundled import NAME as BUNDLED_NAME
from embeddings.bundled import load_bundled
from embeddings.embedder import Embedder
from embeddings.index import VectorIndex
from embeddings.joint import adapted, beside, static_parts
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import LexicalIndex
from embeddings.reranker import Reranker
from embeddings.static_model import StaticEmbedder, load_static
from rag import records, store
from rag.assistant import Assistant, Writing
from rag.indexing import FIELDS, SENTENCES, TOKENS, IndexingReport, MakeEmbedder, Progress, build_index, quiet
from rag.readings import CUTTING_VERSION
from rag.retrieve import Retriever
from rag.sentences import Sentences
from rag.settings import PROJECT, Settings
from rag.vocabulary import load_vocabulary
from rag.wording import load_wording

LIBRARY = PROJECT / "corpus" / "library"


def index_files(
    paths: Sequence[pathlib.Path], folder: pathlib.Path, settings: Settings, progress: Progress = quiet
) -> IndexingReport:
    """Index files and folders into `folder` with the configured encoder; see `rag.indexing.build_index`."""
    return build_index(
        paths,
        folder,
        make_embedder=encoder_maker(settings.encoder),
        encoder_key=settings.encoder,
        progress=progress,
    )


def encoder_maker(encoder: str) -> MakeEmbedder:
    """What makes the encoder for texts to index; `encoder` as in `Settings`."""

    def make_embedder(texts: Sequence[str]) -> tuple[Embedder, StaticEmbedder | None]:
        embedder, fitted = (_configured(encoder), None) if encoder else adapted(spread(texts))
        return InBatches(embedder), fitted

    return make_embedder


def _configured(name: str) -> Embedder:
    from embeddings.sentence_model import SentenceEmbedder

    return SentenceEmbedder(name)


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
    fitted = _fitted_of(build, manifest["encoder"])
    retriever = _retriever(build, cases, _embedder_of(manifest["encoder"], fitted), settings)
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


def open_retriever(folder: pathlib.Path, settings: Settings) -> Retriever:
    """The searchers of an index alone.

    Raises:
        CorpusIndexError: if the index is missing or damaged.
        ModelError: if its encoder cannot be loaded.
    """
    build, manifest = store.open_build(folder)
    cases = records.cases_of(build, records.documents_of(build))
    encoder = manifest["encoder"]
    return _retriever(build, cases, _embedder_of(encoder, _fitted_of(build, encoder)), settings)


def _retriever(
    build: pathlib.Path, cases: dict[str, Case], embedder: Embedder, settings: Settings
) -> Retriever:
    chunks = [records.chunk_from(row) for row in records.read_rows(build / "chunks.jsonl")]
    return Retriever(
        cases,
        chunks,
        lexical={field: LexicalIndex.load(build / field, field, len(chunks)) for field in FIELDS},
        vectors=VectorIndex.load(build / "vectors.faiss"),
        embedder=embedder,
        late=LateInteraction.load(build / TOKENS, load_bundled()),
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


def _fitted_of(build: pathlib.Path, encoder: dict[str, Any]) -> StaticEmbedder | None:
    """The encoder that was fitted on the index's own text, where there is one."""
    return load_static(build / "encoder", name=encoder["fitted"]) if encoder["fitted"] else None


def _embedder_of(encoder: dict[str, Any], fitted: StaticEmbedder | None) -> Embedder:
    """The encoder that the index was encoded with."""
    embedder = _configured(encoder["name"]) if fitted is None else beside(fitted)
    if (embedder.name, embedder.dimension) != (encoder["name"], encoder["dimension"]):
        raise CorpusIndexError(
            "编码器与建立索引时的不同", hint="请重新建立索引：python -m rag index 材料文件夹"
        )
    return embedder
