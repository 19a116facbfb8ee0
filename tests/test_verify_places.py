import pytest

from corpus.types import Case, Span
from rag.types import Citation
from rag.verify import Verdict, Verifier

OPENING = "企业开办时间由5天压缩到1天。全年为320户新办企业免费刻制印章。"
VISITS = "2022年走访企业96家，发放合规手册2000册。"


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier()


def citation(number: int, quote: str, region: str, title: str) -> Citation:
    case = Case(
        id=region,
        document_id="d1",
        number=number,
        title=title,
        span=Span(0, 1),
        lines=(1, 1),
        text=title,
        document_title="案例选编",
        source="案例选编.txt",
        region=region,
    )
    return Citation(number, case, quote, Span(0, len(quote)), (1, 1))


CITATIONS = (
    citation(1, OPENING, "北岭省清溪州安平县", "清溪州：企业开办一窗通办"),
    citation(2, VISITS, "白石省南江市思源区", "南江市：合规进企业"),
)


def verdict(verifier: Verifier, sentence: str) -> Verdict:
    (found,) = verifier.verify(sentence, CITATIONS)
    return found


@pytest.mark.parametrize(
    "sentence",
    [
        "在清溪州，企业开办时间由5天压缩到1天[1]。",
        "清溪州的做法是：企业开办时间由5天压缩到1天[1]。",
        "清溪州安平县推出的举措包括：为320户新办企业免费刻制印章[1]。",
        "以安平县为例，企业开办时间压缩到1天[1]。",
        "安平县把企业开办时间由5天压缩到1天[1]。",
        "例如北岭省安平县，企业开办时间压缩到1天[1]。",
    ],
)
def test_the_cases_own_place_needs_no_quote(verifier: Verifier, sentence: str) -> None:
    assert verdict(verifier, sentence).supported


@pytest.mark.parametrize(
    "sentence",
    [
        "在青川州，企业开办时间由5天压缩到1天[1]。",
        "岳麓区把企业开办时间由5天压缩到1天[1]。",
        "郫都区政府把企业开办时间由5天压缩到1天[1]。",
        "长丰县委为320户新办企业免费刻制印章[1]。",
        "云岭区金融办把企业开办时间由5天压缩到1天[1]。",
    ],
)
def test_another_place_is_found(verifier: Verifier, sentence: str) -> None:
    assert verdict(verifier, sentence).reason in {"place", "department"}


def test_a_place_clause_does_not_bear_out_the_rest(verifier: Verifier) -> None:
    assert verdict(verifier, "在清溪州，企业贷款利息全部由财政补贴[1]。").reason is not None


@pytest.mark.parametrize("word", ["等候区", "办公区", "示范区", "自助服务区"])
def test_a_general_area_is_no_place(verifier: Verifier, word: str) -> None:
    assert verifier.check(f"{word}免费刻制印章。", [OPENING]).reason != "place"


@pytest.mark.parametrize(
    "sentence",
    [
        "清溪州企业开办时间压缩到1天，南江市走访企业96家[1][2]。",
        "在清溪州，企业开办时间压缩到1天；在南江市，走访企业96家[1][2]。",
        "2022年走访企业96家，另外，企业开办时间由5天压缩到1天[1][2]。",
        "2022年走访企业96家，同时，全年为320户新办企业免费刻制印章[1][2]。",
    ],
)
def test_two_cases_told_apart_may_stand_in_one_sentence(verifier: Verifier, sentence: str) -> None:
    assert verdict(verifier, sentence).supported


@pytest.mark.parametrize(
    "sentence",
    [
        "南江市企业开办时间压缩到1天，清溪州走访企业96家[1][2]。",
        "清溪州2022年企业开办时间由5天压缩到1天[1][2]。",
    ],
)
def test_what_one_case_did_is_not_told_of_another(verifier: Verifier, sentence: str) -> None:
    assert verdict(verifier, sentence).reason == "mixed"
