import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.places import MUNICIPALITIES, PLACES, PROVINCES
from corpus.romanised import places_in_english


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("How long does a permit take in Haizhu District, Guangzhou?", ("海珠", "广州")),
        ("What did Xi'an do about seals?", ("西安",)),
        ("Chengdu's plan", ("成都",)),
        ("Is it faster in Chongqing or in Xiamen?", ("重庆", "厦门")),
        ("Shanxi and Shaanxi", ("山西", "陕西")),
        ("one-stop service in Hong Kong", ("香港",)),
        ("Inner Mongolia, Ordos", ("内蒙古", "鄂尔多斯")),
        ("tax refunds in Lüliang", ("吕梁",)),
        ("tax refunds in Luliang", ("吕梁",)),
        ("how is it done in hangzhou", ("杭州",)),
    ],
)
def test_places_are_found_by_their_sound(text: str, places: tuple[str, ...]) -> None:
    assert places_in_english(text) == places


@pytest.mark.parametrize(
    "text",
    [
        "How can a long list of papers be cut?",
        "Which places let companies start before all papers are there?",
        "What is the business environment like?",
        "Haizhu",  # a district without the word
    ],
)
def test_english_words_are_no_places(text: str) -> None:
    assert places_in_english(text) == ()


def test_a_name_that_several_share_is_the_one_that_the_cases_state() -> None:
    assert places_in_english("seals in Fuzhou") == ("福州", "抚州")
    assert places_in_english("seals in Fuzhou", ["抚州"]) == ("抚州",)


def test_a_place_that_only_the_cases_know_is_found() -> None:
    assert places_in_english("permits in Qinghe", ["青禾"]) == ("青禾",)


@given(st.sampled_from(sorted({*PLACES, *PROVINCES} - MUNICIPALITIES)), st.data())
def test_every_listed_place_is_found_by_its_pinyin(name: str, data: st.DataObject) -> None:
    from pypinyin import lazy_pinyin

    spelt = "".join(lazy_pinyin(name)).capitalize()
    if name == "陕西" or len(spelt) < 4:
        return
    ending = data.draw(st.sampled_from(["", " City", "'s plan", ", where else?"]))
    assert name in places_in_english(f"How was it done in {spelt}{ending}")


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(places_in_english(text), tuple)
