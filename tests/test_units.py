"""What of a case may be shown: sentences that can be read alone."""

from pathlib import Path

import pytest

from corpus.cleaning import clean
from corpus.cutting import split_cases
from corpus.reading import read_raw
from rag.units import unit_spans

FIRST = "清溪县把六个部门的窗口合成一个，申请人只交一套材料、只跑一次。"


def shown(*paragraphs: str) -> list[str]:
    data = "\n\n".join(("清溪县推行企业开办一窗通办", *paragraphs)).encode()
    (case,) = split_cases(clean(read_raw(Path("甲.txt"), data), path="甲.txt", data=data)).cases
    text = case.text
    return [text[body.start - case.span.start : body.end - case.span.start] for body, _ in unit_spans(case)]


@pytest.mark.parametrize("opening", ["改革后", "实施后", "整合后"])
def test_a_paragraph_may_begin_with_since_the_change(opening: str) -> None:
    told = f"{opening}，企业开办提交的材料由12份减至4份。"
    assert shown(FIRST, f"{told}窗口统一受理、一次办结。") == [FIRST, told, "窗口统一受理、一次办结。"]
    assert shown(f"{FIRST}{told}") == [FIRST, f"{FIRST}{told}"]


@pytest.mark.parametrize("opening", ["为此", "不仅如此", "随后"])
def test_a_paragraph_loses_the_word_that_joins_it_to_the_one_before(opening: str) -> None:
    told = "清溪县在12个乡镇设立便民服务点。"
    assert shown(FIRST, f"{opening}，{told}") == [FIRST, told]


@pytest.mark.parametrize("opening", ["其中，", "这些", "该做法", "也"])
def test_a_paragraph_that_points_back_is_not_shown(opening: str) -> None:
    assert shown(FIRST, f"{opening}企业开办提交的材料由12份减至4份。") == [FIRST]
