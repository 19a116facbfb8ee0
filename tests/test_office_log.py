"""What is counted and written down: questions of each client, lines of the log, and a page that only answers."""

import json
import logging
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from invented import Indexed
from office_server import KEY, NAME, PASSWORD, PROGRAM, Served, account_file, office_server
from starlette.requests import Request as WebRequest

from corpus.errors import InputError
from rag.followup import Turn
from rag.settings import Settings
from rag.types import Answer
from ui.office import paths
from ui.office.asker import SCOPE, Asker, asking, current, loopback
from ui.office.limits import TooManyError, Window
from ui.office.office import open_office
from ui.office.request_log import RequestLog
from ui.office.serving import private_folder, warnings
from ui.office.watched import Watched

pytest.importorskip("gradio")
pytest_plugins = ("indexes",)

QUESTION = "清溪县企业开办要几天？"
ELSEWHERE = {"X-Forwarded-For": "10.9.0.1"}


def lines(path: Path, least: int = 0) -> list[dict[str, Any]]:
    """The lines of a log once there are `least`: the last is written after its answer was sent."""
    until = time.monotonic() + 30
    while True:
        found = path.read_text(encoding="utf-8").splitlines()
        if len(found) >= least or time.monotonic() > until:
            return [json.loads(line) for line in found]
        time.sleep(0.05)


@pytest.fixture(scope="module")
def logged(small: Indexed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("log")
    values = {
        "auth_file": account_file(folder),
        "request_log": folder / "log.jsonl",
        "questions_per_minute": 4,
    }
    with office_server(small.assistant, read_only=True, **values) as served:
        yield served


def test_every_request_and_login_has_a_line_without_its_question(logged: Served) -> None:
    path = logged.office.settings.request_log
    assert path is not None
    with logged.client(**ELSEWHERE) as asking:
        asking.post("/login", data={"name": NAME, "password": "wrong word"})
        asking.post("/login", data={"name": "whatever I typed", "password": "wrong word"})
    with logged.log_in() as asking:
        told = asking.post("/api/ask", json={"question": QUESTION}).json()
        asking.get("/api/ask", params={"question": ""})
        asking.get("/api/search", params={"q": QUESTION})
        asking.get("/health")
        asking.get("/theme.css")
        asking.get("/")
        asking.post("/logout")
    with logged.client() as asking:
        asking.get("/api/cases")
    found = lines(path, 9)
    assert [(line["door"], line["kind"]) for line in found] == [
        ("login", "login_wrong"),
        ("login", "login_wrong"),
        ("login", "login"),
        ("rest", "answer"),
        ("rest", "error"),
        ("rest", "ok"),
        ("page", "open"),
        ("login", "logout"),
        ("rest", "unauthorized"),
    ]
    answer = found[3]
    assert answer["cases"] == list(dict.fromkeys(one["case_id"] for one in told["citations"]))
    assert (answer["account"], answer["client"], answer["path"]) == (NAME, "127.0.0.1", "/api/ask")
    assert answer["seconds"] > 0
    assert found[0]["client"] == "10.9.0.1"
    assert found[0]["tried"] == NAME
    text = path.read_text(encoding="utf-8")
    for secret in (QUESTION, PASSWORD, "whatever I typed", "question="):
        assert secret not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_account_has_its_own_number_of_questions_and_is_told_to_wait(logged: Served) -> None:
    with logged.client(Authorization=f"Bearer {PROGRAM}:{KEY}") as asking:
        body = {"messages": [{"role": "user", "content": QUESTION}]}
        told = [asking.post("/v1/chat/completions", json={**body, "stream": n % 2 == 1}) for n in range(6)]
        assert [one.status_code for one in told] == [200] * 4 + [429] * 2
        for one in told[4:]:
            assert one.json()["error"]["message"].startswith("问得太快了。请过")
            assert 0 < int(one.headers["retry-after"]) <= 60
        rest = asking.get("/api/ask", params={"question": QUESTION})
        assert (rest.status_code, rest.json()["error"]) == (429, "问得太快了")
        assert asking.get("/api/cases").status_code == 200
        call = {"name": "ask", "arguments": {"question": QUESTION}}
        request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        accepted = {"Accept": "application/json, text/event-stream"}
        tool = asking.post("/mcp", json=request, headers=accepted).json()["result"]
        assert tool["isError"]
        assert "问得太快了" in tool["content"][0]["text"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/cases", True),
        ("POST", "/api/ask", True),
        ("POST", "/mcp", True),
        ("POST", "/v1/chat/completions", True),
        ("POST", "/gradio_api/queue/join", True),
        ("POST", "/gradio_api/upload", False),
        ("POST", "/api/documents", False),
        ("DELETE", "/api/cases/x", False),
        ("PUT", "/v1/files", False),
    ],
)
def test_a_page_that_only_answers_has_nothing_that_changes(method: str, path: str, *, allowed: bool) -> None:
    assert paths.changes(method, path) is not allowed


def test_a_page_that_only_answers_takes_no_files(logged: Served) -> None:
    with logged.log_in() as asking:
        told = asking.post("/gradio_api/upload", files={"files": ("a.txt", b"text")})
        assert (told.status_code, told.json()["error"]) == (403, "这里只能提问，不能改动材料")
        assert asking.delete("/api/cases/x").status_code == 403


