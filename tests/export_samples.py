"""An invented library with answers as the product writes them, for the tests of exported files."""

from corpus.types import Case, Document, Span, TextLine
from rag.phrasing import escaped
from rag.types import Answer, Citation, Reason

TABLE_QUESTION, LIST_QUESTION, REFUSED_QUESTION = "各地渔船检验要多久？", "网具备案怎么办？", "那丙旗呢？"


class InventedLibrary:
    """Cases of one line under their titles, each in a document of its own."""

    name = "渔业案例库"

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}

    def case(self, title: str, body: str, region: str = "") -> Case:
        text = f"{title}\n{body}"
        key = f"d{len(self._documents)}"
        lines = (TextLine(0, 1), TextLine(len(title) + 1, 12))
        self._documents[key] = Document(key, title, "甲/选编.txt", text, "", lines)
        return Case(f"c-{key}", key, 1, title, Span(0, len(text)), (1, 12), text, title, "选编.txt", region)

    def document(self, case: Case) -> Document:
        return self._documents[case.document_id]

    def cite(self, number: int, case: Case, quote: str) -> Citation:
        start = case.text.index(quote)
        span = Span(start, start + len(quote))
        return Citation(number, case, quote, span, self.document(case).lines_of(span))


LIBRARY = InventedLibrary()
COUNTY = LIBRARY.case("甲县渔船检验提速", "渔船检验由9个工作日压缩到3个工作日。", "甲县")
CITY = LIBRARY.case("乙市“一窗”验船", "渔船检验1天办结，=SUM(A1)。", "乙市")


def answer(
    question: str,
    text: str,
    *citations: Citation,
    reason: Reason | None = None,
    resolved: str = "",
    notes: tuple[str, ...] = (),
) -> Answer:
    return Answer(
        question, text, citations, (), reason is not None, reason, 0.1, resolved=resolved, notes=notes
    )


TABLE = answer(
    TABLE_QUESTION,
    "“工作日”与“天”不能直接比较。\n\n在 9 个案例中命中 2 个：\n\n"
    "| 案例 | 地方 | 事项 | 现在 |\n|---|---|---|---|\n"
    "| 一 | 甲县 | 渔船检验 | 3个工作日[1] |\n| 二 | 乙市 | =SUM(A1) | 1天[2] |\n\n"
    "案例：一、甲县渔船检验提速；二、乙市“一窗”验船。",
    LIBRARY.cite(1, COUNTY, "渔船检验由9个工作日压缩到3个工作日"),
    LIBRARY.cite(2, CITY, "渔船检验1天办结，=SUM(A1)。"),
)
LIST = answer(
    LIST_QUESTION,
    "找到 2 个相关案例：\n\n**甲县渔船检验提速**\n\n- 渔船检验由9个工作日压缩到3个工作日[1]。\n\n"
    "**乙市“一窗”验船**\n\n- 渔船检验1天办结\\[7\\]，=SUM(A1)[2]。",
    LIBRARY.cite(1, COUNTY, "渔船检验由9个工作日压缩到3个工作日"),
    LIBRARY.cite(2, CITY, "渔船检验1天办结，=SUM(A1)。"),
    notes=("检索时按“备案”一并查找",),
)
REFUSED = answer(
    REFUSED_QUESTION,
    "“丙旗”的案例没有提到这件事。\n\n最接近的案例：\n\n- 甲县渔船检验提速",
    reason="premise_differs",
    resolved="丙旗网具备案怎么办？",
)
CONVERSATION = [(TABLE_QUESTION, TABLE), (LIST_QUESTION, LIST), (REFUSED_QUESTION, REFUSED)]


def answer_of(text: str) -> tuple[Answer, InventedLibrary]:
    """An answer made of any text at all: title, place, quote, table and list hold it."""
    library = InventedLibrary()
    case = library.case(text, text, text)
    citation = Citation(1, case, text, Span(0, len(text)), (1, 1))
    cell = escaped(" ".join(text.split()))
    markdown = f"**{cell}**\n\n- {cell}[1]。\n\n| 案例 | 内容 |\n|---|---|\n| 一 | {cell}[1] |\n\n{cell}。"
    return answer(text, markdown, citation, resolved=text, notes=(text,)), library
