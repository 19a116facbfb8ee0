"""Invented cases and an assistant that answers from them, for the tests of the page."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from corpus.errors import ModelError
from corpus.types import Case, Chunk, Document, LineUnit, Span, TextLine
from rag.followup import Turn, resolve
from rag.types import Answer, Citation, Hit, Reason
from rag.understand import Corrections, Reading, corrected, understand
from rag.vocabulary import Vocabulary

BAD_TITLE = '<img src=x onerror="window.hacked=1">甲市 <script>window.hacked=1</script> & 乙'
BAD_QUOTE = "窗口写着 <b>三天</b> & <script>window.hacked=1</script> ${window.hacked=1} {{x}} 办结。"
QUESTION = "企业开办几天？"
ODD_QUESTION = "奇怪的标题"
UNKNOWN_QUESTION = "月球上怎么办证？"
TABLE_QUESTION = "哪些地方压缩了企业开办时间？"
COMPARISON = "青禾和临江的企业开办时限"
WRITTEN_QUESTION = "企业开办是怎么写的？"
GREETING = "你好"
BROKEN_QUESTION = "模型坏了吗？"
CRASHING_QUESTION = "程序坏了吗？"


def document(name: str, title: str, paragraphs: list[str], unit: LineUnit = "line") -> Document:
    """A document of one paragraph a line, its first line being line 5 of the raw file."""
    starts = [sum(len(text) + 1 for text in paragraphs[:i]) for i in range(len(paragraphs))]
    lines = tuple(TextLine(start, number) for number, start in enumerate(starts, start=5))
    return Document(name, title, f"资料/{name}", "\n".join(paragraphs), "0" * 64, lines, unit=unit)


def case(of: Document, number: int = 1, **fields: str) -> Case:
    """The whole of a document as one case."""
    span = Span(0, len(of.text))
    title = of.text.split("\n")[0]
    lines = of.lines_of(span)
    return Case(f"{of.id}-{number}", of.id, number, title, span, lines, of.text, of.title, of.name, **fields)


def cite(number: int, of: Document, quote: str) -> Citation:
    start = of.text.index(quote)
    span = Span(start, start + len(quote))
    return Citation(number, CASES[of.id], quote, span, of.lines_of(span))


TOWN = document(
    "青禾县.md",
    "青禾县经验",
    [
        "青禾县企业开办半日办结",
        "青禾县把登记、刻章和领票合成一张表。企业开办由3个工作日压缩到4小时。新开办企业免费得到一套印章。",
        "大厅每天开到晚上八点，周六也办。",
    ],
)
CITY = document(
    "临江市.docx",
    "临江市材料汇编",
    ["临江市“一窗通办”", "临江市开办企业只跑一次，2小时拿到执照。", "其他事项也在同一个窗口收件。"],
    unit="paragraph",
)
ODD = document("坏<标题>.pdf", "坏文件", [BAD_TITLE, BAD_QUOTE], unit="page")

CASES = {
    TOWN.id: case(TOWN, region="青禾县", department="青禾县行政审批局", period="2023年"),
    CITY.id: case(CITY, region="临江市"),
    ODD.id: case(ODD),
}


TABLE = """在 3 个案例中命中 2 个：

| 案例 | 地方 | 事项 | 原来 | 现在 |
|---|---|---|---|---|
| 一 | 青禾县 | 企业开办 | 3个工作日 | 4小时[1] |
| 二 | 临江市 | 企业\\|开办 | — | 2小时[2] |
| 二 | 临江市 | 其他事项 | — | 半天[3] |
| 二 | 临江市 | 其他事项也在同一个窗口收件，不必再去别的窗口，也不必再跑第二次[3] | — | — |

案例：一、青禾县企业开办半日办结；二、临江市“一窗通办”。"""
COMPARISON_TABLE = """在 3 个案例中命中 2 个：

| 案例 | 地方 | 事项 | 原来 | 现在 |
|---|---|---|---|---|
| 一 | 青禾县 | 企业开办 | 3个工作日 | 4小时[1] |
| 二 | 临江市 | 企业开办 | — | 1个工作日[2] |

