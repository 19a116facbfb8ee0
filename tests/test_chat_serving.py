"""The same over a real serving program, to prove the wire format: `transformers serve` with a model made on the spot."""

import itertools
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from chats import COMPOSED, QUESTION, chat_at

from rag.verify import Verifier
from rag.writer import write

SENTENCE = ("宁波市", "企业开办", "的平均用时", "压缩到", "1天", "[1]", "。")


def write_parrot(folder: Path) -> None:
    """A Llama that says SENTENCE whatever it is asked: each piece's vector leads to the next piece."""
    import torch
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = ["<unk>", "<start>", "<end>", *SENTENCE]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, "<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.decoder = decoders.Fuse()
    template = "{% for message in messages %}{{ message['content'] }}{% endfor %}<start>"
    special = {"unk_token": "<unk>", "bos_token": "<start>", "eos_token": "<end>", "pad_token": "<end>"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, chat_template=template, **special).save_pretrained(
        folder
    )
    sizes = {
        "hidden_size": 16,
        "intermediate_size": 8,
        "num_hidden_layers": 1,
        "max_position_embeddings": 4096,
    }
    ends = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2}
    model = LlamaForCausalLM(
        LlamaConfig(vocab_size=len(words), num_attention_heads=1, tie_word_embeddings=False, **sizes, **ends)
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.model.norm.weight.fill_(1)
        model.model.embed_tokens.weight[:, : len(words)] = torch.eye(len(words))
        for before, after in itertools.pairwise([1, *range(3, len(words)), 2]):
            model.lm_head.weight[after, before] = 1
    model.save_pretrained(folder)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and model of a real server program: `transformers serve`."""
    pytest.importorskip("accelerate", reason="transformers serve 需要 accelerate（见 requirements-dev.txt）")
    folder = tmp_path_factory.mktemp("parrot")
    write_parrot(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = "from transformers.cli.transformers import main; main()"
    command = [sys.executable, "-c", code, "serve", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    log = folder / "log.txt"
    with (
        log.open("wb") as stream,
        subprocess.Popen([*command, "--device", "cpu"], stdout=stream, stderr=stream) as run,
    ):
        try:
            await_health(f"http://127.0.0.1:{port}/health", run, log)
            yield f"http://127.0.0.1:{port}/v1", str(folder)
        finally:
            run.terminate()


def await_health(address: str, run: subprocess.Popen[bytes], log: Path) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        if run.poll() is not None:
            break
        try:
            direct.open(address, timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(
        f"transformers serve did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    )


def test_a_real_server_writes_a_checked_answer(served: tuple[str, str]) -> None:
    address, model = served
    last = list(write(QUESTION, COMPOSED, chat_at(address, model, timeout=60.0), Verifier()))[-1]
    assert last.text == "".join(SENTENCE)
    assert last.citations == COMPOSED.citations[:1]


def test_a_real_server_without_the_model(served: tuple[str, str]) -> None:
    last = list(write(QUESTION, COMPOSED, chat_at(served[0], "没有这个模型"), Verifier()))[-1]
    assert "不接受这个请求（400）" in last.notice
    assert last.citations == COMPOSED.citations
