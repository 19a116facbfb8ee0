"""REST: the command line's shapes over HTTP, and one clear line for whatever is wrong."""

import json
import re
import threading
from collections.abc import Iterator

import httpx
import pytest
from door_server import PAGE, client, ready, served
from invented import Indexed

from corpus.errors import CorpusIndexError
from corpus.types import Case
from rag.assistant import Assistant
from rag.changes import changes_json, sorted_by_speed
from rag.followup import Turn
from rag.output import answer_object, case_object, hit_object
from ui.api.guard import LARGEST_BODY
from ui.library import Library, Progress

pytest_plugins = ("indexes",)

QUESTION = "清溪县新办企业的申请材料减少到几份？"
FOLLOWING = "那要等多久？"
PATHS = ["/api/search?q=x", "/api/cases", "/api/cases/1", "/api/changes", "/api/ask?question=x"]


@pytest.fixture(scope="module")
def web(small: Indexed) -> Iterator[httpx.Client]:
    with served(ready(small.assistant)) as url, client(url) as asking:
        yield asking


def timeless(answer: dict[str, object]) -> dict[str, object]:
    return {**answer, "seconds": 0}


def expected(assistant: Assistant, *questions: str) -> dict[str, object]:
    """What the last of several questions is answered in one conversation."""
    turns: list[Turn] = []
    for question in questions:
        answer = assistant.ask(question, turns)
        assert answer.reading is not None
        turns.append(Turn(answer.reading, answer))
    return json.loads(json.dumps(timeless(answer_object(turns[-1].answer))))  # type: ignore[no-any-return]


def test_health_tells_what_is_there(web: httpx.Client, small: Indexed) -> None:
    told = web.get("/health").json()
    assert (told["status"], told["ready"], told["share"]) == ("ok", True, 1.0)
    assert (told["cases"], told["documents"]) == (len(small.assistant.cases), len(small.assistant.documents))
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])


def test_ask_answers_as_the_command_line(web: httpx.Client, small: Indexed) -> None:
    posted = web.post("/api/ask", json={"question": QUESTION, "gold": "其他字段不看"})
    fetched = web.get("/api/ask", params={"question": QUESTION})
    assert timeless(posted.json()) == timeless(fetched.json()) == expected(small.assistant, QUESTION)


def test_history_is_what_a_question_leans_on(web: httpx.Client, small: Indexed) -> None:
    alone = timeless(web.post("/api/ask", json={"question": FOLLOWING}).json())
    following = web.post("/api/ask", json={"question": FOLLOWING, "history": ["", QUESTION]})
    fetched = web.get("/api/ask", params={"question": FOLLOWING, "history": ["谢谢", QUESTION]})
    assert (
        timeless(following.json())
        == timeless(fetched.json())
        == expected(small.assistant, QUESTION, FOLLOWING)
    )
    assert following.json()["citations"] != alone["citations"]


def test_search_ranks_as_the_assistant(web: httpx.Client, small: Indexed) -> None:
    found = web.get("/api/search", params={"q": QUESTION, "limit": 3}).json()
    assert found["hits"] == [hit_object(hit) for hit in small.assistant.search(QUESTION, limit=3)]
    assert found["question"] == QUESTION


def test_pages_of_cases_together_are_all_of_them(web: httpx.Client, small: Indexed) -> None:
    pages = [web.get("/api/cases", params={"limit": 5, "offset": offset}).json() for offset in (0, 5, 10, 15)]
    assert [case for page in pages for case in page["cases"]] == [
        case_object(case) for case in small.assistant.cases
    ]
    assert {page["total"] for page in pages} == {len(small.assistant.cases)}


@pytest.mark.parametrize(
    ("conditions", "titles"),
    [
        ({"q": "电力  三零"}, ["案例4：南塘县：获得电力三零服务"]),
        ({"q": "三零", "region": "石门"}, []),
        ({"topic": "没有这个主题"}, []),
        ({"department": "没有这个部门"}, []),
    ],
)
def test_cases_meet_every_condition(
    web: httpx.Client, small: Indexed, conditions: dict[str, str], titles: list[str]
) -> None:
    told = web.get("/api/cases", params=conditions).json()
    assert told["total"] == len(told["cases"])
    assert [case["title"] for case in told["cases"]] == titles
    assert len(small.assistant.cases) > 1


def test_a_region_finds_its_cases(web: httpx.Client, small: Indexed) -> None:
    regions = {case.region for case in small.assistant.cases if case.region}
    assert regions
    for region in regions:
        told = web.get("/api/cases", params={"region": region}).json()
        assert {case["case_id"] for case in told["cases"]} == {
            case.id for case in small.assistant.cases if region in case.region
        }


