import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.quantities import parse_quantity
from embeddings.bundled import load_bundled
from rag.verify import Verifier
from rag.verifying.belonging import comparable
from rag.verifying.marks import Claim, claims_in
from rag.verifying.matching import Matcher
from rag.verifying.names import offices_in, places_of
from rag.verifying.reading import folded, read
from rag.verifying.roles import role_of

OPENING = "白石市行政审批局推行“一窗通办”，企业开办环节由6个压减至2个，办理时限由5个工作日压缩至0.5个工作日，2022年共为1360户企业节约费用40.8万元。"
LENDING = "云岭区金融办会同农商银行设立应急转贷资金池，企业无需抵押即可申请，单户额度不超过500万元，由财政局承担担保费用。"
COMPLAINTS = "企业诉求由区营商办统一受理后交办给责任部门，除疑难复杂事项外，3个工作日内答复，今年受理诉求284件，办结276件，满意率98.6%。"
TWO_CASES = (
    "2021年，白石市法院为涉企案件设立快审通道，平均审理42天。",
    "2022年，临湖市检察院走访企业96家，发放合规手册2000册。",
)


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier()


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("企业开办环节由6个压减至2个。", OPENING),
        ("办公司以前要6个环节，现在只要2个。", OPENING),
        ("企业开办半个工作日就能办完。", OPENING),
        ("2022年共为一千三百六十户企业节约费用408000元。", OPENING),
        ("２０２２年共为１３６０户企业节约费用４０．８万元。", OPENING),
        ("2022 年共为 1360 户企业省下了 40.8 万元。", OPENING),
        ("企业不用抵押就能申请，一户最高500万元。", LENDING),
        ("担保费由财政局出。", LENDING),
        ("区营商办接到企业诉求后派给责任部门，3个工作日内答复，疑难复杂的除外。", COMPLAINTS),
        ("满意率百分之九十八点六。", COMPLAINTS),
        ("今年接了284件诉求，办完276件。", COMPLAINTS),
    ],
)
def test_faithful_sentence_is_supported(verifier: Verifier, sentence: str, quote: str) -> None:
    verdict = verifier.check(sentence, [quote])
    assert verdict.supported, verdict


@pytest.mark.parametrize(
    ("sentence", "quote", "reasons"),
    [
        ("企业开办环节由6个压减至3个。", OPENING, {"figure"}),
        ("2022年共为1360户企业节约费用40.8元。", OPENING, {"unit"}),
        ("办理时限由5天压缩至0.5天。", OPENING, {"unit"}),
        ("2021年共为1360户企业节约费用40.8万元。", OPENING, {"date"}),
        ("企业开办环节由2个增加到6个。", OPENING, {"direction"}),
        ("企业开办环节压减了2个。", OPENING, {"direction"}),
        ("企业开办环节由5个压减至2个。", OPENING, {"unit", "figure", "mixed"}),
        ("泉州市行政审批局推行“一窗通办”。", OPENING, {"place"}),
        ("白石市税务局推行“一窗通办”。", OPENING, {"department"}),
        ("企业开办环节由6个压减至2个，并给新企业发放创业补贴。", OPENING, {"invented"}),
        ("白石市行政审批局推行“一站秒办”，企业开办环节压减至2个。", OPENING, {"invented"}),
        ("企业必须抵押才能申请，单户额度不超过500万元。", LENDING, {"negation"}),
        ("单户额度不低于500万元。", LENDING, {"direction"}),
        ("由企业承担担保费用。", LENDING, {"mixed"}),
        ("会同人民银行设立应急转贷资金池。", LENDING, {"department"}),
        ("今年受理的企业诉求已全部办结。", COMPLAINTS, {"scope", "direction"}),
        ("企业诉求由责任部门统一受理后交办给区营商办。", COMPLAINTS, {"mixed"}),
        ("今年受理诉求276件，办结284件。", COMPLAINTS, {"mixed"}),
        ("去年受理诉求284件，办结276件。", COMPLAINTS, {"date"}),
        ("包括疑难复杂事项在内，3个工作日内答复。", COMPLAINTS, {"scope"}),
        ("全省今年受理诉求284件。", COMPLAINTS + "全区通报结果。", {"scope"}),
    ],
)
def test_changed_sentence_is_not(verifier: Verifier, sentence: str, quote: str, reasons: set[str]) -> None:
    assert verifier.check(sentence, [quote]).reason in reasons


