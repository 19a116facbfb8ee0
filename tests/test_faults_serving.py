"""An index that disappears, comes back or changes under a running server; many and monstrous questions at once."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from collected import SECOND, added, answered, document_id, some
from door_server import client, served
from invented import CASES

from corpus.errors import CaseQAError
from rag import collection
from rag.build import index_files, open_assistant
from rag.collection import open_collection
from rag.encoders import encoder_maker
from rag.settings import Settings
from ui.documents import listing
from ui.documents.desk import Desk
from ui.library import Library
from ui.materials import Materials
from ui.renewal import keep_renewed

pytest_plugins = ("collection_folders",)

QUESTION = "清溪县企业开办几天？"
LATER = "望江县首违不罚清单有几项？"
MONSTROUS = "企业开办几天？" * 15_000  # 105,000 characters


class Office:
    """A server over the documents of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.materials = Materials(Settings(index=folder))
        self.library = Library(self.materials.open, name=self.materials.source.name, materials=self.materials)
        self.library.start()
        self.library.wait()


@pytest.fixture
def office(folder: Path) -> Office:
    return Office(folder)


@pytest.fixture
def renewed(office: Office) -> Iterator[None]:
    """The office looks for a new index all the time."""
    ended = keep_renewed(office.library, office.materials, pause=0.02)
    yield
    ended.set()


@pytest.fixture
def asking(office: Office) -> Iterator[httpx.Client]:
    with served(office.library) as url, client(url) as one:
        yield one


def told(asking: httpx.Client, question: str) -> Any:
    return asking.post("/api/ask", json={"question": question})


def until(happened: Callable[[], bool]) -> None:
    for _ in range(600):
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it never happened")


def lose(folder: Path, what: str) -> None:
    if what == "all":
        shutil.rmtree(folder)
    elif what == "pointer":
        (folder / "CURRENT").unlink()
    else:
        shutil.rmtree(next(folder.glob("build-*")))


@pytest.mark.usefixtures("renewed")
@pytest.mark.parametrize("what", ["all", "pointer", "build"])
def test_a_server_answers_from_memory_when_its_index_is_gone_and_takes_the_next_one_by_itself(
    office: Office, asking: httpx.Client, what: str, tmp_path: Path
) -> None:
    before = told(asking, QUESTION).json()["answer"]
    lose(office.folder, what)
    after = told(asking, QUESTION)
    assert (after.status_code, after.json()["answer"]) == (200, before)
    assert asking.get("/health").json()["status"] == "ok"
    page = listing.sources(office.materials) + listing.documents(office.materials, Desk())
    assert ("不见了" if what != "build" else "已损坏") in page
    assert "请" in page
    source = tmp_path / "丙.txt"
    source.write_bytes(some(*tuple(CASES)[6:8]))
    index_files([source], office.folder, Settings())
    until(lambda: office.library.status.cases == 2)
    assert not office.materials.lost
    assert "57项" in told(asking, LATER).json()["answer"]


@pytest.mark.usefixtures("renewed")
def test_a_new_index_that_cannot_be_opened_leaves_the_old_one_answering_until_a_good_one_comes(
    office: Office, asking: httpx.Client
) -> None:
    before = told(asking, QUESTION).json()["answer"]
    (office.folder / "CURRENT").write_text("build-0123456789abcdef", encoding="utf-8")
    until(lambda: office.materials.stale)
    time.sleep(0.3)
    assert told(asking, QUESTION).json()["answer"] == before
    with pytest.raises(CaseQAError, match="已损坏"):
        open_assistant(Settings(index=office.folder))
    shutil.rmtree(office.folder)
    added(office.folder, ("乙.txt", SECOND))
    until(lambda: office.library.status.cases == 3)


def test_a_kept_assistant_goes_on_when_its_files_are_gone(folder: Path) -> None:
    assistant = open_assistant(Settings(index=folder))
    before = assistant.ask(QUESTION).text
    shutil.rmtree(folder)
    assert assistant.ask(QUESTION).text == before
    assert assistant.search(LATER)
    with pytest.raises(CaseQAError, match="这里没有索引") as caught:
        open_assistant(Settings(index=folder))
    assert "python -m rag index" in caught.value.hint


