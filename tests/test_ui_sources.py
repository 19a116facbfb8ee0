"""Sources -> HTML: nothing of a document is taken for HTML, and what is marked is the quote."""

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_ui_sample import (
    BAD_QUOTE,
    BAD_TITLE,
    CASES,
    CITY,
    GREETING,
    ODD,
    ODD_QUESTION,
    QUESTION,
    TOWN,
    UNKNOWN_QUESTION,
    SampleAssistant,
    cite,
)

from corpus.types import Span
from ui.sources import (
    answer_sources,
    by_number,
    card,
    copy_text,
    joined,
    marked,
    panel,
    passage,
    place,
)

ASSISTANT = SampleAssistant()
MARKS = re.compile(r"<mark>(.*?)</mark>", re.DOTALL)


def shown(fragment: str) -> str:
    """The characters that HTML made of text and <mark> only shows."""
    return html.unescape(re.sub(r"</?mark>", "", fragment))


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, Span, list[Span]]:
    text = draw(st.text(alphabet=st.sampled_from("案例<>&\"'/mark\n；amp;lt"), min_size=1, max_size=60))

    def span() -> Span:
        ends = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
        return Span(*ends)

    return text, span(), [span() for _ in range(draw(st.integers(0, 4)))]


@given(texts_with_spans())
def test_marked_text_is_the_text(drawn: tuple[str, Span, list[Span]]) -> None:
    text, window, quotes = drawn
    fragment = marked(text, window, quotes)
    assert shown(fragment) == window.of(text)
    assert set(re.findall(r"<[^>]*>", fragment)) <= {"<mark>", "</mark>"}


@given(texts_with_spans())
def test_marked_characters_are_those_of_the_quotes(drawn: tuple[str, Span, list[Span]]) -> None:
    text, window, quotes = drawn
    wanted = {i for quote in quotes for i in range(quote.start, quote.end) if window.start <= i < window.end}
    found = "".join(html.unescape(piece) for piece in MARKS.findall(marked(text, window, quotes)))
    assert found == "".join(text[i] for i in sorted(wanted))


@given(texts_with_spans())
def test_one_quote_is_marked_exactly_once(drawn: tuple[str, Span, list[Span]]) -> None:
    text, _, quotes = drawn
    for quote in quotes:
        around = passage(text, quote, Span(0, len(text)))
        pieces = MARKS.findall(marked(text, around, [quote]))
        assert [html.unescape(piece) for piece in pieces] == ([quote.of(text)] if len(quote) else [])


@given(texts_with_spans())
def test_passage_is_whole_paragraphs(drawn: tuple[str, Span, list[Span]]) -> None:
    text, quote, _ = drawn
    around = passage(text, quote, Span(0, len(text)))
    assert around.contains(quote)
    assert around.start == 0 or text[around.start - 1] == "\n"
    assert around.end == len(text) or text[around.end] == "\n"


def test_passage_stays_inside_the_case() -> None:
    assert passage("甲乙丙丁", Span(1, 2), Span(1, 3)) == Span(1, 3)


def test_of_a_long_paragraph_the_sentences_nearest_to_the_quote() -> None:
    sentences = [
        f"第{number}句说的是别的事情，与办理时限没有什么关系，只是凑足长度。" for number in range(30)
    ]
    text = "".join(sentences)
    quote = sentences[15]
    start = text.index(quote)
    around = passage(text, Span(start, start + len(quote)), Span(0, len(text)))
    assert around.contains(Span(start, start + len(quote)))
    assert len(around) < 300
    assert around.of(text).startswith("第")
    assert around.of(text).endswith("。")
    assert sentences[14] in around.of(text)
    assert sentences[16] in around.of(text)


def test_a_card_shows_where_a_long_paragraph_goes_on() -> None:
    long = "前面的话很长。" * 60 + "企业开办由3个工作日压缩到4小时。" + "后面的话也很长。" * 60
    document = replace(TOWN, text=long)
    start = long.index("企业开办")
    span = Span(start, start + 17)
    case = replace(CASES[TOWN.id], span=Span(0, len(long)), text=long)
    citation = replace(cite(1, TOWN, "周六也办"), case=case, quote=span.of(long), span=span)
    blockquote = re.findall(r"<blockquote>(.*?)</blockquote>", card(1, [citation], lambda _: document))[0]
    assert blockquote.startswith("……前面")
    assert blockquote.endswith("。……")
    assert MARKS.findall(blockquote) == [span.of(long)]


