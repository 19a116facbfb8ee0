"""Files and folders to an index: what is read, what is kept, what is said about each file."""

import dataclasses
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from invented import CASES, write_compilations

from corpus.errors import InputError
from corpus.types import Case, FileReport
from rag import readings, records, store
from rag.assistant import Assistant
from rag.build import index_files, open_assistant
from rag.indexing import IndexingReport, NothingReadError
from rag.output import answer_object, case_object
from rag.settings import Settings

QUESTIONS = ("云岭区联合验收压缩到多少个工作日？", "哪些地方减少了材料？", "怎么做信用修复？")


def write(path: Path, place: str, days: int = 9) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"{place}企业开办的办理时间由{days}天压缩到1天，免费刻制印章{days}枚。\n\n"
        f"{place}在大厅设立帮办窗口，由专人辅导填表，全年帮办{days}00件。\n",
        encoding="utf-8",
    )
    return path


def run(folder: Path, *paths: Path) -> IndexingReport:
    return index_files(paths, folder, Settings())


def opened(folder: Path) -> Assistant:
    return open_assistant(Settings(index=folder))


def texts(folder: Path) -> str:
    return "\n".join(case.text for case in opened(folder).cases)


def by_name(report: IndexingReport) -> dict[str, FileReport]:
    return {Path(one.path).name: one for one in report.files}


def everything(assistant: Assistant) -> str:
    """All answers and cases as JSON, the time taken apart."""
    answers = [{**answer_object(assistant.ask(question)), "seconds": 0} for question in QUESTIONS]
    return json.dumps([answers, [case_object(case) for case in assistant.cases]], ensure_ascii=False)


def test_unchanged_files_are_not_read_again(tmp_path: Path) -> None:
    folder, index = tmp_path / "资料", tmp_path / "index"
    write(folder / "甲.txt", "青石县")
    changed = write(folder / "乙.txt", "红岩市")
    gone = write(folder / "丙.txt", "白沙区")
    assert run(index, folder).reused == 0
    assert run(index, folder).reused == 3
    write(changed, "红岩市", days=7)
    gone.unlink()
    write(folder / "丁.txt", "黑水镇")
    report = run(index, folder)
    assert report.reused == 1
    assert set(by_name(report)) == {"甲.txt", "乙.txt", "丁.txt"}
    now = texts(index)
    assert "由7天" in now
    assert "红岩市企业开办的办理时间由9天" not in now
    assert "白沙区" not in now
    assert "青石县" in now
    assert "黑水镇" in now


def test_what_was_read_before_is_taken_from_the_index(tmp_path: Path) -> None:
    index, path = tmp_path / "index", write(tmp_path / "甲.txt", "青石县")
    run(index, path)
    build, manifest = store.open_build(index)
    manifest["readings"][0]["report"]["notes"] = ["上次读取时记下的话"]

    def fill(draft: Path) -> dict[str, Any]:
        shutil.copytree(build, draft, dirs_exist_ok=True)
        (draft / "manifest.json").unlink()
        return manifest

    store.write_build(index, fill)
    assert run(index, path).files[0].notes == ("上次读取时记下的话",)
    write(path, "青石县", days=8)
    assert run(index, path).files[0].notes == ()


def test_the_cases_of_many_files_are_gone_through_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        write(tmp_path / "资料" / f"{number}.txt", f"第{number}县", days=number + 2)
    run(tmp_path / "index", tmp_path / "资料")
    looked = []

    class Watched(Case):
        def __getattribute__(self, name: str) -> Any:
            if name in {"id", "document_id"}:
                looked.append(name)
            return super().__getattribute__(name)

    case_from = records.case_from

    def watched(*arguments: Any) -> Case:
        case = case_from(*arguments)
        return Watched(*(getattr(case, field.name) for field in dataclasses.fields(case)))

    monkeypatch.setattr(records, "case_from", watched)
    assert len(list(readings.serving_readings(*store.open_build(tmp_path / "index")))) == 12
    assert 12 <= len(looked) <= 4 * 12


def test_an_index_built_on_another_answers_as_one_built_afresh(tmp_path: Path) -> None:
    folder = tmp_path / "资料"
    write_compilations(folder)
    shutil.copytree(folder, tmp_path / "copy")
    extra = folder / "多余.txt"
    extra.write_text(
        (folder / "案例选编（一）.txt").read_text(encoding="utf-8") + "\n临时材料。\n", encoding="utf-8"
    )
    run(tmp_path / "grown", folder)
    extra.unlink()
    assert run(tmp_path / "grown", folder).reused == 2
    run(tmp_path / "fresh", folder)
    assert everything(opened(tmp_path / "grown")) == everything(opened(tmp_path / "fresh"))


def test_the_same_material_gives_the_same_answers(tmp_path: Path) -> None:
    write_compilations(tmp_path / "资料")
    run(tmp_path / "one", tmp_path / "资料")
    run(tmp_path / "two", tmp_path / "资料")
    assert everything(opened(tmp_path / "one")) == everything(opened(tmp_path / "two"))


