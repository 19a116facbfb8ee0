"""Passages come and go without starting over, and what a large index does instead finds the same."""

from __future__ import annotations

import json
import pathlib
from dataclasses import replace

import bm25s
import numpy as np
import pytest
from compilations import sentence
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import Indexed

from corpus.chunking import passage_text, split_chunks
from corpus.errors import CorpusIndexError
from embeddings.bundled import load_bundled
from embeddings.corpus_model import fit_corpus_model
from embeddings.embedder import Vectors, unit
from embeddings.index import VectorIndex
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import Field, LexicalIndex, terms_of
from embeddings.mixing import best_rows
from embeddings.postings import Segment
from embeddings.samples import spread
from rag.contents import bodies_of
from rag.retrieve import Retriever

pytest_plugins = ("indexes",)

FIELDS: tuple[Field, ...] = ("characters", "words")
TEXTS = [*(sentence(number) for number in range(40)), "", "。", "窗口" * 400]
QUESTIONS = ["注销怎么这么慢", "办理不动產过户 过户", "从没见过的词语龘龘", "", "3天 tax", sentence(7)]
PIECES = st.lists(st.text("企业开办注销窗口证照。ab1", max_size=12), max_size=6)


def assert_alike(one: LexicalIndex, other: LexicalIndex) -> None:
    assert one.size == other.size
    assert one.weightiest == pytest.approx(other.weightiest)
    for question in QUESTIONS:
        assert np.array_equal(one.scores(question), other.scores(question))
        assert one.ideal_score(question) == pytest.approx(other.ideal_score(question))


# Words


@pytest.mark.parametrize("field", FIELDS)
def test_scores_are_those_of_bm25s(field: Field) -> None:
    theirs = bm25s.BM25(method="lucene", k1=1.2, b=0.6)
    theirs.index([terms_of(text, field) or ["\0"] for text in TEXTS], show_progress=False)
    ours = LexicalIndex.build(TEXTS, field)
    for question in QUESTIONS:
        known = [term for term in terms_of(question, field) if term in theirs.vocab_dict]
        expected = theirs.get_scores(known) if known else np.zeros(len(TEXTS))
        assert np.allclose(ours.scores(question), expected, rtol=1e-5)


@pytest.mark.parametrize("field", FIELDS)
@settings(max_examples=40, deadline=None)
@given(before=PIECES, behind=PIECES, data=st.data())
def test_adding_and_removing_leave_what_building_anew_makes(
    field: Field, before: list[str], behind: list[str], data: st.DataObject
) -> None:
    grown = LexicalIndex.build(before, field).added(behind)
    texts = [*before, *behind]
    assert_alike(grown, LexicalIndex.build(texts, field))
    dropped = data.draw(st.sets(st.integers(0, len(texts) - 1))) if texts else set()
    kept = [text for row, text in enumerate(texts) if row not in dropped]
    assert_alike(grown.without(dropped), LexicalIndex.build(kept, field))


def several(field: Field, sizes: tuple[int, ...]) -> LexicalIndex:
    """An index of several segments, as a large collection gets."""
    bounds = np.cumsum([0, *sizes])
    pieces = [TEXTS[start:end] for start, end in zip(bounds, [*bounds[1:], len(TEXTS)], strict=True)]
    return LexicalIndex(
        field, [Segment.of(terms_of(text, field) or ["\0"] for text in piece) for piece in pieces]
    )


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("sizes", [(5,), (1, 1, 30), (0, 20), (43,)])
def test_segments_count_together(field: Field, sizes: tuple[int, ...]) -> None:
    whole = LexicalIndex.build(TEXTS, field)
    parted = several(field, sizes)
    assert_alike(parted, whole)
    assert_alike(parted.without([0, 5, 42]), whole.without([0, 5, 42]))
    for term in ("注", "注销", "窗口", "无此词"):
        assert np.array_equal(parted.holding(term), whole.holding(term))


