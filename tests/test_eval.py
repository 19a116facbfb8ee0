"""The evaluation: its measures, its commands, and its questions over the shipped library."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from invented import Indexed

from corpus.check_library import LIBRARY, read_digests
from eval import measures
from eval.__main__ import QUESTIONS, main, scored

pytest_plugins = ("indexes",)

ROWS: list[dict[str, Any]] = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
DIGESTS = {digest.title: digest for digest in read_digests(LIBRARY)}


def hits(*titles: str) -> list[dict[str, Any]]:
    return [{"title": title} for title in titles]


def quote(number: int, text: str, title: str = "甲") -> dict[str, Any]:
    return {"n": number, "quote": text, "title": title}


def test_ranks_count_cases_not_passages() -> None:
    found = hits("甲", "甲", "乙", "丙")
    assert measures.rank_of_first(found, ["乙"]) == 2
    assert measures.rank_of_first(found, ["丁"]) is None
    assert [measures.hit_at(k, found, ["丙"]) for k in (1, 2, 3)] == [0.0, 0.0, 1.0]
    assert measures.reciprocal_rank(found, ["丙", "乙"]) == 0.5
    assert measures.reciprocal_rank(found, ["丁"]) == 0.0
    assert measures.reciprocal_rank(hits(*"一二三四五六七八九十甲"), ["甲"]) == 0.0


def test_citations_are_right_by_case() -> None:
    citations = [quote(1, "", "甲"), quote(2, "", "乙"), quote(3, "", "甲")]
    assert measures.citation_precision(citations, ["甲"]) == pytest.approx(2 / 3)
    assert measures.citation_precision([], ["甲"]) == 0.0
    assert measures.citation_recall(citations, ["甲", "丙"]) == 0.5


def test_completeness_looks_through_layout() -> None:
    assert measures.completeness("**由 ４５天**压缩到\\*20天", ["45天", "20天", "3份", "5份"]) == 0.5
    assert measures.completeness("", []) == 1.0


def test_every_sentence_needs_a_mark() -> None:
    assert measures.marked_share("据**甲**：\n\n- 一县办成[1]。二县办成[2]。\n- 三县办成[3]。") == 1.0
    assert measures.marked_share("- 一县办成[1]。二县办成。") == 0.5
    assert measures.marked_share("- 一县办成[1]。\n- 二县办成。\n") == 0.5


def test_figures_must_stand_in_the_quotes_behind_their_marks() -> None:
    citations = [quote(1, "由45天压缩到20天"), quote(2, "3份")]
    assert measures.figure_support("- 由45天压缩到20天[1]。减少3份[2]。", citations) == 1.0
    assert measures.figure_support("- 减少3份[1]。", citations) == 0.0
    assert measures.figure_support("- 由45天压缩到21天[1]。", citations) == 0.5
    assert measures.figure_support("- 办成[1]。", citations) == 1.0


def test_words_must_stand_in_the_quotes_behind_their_marks() -> None:
    citations = [quote(1, "甲县由 45天压缩到"), quote(1, "20天。"), quote(2, "乙县免费")]
    assert measures.sentence_support("- 甲县由45天压缩到20天[1]。乙县免费[2]。", citations) == 1.0
    assert measures.sentence_support("- 乙县免费[1]。", citations) == 0.0
    assert measures.sentence_support("- 乙县不免费[2]。", citations) == 0.0


def test_a_question_without_an_answer_is_scored_by_its_refusal_alone() -> None:
    answer = {"answer": "没有找到。", "citations": [], "hits": hits("甲"), "refused": True}
    row = scored({"gold": [], "must": [], "answerable": False}, answer)
    assert row["refusal"] == 1.0
    assert "hit@1" not in row
    row = scored({"gold": ["甲"], "must": ["3天"], "answerable": True}, answer)
    assert (row["refusal"], row["hit@1"], row["complete"], row["cite_p"]) == (0.0, 1.0, 0.0, 0.0)


def test_the_questions_are_of_every_kind() -> None:
    kinds = Counter(row["type"] for row in ROWS)
    assert set(kinds) == {"fact", "how", "paraphrase", "list", "unanswerable", "noisy", "english"}
    assert kinds["unanswerable"] >= 6
    assert len(ROWS) >= 40
    assert len({row["question"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row["question"] for row in ROWS])
def test_a_question_agrees_with_the_digests(row: dict[str, Any]) -> None:
    assert list(row) == ["question", "type", "gold", "must", "answerable"]
    assert row["answerable"] == bool(row["gold"]) == bool(row["must"]) == (row["type"] != "unanswerable")
    assert set(row["gold"]) <= DIGESTS.keys()
    assert len(set(row["gold"])) == len(row["gold"])
    for phrase in row["must"]:
        assert any(phrase in DIGESTS[title].body for title in row["gold"])


def test_every_shipped_answer_is_marked_and_supported(
    library: Indexed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = tmp_path / "回答 一.jsonl"
    assert main(["run", "--index", str(library.folder), "--out", str(answers)]) == 0
    assert f"{len(ROWS)} 个回答" in capsys.readouterr().out
    assert main(["score", str(answers), "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert table["全部"]["n"] == len(ROWS)
    assert {kind: part["n"] for kind, part in table.items() if kind != "全部"} == Counter(
        row["type"] for row in ROWS
    )
    for part in table.values():
        assert (part["marked"], part["supported"], part["figures"]) == (1.0, 1.0, 1.0)
    assert table["fact"]["hit@5"] == 1.0
    assert table["fact"]["complete"] >= 0.95
    assert table["unanswerable"]["hit@1"] is None
    assert main(["score", str(answers)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 1 + len(table)
    assert shown[1].startswith("全部")


@pytest.fixture
def fails(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def command(*arguments: object) -> str:
        try:
            status = main(list(map(str, arguments)))
        except SystemExit as error:
            status = error.code  # type: ignore[assignment]
        printed = capsys.readouterr()
        assert (status, printed.out, printed.err.count("\n")) == (2, "", 1)
        return printed.err

    return command


def test_bad_input_is_one_chinese_line(fails: Callable[..., str], library: Indexed, tmp_path: Path) -> None:
    good, bad, other = (tmp_path / name for name in ("好.jsonl", "坏.jsonl", "别的.jsonl"))
    good.write_text(json.dumps(ROWS[0], ensure_ascii=False), encoding="utf-8")
    bad.write_text('{"question": "热线"}\n{"quest', encoding="utf-8")
    other.write_text(
        '{"question": "别的", "answer": "", "refused": true, "citations": [], "hits": []}', encoding="utf-8"
    )
    assert "用法" in fails()
    assert "用法" in fails("run")
    assert "无法读取" in fails("run", "--questions", bad, "--out", tmp_path / "a")
    assert "无法读取" in fails("run", "--questions", tmp_path / "没有", "--out", tmp_path / "a")
    assert "无法写入" in fails("run", "--questions", good, "--index", library.folder, "--out", tmp_path)
    assert "没有索引" in fails(
        "run", "--questions", good, "--index", tmp_path / "没有", "--out", tmp_path / "a"
    )
    assert "对不上" in fails("score", other, "--questions", good)
    assert "第 1 条缺少 answer" in fails("score", good, "--questions", good)
    assert "第 1 条缺少 type" in fails("score", other, "--questions", other)


def test_a_line_separator_in_a_question_is_no_line_break(library: Indexed, tmp_path: Path) -> None:
    row = {**ROWS[0], "question": f"{ROWS[0]['question']}\u2028"}
    questions, answers = tmp_path / "问题.jsonl", tmp_path / "回答.jsonl"
    questions.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    arguments = ["--questions", str(questions)]
    assert main(["run", *arguments, "--index", str(library.folder), "--out", str(answers)]) == 0
    assert main(["score", str(answers), *arguments]) == 0


def test_each_searcher_is_measured_alone_and_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CASE_QA_DATA", str(tmp_path))
    assert main(["searchers"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    figures = {line[0]: [float(one) for one in line[1:]] for line in lines}
    assert len(figures) == 11
    assert figures["全部"][1] >= 0.9
    assert figures["只用对照表"][1] < figures["只用向量"][1] <= 1
