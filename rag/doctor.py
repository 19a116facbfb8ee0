"""What is installed, which tier answers, and whether anything would reach out."""

from __future__ import annotations

import importlib.metadata
import os
import pathlib
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from corpus.errors import CorpusIndexError
from embeddings.milvus_address import address_of
from rag import store
from rag.llm import is_loopback
from rag.settings import PROJECT, Settings

_PINS = PROJECT / "requirements.txt"


@dataclass(frozen=True, slots=True)
class Finding:
    """One checked thing, its state in Chinese, and whether it is as it should be."""

    name: str
    state: str
    ok: bool


def findings(settings: Settings) -> tuple[Finding, ...]:
    """Check the installation without loading models."""
    return tuple(_all(settings))


def _all(settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", version, sys.version_info[:2] == (3, 11))
    yield _packages(_PINS)
    yield _index(settings)
    if settings.encoder:
        local = pathlib.Path(settings.encoder).expanduser().is_dir()
        yield Finding("编码器", f"{settings.encoder}（{'本机文件夹' if local else '按名称加载'}）", True)
        reaching = not local and _may_download()
    else:
        yield Finding("编码器", "内置编码器，并配一个建索引时按资料训练的（不下载任何东西）", True)
        reaching = False
    if settings.reranker:
        local = pathlib.Path(settings.reranker).expanduser().is_dir()
        yield Finding("重排模型", f"{settings.reranker}（{'本机文件夹' if local else '按名称加载'}）", True)
        reaching = reaching or (not local and _may_download())
    yield _chat(settings)
    outside = ["会联网下载模型（HF_HUB_OFFLINE=0）"] if reaching else []
    if host := outside_host(settings):
        outside.append(f"问题和引文会发到 {host}")
    yield Finding("联网", "；".join(outside) or "不联网", True)
    office = shutil.which("soffice") or shutil.which("libreoffice")
    yield Finding(
        "旧格式 .doc/.wps",
        f"由 LibreOffice 转换（{office}）" if office else "未安装 LibreOffice，请另存为 .docx",
        True,
    )


def _may_download() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "1") in {"0", "false", "no"}


def _chat(settings: Settings) -> Finding:
    if not settings.chat_model:
        return Finding("对话模型", "没有配置，回答全部是原文摘句", True)
    where = _host(settings) or settings.chat_provider
    return Finding("对话模型", f"{settings.chat_model}（{where}），写出的每句都要核对", True)


def outside_host(settings: Settings) -> str:
    """Where questions and quotes go beyond this machine, "" where they do not."""
    chat = urlsplit(settings.chat_base_url).hostname or ""
    hosts = [] if not settings.chat_model or is_loopback(chat) else [_host(settings)]
    address = address_of(settings.index) if settings.index is not None else None
    if address is not None and address.file is None:
        elsewhere = urlsplit(address.uri)
        hosts += [] if is_loopback(elsewhere.hostname or "") else [elsewhere.netloc]
    return "、".join(hosts)


def _host(settings: Settings) -> str:
    return urlsplit(settings.chat_base_url).netloc.rpartition("@")[2] or settings.chat_provider


def _packages(pins: pathlib.Path) -> Finding:
    wrong = []
    for line in pins.read_text(encoding="utf-8").splitlines():
        name, _, wanted = line.partition("#")[0].strip().partition("==")
        if not name:
            continue
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"缺 {name}")
            continue
        if found.split("+")[0] != wanted.split(";")[0].strip():
            wrong.append(f"{name} 是 {found}，应为 {wanted}")
    return Finding("软件包", "、".join(wrong) or "齐全，版本一致", not wrong)


def _index(settings: Settings) -> Finding:
    folder = settings.index or settings.data / "library-index"
    name = "索引" if settings.index else "内置案例库的索引"
    if settings.index is not None and address_of(settings.index) is not None:
        return Finding(name, f"在 Milvus 里：{settings.index}（提问时才连接）", True)
    if settings.index is None and not store.exists(folder):
        return Finding(name, "还没有建立，第一次提问时自动建立", True)
    try:
        _, manifest = store.open_build(folder)
    except CorpusIndexError as error:
        return Finding(name, str(error), settings.index is None)
    counts = manifest["counts"]
    return Finding(
        name,
        f"完好：{counts['cases']} 个案例，{counts['chunks']} 段，编码器 {manifest['encoder']['name']}",
        True,
    )
