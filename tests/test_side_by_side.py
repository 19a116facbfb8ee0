import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import Indexed

from corpus.errors import InputError
from eval import side_by_side
from eval.gold import Question
from eval.peers.common import sentence_packs

pytest_plugins = ("indexes",)

RECIPE = """
import json

from common import Passage, System, main


def recipe(encoder):
    def index(texts, folder):
        (folder / "kept.json").write_text(json.dumps([[text.source, text.text] for text in texts]))
        return len(texts)

    def opened(folder):
        whole = [Passage(source, 1, text[1:]) for source, text in json.loads((folder / "kept.json").read_text())]
        return lambda question: sorted(whole, key=lambda one: -sum(letter in one.text for letter in question))

    return System(index, opened)


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


def compared(
    small: Indexed, questions: list[Question], python: Path = Path(sys.executable)
) -> tuple[list[side_by_side.Row], list[str]]:
    return side_by_side.compare(
        small.sources, questions, small.assistant.cases, python=python, progress=lambda _step, _share: None
    )


def test_a_passage_that_a_recipe_finds_is_of_its_case(
    small: Indexed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "recipe.py").write_text(RECIPE, encoding="utf-8")
    monkeypatch.setattr(side_by_side, "RECIPES", {"别的": str(tmp_path / "recipe.py")})
    interpreter = tmp_path / "python"  # another one than our own, which gets no path of ours
    interpreter.write_text(
        f'#!/bin/sh\nPYTHONPATH={side_by_side.PEERS} exec {sys.executable} "$@"\n', encoding="utf-8"
    )
    interpreter.chmod(0o755)
    case = small.assistant.cases[0]
    questions = [Question(id="1", question=case.title, type="how", answerable=True, gold=(case.id,))]
    rows, failures = compared(small, questions, interpreter)
    assert failures == []
    own, other = rows
    assert (own.name, other.name) == ("本程序", "别的")
    assert own.quality["hit@1"] == 1.0
    assert other.passages == len({case.source for case in small.assistant.cases})
    assert set(other.versions) == {"pytest"}
    assert min(other.megabytes, other.index_megabytes, other.p50) > 0


@given(st.text(alphabet="甲\n", min_size=1, max_size=30), st.data())
def test_a_place_by_characters_has_its_lines(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))]
    end = start + max(len(quote.rstrip()), 1) - 1
    numbers = [1 + text[:place].count("\n") for place in range(len(text))]
    places = side_by_side._Places((), {"甲.txt": text})
    assert places._lines({"source": "甲.txt", "start": start, "quote": quote}) == (
        numbers[start],
        numbers[end],
    )


def test_a_passage_is_of_the_case_that_shares_most_lines(small: Indexed) -> None:
    cases = small.assistant.cases
    case = cases[1]
    found = side_by_side._Places(cases, {}).told(
        {
            "answer": "",
            "hits": [{"source": case.source, "lines": list(case.lines)}],
            "citations": [{"source": "没有.txt", "lines": [3, 4]}],
        }
    )
    assert found["hits"][0]["case_id"] == case.id
    assert found["citations"][0]["case_id"] == "没有.txt:3"


def test_own_system_runs_and_is_scored(small: Indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "RECIPES", {})
    case = small.assistant.cases[0]
    questions = [Question(id="1", question=case.title, type="how", answerable=True, gold=(case.id,))]
    rows, failures = compared(small, questions)
    assert [row.name for row in rows] == ["本程序"]
    assert failures == []
    assert rows[0].quality["hit@5"] == 1.0
    assert rows[0].passages > 0
    assert "首位命中" in side_by_side.rows_text(rows)
    assert json.dumps(side_by_side.rows_object(rows))


def test_a_missing_environment_is_told_and_a_broken_one_leaves_the_others(
    small: Indexed, tmp_path: Path
) -> None:
    questions = [Question(id="1", question="企业开办", type="how", answerable=True)]
    with pytest.raises(InputError, match="没有这个解释器"):
        compared(small, questions, tmp_path / "python")
    bare = tmp_path / "bare"
    bare.write_text("#!/bin/sh\necho 'no such package' >&2\nexit 1\n", encoding="utf-8")
    bare.chmod(0o755)
    rows, failures = compared(small, questions, bare)
    assert [row.name for row in rows] == ["本程序"]
    assert len(failures) == len(side_by_side.RECIPES)
    assert all("no such package" in line for line in failures)
