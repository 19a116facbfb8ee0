"""The table of changes: which rows, in which order, and what is computed."""

from __future__ import annotations

import pytest
from change_cases import case_of

from corpus.changes import Change, find_changes
from corpus.errors import InputError
from corpus.types import Case, Document
from rag.changes import (
    MIXED_DAYS,
    changes_json,
    changes_table,
    computed_delta,
    filtered,
    mixes_days,
    sorted_by_speed,
)


def library() -> tuple[list[Change], dict[str, Case], dict[str, Document]]:
    texts = [
        ("甲县渔船检验提速", "甲县", "渔船检验时限由9个工作日压缩到3个工作日。渔船检验材料由5份减到2份。"),
        ("乙市网具备案", "乙市", "网具备案1天办结。网具备案满意率达99%。"),
        ("渔港开办一窗通办", "", "丙旗推行渔港开办“一窗通办”，渔港开办90分钟办结。"),
    ]
    made = [case_of(body, title=title, region=region) for title, region, body in texts]
    changes = [change for case, document in made for change in find_changes(case, document)]
    return changes, {case.id: case for case, _ in made}, {case.id: document for case, document in made}


@pytest.mark.parametrize(
    ("conditions", "matters"),
    [
        ({}, ["渔船检验", "渔船检验", "网具备案", "网具备案满意率", "渔港开办"]),
        ({"matter": "渔船检验"}, ["渔船检验", "渔船检验"]),
        ({"matter": "开办渔港"}, ["渔港开办"]),
        ({"matter": "漁船"}, ["渔船检验", "渔船检验"]),
        ({"matter": "排污"}, []),
        ({"place": "乙市"}, ["网具备案", "网具备案满意率"]),
        ({"place": "丙旗"}, ["渔港开办"]),
        ({"aspect": "share"}, ["网具备案满意率"]),
        ({"aspect": "材料", "place": "甲县"}, ["渔船检验"]),
    ],
)
def test_rows_by_matter_place_and_aspect(conditions: dict[str, str], matters: list[str]) -> None:
    changes, cases, _ = library()
    assert [one.matter for one in filtered(changes, cases, **conditions)] == matters


def test_an_unknown_aspect_is_refused_with_the_ones_there_are() -> None:
    changes, cases, _ = library()
    with pytest.raises(InputError, match="时间"):
        filtered(changes, cases, aspect="颜色")


def test_the_fastest_come_first_and_rows_without_a_time_last() -> None:
    changes, *_ = library()
    assert [one.after for one in sorted_by_speed(changes)] == ["90分钟", "1天", "3个工作日", "2份", "99%"]


def test_a_json_row_has_the_promised_fields_and_tells_what_is_computed() -> None:
    changes, cases, documents = library()
    row = changes_json(changes[0], cases[changes[0].case_id], documents[changes[0].case_id])
    assert row == {
        "case_id": changes[0].case_id,
        "title": "甲县渔船检验提速",
        "source": "选编.txt",
        "lines": [2, 2],
        "region": "甲县",
        "matter": "渔船检验",
        "aspect": "time",
        "before": "9个工作日",
        "after": "3个工作日",
        "delta": "",
        "quote": "渔船检验时限由9个工作日压缩到3个工作日",
        "computed": {"delta": "减少6个工作日"},
    }


@pytest.mark.parametrize(
    ("body", "computed"),
    [
        ("渔船检验时限由9天压缩到3天。", "减少6天"),
        ("渔船检验满意率由92%提升到98.5%。", "增加6.5个百分点"),
        ("渔船检验时限由9天压缩到3个工作日。", ""),
        ("渔船检验时限由近9天压缩到3天。", ""),
        ("渔船检验时限由9天压缩到2至3天。", ""),
        ("渔船检验时限由9天压缩到3天内。", ""),
        ("渔船检验3天办结。", ""),
    ],
)
def test_only_exact_figures_of_one_unit_are_computed_with(body: str, computed: str) -> None:
    (change,) = find_changes(*case_of(body))
    assert computed_delta(change) == computed


def test_the_table_says_where_days_are_mixed_and_differences_computed() -> None:
    changes, cases, _ = library()
    shown = changes_table(changes, cases)
    assert mixes_days(changes)
    assert MIXED_DAYS in shown
    assert "减少6个工作日*" in shown
    assert "甲县渔船检验提速" in shown
    plain = changes_table(filtered(changes, cases, place="乙市"), cases)
    assert MIXED_DAYS not in plain
    assert "*" not in plain