def test_a_lost_pointer_is_put_back_by_the_next_change_and_nothing_is_lost(folder: Path) -> None:
    lose(folder, "pointer")
    held = added(folder, ("丙.txt", some(*tuple(CASES)[6:8])))
    assert [one.report.path for one in held.documents] == ["甲.txt", "乙.txt", "丙.txt"]
    assert len(list(folder.glob("originals/*"))) == 3
    lose(folder, "pointer")
    assert len(collection.rebuild(folder, encoder_maker).documents) == 3


def test_nothing_of_a_damaged_index_is_cleared_away_by_opening_it(folder: Path) -> None:
    next(folder.glob("build-*/cases.jsonl")).write_text("")
    (folder / "CURRENT").unlink()
    before = sorted(folder.rglob("*"))
    collection.rebuild(folder, encoder_maker)
    assert sorted(folder.rglob("*")) == before


def test_documents_come_and_go_while_questions_are_answered(office: Office, asking: httpx.Client) -> None:
    told_right, ended = [], threading.Event()

    def ask_on() -> None:
        while not ended.is_set():
            reply = told(asking, QUESTION)
            quotes = [one["quote"] for one in reply.json().get("citations", [])]
            told_right.append(reply.status_code == 200 and any("由5天压缩到1天" in one for one in quotes))

    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(ask_on) for _ in range(3)]
        try:
            for _ in range(2):
                added(office.folder, ("丙.txt", some(*tuple(CASES)[6:8])))
                office.library.exchange(office.materials.open)
                held = open_collection(office.folder)
                collection.remove(office.folder, document_id(held, "丙.txt"), encoder_maker)
                office.library.exchange(office.materials.open)
        finally:
            ended.set()
        for one in running:
            one.result()
    assert len(told_right) > 3
    assert all(told_right)


def test_indexing_and_adding_at_once_leave_a_whole_index(folder: Path, tmp_path: Path) -> None:
    sources = tmp_path / "材料"
    sources.mkdir()
    (sources / "丁.txt").write_bytes(some(*tuple(CASES)[:1], *tuple(CASES)[9:11]))
    with ThreadPoolExecutor(2) as pool:
        running = [
            pool.submit(index_files, [sources], folder, Settings()),
            pool.submit(added, folder, ("丙.txt", some(*tuple(CASES)[6:8]))),
        ]
        for one in running:
            one.result()
    held = open_collection(folder)
    names = [one.report.path.rpartition("/")[2] for one in held.documents]
    assert names in (["丁.txt", "丙.txt"], ["丁.txt"])
    assert answered(folder, QUESTION) == {"清溪县：企业开办一窗通办"}
    assert {one.name for one in folder.iterdir()} <= {"CURRENT", ".lock", "originals", held.build}


def test_two_that_index_into_a_new_folder_at_once_both_end_well(tmp_path: Path) -> None:
    source, folder = tmp_path / "甲.txt", tmp_path / "索引"
    source.write_bytes(SECOND)
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(index_files, [source], folder, Settings()) for _ in range(2)]
        assert [one.result().cases for one in running] == [3, 3]
    held = open_collection(folder)
    assert len(held.cases) == 3
    assert {one.name for one in folder.iterdir()} == {"CURRENT", ".lock", held.build}


def test_twenty_monstrous_questions_at_once_are_refused_in_one_line_each(asking: httpx.Client) -> None:
    resource = pytest.importorskip("resource", reason="Windows 不报内存(no resource module on Windows)")
    expected = told(asking, QUESTION).json()["answer"]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: told(asking, MONSTROUS), range(20)))
        proper = list(pool.map(lambda _: told(asking, QUESTION), range(20)))
    for reply in replies:
        assert reply.status_code == 400
        assert "太长" in reply.json()["error"]
        assert "请" in reply.json()["hint"]
        assert len(reply.text) < 1000
    assert {reply.json()["answer"] for reply in proper} == {expected}
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 300_000  # kilobytes
