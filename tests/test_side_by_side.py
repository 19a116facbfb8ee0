import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import Indexed

from corpus.errors import InputError, ModelError
from eval import side_by_side
from eval.gold import Question
from eval.peers.common import sentence_packs

pytest_plugins = ("indexes",)

RECIPE = """
from common import Index, Passage, main


def recipe(encoder):
    def index(texts):
        whole = [Passage(text.source, 0, text.text) for text in texts]

        def search(question):
            return sorted(whole, key=lambda one: -sum(letter in one.text for letter in question))

        return search, len(whole)

    return index


main(recipe, "pytest")
"""


@given(st.text(alphabet="甲乙丙。；\n !", max_size=200), st.integers(1, 40))
def test_packs_hold_the_text_in_order_and_end_behind_sentences(text: str, size: int) -> None:
    packs = sentence_packs(text, size)
    for start, piece in packs:
        assert text[start : start + len(piece)] == piece
        assert len(piece) <= size or not any(stop in piece[:-1] for stop in "。；\n")
    kept = "".join(piece for _, piece in packs)
    assert "".join(kept.split()) == "".join(text.split())


def test_a_recipe_reports_lines_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "recipe.py").write_text(RECIPE, encoding="utf-8")
    task = {
        "documents": [["甲.txt", "第一行\n第二行\n第三行"], ["乙.txt", "别的"]],
        "encoder": "",
        "questions": ["第二行在哪里", "别的"],
    }
    (tmp_path / "task.json").write_text(json.dumps(task), encoding="utf-8")
    environment = {"PYTHONPATH": str(side_by_side.PEERS)}
    program = [sys.executable, *(str(tmp_path / name) for name in ("recipe.py", "task.json", "result.json"))]
    subprocess.run(program, env=environment, check=True)
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    first, second = result["answers"]
    assert first["hits"][0] == {"source": "甲.txt", "lines": [1, 3], "quote": "第一行\n第二行\n第三行"}
    assert second["hits"][0]["source"] == "乙.txt"
    assert result["passages"] == 2
    assert result["peak_mb"] > 1
    assert len(result["search_seconds"]) == 2


def test_a_passage_is_of_the_case_that_shares_most_lines(small: Indexed) -> None:
    cases = small.assistant.cases
    case = cases[1]
    found = side_by_side._with_cases(
        {
            "answer": "",
            "hits": [{"source": case.source, "lines": list(case.lines)}],
            "citations": [{"source": "没有.txt", "lines": [3, 4]}],
        },
        cases,
    )
    assert found["hits"][0]["case_id"] == case.id
    assert found["citations"][0]["case_id"] == "没有.txt:3"


def test_own_system_runs_and_is_scored(small: Indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "RECIPES", {})
    case = small.assistant.cases[0]
    questions = [Question(id="1", question=case.title, type="how", answerable=True, gold=(case.id,))]
    rows = list(
        side_by_side.compare(
            small.sources,
            questions,
            small.assistant.cases,
            python=Path(sys.executable),
            progress=lambda _step, _share: None,
        )
    )
    assert [row.name for row in rows] == ["本程序"]
    assert rows[0].quality["hit@5"] == 1.0
    assert rows[0].passages > 0
    assert "首位命中" in side_by_side.rows_text(rows)
    assert json.dumps(side_by_side.rows_object(rows))


def test_a_missing_or_empty_environment_is_told(small: Indexed, tmp_path: Path) -> None:
    questions = [Question(id="1", question="企业开办", type="how", answerable=True)]

    def compare(python: Path) -> None:
        list(
            side_by_side.compare(
                small.sources,
                questions,
                small.assistant.cases,
                python=python,
                progress=lambda _step, _share: None,
            )
        )

    with pytest.raises(InputError, match="没有这个解释器"):
        compare(tmp_path / "python")
    bare = tmp_path / "bare"
    bare.write_text("#!/bin/sh\necho 'no such package' >&2\nexit 1\n", encoding="utf-8")
    bare.chmod(0o755)
    with pytest.raises(ModelError, match="no such package"):
        compare(bare)
