"""Haystack as its tutorial builds hybrid retrieval, with a splitter that knows the stops of Chinese."""

from __future__ import annotations

import pathlib
from collections.abc import Iterable

from common import TOP, Passage, Search, System, Text, main


def recipe(encoder: str) -> System:
    """BM25 and vectors of an in-memory store, joined by reciprocal rank."""
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.preprocessors import RecursiveDocumentSplitter
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )

    def index(texts: list[Text], folder: pathlib.Path) -> int:
        embedder = SentenceTransformersDocumentEmbedder(model=encoder, progress_bar=False)
        embedder.warm_up()
        splitter = RecursiveDocumentSplitter(
            split_length=300, split_overlap=0, split_unit="char", separators=["\n\n", "\n", "。", "；", "，"]
        )
        splitter.warm_up()
        whole = [Document(content=text.text, meta={"source": text.source}) for text in texts]
        pieces = splitter.run(documents=whole)["documents"]
        store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        store.write_documents(embedder.run(documents=pieces)["documents"])
        store.save_to_disk(str(folder / "store.json"))
        return len(pieces)

    def opened(folder: pathlib.Path) -> Search:
        asker = SentenceTransformersTextEmbedder(model=encoder, progress_bar=False)
        asker.warm_up()
        store = InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
        lexical, dense = InMemoryBM25Retriever(store, top_k=TOP), InMemoryEmbeddingRetriever(store, top_k=TOP)
        joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=TOP)

        def search(question: str) -> Iterable[Passage]:
            vector = asker.run(text=question)["embedding"]
            found = [
                lexical.run(query=question)["documents"],
                dense.run(query_embedding=vector)["documents"],
            ]
            for piece in joiner.run(documents=found)["documents"]:
                yield Passage(piece.meta["source"], piece.meta["split_idx_start"], piece.content)

        return search

    return System(index, opened)


if __name__ == "__main__":
    main(recipe, "haystack-ai", "sentence-transformers-haystack", "sentence-transformers")
