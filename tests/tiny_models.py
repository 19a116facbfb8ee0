"""Tiny transformers made on the spot, without a network: one vector a character, and what is said of them here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CHARACTERS = "企业开办材料退税注销公章查询段落甲乙丙丁问题答案"
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
_SIZES: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 64,
}


def _tokenizer(folder: Path) -> Any:
    from transformers import BertTokenizer

    (folder / "vocab.txt").write_text("\n".join([*_SPECIAL, *CHARACTERS, "a", "b"]), encoding="utf-8")
    return BertTokenizer(vocab=str(folder / "vocab.txt"))


def write_encoder(folder: Path, prompts: dict[str, str] | None = None) -> None:
    """A sentence-transformers folder: a BERT of one layer, mean pooling, normalised vectors."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    folder.mkdir(parents=True)
    tokenizer = _tokenizer(folder)
    BertModel(BertConfig(vocab_size=len(tokenizer), **_SIZES)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    package = "sentence_transformers.sentence_transformer.modules"
    modules = [
        ("", "sentence_transformers.base.modules.transformer.Transformer"),
        ("1_Pooling", f"{package}.pooling.Pooling"),
    ]
    rows = [
        {"idx": number, "name": str(number), "path": path, "type": kind}
        for number, (path, kind) in enumerate(modules)
    ]
    (folder / "modules.json").write_text(json.dumps(rows), encoding="utf-8")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"embedding_dimension": 16, "pooling_mode": "mean"}), encoding="utf-8"
    )
    config = {"model_type": "SentenceTransformer", "prompts": prompts or {}, "default_prompt_name": None}
    (folder / "config_sentence_transformers.json").write_text(
        json.dumps(config, ensure_ascii=False), encoding="utf-8"
    )


def write_cross_encoder(folder: Path, *, labels: int = 1) -> None:
    """A BERT of one layer that gives a pair of texts `labels` scores."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    folder.mkdir(parents=True)
    tokenizer = _tokenizer(folder)
    config = BertConfig(vocab_size=len(tokenizer), num_labels=labels, initializer_range=0.5, **_SIZES)
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
