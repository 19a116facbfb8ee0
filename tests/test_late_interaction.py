from pathlib import Path

import numpy as np

from embeddings.bundled import load_bundled
from embeddings.late_interaction import LateInteraction

PASSAGES = ["新开办企业免费刻制首套公章", "，。！", "材料不齐的先受理、后补正", "出口退税两个工作日内办结"]
ALL = np.arange(len(PASSAGES))


def test_a_passage_with_every_word_of_the_question_scores_one() -> None:
    late = LateInteraction.build(load_bundled(), PASSAGES)
    scores = late.scores("免费刻制公章", ALL)
    assert scores[0] == np.float32(1) or abs(scores[0] - 1) < 1e-5
    assert scores.argmax() == 0
    assert scores[1] == 0


def test_words_that_every_passage_has_say_less_than_rare_ones() -> None:
    late = LateInteraction.build(load_bundled(), ["企业 公章", "企业 退税", "企业 补正"])
    scores = late.scores("企业退税", np.arange(3))
    assert scores.argmax() == 1


def test_scores_of_some_rows_are_those_of_all() -> None:
    late = LateInteraction.build(load_bundled(), PASSAGES)
    rows = np.array([3, 0])
    assert np.allclose(late.scores("退税要几天", rows), late.scores("退税要几天", ALL)[rows])


def test_a_question_without_words_scores_nothing() -> None:
    late = LateInteraction.build(load_bundled(), PASSAGES)
    assert not late.scores("？！", ALL).any()


def test_what_is_saved_scores_alike(tmp_path: Path) -> None:
    late = LateInteraction.build(load_bundled(), PASSAGES)
    late.save(tmp_path / "tokens")
    again = LateInteraction.load(tmp_path / "tokens", load_bundled())
    assert np.array_equal(again.scores("刻章子", ALL), late.scores("刻章子", ALL))


def test_words_that_only_ask_do_not_count() -> None:
    late = LateInteraction.build(load_bundled(), PASSAGES)
    assert not late.scores("怎么 吗 the of", ALL).any()
    assert np.allclose(late.scores("退税 怎么 吗", ALL), late.scores("退税", ALL), atol=1e-6)
