"""The whole path on the real compilations: floors that no change may fall below."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from invented import Indexed

from corpus.types import Case
from eval.gold import Question
from eval.scoring import ALL, score_answers, tabulate
from rag.output import answer_object

pytest_plugins = ("indexes",)


@pytest.fixture(scope="module")
def evaluation(seeds: Path) -> Path:
    folder = seeds.parent / "eval"
    if not (folder / "dev.jsonl").is_file() or not (folder / "score.py").is_file():
        pytest.skip("真实材料旁边没有 eval/dev.jsonl 和 score.py(questions beside the compilations missing)")
    return folder


@pytest.fixture(scope="module")
def questions(evaluation: Path) -> list[dict[str, Any]]:
    lines = (evaluation / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


@pytest.fixture(scope="module")
def answers(questions: list[dict[str, Any]], compilations: Indexed) -> list[dict[str, Any]]:
    return [answer_object(compilations.assistant.ask(one["question"])) for one in questions]


@pytest.fixture(scope="module")
def table(
    evaluation: Path,
    compilations: Indexed,
    answers: list[dict[str, Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, dict[str, float]]:
    saved = tmp_path_factory.mktemp("answers") / "answers.jsonl"
    saved.write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    done = subprocess.run(
        [
            sys.executable,
            evaluation / "score.py",
            evaluation / "dev.jsonl",
            saved,
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


def case_of(gold: dict[str, Any], cases: tuple[Case, ...]) -> str:
    """The id of the case that a file name and lines point at: the one that most of the lines are of."""
    first, last = gold["lines"] or (1, sys.maxsize)
    shared = {
        case.id: min(last, case.lines[1]) - max(first, case.lines[0])
        for case in cases
        if case.source == gold["source"]
    }
    return max(shared, key=lambda one: shared[one])


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


def test_own_scores_agree_with_the_scorer_beside_the_compilations(
    questions: list[dict[str, Any]],
    answers: list[dict[str, Any]],
    table: dict[str, dict[str, float]],
    compilations: Indexed,
) -> None:
    asked = [
        Question(
            id=one["id"],
            question=one["question"],
            type=one["type"],
            answerable=one["answerable"],
            gold=tuple(case_of(gold, compilations.assistant.cases) for gold in one.get("gold", ())),
            must=tuple(one.get("must", ())),
        )
        for one in questions
    ]
    own = tabulate(list(score_answers(asked, answers)))
    same = {
        "hit@1": "hit@1",
        "hit@5": "hit@5",
        "mrr@10": "mrr@10",
        "must": "completeness",
        "cite_p": "case_precision",
        "answered": "answered",
        "refused": "refusal_recall",
    }
    for theirs, ours in same.items():
        found = own[ALL][ours]
        assert found is not None
        assert found.value == pytest.approx(table["ALL"][theirs], abs=0.01), theirs
    every = own["multi"]["recall@10"]
    assert every is not None
    assert every.value == pytest.approx(table["multi"]["allgold@10"], abs=0.01)
