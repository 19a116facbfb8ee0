"""Answers -> messages of the chat, and the questions that go on from them."""

import re
from dataclasses import replace

import pytest
from test_ui_sample import (
    GREETING,
    ODD_QUESTION,
    QUESTION,
    REASONS,
    TABLE_QUESTION,
    TOWN,
    UNKNOWN_QUESTION,
    SampleAssistant,
    cite,
    read,
)

from rag.followup import Turn
from ui.answers import TITLES, actions, answered, growing
from ui.readings import heading
from ui.suggestions import EXAMPLES, another_place, suggestions

ASSISTANT = SampleAssistant()


def test_answer_lists_each_case_once() -> None:
    text = answered(1, ASSISTANT.ask(QUESTION), ASSISTANT.document)
    assert r"- 青禾县企业开办半日办结（青禾县\.md）：[\[1\]](#s-1-1) 第 6 行，[\[2\]](#s-1-2) 第 6 行" in text
    assert "只有一个案例" not in text


def test_an_answer_of_one_case_says_so() -> None:
    one = replace(ASSISTANT.ask(QUESTION), citations=(cite(1, TOWN, "周六也办"),))
    assert "**来源**（只有一个案例写到）" in answered(1, one, ASSISTANT.document)
    refusal = replace(one, refused=True, reason="no_evidence")
    assert "只有一个案例" not in answered(1, refusal, ASSISTANT.document)


def test_the_same_case_in_two_compilations_is_one_source() -> None:
    of = cite(1, TOWN, "周六也办").case
    shortened = replace(of, id="另", title="另一个题目", text=f"另一个题目\n{of.text[12:]}")
    twice = replace(cite(2, TOWN, "周六也办"), case=shortened)
    both = replace(ASSISTANT.ask(QUESTION), citations=(cite(1, TOWN, "周六也办"), twice))
    assert "按一个来源看" in answered(1, both, ASSISTANT.document)


def test_what_can_be_done_with_an_answer() -> None:
    answer = ASSISTANT.ask(QUESTION)
    shown = actions(2, answer, last=False, rating=False, rated=None)
    assert "[复制回答](#copy-2) [查看来源](#t-2)" in shown
    assert re.findall(r"\(#(\w+)-2\)", shown) == ["copy", "t", "docx", "xlsx", "csv", "md"]
    assert actions(2, ASSISTANT.ask(GREETING), last=False, rating=True, rated=None) == ""
    assert re.findall(r"\(#(\w+)-2\)", actions(2, None, last=True, rating=True, rated=None)) == [
        "again",
        "mend",
    ]


def test_a_growing_answer_has_its_marks_and_nothing_to_do_yet() -> None:
    text = growing(1, ASSISTANT.ask(QUESTION))
    assert "(#s-1-3)" in text
    assert "复制回答" not in text


def test_title_of_a_case_stays_text() -> None:
    text = answered(1, ASSISTANT.ask(ODD_QUESTION), ASSISTANT.document)
    assert not re.search(r"<(img|script)", text)


def test_how_the_question_was_read_stands_above_the_answer() -> None:
    before = ASSISTANT.ask(QUESTION)
    asked = list(ASSISTANT.stream("那临江呢？", [Turn(read(QUESTION), before)]))[-1]
    answer = replace(asked, notes=("检索时按“<开办>”一并查找",))
    shown = heading(1, answer)
    assert r"按“临江企业开办几天？”回答" in shown
    chips = re.findall(r'<span class="chip">(.*?)</span>', shown)
    assert chips == ["查数字（时间）", "事项：企业开办", "地方：临江"]
    assert "[改一改](#mend-1)" in shown
    assert "“&lt;开办&gt;”" in shown
    assert answered(1, answer, ASSISTANT.document).startswith(shown)
    assert "按“" not in heading(1, before)


def test_chips_are_text() -> None:
    reading = replace(read(QUESTION), places=("<img src=x>",), official=("![x](http://198.51.100.7/x.png)",))
    shown = heading(1, replace(ASSISTANT.ask(QUESTION), reading=reading))
    assert "<img" not in shown
    assert "](http" not in shown
    assert "://" not in shown


@pytest.mark.parametrize(("question", "reason"), REASONS.items())
def test_each_refusal_has_its_title_and_look(question: str, reason: str) -> None:
    answer = ASSISTANT.ask(question)
    text = answered(1, answer, ASSISTANT.document)
    assert f'<div class="note refusal {reason}">\n\n**{TITLES[answer.reason]}**' in text  # type: ignore[index]


def test_titles_of_refusals_differ() -> None:
    assert len(set(TITLES.values())) == len(REASONS)


def test_refusal_names_nearest_cases_once() -> None:
    answer = ASSISTANT.ask(UNKNOWN_QUESTION)
    assert "[青禾县企业开办半日办结](#h-2-1)" in answered(2, answer, ASSISTANT.document)
    titles = [re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", hit.case.title) for hit in answer.hits]
    own = replace(answer, text="没有。\n\n- " + "\n- ".join(titles))
    assert "(#h-2-1)" not in answered(2, own, ASSISTANT.document)


def test_refusal_with_quotes_shows_their_sources() -> None:
    refusal = ASSISTANT.ask(UNKNOWN_QUESTION)
    answer = replace(refusal, text="没有。别处：周六也办[1]。", citations=(cite(1, TOWN, "周六也办"),))
    text = answered(1, answer, ASSISTANT.document)
    assert "[\\[1\\]](#s-1-1)" in text
    assert "note refusal" in text


def test_what_is_no_question_for_the_cases_gets_examples_instead_of_cases() -> None:
    answer = ASSISTANT.ask(GREETING)
    text = answered(1, answer, ASSISTANT.document)
    assert "理解为" not in text
    assert "青禾县" not in text
    assert suggestions(answer) == EXAMPLES[:3]


def test_suggestions_come_from_the_answer() -> None:
    assert suggestions(ASSISTANT.ask(QUESTION)) == ("第一个案例具体怎么做的？", "还有别的地方吗？")
    one = replace(ASSISTANT.ask(QUESTION), citations=(cite(1, TOWN, "周六也办"),))
    assert suggestions(one) == ("这个案例具体怎么做的？", "还有别的地方吗？")
    how = replace(one, reading=read("青禾县是怎么做的？"))
    assert suggestions(how) == ("还有别的地方吗？",)
    assert suggestions(ASSISTANT.ask(UNKNOWN_QUESTION)) == ()


def test_another_place_is_near_named_in_full_and_new() -> None:
    answer = replace(ASSISTANT.ask(TABLE_QUESTION), citations=(cite(1, TOWN, "周六也办"),))
    first, second, third = answer.hits

    def with_region(region: str, score: float = 0.9) -> str:
        other = replace(second, case=replace(second.case, region=region), score=score)
        return another_place(replace(answer, hits=(first, other, third)))

    assert with_region("浙江省杭州市余杭区") == "余杭区"
    assert with_region("余杭区", score=0.1) == ""
    assert with_region("某市XX区") == ""
    assert with_region("青禾县") == ""
    assert with_region("") == ""
    named = replace(answer, reading=read("临江企业开办几天？"))
    assert another_place(replace(named, hits=(first, replace(second, score=0.9)))) == ""
