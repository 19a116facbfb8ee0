import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.bundled import FOLDER, load_bundled
from embeddings.corpus_model import fit_corpus_model
from embeddings.joint import JointEmbedder

TEXTS = ["新开办企业免费刻制公章", "材料不齐的先受理后补正", "出口退税两个工作日内办结"]


def test_joint_products_are_the_weighted_sum_of_cosines() -> None:
    one, two = fit_corpus_model(TEXTS), fit_corpus_model([*TEXTS, "不动产登记一小时办结"])
    joint = JointEmbedder([(one, 3.0), (two, 1.0)])
    product = joint.encode_document(TEXTS) @ joint.encode_query(["公章 退税"])[0]
    parts = [each.encode_document(TEXTS) @ each.encode_query(["公章 退税"])[0] for each in (one, two)]
    assert np.allclose(product, 0.75 * parts[0] + 0.25 * parts[1], atol=1e-6)
    assert joint.dimension == one.dimension + two.dimension
    assert joint.name == f"{one.name}+{two.name}"


@pytest.mark.parametrize("text", ["", " ", "，。！？", "\n\t", "…………"])
def test_bundled_encoder_gives_zero_for_texts_without_content(text: str) -> None:
    assert not load_bundled().encode_query([text]).any()


def test_bundled_encoder_folds_traditional_full_width_and_case() -> None:
    pairs = [("開辦企業要幾天", "开办企业要几天"), ("ＡＰＰ辦理", "app办理")]
    for left, right in pairs:
        assert np.allclose(*load_bundled().encode_query([left, right]), atol=1e-6)


def test_bundled_encoder_joins_plain_and_official_wordings() -> None:
    passages = [
        "实行容缺受理，次要材料可在承诺期限内补正。",
        "新开办企业免费刻制首套公章。",
        "推行首违不罚，制定轻微违法免罚清单。",
    ]
    questions = ["有张纸忘了带能先给办吗", "刻章子要不要自己掏钱", "头一回犯小错会不会挨罚"]
    scores = load_bundled().encode_query(questions) @ load_bundled().encode_document(passages).T
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]


def test_sentence_transformers_loads_the_bundled_encoder_offline() -> None:
    texts = [*TEXTS, "How long does it take to register a company?", "", "，。", "開辦企業"]
    program = (
        "import sys, json, warnings; warnings.simplefilter('ignore');"
        "from sentence_transformers import SentenceTransformer;"
        "model = SentenceTransformer(sys.argv[1]);"
        "print(json.dumps(model.encode(json.loads(sys.argv[2])).tolist()))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(FOLDER), json.dumps(texts)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )
    theirs = np.array(json.loads(done.stdout.splitlines()[-1]), dtype=np.float32)
    assert np.abs(theirs - load_bundled().encode_document(texts)).max() < 1e-5


def test_model_card_names_the_weights_that_ship() -> None:
    digest = hashlib.sha256((FOLDER / "model.safetensors").read_bytes()).hexdigest()
    assert digest in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in Path(FOLDER).rglob("*") if path.is_file()) <= 30_000_000
