"""Documents of an index cut by hand: the cuts are searched, told, kept and taken back."""

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from collected import FIRST, added, answered, cut_in, document_id, hand_cut, some
from invented import CASES

from corpus.cleaning import CleanFile
from corpus.errors import InputError
from corpus.recutting import pieces_of, renamed
from rag import collection, contents, growing, readings, store
from rag.build import index_files, open_assistant
from rag.candidates import examine
from rag.collection import Collection, open_collection
from rag.encoders import encoder_maker
from rag.settings import Settings

pytest_plugins = ("collection_folders",)

ROOT = Path(__file__).resolve().parent.parent


def test_cuts_of_a_hand_are_searched_and_told(folder: Path) -> None:
    before = open_collection(folder)
    cases = cut_in(folder, "甲.txt")
    held = open_collection(folder)
    assert list(held.cases[:3]) == cases
    assert held.cases[3:] == before.cases[3:]
    assert held.documents[0].report.notes[-1] == "手工切分：第 1、2、3 个案例"
    assert held.documents[0].report.cases == 3
    assert held.documents[0].cut_by_hand == (1, 2, 3)
    assert answered(folder, "清溪县企业开办几天？") == {"清溪县：改过的标题"}
    changes = open_assistant(Settings(index=folder)).changes
    assert {one.case_id for one in changes} <= {case.id for case in held.cases}
    assert any(one.case_id == held.cases[0].id for one in changes)


def test_cuts_of_a_hand_go_back_to_what_was_found(folder: Path) -> None:
    before = open_collection(folder)
    cut_in(folder, "甲.txt")
    held = open_collection(folder)
    reading = held.documents[0]
    automatic = pieces_of(reading.automatic)
    back = collection.recut(
        folder,
        document_id(held, "甲.txt"),
        automatic,
        encoder_maker,
        before=pieces_of(reading.cases),
    )
    assert back.cases == before.cases
    assert back.documents[0].report == before.documents[0].report
    assert back.documents[0].automatic == ()


def test_a_hand_that_another_overtook_is_told(folder: Path) -> None:
    held = open_collection(folder)
    found = pieces_of(held.documents[0].cases)
    cut_in(folder, "甲.txt")
    with pytest.raises(InputError, match="刚被别人改过"):
        collection.recut(
            folder, document_id(held, "甲.txt"), renamed(found, 1, "新"), encoder_maker, before=found
        )


def test_a_file_may_be_cut_by_hand_before_it_comes_in(tmp_path: Path) -> None:
    reading = hand_cut(examine("甲.txt", FIRST, ()).reading)
    held = collection.add(tmp_path / "documents", [(reading, FIRST)], encoder_maker, encoder_key="")
    assert held.cases == reading.cases
    assert held.documents[0].cut_by_hand == (1, 2, 3)


def indexed_again(folder: Path, files: Path, change: Callable[[Path], None] = lambda _: None) -> Collection:
    path = files / "甲.txt"
    files.mkdir(exist_ok=True)
    path.write_bytes(FIRST)
    if not store.exists(folder):
        index_files([files], folder, Settings())
        held = open_collection(folder)
        before = held.documents[0]
        assert before.document is not None
        collection.recut(
            folder,
            before.document.id,
            pieces_of(hand_cut(before).cases),
            encoder_maker,
            before=pieces_of(before.cases),
        )
    change(path)
    index_files([files], folder, Settings())
    return open_collection(folder)


def test_cuts_of_a_hand_outlive_indexing_the_same_file_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, files = tmp_path / "index", tmp_path / "资料"
    first = indexed_again(folder, files)
    assert first.documents[0].cut_by_hand == (1, 2, 3)
    moved = indexed_again(folder, files, lambda path: path.rename(path.with_name("改名.txt")) and None)
    assert [case.title for case in moved.cases] == [case.title for case in first.cases]
    (files / "改名.txt").unlink()
    monkeypatch.setattr(readings, "CUTTING_VERSION", readings.CUTTING_VERSION + 1)
    for module in (contents, growing):
        monkeypatch.setattr(module, "CUTTING_VERSION", readings.CUTTING_VERSION)
    again = indexed_again(folder, files)
    assert [case.title for case in again.cases] == [case.title for case in first.cases]
    assert again.documents[0].key != first.documents[0].key


def test_cuts_of_a_hand_go_with_the_text_they_were_made_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, files = tmp_path / "index", tmp_path / "资料"
    indexed_again(folder, files)
    changed = indexed_again(
        folder, files, lambda path: path.write_bytes(FIRST + "另有一段。".encode()) and None
    )
    assert changed.documents[0].cut_by_hand == ()
    assert len(changed.cases) == 3
    assert changed.documents[0].report.notes == ()

    folder = tmp_path / "other"
    indexed_again(folder, files)
    monkeypatch.setattr(readings, "CUTTING_VERSION", readings.CUTTING_VERSION + 1)
    clean = readings.clean

    def reads_otherwise(*arguments: Any, **options: Any) -> CleanFile:
        file = clean(*arguments, **options)
        text = file.document.text[:-2] + "吗" + file.document.text[-1:]
        return dataclasses.replace(file, document=dataclasses.replace(file.document, text=text))

    monkeypatch.setattr(readings, "clean", reads_otherwise)
    other = indexed_again(folder, files)
    assert other.documents[0].cut_by_hand == ()
    assert any("没有沿用" in note for note in other.documents[0].report.notes)


def test_an_uploaded_file_is_read_again_from_its_copy_by_a_new_reader(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_in(folder, "甲.txt")
    before = open_collection(folder)
    monkeypatch.setattr(readings, "CUTTING_VERSION", readings.CUTTING_VERSION + 1)
    for module in (contents, growing):
        monkeypatch.setattr(module, "CUTTING_VERSION", readings.CUTTING_VERSION)
    monkeypatch.setattr(collection, "CUTTING_VERSION", readings.CUTTING_VERSION)
    held = added(folder, ("丙.txt", some(*tuple(CASES)[8:10])))
    assert held.cutting == readings.CUTTING_VERSION
    assert [one.key for one in held.documents[:2]] != [one.key for one in before.documents]
    assert [case.id for case in held.cases[:6]] == [case.id for case in before.cases]
    assert [one.added for one in held.documents[:2]] == [one.added for one in before.documents]
    assert held.documents[0].cut_by_hand == (1, 2, 3)


def test_the_command_line_reports_on_a_hand_cut_file(tmp_path: Path) -> None:
    folder, files = tmp_path / "index", tmp_path / "资料"
    indexed_again(folder, files)
    done = subprocess.run(
        [sys.executable, "-m", "rag", "index", str(files), "--index", str(folder), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    report = json.loads(done.stdout)
    assert set(report) == {"index", "cases", "chunks", "reused", "encoder", "files"}
    assert report["reused"] == 1
    assert report["files"][0]["notes"] == ["手工切分：第 1、2、3 个案例"]
