"""LangChain as its tutorial builds retrieval: recursive splitter, vector store in memory, nearest passages."""

from __future__ import annotations

import pathlib
from collections.abc import Iterable

from common import TOP, Passage, Search, System, Text, main


def recipe(encoder: str) -> System:
    """The splitter's and the store's own settings; an encoder that it is given as a class of ten lines."""
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_core.vectorstores import InMemoryVectorStore
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(encoder)

    class Encoder(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [list(map(float, row)) for row in model.encode(texts)]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    def index(texts: list[Text], folder: pathlib.Path) -> int:
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
        whole = [Document(text.text, metadata={"source": text.source}) for text in texts]
        pieces = splitter.split_documents(whole)
        store = InMemoryVectorStore(Encoder())
        store.add_documents(pieces)
        store.dump(str(folder / "store.json"))
        return len(pieces)

    def opened(folder: pathlib.Path) -> Search:
        store = InMemoryVectorStore.load(str(folder / "store.json"), Encoder())

        def search(question: str) -> Iterable[Passage]:
            for piece in store.similarity_search(question, k=TOP):
                yield Passage(piece.metadata["source"], piece.metadata["start_index"], piece.page_content)

        return search

    return System(index, opened)


if __name__ == "__main__":
    main(recipe, "langchain", "langchain-core", "langchain-text-splitters", "sentence-transformers")