def test_joined_spans_do_not_overlap() -> None:
    assert joined([Span(4, 6), Span(0, 2), Span(1, 4), Span(8, 8), Span(7, 9)]) == [Span(0, 6), Span(7, 9)]


@pytest.mark.parametrize(
    ("lines", "unit", "text"),
    [
        ((12, 13), "line", "第 12–13 行"),
        ((7, 7), "line", "第 7 行"),
        ((3, 3), "paragraph", "第 3 段"),
        ((2, 4), "page", "第 2–4 页"),
    ],
)
def test_place_counts_in_the_unit_of_the_file(lines: tuple[int, int], unit: str, text: str) -> None:
    assert place(lines, unit) == text  # type: ignore[arg-type]


def test_card_tells_where_the_quote_stands() -> None:
    fragment = card(2, [cite(1, TOWN, "企业开办由3个工作日压缩到4小时。")], ASSISTANT.document)
    assert fragment.startswith('<article class="card" id="s-2-1"')
    for part in (
        "青禾县企业开办半日办结",
        "青禾县 · 青禾县行政审批局 · 2023年",
        "青禾县经验，青禾县.md，第 6 行",
        "查看全文",
    ):
        assert part in fragment
    blockquote = re.findall(r"<blockquote>(.*?)</blockquote>", fragment)
    assert [shown(piece) for piece in blockquote] == [TOWN.text.split("\n")[1]]
    # once in the passage, once in the whole text
    assert MARKS.findall(fragment) == ["企业开办由3个工作日压缩到4小时。"] * 2
    assert CASES[TOWN.id].text in shown(fragment)


def test_quotes_of_one_mark_share_a_card() -> None:
    pieces = [cite(1, TOWN, "企业开办由3个工作日"), cite(1, TOWN, "周六也办"), cite(2, CITY, "2小时")]
    groups = by_number(pieces)
    assert [len(group) for group in groups] == [2, 1]
    fragment = card(1, groups[0], ASSISTANT.document)
    assert fragment.count("<blockquote>") == 2
    assert "第 6–7 行" in fragment


def test_nothing_of_a_document_becomes_a_tag() -> None:
    fragment = answer_sources(1, ASSISTANT.ask(ODD_QUESTION), ASSISTANT.document)
    assert not re.search(r"<(img|script|b)\b", fragment)
    assert html.escape(BAD_TITLE) in fragment
    assert html.escape(BAD_QUOTE) in fragment
    assert html.escape(ODD.name) in fragment


def test_question_is_escaped() -> None:
    answer = replace(ASSISTANT.ask(QUESTION), question='"><script>')
    assert "<script" not in answer_sources(1, answer, ASSISTANT.document)


def test_refusal_shows_nearest_cases_without_numbers() -> None:
    fragment = answer_sources(3, ASSISTANT.ask(UNKNOWN_QUESTION), ASSISTANT.document)
    assert 'id="h-3-1"' in fragment
    assert "<mark>" not in fragment
    assert 'class="number"' not in fragment
    assert "没有直接依据" in fragment


def test_refusal_with_quotes_does_not_say_that_they_are_none() -> None:
    answer = replace(ASSISTANT.ask(UNKNOWN_QUESTION), citations=(cite(1, TOWN, "周六也办"),))
    fragment = answer_sources(3, answer, ASSISTANT.document)
    assert 'id="s-3-1"' in fragment
    assert "没有直接依据" not in fragment


def test_what_is_no_question_for_the_cases_has_no_sources() -> None:
    assert answer_sources(1, ASSISTANT.ask(GREETING), ASSISTANT.document) == ""


def test_copied_text_names_sources() -> None:
    text = copy_text(ASSISTANT.ask(QUESTION), ASSISTANT.document)
    assert text.startswith("青禾县：企业开办由3个工作日压缩到4小时。[1]")
    assert text.endswith("[3] 临江市“一窗通办”（临江市.docx，第 6 段）")


def test_panel_opens_the_latest_answer_only() -> None:
    turns = [answer_sources(n, ASSISTANT.ask(QUESTION), ASSISTANT.document) for n in (1, 2, 3)]
    fragment = panel(turns)
    assert re.findall(r'<details( open)? class="turn" id="t-(\d)"', fragment) == [
        (" open", "3"),
        ("", "2"),
        ("", "1"),
    ]
    assert "提问后" in panel([])
