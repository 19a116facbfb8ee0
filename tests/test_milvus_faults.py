"""Whatever is wrong with Milvus is told in one Chinese line that says what to do, and never with the token."""

import sys
from pathlib import Path

import pytest
from invented import Indexed
from published import address, asked_at, published, server

from corpus.errors import CaseQAError, CorpusIndexError, ModelError
from embeddings.milvus import Milvus
from rag.__main__ import main
from rag.build import publish_index
from rag.settings import Settings

pytest.importorskip("pymilvus", reason="没有安装 requirements-milvus.txt")
pytest_plugins = ("indexes", "milvus_servers")
REFUSED = "http://127.0.0.1:1"


def one_line(text: str) -> bool:
    return text.count("\n") == 1 and "Traceback" not in text


def test_an_address_where_nothing_answers(small: Indexed, capfd: pytest.CaptureFixture[str]) -> None:
    commands = (
        ["publish", "--index", str(small.folder), "--to", REFUSED],
        ["ask", "企业开办要几天？", "--index", f"milvus:{REFUSED}/cases"],
    )
    for command in commands:
        with pytest.raises(SystemExit) as caught:
            main(command)
        told = capfd.readouterr()
        assert caught.value.code == 2
        assert "连不上 Milvus：http://127.0.0.1:1" in told.err
        assert one_line(told.err)
        assert told.out == ""


def test_the_token_is_never_told(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CASE_QA_MILVUS_TOKEN", "root:geheim")
    with pytest.raises(SystemExit):
        main(["ask", "企业开办要几天？", "--index", f"milvus:{REFUSED}/cases"])
    told = capfd.readouterr()
    assert "geheim" not in told.err + told.out


def test_a_name_that_was_never_published(milvus_server: str) -> None:
    with pytest.raises(CorpusIndexError, match=r"没有发布过 nobody.*publish"):
        asked_at(address(milvus_server, "nobody"))


def test_a_file_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    with pytest.raises(CorpusIndexError, match="没有这个 Milvus 文件"):
        asked_at(address(file))
    assert not file.exists()


def test_a_file_in_a_folder_that_does_not_exist(small: Indexed, tmp_path: Path) -> None:
    with pytest.raises(CorpusIndexError, match="Milvus 文件打不开"):
        publish_index(small.folder, address(tmp_path / "no" / "none.db"), Settings())


def test_a_server_that_goes_and_comes_back(small: Indexed, tmp_path: Path) -> None:
    folder = tmp_path / "served.db"
    with server(folder) as uri:
        assistant = published(small, address(uri))
        retriever = assistant._retriever
        retriever._searches._milvus._patience = 1.0
        answer = assistant.ask("清溪县企业开办要几天办完？")
    with pytest.raises(CorpusIndexError, match="连不上 Milvus") as caught:
        assistant.ask("南塘县接电要几天？")
    assert one_line(f"{caught.value}\n")
    assert not answer.refused


def test_libraries_that_are_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(ModelError, match=r"requirements-milvus\.txt"):
        Milvus(address(REFUSED))
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "milvus_lite", None)
    with pytest.raises(ModelError, match=r"requirements-milvus\.txt"):
        Milvus(address(tmp_path / "cases.db"))


def test_a_file_that_another_program_has_open(small: Indexed, tmp_path: Path) -> None:
    from milvus_lite import MilvusLite

    file = tmp_path / "held.db"
    publish_index(small.folder, address(file), Settings())
    with MilvusLite(str(file)), pytest.raises(CaseQAError, match="同时只能由一个程序打开"):
        asked_at(address(file))
