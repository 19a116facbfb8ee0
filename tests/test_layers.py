"""The house stands as drawn: imports go down only, and each third-party giant has one home."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {"corpus": 0, "embeddings": 1, "rag": 2, "ui": 3, "eval": 3}
# The recipes of other systems run in an environment of their own and import nothing of ours.
HOMES = {
    "langchain": ("rag/", "eval/peers/langchain_recipe.py"),
    "gradio": ("ui/",),
    "faiss": ("embeddings/index.py",),
    "pymilvus": ("embeddings/milvus.py",),
    "milvus": ("embeddings/milvus.py", "tests/"),
}
PICKLES = {"pickle", "cloudpickle", "dill", "shelve"}


def faults(source: str, path: str) -> list[str]:
    """Say what in a file, given by its path from the root, breaks the rules."""
    here, found = path.split("/", maxsplit=1)[0], []
    for node in ast.walk(ast.parse(source)):
        modules = [name.name for name in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            modules = [node.module or ""]
        for module in modules:
            top = module.split(".")[0]
            if top in FLOORS and top != here and FLOORS[top] >= FLOORS.get(here, 0):
                found.append(f"{here} imports {top}")
            home = HOMES.get(top.split("_")[0], (path,))
            if top in PICKLES or not path.startswith(home):
                found.append(f"{top} in {path}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            printing = node.func.id == "print" and path != "run.py" and not path.endswith("/__main__.py")
            if printing or node.func.id in {"eval", "exec"}:
                found.append(f"{node.func.id}() in {path}")
    return found


def sources() -> list[str]:
    files = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    return ["run.py", *sorted(path.relative_to(ROOT).as_posix() for path in files)]


@pytest.mark.parametrize("path", sources())
def test_file_keeps_the_rules(path: str) -> None:
    assert faults((ROOT / path).read_text(encoding="utf-8"), path) == []


def test_every_floor_is_looked_at() -> None:
    assert {path.split("/")[0] for path in sources()} == {"run.py", *FLOORS}


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("corpus/words.py", "import embeddings.index"),
        ("corpus/words.py", "from rag import build"),
        ("corpus/reading/word.py", "def read():\n    from rag.build import open_index"),
        ("embeddings/index.py", "from rag.build import x"),
        ("rag/answer.py", "import ui"),
        ("ui/page.py", "from eval.score import x"),
        ("eval/score.py", "import ui.page"),
        ("run.py", "import corpus"),
        ("embeddings/models.py", "import faiss"),
        ("rag/answer.py", "import faiss"),
        ("rag/answer.py", "from gradio import Blocks"),
        ("rag/answer.py", "import gradio_client"),
        ("ui/page.py", "from langchain.chat_models import init_chat_model"),
        ("eval/score.py", "import langchain_core.messages"),
        ("embeddings/index.py", "import pickle"),
        ("embeddings/index.py", "from pickle import loads"),
        ("corpus/words.py", "eval('1')"),
        ("corpus/words.py", "exec('1')"),
        ("corpus/words.py", "print('1')"),
    ],
)
def test_bad_source_is_found(path: str, source: str) -> None:
    assert len(faults(source, path)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("rag/llm.py", "from langchain.chat_models import init_chat_model"),
        ("rag/retriever.py", "from langchain_core.retrievers import BaseRetriever"),
        ("ui/page.py", "import gradio as gr\nfrom rag import build\nfrom corpus.types import Case"),
        ("embeddings/index.py", "import faiss\nfrom corpus.errors import CaseError"),
        ("embeddings/models.py", "from embeddings import index\nfrom . import index\nmodel.eval()"),
        ("eval/__main__.py", "print('1')"),
        ("run.py", "print('1')"),
    ],
)
def test_good_source_is_not(path: str, source: str) -> None:
    assert faults(source, path) == []