def test_a_small_addition_leaves_large_segments_as_they_are(tmp_path: pathlib.Path) -> None:
    LexicalIndex.build(TEXTS, "characters").save(tmp_path / "旧")
    read = LexicalIndex.load(tmp_path / "旧", "characters", len(TEXTS))
    grown = read.added(["新开办企业免费刻章"])
    grown.save(tmp_path / "新")
    again = LexicalIndex.load(tmp_path / "新", "characters", len(TEXTS) + 1)
    assert_alike(again, LexicalIndex.build([*TEXTS, "新开办企业免费刻章"], "characters"))
    first = tmp_path / "新" / "segment-0" / "rows.npy"
    assert first.samefile(tmp_path / "旧" / "segment-0" / "rows.npy")
    for path in sorted((tmp_path / "旧").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert first.stat().st_size


@pytest.mark.parametrize(
    "change",
    [
        {"format": 1},
        {"field": "words"},
        {"segments": 9},
        {"segments": None},
        None,
    ],
)
def test_an_index_of_another_kind_is_told(tmp_path: pathlib.Path, change: dict[str, object] | None) -> None:
    LexicalIndex.build(TEXTS, "characters").save(tmp_path)
    path = tmp_path / "postings.json"
    stated = json.loads(path.read_text(encoding="utf-8"))
    path.write_text("{" if change is None else json.dumps({**stated, **change}), encoding="utf-8")
    for size in (len(TEXTS), len(TEXTS) + 1):
        with pytest.raises(CorpusIndexError, match="另一个版本") as caught:
            LexicalIndex.load(tmp_path, "characters", size)
        assert "rag index" in caught.value.hint


def test_an_index_of_another_size_is_told(tmp_path: pathlib.Path) -> None:
    LexicalIndex.build(TEXTS, "words").save(tmp_path)
    with pytest.raises(CorpusIndexError, match="另一个版本"):
        LexicalIndex.load(tmp_path, "words", len(TEXTS) + 1)


# Vectors


def some_vectors(count: int, dimension: int = 16) -> Vectors:
    return unit(np.random.default_rng(count).standard_normal((count, dimension)).astype(np.float32))


@pytest.mark.parametrize("exact", [10, 1000])
def test_vectors_come_and_go(exact: int, tmp_path: pathlib.Path) -> None:
    vectors = some_vectors(300)
    grown = VectorIndex.build(vectors[:250], exact=exact).added(vectors[250:])
    assert grown.exact == (exact == 1000)
    left = grown.without([0, 17, 299])
    left.save(tmp_path / "向量.faiss")
    again = VectorIndex.load(tmp_path / "向量.faiss")
    kept = np.delete(vectors, [0, 17, 299], axis=0)
    assert len(again) == len(kept)
    assert len(grown) == 300
    assert np.allclose(again.products(kept[4:6])[1], kept @ kept[5], atol=0.1 if exact == 10 else 1e-5)
    assert int(again.products(kept[5:6])[0].argmax()) == 5


def test_products_of_an_exact_index_are_what_a_search_finds() -> None:
    vectors = some_vectors(500)
    index = VectorIndex.build(vectors)
    rows, found = index.search(vectors[3], 500)
    assert np.array_equal(index.products(vectors[3:4])[0][rows], found)


def test_among_very_many_the_scale_of_products_is_that_of_all() -> None:
    vectors = some_vectors(30_000, 16)
    index, asked = VectorIndex.build(vectors, exact=100), some_vectors(40, 16)[:3]
    for found, right in zip(index.products(asked), asked @ vectors.T, strict=True):
        assert abs(found.min() - right.min()) < 0.25  # of the best alone 0.7
        assert abs(found.max() - right.max()) < 0.02
        best = set(np.argsort(-right)[:50].tolist())
        assert len(best & set(np.argsort(-found)[:50].tolist())) > 45


@pytest.mark.parametrize("exact", [5, 10_000])
def test_texts_are_indexed_as_their_vectors(exact: int) -> None:
    encoder, vectors = load_bundled(), load_bundled().encode_document(TEXTS)
    found = VectorIndex.encoded(TEXTS, encoder, exact=exact).products(vectors[:3])
    assert np.allclose(found, VectorIndex.build(vectors, exact=exact).products(vectors[:3]), atol=1e-6)


def test_a_byte_a_dimension_takes_a_quarter_and_finds_nearly_the_same() -> None:
    vectors = some_vectors(2000, 64)
    plain, small = VectorIndex.build(vectors), VectorIndex.build(vectors, exact=100)
    assert len(small.to_bytes()) < 0.3 * len(plain.to_bytes())
    shared = [
        len(set(plain.search(one, 10)[0].tolist()) & set(small.search(one, 10)[0].tolist()))
        for one in some_vectors(30, 64)
    ]
    assert sum(shared) >= 0.95 * 300


def test_late_interaction_comes_and_goes() -> None:
    encoder = load_bundled()
    grown = LateInteraction.build(encoder, TEXTS[:30]).added(TEXTS[30:]).without([2, 41])
    kept = [text for row, text in enumerate(TEXTS) if row not in {2, 41}]
    anew = LateInteraction.build(encoder, kept)
    rows = np.arange(len(kept))
    assert np.array_equal(grown.scores("注销企业", rows), anew.scores("注销企业", rows))


def test_many_texts_are_cut_as_each_alone() -> None:
    encoder = fit_corpus_model(TEXTS, dimension=8)
    many = TEXTS * 150  # more than are cut at a time
    wanted = np.tile(encoder.encode_document(TEXTS), (150, 1))
    assert np.allclose(encoder.encode_document(many), wanted, atol=1e-6)
    assert np.allclose(encoder.encode_query(TEXTS[:1]), wanted[:1], atol=1e-6)


@given(st.integers(0, 300), st.integers(1, 100))
def test_a_sample_is_spread_over_all_texts(count: int, most: int) -> None:
    texts = [str(number) for number in range(count)]
    taken = spread(texts, most)
    assert len(taken) <= most
    assert list(taken) == texts if count <= most else len(taken) > most // 2
    assert set(taken) <= set(texts)


# Ranking


@given(st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.5000001, -1.0]), max_size=60), st.integers(1, 70))
def test_the_best_rows_are_the_first_of_a_stable_sort(values: list[float], count: int) -> None:
    scores = np.array(values, dtype=np.float32)
    assert best_rows(scores, count).tolist() == np.argsort(-scores, kind="stable")[:count].tolist()


