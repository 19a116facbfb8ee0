import json
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.errors import InputError
from corpus.sentences import split_sentences
from corpus.types import Case, Span
from rag.types import Citation
from rag.verify import Verdict, Verifier, is_verbatim, verify_lines

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = sorted((ROOT / "corpus" / "library").glob("*.md"))
PAIRS = ROOT / "eval" / "verify_pairs.jsonl"
QUOTE = "清溪县政务服务局设立企业开办专窗，企业开办时间由5天压缩到1天，全年为320户新办企业免费刻制印章，不再收取刻章费用。"


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier()


def paragraphs() -> list[str]:
    bodies = (path.read_text(encoding="utf-8").split("---", 2)[2] for path in LIBRARY)
    return [part.strip() for body in bodies for part in body.split("\n\n") if part.strip()]


PARAGRAPHS = paragraphs()


def case() -> Case:
    return Case(
        id="c1",
        document_id="d1",
        number=1,
        title="清溪县：企业开办一窗通办",
        span=Span(0, 12),
        lines=(1, 1),
        text="清溪县：企业开办一窗通办",
        document_title="案例选编",
        source="案例选编.txt",
        region="北岭省清溪县",
        department="清溪县政务服务局",
    )


def citation(number: int, quote: str) -> Citation:
    return Citation(number, case(), quote, Span(0, len(quote)), (1, 1))


def test_supported_verdict_has_no_reason(verifier: Verifier) -> None:
    sentence = "清溪县企业开办时间由5天压缩到1天。"
    assert verifier.check(sentence, [QUOTE]) == Verdict(sentence, True, None, "")


def test_unsupported_verdict_says_what_is_not_in_the_quote(verifier: Verifier) -> None:
    verdict = verifier.check("全年为420户新办企业免费刻制印章。", [QUOTE])
    assert (verdict.supported, verdict.reason) == (False, "figure")
    assert "420户" in verdict.detail


def test_nothing_is_supported_by_no_quotes(verifier: Verifier) -> None:
    assert not verifier.check("清溪县设立企业开办专窗。", []).supported
    assert not verifier.check("清溪县设立企业开办专窗。", [""]).supported


def test_a_sentence_without_words_claims_nothing(verifier: Verifier) -> None:
    assert verifier.check("", [QUOTE]).supported
    assert verifier.check("……", [QUOTE]).supported


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paragraph=st.sampled_from(PARAGRAPHS), data=st.data())
def test_verbatim_sentence_is_supported_by_itself_and_its_paragraph(
    verifier: Verifier, paragraph: str, data: st.DataObject
) -> None:
    sentence = data.draw(st.sampled_from(split_sentences(paragraph))).of(paragraph)
    assert verifier.check(sentence, [sentence]).supported
    assert verifier.check(sentence, [paragraph]).supported


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    paragraph=st.sampled_from([one for one in PARAGRAPHS if any(c.isdigit() for c in one)]), data=st.data()
)
def test_no_figure_of_a_sentence_can_be_changed(
    verifier: Verifier, paragraph: str, data: st.DataObject
) -> None:
    spans = [span for span in split_sentences(paragraph) if any(c.isdigit() for c in span.of(paragraph))]
    sentence = data.draw(st.sampled_from(spans)).of(paragraph)
    place = data.draw(st.sampled_from([i for i, c in enumerate(sentence) if c.isdigit() and c.isascii()]))
    digit = data.draw(st.sampled_from([c for c in "123456789" if c != sentence[place]]))
    changed = sentence[:place] + digit + sentence[place + 1 :]
    start = end = place
    while start and sentence[start - 1] in "0123456789.":
        start -= 1
    while end < len(sentence) and sentence[end] in "0123456789.":
        end += 1
    if changed[start:end] not in sentence:  # another figure of the sentence may be what this one became
        assert not verifier.check(changed, [sentence]).supported


PIECES = st.sampled_from(
    "企业 清溪县 由 5天 压缩至 1天 2023年 ， 。 、 “一次办” 不再 全部 税务局 第三 三分之一 %  XX市 [1] 除 外 其中 12.5万元 \n ; : İ 〇 ①".split(
        " "
    )
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sentence=st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=40),
    quotes=st.lists(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=40), max_size=3),
)
def test_any_text_gets_a_verdict(verifier: Verifier, sentence: str, quotes: list[str]) -> None:
    verdict = verifier.check(sentence, quotes)
    assert verdict.supported is (verdict.reason is None)
    assert bool(verdict.detail) is not verdict.supported
    assert verifier.verify(sentence, [citation(1, quote) for quote in quotes]) is not None


@pytest.mark.parametrize(
    ("sentence", "quote", "stands"),
    [
        ("企业开办时间由5天压缩到1天", QUOTE, True),
        ("企业开办 时间，由5天 压缩到1天。", QUOTE, True),
        ("收取刻章费用", QUOTE, False),
        ("5个工作日内办结", "承诺15个工作日内办结", False),
        ("降到1", "费用降到12元", False),
        ("十天内办结", "二十天内办结", False),
        ("需要提交材料", "不需要提交材料，需要提交材料的除外", True),
    ],
)
def test_verbatim_is_not_the_rest_of_a_figure_or_a_denial(sentence: str, quote: str, *, stands: bool) -> None:
    assert is_verbatim(sentence, [quote]) is stands


