"""Training on a handful of invented texts: the whole run in small."""

import functools
import json
import lzma
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import CASES, compilation
from numpy.typing import NDArray
from tokenizers import Tokenizer

from corpus.errors import InputError
from embeddings.bundled import load_bundled
from embeddings.static_model import load_static
from embeddings.training.evaluate import WAYS, evaluate, task_of, tasks
from embeddings.training.fit import Bags, Recipe, train_runs
from embeddings.training.run import OURS, train_model
from embeddings.training.sources import is_held_out, passage_id, read_material
from embeddings.training.speed import passages_of, speed
from embeddings.training.tokenizer import build_tokenizer, folded

PASSAGE = "申请人提交的次要材料暂有欠缺但书面承诺限期补正的，窗口应当先行受理并一次告知补正事项。"
MATTERS = ["公章", "税款", "水表", "电表", "房屋", "车辆", "学校", "医院", "工资", "合同"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "数据 data"
    folder.mkdir()
    draw = random.Random(1)
    law = [
        {
            "t": f"{matter}管理条例",
            "c": "总则",
            "p": f"{matter}的登记机关应当在{number}个工作日内办结{draw.choice(MATTERS)}登记，并公开办理时限和材料清单。",
        }
        for matter in MATTERS
        for number in range(1, 9)
    ]
    write(
        folder / "law_articles.jsonl.xz",
        [*law, {"t": "_index", "c": "", "p": "x" * 40}, {"t": "政务服务条例", "c": "受理", "p": PASSAGE}],
    )
    write(
        folder / "policy_gov.jsonl.xz",
        [
            {"t": "优化服务的意见", "p": f"推进{matter}事项集成办理，减少跑动次数，压缩办理时限。" * 2}
            for matter in MATTERS
        ],
    )
    write(
        folder / "par_tatoeba.jsonl.xz",
        [
            {"en": f"I need a {word}.", "zh": f"我要{matter}。"}
            for word, matter in zip(
                ("seal", "tax", "water", "power", "house", "car", "school", "clinic", "wage", "deal"),
                MATTERS,
                strict=True,
            )
        ],
    )
    return folder


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    folder = tmp_path / "pairs"
    folder.mkdir()
    (folder / "questions-1.tsv").write_text(
        f"有张纸忘带了能先给办吗\t{passage_id(PASSAGE)}\n", encoding="utf-8"
    )
    lines = [f"{matter}怎么弄\t{matter}登记\t{matter}" for matter in MATTERS]
    (folder / "terms-1.tsv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "words-1.tsv").write_text(
        "\n".join(f"{one}章\t{one}凭证\t{one}" for one in MATTERS), encoding="utf-8"
    )
    return folder


def test_a_model_is_trained_saved_and_read(data: Path, pairs: Path, tmp_path: Path) -> None:
    steps: list[float] = []
    model = train_model(
        data,
        Recipe(steps=15, batch=32, lengths=(16, 8), runs=2),
        lambda _, share: steps.append(share),
        pairs=pairs,
    )
    assert steps == sorted(steps)
    assert steps[-1] == pytest.approx(1)
    model.save(tmp_path / "model")
    again = load_static(tmp_path / "model", name="again")
    texts = ["公章登记要几个工作日", "開辦", "", "。"]
    vectors = again.encode_query(texts)
    assert np.array_equal(vectors, model.encode_query(texts))
    assert vectors.shape == (4, 16)
    assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)
    assert not vectors[2:].any()


def test_training_moves_what_belongs_together(data: Path, pairs: Path) -> None:
    trained = train_model(
        data, Recipe(steps=60, batch=32, lengths=(16, 8), runs=1), lambda *_: None, pairs=pairs
    )
    kept = [matter for matter in MATTERS if not is_held_out(matter)]
    scores = (
        trained.encode_query([f"{one}怎么弄" for one in kept])
        @ trained.encode_document([f"{one}登记" for one in kept]).T
    )
    assert (scores.argmax(axis=1) == np.arange(len(kept))).mean() >= 0.8


