"""The validation of the verifier: pairs that are what they say, rates, baselines and what is printed."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.quantities import quantities_in
from corpus.types import Case, Span
from eval.__main__ import main
from eval.validating import baselines, faithful, figures, meaning, names
from eval.validating.material import Material, Pair, library_cases, sentences_of
from eval.validating.pairs import ERRORS, make_pairs, written_pairs
from eval.validation import TARGETS, Validation, false_alarm, validate, validation_object
from eval.validation_table import validation_text

CHANGED = (
    "清溪县企业开办的办理时限由5天压缩到1天，2023年6月以来为新办企业发放印章1.2万枚，税务局可在线受理申请。"
)


def case(text: str, region: str = "清溪县") -> Case:
    return Case(region, "", 1, f"{region}办事", Span(0, 0), (1, 1), text, "", "", region=region)


def material(sentence: str, region: str = "清溪县") -> Material:
    return Material(case(sentence, region), sentence, sentence)


@pytest.fixture(scope="module")
def pairs() -> tuple[Pair, ...]:
    return make_pairs(sentences_of(library_cases()), most=40)


@pytest.fixture(scope="module")
def found() -> Validation:
    return validate(most=12)


seeds = st.integers(0, 10**6).map(Random)


@given(seeds)
def test_a_changed_figure_is_the_only_change(draw: Random) -> None:
    wrong = figures.change_figure(CHANGED, draw)
    assert wrong is not None
    before, after = ([one.value for one in quantities_in(text)] for text in (CHANGED, wrong))
    assert len(before) == len(after)
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1


@given(seeds)
def test_a_changed_unit_keeps_its_digits(draw: Random) -> None:
    wrong = figures.change_unit(CHANGED, draw)
    assert wrong is not None
    assert wrong != CHANGED
    assert [c for c in wrong if c.isdigit()] == [c for c in CHANGED if c.isdigit()]


@given(seeds)
def test_a_changed_date_changes_nothing_else(draw: Random) -> None:
    wrong = figures.change_date(CHANGED, draw)
    assert wrong is not None
    others = [[one.text for one in quantities_in(text) if one.kind != "date"] for text in (CHANGED, wrong)]
    assert others[0] == others[1]
    assert wrong != CHANGED


def test_before_and_after_change_places() -> None:
    draw = Random(1)
    assert figures.swap_before_and_after("时限由5天压缩到1天。", draw) == "时限由1天压缩到5天。"
    assert figures.swap_before_and_after("办件量同比增长12%。", draw) == "办件量同比下降12%。"
    assert figures.swap_before_and_after("由3天降至3天。", draw) is None
    assert figures.swap_before_and_after("全年办件12件。", draw) is None


@pytest.mark.parametrize(
    "change", [figures.change_figure, figures.change_unit, figures.change_date, figures.swap_before_and_after]
)
def test_a_sentence_without_figures_makes_no_pair(change: Callable[[str, Random], str | None]) -> None:
    assert change("清溪县推行告知承诺。", Random(1)) is None


def test_names_in_quotation_marks_are_no_figures() -> None:
    assert figures.change_figure("清溪县建成“15分钟办事圈”，接入12345热线。", Random(1)) is None


def test_a_denial_is_put_in_or_taken_out() -> None:
    assert meaning.negate("清溪县推行告知承诺。", Random(1)) == "清溪县没有推行告知承诺。"
    assert meaning.negate("企业不得重复提交。", Random(1)) == "企业可以重复提交。"
    assert meaning.negate("企业可在线申请。", Random(1)) == "企业不可以在线申请。"
    assert meaning.negate("推行情况良好。", Random(1)) is None


def test_a_cut_leaves_out_what_limits() -> None:
    assert meaning.cut_quote("符合条件的企业免费。", Random(1)) == "企业免费。"
    assert meaning.cut_quote("时限由5天压缩到1天。", Random(1)) == "时限为5天。"
    assert meaning.cut_quote("清溪县企业开办免费。", Random(1)) is None


def test_an_invented_measure_is_not_in_the_quote() -> None:
    for seed in range(60):
        added = meaning.invent("清溪县免费刻章。", "清溪县设管家、专属窗口。", Random(seed))
        assert added is not None
        assert added.startswith("清溪县免费刻章，")
        assert "管家" not in added
        assert "夜间" not in added


def test_another_place_or_authority_is_one_that_the_case_does_not_name() -> None:
    here = material("清溪县税务局受理申请。")
    assert names.place_names(case("", "北岭省杭州市清溪县")) == (
        "清溪县",
        "杭州市",
        "北岭省",
        "北岭省杭州市清溪县",
    )
    for seed in range(30):
        moved = names.change_place(here, here.sentence, Random(seed))
        assert moved is not None
        assert moved.endswith("税务局受理申请。")
        assert "清溪" not in moved
        other = names.change_department(here, here.sentence, Random(seed))
        assert other is not None
        assert "税务" not in other
    assert names.change_place(here, "受理申请。", Random(1)) is None


def test_what_another_place_did_is_told_as_done_here() -> None:
    here, there = (
        material("清溪县免费刻章。"),
        material("白石市合并不动产登记和纳税窗口，建成36个自助终端。", "白石市"),
    )
    made = {names.move_measure(here, [there], Random(seed)) for seed in range(20)}
    assert made == {
        "清溪县合并不动产登记和纳税窗口，建成36个自助终端。",
        "清溪县免费刻章，建成36个自助终端。",
    }
    assert names.move_measure(here, [here], Random(1)) is None


@pytest.mark.parametrize(
    ("written", "number"),
    [("一", 1), ("两", 2), ("十", 10), ("十二", 12), ("四十五", 45), ("九十", 90)],
)
def test_numbers_are_written_in_chinese(written: str, number: int) -> None:
    forms = {faithful.other_number_form(f"减少{number}份材料。", Random(seed)) for seed in range(12)}
    assert f"减少{written}份材料。" in forms


@given(st.integers(1, 99), seeds)
def test_another_form_of_a_number_is_the_same_number(number: int, draw: Random) -> None:
    text = faithful.other_number_form(f"减少{number}份材料。", draw)
    assert text is None or [one.value for one in quantities_in(text)] == [number]


def test_ten_thousands_and_shares_are_written_out() -> None:
    assert faithful.other_number_form("发放1.2万元。", Random(3)) in {"发放12000元。", "发放１.２万元。"}
    assert "百分之九十八" in {
        (faithful.other_number_form("达到98%。", Random(seed)) or "")[2:-1] for seed in range(12)
    }


def test_faithful_changes_stay_out_of_names() -> None:
    assert faithful.synonyms("“帮助企业”专班。", Random(1)) is None
    assert faithful.reorder_list("先受理、后补正、再审查、终办结。", Random(1)) is None
    assert (
        faithful.reorder_list("设刻章、社保、涉税、银行窗口。", Random(1)) == "设刻章、涉税、社保、银行窗口。"
    )
    assert faithful.told_change("由5天压缩到1天。", Random(1)) != "由5天压缩到1天。"
    assert faithful.subset("清溪县免费发放印章，企业满意。", Random(1)) == "清溪县免费发放印章。"
    assert faithful.subset("清溪县企业开办，但个体户除外。", Random(1)) is None


def test_pairs_are_of_every_kind_and_really_changed(pairs: tuple[Pair, ...]) -> None:
    kinds = Counter(pair.kind for pair in pairs)
    assert set(ERRORS) <= set(kinds)
    assert max(kinds.values()) == 40
    for pair in pairs:
        assert pair.is_faithful == (pair.kind not in ERRORS)
        assert (pair.sentence == pair.base) == (pair.kind in {"verbatim", "mark"})
        told = baselines.cited(pair)
        if not pair.is_faithful and pair.kind != "cut":
            assert not any(pair.sentence.rstrip("。；") in quote for quote in told)


def test_the_same_seed_makes_the_same_pairs(pairs: tuple[Pair, ...]) -> None:
    sentences = sentences_of(library_cases())
    assert make_pairs(sentences, most=40) == pairs
    assert make_pairs(sentences, most=40, seed=7) != pairs


def test_at_least_a_thousand_errors_are_tried() -> None:
    made = make_pairs(sentences_of(library_cases()))
    assert sum(not pair.is_faithful for pair in made) >= 1000


def test_the_verifier_beats_every_baseline(found: Validation) -> None:
    rates = found.rates()
    for kind in TARGETS:
        assert rates[kind].value >= 0.6, kind
    for name in found.scores:
        others = found.baseline_rates(name)
        assert sum(rates[kind].value for kind in ERRORS) > sum(others[kind].value for kind in ERRORS), name
    assert false_alarm(found.made, verbatim=True).value == 0.0
    assert false_alarm(found.made).value <= 0.1


def test_baselines_are_at_most_as_often_wrong_about_faithful_pairs(found: Validation) -> None:
    kept = [one.pair.is_faithful for one in found.made]
    alarms = sum(one.alarm for one in found.made if one.pair.is_faithful)
    for name, scores in found.scores.items():
        wrong = sum(
            score < found.thresholds[name] for score, is_kept in zip(scores, kept, strict=True) if is_kept
        )
        assert wrong <= alarms


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(0, 40))
def test_a_threshold_lets_through_all_but_the_allowed_alarms(scores: list[float], alarms: int) -> None:
    limit = baselines.threshold_at(scores, alarms)
    assert sum(score < limit for score in scores) <= alarms


def test_baselines_score_what_is_cited() -> None:
    citations = make_pairs([material(CHANGED)], most=1)[0].citations
    same = Pair("verbatim", True, CHANGED, CHANGED, f"- {CHANGED}[1]", citations)
    assert baselines.ngram_overlap(same) == 1.0
    assert baselines.number_check(same) == 1.0
    assert baselines.embedding_cosines([same]) == pytest.approx([1.0], abs=1e-4)
    bare = Pair("mark", False, CHANGED, CHANGED, f"- {CHANGED}", citations)
    assert (baselines.ngram_overlap(bare), baselines.number_check(bare)) == (0.0, 0.0)


def test_what_is_printed_for_programs(found: Validation) -> None:
    told = validation_object(found)
    assert told["pairs"] == sum(one.pair.kind != "verbatim" for one in (*found.made, *found.written))
    assert set(told["detection"]) == set(ERRORS)
    assert all(0 <= rate <= 1 for rate in (*told["detection"].values(), told["false_alarm"]))
    assert told["intervals"]["figure"]["n"] == 12
    assert set(told["baselines"]) == {"ngram_overlap", "embedding_cosine", "number_check"}
    assert json.loads(json.dumps(told)) == told


def test_what_is_printed_for_people(found: Validation) -> None:
    shown = validation_text(found)
    assert "改数字" in shown
    assert "n 元重合" in shown
    assert "人写的句对" in shown


def test_written_pairs_are_judged_by_their_own_quotes(tmp_path: Path) -> None:
    rows = [
        {
            "sentence": "甲县3天办结。",
            "quotes": ["甲县由5天压缩到3天办结。"],
            "supported": True,
            "kind": "subset",
        },
        {
            "sentence": "甲县4天办结。",
            "quotes": ["甲县由5天压缩到3天办结。"],
            "supported": False,
            "kind": "figure",
        },
    ]
    path = tmp_path / "句对.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    made = validate(most=1, written=path)
    assert [one.is_mistaken for one in made.written] == [False, False]
    assert [pair.is_faithful for pair in written_pairs(path)] == [True, False]


def test_the_command_prints_what_was_promised(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "句对.jsonl"
    path.write_text("", encoding="utf-8")
    assert main(["validate", "--json", "--pairs", str(path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told)[:3] == ["pairs", "false_alarm", "detection"]
    assert told["pairs"] >= 1000
    assert told["false_alarm"] <= 0.05