@pytest.fixture(scope="module")
def large(small: Indexed) -> Retriever:
    """The small index searched as a large one is."""
    cases = {case.id: case for case in small.assistant.cases}
    chunks = [chunk for case in cases.values() for chunk in split_chunks(case)]
    texts = [passage_text(cases[chunk.case_id], chunk) for chunk in chunks]
    encoder = fit_corpus_model(texts)
    return Retriever(
        cases,
        chunks,
        lexical={field: LexicalIndex.build(texts, field) for field in FIELDS},
        vectors=VectorIndex.build(encoder.encode_document(texts)),
        embedder=encoder,
        late=LateInteraction.build(encoder, texts),
        bodies=bodies_of(cases.values()),
        weights={"characters": 0.2, "words": 0.1, "vectors": 0.5, "vocabulary": 0.1, "tokens": 0.2},
        looked_through=0,
    )


@pytest.mark.parametrize("place", ["清溪", "清溪县", "北岭省", "南塘", "湖", "XX", "没有的地方", "区：a"])
def test_postings_tell_which_cases_name_a_place(large: Retriever, small: Indexed, place: str) -> None:
    named = [case for case in large.cases_naming(place) if place in case.text or place in case.region]
    assert named == [case for case in small.assistant.cases if place in case.text or place in case.region]


def test_few_cases_are_looked_at_for_a_place(large: Retriever) -> None:
    assert [case.region for case in large.cases_naming("清溪县")] == ["清溪县"]


def test_the_best_cases_come_first(large: Retriever, small: Indexed) -> None:
    found = large.retrieve(small.assistant.understand("企业开办要几天"), limit=5)
    best = large.best_cases(large.cases, found.scores, 5)
    assert [case.id for case in best] == [hit.case.id for hit in found.hits]
    assert large.best_cases([], found.scores, 5) == []


def test_other_vectors_give_other_scores(large: Retriever, small: Indexed) -> None:
    reading = small.assistant.understand("企业开办要几天")
    none = VectorIndex.build(np.zeros((len(large), large.embedder.dimension), dtype=np.float32))
    other = large.with_vectors(none).retrieve(reading)
    assert not any(dict(hit.origin)["vectors"] for hit in other.hits)
    assert any(dict(hit.origin)["vectors"] for hit in large.retrieve(reading).hits)


def test_more_hits_than_are_sorted_at_first_come_out(large: Retriever, small: Indexed) -> None:
    found = large.retrieve(replace(small.assistant.understand("企业开办"), places=()), limit=1000)
    assert {hit.case.id for hit in found.hits} == {case.id for case in large.cases}
