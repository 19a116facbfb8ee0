"""Made collections, the questions they are asked, and what measuring one tells."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from random import Random
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import Indexed

from corpus.chunking import split_chunks
from corpus.cleaning import clean
from corpus.cutting import split_cases
from corpus.errors import InputError
from corpus.reading import read_raw
from corpus.types import Case
from eval.bench import bench_one, measured_object, measured_text, write_plot
from eval.benching.collection import CASES, Collection, write_collection
from eval.benching.measuring import Measured
from eval.benching.plot import growth_svg
from eval.benching.questions import questions
from eval.benching.sentences import figure_like, mould
from eval.benching.vocabulary import GrowingVocabulary
from rag.build import LIBRARY
from rag.indexing import quiet

pytest_plugins = ("indexes",)

ROOT = Path(__file__).parent.parent


def cases_in(text: str) -> tuple[Case, ...]:
    data = text.encode()
    return split_cases(clean(read_raw(Path("汇编.txt"), data), path="汇编.txt", data=data)).cases


@pytest.fixture(scope="module")
def compilations_made() -> list[str]:
    collection = Collection(LIBRARY, seed=3)
    return [collection.compilation() for _ in range(3)]


def test_the_same_seed_makes_the_same_collection(compilations_made: list[str]) -> None:
    assert Collection(LIBRARY, seed=3).compilation() == compilations_made[0]
    assert Collection(LIBRARY, seed=4).compilation() != compilations_made[0]


def test_a_compilation_is_cut_into_its_cases_each_of_its_place(compilations_made: list[str]) -> None:
    for text in compilations_made:
        cases = cases_in(text)
        assert 0.8 * CASES <= len(cases) <= CASES
        placed = [case for case in cases if case.region and f"{case.region}：" in case.title]
        assert len(placed) >= 0.9 * len(cases)
        assert all(case.text.count(case.region) > 1 for case in placed[:5])


def test_no_sentence_comes_twice_and_words_keep_coming(compilations_made: list[str]) -> None:
    bodies = [line for text in compilations_made for line in text.split("\n") if len(line) > 60]
    assert len(set(bodies)) == len(bodies)
    pairs = [
        {text[start : start + 2] for start in range(len(text) - 1)}
        for text in map("".join, compilations_made)
    ]
    assert len(pairs[2] - pairs[0] - pairs[1]) > 0.05 * len(pairs[2])
    assert len(pairs[2] & pairs[0]) > 0.3 * len(pairs[2])


@pytest.mark.parametrize("chunks", [100, 900])
def test_a_collection_has_about_as_many_passages_as_asked_for(tmp_path: Path, chunks: int) -> None:
    write_collection(tmp_path, chunks, library=LIBRARY, seed=5, progress=quiet)
    made = sum(
        len(split_chunks(case))
        for path in tmp_path.glob("*.txt")
        for case in cases_in(path.read_text(encoding="utf-8"))
    )
    one = made / len(list(tmp_path.glob("*.txt")))
    assert abs(made - chunks) <= max(one, 0.1 * chunks)


def test_what_may_change_in_a_sentence_is_found() -> None:
    pieces = mould("杭州市税务局把退税时间由15个工作日压缩到2.5个工作日")
    assert "".join(piece.text for piece in pieces) == "杭州市税务局把退税时间由15个工作日压缩到2.5个工作日"
    kinds = {piece.text: piece.kind for piece in pieces}
    assert kinds["杭州市"] == "place"
    assert kinds["税务局"] == "authority"
    assert kinds["15"] == kinds["2.5"] == "figure"
    assert kinds["压缩"] == "word"


@given(st.from_regex(r"[1-9]\d{0,5}(\.\d{1,2})?", fullmatch=True), st.integers(0, 1000))
def test_a_figure_keeps_its_form(figure: str, seed: int) -> None:
    other = figure_like(figure, Random(seed))
    assert [len(part) for part in other.split(".")] == [len(part) for part in figure.split(".")]
    assert other[0] != "0"


def test_drawn_words_are_unequal_and_never_run_out() -> None:
    vocabulary = GrowingVocabulary([f"{number}词" for number in range(40)], Random(1))
    drawn = [vocabulary.draw() for _ in range(3000)]
    counts = sorted((drawn.count(word) for word in set(drawn)), reverse=True)
    assert len(set(drawn[:1500])) > 100
    assert len(set(drawn)) > 1.3 * len(set(drawn[:1500]))
    assert counts[0] > 8 * counts[-1]
    assert all(word.count("词") <= 2 for word in drawn)


def test_questions_are_fixed_by_their_seed_and_name_places(small: Indexed) -> None:
    cases = small.assistant.cases
    asked = questions(cases, ["要交哪些材料"], seed=1, count=20)
    assert asked == questions(cases, ["要交哪些材料"], seed=1, count=20)
    assert asked != questions(cases, ["要交哪些材料"], seed=2, count=20)
    assert sum("要交哪些材料" in one for one in asked) == 10
    assert "要交哪些材料" in asked
    assert any(case.region and case.region in one for one in asked for case in cases)


SAMPLE = Measured(1000, 140, 9.5, 400.0, 20.0, 0.5, 300.0, 40.0, 80.0, 35.0, 1.0)
LARGER = Measured(100_000, 14_000, 900.0, None, 900.0, 20.0, 1900.0, 70.0, 110.0, 60.0, 0.996)


def test_figures_are_shown_to_people_and_programs(tmp_path: Path) -> None:
    text = measured_text([SAMPLE, LARGER])
    assert "1000" in text
    assert "不详" in text
    assert "0.996" in text
    assert {"chunks", "index_seconds", "rss_mb", "p50_ms", "p95_ms", "recall"} <= measured_object(
        SAMPLE
    ).keys()
    write_plot([LARGER, SAMPLE], tmp_path / "图.svg")
    picture = ET.parse(tmp_path / "图.svg").getroot()  # noqa: S314 - our own picture
    lines = [one for one in picture.iter() if one.tag.endswith("polyline")]
    points = [one.get("points", "").split() for one in lines]
    assert sorted(map(len, points)) == [1, 2, 2, 2, 2]
    for line in (line for line in points if len(line) > 1):
        assert float(line[0].split(",")[0]) < float(line[1].split(",")[0])
    with pytest.raises(InputError, match="图无法写入"):
        write_plot([SAMPLE], tmp_path / "没有" / "图.svg")


def test_more_is_drawn_higher() -> None:
    picture = ET.fromstring(growth_svg([100, 1000], [("时间", [("", [1.0, 100.0])])]))  # noqa: S314 - our own picture
    (line,) = (one for one in picture.iter() if one.tag.endswith("polyline"))
    low, high = (float(point.split(",")[1]) for point in line.get("points", "").split())
    assert high < low


@pytest.mark.parametrize("chunks", [1, 99, 10**7])
def test_a_size_out_of_bounds_is_told(chunks: int) -> None:
    with pytest.raises(InputError, match="段数应在"):
        bench_one(chunks, ["问"], progress=quiet)


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "别的.txt").write_text("别的", encoding="utf-8")
    with pytest.raises(InputError, match="不是空的"):
        bench_one(200, ["问"], folder=tmp_path, progress=quiet)
    assert [path.name for path in tmp_path.iterdir()] == ["别的.txt"]


def test_the_command_measures_what_it_made(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "eval", "bench", "--chunks", "200", "--count", "5", "--json"]
    ended = subprocess.run(
        [*command, "--folder", tmp_path / "留下", "--plot", tmp_path / "图.svg"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert 100 <= told["chunks"] <= 500
    assert told["cases"] <= CASES * len(list((tmp_path / "留下" / "汇编").glob("*.txt")))
    assert told["recall"] == 1.0
    assert 0 < told["p50_ms"] <= told["p95_ms"]
    assert told["index_seconds"] > 0
    assert told["disk_mb"] > 0
    assert (tmp_path / "图.svg").is_file()