def test_several_runs_are_averaged(data: Path, pairs: Path) -> None:
    def trained(runs: int, seed: int) -> NDArray[np.float32]:
        recipe = Recipe(steps=8, batch=32, lengths=(16, 8), runs=runs, seed=seed)
        return train_runs(tokenizer, start, material.sources, recipe, lambda *_: None)

    material = read_material(data, articles=50, seed=1, pairs=pairs)
    texts = [
        text for found in material.sources.values() for pair in found for text in (pair.left, pair.right)
    ]
    tokenizer = build_tokenizer(texts, [], MATTERS, size=400)
    start = np.random.default_rng(1).normal(size=(tokenizer.get_vocab_size(), 16)).astype(np.float32)
    one, other = trained(1, 5), trained(1, 6)
    assert not np.allclose(one, other, atol=1e-3)
    assert trained(2, 5) == pytest.approx((one + other) / 2, abs=1e-6)


def test_held_out_groups_are_not_trained_on(data: Path, pairs: Path) -> None:
    material = read_material(data, articles=50, seed=1, pairs=pairs)
    trained = {pair.group for name in OURS for pair in material.sources[name]}
    held = {pair.group for found in material.held_out.values() for pair in found}
    assert not trained & held
    assert trained | held >= set(MATTERS)


def test_a_missing_file_is_named(data: Path) -> None:
    (data / "policy_gov.jsonl.xz").unlink()
    with pytest.raises(InputError, match="policy_gov"):
        read_material(data, articles=5, seed=1)


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("terms-1.tsv", "只有一列", "第 1 行不是三列"),
        ("words-1.tsv", "两列\t公章", "第 1 行不是三列"),
        ("questions-1.tsv", "问\t000000000000", "第 1 行的段落不在数据里"),
    ],
)
def test_a_bad_line_is_named(data: Path, pairs: Path, name: str, line: str, message: str) -> None:
    (pairs / name).write_text(line, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_material(data, articles=5, seed=1, pairs=pairs)


def test_a_word_is_its_own_vector_and_the_mean_of_its_characters() -> None:
    tokenizer = build_tokenizer(["公章 公章 公章 公 公 章 章"], [], [], size=200)
    matrix = np.arange(tokenizer.get_vocab_size() * 2, dtype=np.float32).reshape(-1, 2)
    vocabulary = tokenizer.get_vocab()
    out = Bags(tokenizer).fold(matrix)
    word, one, two = (vocabulary[name] for name in ("公章", "公", "章"))
    assert np.allclose(out[word], matrix[word] + (matrix[one] + matrix[two]) / 2)
    assert np.allclose(out[one], matrix[one])
    assert not out[0].any()


def test_the_tokenizer_folds_as_it_says() -> None:
    tokenizer = build_tokenizer(["开办企业 开办企业 开办企业 台湾"], [], [], size=200)
    for text in ("开辦企業１２", "臺灣①", "，。"):
        assert tokenizer.normalizer.normalize_str(text) == folded(text)


@pytest.fixture
def english() -> Tokenizer:
    sentences = ["Register a company", "A tax on the house", "We move a class"] * 2
    return build_tokenizer(["开办企业 开办企业 开办企业"], sentences, [], size=200)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Companies registering", "company register"),
        ("taxes", "TAX"),
        ("registered classes", "register class"),
        ("the ＨＯＵＳＥ，開辦企業", "the house开办企业"),
    ],
)
def test_english_endings_letter_case_and_width_are_folded(english: Tokenizer, one: str, other: str) -> None:
    known = [[row for row in english.encode(text).ids if row] for text in (one, other)]
    assert known[0] == known[1] != []


@pytest.mark.parametrize("word", ["qzx", "housetax", "onthe", "companyhouse", "b"])
def test_an_unknown_english_word_is_not_read_by_the_words_inside_it(english: Tokenizer, word: str) -> None:
    assert set(english.encode(word).ids) == {0}


@functools.cache
def small_tokenizer() -> Tokenizer:
    return build_tokenizer(["公章 公章 公章 公 公 章 章 税 税 水 水"], [], [], size=200)


