"""Invented cases and an assistant that answers from them, for the tests of the page."""

import time
from dataclasses import dataclass, field

from corpus.errors import InputError, ModelError
from corpus.types import Case, Chunk, Document, LineUnit, Span, TextLine
from rag.types import Answer, Citation, Hit

BAD_TITLE = '<img src=x onerror="window.hacked=1">甲市 <script>window.hacked=1</script> & 乙'
BAD_QUOTE = "窗口写着 <b>三天</b> & <script>window.hacked=1</script> ${window.hacked=1} {{x}} 办结。"
QUESTION = "企业开办几天？"
ODD_QUESTION = "奇怪的标题"
UNKNOWN_QUESTION = "月球上怎么办证？"
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


@dataclass
class SampleAssistant:
    """Answers a few fixed questions.

    Attributes:
        asked: the questions so far.
        pause: seconds an answer takes.
    """

    asked: list[str] = field(default_factory=list)
    pause: float = 0.0

    @property
    def cases(self) -> tuple[Case, ...]:
        return tuple(CASES.values())

    def document(self, of: Case) -> Document:
        return {found.id: found for found in (TOWN, CITY, ODD)}[of.document_id]

    def ask(self, question: str) -> Answer:
        self.asked.append(question)
        time.sleep(self.pause)
        if not question.strip():
            raise InputError("问题是空的", hint="请输入想了解的内容")
        if question == BROKEN_QUESTION:
            raise ModelError("模型打不开", hint="请检查模型文件夹")
        if question == CRASHING_QUESTION:
            raise ZeroDivisionError
        if question == UNKNOWN_QUESTION:
            return self._answer(question, "案例库里没有找到能回答这个问题的依据。", refused=True)
        if question == ODD_QUESTION:
            text = "- 坏<img src=x onerror='window.hacked=1'>：窗口写着 ![x](http://198.51.100.7/x.png)。[1]"
            return self._answer(question, text, cite(1, ODD, BAD_QUOTE))
        text = (
            "**青禾县**：企业开办由3个工作日压缩到4小时。[1] 新开办企业免费得到一套印章。[2]\n\n"
            "**临江市**：临江市开办企业只跑一次，2小时拿到执照。[3]"
        )
        return self._answer(
            question,
            text,
            cite(1, TOWN, "企业开办由3个工作日压缩到4小时。"),
            cite(2, TOWN, "新开办企业免费得到一套印章。"),
            cite(3, CITY, "临江市开办企业只跑一次，2小时拿到执照。"),
        )

    def _answer(self, question: str, text: str, *citations: Citation, refused: bool = False) -> Answer:
        hits = tuple(
            Hit(found, Chunk(f"{found.id}-1", found.id, 1, "", found.span), 1.0 / rank, rank)
            for rank, found in enumerate(self.cases, start=1)
        )
        reason = "no_evidence" if refused else None
        return Answer(question, text, citations, hits, refused, reason, 0.01)


def test_sample_quotes_stand_in_their_documents() -> None:
    assistant = SampleAssistant()
    for citation in assistant.ask(QUESTION).citations:
        assert citation.span.of(assistant.document(citation.case).text) == citation.quote
