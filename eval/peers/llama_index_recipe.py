"""LlamaIndex as its starter tutorial builds retrieval: default splitter, vector index in memory, nearest nodes."""

from __future__ import annotations

import pathlib
from collections.abc import Iterable

from common import TOP, Passage, Search, System, Text, main


def recipe(encoder: str) -> System:
    """Every setting its own but the encoder, which its own wrapper refuses for having no longest text."""
    from llama_index.core import Document, StorageContext, VectorStoreIndex, load_index_from_storage
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.node_parser import SentenceSplitter
    from sentence_transformers import SentenceTransformer

    loaded = SentenceTransformer(encoder)

    class Encoder(BaseEmbedding):
        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return [list(map(float, row)) for row in loaded.encode(texts)]

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    model = Encoder()

    def index(texts: list[Text], folder: pathlib.Path) -> int:
        documents = [Document(text=text.text, metadata={"source": text.source}) for text in texts]
        nodes = SentenceSplitter().get_nodes_from_documents(documents)
        VectorStoreIndex(nodes, embed_model=model).storage_context.persist(folder)
        return len(nodes)

    def opened(folder: pathlib.Path) -> Search:
        stored = load_index_from_storage(
            StorageContext.from_defaults(persist_dir=str(folder)), embed_model=model
        )
        retriever = stored.as_retriever(similarity_top_k=TOP)

        def search(question: str) -> Iterable[Passage]:
            for hit in retriever.retrieve(question):
                node = hit.node
                yield Passage(node.metadata["source"], node.start_char_idx, node.text)

        return search

    return System(index, opened)


if __name__ == "__main__":
    main(recipe, "llama-index-core", "sentence-transformers")
