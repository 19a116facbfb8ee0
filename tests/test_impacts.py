"""BM25 as inner products of sparse vectors: the scores of the index that counts by itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.impacts import Impacts, Page, read_page
from embeddings.lexical import Field, LexicalIndex, terms_of

FIELDS: tuple[Field, ...] = ("characters", "words")
TEXTS = st.lists(st.text("企业开办注销窗口证照。ab1", max_size=20), min_size=1, max_size=9)


def scores(impacts: Impacts, question: str) -> tuple[np.ndarray, float]:
    pages: dict[int, Page] = {number: read_page(data) for number, data in impacts.pages()}
    terms = terms_of(question, impacts.lexicon.field)
    asked = impacts.lexicon.question(
        terms, {number: pages[number] for number in impacts.lexicon.pages_of(terms) if number in pages}
    )
    rows = impacts.rows(0, impacts.lexicon.passages)
    products = [sum(weight * row.get(one, 0.0) for one, weight in asked.weights.items()) for row in rows]
    return np.array(products), asked.ideal


@pytest.mark.parametrize("field", FIELDS)
@settings(deadline=None, max_examples=40)
@given(texts=TEXTS, more=TEXTS, question=st.text("企业开办注销窗口证照龘。ab1", max_size=12))
def test_products_are_the_scores_of_the_index(
    field: Field, texts: list[str], more: list[str], question: str
) -> None:
    # Put together of segments, as an index that has grown is.
    index = LexicalIndex(
        field, [*LexicalIndex.build(texts, field)._segments, *LexicalIndex.build(more, field)._segments]
    )
    found, ideal = scores(Impacts(index), question)
    assert found == pytest.approx(index.scores(question), rel=1e-5)
    assert ideal == pytest.approx(index.ideal_score(question), rel=1e-5)


@pytest.mark.parametrize("field", FIELDS)
def test_many_terms_lie_on_many_pages(field: Field) -> None:
    texts = [f"第{number}号窗口办理a{number}b" for number in range(400)]
    impacts = Impacts(LexicalIndex.build(texts, field))
    pages = dict(impacts.pages())
    assert len(pages) > 4
    assert max(map(len, map(read_page, pages.values()))) < 400
    found, ideal = scores(impacts, "第77号窗口")
    index = LexicalIndex.build(texts, field)
    assert found == pytest.approx(index.scores("第77号窗口"), rel=1e-5)
    assert ideal == pytest.approx(index.ideal_score("第77号窗口"), rel=1e-5)


def test_rows_come_in_pieces_across_segments() -> None:
    parts = [LexicalIndex.build([f"窗口{number}"] * 3, "words")._segments[0] for number in range(4)]
    impacts = Impacts(LexicalIndex("words", parts))
    whole = Impacts(LexicalIndex("words", parts)).rows(0, 12)
    assert [row for start in range(0, 12, 5) for row in impacts.rows(start, min(start + 5, 12))] == whole
    assert all(whole)
