from pathlib import Path

from rag.build import open_assistant
from rag.langchain_retriever import CaseRetriever
from rag.settings import Settings


def test_a_chain_gets_the_cases_that_search_finds(tmp_path: Path) -> None:
    assistant = open_assistant(Settings(data=tmp_path))
    question = "新开办企业免费刻章"
    documents = CaseRetriever(assistant=assistant, k=3).invoke(question)
    hits = assistant.search(question, limit=3)
    assert [one.metadata["case_id"] for one in documents] == [hit.case.id for hit in hits]
    assert all(one.page_content in hit.case.text for one, hit in zip(documents, hits, strict=True))
    first, last = documents[0].metadata["lines"]
    assert hits[0].case.lines[0] <= first <= last <= hits[0].case.lines[1]
