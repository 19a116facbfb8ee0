"""Our retrieval for programs built with LangChain: a `BaseRetriever` over an open assistant."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rag.assistant import Assistant


class CaseRetriever(BaseRetriever):
    """Finds cases for a question, ranked exactly as the assistant ranks them.

    Each document is the best passage of one case; its metadata name the case, the file and the lines.

    Attributes:
        assistant: an open assistant, e.g. from `rag.build.open_assistant`.
        k: cases to return, at least 1.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: Assistant
    k: int = 5

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **_: Any
    ) -> list[Document]:
        del run_manager
        found = []
        for hit in self.assistant.search(query, limit=self.k):
            lines = self.assistant.document(hit.case).lines_of(hit.chunk.span)
            metadata = {
                "case_id": hit.case.id,
                "title": hit.case.title,
                "region": hit.case.region,
                "source": hit.case.source,
                "lines": list(lines),
                "score": hit.score,
            }
            found.append(Document(page_content=hit.chunk.text_in(hit.case), metadata=metadata))
        return found
