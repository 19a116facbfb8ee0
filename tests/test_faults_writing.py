"""An index whose writer is killed, or whose disk fills, at each point of its work: the last whole one answers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("进程复制和文件大小上限只在 Linux 上试(forks and limits of Linux)", allow_module_level=True)

HERE = Path(__file__).resolve().parent
OPERATIONS = ("index for the first time", "index again", "add", "remove")
Attempt = dict[str, Any]


@pytest.fixture(scope="module")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> list[Attempt]:
    # One thread: a fork takes no other along.
    alone = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    paths = {"PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent)])}
    run = subprocess.run(
        [sys.executable, str(HERE / "fault_lab.py"), str(tmp_path_factory.mktemp("lab"))],
        env={**os.environ, **alone, **paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    return [json.loads(line) for line in run.stdout.splitlines()]


def of(attempts: list[Attempt], operation: str, fault: str) -> list[Attempt]:
    found = [one for one in attempts if (one["operation"], one["fault"]) == (operation, fault)]
    assert len(found) > 3
    return found


def state(one: Attempt) -> str:
    """Which index answers after an attempt: the "old" one or the "new" one, whole."""
    answers = [name for name in ("old", "new") if agrees(one["after"], one[name])]
    assert len(answers) == 1, one
    return answers[0]


def agrees(found: Attempt, expected: Attempt) -> bool:
    return all(found[name] == expected[name] for name in ("documents", "answer"))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_writer_killed_at_any_point_leaves_the_old_index_or_the_new_one(
    attempts: list[Attempt], operation: str
) -> None:
    killed = of(attempts, operation, "killed")
    assert {one["status"] for one in killed} == {77}
    states = [state(one) for one in killed]
    assert states == sorted(states, reverse=True)  # never back to the old one
    (turn,) = [number for number, one in enumerate(killed) if one["before"].startswith("os.rename CURRENT")]
    assert states[: turn + 1] == ["old"] * (turn + 1)
    assert "old" not in states[turn + 1 :]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_next_change_after_a_killed_one_succeeds_and_clears_what_it_left(
    attempts: list[Attempt], operation: str
) -> None:
    followed = [one for one in of(attempts, operation, "killed") if "next" in one]
    assert any(one["after"]["strays"] for one in followed)
    for one in followed:
        # A first build that is whole and was not pointed to yet is taken up by the next writer.
        before = [one["after"]["documents"]] if one["after"]["documents"] else [[], one["new"]["documents"]]
        assert one["next"]["documents"] in [[*documents, "丁.txt"] for documents in before], one
        assert one["next"]["strays"] == [], one


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_disk_that_fills_at_any_point_leaves_the_old_index_and_nothing_else(
    attempts: list[Attempt], operation: str
) -> None:
    filled = of(attempts, operation, "full")
    assert {"old", "new"} >= {state(one) for one in filled} >= {"old"}
    for one in filled:
        assert one["status"] == 0
        assert "traceback" not in one, one
        assert one["after"]["strays"] == [], one
        assert ("said" in one) is (state(one) == "old")
        if "said" in one:
            assert "磁盘空间不够" in one["said"]
            assert "没有改动" in one["said"]
            assert "\n" not in one["said"]
