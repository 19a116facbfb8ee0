"""How a question runs: the conversation as it grows, what it leans on, and the library behind it."""

import threading
from dataclasses import replace

import pytest
from test_ui_sample import (
    BROKEN_QUESTION,
    CRASHING_QUESTION,
    GREETING,
    QUESTION,
    TABLE_QUESTION,
    WRITTEN_QUESTION,
    SampleAssistant,
)

from corpus.errors import CorpusIndexError
from ui.asking import answering, cut_short
from ui.conversation import REMEMBERED, Turn, messages, remembered
from ui.library import Assistant, Library, Progress

pytest.importorskip("gradio")
from ui.app import status_line
from ui.pages.chat import changed, panel_of


def test_messages_are_question_and_answer() -> None:
    shown = messages([Turn(1, "甲*乙*", "丙", suggestions=("己",)), Turn(2, "", "丁"), Turn(3, "戊", "")])
    assert [(message["role"], message["content"]) for message in shown] == [
        ("user", r"甲\*乙\*"),
        ("assistant", "丙"),
        ("assistant", "丁"),
        ("user", "戊"),
    ]


def test_only_the_last_question_can_be_asked_again() -> None:
    answer = SampleAssistant().ask(QUESTION)
    turns = [Turn(number, QUESTION, "甲", answer=answer) for number in (1, 2)]
    shown = [message["content"] for message in messages(turns) if message["role"] == "assistant"]
    assert ["#again-" in text for text in shown] == [False, True]
    assert all(f"#copy-{number}" in text for number, text in enumerate(shown, 1))
    assert "#mend-3" in messages([*turns, Turn(3, "坏", "出错了")])[-1]["content"]
    assert "#again" not in messages([replace(turns[0], asking=True)])[-1]["content"]


def test_answers_are_rated_only_where_opinions_are_kept() -> None:
    turn = Turn(1, QUESTION, "甲", answer=SampleAssistant().ask(QUESTION))
    assert "#good-1" not in messages([turn])[-1]["content"]
    assert "[有用](#good-1) [没用](#bad-1)" in messages([turn], rating=True)[-1]["content"]
    assert (
        "[有用](#good-1) [✓ 没用](#bad-1)"
        in messages([replace(turn, rated=False)], rating=True)[-1]["content"]
    )


def test_suggestions_stand_below_the_last_answer_only() -> None:
    turn = Turn(1, "甲", "乙", suggestions=("丙", "丁"))
    shown = messages([turn, replace(turn, number=2)])
    assert ["options" in message for message in shown] == [False, False, False, True]
    assert [option["value"] for option in shown[-1]["options"]] == ["丙", "丁"]


def opened(assistant: Assistant) -> Library:
    library = Library(lambda _: assistant, name="试验库")
    library.start()
    library.wait()
    return library


def test_library_counts_cases_and_documents() -> None:
    status = opened(SampleAssistant()).status
    assert (status.ready, status.cases, status.documents) == (True, 3, 3)


def test_library_tells_its_progress_and_its_failure() -> None:
    seen, go, told = threading.Event(), threading.Event(), threading.Event()

    def opener(progress: Progress) -> Assistant:
        progress("正在建立索引", 0.5)
        seen.set()
        go.wait()
        raise CorpusIndexError("索引坏了", hint="请重建")

    library = Library(opener, name="试验库", on_failure=told.set)
    library.start()
    assert seen.wait(5)
    assert (library.status.step, library.status.share) == ("正在建立索引", 0.5)
    assert library.wait(0) is None
    go.set()
    with pytest.raises(CorpusIndexError):
        library.wait(5)
    assert told.wait(5)


def conversation(library: Library, *questions: str) -> tuple[tuple[Turn, ...], str]:
    """The turns after some questions, and what the question box then holds."""
    turns: tuple[Turn, ...] = ()
    box = ""
    for question in questions:
        runs = list(answering(library, question, turns))
        turns = runs[-1][0]
        box = [text for _, text in runs if text is not None][-1]
    return turns, box


def test_question_is_answered() -> None:
    assistant = SampleAssistant()
    runs = [turns[-1] for turns, _ in answering(opened(assistant), QUESTION, ())]
    assert "正在查找案例" in runs[0].text
    assert [turn.asking for turn in runs] == [True] * (len(runs) - 1) + [False]
    assert {turn.question for turn in runs} == {QUESTION}
    assert "来源" in runs[-1].text
    assert 'id="s-1-1"' in panel_of((runs[-1],))


def test_what_is_written_is_shown_as_it_is_verified() -> None:
    assistant = SampleAssistant()
    run = answering(opened(assistant), WRITTEN_QUESTION, ())
    next(run)
    first = next(run)[0][-1]
    assert ("周六也办" in first.text, "只跑一次" in first.text) == (True, False)
    assert ('id="s-1-1"' in first.sources, 'id="s-1-2"' in first.sources) == (True, False)
    assistant.go.set()
    assert "只跑一次" in next(run)[0][-1].text


