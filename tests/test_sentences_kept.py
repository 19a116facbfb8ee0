from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import Indexed

from embeddings.bundled import load_bundled
from embeddings.corpus_model import fit_corpus_model
from embeddings.encoded import EncodedTexts
from embeddings.joint import beside, static_parts
from embeddings.ragged import Ragged
from rag.sentences import Sentences

pytest_plugins = ("indexes",)

LISTS = st.lists(st.lists(st.integers(0, 60_000), max_size=5), max_size=8)
TEXTS = ["新开办企业免费刻制首套公章", "", "，。！", "材料不齐的先受理、后补正", "出口退税2个工作日内办结"]
QUESTIONS = ["刻章要钱吗", "退税要几天？", "？"]


# Lists of numbers


@given(LISTS, st.data())
def test_lists_are_taken_left_out_and_joined_like_pythons(
    lists: list[list[int]], data: st.DataObject
) -> None:
    ragged = Ragged.of(lists, np.uint16)
    rows = data.draw(st.lists(st.integers(0, max(len(lists) - 1, 0)), max_size=6)) if lists else []
    taken = ragged.taken(np.array(rows, dtype=np.int64))
    assert [taken[row].tolist() for row in range(len(taken))] == [lists[row] for row in rows]
    left = ragged.without(rows)
    kept = [one for row, one in enumerate(lists) if row not in rows]
    assert [left[row].tolist() for row in range(len(left))] == kept
    joined = Ragged.joined([ragged, left])
    assert [joined[row].tolist() for row in range(len(joined))] == [*lists, *kept]
    even = ragged.kept(ragged.values % 2 == 0)
    assert [even[row].tolist() for row in range(len(even))] == [
        [n for n in one if n % 2 == 0] for one in lists
    ]


@given(LISTS)
def test_lists_are_reduced_one_by_one(lists: list[list[int]]) -> None:
    ragged = Ragged.of(lists, np.int64)
    assert ragged.reduced(ragged.values, np.add).tolist() == [sum(one) for one in lists]
    assert ragged.reduced(ragged.values, np.maximum).tolist() == [max(one, default=0) for one in lists]


@given(LISTS)
def test_rising_lists_keep_each_number_once(lists: list[list[int]]) -> None:
    found = Ragged.of([sorted(one) for one in lists]).distinct()
    assert [found[row].tolist() for row in range(len(found))] == [sorted(set(one)) for one in lists]


# Encoded texts


def test_cosines_are_those_of_the_vectors() -> None:
    for encoder in (load_bundled(), fit_corpus_model(TEXTS, dimension=3)):
        encoded = EncodedTexts.build(encoder, TEXTS)
        rows = np.array([4, 1, 0, 3, 2])
        wanted = encoder.encode_document([TEXTS[row] for row in rows]) @ encoder.encode_query(QUESTIONS).T
        assert np.allclose(encoded.cosines(rows, QUESTIONS), wanted, atol=1e-6)


def test_encoded_texts_come_go_and_are_read_again(tmp_path: Path) -> None:
    encoder, rows = load_bundled(), np.arange(4)
    grown = EncodedTexts.build(encoder, TEXTS[:2]).followed_by(EncodedTexts.build(encoder, TEXTS[2:]))
    grown = grown.without(np.array([1]))
    wanted = EncodedTexts.build(encoder, [*TEXTS[:1], *TEXTS[2:]]).cosines(rows, QUESTIONS)
    assert np.array_equal(grown.cosines(rows, QUESTIONS), wanted)
    grown.save(tmp_path / "encoded")
    assert np.array_equal(EncodedTexts.load(tmp_path / "encoded", encoder).cosines(rows, QUESTIONS), wanted)


# Sentences of cases


@pytest.fixture(scope="module")
def fitted(small: Indexed) -> Sentences:
    assistant = small.assistant
    parts = static_parts(fit_corpus_model([case.text for case in assistant.cases], dimension=4))
    return Sentences.build(assistant.cases, {one.id: one for one in assistant.documents}, parts)


def test_every_sentence_stands_in_its_case_and_begins_in_one_passage(
    small: Indexed, fitted: Sentences
) -> None:
    assistant = small.assistant
    for number, case in enumerate(assistant.cases):
        document = assistant.document(case)
        rows = fitted.beginning_in(number, case.span)
        assert len(rows)
        units = [fitted.unit(int(row), number, case, document) for row in rows]
        assert [unit.order for unit in units] == list(range(len(units)))
        for unit in units:
            assert unit.text in case.text
            assert unit.heading in case.text
            assert unit.row in fitted.beginning_in(number, unit.span)


def test_sentences_are_as_like_a_question_as_their_vectors(small: Indexed, fitted: Sentences) -> None:
    assistant, case = small.assistant, small.assistant.cases[0]
    encoder = beside(fit_corpus_model([case.text for case in assistant.cases], dimension=4))
    rows = fitted.beginning_in(0, case.span)
    units = [fitted.unit(int(row), 0, case, assistant.document(case)) for row in rows]
    texts = [f"{unit.heading}\n{unit.text}" for unit in units]
    wanted = encoder.encode_document(texts) @ encoder.encode_query(QUESTIONS).T
    assert np.allclose(fitted.cosines(rows, QUESTIONS), wanted, atol=1e-6)


def test_sentences_of_some_cases_come_and_go(small: Indexed, fitted: Sentences) -> None:
    cases, documents = small.assistant.cases, {one.id: one for one in small.assistant.documents}
    parts = [(one._encoder, share) for one, share in fitted.encoded]
    grown = Sentences.build(cases[:5], documents, parts).followed_by(
        Sentences.build(cases[5:], documents, parts)
    )
    shrunk, wanted = grown.without([0, 6]), Sentences.build([*cases[1:6], *cases[7:]], documents, parts)
    for name in ("spans", "headings", "bounds"):
        assert np.array_equal(getattr(grown, name), getattr(fitted, name))
        assert np.array_equal(getattr(shrunk, name), getattr(wanted, name))
    rows = np.arange(len(wanted))
    assert np.array_equal(shrunk.cosines(rows, QUESTIONS), wanted.cosines(rows, QUESTIONS))
    assert np.array_equal(shrunk.tokens(rows).values, wanted.tokens(rows).values)