def test_the_same_content_is_taken_once(tmp_path: Path) -> None:
    first = write(tmp_path / "资料" / "甲.txt", "青石县")
    shutil.copy(first, tmp_path / "资料" / "乙.txt")
    shutil.copy(first, tmp_path / "资料" / "丙.txt")
    report = run(tmp_path / "index", tmp_path / "资料")
    states = [one.status for one in report.files]
    assert (states.count("read"), states.count("skipped")) == (1, 2)
    assert all("内容完全相同" in one.message for one in report.files if one.status == "skipped")
    assert report.cases == 1


def test_the_same_content_is_taken_once_whichever_came_first(tmp_path: Path) -> None:
    late = write(tmp_path / "资料" / "b.txt", "青石县")
    run(tmp_path / "index", tmp_path / "资料")
    shutil.copy(late, tmp_path / "资料" / "a.txt")
    report = run(tmp_path / "index", tmp_path / "资料")
    assert report.cases == 1
    assert [(Path(one.path).name, one.status) for one in report.files] == [
        ("a.txt", "read"),
        ("b.txt", "skipped"),
    ]
    (tmp_path / "资料" / "a.txt").unlink()
    assert run(tmp_path / "index", tmp_path / "资料").cases == 1


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path / "资料" / "甲.txt", "青石县")
    report = run(tmp_path / "index", path, path.parent, path)
    assert len(report.files) == 1


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "资料"
    write(folder / "好.txt", "青石县")
    (folder / "空.txt").write_bytes(b"")
    (folder / "乱.docx").write_bytes(bytes(range(256)) * 20)
    (folder / "表.xlsx").write_bytes(b"PK")
    report = run(tmp_path / "index", folder)
    states = {name: one.status for name, one in by_name(report).items()}
    assert states == {"好.txt": "read", "空.txt": "refused", "乱.docx": "refused", "表.xlsx": "skipped"}
    assert all(one.message and "\n" not in one.message for one in report.files if one.status != "read")
    assert len(opened(tmp_path / "index").cases) == 1


def test_nothing_readable_is_an_error_and_the_old_index_stays(tmp_path: Path) -> None:
    index, bad = tmp_path / "index", tmp_path / "坏"
    run(index, write(tmp_path / "好.txt", "青石县"))
    before = {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}
    bad.mkdir()
    (bad / "空.txt").write_bytes(b"\n \n")
    with pytest.raises(NothingReadError) as caught:
        run(index, bad)
    assert "空.txt" in str(caught.value)
    assert [one.status for one in caught.value.reports] == ["refused"]
    assert {path: path.read_bytes() for path in index.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["没有", "空文件夹"])
def test_a_missing_path_and_an_empty_folder_are_errors(tmp_path: Path, name: str) -> None:
    (tmp_path / "空文件夹").mkdir()
    with pytest.raises(InputError, match=name):
        run(tmp_path / "index", tmp_path / name)
    assert not (tmp_path / "index").exists()


def test_chinese_and_spaced_paths(tmp_path: Path) -> None:
    path = write(tmp_path / "资料 一" / "子 目录（2023）" / "案例 汇编　“上”.txt", "青石县")
    index = tmp_path / "索引 甲（新）"
    assert run(index, tmp_path / "资料 一").cases == 1
    answer = opened(index).ask("青石县企业开办由几天压缩到几天？")
    assert {citation.case.source for citation in answer.citations} == {path.name}


def test_reports_say_what_was_left_out(tmp_path: Path) -> None:
    write_compilations(tmp_path / "资料")
    report = by_name(run(tmp_path / "index", tmp_path / "资料"))["案例选编（一）.txt"]
    assert (report.cases, report.status, report.message) == (len(CASES), "read", "")
    assert [left.reason for left in report.leftovers] == ["页眉", "页眉"]


def test_an_index_among_the_material_is_no_material(tmp_path: Path) -> None:
    write(tmp_path / "甲.txt", "青石县")
    (tmp_path / "说明.xlsx").write_bytes(b"PK")
    run(tmp_path / "case-index", tmp_path)
    report = run(tmp_path / "case-index", tmp_path)
    assert set(by_name(report)) == {"甲.txt", "说明.xlsx"}
    assert report.reused == 1


@pytest.mark.skipif(sys.platform != "linux", reason="只有 Linux 允许这样的文件名(names of any bytes)")
def test_a_name_in_another_encoding_is_indexed(tmp_path: Path) -> None:
    path = write(tmp_path / "资料" / "甲.txt", "青石县")
    path.rename(path.parent / os.fsdecode("案例".encode("gb18030") + b".txt"))
    (path.parent / os.fsdecode("表格".encode("gb18030") + b".xlsx")).write_bytes(b"PK")
    report = run(tmp_path / "index", path.parent)
    assert report.cases == 1
    json.dumps([one.path for one in report.files]).encode()
    everything(opened(tmp_path / "index")).encode()
    assert run(tmp_path / "index", path.parent).reused == 1


def test_progress_runs_from_nothing_to_everything(tmp_path: Path) -> None:
    seen: list[float] = []
    steps: list[str] = []

    def progress(step: str, share: float) -> None:
        steps.append(step)
        seen.append(share)

    index_files([write(tmp_path / "甲.txt", "青石县")], tmp_path / "index", Settings(), progress)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)
    assert any("甲.txt" in step for step in steps)
