"""Measures: their values on small answers, and against the reference implementation of trec_eval."""

import math
from typing import Any

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG

from eval import measures, retrieval
from eval.intervals import bootstrap, wilson
from eval.judging import Judged, atomic_claims, citations_of, judge
from rag.verify import Verifier

VERIFIER = Verifier()


def places(*titles: str) -> list[dict[str, Any]]:
    return [{"title": title, "case_id": title} for title in titles]


def quote(number: int, text: str, title: str = "甲县：企业开办") -> dict[str, Any]:
    return {
        "n": number,
        "quote": text,
        "title": title,
        "case_id": title,
        "region": title.split("：", maxsplit=1)[0],
    }


def judged(answer: str, *quotes: dict[str, Any]) -> tuple[Judged, ...]:
    return judge(answer, citations_of({"citations": list(quotes)}), VERIFIER)


def test_ranks_count_cases_not_passages() -> None:
    found = places("甲", "甲", "乙", "丙")
    assert retrieval.gains(found, ["丙", "甲"]) == (True, False, True)
    assert [retrieval.hit_at(k, found, ["丙"]) for k in (1, 2, 3)] == [0.0, 0.0, 1.0]
    assert retrieval.reciprocal_rank(found, ["丙", "乙"]) == 0.5
    assert retrieval.reciprocal_rank(places(*"一二三四五六七八九十甲"), ["甲"]) == 0.0
    assert retrieval.recall_at(2, found, ["甲", "丙"]) == 0.5
    assert retrieval.ndcg_at(10, found, ["乙"]) == pytest.approx(1 / math.log2(3))


def test_cases_of_one_title_are_told_apart_by_id() -> None:
    found = [{"title": "同名", "case_id": "a"}, {"title": "同名", "case_id": "b"}]
    assert retrieval.gains(found, ["b"]) == (False, True)
    assert retrieval.gains(found, ["同名"]) == (True, False)


NAMES = list("甲乙丙丁戊己庚辛壬癸子丑寅")


@given(
    ranked=st.permutations(NAMES).flatmap(lambda one: st.integers(0, len(one)).map(lambda size: one[:size])),
    gold=st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True),
)
def test_retrieval_measures_are_those_of_trec_eval(ranked: list[str], gold: list[str]) -> None:
    hits = places(*ranked)
    qrels = [ir_measures.Qrel("q", case, 1) for case in gold]
    scored = [ir_measures.ScoredDoc("q", case, -float(rank)) for rank, case in enumerate(ranked)]
    expected = {
        str(one.measure): one.value
        for one in ir_measures.iter_calc([Success @ 5, R @ 10, RR @ 10, nDCG @ 10], qrels, scored)
    }
    found = {
        "Success@5": retrieval.hit_at(5, hits, gold),
        "R@10": retrieval.recall_at(10, hits, gold),
        "RR@10": retrieval.reciprocal_rank(hits, gold),
        "nDCG@10": retrieval.ndcg_at(10, hits, gold),
    }
    assert found == pytest.approx(expected or dict.fromkeys(found, 0.0))


def test_a_sentence_is_supported_or_told_why_not() -> None:
    good, bad, bare = judged(
        "- 甲县企业开办由5天压缩到1天[1]。\n- 甲县免费发放9枚印章[1]。\n- 甲县开设夜间窗口。",
        quote(1, "甲县企业开办由5天压缩到1天，免费发放3枚印章。"),
    )
    assert (good.supported, good.reason, good.numbers) == (True, None, (1,))
    assert (bad.supported, bad.reason) == (False, "figure")
    assert (bare.supported, bare.reason, bare.numbers) == (False, "mark", ())
    assert measures.faithfulness((good, bad, bare)) == pytest.approx(1 / 3)
    assert measures.citation_recall((good, bad, bare)) == pytest.approx(1 / 3)
    assert measures.citation_precision((good, bad, bare)) == 0.5
    assert measures.marked_share((good, bad, bare)) == pytest.approx(2 / 3)


def test_atomic_claims_are_counted_one_by_one() -> None:
    assert atomic_claims("由5天压到1天，减少3份材料；全年办件1,200件。") == (
        "由5天压到1天",
        "减少3份材料",
        "全年办件1,200件",
    )
    found = judged(
        "- 甲县企业开办由5天压缩到1天，免费发放9枚印章[1]。",
        quote(1, "甲县企业开办由5天压缩到1天，免费发放3枚印章。"),
    )
    assert measures.faithfulness(found) == 0.0
    assert measures.claim_faithfulness(found) == 0.5


