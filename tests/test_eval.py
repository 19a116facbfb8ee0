"""The evaluation's commands, on a tiny set over invented cases."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from invented import Indexed

from eval import answering
from eval.__main__ import main
from eval.gold import read_questions
from rag.settings import Settings

pytest_plugins = ("indexes",)

ROWS: list[dict[str, Any]] = [
    {
        "id": "one",
        "question": "清溪县企业开办要几天？",
        "type": "figure",
        "answerable": True,
        "gold": ["案例1：清溪县：企业开办一窗通办"],
        "must": ["1天"],
    },
    {
        "id": "two",
        "question": "在清溪县开一家公司多久能办好？",
        "type": "paraphrase",
        "answerable": True,
        "gold": ["案例1：清溪县：企业开办一窗通办"],
        "must": ["1天"],
        "same_as": "one",
    },
    {"id": "three", "question": "白石市地铁有几条线？", "type": "unanswerable", "answerable": False},
    {
        "id": "four",
        "question": "那白石市呢？",
        "type": "follow_up",
        "answerable": True,
        "gold": ["案例2：白石市：不动产登记与纳税同窗办理"],
        "must": ["1个工作日"],
        "history": ["不动产转移登记要多久？"],
    },
]


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "问题 集.jsonl", ROWS)


@pytest.fixture
def answers(questions: Path, small: Indexed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    out = tmp_path / "回答 一.jsonl"
    assert main(["run", "--questions", str(questions), "--index", str(small.folder), "--out", str(out)]) == 0
    assert "4 个回答" in capsys.readouterr().out
    return out


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def command(*arguments: object) -> str:
        assert main(list(map(str, arguments))) == 0
        return capsys.readouterr().out

    return command


@pytest.fixture
def fails(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def command(*arguments: object) -> str:
        try:
            status = main(list(map(str, arguments)))
        except SystemExit as error:
            status = error.code  # type: ignore[assignment]
        told = capsys.readouterr()
        assert (status, told.out, told.err.count("\n")) == (2, "", 1)
        return told.err

    return command


def test_each_answer_is_kept_with_what_made_it(answers: Path) -> None:
    rows = read_rows(answers)
    assert [row["id"] for row in rows] == ["one", "two", "three", "four"]
    assert "1天" in rows[0]["answer"]
    assert rows[3]["history"] == ["不动产转移登记要多久？"]
    assert "白石" in rows[3]["answer"]
    assert all(row["tier"] == rows[0]["tier"] for row in rows)
    assert rows[0]["tier"]["chat"] == ""
    assert not answers.with_name(answers.name + ".partial").exists()


def in_order(questions: Path, small: Indexed, out: Path, tier: dict[str, Any]) -> tuple[int, list[str]]:
    asked: list[str] = []
    kept = answering.answer_all(
        read_questions(questions),
        small.assistant,
        out,
        tier=tier,
        progress=lambda step, _share: asked.append(step),
    )
    return kept, asked


def test_a_killed_run_goes_on_behind_its_last_whole_answer(
    answers: Path, questions: Path, small: Indexed, tmp_path: Path
) -> None:
    lines = answers.read_text(encoding="utf-8").split("\n")
    tier = json.loads(lines[0])["tier"]
    out = tmp_path / "又一次.jsonl"
    partial = out.with_name(out.name + ".partial")
    partial.write_text(lines[0] + "\n" + lines[1][: len(lines[1]) // 2], encoding="utf-8")
    assert in_order(questions, small, out, tier) == (1, [row["question"] for row in ROWS[1:]])
    first, again = read_rows(answers), read_rows(out)
    for row in (*first, *again):
        del row["seconds"]
    assert again == first
    assert not partial.exists()


def test_another_index_or_question_starts_anew(
    answers: Path, questions: Path, small: Indexed, tmp_path: Path
) -> None:
    tier = read_rows(answers)[0]["tier"]
    out = tmp_path / "又一次.jsonl"
    partial = out.with_name(out.name + ".partial")
    partial.write_text(answers.read_text(encoding="utf-8"), encoding="utf-8")
    assert in_order(questions, small, out, {**tier, "build": "another"})[0] == 0
    partial.write_text(answers.read_text(encoding="utf-8"), encoding="utf-8")
    other = write_rows(
        tmp_path / "别的.jsonl", [{**ROWS[0], "question": "云岭区联合验收要几天？"}, *ROWS[1:]]
    )
    assert in_order(other, small, out, tier)[0] == 0


def test_what_answers_is_described_by_its_index_and_program(small: Indexed) -> None:
    told = answering.describe(Settings(index=small.folder), small.assistant)
    assert told["cases"] == len(small.assistant.cases)
    assert told["build"].startswith("build-")
    changed = answering.describe(Settings(index=small.folder, vectors_weight=0.1), small.assistant)
    assert changed != told


def test_scores_are_a_table_for_people_and_an_object_for_programs(
    answers: Path, questions: Path, printed: Callable[..., str]
) -> None:
    found = json.loads(printed("score", answers, "--questions", questions, "--json"))
    whole = found["measures"]["全部"]
    assert whole["hit@1"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 3}
    assert whole["faithfulness"]["value"] == 1.0
    assert whole["refusal_recall"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    assert whole["consistency"]["n"] == 2
    assert found["measures"]["unanswerable"]["hit@1"] is None
    assert set(found["measures"]) == {"全部", "figure", "paraphrase", "unanswerable", "follow_up"}
    assert [one["id"] for one in found["questions"]] == ["one", "two", "three", "four"]
    assert all(one["supported"] for one in found["questions"][0]["sentences"])
    shown = printed("score", answers, "--questions", questions)
    assert "忠实度（句）" in shown
    assert "没有引文支持" not in shown


def test_a_wrong_figure_is_found_and_explained(
    answers: Path, questions: Path, tmp_path: Path, printed: Callable[..., str]
) -> None:
    rows = read_rows(answers)
    rows[0]["answer"] = rows[0]["answer"].replace("1天", "3天")
    wrong = write_rows(tmp_path / "错.jsonl", rows)
    found = json.loads(printed("score", wrong, "--questions", questions, "--json"))
    judged = [one for one in found["questions"][0]["sentences"] if not one["supported"]]
    assert [one["reason"] for one in judged] == ["figure"]
    assert "3天" in judged[0]["detail"]
    assert found["measures"]["全部"]["faithfulness"]["value"] < 1
    assert "3天" in printed("score", wrong, "--questions", questions)

    compared = json.loads(printed("compare", answers, wrong, "--questions", questions, "--json"))
    change = compared["measures"]["faithfulness"]
    assert change["worse"] == 1
    assert change["change"]["low"] <= change["change"]["value"] < 0
    assert [one["id"] for one in compared["questions"]] == ["one", "two"][: len(compared["questions"])]
    assert "变差" in printed("compare", answers, wrong, "--questions", questions)

    baseline = tmp_path / "基线.json"
    gate = ["gate", "--questions", str(questions), "--baseline", str(baseline)]
    printed(*gate, "--answers", answers, "--update")
    assert "没有低于基线" in printed(*gate, "--answers", answers)
    with pytest.raises(SystemExit) as stopped:
        main([*gate, "--answers", str(wrong)])
    assert stopped.value.code == 1


def test_the_gate_asks_by_itself(
    questions: Path, small: Indexed, tmp_path: Path, printed: Callable[..., str]
) -> None:
    baseline = tmp_path / "基线.json"
    gate = ["gate", "--questions", questions, "--baseline", baseline, "--index", small.folder]
    printed(*gate, "--update")
    stored = json.loads(baseline.read_text(encoding="utf-8"))
    assert stored["n"] == 4
    assert "p95" not in stored["measures"]
    assert "未通过" not in printed(*gate)


def test_comparing_a_run_with_itself_finds_nothing(
    answers: Path, questions: Path, printed: Callable[..., str]
) -> None:
    found = json.loads(printed("compare", answers, answers, "--questions", questions, "--json"))
    assert found["questions"] == []
    assert not any(one["certain"] or one["change"]["value"] for one in found["measures"].values())


def test_bad_input_is_one_chinese_line(
    fails: Callable[..., str], answers: Path, questions: Path, small: Indexed, tmp_path: Path
) -> None:
    bad, other, nowhere = tmp_path / "坏.jsonl", tmp_path / "别的.jsonl", tmp_path / "没有"
    bad.write_text('{"question": "热线"}\n{"quest', encoding="utf-8")
    write_rows(other, [{**read_rows(answers)[0], "question": "别的"}])
    asked = ("--questions", questions)
    assert "用法" in fails()
    assert "用法" in fails("run")
    assert "无法读取" in fails("run", "--questions", nowhere, "--out", tmp_path / "a")
    assert "缺少 id" in fails("run", "--questions", bad, "--out", tmp_path / "a")
    assert "无法写入" in fails("run", *asked, "--index", small.folder, "--out", nowhere / "子" / "a")
    assert "没有索引" in fails("run", *asked, "--index", nowhere, "--out", tmp_path / "a")
    assert "对不上" in fails("score", other, *asked)
    assert "第 1 条缺少 answer" in fails("score", questions, *asked)
    assert "无法读取" in fails("score", bad, *asked)
    assert "无法读取" in fails("compare", answers, nowhere, *asked)
    assert "无法写入" in fails("report", answers, *asked, "--out", nowhere / "a.html")
    assert "无法读取" in fails("gate", *asked, "--answers", answers, "--baseline", bad)
    assert "无法读取" in fails("validate", "--pairs", nowhere)
    stored = tmp_path / "基线.json"
    stored.write_text('{"questions": "", "measures": {}}', encoding="utf-8")
    assert "问题集与基线的不同" in fails("gate", *asked, "--answers", answers, "--baseline", stored)


@pytest.mark.parametrize(
    "citation", [3, {}, {"n": "1", "title": "甲", "quote": ""}, {"n": 1, "title": "甲", "quote": None}]
)
def test_a_damaged_citation_is_told_with_its_row(
    citation: object, answers: Path, questions: Path, tmp_path: Path, fails: Callable[..., str]
) -> None:
    rows = read_rows(answers)
    rows[1]["citations"] = [citation]
    assert "第 2 条缺少 citations" in fails(
        "score", write_rows(tmp_path / "坏.jsonl", rows), "--questions", questions
    )


def test_a_line_separator_in_a_question_is_no_line_break(
    small: Indexed, tmp_path: Path, printed: Callable[..., str]
) -> None:
    questions = write_rows(tmp_path / "问题.jsonl", [{**ROWS[0], "question": "清溪县企业开办\u2028要几天？"}])
    out = tmp_path / "回答.jsonl"
    printed("run", "--questions", questions, "--index", small.folder, "--out", out)
    assert "首位命中" in printed("score", out, "--questions", questions)


def test_answers_of_a_batch_can_be_scored_too(
    answers: Path, questions: Path, tmp_path: Path, printed: Callable[..., str]
) -> None:
    rows = read_rows(answers)
    for row in rows:
        for name in ("id", "tier", "history", "resolved"):
            del row[name]
        for one in row["citations"]:
            del one["department"]
    batch = write_rows(tmp_path / "批量.jsonl", rows)
    found = json.loads(printed("score", batch, "--questions", questions, "--json"))
    assert found["measures"]["全部"]["hit@1"]["value"] == 1.0


def test_each_searcher_is_measured_alone_and_left_out(
    questions: Path, small: Indexed, printed: Callable[..., str]
) -> None:
    lines = printed("searchers", "--questions", questions, "--index", small.folder).splitlines()
    figures = {line.split()[0]: [float(one) for one in line.split()[1:]] for line in lines[2:]}
    assert len(figures) == 11
    assert all(0 <= one <= 1 for row in figures.values() for one in row)
    assert figures["全部"][1] == 1.0


def test_the_shipped_answers_are_faithful(
    library: Indexed, tmp_path: Path, printed: Callable[..., str]
) -> None:
    out = tmp_path / "回答.jsonl"
    printed("run", "--index", library.folder, "--out", out)
    found = json.loads(printed("score", out, "--json"))["measures"]["全部"]
    assert found["faithfulness"]["value"] == 1.0
    assert found["citation_precision"]["value"] == 1.0
    assert found["hit@5"]["value"] >= 0.9
    assert "没有低于基线" in printed("gate", "--answers", out)


def test_a_refusal_that_cites_nothing_tells_nothing(
    answers: Path, questions: Path, tmp_path: Path, printed: Callable[..., str]
) -> None:
    rows = read_rows(answers)
    rows[2] |= {"refused": True, "citations": [], "answer": "对不起，资料里没有这样的内容。"}
    found = json.loads(
        printed("score", write_rows(tmp_path / "拒.jsonl", rows), "--questions", questions, "--json")
    )
    assert found["questions"][2]["sentences"] == []
    assert found["measures"]["全部"]["refusal_precision"]["value"] == 1.0
