"""Answers -> Markdown of the chat, and how a question runs."""

import html
import itertools
import re
import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from test_ui_sample import (
    BROKEN_QUESTION,
    CRASHING_QUESTION,
    ODD_QUESTION,
    QUESTION,
    TOWN,
    UNKNOWN_QUESTION,
    SampleAssistant,
    cite,
)

from corpus.errors import CorpusIndexError
from ui.conversation import STEPS, Turn, answered, harmless, literal, messages, steps, with_links
from ui.library import Assistant, Library, Progress

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NASTY = [
    "<",
    ">",
    "&",
    "&lt;",
    "[",
    "]",
    "(",
    ")",
    "!",
    ":",
    "\\",
    "*",
    "`",
    "http://a.b",
    "www.a.b",
    "甲",
    "\n",
    " ",
    "|",
    "#",
]
PRINTABLE = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])


@given(st.text(alphabet=PRINTABLE, max_size=40) | st.lists(st.sampled_from(NASTY), max_size=20).map("".join))
def test_literal_shows_exactly_the_characters(text: str) -> None:
    rendered = MARKDOWN.renderInline(literal(text))
    assert not re.search(r"<(?!br)", rendered)
    assert html.unescape(rendered) == " ".join(text.split())


@given(
    st.lists(
        st.sampled_from([*NASTY, "<img src=x onerror=alert(1)>", "[a]: http://x", "![a](http://x)"]),
        max_size=20,
    )
)
def test_harmless_makes_no_links_pictures_or_tags(pieces: list[str]) -> None:
    rendered = MARKDOWN.render(harmless("".join(pieces)))
    assert not re.search(r"<(a|img|script)\b", rendered)


@pytest.mark.parametrize("text", ["甲<乙", r"甲\<乙", "A&B", r"A\&B", "&lt;"])
def test_harmless_keeps_what_is_read(text: str) -> None:
    rendered = MARKDOWN.renderInline(harmless(text))
    assert html.unescape(rendered) == text.replace("\\", "")


def test_harmless_keeps_markdown() -> None:
    assert (
        MARKDOWN.render(harmless("- **甲**：乙[1]")) == "<ul>\n<li><strong>甲</strong>：乙[1]</li>\n</ul>\n"
    )


def test_marks_become_links_to_their_cards() -> None:
    rendered = MARKDOWN.renderInline(with_links(harmless(r"甲[1][2]，乙[9](丙)，\[1\]"), 4, [1, 2]))
    assert rendered == '甲<a href="#s-4-1">[1]</a><a href="#s-4-2">[2]</a>，乙[9](丙)，[1]'


def test_answer_lists_each_case_once() -> None:
    text = answered(1, SampleAssistant().ask(QUESTION), SampleAssistant().document)
    assert r"- 青禾县企业开办半日办结（青禾县\.md）：[\[1\]](#s-1-1) 第 6 行，[\[2\]](#s-1-2) 第 6 行" in text
    assert text.endswith("[复制回答](#copy-1) [查看来源](#t-1)")


def test_title_of_a_case_stays_text() -> None:
    text = answered(1, SampleAssistant().ask(ODD_QUESTION), SampleAssistant().document)
    assert not re.search(r"<(img|script)", text)


def test_refusal_names_nearest_cases_once() -> None:
    answer = SampleAssistant().ask(UNKNOWN_QUESTION)
    text = answered(2, answer, SampleAssistant().document)
    assert text.startswith('<div class="note refusal">')
    assert "[青禾县企业开办半日办结](#h-2-1)" in text
    titles = [re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", hit.case.title) for hit in answer.hits]
    own = replace(answer, text="没有。\n\n- " + "\n- ".join(titles))
    assert "(#h-2-1)" not in answered(2, own, SampleAssistant().document)


def test_refusal_with_quotes_shows_their_sources() -> None:
    refusal = SampleAssistant().ask(UNKNOWN_QUESTION)
    answer = replace(refusal, text="没有。别处：周六也办[1]。", citations=(cite(1, TOWN, "周六也办"),))
    text = answered(1, answer, SampleAssistant().document)
    assert "[\\[1\\]](#s-1-1)" in text
    assert "note refusal" in text


@given(st.text(alphabet="甲。！\n[1]", max_size=200))
def test_steps_grow_to_the_whole(text: str) -> None:
    found = steps(text)
    assert found[-1] == text
    assert len(found) <= STEPS + 1
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(found))


def test_messages_are_question_and_answer() -> None:
    shown = messages([Turn(1, "甲*乙*", "丙"), Turn(2, "", "丁"), Turn(3, "戊", "")])
    assert [(message["role"], message["content"]) for message in shown] == [
        ("user", r"甲\*乙\*"),
        ("assistant", "丙"),
        ("assistant", "丁"),
        ("user", "戊"),
    ]


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


pytest.importorskip("gradio")
from ui.app import answering, panel_of, status_line  # noqa: E402 - after the check that gradio is there


def conversation(library: Library, *questions: str) -> tuple[tuple[Turn, ...], str]:
    """The turns after some questions, and what the question box then holds."""
    turns: tuple[Turn, ...] = ()
    box = ""
    for question in questions:
        runs = list(answering(library, question, turns))
        turns = runs[-1][0]
        box = [text for _, text in runs if text is not None][-1]
    return turns, box


def test_question_is_answered_step_by_step() -> None:
    runs = list(answering(opened(SampleAssistant()), QUESTION, ()))
    assert len(runs) > 4
    assert runs[0][0][-1].question == QUESTION
    assert runs[-1][0][-1].sources
    assert 'id="s-1-1"' in panel_of(runs[-1][0])


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
