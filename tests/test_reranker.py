"""Cross-encoders: a tiny one made here decides the order of passages."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from reaching import reached
from tiny_models import write_cross_encoder, write_encoder

from corpus.errors import ModelError
from embeddings.reranker import CrossEncoderReranker, Reranker

TEXTS = ["企业开办", "材料退税", "注销公章", "查询企业", "退税材料甲乙丙", "公章"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("模型") / "重排模型"
    write_cross_encoder(path)
    return path


@pytest.fixture(scope="module")
def reranker(folder: Path) -> Reranker:
    return CrossEncoderReranker(str(folder))


def test_scores_are_those_of_the_model_for_question_and_passage_together(
    folder: Path, reranker: Reranker
) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        pairs = tokenizer(["退税"] * len(TEXTS), TEXTS, padding=True, return_tensors="pt")
        expected = torch.sigmoid(model(**pairs).logits[:, 0]).numpy()
    scores = reranker.scores("退税", TEXTS)
    assert scores.dtype == np.float32
    assert np.allclose(scores, expected, atol=1e-5)
    assert len(np.unique(scores)) == len(TEXTS)


def test_the_order_depends_on_the_question_not_on_the_order_given(reranker: Reranker) -> None:
    orders = {tuple(np.argsort(-reranker.scores(text, TEXTS))) for text in TEXTS}
    assert len(orders) > 1
    backwards = reranker.scores("退税", TEXTS[::-1])[::-1]
    assert np.allclose(backwards, reranker.scores("退税", TEXTS), atol=1e-5)


def test_any_texts_get_a_finite_score(reranker: Reranker) -> None:
    scores = reranker.scores("企业" * 500, ["", "。", "材料" * 5000, "zebra"])
    assert scores.shape == (4,)
    assert np.isfinite(scores).all()
    assert reranker.scores("企业", []).shape == (0,)


def test_its_name_is_what_was_asked_for(folder: Path, reranker: Reranker) -> None:
    assert reranker.name == str(folder)


@pytest.mark.parametrize("name", ["/no/such/folder", "没有这个模型", "a/b/c"])
def test_a_wrong_path_is_told_at_once(name: str) -> None:
    start = time.monotonic()
    with pytest.raises(ModelError, match="没有这个重排模型文件夹") as caught:
        CrossEncoderReranker(name)
    assert time.monotonic() - start < 1
    assert "reranker" in caught.value.hint


@pytest.mark.parametrize("files", [{}, {"config.json": "{"}, {"config.json": "{}"}])
def test_a_folder_that_holds_no_model_is_told(tmp_path: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="重排模型无法加载") as caught:
        CrossEncoderReranker(str(tmp_path))
    assert "没有完整的模型" in caught.value.hint


def test_a_name_that_this_machine_does_not_hold_is_told() -> None:
    with pytest.raises(ModelError, match="重排模型无法加载：nobody/no-such-model") as caught:
        CrossEncoderReranker("nobody/no-such-model")
    assert "HF_HUB_OFFLINE=0" in caught.value.hint


def test_a_model_that_would_score_at_random_is_refused(tmp_path: Path) -> None:
    write_encoder(tmp_path / "encoder")
    write_cross_encoder(tmp_path / "three", labels=3)
    for name in ("encoder", "three"):
        with pytest.raises(ModelError, match="这不是重排模型"):
            CrossEncoderReranker(str(tmp_path / name))


def test_a_folder_is_not_asked_of_the_network_even_where_that_is_allowed(
    folder: Path, tmp_path: Path
) -> None:
    load = "from embeddings.reranker import CrossEncoderReranker as Model"
    assert reached(load, str(folder), str(tmp_path), offline="0") == ([str(folder)], [])


def test_what_reaches_out_is_noticed() -> None:
    load = "import socket\ndef Model(name):\n    socket.socket().connect_ex(('127.0.0.1', 9))"
    assert reached(load, "any") == (["any"], ["socket.connect"])
