"""Every sentence of every answer leads to characters of a source, whatever is asked."""

import json
import re
import unicodedata
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented import CASES, HEADER, Indexed, compilation, indexed

from corpus.normalise import bare
from corpus.types import Document
from rag.build import index_files, open_assistant
from rag.settings import Settings
from rag.types import Answer, Citation

pytest_plugins = ("indexes",)

QUESTIONS = Path(__file__).resolve().parent.parent / "eval" / "questions.jsonl"
INVENTED = """企业开办最快几小时办结？
联合验收的办理时限压缩到多少个工作日？以前是多少？
简易注销公告要多少天
办电平均要几天
电子保函开出了多少笔，占多大比例？
首违不罚清单有多少项
免罚了多少件，少罚多少钱？
小微企业贷款利率是多少
一件事一次办梳理了多少个事项？
跨省通办的事项有多少项？
网上可办率是多少
好差评满意率达到百分之多少？
怎么推行告知承诺制？
容缺受理是怎么做的
帮办代办怎么做，有什么机制？
信用修复的流程
怎么解决企业融资难？
如何开展双随机一公开抽查？
纪委监委怎么监督营商环境
招商引资有什么措施
怎么让企业少跑腿
税务局的导税怎么做
公平竞争审查怎么落实
人才引进有哪些办法
知识产权保护怎么做
哪些地方设了办不成事窗口？
哪些地方推行首违不罚？
有哪些地方免费刻章？
别的城市怎么压缩工程审批时间
对比一下各地企业开办的时间
各地的不动产登记都怎么改
有多少个地方搞局长走流程
哪些部门推出了包容审慎监管
同样是告知承诺，住建局和水务局分别怎么做？
清溪县和云岭区的做法比一比
工厂盖好了怎么一起验收
开公司送不送公章
被罚过怎么恢复信用
外地人怎么不回老家办证
老板缺钱周转找谁
検査太多怎么办
How long does it take to start a business?
which places offer free company seals
怎樣辦理不動產登記
2023年上半年新增了多少市场主体？
500万元""".splitlines()
MARK = re.compile(r"(?<!\\)\[(\d+)\]")
DANGLING = re.compile(
    r"该(?!项目为)|其(?!他|余)|上述|因此|为此|对此|据此|从而|前者|后者|它们?|随后|此外|同时[，,]|此举"
)


