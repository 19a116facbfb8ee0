"""An index changed document by document: what comes, what goes, and what stays."""

import shutil
from pathlib import Path

import pytest
from collected import FIRST, SECOND, added, answered, document_id, everything, short, some
from invented import CASES

from corpus.errors import CorpusIndexError, InputError, UnreadableFileError
from rag import collection, originals, readings, store
from rag.candidates import examine
from rag.collection import open_collection
from rag.encoders import encoder_maker

pytest_plugins = ("collection_folders",)

NAME = "案例选编（一）.txt"


def test_no_index_holds_nothing_and_the_first_document_makes_one(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    assert open_collection(folder).readings == ()
    held = added(folder, (NAME, FIRST))
    assert [short(case) for case in held.cases] == list(CASES)[:3]
    assert held == open_collection(folder)
    assert answered(folder, "清溪县企业开办几天？") == {"清溪县：企业开办一窗通办"}
    (reading,) = held.documents
    assert reading.report.status == "read"
    assert reading.added.endswith("+00:00")
    assert originals.read(folder, reading.original) == FIRST


def test_documents_come_and_go_without_reading_the_others_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_collection(folder)
    read: list[str] = []
    cut = readings.split_cases
    monkeypatch.setattr(readings, "split_cases", lambda file: (read.append(file.document.name), cut(file))[1])
    held = added(folder, ("丙.txt", some(*tuple(CASES)[6:8])))
    assert read == ["丙.txt"]
    assert held.documents[:2] == before.documents
    assert {case.id for case in before.cases} < {case.id for case in held.cases}
    held = collection.remove(folder, document_id(held, "甲.txt"), encoder_maker)
    assert read == ["丙.txt"]
    assert [one.report.path for one in held.documents] == ["乙.txt", "丙.txt"]
    assert answered(folder, "清溪县企业开办几天？").isdisjoint(list(CASES)[:3])
    assert answered(folder, "望江县首违不罚清单有多少项？") == {"望江县：首违不罚清单"}


def test_copies_that_no_build_refers_to_are_swept(folder: Path) -> None:
    held = open_collection(folder)
    assert len(list((folder / "originals").iterdir())) == 2
    held = collection.remove(folder, document_id(held, "甲.txt"), encoder_maker)
    (left,) = (folder / "originals").iterdir()
    assert originals.read(folder, held.documents[0].original) == SECOND
    assert left.name == held.documents[0].original.split("/")[1]


def test_the_last_document_goes_only_where_it_may(folder: Path) -> None:
    held = open_collection(folder)
    held = collection.remove(folder, document_id(held, "甲.txt"), encoder_maker)
    last = document_id(held, "乙.txt")
    before = everything(folder)
    with pytest.raises(InputError, match="最后一份"):
        collection.remove(folder, last, encoder_maker)
    assert everything(folder) == before
    assert collection.remove(folder, last, encoder_maker, may_empty=True).readings == ()
    assert not store.exists(folder)
    assert {one.name for one in folder.rglob("*")} <= {".lock", "originals"}
    added(folder, ("甲.txt", FIRST))
    assert len(open_collection(folder).cases) == 3


def test_a_document_that_is_not_there_is_told(folder: Path) -> None:
    with pytest.raises(InputError, match="不在索引里"):
        collection.remove(folder, "0" * 12, encoder_maker)


def test_the_same_file_comes_once(folder: Path) -> None:
    held = open_collection(folder)
    with pytest.raises(UnreadableFileError, match=r"与“甲\.txt”内容完全相同"):
        examine("另一个名字.txt", FIRST, held.documents)
    reading = examine("丙.txt", FIRST, ()).reading
    with pytest.raises(InputError, match="内容完全相同"):
        collection.add(folder, [(reading, FIRST)], encoder_maker, encoder_key="")
    assert open_collection(folder) == held


def test_another_file_of_the_same_name_gets_a_number(folder: Path) -> None:
    candidate = examine("甲.txt", some(*tuple(CASES)[8:10]), open_collection(folder).documents)
    assert candidate.reading.report.path == "甲（2）.txt"
    assert candidate.renamed_from == "甲.txt"
    held = added(folder, ("甲.txt", some(*tuple(CASES)[8:10])))
    assert [case.source for case in held.cases[-2:]] == ["甲（2）.txt"] * 2


def test_what_came_meanwhile_is_not_overwritten(folder: Path) -> None:
    data = some(*tuple(CASES)[8:10])
    reading = examine("丙.txt", data, open_collection(folder).documents).reading
    added(folder, ("丙.txt", some(*tuple(CASES)[10:])))
    with pytest.raises(InputError, match="另一份"):
        collection.add(folder, [(reading, data)], encoder_maker, encoder_key="")
    with pytest.raises(InputError, match="变了"):
        collection.add(folder, [(reading, data + b" ")], encoder_maker, encoder_key="")


def test_cases_that_are_there_already_are_told_before() -> None:
    there = examine("甲.txt", FIRST, ()).reading
    text = CASES["白石市：不动产登记与纳税同窗办理"].replace("一名", "1 名").replace("就近", "就地")
    data = (
        f"案例1：全新的做法\n\n{'云溪街道把十项审批合并成一项。' * 9}\n\n案例2：白石市转载\n\n{text}".encode()
    )
    (found,) = examine("丙.txt", data, [there]).duplicates
    assert (found.number, found.title, found.source) == (
        2,
        "案例2：白石市：不动产登记与纳税同窗办理",
        "甲.txt",
    )
    assert 0.5 < found.share < 1
    (same,) = examine("丁.txt", some(tuple(CASES)[2]) + b" \n", [there]).duplicates
    assert same.share > 0.7
    assert examine("戊.txt", SECOND, [there]).duplicates == ()


def test_a_damaged_index_is_told_and_left_alone(folder: Path) -> None:
    next(folder.glob("build-*/cases.jsonl")).write_text("")
    before = everything(folder)
    with pytest.raises(CorpusIndexError, match="已损坏"):
        added(folder, ("丙.txt", SECOND))
    reading = examine("丙.txt", SECOND, ()).reading
    with pytest.raises(CorpusIndexError, match="已损坏"):
        collection.add(folder, [(reading, SECOND)], encoder_maker, encoder_key="")
    assert everything(folder) == before


def test_an_index_of_an_earlier_make_can_be_changed(folder: Path) -> None:
    build, manifest = store.open_build(folder)
    for row in manifest["readings"]:
        del row["added"], row["original"]
    del manifest["originals"]

    def fill(draft: Path) -> dict[str, object]:
        shutil.copytree(build, draft, dirs_exist_ok=True)
        (draft / "manifest.json").unlink()
        return manifest

    store.write_build(folder, fill)
    held = added(folder, ("丙.txt", some(*tuple(CASES)[8:10])))
    assert [one.added == "" for one in held.documents] == [True, True, False]
    assert len(held.cases) == 8