def test_two_quotes_may_be_told_in_one_sentence(verifier: Verifier) -> None:
    sentence = "白石市法院的快审通道平均42天审完；临湖市检察院走访了96家企业。"
    assert verifier.check(sentence, TWO_CASES).supported


@pytest.mark.parametrize(
    "sentence",
    ["2021年，走访企业96家，发放合规手册2000册。", "临湖市检察院为涉企案件设立快审通道，平均审理42天。"],
)
def test_facts_of_one_case_are_not_anothers(verifier: Verifier, sentence: str) -> None:
    assert verifier.check(sentence, TWO_CASES).reason == "mixed"


@pytest.mark.parametrize(
    ("text", "figure", "role"),
    [
        ("由20天压缩至5天", "20天", "before"),
        ("由20天压缩至5天", "5天", "after"),
        ("原来要20天", "20天", "before"),
        ("缩短了5天", "5天", "change"),
        ("同比增长12%", "12%", "change"),
        ("由2013年的第84位提高到2021年的第30位", "第30位", "after"),
        ("共受理20件", "20件", ""),
        ("满意率达到98%", "98%", ""),
    ],
)
def test_role_of_a_figure(text: str, figure: str, role: str) -> None:
    passage = read(text)
    quantity = next(one for one in passage.figures if one.text == figure)
    assert role_of(quantity, passage) == role


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("5天", "5个工作日", False),
        ("5%", "5个百分点", False),
        ("20名", "20位", True),
        ("20家", "20户", True),
        ("20人", "20件", False),
        ("20亩", "20米", False),
        ("20元", "20万元", True),
    ],
)
def test_what_can_be_compared(left: str, right: str, *, alike: bool) -> None:
    claimed, told = parse_quantity(left), parse_quantity(right)
    assert claimed is not None
    assert told is not None
    assert comparable(claimed, told) is alike


def test_places_and_authorities_are_found() -> None:
    assert {name for name, _ in places_of(read("在泉州，税务局与白石市水务部门一起到河南学习"))} >= {
        "泉州",
        "河南",
    }
    assert [name for _, name in offices_in("水务工作由水务局和财政部门负责")] == ["水务局", "财政部门"]


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text(alphabet="企业办理天由5减至，。“”[]1万元不 ", max_size=40))
def test_clauses_and_words_lie_in_the_text(text: str) -> None:
    passage = read(text)
    ends = [clause.end for clause in passage.clauses]
    assert ends == sorted(ends)
    for word in passage.words:
        assert passage.text[word.span.start : word.span.end] == word.text
        assert 0 <= word.clause < len(passage.clauses)


@given(
    st.lists(
        st.sampled_from("聘请 招募 无需 不用 提高 降低 进口 出口 审批 审核 公章 abc 5".split()), min_size=1
    )
)
def test_strengths_are_shares_and_a_word_is_itself(texts: list[str]) -> None:
    words = [word for text in texts for word in read(text).words]
    strengths = Matcher(load_bundled()).strengths(words, words)
    assert strengths.shape == (len(words), len(words))
    assert ((strengths >= 0) & (strengths <= 1)).all()
    assert (strengths.diagonal() == 1).all()


def test_synonyms_are_near_and_opposites_are_not() -> None:
    matcher = Matcher(load_bundled())

    def strength(left: str, right: str) -> float:
        return float(matcher.strengths(read(left).words, read(right).words)[0, 0])

    assert strength("聘请", "招募") > 0.8
    assert strength("进口", "出口") == 0
    assert strength("聘请", "绿化") < 0.4


def test_claims_carry_their_marks() -> None:
    answer = "1. 开办只要1天[1]。印章**免费**。[2]\n2. 先受理，共有三十六项事项可以办理；后补材料，五天之内补齐就可以[3][1]。"
    assert claims_in(answer) == (
        Claim("开办只要1天。", (1,)),
        Claim("印章免费。", (2,)),
        Claim("先受理，共有三十六项事项可以办理；后补材料，五天之内补齐就可以。", (3, 1)),
    )
