"""Which cases a question finds, and in what order."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from invented import CASES, Indexed

from embeddings.corpus_model import fit_corpus_model
from embeddings.index import VectorIndex
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import LexicalIndex
from embeddings.mixing import scaled
from rag.build import open_assistant
from rag.contents import bodies_of
from rag.retrieve import Retriever
from rag.settings import Settings
from rag.types import Hit

pytest_plugins = ("indexes",)

QUESTIONS = (
    "联合验收压缩到多少个工作日？",
    "哪些地方减少了材料？",
    "怎么做信用修复？",
    "电表多久能接上",
    "how many days does it take to get electricity",
    "企業開辦要幾天",
    "xyz 123",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_search_ranks_exactly_as_ask(small: Indexed, library: Indexed, question: str) -> None:
    for assistant in (small.assistant, library.assistant):
        assert assistant.search(question) == assistant.ask(question).hits


@pytest.mark.parametrize("question", QUESTIONS)
def test_hits_are_distinct_cases_best_first_and_enough(
    small: Indexed, library: Indexed, question: str
) -> None:
    for assistant in (small.assistant, library.assistant):
        hits = assistant.search(question)
        scores = [hit.score for hit in hits]
        assert len({hit.case.id for hit in hits}) == len(hits) >= 10
        assert scores == sorted(scores, reverse=True)
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        assert all(hit.chunk.case_id == hit.case.id for hit in hits)


def test_every_case_is_listed_where_there_are_fewer_than_asked_for(small: Indexed) -> None:
    everything = small.assistant.search("联合验收", limit=1000)
    assert len(everything) == len(small.assistant.cases) == len(CASES) + 2
    assert small.assistant.search("联合验收", limit=3) == everything[:3]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("贷款利率下降了多少个百分点？", "金川区：政银企对接会"),
        ("低压接电的用时压到几天？", "南塘县：获得电力三零服务"),
        ("热线多久办结诉求", "双河县：12345热线接诉即办"),
        ("免罚案件办了多少件", "望江县：首违不罚清单"),
        ("人才公寓有多少套", "平湖区：人才公寓与用工对接"),
        ("投標保證金用電子保函代替", "长桥市：政府采购电子化"),
    ],
)
def test_the_case_that_tells_it_comes_first(small: Indexed, question: str, title: str) -> None:
    assert title in small.assistant.search(question)[0].case.title


def test_the_parts_of_a_score_add_up_to_it(small: Indexed) -> None:
    for hit in small.assistant.search("注册公司要几天"):
        assert {"characters", "words", "vectors", "tokens"} <= dict(hit.origin).keys()
        assert sum(dict(hit.origin).values()) == pytest.approx(hit.score, abs=3e-4)


def ranked(small: Indexed, question: str, **weights: float) -> tuple[Hit, ...]:
    searchers = ("characters", "words", "vectors", "vocabulary", "tokens")
    none = dict.fromkeys((f"{name}_weight" for name in searchers), 0.0)
    return open_assistant(replace(Settings(index=small.folder), **{**none, **weights})).search(question)


def test_a_searcher_without_weight_has_no_say(small: Indexed) -> None:
    question = "联合验收的办理时限"
    for name in ("characters", "words", "vectors", "tokens"):
        for hit in ranked(small, question, **{f"{name}_weight": 1.0}):
            assert {part for part, share in hit.origin if share} <= {name}
            assert dict(hit.origin)[name] == pytest.approx(hit.score, abs=1e-4)


def test_weights_scale_the_parts(small: Indexed) -> None:
    question = "注册公司要几天"
    once = {hit.case.id: dict(hit.origin) for hit in ranked(small, question, characters_weight=0.3)}
    twice = {
        hit.case.id: dict(hit.origin)
        for hit in ranked(small, question, characters_weight=0.6, vocabulary_weight=0.1)
    }
    assert any(origin["characters"] for origin in once.values())
    assert all(
        twice[case]["characters"] == pytest.approx(2 * once[case]["characters"], abs=2e-4) for case in once
    )
    assert any(origin.get("vocabulary") for origin in twice.values())


def test_no_weight_at_all_keeps_the_order_of_the_index(small: Indexed) -> None:
    assert [hit.case for hit in ranked(small, "联合验收")] == list(small.assistant.cases)


def test_passages_of_a_case_come_in_its_order(library: Indexed) -> None:
    assistant = library.assistant
    found = assistant._retriever.retrieve(assistant.understand("联合验收"), limit=1)
    case = found.hits[0].case
    passages = assistant._retriever.passages(case, found.scores)
    assert [chunk.number for chunk, _ in passages] == list(range(1, len(passages) + 1))
    assert max(score for _, score in passages) == pytest.approx(found.hits[0].score)


@given(
    arrays.arrays(
        np.float32, st.integers(1, 20), elements=st.floats(0, 1000, width=32, allow_subnormal=False)
    )
)
def test_scaling_keeps_order_and_ends_at_0_and_1(scores: np.ndarray) -> None:
    found = scaled(scores)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (found <= 1).all()
    assert (np.diff(found[np.argsort(scores, kind="stable")]) >= 0).all()


def test_a_question_that_shares_nothing_gives_scores_without_surprises(small: Indexed) -> None:
    assistant = small.assistant
    found = assistant._retriever.retrieve(assistant.understand("qqqq"), limit=5)
    assert np.isfinite(found.scores).all()
    assert len(found.hits) == 5


def test_one_case_alone_is_found(small: Indexed) -> None:
    case = small.assistant.cases[0]
    from corpus.chunking import split_chunks

    chunks = split_chunks(case)[:1]
    texts = [chunks[0].text_in(case)]
    embedder = fit_corpus_model(texts)
    retriever = Retriever(
        {case.id: case},
        chunks,
        lexical={"characters": LexicalIndex.build(texts, "characters")},
        vectors=VectorIndex.build(embedder.encode_document(texts)),
        embedder=embedder,
        late=LateInteraction.build(embedder, texts),
        bodies=bodies_of([case]),
        weights={"characters": 0.5, "vectors": 0.5, "vocabulary": 0.1, "tokens": 0.2},
    )
    (hit,) = retriever.retrieve(small.assistant.understand("企业开办")).hits
    assert (hit.case, hit.rank) == (case, 1)


def test_a_case_counts_by_its_best_passage_wherever_its_file_stands(tmp_path: Path) -> None:
    from rag.build import index_files

    other = "\n\n".join(
        f"红岩市在第{number}批改革中精简了审批环节，办事群众普遍满意。" * 4 for number in range(6)
    )
    told = "红岩市为企业免费刻制印章，首套四枚印章由财政承担费用，当天就能领取。"
    (tmp_path / "长.txt").write_text(f"{other}\n\n{told}\n", encoding="utf-8")
    for number in range(5):
        (tmp_path / f"短{number}.txt").write_text(
            f"白沙区第{number}次召开座谈会，听取商户的意见和建议，逐条答复并公开结果。\n", encoding="utf-8"
        )
    index_files([tmp_path], tmp_path / "index", Settings())
    hit = open_assistant(Settings(index=tmp_path / "index")).search("谁承担刻制印章的费用")[0]
    assert hit.case.source == "长.txt"
    assert told in hit.chunk.text_in(hit.case)


def test_a_cross_encoder_decides_among_the_best_passages(small: Indexed, tmp_path: Path) -> None:
    from tiny_models import write_cross_encoder

    write_cross_encoder(tmp_path / "重排")
    plain = open_assistant(Settings(index=small.folder))
    read = open_assistant(Settings(index=small.folder, reranker=str(tmp_path / "重排"), reranker_weight=1e6))
    question = "企业开办要交哪些材料"
    first, second = plain.search(question), read.search(question)
    assert {hit.case.id for hit in first} == {hit.case.id for hit in second}
    assert all(dict(hit.origin)["reranker"] >= 0 for hit in second)
    shares = [dict(hit.origin)["reranker"] for hit in second]
    assert shares == sorted(shares, reverse=True)
    assert "reranker" not in dict(first[0].origin)