案例：一、青禾县企业开办半日办结；二、临江市“一窗通办”。"""
SAID = {
    "no_evidence": "案例库里没有找到能回答这个问题的依据。",
    "place_not_found": "案例库里没有“月亮市”的案例。",
    "figure_masked": "原文把这个数字隐去了。",
    "premise_differs": "问题里说的“9天”没有依据。",
    "out_of_scope": "这里只回答案例库里的问题。",
}
REASONS: dict[str, Reason] = {
    UNKNOWN_QUESTION: "no_evidence",
    "月亮市开办企业几天？": "place_not_found",
    "给了几万元补贴？": "figure_masked",
    "为什么压缩到9天？": "premise_differs",
    GREETING: "out_of_scope",
}


def read(question: str) -> Reading:
    return understand(question, longest=500, vocabulary=Vocabulary([]), known_places=["青禾", "临江"])


@dataclass
class SampleAssistant:
    """Answers a few fixed questions.

    Attributes:
        asked: the questions so far, as they were resolved.
        corrected: the corrections that came with each of them.
        pause: seconds an answer takes.
        go: what is written piece by piece waits for it before its second piece.
    """

    asked: list[str] = field(default_factory=list)
    corrected: list[Corrections | None] = field(default_factory=list)
    pause: float = 0.0
    go: threading.Event = field(default_factory=threading.Event)

    @property
    def cases(self) -> tuple[Case, ...]:
        return tuple(CASES.values())

    @property
    def documents(self) -> tuple[Document, ...]:
        return (TOWN, CITY, ODD)

    def case(self, case_id: str) -> Case:
        return {one.id: one for one in self.cases}[case_id]

    def document(self, of: Case) -> Document:
        return {found.id: found for found in (TOWN, CITY, ODD)}[of.document_id]

    def ask(self, question: str) -> Answer:
        return list(self.stream(question))[-1]

    def stream(
        self, question: str, turns: Sequence[Turn] = (), corrections: Corrections | None = None
    ) -> Iterator[Answer]:
        time.sleep(self.pause)
        resolved = resolve(question, read(question), turns).question
        self.asked.append(resolved)
        self.corrected.append(corrections)
        reading = corrected(read(resolved), corrections or Corrections())
        for answer in self._answers(resolved):
            told = resolved if resolved != question else ""
            yield replace(answer, question=question, reading=reading, resolved=told)

    def _answers(self, question: str) -> Iterator[Answer]:
        if question == BROKEN_QUESTION:
            raise ModelError("模型打不开", hint="请检查模型文件夹")
        if question == CRASHING_QUESTION:
            raise ZeroDivisionError
        if question == WRITTEN_QUESTION:
            first = cite(1, TOWN, "周六也办")
            yield self._answer("大厅周六也办[1]。", first)
            self.go.wait(10)
            yield self._answer("大厅周六也办[1]。临江市只跑一次[2]。", first, cite(2, CITY, "只跑一次"))
        else:
            yield self._found(question)

    def _found(self, question: str) -> Answer:
        if question in REASONS:
            reason = REASONS[question]
            return replace(self._answer(SAID[reason]), refused=True, reason=reason)
        if question == ODD_QUESTION:
            text = "- 坏<img src=x onerror='window.hacked=1'>：窗口写着 ![x](http://198.51.100.7/x.png)。[1]"
            return self._answer(text, cite(1, ODD, BAD_QUOTE))
        if question == COMPARISON:
            quotes = ("企业开办由3个工作日压缩到4小时。", "临江市开办企业只跑一次，2小时拿到执照。")
            return self._answer(COMPARISON_TABLE, cite(1, TOWN, quotes[0]), cite(2, CITY, quotes[1]))
        if question == TABLE_QUESTION:
            quotes = ("企业开办由3个工作日压缩到4小时。", "临江市开办企业只跑一次，2小时拿到执照。")
            other = cite(3, CITY, "其他事项也在同一个窗口收件。")
            return self._answer(TABLE, cite(1, TOWN, quotes[0]), cite(2, CITY, quotes[1]), other)
        text = (
            "**青禾县**：企业开办由3个工作日压缩到4小时。[1] 新开办企业免费得到一套印章。[2]\n\n"
            "**临江市**：临江市开办企业只跑一次，2小时拿到执照。[3]"
        )
        return self._answer(
            text,
            cite(1, TOWN, "企业开办由3个工作日压缩到4小时。"),
            cite(2, TOWN, "新开办企业免费得到一套印章。"),
            cite(3, CITY, "临江市开办企业只跑一次，2小时拿到执照。"),
        )

    def _answer(self, text: str, *citations: Citation) -> Answer:
        hits = tuple(
            Hit(found, Chunk(f"{found.id}-1", found.id, 1, "", found.span), 1.0 / rank, rank)
            for rank, found in enumerate(self.cases, start=1)
        )
        return Answer("", text, citations, hits, refused=False, reason=None, seconds=0.01)


def test_sample_quotes_stand_in_their_documents() -> None:
    assistant = SampleAssistant()
    for citation in assistant.ask(QUESTION).citations:
        assert citation.span.of(assistant.document(citation.case).text) == citation.quote