def test_an_idle_mark_costs_precision_and_not_recall() -> None:
    needed = (
        quote(1, "甲县企业开办由5天压缩到1天。"),
        quote(2, "乙县水库除险加固工程全部完工。", "乙县：水利"),
    )
    found = judged("- 甲县企业开办由5天压缩到1天[1][2]。", *needed)
    assert measures.citation_recall(found) == 1.0
    assert measures.citation_precision(found) == 0.5


def test_nothing_to_judge_is_not_defined() -> None:
    assert judged("") == ()
    assert measures.faithfulness(()) is None
    assert measures.claim_faithfulness(()) is None
    assert measures.citation_precision(()) is None
    assert measures.completeness("", []) is None


@given(st.text(alphabet="甲县办件由5天压缩到1[]*_#，。；\n- ", max_size=60))
def test_any_answer_can_be_judged(answer: str) -> None:
    found = judged(answer, quote(1, "甲县办件由5天压缩到1天。"))
    for one in found:
        assert one.held <= len(one.claims)
        assert one.needed <= len(one.numbers)
        assert not one.supported or one.held == len(one.claims)


def test_cases_are_cited_rightly_or_not() -> None:
    cited = places("甲", "乙", "甲")
    assert measures.case_precision(cited, ["甲"]) == pytest.approx(2 / 3)
    assert measures.case_precision([], ["甲"]) == 0.0
    assert measures.case_recall(cited, ["甲", "丙"]) == 0.5


def test_completeness_looks_through_layout() -> None:
    assert measures.completeness("**由 ４５天**压缩到\\*20天", ["45天", "20天", "3份", "5份"]) == 0.5


def test_relevance_is_the_share_of_sentences_on_a_right_case() -> None:
    quotes = (quote(1, "甲县企业开办由5天压缩到1天。"), quote(2, "乙县有2处水库。", "乙县：水利"))
    found = judged("- 甲县企业开办由5天压缩到1天[1]。\n- 乙县有2处水库[2]。", *quotes)
    assert measures.relevance(found, quotes, ["甲县：企业开办"]) == 0.5
    assert measures.relevance((), quotes, ["甲县：企业开办"]) is None


def test_refusals_are_right_by_what_the_question_is() -> None:
    assert measures.refusal_precision(refused=True, answerable=True) == 0.0
    assert measures.refusal_precision(refused=False, answerable=True) is None
    assert measures.refusal_recall(refused=True, answerable=False) == 1.0
    assert measures.refusal_recall(refused=True, answerable=True) is None
    assert measures.answered(refused=True, answerable=True) == 0.0
    assert measures.refusal_reason("no_evidence", "figure_masked") == 0.0
    assert measures.refusal_reason("no_evidence", None) is None


def test_consistency_is_the_overlap_of_cited_cases() -> None:
    def answer(*titles: str, refused: bool = False) -> dict[str, Any]:
        return {"refused": refused, "citations": places(*titles)}

    assert measures.consistency(answer("甲", "乙"), [answer("甲")]) == 0.5
    assert measures.consistency(answer("甲"), [answer("甲", "甲"), answer("乙")]) == 0.5
    assert measures.consistency(answer(refused=True), [answer("甲", refused=True)]) == 1.0
    assert measures.consistency(answer("甲"), []) is None


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_in_its_interval(counts: tuple[int, int]) -> None:
    found = wilson(*counts)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.high - found.low > 0


def test_wilson_is_that_of_the_textbook() -> None:
    found = wilson(8, 10)
    assert (found.low, found.high) == (pytest.approx(0.4901625, abs=1e-6), pytest.approx(0.9433178, abs=1e-6))
    with pytest.raises(ValueError, match="at least one"):
        wilson(0, 0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_a_mean_lies_in_its_interval_and_comes_out_the_same_again(values: list[float]) -> None:
    found = bootstrap(values)
    assert min(values) - 1e-9 <= found.low <= found.value <= found.high <= max(values) + 1e-9
    assert bootstrap(values) == found


def test_more_questions_make_a_narrower_interval() -> None:
    few, many = bootstrap([0.0, 1.0] * 5), bootstrap([0.0, 1.0] * 200)
    assert many.high - many.low < few.high - few.low
    assert bootstrap(list(range(101)), 95).value == 95.0
