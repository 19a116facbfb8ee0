"""A disk that is full and folders that may not be written: one clear line, and what was there stays as it was."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from collected import SECOND, added, answered, document_id, everything
from invented import CASES, Indexed
from office_server import quick

from corpus.errors import CaseQAError, CorpusIndexError, InputError
from deploy.folder import put_in_place
from rag import collection, store
from rag.__main__ import main
from rag.build import open_assistant
from rag.collection import open_collection
from rag.encoders import encoder_maker
from rag.exporting import write_export
from rag.settings import Settings
from ui import feedback
from ui.materials import Materials
from ui.office.accounts import keep_account, read_accounts
from ui.office.asker import Asker
from ui.office.request_log import RequestLog

if sys.platform != "linux":
    pytest.skip("文件大小上限和权限只在 Linux 上试(limits and rights of Linux)", allow_module_level=True)

from faults import full_disk, ordinary_rights

pytest_plugins = ("indexes", "collection_folders")

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "清溪县企业开办几天？"
CASE = "清溪县：企业开办一窗通办"
# Nothing at all; half of an array; all but the encoder's two files, which are not written by Python.
ROOMS = (0, 150, 9_000, 20_000)
GREAT = "\n\n".join(CASES.values()).encode()


@pytest.fixture(params=[0, 5])
def room(request: pytest.FixtureRequest) -> int:
    """Bytes that still fit into a file."""
    return int(request.param)


@pytest.fixture
def locked() -> Iterator[Callable[[Path], None]]:
    """Takes the right to write away, until the test ends."""
    changed: list[tuple[Path, int]] = []

    def lock(folder: Path) -> None:
        for path in [*folder.rglob("*"), folder]:
            mode = path.stat().st_mode
            changed.append((path, mode))
            path.chmod(mode & ~0o222)

    yield lock
    for path, mode in changed:
        path.chmod(mode)


def one_line(error: CaseQAError) -> str:
    said = str(error)
    assert "\n" not in said
    assert "请" in said
    assert "None" not in said
    assert "Errno" not in said
    return said


@pytest.mark.parametrize("room", ROOMS)
def test_indexing_on_a_full_disk_ends_with_one_line_and_status_2(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], room: int
) -> None:
    (tmp_path / "丙.txt").write_bytes(GREAT)
    before = everything(folder)
    with full_disk(room), pytest.raises(SystemExit) as ended:
        main(["index", str(tmp_path / "丙.txt"), "--index", str(folder)])
    said = capsys.readouterr().err.splitlines()[-1]
    assert ended.value.code == 2
    assert "磁盘空间不够" in said
    assert "原来的索引没有改动" in said
    assert everything(folder) == before
    assert answered(folder, QUESTION) == {CASE}


@pytest.mark.parametrize("room", ROOMS[:3])
def test_a_change_on_a_full_disk_is_told_and_leaves_the_documents_as_they_were(
    folder: Path, room: int
) -> None:
    before = everything(folder)
    removed = document_id(open_collection(folder), "乙.txt")
    with full_disk(room), pytest.raises(InputError, match="磁盘空间不够") as refused:
        added(folder, ("丙.txt", GREAT))
    with full_disk(min(room, 150)), pytest.raises(InputError, match="磁盘空间不够"):
        collection.remove(folder, removed, encoder_maker)
    assert "没有改动" in one_line(refused.value)
    assert everything(folder) == before


def test_an_export_on_a_full_disk_leaves_the_file_of_before(
    small: Indexed, tmp_path: Path, room: int
) -> None:
    path = tmp_path / "回答.docx"
    path.write_bytes(b"before")
    answer = small.assistant.ask(QUESTION)
    with full_disk(room), pytest.raises(InputError, match="磁盘空间") as caught:
        write_export(path, [(QUESTION, answer)], small.assistant)
    one_line(caught.value)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"回答.docx": b"before"}


def test_an_account_file_on_a_full_disk_stays_as_it_was(tmp_path: Path, room: int) -> None:
    path = tmp_path / "账号"
    keep_account(path, "张三", quick("correct horse 9"))
    before = path.read_bytes()
    with full_disk(room), pytest.raises(InputError, match="写不进去") as caught:
        keep_account(path, "李四", quick("another word 9"))
    one_line(caught.value)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before
    assert list(read_accounts(path)) == ["张三"]


def test_an_opinion_on_a_full_disk_is_told_and_leaves_no_half_line(tmp_path: Path) -> None:
    feedback.keep(tmp_path, {"a": "甲"})
    size = (tmp_path / feedback.FILE).stat().st_size
    for room in (0, size, size + 5):
        with full_disk(room), pytest.raises(InputError, match="磁盘空间") as caught:
            feedback.keep(tmp_path, {"a": "乙"})
        one_line(caught.value)
    feedback.keep(tmp_path, {"a": "丙"})
    kept = (tmp_path / feedback.FILE).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["a"] for line in kept] == ["甲", "丙"]


def test_a_request_log_on_a_full_disk_fails_no_request_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "记录"
    log = RequestLog(path)
    asker = Asker("127.0.0.1", "rest")
    log.note(asker, "answer", 0.1)
    with caplog.at_level(logging.WARNING), full_disk(path.stat().st_size + 20):
        for _ in range(200):
            log.note(asker, "answer", 0.2)
    log.note(asker, "answer", 0.3)
    log.close()
    assert [record.getMessage().count("写不进去") for record in caplog.records] == [1]
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert (lines[0]["seconds"], lines[-1]["seconds"]) == (0.1, 0.3)


def test_a_bundle_on_a_full_disk_leaves_the_one_of_before_and_no_half_file(tmp_path: Path, room: int) -> None:
    made, target = tmp_path / "包.zip.unfinished", tmp_path / "包.zip"
    made.mkdir()
    (made / "run.py").write_text("1" * 100)
    target.write_bytes(b"before")
    with full_disk(room), pytest.raises(OSError, match="too large"):
        put_in_place(made, target)
    assert sorted(one.name for one in tmp_path.iterdir()) == [target.name, made.name]
    assert target.read_bytes() == b"before"


def test_a_choice_that_cannot_be_written_down_holds_until_the_end(folder: Path, room: int) -> None:
    settings = Settings(data=folder.parent)
    materials = Materials(settings)
    materials.choose("documents")
    with full_disk(room):
        materials.choose("library")
    assert materials.source.key == "library"
    assert Materials(settings).source.key == "documents"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="没有 /dev/full(no device that is always full)")
@pytest.mark.parametrize("command", [("cases", "--json"), ("ask", QUESTION)])
def test_output_to_a_full_disk_ends_with_one_line_and_status_2(
    small: Indexed, command: tuple[str, ...]
) -> None:
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [sys.executable, "-m", "rag", *command, "--index", str(small.folder)],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert run.returncode == 2, run.stderr
    assert "磁盘空间" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


def test_a_folder_that_may_not_be_written_goes_on_answering(
    folder: Path, locked: Callable[[Path], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "丙.txt").write_bytes(SECOND)
    removed = document_id(open_collection(folder), "乙.txt")
    before = everything(folder)
    locked(folder)
    with ordinary_rights():
        with pytest.raises(SystemExit) as ended:
            main(["index", str(tmp_path / "丙.txt"), "--index", str(folder)])
        assert ended.value.code == 2
        with pytest.raises(InputError, match="无法写入") as caught:
            added(folder, ("丙.txt", GREAT))
        one_line(caught.value)
        with pytest.raises(InputError, match="无法写入"):
            collection.remove(folder, removed, encoder_maker)
        assert answered(folder, QUESTION) == {CASE}
    said = capsys.readouterr().err.splitlines()[-1]
    assert "无法写入" in said
    assert "权限" in said
    assert everything(folder) == before


def test_a_data_folder_that_may_not_be_written_is_named(
    tmp_path: Path, locked: Callable[[Path], None], small: Indexed
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    locked(data)
    with ordinary_rights():
        with pytest.raises(InputError, match="无法写入") as caught:
            open_assistant(Settings(data=data))
        assert str(data) in one_line(caught.value)
        with pytest.raises(InputError, match="权限"):
            feedback.keep(data, {"a": 1})
        with pytest.raises(InputError, match="请检查"):
            keep_account(data / "账号", "张三", quick("correct horse 9"))
        with pytest.raises(InputError, match="权限"):
            RequestLog(data / "记录")
        with pytest.raises(InputError, match="没有权限写入"):
            write_export(data / "回答.md", [(QUESTION, small.assistant.ask(QUESTION))], small.assistant)
    assert list(data.iterdir()) == []


def test_every_file_of_a_build_is_on_the_disk_before_it_serves(tmp_path: Path) -> None:
    called: list[str] = []

    def seen(_frame: object, event: str, what: object) -> None:
        if event == "c_call" and what in {os.fsync, os.replace}:
            called.append(str(getattr(what, "__name__", "")))

    def fill(draft: Path) -> dict[str, Any]:
        (draft / "inner").mkdir()
        for name in ("a", "b", "inner/c"):
            (draft / name).write_text(name, encoding="utf-8")
        return {}

    sys.setprofile(seen)
    try:
        store.write_build(tmp_path / "index", fill)
    finally:
        sys.setprofile(None)
    # Three files, the manifest, two folders and the pointer; then the folder in which the pointer was replaced.
    assert called == ["fsync"] * 7 + ["replace", "fsync"]


@pytest.mark.parametrize("name", ["CURRENT", "manifest.json", "cases.jsonl"])
def test_an_index_that_may_not_be_read_is_not_called_damaged(folder: Path, name: str) -> None:
    (path,) = folder.rglob(name)
    mode = path.stat().st_mode
    path.chmod(0)
    try:
        with ordinary_rights(), pytest.raises(CorpusIndexError) as caught:
            open_assistant(Settings(index=folder))
    finally:
        path.chmod(mode)
    assert "权限" in one_line(caught.value)
    assert "损坏" not in caught.value.message
