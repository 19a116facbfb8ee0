"""LlamaIndex as its starter tutorial builds retrieval: default splitter, vector index in memory, nearest nodes."""

from __future__ import annotations

from collections.abc import Iterable

from common import TOP, Index, Passage, Search, Text, main


def recipe(encoder: str) -> Index:
    """Every setting its own but the encoder, which its own wrapper refuses for having no longest text."""
    from llama_index.core import Document, VectorStoreIndex
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

    def index(texts: list[Text]) -> tuple[Search, int]:
        documents = [Document(text=text.text, metadata={"source": text.source}) for text in texts]
        nodes = SentenceSplitter().get_nodes_from_documents(documents)
        retriever = VectorStoreIndex(nodes, embed_model=model).as_retriever(similarity_top_k=TOP)

        def search(question: str) -> Iterable[Passage]:
            for hit in retriever.retrieve(question):
                node = hit.node
                yield Passage(node.metadata["source"], node.start_char_idx, node.text)

        return search, len(nodes)

    return index


if __name__ == "__main__":
    main(recipe, "llama-index-core", "sentence-transformers")
