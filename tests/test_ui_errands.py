"""What a click wants done: files, opinions, a question asked again or mended. The browser's words are checked."""

import csv
import io
import json
import pathlib
import re
import threading
import zipfile
from dataclasses import replace

import pytest
from test_ui_history import talked
from test_ui_sample import (
    BAD_TITLE,
    GREETING,
    ODD_QUESTION,
    QUESTION,
    TABLE_QUESTION,
    SampleAssistant,
)

from corpus.errors import InputError
from rag.understand import Corrections
from ui import feedback
from ui.conversation import Turn
from ui.errands import again, file_for, rated, told_by
from ui.exports import exported
from ui.library import Library
from ui.readings import form

ASSISTANT = SampleAssistant()


def opened() -> Library:
    library = Library(lambda _: ASSISTANT, name="试验库")
    library.start()
    library.wait()
    return library


@pytest.mark.parametrize("text", ["", "[]", "null", "7", "{", "甲"])
def test_what_is_no_errand_is_none(text: str) -> None:
    assert told_by(text) == {}


@pytest.mark.parametrize(
    ("suffix", "beginning"), [(".docx", b"PK"), (".xlsx", b"PK"), (".csv", b"\xef\xbb\xbf"), (".md", b"## ")]
)
def test_an_answer_becomes_a_file(suffix: str, beginning: bytes) -> None:
    turns = talked(QUESTION, TABLE_QUESTION)
    name, data = exported(turns[1:], suffix, ASSISTANT, "试验库")
    assert name == f"案例问答_哪些地方压缩了企业开办时间{suffix}"
    assert data.startswith(beginning)
    assert exported(turns[1:], suffix, ASSISTANT, "试验库") == (name, data)


def test_a_comparison_keeps_its_columns() -> None:
    _, data = exported(talked(TABLE_QUESTION), ".csv", ASSISTANT, "试验库")
    head, first, *_ = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert head[:5] == ["案例", "地方", "事项", "原来", "现在"]
    assert first[:5] == ["青禾县企业开办半日办结", "青禾县", "企业开办", "3个工作日", "4小时"]


def test_a_conversation_becomes_one_document() -> None:
    turns = talked(GREETING, QUESTION, "程序坏了吗？", TABLE_QUESTION)
    name, data = exported(turns, ".docx", ASSISTANT, "试验库")
    assert name == "案例问答记录_企业开办几天.docx"
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        text = re.sub(r"<[^>]+>", "", packed.read("word/document.xml").decode())
    assert text.index("一、企业开办几天？") < text.index("二、哪些地方压缩了企业开办时间？")
    assert text.count("出处") == 2
    assert text.count("[1] 青禾县企业开办半日办结") == 2  # numbers begin anew, as on the page
    assert GREETING not in text


@pytest.mark.parametrize("turns", [(), (Turn(1, "坏", "出错了"),)])
def test_nothing_to_export_is_told(turns: tuple[Turn, ...]) -> None:
    with pytest.raises(InputError, match="可以导出"):
        exported(turns, ".docx", ASSISTANT, "试验库")


def test_a_question_makes_a_name_that_windows_takes() -> None:
    turn = replace(talked(QUESTION)[0], question='a/b\\c:*?"<>|\n' + "很" * 300)
    name, _ = exported((turn,), ".md", ASSISTANT, "试验库")
    assert not set(name) & set('/\\:*?"<>|\n')
    assert len(name.encode()) < 255


def test_a_file_travels_inside_the_page() -> None:
    turns = talked(ODD_QUESTION)
    shown = file_for({"turn": 1, "as": "md"}, turns, opened())
    assert 'download="案例问答_奇怪的标题.md"' in shown
    assert not re.search(r"<(img|script)", shown)
    assert shown != file_for({"turn": 1, "as": "md"}, turns, opened())  # asked for twice, saved twice
    assert BAD_TITLE not in shown


@pytest.mark.parametrize("told", [{"turn": 9, "as": "md"}, {"turn": 1, "as": "exe"}, {"turn": 1}])
def test_a_file_that_cannot_be_is_told(told: dict[str, object]) -> None:
    with pytest.raises(InputError):
        file_for(told, talked(QUESTION), opened())


def test_the_last_question_is_asked_in_its_place() -> None:
    turns = talked(QUESTION, "那临江呢？")
    wanted = again({"turn": 2}, turns)
    assert (wanted.question, wanted.turns, wanted.leaning) == ("那临江呢？", turns[:1], turns[:1])
    assert wanted.corrections is None


def test_an_earlier_question_is_asked_behind_the_last() -> None:
    turns = talked(QUESTION, TABLE_QUESTION)
    wanted = again({"turn": 1, "question": "企业开办几个环节？"}, turns)
    assert (wanted.question, wanted.turns, wanted.leaning) == ("企业开办几个环节？", turns, ())


def test_a_reading_is_mended() -> None:
    turns = talked(QUESTION, "那临江呢？")
    assert turns[1].answer is not None
    told = json.loads(form(turns[1].answer))
    assert told["question"] == "临江企业开办几天？"
    assert (told["intent"], told["places"]) == ("figure", ["临江"])
    wanted = again({**told, "turn": 2, "intent": "how", "places": []}, turns)
    # The words were not changed: the question leans on the conversation as it did.
    assert wanted.question == "那临江呢？"
    assert wanted.corrections == Corrections(intent="how", without_places=("临江",))
    assert again({**told, "turn": 2}, turns).corrections is None
    assert again({**told, "turn": 2, "intent": "<b>"}, turns).corrections is None


def test_an_opinion_is_kept(tmp_path: pathlib.Path) -> None:
    turns = talked(QUESTION, TABLE_QUESTION)
    told = {"turn": 2, "useful": False, "reasons": ["missing_case", "made_up"], "note": " 少了\n一个 "}
    shown = rated(told, turns, tmp_path)
    shown = rated({"turn": 1, "useful": True, "note": "x"}, shown, tmp_path)
    assert [turn.rated for turn in shown] == [True, False]
    bad, good = (json.loads(line) for line in (tmp_path / "feedback.jsonl").read_text("utf-8").splitlines())
    assert (bad["useful"], bad["reasons"], bad["note"]) == (False, ["missing_case"], "少了\n一个")
    assert bad["question"] == TABLE_QUESTION
    assert bad["citations"][0]["quote"] == "企业开办由3个工作日压缩到4小时。"
    assert (good["useful"], good["reasons"], good["note"]) == (True, [], "")


def test_the_file_of_opinions_is_bounded(tmp_path: pathlib.Path) -> None:
    feedback.keep(tmp_path, {"a": "甲" * 100}, largest=500)
    before = (tmp_path / "feedback.jsonl").read_bytes()
    with pytest.raises(InputError, match="满了"):
        feedback.keep(tmp_path, {"a": "甲" * 100}, largest=500)
    assert (tmp_path / "feedback.jsonl").read_bytes() == before


def test_a_folder_that_cannot_be_is_told(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="写不进"):
        feedback.keep(tmp_path / "file" / "data", {"a": 1})


def test_many_opinions_at_once_are_whole_lines(tmp_path: pathlib.Path) -> None:
    kept = {"a": "甲" * 5000}
    threads = [
        threading.Thread(target=lambda: [feedback.keep(tmp_path, kept) for _ in range(20)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (tmp_path / "feedback.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [kept] * 80
