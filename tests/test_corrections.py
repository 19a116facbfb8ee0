"""A reading that its reader corrects: places, intent and wordings are taken back, and the answer follows."""

from typing import Any

import pytest
from invented import Indexed
from test_understand import read

from rag.understand import Corrections, corrected

pytest_plugins = ("indexes",)

QUESTION = "青石县企业开办压缩到几天？"


def with_places(question: str) -> Any:
    return read(question, known_places=["青石", "清溪"])


def test_nothing_taken_back_changes_nothing() -> None:
    reading = with_places(QUESTION)
    assert corrected(reading, Corrections()) == reading
    assert corrected(reading, Corrections(without_places=("别处",), without_terms=("别的",))) == reading


def test_a_place_taken_back_is_not_looked_for() -> None:
    reading = corrected(with_places(QUESTION), Corrections(without_places=("青石",)))
    assert reading.places == ()
    for text in (reading.text, reading.sought, reading.topic, *reading.terms):
        assert "青石" not in text
    assert "企业开办" in reading.sought


def test_one_of_two_places_stays() -> None:
    reading = corrected(with_places("青石县和清溪县的企业开办"), Corrections(without_places=("青石",)))
    assert reading.places == ("清溪",)
    assert "清溪" in reading.sought


def test_a_wording_taken_back_is_not_looked_for() -> None:
    reading = read("开公司要几天")
    assert reading.official
    first, *rest = reading.official
    assert corrected(reading, Corrections(without_terms=(first,))).official == tuple(rest)


def test_a_wording_taken_back_of_an_english_question_is_not_looked_for() -> None:
    reading = read("How long does company registration take?")
    first = reading.official[0]
    assert first in reading.sought
    mended = corrected(reading, Corrections(without_terms=reading.official))
    assert first not in mended.sought + mended.topic
    assert "registration" in mended.sought


@pytest.mark.parametrize(("intent", "asks"), [("how", False), ("list", True), ("compare", True)])
def test_the_intent_is_the_readers(intent: Any, *, asks: bool) -> None:
    reading = corrected(with_places(QUESTION), Corrections(intent=intent))
    assert reading.intent == intent
    assert bool(reading.asked) == asks


def test_an_answer_follows_the_correction(small: Indexed) -> None:
    question = "清溪县新办企业的申请材料减少到几份？"
    plain = small.assistant.ask(question)
    assert plain.reading is not None
    assert plain.reading.places == ("清溪",)
    wide = small.assistant.ask(question, (), Corrections(intent="list", without_places=("清溪",)))
    assert wide.reading is not None
    assert (wide.reading.intent, wide.reading.places) == ("list", ())
    assert "| 案例 | 地方 |" in wide.text
    assert wide.notes == ("已按更正回答：列出各地；不限定清溪",)
    assert plain.notes == ()
    assert "| 案例 |" not in plain.text
