"""`python -m rag publish`: what it takes and what it tells."""

from __future__ import annotations

import argparse
import pathlib
from dataclasses import replace
from typing import Any

from corpus.errors import InputError
from embeddings.milvus_address import PREFIX, Address, address_of, checked_name
from rag.indexing import Progress
from rag.settings import Settings


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options besides the index to publish."""
    parser.add_argument(
        "--to",
        required=True,
        metavar="URI",
        help="Milvus 的地址，例如 http://127.0.0.1:19530，或本机文件，例如 cases.db",
    )
    parser.add_argument("--collection", metavar="NAME", help="在 Milvus 里的名称；不写则用 cases")


def run(
    options: argparse.Namespace, folder: pathlib.Path, settings: Settings, progress: Progress
) -> dict[str, Any]:
    """Publish the index in `folder`; what was done, as `--json` tells it.

    Raises:
        CaseQAError: if it cannot be done; what served goes on serving.
    """
    from rag.build import publish_index

    if address_of(folder) is not None:
        raise InputError("要发布的索引应是一个文件夹", hint="请用 --index 指定建好的索引文件夹")
    address = _target(options.to, options.collection)
    done = publish_index(folder, address, settings, progress)
    return {"index": str(address), "cases": done.cases, "chunks": done.passages, "written": done.written}


def in_words(told: dict[str, Any]) -> str:
    """What `run` did, for people."""
    return (
        f"已发布 {told['cases']} 个案例（{told['chunks']} 段），这次写入 {told['written']} 条。索引：{told['index']}\n"
        f'现在可以提问：python -m rag ask "问题" --index {told["index"]}'
    )


def _target(uri: str, name: str | None) -> Address:
    address = address_of(PREFIX + uri.removeprefix(PREFIX))
    if address is None:
        raise InputError("请写明发布到哪里", hint="例如 --to http://127.0.0.1:19530")
    return replace(address, name=checked_name(name)) if name else address