def test_written_pairs_are_told_apart(verifier: Verifier) -> None:
    right: dict[tuple[bool, str], list[bool]] = defaultdict(list)
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        verdict = verifier.check(pair["sentence"], pair["quotes"])
        right[pair["supported"], pair["kind"]].append(verdict.supported is pair["supported"])
    shares = {key: sum(hits) / len(hits) for key, hits in right.items()}
    supported = [hit for (is_supported, _), hits in right.items() if is_supported for hit in hits]
    unsupported = [hit for (is_supported, _), hits in right.items() if not is_supported for hit in hits]
    assert sum(supported) / len(supported) >= 0.94
    assert sum(unsupported) / len(unsupported) >= 0.94
    assert shares[True, "heavy_paraphrase"] >= 0.88
    assert min(shares[False, kind] for kind in ("figure", "unit", "date")) == 1.0
    assert min(shares.values()) >= 0.7


def test_same_sentence_same_verdict(verifier: Verifier) -> None:
    sentence = "清溪县给320户新公司刻章没要钱。"
    assert verifier.check(sentence, [QUOTE]) == Verifier().check(sentence, [QUOTE])


def test_long_texts_are_read_to_their_end(verifier: Verifier) -> None:
    quote = "".join(PARAGRAPHS)[:6_000]
    sentence = quote[:600]
    assert verifier.check(sentence, [quote]).supported
    assert verifier.check("序言。" + sentence + "全年共办理申请九万八千七百件。", [quote]).reason == "figure"


class TestAnswers:
    def test_each_sentence_is_held_against_its_own_quotes(self, verifier: Verifier) -> None:
        answer = (
            "据**清溪县：企业开办一窗通办**：\n\n- 企业开办时间由5天压缩到1天[1]。\n- 刻章费用由企业承担[2]。"
        )
        verdicts = verifier.verify(
            answer, [citation(1, "企业开办时间由5天压缩到1天。"), citation(2, "刻章费用由财政承担。")]
        )
        assert [(one.sentence, one.supported) for one in verdicts] == [
            ("企业开办时间由5天压缩到1天。", True),
            ("刻章费用由企业承担。", False),
        ]

    @pytest.mark.parametrize(
        ("answer", "sentences"),
        [
            ("# 企业开办\n\n**清溪县：企业开办一窗通办**\n\n找到 2 个相关案例：", []),
            ("据**清溪县：企业开办一窗通办**：", []),
            ("案例库里没有找到与这个问题相关的内容。\n\n最接近的案例：\n\n- 清溪县：企业开办一窗通办", []),
            ("如下：\n\n- 开办只要1天。", ["开办只要1天。"]),
            ("开办只要1天。[7]", ["开办只要1天。"]),
            ("开办只要1天[1]。印章免费。", ["印章免费。"]),
            (
                "开办只要1天，共发放印章三百二十套；全部都免费[9]。",
                ["开办只要1天，共发放印章三百二十套；全部都免费。"],
            ),
            (r"办事窗口写作 \[1\] 的样子。", ["办事窗口写作 [1] 的样子。"]),
        ],
    )
    def test_sentence_without_a_known_mark(
        self, verifier: Verifier, answer: str, sentences: list[str]
    ) -> None:
        verdicts = verifier.verify(answer, [citation(1, "开办只要1天。")])
        assert [one.sentence for one in verdicts if one.reason == "mark"] == sentences

    def test_table_rows_are_claims_and_their_header_is_none(self, verifier: Verifier) -> None:
        table = (
            "| 案例 | 地方 | 办理时间 |\n|---|---|---|\n"
            "| 一 | 清溪县 | 由5天压缩到1天[1] |\n| 二 | 清溪县 | 由6天压缩到1天[1] |"
        )
        verdicts = verifier.verify(table, [citation(1, "企业开办时间由5天压缩到1天。")])
        assert [one.supported for one in verdicts] == [True, False]

    def test_several_marks_are_taken_together(self, verifier: Verifier) -> None:
        quotes = [citation(1, "企业开办时间压缩到1天。"), citation(2, "全年免费刻章320套。")]
        for marks in ("[1][2]", "[1、2]", "[1, 2]"):
            answer = f"企业开办时间压缩到1天，全年免费刻章320套{marks}。"
            assert [one.supported for one in verifier.verify(answer, quotes)] == [True]
        assert not verifier.verify("企业开办时间压缩到1天，全年免费刻章320套[1]。", quotes)[0].supported

    def test_pieces_of_one_quotation_are_put_together(self, verifier: Verifier) -> None:
        pieces = [citation(1, "企业开办时间由5天压缩"), citation(1, "到1天。")]
        assert verifier.verify("企业开办时间由5天压缩到1天[1]。", pieces)[0].supported

    def test_the_case_lends_its_place_and_department(self, verifier: Verifier) -> None:
        quotes = [citation(1, "企业开办时间由5天压缩到1天。")]
        assert verifier.verify("清溪县企业开办时间由5天压缩到1天[1]。", quotes)[0].supported
        assert verifier.verify("白石市企业开办时间由5天压缩到1天[1]。", quotes)[0].reason == "place"


class TestLines:
    def test_verdicts_come_in_order(self, tmp_path: Path) -> None:
        path = tmp_path / "句子.jsonl"
        rows = [
            {"sentence": "开办只要1天。", "quotes": [quote]} for quote in ("开办只要1天。", "开办要3天。")
        ]
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        assert [one.supported for one in verify_lines(path)] == [True, False]

    @pytest.mark.parametrize(
        "line",
        [
            "{",
            "[]",
            '{"sentence": "甲"}',
            '{"sentence": 1, "quotes": []}',
            '{"sentence": "甲", "quotes": "乙"}',
        ],
    )
    def test_a_bad_line_is_named(self, tmp_path: Path, line: str) -> None:
        path = tmp_path / "句子.jsonl"
        path.write_text('{"sentence": "甲", "quotes": []}\n' + line, encoding="utf-8")
        with pytest.raises(InputError, match="第 2 行"):
            next(verify_lines(path))

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="没有\\.jsonl"):
            next(verify_lines(tmp_path / "没有.jsonl"))
