"""Which documents answer, who may change them, and how one assistant takes the place of another."""

import copy
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from invented import CASES
from test_ui_sample import QUESTION, SampleAssistant

from corpus.errors import CorpusIndexError, InputError
from corpus.recutting import pieces_of, renamed
from rag import build as building
from rag import store
from rag.candidates import examine
from rag.followup import Turn
from rag.readings import Reading
from rag.settings import Settings
from ui.asking import answering
from ui.documents import actions, uploads
from ui.documents.actions import Asked
from ui.documents.arriving import arriving
from ui.documents.desk import Bench, Desk
from ui.documents.following import following
from ui.library import Library
from ui.materials import OWN, SHIPPED, Materials

FILE = "甲.txt"
DATA = "\n\n".join(
    f"案例{number}：{title}\n\n{CASES[title]}" for number, title in enumerate(list(CASES)[:3], 1)
).encode()


def quiet(_step: str, _share: float) -> None:
    pass


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a data folder with two digests as the shipped library."""
    shipped = tmp_path / "digests"
    shipped.mkdir()
    for number, title in enumerate(list(CASES)[10:]):
        (shipped / f"{number}.md").write_text(f"# {title}\n\n{CASES[title]}\n", encoding="utf-8")
    monkeypatch.setattr(building, "LIBRARY", shipped)
    return Settings(data=tmp_path / "data")


@pytest.fixture
def upload_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    folder = tmp_path / "gradio" / "0123"
    folder.mkdir(parents=True)
    return folder


def file_of(name: str = FILE, data: bytes = DATA) -> tuple[Reading, bytes]:
    return examine(name, data, ()).reading, data


def opened(settings: Settings) -> tuple[Library, Materials]:
    materials = Materials(settings)
    library = Library(materials.open, name=materials.source.name, materials=materials)
    library.start()
    library.wait(60)
    return library, materials


def only_id(materials: Materials) -> str:
    (reading,) = materials.held().documents
    assert reading.document is not None
    return reading.document.id


def test_own_documents_answer_once_there_are_some_and_after_a_restart(settings: Settings) -> None:
    library, materials = opened(settings)
    assert (library.name, library.status.cases) == (SHIPPED, 2)
    with pytest.raises(InputError, match="还没有收录"):
        materials.choose("documents")
    materials.add([file_of()], quiet)
    library.exchange(materials.open)
    assert (library.name, library.status.cases, library.status.documents) == (OWN, 3, 1)
    again, _ = opened(settings)
    assert (again.name, again.status.cases) == (OWN, 3)
    materials.choose("library")
    assert Materials(settings).source.name == SHIPPED


def test_questions_on_the_command_line_keep_the_shipped_digests(settings: Settings) -> None:
    _, materials = opened(settings)
    materials.add([file_of()], quiet)
    assert len(building.open_assistant(settings).cases) == 2


def test_exports_name_the_documents(settings: Settings) -> None:
    _, materials = opened(settings)
    materials.add([file_of()], quiet)
    assert materials.open(quiet).name == OWN


def test_without_a_document_the_digests_answer_again(settings: Settings) -> None:
    library, materials = opened(settings)
    materials.add([file_of()], quiet)
    library.exchange(materials.open)
    materials.remove(only_id(materials), quiet)
    library.exchange(materials.open)
    assert (library.name, library.status.cases) == (SHIPPED, 2)
    assert not store.exists(settings.data / "documents")
    assert Materials(settings).source.name == SHIPPED


def test_a_given_index_is_the_one_that_changes(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(DATA)
    given = replace(settings, index=tmp_path / "案例 索引")
    building.index_files([path], tmp_path / "案例 索引", given)
    library, materials = opened(given)
    assert (library.name, library.status.cases) == ("案例 索引", 3)
    last = only_id(materials)
    with pytest.raises(InputError, match="最后一份"):
        materials.remove(last, quiet)
    title = list(CASES)[5]
    materials.add([file_of("乙.txt", f"{title}\n\n{CASES[title]}".encode())], quiet)
    materials.remove(last, quiet)
    library.exchange(materials.open)
    assert library.status.cases == 1
    assert not settings.data.exists()


def test_what_another_program_wrote_is_noticed(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(DATA)
    given = replace(settings, index=tmp_path / "index")
    building.index_files([path], tmp_path / "index", given)
    library, materials = opened(given)
    assert not materials.stale
    title = list(CASES)[3]
    path.write_bytes(DATA + f"\n\n案例4：{title}\n\n{CASES[title]}".encode())
    building.index_files([path], tmp_path / "index", given)
    assert materials.stale
    library.exchange(materials.open)
    assert not materials.stale
    assert library.status.cases == len(materials.held().cases) == 4


def test_own_documents_that_cannot_be_opened_do_not_keep_the_page_from_starting(settings: Settings) -> None:
    _, materials = opened(settings)
    materials.add([file_of()], quiet)
    next((settings.data / "documents").glob("build-*/cases.jsonl")).write_text("")
    library, again = opened(settings)
    assert (library.name, library.status.cases) == (SHIPPED, 2)
    assert "打不开" in again.trouble
    with pytest.raises(CorpusIndexError):
        again.held()


def test_own_documents_indexed_by_an_earlier_version_are_indexed_anew(settings: Settings) -> None:
    _, materials = opened(settings)
    materials.add([file_of()], quiet)
    folder = settings.data / "documents"
    build, manifest = store.open_build(folder)

    def fill(draft: Path) -> dict[str, object]:
        shutil.copytree(build, draft, dirs_exist_ok=True)
        (draft / "manifest.json").unlink()
        (draft / "characters" / "postings.json").write_text('{"format": 0}')
        return manifest

    store.write_build(folder, fill)
    library, again = opened(settings)
    assert (library.name, library.status.cases, again.trouble) == (OWN, 3, "")
    assert again.held().documents == materials.held().documents


@pytest.mark.parametrize(
    "do", sorted({*actions.SLOW, "preview", "cut", "rename", "merge", "split", "remove"})
)
def test_a_page_that_only_answers_refuses_every_change(settings: Settings, do: str) -> None:
    with pytest.raises(InputError, match="只能查看"):
        actions.refuse_read_only(Asked(do), Materials(replace(settings, read_only=True)))
    actions.refuse_read_only(Asked(do), Materials(settings))


def test_documents_that_may_only_be_read_are_not_changed_by_any_way(settings: Settings) -> None:
    _, materials = opened(settings)
    materials.add([file_of()], quiet)
    closed = Materials(replace(settings, read_only=True))
    found = pieces_of(closed.held().cases)
    for change in (
        lambda: closed.add([file_of("乙.txt", DATA + b" ")], quiet),
        lambda: closed.remove(only_id(closed), quiet),
        lambda: closed.recut(only_id(closed), renamed(found, 1, "新"), found, quiet),
        lambda: closed.choose("library"),
    ):
        with pytest.raises(InputError, match="只能查看"):
            change()
    assert closed.source.name == OWN
    assert pieces_of(materials.held().cases) == found


class Waiting(SampleAssistant):
    """Answers once it is let go."""

    def stream(self, *arguments: object, **options: object) -> Iterator[object]:  # type: ignore[override]
        self.go.wait(20)
        yield from super().stream(*arguments, **options)  # type: ignore[arg-type]  # passed on as it comes


def test_a_question_keeps_the_assistant_that_it_began_with() -> None:
    first, second = Waiting(), SampleAssistant()
    library = Library(lambda _: first, name="试验库")
    library.start()
    library.wait()
    turns = answering(library, QUESTION, ())
    next(turns)
    reader = threading.Thread(target=list, args=(turns,))
    reader.start()
    library.exchange(lambda _: second)
    assert library.wait() is second
    list(answering(library, QUESTION, ()))
    assert (len(first.asked), len(second.asked)) == (0, 1)
    first.go.set()
    reader.join(20)
    assert (len(first.asked), len(second.asked)) == (1, 1)


@pytest.mark.parametrize("question", ["第一个案例具体怎么做的？", "还有别的地方吗？", "它用了多少天？"])
def test_a_conversation_goes_on_with_other_documents(settings: Settings, question: str) -> None:
    _, materials = opened(settings)
    shipped = materials.open(quiet)
    materials.add([file_of()], quiet)
    own = materials.open(quiet)
    answer = own.ask("清溪县的企业开办是怎么做的？")
    assert answer.citations
    said = shipped.ask(question, [Turn(answer.reading, answer)])
    assert {citation.case.source for citation in said.citations} <= {case.source for case in shipped.cases}


def test_an_assistant_that_cannot_be_opened_leaves_the_one_before() -> None:
    first = SampleAssistant()
    library = Library(lambda _: first, name="试验库")
    library.start()

    def broken(_progress: object) -> SampleAssistant:
        raise CorpusIndexError("索引已损坏")

    with pytest.raises(CorpusIndexError):
        library.exchange(broken)
    assert library.wait() is first
    assert library.status.ready


def test_a_choice_that_fails_is_taken_back(settings: Settings) -> None:
    library, materials = opened(settings)
    materials.add([file_of()], quiet)
    library.exchange(materials.open)
    for path in (settings.data / "library-index").rglob("*"):
        if path.is_file():
            path.unlink()
    building.LIBRARY.rename(building.LIBRARY.with_name("gone"))
    with pytest.raises(InputError):
        actions.SLOW["choose"](Desk(), Asked("choose", key="library"), library, materials, quiet)
    assert materials.source.name == library.name == OWN
    assert Materials(settings).source.name == OWN


def uploaded(folder: Path, name: str, data: bytes) -> dict[str, str]:
    path = folder / "upload"
    while path.exists():
        path = path.with_name(path.name + "_")
    path.write_bytes(data)
    return {"path": str(path), "name": name}


def test_uploads_are_read_and_leave_the_public_folder(settings: Settings, upload_folder: Path) -> None:
    files = [
        uploaded(upload_folder, FILE, DATA),
        uploaded(upload_folder, "空.txt", b""),
        uploaded(upload_folder, "<b>表</b>.xlsx", b"\x89PNG"),
        uploaded(upload_folder, "又一份.txt", DATA),
        {"path": "/etc/hostname", "name": "主机.txt"},
        {"path": str(upload_folder / ".." / ".." / "data"), "name": "数据.txt"},
    ]
    bench = Bench()
    *_, lines = arriving(bench, {"files": files}, Materials(settings))
    (pending,) = bench.desk.pending
    assert pending.name == FILE
    assert len(pending.candidate.reading.cases) == 3
    assert uploads.content(pending.path) == DATA
    assert list(upload_folder.iterdir()) == []
    assert lines.count("<li") == 6
    assert lines.count('class="bad"') == 5
    assert "<b>表" not in lines
    for words in ("文件是空的", "内容完全相同", "没有收到这个文件"):
        assert words in lines
    bench.clear()
    assert bench.desk == Desk()
    assert not pending.path.exists()
    with pytest.raises(InputError, match="过期"):
        uploads.content(pending.path)


def test_a_file_over_the_limit_is_refused(settings: Settings, upload_folder: Path) -> None:
    small = Materials(replace(settings, largest_upload=1))
    files = [uploaded(upload_folder, "大.txt", b"a" * (1024 * 1024 + 1))]
    bench = Bench()
    *_, lines = arriving(bench, {"files": files}, small)
    assert bench.desk.pending == ()
    assert "超过 1 MB 的上限" in lines
    assert list(upload_folder.iterdir()) == []


def test_not_too_many_files_wait(
    settings: Settings, upload_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.documents.arriving.MOST_PENDING", 1)
    files = [uploaded(upload_folder, f"{n}.txt", DATA + b"\n" * n) for n in range(2)]
    bench = Bench()
    *_, lines = arriving(bench, {"files": files}, Materials(settings))
    assert len(bench.desk.pending) == 1
    assert "等待收录的文件已有 1 个" in lines


@pytest.mark.parametrize("data", [None, {}, {"files": None}, {"files": [1, None]}, "files", {"files": [{}]}])
def test_whatever_a_browser_sends_is_no_fault(settings: Settings, data: object) -> None:
    bench = Bench()
    list(arriving(bench, data, Materials(settings)))
    assert bench.desk.pending == ()


def test_files_that_arrive_at_once_do_not_push_one_another_away(
    settings: Settings, upload_folder: Path
) -> None:
    bench, materials = Bench(), Materials(settings)
    first = {"files": [uploaded(upload_folder, "甲.txt", DATA)]}
    second = {"files": [uploaded(upload_folder, "乙.txt", DATA + b" ")]}
    both = [arriving(bench, files, materials) for files in (first, second)]
    for steps in (*both, *both):
        next(steps, None)
    assert [one.name for one in bench.desk.pending] == ["甲.txt", "乙.txt"]
    assert copy.deepcopy(bench).desk == Desk()
    bench.clear()


@pytest.mark.parametrize(
    "data", [None, {}, {"do": 3, "number": "²"}, {"number": "9" * 99, "start": -1}, {"number": None}, []]
)
def test_whatever_a_button_sends_is_read(data: object) -> None:
    asked = Asked.of(data)
    assert (asked.number, asked.start) == (0, -1)


def test_work_goes_on_though_nobody_follows() -> None:
    go, done = threading.Event(), threading.Event()

    def work(progress: object) -> None:
        assert callable(progress)
        progress("一", 0.5)
        go.wait(10)
        done.set()

    steps = following(work)
    assert next(steps) == ("一", 0.5)
    steps.close()
    go.set()
    assert done.wait(10)
