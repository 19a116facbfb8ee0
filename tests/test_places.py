import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.places import counties_in


@pytest.mark.parametrize(
    ("text", "counties"),
    [
        ("岳麓区怎么做的", ["岳麓"]),
        ("姑苏区和武侯区哪个快", ["姑苏", "武侯"]),
        ("在郫都区政府采购平台", ["郫都"]),
        ("长丰县委政法委", ["长丰"]),
        ("浙江省义乌市，科尔沁左翼中旗", ["义乌", "科尔沁左翼中"]),
        ("天津市滨海新区", ["天津", "滨海"]),
        ("昌江黎族自治县推行", ["昌江黎族自治"]),
    ],
)
def test_districts_and_counties_are_named_with_their_endings(text: str, counties: list[str]) -> None:
    assert [name for _, name in counties_in(text)] == counties


@pytest.mark.parametrize(
    "text",
    [
        "示范区、开发区、保税区和园区",
        "辖区内的社区与新区",
        "全市各县区、百强县、直辖市",
        "园林城市建设",
        "新兴区域协作",
        "朝阳产业",
        "超市和门市场所",
        "XX区",
        "",
    ],
)
def test_general_words_name_no_county(text: str) -> None:
    assert counties_in(text) == ()


@given(st.text(alphabet="在岳麓区武侯县义乌市的，示范XX新", max_size=30))
def test_counties_stand_where_they_are_said_to(text: str) -> None:
    ends = [0]
    for start, name in counties_in(text):
        assert text[start : start + len(name)] == name
        assert start >= ends[-1]
        ends.append(start + len(name))