class Repeats:
    """Answers nothing, or breaks."""

    cases = documents = ()

    def ask(self, question: str, turns: Sequence[Turn] = ()) -> Answer:
        del turns
        return Answer(question, "没有", (), (), refused=True, reason="no_evidence", seconds=0.0)

    def stream(self, question: str, turns: Sequence[Turn] = ()) -> Iterator[Answer]:
        if not question:
            raise InputError("问题是空的")
        yield self.ask(question, turns)
        yield self.ask(question, turns)


def watched(log: RequestLog, *, everybody: bool = False) -> Watched:
    return Watched(Repeats(), log, Window(2, 60), everybody=everybody)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "everybody", "counted"),
    [("10.0.0.1", False, True), ("127.0.0.1", False, False), ("::1", True, True), ("", True, False)],
)
def test_who_sits_at_the_machine_alone_is_not_counted(
    address: str, *, everybody: bool, counted: bool
) -> None:
    assistant = watched(RequestLog(None), everybody=everybody)
    ended = []
    for _ in range(3):
        with asking(Asker(address, "page")):
            try:
                list(assistant.stream("问题"))
            except TooManyError as error:
                ended.append(error.wait)
    assert bool(ended) is counted


def test_one_request_counts_once_whatever_is_asked_again_for_it() -> None:
    assistant = watched(RequestLog(None))
    for _ in range(2):
        with asking(Asker("10.0.0.1", "rest")):
            for _ in range(4):
                assistant.ask("问题")
    with asking(Asker("10.0.0.1", "rest")), pytest.raises(TooManyError):
        assistant.ask("问题")


def test_questions_of_the_page_are_written_with_what_became_of_them(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = RequestLog(path, questions=True)
    assistant = watched(log)
    with asking(Asker("10.0.0.1", "page", "张三")):
        list(assistant.stream("问题一"))
    with asking(Asker("10.0.0.1", "page")):
        pieces = assistant.stream("问题二")
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
    with asking(Asker("10.0.0.2", "page")), pytest.raises(InputError):
        list(assistant.stream(""))
    with asking(Asker("10.0.0.1", "page", "张三")):
        list(assistant.stream("问题一"))
    with asking(Asker("10.0.0.1", "page", "张三")), pytest.raises(TooManyError):
        list(assistant.stream("问题三"))
    log.close()
    found = lines(path)
    assert [line["kind"] for line in found] == ["refusal", "stopped", "error", "refusal", "too_many"]
    assert [line.get("question") for line in found] == ["问题一", "问题二", None, "问题一", None]
    assert found[0]["account"] == "张三"
    assert found[0]["reason"] == "no_evidence"


def test_a_question_of_the_page_is_known_by_the_request_that_gradio_keeps() -> None:
    from gradio import Request
    from gradio.context import LocalContext

    assert current() is None
    asker = Asker("10.0.0.1", "page")
    scope = {"type": "http", "headers": [], "query_string": b"", SCOPE: asker}
    token = LocalContext.request.set(Request(WebRequest(scope)))
    try:
        assert current() is asker
    finally:
        LocalContext.request.reset(token)


def test_a_log_is_rotated_and_its_failure_harms_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "folder" / "log"
    path.parent.mkdir()
    log = RequestLog(path, largest=2000)
    for _ in range(100):
        log.note(Asker("10.0.0.1", "page"), "answer", 0.1)
    names = sorted(one.name for one in path.parent.iterdir())
    assert names == ["log", *(f"log.{n}" for n in range(1, 6))]
    assert all(one.stat().st_size <= 2000 for one in path.parent.iterdir())
    for one in path.parent.iterdir():
        one.unlink()
    path.parent.rmdir()
    with caplog.at_level(logging.WARNING):
        for _ in range(50):
            log.note(Asker("10.0.0.1", "page"), "answer", 0.1)
    assert [record.getMessage().split("，")[0] for record in caplog.records] == ["请求记录写不进去了"]
    log.close()


def test_a_log_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="请求记录"):
        open_office(Settings(request_log=tmp_path / "没有" / "log"))
    with pytest.raises(InputError, match="没有这个账号文件"):
        open_office(Settings(auth_file=tmp_path / "没有"))


def test_whoever_opens_the_page_for_others_is_told_what_to_mind(tmp_path: Path) -> None:
    alone = open_office(Settings())
    assert warnings("127.0.0.1", alone) == warnings("::1", alone) == []
    (warning,) = warnings("0.0.0.0", alone)  # noqa: S104 - nothing is bound
    assert "不用登录" in warning
    assert "--auth-file" in warning
    path = account_file(tmp_path)
    guarded = open_office(Settings(auth_file=path))
    assert warnings("127.0.0.1", guarded) == []
    (warning,) = warnings("10.0.0.5", guarded)
    assert "https" in warning
    path.chmod(0o640)
    assert "chmod 600" in warnings("127.0.0.1", guarded)[0]
    path.write_text("", encoding="utf-8")
    assert "还没有账号" in warnings("127.0.0.1", open_office(Settings(auth_file=path)))[0]


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.8.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("::", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine(host: str, *, own: bool) -> None:
    assert loopback(host) is own


def test_files_of_the_page_lie_in_a_folder_that_nobody_else_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.delenv("GRADIO_TEMP_DIR", raising=False)
    with private_folder():
        folder = Path(os.environ["GRADIO_TEMP_DIR"])
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()
    assert "GRADIO_TEMP_DIR" not in os.environ
    monkeypatch.setenv("GRADIO_TEMP_DIR", "elsewhere")
    with private_folder():
        assert os.environ["GRADIO_TEMP_DIR"] == "elsewhere"
