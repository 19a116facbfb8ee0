"""The index on disk: whatever happens while one is written, a complete one answers or none does."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import CorpusIndexError, InputError
from rag import build as building
from rag import manifests, store
from rag.build import index_files, open_assistant
from rag.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
# Fills a build and stops for good at one point of writing, so that it can be killed there.
KILLED = """
import pathlib, sys, time
from rag import manifests, store

folder, point, text = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]

def stop():
    print("here", flush=True)
    time.sleep(600)

def stopping(step):
    def stopped(*arguments, **options):
        stop()
        return step(*arguments, **options)
    return stopped

def fill(draft):
    if point == "empty":
        stop()
    (draft / "one.txt").write_text(text)
    if point == "half":
        stop()
    (draft / "two.txt").write_text(text)
    if point == "full":
        stop()
    return {"text": text}

if point == "renaming":
    pathlib.Path.rename = stopping(pathlib.Path.rename)
if point == "pointing":
    store._point = stopping(store._point)
if point == "replacing":
    pathlib.Path.replace = stopping(pathlib.Path.replace)
if point == "sweeping":
    store.shutil.rmtree = stopping(store.shutil.rmtree)
store.write_build(folder, fill)
"""
POINTS = ("empty", "half", "full", "renaming", "pointing", "replacing", "sweeping")


def filling(text: str) -> Callable[[Path], dict[str, str]]:
    def fill(draft: Path) -> dict[str, str]:
        (draft / "one.txt").write_text(text, encoding="utf-8")
        return {"text": text}

    return fill


def served(folder: Path) -> str:
    build, manifest = store.open_build(folder)
    assert (build / "one.txt").read_text(encoding="utf-8") == manifest["text"]
    return str(manifest["text"])


def kill_at(point: str, folder: Path, text: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder), point, text], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("point", POINTS)
def test_a_build_killed_while_writing_leaves_the_old_one_serving(tmp_path: Path, point: str) -> None:
    folder = tmp_path / "index"
    store.write_build(folder, filling("old"))
    kill_at(point, folder, "new")
    assert served(folder) == ("new" if point == "sweeping" else "old")
    store.write_build(folder, filling("third"))
    assert served(folder) == "third"
    assert len(list(folder.glob("build-*"))) == 1


@pytest.mark.parametrize("point", POINTS[:-1])
def test_a_first_build_killed_while_writing_leaves_no_index_and_may_be_repeated(
    tmp_path: Path, point: str
) -> None:
    folder = tmp_path / "index"
    kill_at(point, folder, "new")
    assert not store.exists(folder)
    with pytest.raises(CorpusIndexError):
        store.open_build(folder)
    store.write_build(folder, filling("second"))
    assert served(folder) == "second"


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_a_build_that_fails_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    folder = tmp_path / "index"
    store.write_build(folder, filling("old"))
    before = sorted(folder.rglob("*"))

    def fail(draft: Path) -> dict[str, str]:
        (draft / "one.txt").write_text("half")
        raise error

    with pytest.raises(InputError if error is OSError else error):
        store.write_build(folder, fail)
    assert sorted(folder.rglob("*")) == before
    assert served(folder) == "old"


def test_of_two_writers_at_once_the_last_one_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write_build(tmp_path, filling("old"))
    point, paused, go_on = store._point, threading.Event(), threading.Event()

    def slow(folder: Path, name: str) -> None:
        if not paused.is_set():
            paused.set()
            go_on.wait(20)
        point(folder, name)

    monkeypatch.setattr(store, "_point", slow)
    first = threading.Thread(target=store.write_build, args=(tmp_path, filling("first")))
    second = threading.Thread(target=store.write_build, args=(tmp_path, filling("second")))
    first.start()
    assert paused.wait(20)
    second.start()
    second.join(0.5)
    assert served(tmp_path) == "old"
    go_on.set()
    first.join()
    second.join()
    assert served(tmp_path) == "second"
    assert len(list(tmp_path.glob("build-*"))) == 1


def test_many_writers_and_readers_at_once(tmp_path: Path) -> None:
    store.write_build(tmp_path, filling("0"))
    faults: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for number in range(10):
                store.write_build(tmp_path, filling(f"{name}{number}"))
                store.open_build(tmp_path)
        except BaseException as error:  # noqa: BLE001 - the test fails on any
            faults.append(error)

    writers = [threading.Thread(target=write, args=(name,)) for name in "甲乙丙丁"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert faults == []
    assert served(tmp_path).endswith("9")
    assert {one.name for one in tmp_path.iterdir()} == {"CURRENT", ".lock", store.serving(tmp_path)}


def test_a_writer_that_waits_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write_build(tmp_path, filling("old"))
    monkeypatch.setattr(store, "_PATIENCE_SECONDS", 0.1)
    with store.alone(tmp_path), pytest.raises(InputError, match="另一个程序正在写入"):
        store.write_build(tmp_path, filling("new"))
    assert served(tmp_path) == "old"
    assert not list(tmp_path.glob(".building-*"))
    store.write_build(tmp_path, filling("new"))
    assert served(tmp_path) == "new"


def test_a_build_replaced_while_it_is_checked_or_read_is_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, settings = tmp_path / "index", Settings(index=tmp_path / "index")
    index_files([source(tmp_path)], index, settings)
    for module, name in ((store, "_checked"), (building, "_loaded")):
        step = getattr(module, name)

        def replaced(*arguments: object, module: object = module, name: str = name, step: Any = step) -> Any:
            monkeypatch.setattr(module, name, step)
            index_files([tmp_path / "资料.txt"], index, settings)
            return step(*arguments)

        monkeypatch.setattr(module, name, replaced)
        assert open_assistant(settings).ask("青石县企业开办几天").citations


@pytest.mark.skipif(os.name == "nt", reason="Windows 没有 umask(no such rights)")
def test_others_may_read_an_index_where_the_umask_lets_them(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        index_files([source(tmp_path)], tmp_path / "index", Settings())
    finally:
        os.umask(before)
    for path in (tmp_path / "index").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o750 if path.is_dir() else 0o640), path


def test_a_path_in_a_hint_can_be_typed_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CorpusIndexError) as caught:
        store.open_build(tmp_path / "索引 甲")
    if os.name != "nt":
        assert f"--index '{tmp_path}/索引 甲'" in caught.value.hint
    path = Path("资料 库/it's")
    monkeypatch.setattr(os, "name", "nt")
    assert store.quoted(path) == '"资料 库/it\'s"'
    monkeypatch.undo()
    assert store.quoted(Path("case-index")) == "case-index"


def test_leftovers_of_killed_builds_go_with_the_next_one(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    kill_at("half", folder, "new")
    assert list(folder.glob(".building-*"))
    store.write_build(folder, filling("whole"))
    assert not list(folder.glob(".building-*"))


def test_other_folders_that_sound_like_builds_are_kept(tmp_path: Path) -> None:
    store.write_build(tmp_path, filling("old"))
    (tmp_path / "build-2024年报").mkdir()
    store.write_build(tmp_path, filling("new"))
    assert (tmp_path / "build-2024年报").is_dir()


def test_the_target_is_a_file(tmp_path: Path) -> None:
    target = tmp_path / "index"
    target.write_text("报告")
    with pytest.raises(InputError, match="是一个文件"):
        store.write_build(target, filling("new"))
    assert target.read_text() == "报告"


def test_the_target_holds_other_things(tmp_path: Path) -> None:
    (tmp_path / "报告.txt").write_text("报告")
    with pytest.raises(InputError, match="别的文件"):
        store.write_build(tmp_path, filling("new"))
    assert [one.name for one in tmp_path.iterdir()] == ["报告.txt"]


@pytest.mark.parametrize("name", ["file/index", "长" * 200])
def test_the_target_cannot_be_made(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError):
        store.write_build(tmp_path / name, filling("new"))


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="没有 /proc(no folder that refuses every user)"
)
def test_the_target_cannot_be_written() -> None:
    with pytest.raises(InputError, match="无法写入"):
        store.write_build(Path("/proc/self/index"), filling("new"))


def test_another_format_is_refused(tmp_path: Path) -> None:
    store.write_build(tmp_path, lambda draft: {**filling("new")(draft), "format": manifests.FORMAT + 1})
    with pytest.raises(CorpusIndexError, match="另一个版本"):
        store.open_build(tmp_path)


def source(folder: Path) -> Path:
    path = folder / "资料.txt"
    path.write_text(
        "青石县企业开办的办理时间由6天压缩到2天。青石县在大厅设立帮办窗口，为企业免费刻制4枚印章。\n\n"
        "青石县把不动产登记与纳税合并到一个窗口。办理时间由5天压缩到1天，材料由9份减少到3份。\n",
        encoding="utf-8",
    )
    return path


FILES = (
    "CURRENT",
    "manifest.json",
    "documents.jsonl",
    "cases.jsonl",
    "changes.jsonl",
    "chunks.jsonl",
    "bodies.npy",
    "vectors.faiss",
    *(f"{folder}/{name}.npy" for folder in ("tokens", "sketches") for name in ("values", "bounds")),
    *(f"sentences/{name}.npy" for name in ("spans", "headings", "bounds")),
    *(
        f"sentences/encoded-{number}/{name}.npy"
        for number in (0, 1)
        for name in ("values", "bounds", "lengths")
    ),
    *(
        f"{field}/{name}"
        for field in ("characters", "words")
        for name in (
            "postings.json",
            *(f"segment-0/{part}.npy" for part in ("bounds", "counts", "keys", "lengths", "rows")),
        )
    ),
    "encoder/model.safetensors",
    "encoder/tokenizer.json",
    "encoder/modules.json",
    "encoder/config_sentence_transformers.json",
    "encoder/1_Normalize/config.json",
)


def on_disk(index: Path, name: str) -> Path:
    return index / name if name == "CURRENT" else next(index.glob("build-*")) / name


def test_every_file_of_an_index_is_among_those_damaged_below(tmp_path: Path) -> None:
    index = tmp_path / "index"
    index_files([source(tmp_path)], index, Settings())
    build = next(index.glob("build-*"))
    found = {path.relative_to(build).as_posix() for path in build.rglob("*") if path.is_file()}
    assert found | {"CURRENT"} == set(FILES)
    assert {one.name for one in index.iterdir()} == {"CURRENT", ".lock", build.name}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["flipped", "missing"])
def test_damage_in_any_file_is_found_and_mended_by_indexing_again(
    tmp_path: Path, name: str, damage: str
) -> None:
    index, settings = tmp_path / "index", Settings(index=tmp_path / "index")
    index_files([source(tmp_path)], index, settings)
    path = on_disk(index, name)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()
    if damage == "flipped":
        path.write_bytes(data)
    with pytest.raises(CorpusIndexError) as caught:
        open_assistant(settings)
    assert "python -m rag index" in caught.value.hint
    assert str(index) in caught.value.hint
    index_files([tmp_path / "资料.txt"], index, settings)
    assert open_assistant(settings).ask("青石县企业开办几天").citations


def test_a_pointer_that_leads_out_of_the_index_is_refused(tmp_path: Path) -> None:
    store.write_build(tmp_path / "other", filling("other"))
    store.write_build(tmp_path / "index", filling("own"))
    (tmp_path / "index" / "CURRENT").write_text(f"../other/{next((tmp_path / 'other').glob('build-*')).name}")
    with pytest.raises(CorpusIndexError):
        store.open_build(tmp_path / "index")


def test_the_library_mends_itself(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert len(open_assistant(settings).cases) == 101
    built = json.loads(on_disk(tmp_path / "library-index", "manifest.json").read_bytes())["built"]
    assert len(open_assistant(settings).cases) == 101
    manifest = on_disk(tmp_path / "library-index", "manifest.json")
    assert json.loads(manifest.read_bytes())["built"] == built
    vectors = on_disk(tmp_path / "library-index", "vectors.faiss")
    vectors.write_bytes(vectors.read_bytes()[:-1])
    assert open_assistant(settings).ask("企业简易注销公告压缩到多少天？").citations
    manifest = on_disk(tmp_path / "library-index", "manifest.json")
    assert json.loads(manifest.read_bytes())["built"] != built
    assert re.fullmatch(r"build-[0-9a-f]{16}", manifest.parent.name)
