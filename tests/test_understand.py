"""A question is read without a model: what it wants, where, and in which words."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import InputError
from corpus.places import PROVINCES
from rag.understand import Reading, place_names, places_in, understand
from rag.vocabulary import Vocabulary, load_vocabulary

SHIPPED = load_vocabulary()


def read(question: str, **options: object) -> Reading:
    settings: dict[str, object] = {"longest": 2000, "vocabulary": SHIPPED, **options}
    return understand(question, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("青石县企业开办压缩到几天？", "figure"),
        ("联合验收的材料减少了多少份", "figure"),
        ("办件量同比增长比例是多少？", "figure"),
        ("How many days does registration take?", "figure"),
        ("青石县怎么推行告知承诺？", "how"),
        ("容缺受理有什么做法", "how"),
        ("帮办代办服务机制", "how"),
        ("哪些地方设了办不成事窗口？", "list"),
        ("有多少个地方推行首违不罚", "list"),
        ("对比一下两地的不动产登记", "list"),
        ("别的城市怎么做信用修复", "list"),
        ("which cities cut the approval time", "list"),
    ],
)
def test_intent(question: str, intent: str) -> None:
    assert read(question).intent == intent


def test_a_figure_may_be_wanted_from_many_cases() -> None:
    reading = read("哪些地方把企业开办压到1天，各减少多少材料？")
    assert (reading.intent, bool(reading.asked)) == ("list", True)
    assert not read("怎么推行告知承诺").asked


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("哈尔滨道里区的企业开办", {"哈尔滨", "道里"}),
        ("山西省税务局的做法", {"山西"}),
        ("台州市和杭州市比一比", {"台州", "杭州"}),
        ("企业开办几天办结", set()),
        ("杭州哪个区的做法好", {"杭州"}),
    ],
)
def test_places(question: str, places: set[str]) -> None:
    assert set(read(question).places) == places


def test_places_of_the_cases_are_known() -> None:
    assert read("青石县企业开办").places == ()
    assert read("青石县企业开办", known_places=("青石", "红岩")).places == ("青石",)


@pytest.mark.parametrize(
    ("region", "names"),
    [
        ("浙江省杭州市余杭区", ("浙江", "杭州", "余杭")),
        ("XX市", ()),
        ("蚌埠市XX区", ("蚌埠",)),
        ("", ()),
        ("西双版纳州", ("西双版纳",)),
        ("山东省烟台市", ("山东", "烟台")),
        ("河南省新乡市", ("河南", "新乡")),
        ("上海市浦东新区", ("上海", "浦东")),
    ],
)
def test_names_in_a_region(region: str, names: tuple[str, ...]) -> None:
    assert place_names(region) == names


def test_a_question_of_several_has_parts() -> None:
    assert len(read("联合验收压缩到几天？材料减少到几份？").parts) == 2
    assert len(read("联合验收压缩到几天？").parts) == 1
    assert len(read("联合验收压缩到几天？谢谢！").parts) == 1


def test_a_traditional_question_reads_as_the_simplified_one() -> None:
    assert read("企業開辦壓縮到幾天？臺州市的電子證照怎麼辦") == read(
        "企业开办压缩到几天？台州市的电子证照怎么办"
    )


def test_width_case_and_spacing_do_not_matter() -> None:
    assert read("ＡＰＰ办理　　１２３４５\n热线 多少件") == read("app办理 12345 热线 多少件")


@pytest.mark.parametrize(
    "question", ["", "   ", "\n\t　", "？？！", "……", "——、。", "!?.,;", "“”", "\ud83d", "😀"]
)
def test_a_question_without_words_is_refused(question: str) -> None:
    with pytest.raises(InputError, match="空的") as caught:
        read(question)
    assert caught.value.hint


def test_an_overlong_question_is_refused_with_both_lengths() -> None:
    read("办" * 30, longest=30)
    with pytest.raises(InputError, match=r"31.*30"):
        read("办" * 31, longest=30)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused(question: str) -> None:
    try:
        reading = read(question)
    except InputError:
        return
    assert reading.text.encode()
    assert reading.parts
    assert all(reading.parts)
    assert reading.intent in {"figure", "how", "list"}
    assert reading == read(question)


def vocabulary(tmp_path: Path, text: str) -> Vocabulary:
    path = tmp_path / "对照表.txt"
    path.write_text(text, encoding="utf-8")
    return load_vocabulary(path)


def test_plain_wordings_are_found_with_characters_in_between(tmp_path: Path) -> None:
    words = vocabulary(tmp_path, "食品经营许可 餐饮准营|开饭店 吃饭|\n")
    assert words.official("我想开个饭店") == ("食品经营许可", "餐饮准营")
    assert words.official("开一个小饭店要办什么") == ()  # three characters in between are too many
    assert words.official("开，饭店") == ()
    assert words.official("吃了饭") == ()  # two characters stand for themselves only
    assert words.official("开个飯店") == ("食品经营许可", "餐饮准营")


def test_english_wordings_are_found_as_words(tmp_path: Path) -> None:
    words = vocabulary(tmp_path, "税费服务||tax, company seal\n")
    assert words.official("How do I pay TAX online") == ("税费服务",)
    assert words.official("free company seal") == ("税费服务",)
    assert words.official("syntax") == ()


def test_remarks_blank_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    assert len(vocabulary(tmp_path, "\ufeff# 说明\n\n企业注销|关门\n  # 又一行\n")) == 1


def test_official_terms_come_once(tmp_path: Path) -> None:
    words = vocabulary(tmp_path, "容缺受理 告知承诺|缺材料\n告知承诺 信用承诺|少材料\n")
    assert words.official("缺材料少材料") == ("容缺受理", "告知承诺", "信用承诺")


@pytest.mark.parametrize("line", ["企业注销", "企业注销|", "|关门", "企业注销||  , "])
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError, match="第 3 行") as caught:
        vocabulary(tmp_path, f"# 说明\n企业开办|开公司\n{line}\n")
    assert caught.value.hint


def test_an_unreadable_vocabulary_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "对照表.txt").write_bytes("企业注销|关门".encode("gb18030"))
    with pytest.raises(InputError, match="对照表"):
        load_vocabulary(tmp_path / "对照表.txt")
    with pytest.raises(InputError, match="没有"):
        load_vocabulary(tmp_path / "没有.txt")


def test_the_shipped_vocabulary_turns_plain_words_into_official_ones() -> None:
    assert "企业开办" in SHIPPED.official("注册个公司要几天")
    assert "容缺受理" in SHIPPED.official("材料没带齐能不能先办")
    assert "企业开办" in read("company registration").official
    assert "企业开办" in read("注册个公司要几天").expanded


@pytest.mark.parametrize("province", PROVINCES)
@pytest.mark.parametrize("word", ["营商环境", "海关", "口岸", "平台", "通办", "安全", "阳光采购", "通关"])
def test_a_province_is_not_read_into_the_word_behind_it(province: str, word: str) -> None:
    assert places_in(f"{province}{word}怎么样") == (province,)


@pytest.mark.parametrize(
    "text",
    [
        "扩大理赔范围",
        "担保定价",
        "公开封存档案",
        "推广安心消费",
        "流通化解",
        "来宾登记",
        "诚信阳光采购",
        "四平台建设",
    ],
)
def test_a_city_is_not_read_across_words(text: str) -> None:
    assert places_in(text) == ()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("苏州工业园区怎么做的", ("苏州",)),
        ("义乌市企业注册几天", ("义乌",)),
        ("哈尔滨市道里区开办企业", ("哈尔滨", "道里")),
        ("来宾市开办企业", ("来宾",)),
    ],
)
def test_places_with_endings_are_read(text: str, places: tuple[str, ...]) -> None:
    assert places_in(text) == places