def flat(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def plain(shown: str) -> str:
    """A shown line without marks and escapes."""
    return re.sub(r"\\([\\`*_\[\]<>#|])", r"\1", MARK.sub("", shown))


def told_lines(answer: Answer) -> list[str]:
    """The lines of an answer that tell something of a case; of a table's row the cell with the mark."""
    if not answer.citations:
        return []
    lines = answer.text.split("\n")
    cells = [
        cell.strip()
        for line in lines
        if line.startswith("| ")
        for cell in re.split(r"(?<!\\)\|", line)
        if MARK.search(cell)
    ]
    return [line[2:] for line in lines if line.startswith("- ")] + cells


def faults(answer: Answer, source: Indexed) -> list[str]:
    """What is wrong with an answer; every promise about citations, in one place."""
    quotes: dict[str, str] = defaultdict(str)
    for citation in answer.citations:
        quotes[str(citation.number)] += citation.quote
    lines = told_lines(answer)
    numbers = list(dict.fromkeys(MARK.findall("\n".join(lines))))
    rows = [line for line in answer.text.split("\n") if line.startswith(("- ", "| ")) and MARK.search(line)]
    shown = [bare(plain(row)) for row in rows]
    counted = [str(number) for number in range(1, len(numbers) + 1)]
    named = (
        answer.citations
        or answer.reason == "out_of_scope"
        or answer.hits[0].case.title[:4] in plain(answer.text)
    )
    checks = {
        f"marks {numbers} do not lead to citations {list(quotes)}": numbers == counted == list(quotes),
        "a sentence told twice": len(set(shown)) == len(shown),
        "neither an answer nor a refusal": bool(answer.reason) == answer.refused
        and bool(answer.refused or answer.citations),
        "a refusal without the nearest cases": bool(named),
        "too few hits": len(answer.hits) >= min(10, len(source.assistant.cases)),
    }
    found = [fault for fault, right in checks.items() if not right]
    found += [fault for citation in answer.citations for fault in citation_faults(citation, source)]
    return found + [fault for line in lines for fault in line_faults(line, quotes)]


def citation_faults(citation: Citation, source: Indexed) -> list[str]:
    """What is wrong with one citation."""
    case, (first, last) = citation.case, citation.lines
    document = source.assistant.document(case)
    checks = {
        "not the slice": citation.quote == citation.span.of(document.text),
        "not of its case": case.span.contains(citation.span),
        "not in the raw file": "".join(citation.quote.split()) in source.raw(document),
        "lines outside the case": case.lines[0] <= first <= last <= case.lines[1],
    }
    return [f"{fault}: {citation.quote}" for fault, right in checks.items() if not right]


def line_faults(line: str, quotes: dict[str, str]) -> list[str]:
    """What is wrong with one told line, given the quotes by number."""
    quote = flat("".join(quotes[number] for number in dict.fromkeys(MARK.findall(line))))
    # A full stop before a closing quotation mark does not end the sentence around it.
    sentences = re.split(r"(?<=[。！？；])(?![”’』】）》])", line)
    found = [f"no mark: {one}" for one in sentences if one and not MARK.search(one)]
    if flat(plain(line)).rstrip("。；！？，、：:!?;,") not in quote:
        found.append(f"not its quote: {line}")
    found += [
        f"figure {figure} not in its quote: {line}"
        for figure in re.findall(r"\d+(?:\.\d+)?", flat(plain(line)))
        if not re.search(rf"(?<![\d.]){re.escape(figure)}(?!\d)", quote)
    ]
    if DANGLING.match(plain(line)):
        found.append(f"dangling: {line}")
    if re.search(r"(?<!\\)[<>`*_#|]", MARK.sub("", line)):
        found.append(f"layout not escaped: {line}")
    return found


def shipped_questions() -> list[str]:
    return [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("index", ["library", "compilations", "small"])
def test_every_sentence_of_every_answer_stands_in_its_source(
    index: str, request: pytest.FixtureRequest
) -> None:
    source: Indexed = request.getfixturevalue(index)
    questions = [*INVENTED, *shipped_questions()]
    answers = [source.assistant.ask(question) for question in questions]
    bad = {answer.question: wrong for answer in answers if (wrong := faults(answer, source))}
    assert bad == {}
    assert sum(bool(answer.citations) for answer in answers) >= 0.7 * len(questions)
    assert {source.assistant.understand(question).intent for question in questions} == {
        "figure",
        "how",
        "list",
        "compare",
    }


def test_the_checks_above_find_what_is_wrong() -> None:
    quotes = {"1": "甲县由3天压到1天。", "2": "该县免费刻章。"}
    assert line_faults("甲县由3天压到1天[1]。", quotes) == []
    assert line_faults("甲县由3天压到1天。", quotes)
    assert line_faults("甲县由30天压到1天[1]。", quotes)
    assert line_faults("甲县由3天压到1天[2]。", quotes)
    assert line_faults("该县免费刻章[2]。", quotes)
    assert line_faults("甲县<b>[1]。", {"1": "甲县<b>。"})
    assert line_faults(r"甲县\<b\>[1]。", {"1": "甲县<b>。"}) == []
    assert line_faults("甲县办成。乙县办成[1]。", {"1": "甲县办成。乙县办成。"})


def test_the_same_question_gets_the_same_answer(library: Indexed) -> None:
    for question in INVENTED[::4]:
        first, second = library.assistant.ask(question), library.assistant.ask(question)
        assert (first.text, first.citations, first.hits) == (second.text, second.citations, second.hits)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(
        st.sampled_from(
            "企业开办 联合验收 材料 几天 哪些地方 怎么 多少 信用 ，热线 ？ 1 沙洲市 [1] <b> 云岭区 办 清溪".split()
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_asked(small: Indexed, words: list[str]) -> None:
    question = "".join(words)
    if any(character.isalnum() for character in question):
        assert faults(small.assistant.ask(question), small) == []


def test_a_quote_across_a_running_header_has_two_parts_under_one_number(small: Indexed) -> None:
    answer = small.assistant.ask("清溪县企业开办由几天压缩到几天，申请材料减少到几份？")
    numbers = [citation.number for citation in answer.citations]
    (split,) = [number for number in set(numbers) if numbers.count(number) == 2]
    before, after = (citation for citation in answer.citations if citation.number == split)
    assert before.quote.endswith("新办企业的")
    assert after.quote.startswith("申请材料由原来的十二份")
    assert before.span.end == after.span.start
    assert before.lines[1] < after.lines[0]
    assert HEADER not in answer.text
    assert (
        f"新办企业的申请材料由原来的十二份减少到4份，办事人只需要跑一趟大厅就能领齐全部证照[{split}]。"
        in answer.text
    )


def test_what_points_back_is_shown_with_what_it_points_at(small: Indexed) -> None:
    answer = small.assistant.ask("白石市的自助登记终端怎么设置，覆盖多少个乡镇？")
    lines = [plain(line) for line in told_lines(answer)]
    (joined,) = [line for line in lines if "其覆盖全市9个乡镇" in line]
    assert joined.startswith("白石市在银行网点设置36个自助登记终端")
    assert not any(line.startswith(("此外", "其")) for line in lines)


def test_what_points_back_to_nothing_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "案例.txt").write_text(
        "青石县在大厅设立帮办窗口，由专人辅导群众填表办证。\n\n"
        "其办理时间由9天压缩到1天，材料由8份减少到2份。\n\n"
        "该窗口全年帮办3600件，办理时间平均只要20分钟。\n",
        encoding="utf-8",
    )
    source = indexed(tmp_path, tmp_path / "index")
    for question in ("办理时间由几天压缩到几天？", "全年帮办多少件", "材料减少到几份"):
        answer = source.assistant.ask(question)
        assert "9天" not in answer.text
        assert "3600" not in answer.text
        assert faults(answer, source) == []


def test_a_case_that_two_files_share_is_told_once(small: Indexed) -> None:
    answer = small.assistant.ask("哪些地方推行联合验收，时限压缩到多少个工作日，环节减少到几个？")
    assert plain(answer.text).count("| 6个 | 2个 |") == 1
    assert plain(answer.text).count("合并为一次联合验收") <= 1
    titles = [hit.case.title for hit in answer.hits[:2]]
    assert all("云岭区" in title for title in titles)


def test_signs_of_layout_are_shown_as_they_stand(small: Indexed) -> None:
    answer = small.assistant.ask("沙洲市怎么一表办理，申请表减少到几张？")
    assert r"据**案例2：沙洲市\<i\>一表\[2\]通办\</i\>与\*扫码\*办理" in answer.text
    assert r"\<b\>一表\[1\]办理\</b\>写进\*办事指南\*，全程使用\`扫码\`和\#标签\#" in answer.text
    assert {int(number) for number in MARK.findall(answer.text)} == {one.number for one in answer.citations}
    assert any("<b>一表[1]办理</b>" in citation.quote for citation in answer.citations)


def test_a_place_that_no_case_mentions_is_refused_with_the_nearest(small: Indexed) -> None:
    answer = small.assistant.ask("哈尔滨市企业开办要几天？")
    assert (answer.refused, answer.reason) == (True, "place_not_found")
    assert "“哈尔滨”" in answer.text
    assert "清溪县" in answer.text
    assert faults(answer, small) == []


def test_a_place_that_one_case_mentions_is_answered(small: Indexed) -> None:
    answer = small.assistant.ask("云岭区的联合验收环节减少到几个？")
    assert not answer.refused
    assert {citation.case.title.partition("：")[2][:3] for citation in answer.citations} == {"云岭区"}


@pytest.mark.parametrize("question", ["红烧肉炖多久才香", "zzz qqq", "xyz"])
def test_what_no_case_is_about_is_refused_with_the_nearest(library: Indexed, question: str) -> None:
    answer = library.assistant.ask(question)
    assert (answer.refused, answer.reason, answer.citations) == (True, "no_evidence", ())
    nearest = [plain(line[2:]) for line in answer.text.split("\n") if line.startswith("- ")]
    assert len(nearest) == 3
    assert all(near.startswith(hit.case.title) for near, hit in zip(nearest, answer.hits, strict=False))


def test_figures_are_answered_shorter_than_measures(library: Indexed) -> None:
    figure = library.assistant.ask("康巴什区建成了多少处金融驿站？")
    measure = library.assistant.ask("康巴什区怎么改善金融营商环境？")
    assert "41处" in figure.text
    assert len(figure.text) < len(measure.text) < 1200
    assert all("康巴什区" in citation.case.region for citation in measure.citations)


def test_an_english_question_is_answered(small: Indexed) -> None:
    answer = small.assistant.ask("How many days does getting electricity take in 南塘县?")
    assert "由15天压缩到4天" in answer.text
    assert faults(answer, small) == []


def test_an_english_question_about_a_place_is_answered_from_its_cases(small: Indexed) -> None:
    answer = small.assistant.ask("How many days does getting electricity take in 南塘县?")
    assert not answer.refused
    assert "请核对" not in answer.text
    assert all("南塘县" in citation.case.text for citation in answer.citations)


def test_cited_cases_are_named_in_the_answer(library: Indexed) -> None:
    for question in INVENTED[:12]:
        answer = library.assistant.ask(question)
        if answer.citations:
            assert len(answer.cited_cases) == len({one.case.id for one in answer.citations})
            assert all(case.title in plain(answer.text) for case in answer.cited_cases)


LINE = st.one_of(
    st.sampled_from(
        [
            *(line for body in CASES.values() for line in body.split("\n") if line),
            "一、主要做法",
            "（二）取得成效30%",
            "，，，，，，，，，，",
            "：：：：：：：：：：：：",
            "1. 一是打造“一窗”模式。该模式覆盖9个镇；其余3个镇明年覆盖；还有2个镇待定。",
            "“办得真快！”企业负责人说，“只用了1天。”",
            "----------",
            "| 事项 | 3天 |",
            "同时，",
            "😀 ① ½ ²",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30),
)


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(LINE, min_size=1, max_size=12), question=st.sampled_from(INVENTED))
def test_whatever_is_indexed(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], question: str
) -> None:
    from corpus.errors import InputError

    folder = tmp_path_factory.mktemp("any")
    (folder / "材料.txt").write_text("\n\n".join(lines), encoding="utf-8")
    try:
        source = indexed(folder, folder / "index")
    except InputError:
        return
    answer = source.assistant.ask(question)
    documents: dict[str, Document] = {one.id: one for one in source.assistant.documents}
    for citation in answer.citations:
        assert citation.quote == citation.span.of(documents[citation.case.document_id].text)
    shown = set(MARK.findall("\n".join(told_lines(answer))))
    assert shown == {str(citation.number) for citation in answer.citations}


@pytest.mark.parametrize("signs", ["，，，，，，，，，，，，", "：：；；、、，，：：；；", "——————————————"])
def test_signs_alone_are_never_shown(tmp_path: Path, signs: str) -> None:
    (tmp_path / "材料.txt").write_text(f"企业开办快。{signs}\n", encoding="utf-8")
    source = indexed(tmp_path, tmp_path / "index")
    answer = source.assistant.ask("企业开办")
    assert signs not in answer.text
    assert signs not in {citation.quote for citation in answer.citations}


def test_the_compilation_keeps_all_its_cases(small: Indexed) -> None:
    titles = [
        case.title.partition("：")[2] for case in small.assistant.cases if case.source.startswith("案例选编")
    ]
    assert titles == list(CASES)
    assert compilation().count("案例") >= len(CASES)


def test_a_missing_province_is_said_and_the_others_answer(small: Indexed) -> None:
    answer = small.assistant.ask("西藏的企业开办时间压缩到几天？")
    assert not answer.refused
    assert answer.text.startswith("案例库里没有写明“西藏”的案例")
    assert answer.citations


def test_one_of_two_places_missing_is_said(small: Indexed) -> None:
    answer = small.assistant.ask("长桥市和拉萨市的政府采购分别怎么做的？")
    assert not answer.refused
    assert "没有写明“拉萨”的案例" in answer.text
    assert "长桥市" in answer.text.split("\n", 1)[1]


def test_it_is_said_when_no_sentence_has_the_figure(tmp_path: Path) -> None:
    source = tmp_path / "材料.txt"
    body = "灵泉县在大厅设立企业开办专窗，由专人辅导填表并免费邮寄证照。灵泉县对老年人提供上门办理服务，由志愿者陪同。"
    source.write_text(f"灵泉县服务企业的做法\n\n{body}\n", encoding="utf-8")
    index_files([source], tmp_path / "index", Settings())
    answer = open_assistant(Settings(index=tmp_path / "index")).ask("企业开办专窗一共有多少个？")
    assert (answer.refused, answer.reason) == (True, "no_evidence")
    assert "没有写明“企业开办专窗一共有多少个”" in answer.text
    assert answer.citations


def test_the_same_case_in_two_files_is_one_hit(tmp_path: Path) -> None:
    folder = tmp_path / "材料"
    folder.mkdir()
    (folder / "一.txt").write_text(compilation(), encoding="utf-8")
    (folder / "二.txt").write_text("转载说明\n\n" + compilation() + "\n", encoding="utf-8")
    index_files([folder], tmp_path / "index", Settings())
    hits = open_assistant(Settings(index=tmp_path / "index")).search("联合验收时限压缩到多少天")
    texts = [hit.case.text for hit in hits]
    assert len(texts) == len(set(texts))
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
