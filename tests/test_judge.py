"""What cannot be answered is refused with its reason, and what can be is answered."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented import Indexed, indexed
from matters import write_cases

from rag.types import Answer

pytest_plugins = ("indexes", "matters_index")


def quotes(answer: Answer) -> str:
    return "".join(citation.quote for citation in answer.citations)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("拉萨市的渔船检验要几天", "place_not_found"),
        ("沈阳市的温室大棚怎么抵押", "place_not_found"),
        ("清溪县从60天压到5天是怎么做到的", "premise_differs"),
        ("清溪县企业开办是怎么省下5000元的", "premise_differs"),
        ("云岭区渔船检验材料减少到8份，是吗", "premise_differs"),
        ("白石市的渔船检验要几天", "premise_differs"),
        ("白石市的渔船检验是怎么做的", "premise_differs"),
        ("辽宁的渔船检验要几天", "premise_differs"),
        ("望江县给蚕农发放补贴多少万元", "figure_masked"),
        ("望江县给蚕农发了多少补贴", "figure_masked"),
        ("南塘县的排污许可要几天办结", "no_evidence"),
        ("云岭区渔船检验收多少钱", "no_evidence"),
        ("白石市古井认领从哪一年开始", "no_evidence"),
        ("红烧肉炖多久才香", "no_evidence"),
        ("你好", "out_of_scope"),
        ("您好，在吗？", "out_of_scope"),
        ("谢谢！", "out_of_scope"),
        ("今天天气怎么样", "out_of_scope"),
        ("给我讲个笑话", "out_of_scope"),
        ("你是谁", "out_of_scope"),
    ],
)
def test_what_cannot_be_answered(matters: Indexed, question: str, reason: str) -> None:
    answer = matters.assistant.ask(question)
    assert (answer.refused, answer.reason) == (True, reason)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("清溪县从30天压到5天是怎么做到的", "由30天压缩到5天"),
        ("清溪县企业开办由30个工作日压到5个工作日，怎么做到的", "由30天压缩到5天"),
        ("云岭区渔船检验要几天", "压缩到7个工作日"),
        ("云岭区渔船检验材料减少到几份", "减少到3份"),
        ("望江县的补贴惠及多少户蚕农", "320户"),
        ("望江县的蚕农补贴怎么申报", "村干部统一申报"),
        ("辽宁的温室大棚抵押贷款要几天", "压缩到4天"),
        ("温室大棚抵押累计放贷多少钱", "2.4亿"),
        ("义乌市的老街摊位费怎么处理", "摊位费全部免除"),  # named once, in the best sentence
        ("南塘县排污许可的办事指南放在哪里", "放在大厅"),
        ("你好，云岭区渔船检验要几天", "压缩到7个工作日"),
        ("谢谢，那么白石市有多少口古井被认领？", "45口"),
        ("天气不好的时候渔船检验怎么办", "上门检验"),
        ("填写首张企业开办表格要代办吗", "代填代办"),
    ],
)
def test_what_can_be_answered(matters: Indexed, question: str, told: str) -> None:
    answer = matters.assistant.ask(question)
    assert (answer.refused, answer.reason) == (False, None)
    assert told in quotes(answer)


def test_a_false_figure_is_named_beside_the_one_of_the_source(matters: Indexed) -> None:
    answer = matters.assistant.ask("清溪县从60天压到5天是怎么做到的")
    first = answer.text.split("\n")[0]
    assert "“60天”" in first
    assert "“5天”" not in first
    assert "由30天压缩到5天" in quotes(answer)


def test_a_measure_of_another_place_is_said_to_be_that_place_s(matters: Indexed) -> None:
    answer = matters.assistant.ask("白石市的渔船检验要几天")
    first = answer.text.split("\n")[0]
    assert "“白石”的案例没有提到" in first
    assert "“云岭区”" in first
    assert {case.region for case in answer.cited_cases} == {"云岭区"}


def test_a_case_without_a_place_is_named_by_its_title(matters: Indexed) -> None:
    answer = matters.assistant.ask("云岭区的夜间集市备案怎么办")
    assert answer.reason == "premise_differs"
    assert "城管部门推行夜间集市备案" in answer.text.split("\n")[0]


def test_a_case_of_no_known_place_may_be_of_the_province(matters: Indexed) -> None:
    answer = matters.assistant.ask("辽宁的夜间集市备案怎么做")
    assert not answer.refused
    assert answer.text.startswith("以下案例没有写明是不是“辽宁”的")


def test_a_place_without_a_case_is_told_with_what_others_do(matters: Indexed) -> None:
    answer = matters.assistant.ask("拉萨市的渔船检验要几天")
    assert answer.text.startswith("案例库里没有“拉萨”的案例")
    assert "云岭区渔船检验" in quotes(answer)


def test_a_masked_figure_is_shown_as_it_is_written(matters: Indexed) -> None:
    answer = matters.assistant.ask("望江县给蚕农发放补贴多少万元")
    assert "“XX万元”" in answer.text.split("\n")[0]
    assert "XX万元" in quotes(answer)


def test_a_mask_does_not_hide_a_figure_that_the_sentence_states(tmp_path: Path) -> None:
    write_cases(tmp_path / "a", {"望江县：蚕农补贴": "望江县向蚕农发放补贴XX万元，其中蚕种补贴36万元。"})
    answer = indexed(tmp_path / "a", tmp_path / "index").assistant.ask("望江县发放蚕种补贴多少万元")
    assert answer.reason is None
    assert "36万元" in quotes(answer)


def test_a_figure_that_is_not_stated_is_named_by_its_words(matters: Indexed) -> None:
    answer = matters.assistant.ask("渔船检验收多少钱")
    assert "没有写明“渔船检验收多少钱”" in answer.text
    assert "渔船检验" in quotes(answer)


def test_the_nearest_figure_of_the_kind_stands_beside_a_refusal(tmp_path: Path) -> None:
    cases = {
        "青岭县：蚕茧收购点": "青岭县在各村设立蚕茧收购点，蚕茧收购由专人过秤、当场付款。青岭县蚕茧款的结算由10天压缩到2天。",
        "白沙镇：古井认领": "白沙镇推行古井认领，45口古井有人看护。",
    }
    write_cases(tmp_path / "a", cases)
    answer = indexed(tmp_path / "a", tmp_path / "index").assistant.ask("蚕茧收购要带几份材料，过秤要几趟")
    assert answer.reason == "no_evidence"
    waiting = indexed(tmp_path / "a", tmp_path / "index").assistant.ask("蚕茧收购付款要等几天")
    assert "2天" in quotes(waiting)


def test_sentences_without_the_figure_are_no_answer(matters: Indexed) -> None:
    answer = matters.assistant.ask("南塘县排污许可要交几份材料")
    assert answer.reason == "no_evidence"
    assert "没有写明" in answer.text


def test_one_of_two_figures_that_is_stated_is_answered(matters: Indexed) -> None:
    answer = matters.assistant.ask("云岭区渔船检验要几天，收多少钱？")
    assert not answer.refused
    assert "7个工作日" in quotes(answer)


def test_what_is_out_of_scope_shows_no_case(matters: Indexed) -> None:
    answer = matters.assistant.ask("你好")
    assert answer.citations == ()
    assert not any(case.title in answer.text for case in matters.assistant.cases)


def test_a_comparison_with_a_missing_place_says_so(matters: Indexed) -> None:
    answer = matters.assistant.ask("云岭区和拉萨市的渔船检验分别怎么做")
    assert not answer.refused
    assert answer.text.startswith("案例库里没有写明“拉萨”的案例")
    assert {case.region for case in answer.cited_cases} == {"云岭区"}


WORDS = (
    "清溪县 云岭区 白石市 拉萨市 辽宁 渔船检验 企业开办 蚕农补贴 古井 排污许可 夜间集市 红烧肉 你好 60天 5天 45口 压缩到 "
    "几天 多少钱 多少户 怎么做的 哪些地方 分别 ，和 ？ 是不是 XX万元 hello 第2个"
).split()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=7))
def test_a_refusal_has_a_reason_and_an_answer_has_quotes(matters: Indexed, words: list[str]) -> None:
    question = "".join(words)
    if not any(character.isalnum() for character in question):
        return
    answer = matters.assistant.ask(question)
    assert answer.refused == (answer.reason is not None)
    assert answer.refused or answer.citations
    assert answer.text.strip()
    documents = {document.id: document for document in matters.assistant.documents}
    for citation in answer.citations:
        assert citation.quote == citation.span.of(documents[citation.case.document_id].text)
        assert f"[{citation.number}]" in answer.text
    if answer.reason in {"premise_differs", "figure_masked"}:
        assert answer.citations


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("三沙市的企业开办要几天？", "place_not_found"),
        ("天津市的企业开办从987天压缩到几天？", "premise_differs"),
        ("怎么做糖醋排骨？", "no_evidence"),
        ("谢谢", "out_of_scope"),
    ],
)
def test_refusals_over_the_real_compilations(compilations: Indexed, question: str, reason: str) -> None:
    answer = compilations.assistant.ask(question)
    assert (answer.refused, answer.reason) == (True, reason)
