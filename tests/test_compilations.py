"""The whole path on the real compilations: floors that no change may fall below."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from invented import Indexed

from rag.output import answer_object

pytest_plugins = ("indexes",)


@pytest.fixture(scope="module")
def evaluation(seeds: Path) -> Path:
    folder = seeds.parent / "eval"
    if not (folder / "dev.jsonl").is_file() or not (folder / "score.py").is_file():
        pytest.skip("真实材料旁边没有 eval/dev.jsonl 和 score.py(questions beside the compilations missing)")
    return folder


@pytest.fixture(scope="module")
def table(
    evaluation: Path, compilations: Indexed, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, float]]:
    lines = (evaluation / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    answers = tmp_path_factory.mktemp("answers") / "answers.jsonl"
    answers.write_text(
        "".join(
            json.dumps(answer_object(compilations.assistant.ask(json.loads(line)["question"]))) + "\n"
            for line in lines
            if line.strip()
        )
    )
    done = subprocess.run(
        [
            sys.executable,
            evaluation / "score.py",
            evaluation / "dev.jsonl",
            answers,
            "--sources",
            compilations.sources,
            "--json",
        ],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    scored: dict[str, dict[str, float]] = json.loads(done.stdout)
    return scored


def test_every_case_is_there(compilations: Indexed) -> None:
    found = sorted(report.cases for report in compilations.report.files)
    assert found == [1, 1, 19, 27, 53]
    assert len({case.id for case in compilations.assistant.cases}) == 101


@pytest.mark.parametrize(
    ("kind", "measure", "floor"),
    [
        ("fact", "hit@5", 0.97),
        ("how", "hit@5", 0.97),
        ("ALL", "hit@5", 0.85),
        ("ALL", "must", 0.72),
        ("ALL", "cite_p", 0.70),
        ("ALL", "quote_ok", 1.0),
        ("ALL", "figure_ok", 1.0),
    ],
)
def test_floor(table: dict[str, dict[str, float]], kind: str, measure: str, floor: float) -> None:
    assert table[kind][measure] >= floor


def test_answers_are_short_enough_to_read(table: dict[str, dict[str, float]]) -> None:
    assert 0 < table["ALL"]["chars"] <= 650
