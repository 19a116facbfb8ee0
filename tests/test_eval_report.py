"""The report: one file that asks for nothing, with everything escaped, and runs side by side."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import InputError
from eval.gold import Question
from eval.report import write_report
from eval.scoring import Score, score_answers

EVIL = '<script>alert("1")</script><img src="http://example.com/a.png">'


def answer(question: str, text: str, quote: str, **more: Any) -> dict[str, Any]:
    return {
        "question": question,
        "answer": text,
        "refused": False,
        "citations": [{"n": 1, "title": f"甲县{EVIL}", "case_id": "a", "quote": quote}],
        "hits": [{"title": f"甲县{EVIL}", "case_id": "a"}],
        "seconds": 0.1,
        **more,
    }


QUESTIONS = (
    Question("one", f"甲县要几天？{EVIL}", "figure", answerable=True, gold=("a",), must=("1天",)),
    Question("two", "乙县呢？", "unanswerable", answerable=False, history=(EVIL,)),
)


def scores(days: int) -> list[Score]:
    return list(
        score_answers(
            QUESTIONS,
            [
                answer(
                    QUESTIONS[0].question,
                    f"- 甲县企业开办由5天压缩到{days}天[1]。\n{EVIL}",
                    f"甲县企业开办由5天压缩到1天。{EVIL}",
                    tier={"index": EVIL, "cases": 1},
                ),
                answer(QUESTIONS[1].question, "- 甲县有1处[1]。", "甲县有1处。", refused=True),
            ],
        )
    )


class Tags(HTMLParser):
    """Collects the elements of a page and checks that they nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(path: Path) -> tuple[str, Tags]:
    text = path.read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    return text, tags


def test_the_page_asks_for_nothing_and_runs_nothing(tmp_path: Path) -> None:
    out = tmp_path / "报告.html"
    write_report([(EVIL, scores(1)), ("二", scores(3))], out, worst=10)
    text, tags = page(out)
    assert not {"script", "img", "link", "iframe", "object", "form"} & {tag for tag, _ in tags.seen}
    for tag, attributes in tags.seen:
        assert not any(name in attributes for name in ("src", "href", "xlink:href", "onload")), tag
        assert not any(name.startswith("on") for name in attributes), tag
    assert not re.search(r"url\(|@import", text)
    assert "&lt;script&gt;" in text


def test_runs_stand_side_by_side_with_the_worst_in_full(tmp_path: Path) -> None:
    out = tmp_path / "报告.html"
    write_report([("先", scores(1)), ("后", scores(3))], out, worst=1)
    text, tags = page(out)
    assert text.index("先</th>") < text.index("后</th>")
    assert sum(tag == "article" for tag, _ in tags.seen) == 2
    assert sum(tag == "svg" for tag, _ in tags.seen) >= 4
    assert "引文里是" in text or "引文里没有" in text
    assert "有引文支持" in text


def test_bars_are_as_long_as_their_figures(tmp_path: Path) -> None:
    out = tmp_path / "报告.html"
    write_report([("一", scores(3))], out, worst=0)
    _, tags = page(out)
    lengths = {float(attributes["width"] or 0) for tag, attributes in tags.seen if tag == "rect"}
    assert lengths == {0.0, 165.0, 330.0}


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="无法写入"):
        write_report([("一", scores(1))], tmp_path / "没有" / "报告.html", worst=1)
