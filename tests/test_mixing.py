"""How the searchers' scores become one, and how much of a question a passage holds word for word."""

from pathlib import Path

import numpy as np
import pytest
from compilations import sentence
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.lexical import Field, LexicalIndex
from embeddings.mixing import LEXICAL, WEIGHTS, Rows, Scores, balanced, coverage, mix, total
from rag.settings import Settings

PASSAGES = [sentence(number) for number in range(30)]
INDICES = {field: LexicalIndex.build(PASSAGES, field) for field in ("characters", "words")}
weight = st.floats(0.01, 2)
question = st.one_of(
    st.text(max_size=30), st.sampled_from(PASSAGES), st.text("企业开办退税注销材料ab1", max_size=20)
)


def covered(text: str) -> float:
    return coverage(INDICES, text, {field: index.scores(text) for field, index in INDICES.items()})


def like(*values: float) -> Scores:
    return np.array(values, dtype=np.float32)


def nothing(rows: Rows) -> Scores:
    return np.zeros(len(rows), dtype=np.float32)


def test_a_question_in_a_passages_own_words_is_covered_and_one_in_others_is_not() -> None:
    own, plain = covered(PASSAGES[4]), covered("咋整才能省点钱呀")
    assert own > 0.8
    assert plain < 0.2
    assert covered(f"{PASSAGES[4]}，从没见过的词语龘龘") < own
    assert covered("") == covered("。！") == covered("龘") == 0
    assert coverage({}, "企业", {}) == 0


@settings(deadline=None)
@given(question)
def test_coverage_is_a_share(text: str) -> None:
    assert 0 <= covered(text) <= 1


@pytest.mark.parametrize("field", ["characters", "words"])
@settings(deadline=None)
@given(text=question)
def test_no_passage_scores_more_than_the_ideal_one(field: Field, text: str) -> None:
    index = INDICES[field]
    assert index.scores(text).max() <= index.ideal_score(text) * (1 + 1e-5)


def test_the_ideal_score_is_reached_by_a_passage_that_holds_each_term_best() -> None:
    index = LexicalIndex.build(["注销", "退税"], "words")
    assert index.ideal_score("注销") == pytest.approx(index.scores("注销").max())
    assert index.ideal_score("注销退税") == pytest.approx(2 * index.ideal_score("注销"))
    assert index.ideal_score("医保") == pytest.approx(index.ideal_score("注销"))
    assert LexicalIndex.build(["", "。"], "words").ideal_score("注销") >= 0


def test_the_ideal_score_of_a_saved_index_is_the_same(tmp_path: Path) -> None:
    for field, index in INDICES.items():
        index.save(tmp_path / field)
        again = LexicalIndex.load(tmp_path / field, field, index.size)
        assert again.ideal_score(PASSAGES[7]) == index.ideal_score(PASSAGES[7])


@given(st.fixed_dictionaries(dict.fromkeys(WEIGHTS, weight)), st.floats(0, 1))
def test_words_get_their_share_of_what_words_and_vectors_have(
    weights: dict[str, float], share: float
) -> None:
    found = balanced(weights, share)
    lexical, both = sum(found[name] for name in LEXICAL), sum(weights[name] for name in (*LEXICAL, "vectors"))
    assert lexical == pytest.approx(share * both)
    assert lexical + found["vectors"] == pytest.approx(both)
    assert found["words"] * weights["characters"] == pytest.approx(found["characters"] * weights["words"])
    assert found["vocabulary"] * weights["vectors"] == pytest.approx(found["vectors"] * weights["vocabulary"])
    assert found["tokens"] == weights["tokens"]


@pytest.mark.parametrize("missing", [LEXICAL, ("vectors",), ("vectors", *LEXICAL)])
def test_a_side_alone_keeps_its_weights(missing: tuple[str, ...]) -> None:
    weights = {name: 0.0 if name in missing else value for name, value in WEIGHTS.items()}
    assert balanced(weights, 0.7) == weights
    left_out = {name: value for name, value in WEIGHTS.items() if name not in missing}
    assert balanced(left_out, 0.7) == left_out


def test_the_first_passage_is_the_one_with_the_words_where_words_are_held_and_else_the_likest() -> None:
    parts = {"characters": like(9, 6, 0), "words": like(5, 3, 0), "vectors": like(0.1, 0.5, 0.2)}
    first = [
        int(total(mix(parts, WEIGHTS, covered=share, by_word=nothing)).argmax()) for share in (0.02, 0.95)
    ]
    assert first == [1, 0]


def test_only_the_best_passages_are_scored_word_by_word() -> None:
    asked: list[Rows] = []

    def by_word(rows: Rows) -> Scores:
        asked.append(rows)
        return rows.astype(np.float32)

    parts = {"characters": np.arange(1000, dtype=np.float32)}
    weighted = mix(parts, WEIGHTS, covered=0.1, by_word=by_word)
    assert sorted(asked[0]) == list(range(700, 1000))
    assert not weighted["tokens"][:700].any()
    assert weighted["tokens"][999] == pytest.approx(WEIGHTS["tokens"])
    assert np.array_equal(total(weighted), weighted["characters"] + weighted["tokens"])


def test_the_program_starts_from_the_weights_that_are_evaluated() -> None:
    assert {name: getattr(Settings(), f"{name}_weight") for name in WEIGHTS} == WEIGHTS
