"""Conversations that a browser keeps: they come back as they were, also over a library that has changed."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from test_ui_sample import (
    CASES,
    CITY,
    GREETING,
    ODD_QUESTION,
    QUESTION,
    TABLE_QUESTION,
    TOWN,
    UNKNOWN_QUESTION,
    WRITTEN_QUESTION,
    SampleAssistant,
)

from corpus.errors import InputError
from corpus.types import Case, Document, Span, TextLine
from ui.asking import answering, cut_short
from ui.conversation import Turns
from ui.exports import exported
from ui.history import reopened
from ui.keeping import LONGEST, kept
from ui.library import Library

NAME = "试验库"


def talked(*questions: str, assistant: SampleAssistant | None = None) -> Turns:
    answers = assistant or SampleAssistant()
    library = Library(lambda _: answers, name=NAME)
    library.start()
    library.wait()
    turns: Turns = ()
    for question in questions:
        *_, (turns, _) = answering(library, question, turns)
    return turns


class OtherLibrary(SampleAssistant):
    """The sample without the cases of some documents, or with another text of one."""

    def __init__(self, *gone: Document, changed: Document | None = None) -> None:
        super().__init__()
        self._gone = {document.id for document in gone}
        self._changed = changed

    @property
    def cases(self) -> tuple[Case, ...]:
        found = tuple(case for case in CASES.values() if case.document_id not in self._gone)
        return tuple(self._now(case) for case in found)

    def _now(self, case: Case) -> Case:
        new = self._changed
        if new is None or case.document_id != new.id:
            return case
        return replace(case, span=Span(0, len(new.text)), text=new.text)

    def document(self, of: Case) -> Document:
        new = self._changed
        return new if new is not None and of.document_id == new.id else super().document(of)


def test_a_conversation_comes_back_as_it_was() -> None:
    turns = talked(QUESTION, GREETING, TABLE_QUESTION, UNKNOWN_QUESTION, ODD_QUESTION)
    assistant = SampleAssistant()
    back = reopened(kept(turns, assistant, NAME), assistant, NAME)
    assert [turn.text for turn in back] == [turn.text for turn in turns]
    assert [turn.sources for turn in back] == [turn.sources for turn in turns]
    assert [turn.suggestions for turn in back] == [turn.suggestions for turn in turns]
    assert [turn.number for turn in back] == [1, 2, 3, 4, 5]


def test_follow_ups_lean_on_what_came_back() -> None:
    assistant = SampleAssistant()
    library = Library(lambda _: assistant, name=NAME)
    library.start()
    library.wait()
    back = reopened(kept(talked(QUESTION), assistant, NAME), assistant, NAME)
    list(answering(library, "那临江呢？", back))
    assert assistant.asked[-1] == "临江企业开办几天？"


def test_what_comes_back_can_be_kept_again() -> None:
    other = OtherLibrary(TOWN)
    text = kept(talked(QUESTION, TABLE_QUESTION), SampleAssistant(), NAME)
    once = reopened(text, other, "新库")
    twice = reopened(kept(once, other, "新库"), other, "新库")
    assert [turn.text for turn in twice] == [turn.text for turn in once]
    home = reopened(kept(twice, other, "新库"), SampleAssistant(), NAME)
    assert [turn.remark for turn in home] == ["", ""]


def test_a_case_that_is_gone_still_shows_its_quotes() -> None:
    turns = talked(QUESTION)
    (back,) = reopened(kept(turns, SampleAssistant(), NAME), OtherLibrary(TOWN), NAME)
    assert "与现在的不同" in back.text
    assert "（现在的案例库里没有这个案例）" in back.text
    town = re.findall(r'<article class="card" id="s-1-1".*?</article>', back.sources, re.DOTALL)[0]
    assert "<mark>企业开办由3个工作日压缩到4小时。</mark>" in town
    assert "青禾县企业开办半日办结" in town
    assert "青禾县.md，第 6 行" in town
    assert "只有回答当时的引文" in town
    city = back.sources[back.sources.index('id="s-1-3"') :]
    assert "查看全文" in city


def test_an_answer_of_another_library_says_so() -> None:
    (back,) = reopened(kept(talked(QUESTION), SampleAssistant(), NAME), SampleAssistant(), "<b>另一个库")
    assert "当时的案例库是“试验库”（3 个案例）" in back.text
    assert "没有这个案例" not in back.text


def test_a_quote_that_moved_is_found_again() -> None:
    text = "先加了一段话。\n" + TOWN.text
    starts = [0, *[match.end() for match in re.finditer("\n", text)]]
    lines = tuple(TextLine(start, number) for number, start in enumerate(starts, 5))
    moved = OtherLibrary(changed=replace(TOWN, text=text, line_map=lines))
    (back,) = reopened(kept(talked(QUESTION), SampleAssistant(), NAME), moved, NAME)
    assert back.answer is not None
    assert all(one.span.of(text) == one.quote for one in back.answer.citations[:2])
    assert back.answer.citations[0].lines == (7, 7)
    assert "没有这个案例" not in back.text


def test_a_case_that_no_longer_says_it_counts_as_gone() -> None:
    rewritten = OtherLibrary(changed=replace(TOWN, text=TOWN.text.replace("4小时", "2小时")))
    (back,) = reopened(kept(talked(QUESTION), SampleAssistant(), NAME), rewritten, NAME)
    assert "企业开办由3个工作日压缩到4小时。" in back.sources
    assert "没有这个案例" in back.text


def test_a_stopped_answer_stays_stopped_and_a_failed_one_is_not_kept() -> None:
    assistant = SampleAssistant()
    library = Library(lambda _: assistant, name=NAME)
    library.start()
    library.wait()
    run = answering(library, WRITTEN_QUESTION, ())
    next(run)
    turns = cut_short(next(run)[0])
    (back,) = reopened(kept(turns, assistant, NAME), assistant, NAME)
    assert "以上只是一部分" in back.text
    assert kept(talked("程序坏了吗？"), assistant, NAME) == ""


def test_a_long_conversation_loses_its_beginning() -> None:
    turns = talked(QUESTION, TABLE_QUESTION)
    long = replace(turns[0], question="问" * LONGEST)
    text = kept((long, turns[1]), SampleAssistant(), NAME)
    assert len(text) <= LONGEST
    assert [turn.question for turn in reopened(text, SampleAssistant(), NAME)] == [TABLE_QUESTION]


def spoilt(change: Callable[[Any], None]) -> str:
    told = json.loads(kept(talked(QUESTION), SampleAssistant(), NAME))
    change(told)
    return json.dumps(told)


def drop_cases(told: Any) -> None:
    told["cases"] = {}
    told["turns"][0]["citations"][0]["case"] = "没有的"


def turn_span(told: Any) -> None:
    told["turns"][0]["citations"][0]["span"] = [9, 2]


def name_reason(told: Any) -> None:
    told["turns"][0]["reason"] = "<script>"


@pytest.mark.parametrize("text", ["", "null", "{}", "[]", '{"cases": {}, "turns": [{}]}', "甲" * 10])
def test_what_is_no_conversation_is_told(text: str) -> None:
    with pytest.raises(InputError, match="读不出来"):
        reopened(text, SampleAssistant(), NAME)


@pytest.mark.parametrize("change", [drop_cases, turn_span, name_reason])
def test_what_was_spoilt_is_told(change: Callable[[Any], None]) -> None:
    with pytest.raises(InputError, match="读不出来"):
        reopened(spoilt(change), SampleAssistant(), NAME)


def test_nothing_that_comes_back_becomes_a_tag() -> None:
    bad = '"><img src=x onerror=alert(1)><script>alert(1)</script> ![x](http://198.51.100.7/x.png)'

    def change(told: Any) -> None:
        turn = told["turns"][0]
        turn |= {"question": bad, "text": bad, "resolved": bad, "notes": [bad], "library": bad}
        turn["citations"][0]["quote"] = bad
        for case in told["cases"].values():
            case.update(dict.fromkeys(("title", "region", "department", "source"), bad))

    (back,) = reopened(spoilt(change), OtherLibrary(TOWN, CITY), NAME)
    for shown in (back.text, back.sources):
        assert not re.search(r"<(img|script)", shown)
        assert "](http" not in shown.replace("&#x27;", "'").split("data-copy")[0]


def test_an_export_tells_the_age_of_an_answer() -> None:
    back = reopened(kept(talked(QUESTION), SampleAssistant(), NAME), OtherLibrary(TOWN), "新库")
    name, data = exported(back, ".md", OtherLibrary(TOWN), "新库")
    assert name == "案例问答_企业开办几天.md"
    assert "与现在的不同" in data.decode()
    assert "企业开办由3个工作日压缩到4小时。" in data.decode()
