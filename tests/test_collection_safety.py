"""An index changed by many or killed in the middle: each change is there whole or not at all."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from collected import FIRST, SECOND, added, answered, some
from invented import CASES

from corpus.errors import InputError, UnreadableFileError
from rag import originals, store
from rag.collection import open_collection

pytest_plugins = ("collection_folders",)

ROOT = Path(__file__).resolve().parent.parent


def test_of_two_writers_at_once_the_second_waits_and_nothing_is_lost(folder: Path) -> None:
    files = [(f"{number}.txt", some(*tuple(CASES)[6 + number : 7 + number])) for number in range(3)]
    faults: list[BaseException] = []

    def write(name: str, data: bytes) -> None:
        try:
            added(folder, (name, data))
        except BaseException as error:  # noqa: BLE001 - the test fails on any
            faults.append(error)

    writers = [threading.Thread(target=write, args=one) for one in files]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert faults == []
    held = open_collection(folder)
    assert {one.report.path for one in held.documents} == {"甲.txt", "乙.txt", "0.txt", "1.txt", "2.txt"}
    assert len(list(folder.glob("build-*"))) == 1
    assert all(originals.read(folder, one.original) for one in held.documents)


def test_a_writer_that_waits_too_long_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_PATIENCE_SECONDS", 0.1)
    with store.alone(folder), pytest.raises(InputError, match="另一个程序正在写入"):
        added(folder, ("丙.txt", some(*tuple(CASES)[8:10])))
    assert len(open_collection(folder).documents) == 2


# Changes a document and stops for good at one point, so that it can be killed there.
KILLED = """
import pathlib, sys, time
from rag import collection, contents, growing, originals, store
from rag.candidates import examine
from rag.encoders import encoder_maker

folder, point, path = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])

def stopping(step):
    def stopped(*arguments, **options):
        print("here", flush=True)
        time.sleep(600)
    return stopped

data = path.read_bytes()
reading = examine(path.name, data, ()).reading
if point == "copying":
    pathlib.Path.rename = stopping(None)
if point == "filling":
    contents.LateInteraction.build = growing.LateInteraction.load = stopping(None)
if point == "pointing":
    store._point = stopping(None)
if point == "sweeping":
    originals.sweep = stopping(None)
collection.add(folder, [(reading, data)], encoder_maker, encoder_key="")
"""


@pytest.mark.parametrize("point", ["copying", "filling", "pointing", "sweeping"])
def test_a_change_killed_at_any_moment_leaves_a_whole_index(folder: Path, tmp_path: Path, point: str) -> None:
    path = tmp_path / "丙.txt"
    path.write_bytes(some(*tuple(CASES)[8:10]))
    before = open_collection(folder)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder), point, str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)
    held = open_collection(folder)
    assert len(held.documents) == (3 if point == "sweeping" else 2)
    assert held.documents[:2] == before.documents
    assert answered(folder, "清溪县企业开办几天？") == {"清溪县：企业开办一窗通办"}
    held = added(folder, ("丁.txt", some(*tuple(CASES)[10:])))
    kept = {one.original.split("/")[1] for one in held.documents}
    assert {one.name for one in (folder / "originals").iterdir()} == kept
    assert len(list(folder.glob("build-*"))) == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\资料\\甲.txt", "甲.txt"),
        ("a\u202etxt.exe.txt", "a_txt.exe.txt"),
        ('问:"号"?.docx', "问__号__.docx"),
        ("  .txt  ", "txt"),
        ("", "材料"),
        ("con.txt", "_con.txt"),
        ("两\n行\t名.md", "两 行 名.md"),
    ],
)
def test_odd_names_become_plain_ones(name: str, shown: str) -> None:
    assert originals.safe_name(name) == shown


def test_a_long_name_keeps_its_ending(tmp_path: Path) -> None:
    name = originals.safe_name("长" * 300 + ".docx")
    assert name.endswith("长.docx")
    assert len(name.encode()) <= 180
    path = originals.keep(tmp_path, "长" * 300 + ".docx", FIRST)
    assert originals.read(tmp_path, path) == FIRST


def test_a_copy_that_was_changed_is_not_taken(tmp_path: Path) -> None:
    path = originals.keep(tmp_path, "甲.txt", FIRST)
    (tmp_path / path).write_bytes(SECOND)
    with pytest.raises(UnreadableFileError, match="已损坏"):
        originals.read(tmp_path, path)
    (tmp_path / path).unlink()
    with pytest.raises(UnreadableFileError, match="读不出来"):
        originals.read(tmp_path, path)
