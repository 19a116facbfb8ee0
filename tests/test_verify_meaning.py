import pytest

from rag.verify import Verifier

PERMITS = "云岭区许可事项办理时限由法定1200小时压缩到承诺96小时，今年受理量净增320件，增幅12.5%。"
RULES = "白石县出台《企业登记办法（禁止收费条款）》等三项制度，建立“零跑动”体系，普通注销可用系统公示替代报纸公告。"
COSTS = "清溪县新办企业享受免费代办，公章邮寄免费，已废止文件5件、拟修改文件11件。"
REPORTS = "临湖区推行零申报承诺制，停业期没有收入的，作出承诺后不用再填申报表。"
JOBS = "北岭市上半年新增就业5384人，新增市场主体4136户，走访企业90家。"
LOANS = "南江市符合条件的订单贷款可纳入贴息范围，除规定的现场核验以外，其他环节都能在线办理。"
PLANS = "泉水镇下一步以解决问题为导向，推进重点项目落地，1天内交办、2天内对接、力争9天内办结。"


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier()


@pytest.mark.parametrize(
    ("sentence", "quote", "reason"),
    [
        ("许可事项办理时限由法定96小时压缩到承诺1200小时。", PERMITS, "direction"),
        ("云岭区今年受理量净减320件。", PERMITS, "direction"),
        ("今年受理量净增320件，降幅12.5%。", PERMITS, "direction"),
        ("许可办理时限原来96小时、现在1200小时。", PERMITS, "direction"),
        ("白石县没有出台《企业登记办法（禁止收费条款）》等三项制度。", RULES, "negation"),
        ("白石县出台三项制度，没有建立“零跑动”体系。", RULES, "negation"),
        ("普通注销不可以用系统公示替代报纸公告。", RULES, "negation"),
        ("新办企业享受免费代办，公章邮寄收费。", COSTS, "direction"),
        ("清溪县尚未废止文件5件。", COSTS, "negation"),
        (
            "临湖区推行零申报承诺制，停业期没有收入的，作出承诺后仍需再填申报表。",
            REPORTS,
            "negation",
        ),
        ("北岭市上半年就业5384人，走访企业90家。", JOBS, "scope"),
        ("市场主体4136户，走访企业90家。", JOBS, "scope"),
        ("南江市订单贷款可纳入贴息范围。", LOANS, "scope"),
        ("其他环节都能在网上办理。", LOANS, "scope"),
        ("临湖区推行零申报承诺制，作出承诺后不用再填申报表。", REPORTS, "scope"),
        ("泉水镇以解决问题为导向，推进重点项目落地。", PLANS, "direction"),
        ("泉水镇1天内交办、2天内对接、9天内办结。", PLANS, "direction"),
    ],
)
def test_what_is_turned_or_cut_is_found(verifier: Verifier, sentence: str, quote: str, reason: str) -> None:
    assert verifier.check(sentence, [quote]).reason == reason


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("许可事项办理时限原来1200小时、现在96小时。", PERMITS),
        ("许可办理时限从法定的1200小时缩短到了承诺的96小时。", PERMITS),
        ("今年受理量比去年多了320件，增长12.5%。", PERMITS),
        ("普通注销不用登报，可以用系统公示替代报纸公告。", RULES),
        ("公章邮寄不收费。", COSTS),
        ("停业期没有收入的，承诺后不需要再填申报表。", REPORTS),
        ("上半年北岭市就业人数增加5384人。", JOBS),
        ("北岭市走访企业90家。", JOBS),
        ("订单贷款符合条件的，可以纳入贴息范围。", LOANS),
        ("除规定的现场核验外，其余环节都能在线办理。", LOANS),
        ("泉水镇将以解决问题为导向，推进重点项目落地。", PLANS),
        ("1天内交办、2天内对接，争取9天内办结。", PLANS),
    ],
)
def test_free_telling_is_supported(verifier: Verifier, sentence: str, quote: str) -> None:
    found = verifier.check(sentence, [quote])
    assert found.supported, found


@pytest.mark.parametrize("quote", [PERMITS, RULES, COSTS, REPORTS, JOBS, LOANS, PLANS])
def test_a_quote_supports_itself(verifier: Verifier, quote: str) -> None:
    assert verifier.check(quote, [quote]).supported
    assert verifier.check(quote.replace("，", ","), [quote + "此外无其他情况。"]).supported
