import pathlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from collected import added, document_id, some
from invented import CASES, Indexed

from rag import collection, store
from rag.build import index_files, open_assistant
from rag.collection import open_collection
from rag.encoders import embedder_of, encoder_maker, fitted_of
from rag.settings import Settings

pytest_plugins = ("indexes",)

QUESTIONS = (
    "企业开办最快几小时办结？",
    "清溪县企业开办的时间压缩到几天？",
    "不动产登记怎么跟纳税一起办？",
    "哪些地方压缩了获得电力的时间？",
    "刻章要自己花钱吗",
    "How long does it take to open a business?",
)
COMING = some(*tuple(CASES)[:3])


@pytest.fixture
def folder(library: Indexed, tmp_path: Path) -> Path:
    """The shipped library's index, of which a few cases are a small share."""
    return Path(shutil.copytree(library.folder, tmp_path / "index"))


def told(folder: Path) -> list[tuple[object, ...]]:
    assistant = open_assistant(Settings(index=folder))
    return [
        (
            assistant.ask(question).text,
            [hit.case.id for hit in assistant.search(question)],
            np.round([hit.score for hit in assistant.search(question)], 5).tolist(),
        )
        for question in QUESTIONS
    ]


def made_anew(folder: Path) -> None:
    """The same documents written as for the first time, but with the encoder that is there."""
    build, manifest = store.open_build(folder)
    fitted = fitted_of(build, manifest["encoder"])
    embedder = embedder_of(manifest["encoder"], fitted)
    collection.rebuild(folder, lambda _key: lambda _texts: (embedder, fitted))


def manifest_of(folder: Path) -> dict[str, object]:
    return dict(store.open_build(folder)[1])


def test_a_grown_index_is_the_one_that_would_be_made_anew(folder: Path) -> None:
    before = told(folder)
    added(folder, ("新来.txt", COMING))
    grown = told(folder)
    assert grown != before
    assert manifest_of(folder)["encoder"]["changed"] == 3  # type: ignore[index]
    made_anew(folder)
    assert told(folder) == grown


def test_what_goes_leaves_no_trace(folder: Path) -> None:
    before = told(folder)
    held = added(folder, ("新来.txt", COMING))
    collection.remove(folder, document_id(held, "新来.txt"), encoder_maker)
    assert told(folder) == before
    assert open_collection(folder).cases == held.cases[:-3]


def test_a_document_from_the_middle_can_go(folder: Path) -> None:
    held = open_collection(folder)
    gone = min(held.documents, key=lambda one: len(one.cases))
    assert gone.document is not None
    assert gone is not held.documents[-1]
    collection.remove(folder, gone.document.id, encoder_maker)
    shrunk = told(folder)
    made_anew(folder)
    assert told(folder) == shrunk
    manifest = manifest_of(folder)
    assert manifest["counts"]["cases"] == len(held.cases) - len(gone.cases)  # type: ignore[index]


def test_what_stays_is_not_written_again(folder: Path) -> None:
    added(folder, ("新来.txt", COMING))
    before = {path.stat().st_ino for path in folder.glob("build-*/characters/segment-0/*.npy")}
    added(folder, ("后来.txt", some(*tuple(CASES)[3:5])))
    after = {path.stat().st_ino for path in folder.glob("build-*/characters/segment-0/*.npy")}
    assert before == after
    assert len(before) == 5


def test_the_encoder_is_fitted_anew_when_a_fifth_has_changed(folder: Path) -> None:
    held = open_collection(folder)
    fitted = manifest_of(folder)["files"]["encoder/model.safetensors"]  # type: ignore[index]
    leaving = [one for one in held.documents if one.document is not None]
    changed = 0
    while changed <= 0.2 * len(held.cases):
        assert manifest_of(folder)["files"]["encoder/model.safetensors"] == fitted  # type: ignore[index]
        gone = leaving.pop()
        assert gone.document is not None
        changed += len(gone.cases)
        collection.remove(folder, gone.document.id, encoder_maker)
    manifest = manifest_of(folder)
    assert manifest["files"]["encoder/model.safetensors"] != fitted  # type: ignore[index]
    assert manifest["encoder"]["changed"] == 0  # type: ignore[index]


def test_the_second_of_two_like_cases_tells_the_changes_when_the_first_has_gone(folder: Path) -> None:
    held = added(folder, ("甲.txt", COMING))
    document = held.documents[-1].document
    assert document is not None
    told_once = [change.after for change in held.documents[-1].changes]
    assert told_once
    held = added(
        folder, ("乙.txt", COMING + "\n\n案例4：青石县：一件事\n\n青石县把三件事并成一件。".encode())
    )
    collection.remove(folder, document.id, encoder_maker)
    after = open_assistant(Settings(index=folder))
    cases = {case.id for case in after.cases if case.source == "乙.txt"}
    assert [change.after for change in after.changes if change.case_id in cases] == told_once


def test_a_file_more_in_an_indexed_folder_is_taken_in(tmp_path: Path) -> None:
    files, folder = tmp_path / "资料", tmp_path / "index"
    files.mkdir()
    for number, title in enumerate(CASES):
        (files / f"{number}.txt").write_bytes(some(title))
    index_files([files], folder, Settings())
    fitted = manifest_of(folder)["files"]["encoder/model.safetensors"]  # type: ignore[index]
    (files / "新.txt").write_text(
        "案例1：青石县：注销一日办\n\n青石县的企业注销由9天压缩到1天。", encoding="utf-8"
    )
    report = index_files([files], folder, Settings())
    assert (report.cases, report.reused) == (len(CASES) + 1, len(CASES))
    assert manifest_of(folder)["files"]["encoder/model.safetensors"] == fitted  # type: ignore[index]
    answer = open_assistant(Settings(index=folder)).ask("青石县企业注销要几天？")
    assert "1天" in answer.text
    (files / "0.txt").unlink()
    report = index_files([files], folder, Settings())
    assert report.cases == len(CASES)
    assert pathlib.Path("0.txt").name not in {
        one.document.name for one in open_collection(folder).documents if one.document
    }
