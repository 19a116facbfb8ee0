"""A clock that was set back, or was wrong for a while: nothing is kept for ever, lost or let in because of it."""

import inspect
import os
import time
import zipfile
from pathlib import Path

import pytest
from collected import added, answered, document_id, some
from invented import CASES
from office_server import quick

from deploy.folder import put_in_place
from rag import collection
from rag.build import index_files
from rag.collection import open_collection
from rag.encoders import encoder_maker
from rag.settings import Settings
from ui.materials import Materials
from ui.office.accounts import Accounts, keep_account
from ui.office.limits import Window
from ui.office.sessions import Sessions

pytest_plugins = ("collection_folders",)

QUESTION = "清溪县企业开办几天？"
CASE = "清溪县：企业开办一窗通办"
YEAR = 365 * 86_400.0


def date(folder: Path, seconds: float) -> None:
    for path in [*folder.rglob("*"), folder]:
        os.utime(path, (seconds, seconds))


@pytest.mark.parametrize("seconds", [0.0, time.time() + 10 * YEAR])
def test_an_index_made_at_another_time_answers_and_changes_like_any(
    folder: Path, tmp_path: Path, seconds: float
) -> None:
    source = tmp_path / "丁.txt"
    source.write_bytes(some(*tuple(CASES)[:1]))
    date(folder, seconds)
    date(source, seconds)
    assert answered(folder, QUESTION) == {CASE}
    assert len(added(folder, ("丙.txt", some(*tuple(CASES)[6:8]))).documents) == 3
    date(folder, seconds)
    held = open_collection(folder)
    assert len(collection.remove(folder, document_id(held, "乙.txt"), encoder_maker).documents) == 2
    date(folder, seconds)
    index_files([source], folder, Settings())
    assert answered(folder, QUESTION) == {CASE}
    assert len(list(folder.glob("build-*"))) == 1


@pytest.mark.parametrize("seconds", [0.0, time.time(), time.time() + 10 * YEAR])
def test_what_a_killed_build_left_goes_whatever_its_date(folder: Path, seconds: float) -> None:
    left = folder / ".building-0123456789abcdef"
    left.mkdir()
    (left / "half.txt").write_text("half")
    date(left, seconds)
    added(folder, ("丙.txt", some(*tuple(CASES)[6:8])))
    assert not left.exists()


def test_an_index_made_before_the_one_that_answers_is_noticed(folder: Path, tmp_path: Path) -> None:
    materials = Materials(Settings(index=folder))
    materials.open(lambda _step, _share: None)
    source = tmp_path / "丁.txt"
    source.write_bytes(some(*tuple(CASES)[:1]))
    index_files([source], folder, Settings())
    date(folder, 0.0)
    assert materials.stale


def test_an_account_file_put_back_from_a_backup_holds_at_once(tmp_path: Path) -> None:
    path = tmp_path / "账号"
    keep_account(path, "张三", quick("correct horse 9"))
    backup = path.read_bytes()
    keep_account(path, "李四", quick("another word 9"))
    accounts = Accounts(path)
    assert set(accounts.now()) == {"张三", "李四"}
    path.write_bytes(backup)
    os.utime(path, (0.0, 0.0))
    assert set(accounts.now()) == {"张三"}


@pytest.mark.parametrize("kind", [Sessions, Window])
def test_sessions_and_lock_outs_run_by_a_clock_that_nobody_sets(kind: type) -> None:
    assert inspect.signature(kind).parameters["clock"].default is time.monotonic


def test_a_bundle_is_packed_on_a_machine_whose_clock_stands_at_1970(tmp_path: Path) -> None:
    made = tmp_path / "made"
    (made / "rag").mkdir(parents=True)
    (made / "rag" / "a.py").write_text("1")
    date(made, 0.0)
    put_in_place(made, tmp_path / "离线包.zip")
    with zipfile.ZipFile(tmp_path / "离线包.zip") as packed:
        assert packed.namelist() == ["离线包/rag/a.py"]
