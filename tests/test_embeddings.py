"""Encoders, vector index and word matching, on models that are made here and now."""

from __future__ import annotations

import json
import pathlib

import numpy as np
import pytest
from compilations import paragraph, sentence
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from corpus.errors import CorpusIndexError, ModelError
from embeddings.corpus_model import fit_corpus_model
from embeddings.embedder import Embedder, Vectors, unit
from embeddings.index import VectorIndex
from embeddings.lexical import Field, LexicalIndex, character_terms, fold, word_terms
from embeddings.sentence_model import SentenceEmbedder
from embeddings.static_model import StaticEmbedder, load_static

PASSAGES = [sentence(number) for number in range(40)]
EMPTY = ["", "   ", "。", "，、；！", "\n", "“”（）……"]
QUESTIONS = ["注销怎么这么慢", "Ｔax 退税", "办理不動產過戶", "从没见过的词语龘龘", sentence(3)]


@pytest.fixture(scope="module")
def encoder() -> StaticEmbedder:
    return fit_corpus_model(PASSAGES, dimension=16)


@pytest.fixture(scope="module")
def folder(encoder: StaticEmbedder, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The encoder as sentence-transformers reads it, in a folder with a Chinese name."""
    path = tmp_path_factory.mktemp("模型") / "编码器"
    encoder.save(path)
    return path


def assert_unit_or_zero(vectors: Vectors) -> None:
    assert not np.isnan(vectors).any()
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-5) | (lengths == 0))


# Static encoders


def test_a_saved_encoder_is_the_same_when_read_by_us_and_by_sentence_transformers(
    encoder: StaticEmbedder, folder: pathlib.Path
) -> None:
    from sentence_transformers import SentenceTransformer

    texts = [*PASSAGES, *QUESTIONS, *EMPTY, "窗口" * 900]
    ours = encoder.encode_document(texts)
    assert ours.dtype == np.float32
    again = load_static(folder, name=encoder.name)
    assert np.array_equal(again.encode_document(texts), ours)
    assert again.dimension == 16
    theirs = SentenceTransformer(str(folder), device="cpu").encode(texts, show_progress_bar=False)
    has_words = np.linalg.norm(ours, axis=1) > 0
    assert has_words.sum() >= len(PASSAGES) + 2
    assert np.abs(ours[has_words] - theirs[has_words]).max() < 1e-5
    assert np.abs(np.nan_to_num(theirs[~has_words])).max() < 1e-5


def test_texts_without_words_have_zero_vectors(encoder: StaticEmbedder) -> None:
    vectors = encoder.encode_query(EMPTY)
    assert vectors.shape == (len(EMPTY), 16)
    assert not vectors.any()


def test_no_text_gives_no_row(encoder: StaticEmbedder) -> None:
    assert encoder.encode_document([]).shape == (0, 16)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(max_size=40), max_size=5))
def test_any_text_has_a_unit_vector_or_none(encoder: StaticEmbedder, texts: list[str]) -> None:
    vectors = encoder.encode_document(texts)
    assert_unit_or_zero(vectors)
    for text, vector in zip(texts, vectors, strict=True):
        assert np.allclose(encoder.encode_query([text])[0], vector, atol=1e-6)


def test_a_passage_is_nearest_to_itself_and_near_to_one_on_its_matter(encoder: StaticEmbedder) -> None:
    vectors = encoder.encode_document(PASSAGES)
    assert ((vectors @ vectors.T).argmax(axis=1) == np.arange(len(PASSAGES))).all()
    (question,) = encoder.encode_query(["不动产过户"])
    best = np.argsort(-(vectors @ question))[:3]
    assert all("不动产过户" in PASSAGES[row] for row in best)


@pytest.mark.parametrize("damage", ["model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("content", [None, b"", b"not a model"])
def test_a_damaged_encoder_is_told_in_chinese(
    encoder: StaticEmbedder, tmp_path: pathlib.Path, damage: str, content: bytes | None
) -> None:
    encoder.save(tmp_path)
    if content is None:
        (tmp_path / damage).unlink()
    else:
        (tmp_path / damage).write_bytes(content)
    with pytest.raises(ModelError, match="编码器无法读取") as caught:
        load_static(tmp_path, name="x")
    assert "rag index" in caught.value.hint


# Encoders fitted on the corpus


@pytest.mark.parametrize(
    "texts",
    [
        PASSAGES,
        [paragraph(number) for number in range(12)] * 2,
        [f"第{number}项改革措施{number % 3}" for number in range(30)],
        ["企业开办快", "企业开办快", "注销慢", "注销慢", "a"],
        ["企业", "开办", "材料"],
    ],
)
def test_fitting_twice_gives_the_same_bits(texts: list[str], tmp_path: pathlib.Path) -> None:
    for name in "ab":
        fit_corpus_model(texts).save(tmp_path / name)
    for file in ("model.safetensors", "tokenizer.json", "modules.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@pytest.mark.parametrize(
    "texts",
    [
        ["企业开办三天办结"],
        ["企业开办三天办结", "注销一天办结"],
        ["企业开办", "注销", "退税"],
        ["审批", "审批"],
        ["审批", "审批", "审批"],
        ["a", "b", "c"],
        [""],
        ["。", "……"],
        ["", "", "审批"],
        ["", "，", "、"],
    ],
)
def test_tiny_corpora_give_an_encoder(texts: list[str]) -> None:
    encoder = fit_corpus_model(texts)
    vectors = encoder.encode_document([*texts, "企业", *EMPTY])
    assert vectors.shape == (len(texts) + 1 + len(EMPTY), encoder.dimension)
    assert_unit_or_zero(vectors)
    assert not vectors[-len(EMPTY) :].any()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("企业开办注销窗口。，ab1 ", max_size=12), min_size=1, max_size=8))
def test_any_corpus_gives_a_working_encoder(texts: list[str]) -> None:
    encoder = fit_corpus_model(texts, dimension=4)
    assert 1 <= encoder.dimension <= 4
    assert_unit_or_zero(encoder.encode_document(texts))


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(0, 5), st.integers(1, 4)),
        elements=st.floats(-1e6, 1e6, width=32, allow_nan=False),
    )
)
def test_rows_get_length_one_and_zero_stays_zero(vectors: Vectors) -> None:
    scaled = unit(vectors)
    assert scaled.shape == vectors.shape
    assert_unit_or_zero(scaled)
    assert not scaled[~vectors.any(axis=1)].any()


# The vector index


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.integers(1, 8), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_search_finds_what_numpy_finds(passages: int, dimension: int, k: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    vectors = unit(generator.standard_normal((passages, dimension)).astype(np.float32))
    query = unit(generator.standard_normal((1, dimension)).astype(np.float32))[0]
    index = VectorIndex.from_bytes(VectorIndex.build(vectors).to_bytes())
    assert (len(index), index.dimension) == (passages, dimension)
    rows, scores = index.search(query, k)
    products = vectors @ query
    assert len(rows) == len(set(rows.tolist())) == min(k, passages)
    assert np.allclose(scores, products[rows], atol=1e-5)
    assert np.allclose(scores, np.sort(products)[::-1][: len(scores)], atol=1e-5)


def test_rows_keep_the_order_of_the_passages() -> None:
    index = VectorIndex.from_bytes(VectorIndex.build(np.eye(6, dtype=np.float32)).to_bytes())
    for number, vector in enumerate(np.eye(6, dtype=np.float32)):
        rows, scores = index.search(vector, 1)
        assert (rows.tolist(), scores.tolist()) == ([number], [1.0])


def test_damaged_bytes_are_told() -> None:
    data = VectorIndex.build(np.eye(4, dtype=np.float32)).to_bytes()
    for broken in (b"", b"x", data[: len(data) // 2], data[:-1], b"????" + data[4:], b"\0" * len(data)):
        with pytest.raises(CorpusIndexError, match="损坏") as caught:
            VectorIndex.from_bytes(broken)
        assert "rag index" in caught.value.hint


# Words and characters


FIELDS: list[Field] = ["characters", "words"]


@pytest.mark.parametrize("field", FIELDS)
def test_only_passages_that_share_a_term_score(field: Field) -> None:
    texts = ["企业注销一网通办", "施工许可联合踏勘", "", "。。。", "注销公告期缩短"]
    scores = LexicalIndex.build(texts, field).scores("注销")
    assert (scores > 0).tolist() == [True, False, False, False, True]
    assert not scores[1:4].any()


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("question", ["", "。", "龘龘", "zebra"])
def test_nothing_shared_scores_nothing(field: Field, question: str) -> None:
    scores = LexicalIndex.build(PASSAGES, field).scores(question)
    assert scores.shape == (len(PASSAGES),)
    assert not scores.any()


@pytest.mark.parametrize("field", FIELDS)
def test_a_rarer_term_counts_for_more_and_more_shared_terms_too(field: Field) -> None:
    texts = ["窗口提供退税服务", "窗口提供注销服务", "窗口提供注销服务", "窗口提供注销服务"]
    scores = LexicalIndex.build(texts, field).scores("退税和注销")
    assert scores[0] > scores[1] == scores[2] > 0
    both = LexicalIndex.build(["窗口提供退税服务", "退税与注销同窗办理"], field).scores("退税 注销")
    assert both[1] > both[0] > 0


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("question", ["不動產登記", "不动产登记", "ＶＡＴ退稅", "vat退税"])
def test_another_script_or_width_finds_the_passage(field: Field, question: str) -> None:
    texts = ["不动产登记当场办结", "VAT退税两日到账", "窗口提供茶水"]
    scores = LexicalIndex.build(texts, field).scores(question)
    assert scores.argmax() == ("退" in question or "V" in fold(question).upper())
    assert scores.max() > 0 == scores[2]


@pytest.mark.parametrize("field", FIELDS)
def test_a_saved_index_scores_the_same(field: Field, tmp_path: pathlib.Path) -> None:
    index = LexicalIndex.build([*PASSAGES, "", "。"], field)
    index.save(tmp_path / "词 索引")
    again = LexicalIndex.load(tmp_path / "词 索引", field, index.size)
    assert index.scores(PASSAGES[3]).any()
    for question in (*QUESTIONS, *PASSAGES[:5], ""):
        assert np.array_equal(index.scores(question), again.scores(question))


def test_terms() -> None:
    assert character_terms("减材料 3.5天，50%ABC") == [
        "减",
        "材",
        "料",
        "减材",
        "材料",
        "3.5",
        "天",
        "50%",
        "abc",
    ]
    assert word_terms("怎么注销企业？") == ["注销", "企业"]


@given(st.text(max_size=40))
def test_folding_is_done_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert all(term.strip() for term in (*character_terms(text), *word_terms(text)))


def test_latin_words_are_known_as_wholes_only() -> None:
    fitted = fit_corpus_model(["打造AI政务App，扫码即办", "App上线5G网络", "窗口提供茶水", "a类企业免检"])
    for text in ("how many days", "apps", "aid", "x"):
        assert not fitted.encode_query([text]).any()
    for one, other in (("ＡＰＰ", "app"), ("手机App怎么扫码", "手机app怎么扫码"), ("AI", "ai")):
        vectors = fitted.encode_query([one, other])
        assert vectors.any(axis=1).all()
        assert np.array_equal(vectors[0], vectors[1])


# Any sentence-transformers model


def test_a_model_folder_serves_as_an_encoder(encoder: StaticEmbedder, folder: pathlib.Path) -> None:
    model: Embedder = SentenceEmbedder(str(folder))
    assert model.dimension == 16
    assert model.name == str(folder)
    texts = [*PASSAGES[:6], "", "。"]
    for encode in (model.encode_query, model.encode_document):
        vectors = encode(texts)
        assert vectors.dtype == np.float32
        assert_unit_or_zero(vectors)
        assert np.allclose(vectors, encoder.encode_document(texts), atol=1e-5)


def test_prompts_of_a_model_are_used(folder: pathlib.Path, tmp_path: pathlib.Path) -> None:
    for path in folder.rglob("*"):
        target = tmp_path / path.relative_to(folder)
        if path.is_file():
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    config = tmp_path / "config_sentence_transformers.json"
    config.write_text(
        json.dumps(
            {**json.loads(config.read_text(encoding="utf-8")), "prompts": {"query": "注销", "document": ""}}
        ),
        encoding="utf-8",
    )
    model = SentenceEmbedder(str(tmp_path))
    assert np.allclose(model.encode_query(["退税"]), model.encode_document(["注销退税"]), atol=1e-5)
    assert not np.allclose(model.encode_query(["退税"]), model.encode_document(["退税"]), atol=1e-2)


@pytest.mark.parametrize("name", ["/no/such/folder", "nobody/no-such-model", "没有这个模型"])
def test_an_unknown_model_is_told_in_chinese(name: str) -> None:
    with pytest.raises(ModelError, match="编码器") as caught:
        SentenceEmbedder(name)
    assert name in caught.value.message
    assert "encoder" in caught.value.hint


def test_a_folder_that_holds_no_model_is_told(tmp_path: pathlib.Path) -> None:
    (tmp_path / "modules.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="编码器无法加载"):
        SentenceEmbedder(str(tmp_path))


@pytest.mark.parametrize("count", [2, 50, 1000])
def test_an_encoder_is_fitted_on_many_like_passages(count: int) -> None:
    kinds = ["企业开办一日办结并免费刻章", "出口退税两日办结", "不动产登记一小时办结"]
    texts = [f"{kinds[number % 3]}，第{number % 7}号" for number in range(count)]
    embedder = fit_corpus_model([*texts, *texts])
    vectors = embedder.encode_document(texts)
    assert np.isfinite(vectors).all()
    scores = embedder.encode_query(["出口退税"])[0] @ vectors.T
    assert kinds[int(scores.argmax()) % 3] == kinds[1]
