"""Publications for the tests, a Milvus for them on a loopback port, and what is asked of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from invented import Indexed

from embeddings.milvus import Milvus
from embeddings.milvus_address import Address, address_of
from rag.assistant import Assistant
from rag.build import open_assistant, publish_index
from rag.output import answer_object
from rag.settings import Settings

QUESTIONS = (
    "清溪县企业开办要几天办完？",
    "开个公司要跑几趟？",
    "哪些地方压缩了办理时间？",
    "云岭区联合验收怎么做的？",
    "白石市和南塘县各用几天？",
    "清溪县的地铁票价是多少？",
    "长桥市人才公寓有多少套？",
    "which places shortened approval times?",
    "龘龘",
)


def address(uri: object, name: str = "cases") -> Address:
    found = address_of(f"milvus:{uri}/{name}")
    assert found is not None
    return found


def published(index: Indexed, place: Address) -> Assistant:
    publish_index(index.folder, place, Settings())
    return asked_at(place)


def asked_at(place: Address) -> Assistant:
    return open_assistant(Settings(index=Path(str(place))))


def told(assistant: Assistant, question: str) -> dict[str, Any]:
    """An answer without the time it took, its scores rounded to what arithmetic on another machine may change."""
    row = answer_object(assistant.ask(question))
    del row["seconds"]
    row["hits"] = [{**hit, "score": pytest.approx(hit["score"], abs=1e-4)} for hit in row["hits"]]
    return row


@contextmanager
def connected(place: Address) -> Iterator[Milvus]:
    milvus = Milvus(place)
    try:
        yield milvus
    finally:
        milvus.close()


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A Milvus on a loopback port; its address."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    serving, store, port = start_server_in_thread(str(folder), port=0)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        serving.stop(grace=0).wait()
        store.close()