def test_a_bag_holds_the_rows_of_its_texts_with_their_weights() -> None:
    tokenizer = small_tokenizer()
    bag = Bags(tokenizer).of(["章公章", "", "公"], tokens=10)
    vocabulary = tokenizer.get_vocab()
    word, one, two = (vocabulary[name] for name in ("公章", "公", "章"))
    assert bag.rows.tolist() == [two, word, one, two, one]
    assert bag.weights.tolist() == [1, 1, 0.5, 0.5, 1]
    assert bag.starts.tolist() == [0, 4, 4]
    assert Bags(tokenizer).of(["章公章"], tokens=1).rows.tolist() == [two]


@given(
    dropout=st.floats(0, 0.95),
    seed=st.integers(0, 1000),
    words=st.lists(st.sampled_from("公章税水"), min_size=1),
)
def test_tokens_left_out_are_never_all_of_a_text(dropout: float, seed: int, words: list[str]) -> None:
    bags = Bags(small_tokenizer(), seed=seed)
    whole = bags.of(["".join(words)], tokens=99).rows.tolist()
    left = iter(whole)
    rows = bags.of(["".join(words)], tokens=99, dropout=dropout).rows.tolist()
    assert rows
    assert all(row in left for row in rows)


def test_figures_of_an_evaluation_are_right() -> None:
    task = task_of("试", [("公章", "公章免费"), ("退税", "退税两天"), ("过户", "退税两天")])
    by_way = {result.way: result for result in evaluate(task, load_bundled())}
    assert by_way["bm25"].passages == 2
    assert by_way["bm25"].hit1 == pytest.approx(2 / 3)
    assert by_way["bm25"].mrr10 == pytest.approx((1 + 1 + 0.5) / 3)
    assert by_way["bm25"].low == by_way["bm25"].high == 0


def test_every_way_of_searching_is_measured_as_the_program_searches() -> None:
    passages = [f"{matter}由窗口免费办理，{number}个工作日办结" for number, matter in enumerate(MATTERS, 1)]
    task = task_of("试", [(f"{matter}几天", text) for matter, text in zip(MATTERS, passages, strict=True)])
    by_way = {result.way: result for result in evaluate(task, load_bundled())}
    assert tuple(by_way) == WAYS
    assert by_way["hybrid"].hit1 >= 0.9
    assert all(one.milliseconds > 0 and one.hit1 <= one.hit5 <= one.hit10 for one in by_way.values())


def test_tasks_are_the_held_out_pairs_and_the_sets_that_are_there(data: Path, pairs: Path) -> None:
    write(data / "qa_drcd.jsonl.xz", [{"q": "公章几天", "p": PASSAGE}, {"q": "补正什么", "p": PASSAGE}])
    write(data / "par_xquad.jsonl.xz", [{"en": "seal", "zh": "公章"}])
    found = {task.name: task for task in tasks(data, pairs=pairs)}
    assert found["DRCD"].right == (0, 0)
    assert found["XQuAD en→zh"].questions == ("seal",)
    held = [matter for matter in MATTERS if is_held_out(matter)]
    assert [task.questions for name, task in found.items() if name == "held-out terms"] == (
        [tuple(f"{matter}怎么弄" for matter in held)] if held else []
    )


def test_speed_is_told_for_the_passages_of_documents(tmp_path: Path) -> None:
    (tmp_path / "案例.txt").write_text(compilation(), encoding="utf-8")
    (tmp_path / "坏.pdf").write_bytes(b"not a pdf")
    passages = passages_of(tmp_path)
    assert any("政银企对接会" in text for text in passages)
    found = speed(load_bundled(), passages, MATTERS)
    assert found.texts == len(passages) >= len(CASES)
    assert found.characters == pytest.approx(sum(map(len, passages)) / len(passages))
    assert found.texts_a_second > 0
    assert found.question_milliseconds > 0


def test_documents_without_a_passage_are_told(tmp_path: Path) -> None:
    (tmp_path / "空.txt").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="没有读到任何段落"):
        passages_of(tmp_path)