def test_a_question_may_lean_on_the_one_before() -> None:
    assistant = SampleAssistant()
    turns, _ = conversation(opened(assistant), QUESTION, GREETING, "那临江呢？")
    assert assistant.asked == [QUESTION, GREETING, "临江企业开办几天？"]
    assert "按“临江企业开办几天？”回答" in turns[-1].text


def test_a_new_conversation_leans_on_nothing() -> None:
    assistant = SampleAssistant()
    library = opened(assistant)
    conversation(library, QUESTION)
    conversation(library, "那临江呢？")
    assert assistant.asked[-1] == "那临江呢？"


def test_only_the_last_answers_are_remembered() -> None:
    answer = SampleAssistant().ask(QUESTION)
    turns = [Turn(number, QUESTION, "甲", answer=answer) for number in range(1, REMEMBERED + 5)]
    turns += [Turn(99, "程序坏了吗？", "出错"), replace(turns[0], number=100, asking=True)]
    assert len(remembered(turns)) == REMEMBERED
    assert remembered(turns[-2:]) == ()


@pytest.mark.parametrize(("pieces", "kept"), [(1, False), (2, True)])
def test_a_stopped_answer_keeps_what_was_there(pieces: int, *, kept: bool) -> None:
    run = answering(opened(SampleAssistant()), WRITTEN_QUESTION, ())
    turns = [next(run)[0] for _ in range(pieces)][-1]
    last = cut_short(turns)[-1]
    assert "已停止" in last.text
    assert ("周六也办" in last.text) == kept
    assert not last.asking
    assert cut_short((last,)) == (last,)
    assert cut_short(()) == ()


def test_sources_are_sent_only_when_they_are_new() -> None:
    turns, _ = conversation(opened(SampleAssistant()), TABLE_QUESTION)
    assert "s-1-1" in changed((), turns)[1]
    assert "s-1-1" not in changed(turns, (*turns, Turn(2, QUESTION, "正在查找", asking=True)))[1]


@pytest.mark.parametrize(
    ("question", "words"), [(BROKEN_QUESTION, "模型打不开"), (CRASHING_QUESTION, "程序出错")]
)
def test_error_is_told_and_the_question_kept(question: str, words: str) -> None:
    turns, kept = conversation(opened(SampleAssistant()), question)
    assert words in turns[-1].text
    assert kept == question


def test_app_lives_on_after_an_error() -> None:
    turns, kept = conversation(opened(SampleAssistant()), CRASHING_QUESTION, QUESTION)
    assert [turn.number for turn in turns] == [1, 2]
    assert turns[-1].sources
    assert kept == ""


def test_empty_question_complains_once() -> None:
    turns, _ = conversation(opened(SampleAssistant()), "  ", "", QUESTION)
    assert [turn.question for turn in turns] == [QUESTION]
    turns, _ = conversation(opened(SampleAssistant()), "", "  ")
    assert ["问题是空的" in turn.text for turn in turns] == [True]


def test_question_waits_for_the_library() -> None:
    go = threading.Event()

    def opener(_: Progress) -> Assistant:
        go.wait()
        return SampleAssistant()

    library = Library(opener, name="试验库")
    library.start()
    run = answering(library, QUESTION, ())
    next(run)
    waiting, _ = next(run)
    assert "正在准备案例库" in waiting[-1].text
    go.set()
    *_, (turns, _) = run
    assert turns[-1].sources


def test_question_asked_of_a_broken_library_is_told_why() -> None:
    def opener(_: Progress) -> Assistant:
        raise CorpusIndexError("索引坏了", hint="请重建")

    library = Library(opener, name="试验库")
    library.start()
    turns, kept = conversation(library, QUESTION)
    assert "索引坏了" in turns[-1].text
    assert kept == QUESTION


def test_status_line_names_the_library() -> None:
    library = opened(SampleAssistant())
    assert "案例库：试验库，3 个案例，3 份文件" in status_line(library.name, library.status)
    assert "&lt;b&gt;" in status_line("<b>", library.status)
    waiting = Library(lambda _: SampleAssistant(), name="试验库").status
    assert "正在准备案例库" in status_line("试验库", waiting)


def test_the_page_says_where_questions_go() -> None:
    from ui.app import lead
    from ui.library import Library

    def opener(_: object) -> SampleAssistant:
        return SampleAssistant()

    assert "不离开这台电脑" in lead(Library(opener, name="试验库"))
    told = lead(Library(opener, name="试验库", outside="10.1.2.3:8000<b>"))
    assert "不离开" not in told
    assert "10.1.2.3:8000&lt;b&gt;" in told


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("", ""),
        ("http://127.0.0.1:8000/v1", ""),
        ("http://localhost:11434/v1", ""),
        ("http://[::1]:8000/v1", ""),
        ("http://10.1.2.3:8000/v1", "10.1.2.3:8000"),
        ("https://name:secret@models.example/v1", "models.example"),
    ],
)
def test_only_another_machine_is_outside(address: str, host: str) -> None:
    from rag.doctor import outside_host
    from rag.settings import Settings

    assert outside_host(Settings(chat_base_url=address, chat_model="m" if address else "")) == host