def test_a_case_by_its_number(web: httpx.Client, small: Indexed) -> None:
    for case in small.assistant.cases:
        assert web.get(f"/api/cases/{case.id}").json() == case_object(case)


def test_changes_are_those_of_the_command_line(web: httpx.Client, small: Indexed) -> None:
    cases: dict[str, Case] = {case.id: case for case in small.assistant.cases}
    rows = sorted_by_speed(small.assistant.changes)
    told = web.get("/api/changes", params={"sort": "speed", "limit": 4, "offset": 1}).json()
    documents = [small.assistant.document(cases[row.case_id]) for row in rows]
    whole = [changes_json(row, cases[row.case_id], of) for row, of in zip(rows, documents, strict=True)]
    assert told["changes"] == whole[1:5]
    assert told["total"] == len(rows) > 5
    steps = web.get("/api/changes", params={"aspect": "环节", "place": "云岭", "matter": "验收"}).json()
    assert {row["aspect"] for row in steps["changes"]} == {"steps"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/ask", b'{"question": " "}', 400),
        ("POST", "/api/ask", json.dumps({"question": "问" * 5000}).encode(), 400),
        ("POST", "/api/ask", b'{"question": 5}', 422),
        ("POST", "/api/ask", b'{"question": "\\ud800"}', 422),
        ("POST", "/api/ask", b'{"question": "x", "history": "x"}', 422),
        ("POST", "/api/ask", b"{}", 422),
        ("POST", "/api/ask", b"[]", 422),
        ("POST", "/api/ask", b"{", 422),
        ("POST", "/api/ask", b"\xff", 400),
        ("POST", "/api/ask", b"", 422),
        ("POST", "/api/ask", b" " * (LARGEST_BODY + 1), 413),
        ("GET", "/api/ask", b"", 422),
        ("GET", "/api/search", b"", 422),
        ("GET", "/api/search?q=", b"", 400),
        ("GET", "/api/search?q=x&limit=0", b"", 422),
        ("GET", "/api/search?q=x&limit=十", b"", 422),
        ("GET", "/api/search?q=x&limit=1000000", b"", 422),
        ("GET", "/api/cases?offset=-1", b"", 422),
        ("GET", "/api/cases?place=x", b"", 422),
        ("GET", "/api/cases/没有", b"", 404),
        ("GET", "/api/changes?aspect=颜色", b"", 400),
        ("GET", "/api/changes?sort=上", b"", 422),
        ("GET", "/api/没有", b"", 404),
        ("GET", "/api", b"", 404),
        ("DELETE", "/api/cases", b"", 405),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    web: httpx.Client, method: str, path: str, body: bytes, status: int
) -> None:
    told = web.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert told.status_code == status
    assert set(told.json()) == {"error", "hint"}
    for line in told.json().values():
        assert re.search(r"[\u4e00-\u9fff]", line)
        assert len(line.splitlines()) == 1


def test_the_page_stays_as_it_is(web: httpx.Client) -> None:
    told = web.get("/")
    assert "网页" in told.text
    assert "网页" in PAGE


def test_the_description_is_chinese_and_asks_nothing_outside(web: httpx.Client) -> None:
    described = web.get("/openapi.json")
    operations = [operation for path in described.json()["paths"].values() for operation in path.values()]
    assert len(operations) >= 10
    assert all(re.search(r"[\u4e00-\u9fff]", operation["summary"]) for operation in operations)
    assert "://" not in described.text


def test_every_door_waits_for_the_library(small: Indexed) -> None:
    half, go = threading.Event(), threading.Event()

    def opener(progress: Progress) -> Assistant:
        progress("正在读索引", 0.5)
        half.set()
        go.wait()
        return small.assistant

    library = Library(opener, name="试验库")
    library.start()
    with served(library) as url, client(url) as web:
        half.wait()
        health = web.get("/health")
        assert (health.status_code, health.json()["status"], health.json()["share"]) == (
            503,
            "preparing",
            0.5,
        )
        for path in PATHS:
            told = web.get(path)
            assert told.status_code == 503
            assert "正在读索引，50%" in told.json()["error"]
            assert told.headers["retry-after"]
        go.set()
        library.wait()
        assert web.get("/health").status_code == web.get("/api/cases").status_code == 200


def test_a_library_that_does_not_open_is_told() -> None:
    def opener(_: Progress) -> Assistant:
        raise CorpusIndexError("索引坏了", hint="请重建")

    library = Library(opener, name="试验库")
    library.start()
    with pytest.raises(CorpusIndexError):
        library.wait()
    with served(library) as url, client(url) as web:
        assert web.get("/health").json()["status"] == "failed"
        told = web.get("/api/cases")
        assert (told.status_code, told.json()) == (503, {"error": "索引坏了", "hint": "请重建"})
