"""An index in Milvus: the only place that meets pymilvus.

A file (`cases.db`) is opened by milvus-lite inside this process, an address (`http://host:19530`) is a server or a
cluster; the calls are the same. A publication is two collections: passages with their vectors, and records, which are
texts by key. An alias names the passages of the publication that serves; handing it on is one step, so that a
publication is seen whole or not at all.

pymilvus and milvus-lite are no part of what everybody installs, so they are imported where they are needed.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import CorpusIndexError, ModelError
from embeddings.embedder import Vectors
from embeddings.index import EXACT
from embeddings.milvus_address import Address

LONGEST = 65_535  # bytes of a text field at most, by Milvus itself
VECTOR, TOKENS = "vector", "tokens"
_LISTS = 65_536  # of an IVF index at most, by Milvus itself
_PROBED = 64  # of these lists in a search
_PATIENCE = 20.0  # seconds that a question waits for one call
_BUILDING = 3600.0  # seconds that one step of a publication may take
_FETCHED = 1_000  # rows that are asked for at a time
_UNREACHABLE = {2, 14}  # pymilvus: could not connect; gRPC: unavailable
_TOO_LATE = 4  # gRPC: deadline exceeded
_NO_SUCH = {100, 101}  # collection not found, collection not loaded
# One at a time: milvus-lite looks for the server of a file and starts one in two steps.
_CONNECTING = threading.Lock()

Rows = NDArray[np.int64]
Hits = tuple[Rows, Vectors]
"""Keys and inner products, best first."""
Weights = Mapping[int, float]
"""A sparse vector: weights by dimension."""


class Milvus:
    """A connection; many threads may share it.

    Every method raises CorpusIndexError, in Chinese and without what the address does not tell, where Milvus does not
    do what it is asked for.

    Args:
        address: where it leads; a milvus-lite file that does not exist is made.
        token: "account:password" or a key; "" where none is wanted.
        patience: seconds that a question waits for one call.

    Raises:
        ModelError: if the libraries are missing.
        CorpusIndexError: if nothing answers there.
    """

    def __init__(self, address: Address, *, token: str = "", patience: float = _PATIENCE) -> None:
        self.address = address
        self._patience = patience
        client = _client_class(address)
        with _CONNECTING, self._told():
            try:
                self._client = client(address.uri, token=token, timeout=patience)
            except _milvus_exception():  # a connection that lay idle may have been closed at the other end
                self._client = client(address.uri, token=token, timeout=patience)

    def close(self) -> None:
        """Let go of the connection; a milvus-lite file can then be opened by another program."""
        with contextlib.suppress(Exception):
            self._client.close()
        if self.address.file is not None:
            from milvus_lite.server_manager import server_manager_instance

            server_manager_instance.release_server(self.address.uri)

    def serving(self) -> str:
        """The collection that the address's name stands for; "" where there is none."""
        name, patience = self.address.name, self._patience
        with self._told():
            if name not in self._client.list_aliases(timeout=patience)["aliases"]:
                return ""
            return str(self._client.describe_alias(name, timeout=patience)["collection_name"])

    def serve(self, collection: str) -> None:
        """Let the address's name stand for `collection` from now on."""
        before = self.serving()
        with self._told():
            hand = self._client.alter_alias if before else self._client.create_alias
            hand(collection, self.address.name, timeout=_BUILDING)

    def names(self) -> list[str]:
        """All collections."""
        with self._told():
            return list(self._client.list_collections(timeout=self._patience))

    def create_passages(self, name: str, *, dimension: int, sparse: Sequence[str], count: int) -> None:
        """A collection of passages by number, with a dense and some sparse vectors each and their tokens.

        Args:
            name: of the collection.
            dimension: of the dense vectors.
            sparse: names of the fields of sparse vectors.
            count: passages that will come; past `EXACT` of them the dense vectors take a byte a dimension.
        """
        from pymilvus import DataType, MilvusClient

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.INT64, is_primary=True)
        schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=dimension)
        schema.add_field(TOKENS, DataType.VARCHAR, max_length=LONGEST)
        indices = MilvusClient.prepare_index_params()
        for field in sparse:
            schema.add_field(field, DataType.SPARSE_FLOAT_VECTOR)
            indices.add_index(field, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        if count <= EXACT:
            indices.add_index(VECTOR, index_type="FLAT", metric_type="IP")
        else:
            lists = min(_LISTS, 4 * int(count**0.5))
            indices.add_index(VECTOR, index_type="IVF_SQ8", metric_type="IP", params={"nlist": lists})
        self._create(name, schema, indices)

    def create_records(self, name: str) -> None:
        """A collection of texts by key."""
        from pymilvus import DataType, MilvusClient

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.VARCHAR, is_primary=True, max_length=200)
        schema.add_field("pieces", DataType.INT64)
        schema.add_field("body", DataType.VARCHAR, max_length=LONGEST)
        schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=2)  # Milvus wants one in every collection
        indices = MilvusClient.prepare_index_params()
        indices.add_index(VECTOR, index_type="FLAT", metric_type="IP")
        self._create(name, schema, indices)

    def _create(self, name: str, schema: Any, indices: Any) -> None:
        with self._told():
            self._client.create_collection(
                name, schema=schema, index_params=indices, consistency_level="Bounded", timeout=_BUILDING
            )

    def insert(self, name: str, rows: Sequence[dict[str, Any]], *, again: bool = False) -> None:
        """Write rows; `again` where some of them may be there already."""
        with self._told():
            write = self._client.upsert if again else self._client.insert
            write(name, list(rows), timeout=_BUILDING)

    def count(self, name: str) -> int:
        """Rows of a collection, all that were written included."""
        with self._told():
            found = self._client.query(
                name, output_fields=["count(*)"], consistency_level="Strong", timeout=_BUILDING
            )
            return int(found[0]["count(*)"])

    def load(self, name: str) -> None:
        """Make a collection ready to be asked."""
        with self._told():
            self._client.load_collection(name, timeout=_BUILDING)

    def wake(self, name: str) -> None:
        """Make a collection that was ready once ready again where that is forgotten: in a milvus-lite file."""
        if self.address.file is not None:
            self.load(name)

    def finish(self, name: str) -> None:
        """Write a collection out, so that its indices are complete."""
        with self._told():
            self._client.flush(name, timeout=_BUILDING)

    def drop(self, name: str) -> None:
        """Remove a collection."""
        with self._told():
            self._client.drop_collection(name, timeout=_BUILDING)

    def nearest(
        self,
        name: str,
        field: str,
        queries: Sequence[Any],
        limit: int,
        *,
        among: Sequence[int] = (),
        hurry: bool = True,
    ) -> list[Hits]:
        """For each query, the keys of the `limit` passages with the greatest inner products, best first.

        Args:
            name: of the collection.
            field: `VECTOR` with queries of shape (dimension,), or a sparse field with `Weights`.
            queries: all of one kind.
            limit: at most 16,384, by Milvus itself.
            among: keys of the passages that are looked at; none for all.
            hurry: whether a question waits for it.
        """
        params = {"metric_type": "IP", "params": {"nprobe": _PROBED}}
        with self._told():
            found = self._client.search(
                name,
                data=list(queries),
                anns_field=field,
                limit=limit,
                filter=f"key in {list(among)}" if among else "",
                search_params=params,
                output_fields=["key"],
                timeout=self._patience if hurry else _BUILDING,
            )
            return [
                (np.array(hits.ids, dtype=np.int64), np.array(hits.distances, dtype=np.float32))
                for hits in found
            ]

    def fetch(self, name: str, keys: Sequence[Any], fields: Sequence[str]) -> dict[Any, dict[str, Any]]:
        """Rows by key, those that there are."""
        rows: dict[Any, dict[str, Any]] = {}
        with self._told():
            for start in range(0, len(keys), _FETCHED):
                asked = list(keys[start : start + _FETCHED])
                found = self._client.get(
                    name, ids=asked, output_fields=["key", *fields], timeout=self._patience
                )
                rows.update({row["key"]: row for row in found})
        return rows

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever goes wrong inside is told in Chinese."""
        import grpc

        try:
            yield
        except (_milvus_exception(), grpc.RpcError, OSError) as error:
            raise _translated(error, self.address) from error


def _client_class(address: Address) -> Any:
    # What stands in a file that nobody named (.env) must not decide anything.
    os.environ.setdefault("PYTHON_DOTENV_DISABLED", "1")
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # it tells of lost connections in English by itself
    try:
        from pymilvus import MilvusClient

        if address.file is not None:
            import milvus_lite  # noqa: F401
    except ImportError as error:
        raise ModelError(
            "没有安装 Milvus 的客户端", hint="请先运行 pip install -r requirements-milvus.txt"
        ) from error
    for name in ("pymilvus", "milvus_lite", "grpc"):  # they write English traces of what is told in Chinese
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return MilvusClient


def _milvus_exception() -> type[Exception]:
    from pymilvus.exceptions import MilvusException

    found: type[Exception] = MilvusException
    return found


def _translated(error: Exception, address: Address) -> CorpusIndexError:
    """What an error of the library means; its own text may hold the token, so that it is not passed on."""
    code = getattr(error, "code", None)
    code = code() if callable(code) else code
    number = getattr(code, "value", (code,))
    number = number[0] if isinstance(number, tuple) else number
    text = str(error).lower()
    if address.file is not None and "local milvus" in text:
        return CorpusIndexError(
            f"Milvus 文件打不开：{address.uri}", hint="请检查路径和权限；同一个文件同时只能由一个程序打开"
        )
    if "auth" in text or "permission" in text or "privilege" in text:
        return CorpusIndexError(
            f"Milvus 不接受这个账号：{address.uri}", hint="请检查设置 milvus_token（账号:密码）和它的权限"
        )
    if number in _NO_SUCH or "not found" in text or "not exist" in text:
        return GoneError(
            f"Milvus 里没有要找的内容：{address}", hint="请检查名称，或重新发布：python -m rag publish"
        )
    if number == _TOO_LATE or "deadline" in text:
        return CorpusIndexError(
            f"Milvus 太久没有回答：{address.uri}", hint="请稍后再试；如果总是这样，请给它更多内存和处理器"
        )
    if number in _UNREACHABLE or "connect" in text or "unavailable" in text or "timeout" in text:
        return CorpusIndexError(
            f"连不上 Milvus：{address.uri}", hint="请检查地址和网络，确认 Milvus 正在运行，然后再试"
        )
    return CorpusIndexError(
        f"Milvus 没有完成要做的事：{address.uri}", hint="请看 Milvus 自己的日志；再试一次不会丢失内容"
    )


class GoneError(CorpusIndexError):
    """A collection is not there, perhaps because another publication has taken its place."""
