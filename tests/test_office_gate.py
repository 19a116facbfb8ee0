"""What stands before the whole port: nothing is reached without a login, and nothing odd with one."""

import base64
import re

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_server import (
    FORM,
    KEY,
    NAME,
    NAVIGATION,
    PASSWORD,
    PROGRAM,
    Served,
    quick,
)

from ui.office.accounts import drop_account, keep_account
from ui.office.login import inside
from ui.office.logins import COOKIE

pytest.importorskip("gradio")
pytest_plugins = ("indexes", "offices")

COMPLETION = {"model": "case-qa", "messages": [{"role": "user", "content": "企业开办几天？"}]}


def test_a_person_is_led_to_the_login_and_back(served: Served) -> None:
    with served.client(**NAVIGATION) as asking:
        told = asking.get("/api/cases")
        assert (told.status_code, told.headers["location"]) == (303, "/login?next=/api/cases")
        form = asking.get(told.headers["location"])
        assert form.status_code == 200
        assert 'name="next" value="/api/cases"' in form.text
        assert "<script" not in form.text
        assert "default-src 'none'" in form.headers["content-security-policy"]
        entered = asking.post("/login", data={"name": NAME, "password": PASSWORD, "next": "/api/cases"})
        assert (entered.status_code, entered.headers["location"]) == (303, "/api/cases")
        cookie = entered.headers["set-cookie"]
        assert re.fullmatch(rf"{COOKIE}=[\w-]{{43,}}; HttpOnly; Path=/; SameSite=strict", cookie)
        assert asking.get("/api/cases").json()["total"] > 0
        assert asking.get("/login").headers["location"] == "/"
        page = asking.get("/")
        assert f"已登录：{NAME}" in page.text
        assert page.headers["cache-control"] == "no-store"
        left = asking.post("/logout")
        assert left.headers["location"] == "/login"
        asking.cookies.set(COOKIE, cookie.partition("=")[2].partition(";")[0])
        assert asking.get("/api/cases").status_code == 303  # the number is worth nothing any more


def test_behind_https_the_cookie_is_for_https_alone(served: Served) -> None:
    with served.client(**{"X-Forwarded-Proto": "https"}) as asking:
        cookie = asking.post("/login", data={"name": NAME, "password": PASSWORD}).headers["set-cookie"]
    assert "; Secure" in cookie


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "/login?x", "", "/\t/x"]
)
def test_nobody_is_led_elsewhere(served: Served, target: str) -> None:
    with served.client() as asking:
        told = asking.post("/login", data={"name": NAME, "password": PASSWORD, "next": target})
    assert told.headers["location"] == "/"


@given(st.text())
def test_a_target_is_a_path_of_this_server(target: str) -> None:
    assert re.fullmatch(r"/(?![/\\]).*", inside(target)) or inside(target) == "/"


def test_a_wrong_login_tells_nothing_of_the_name(served: Served) -> None:
    with served.client() as asking:
        told = [
            asking.post(
                "/login",
                data={"name": name, "password": "wrong word"},
                headers={"X-Forwarded-For": "10.1.1.1"},
            )
            for name in (NAME, "没有的人")
        ]
    assert {one.status_code for one in told} == {401}
    assert told[0].text.replace(NAME, "N") == told[1].text.replace("没有的人", "N")
    assert "姓名或口令不对" in told[0].text


def test_who_guesses_has_to_wait_and_is_told_how_long(served: Served) -> None:
    guess = {"name": "<b>猜的人</b>", "password": "wrong word"}
    with served.client(**{"X-Forwarded-For": "10.1.1.2"}) as asking:
        for _ in range(5):
            assert asking.post("/login", data=guess).status_code == 401
        told = asking.post("/login", data=guess)
        assert told.status_code == 429
        assert 0 < int(told.headers["retry-after"]) <= 900
        assert "请过 15 分钟再试" in told.text
        assert "<b>" not in told.text
        # The same address at a door.
        door = asking.get("/v1/models", headers={"Authorization": f"Bearer {PROGRAM}:{KEY}"})
        assert (door.status_code, door.json()["error"]["code"]) == (429, "too_many")
        assert int(door.headers["retry-after"]) > 0
    with served.client(**{"X-Forwarded-For": "10.1.1.3"}) as other:
        assert (
            other.get("/v1/models", headers={"Authorization": f"Bearer {PROGRAM}:{KEY}"}).status_code == 200
        )


@pytest.mark.parametrize("body", [b"", b"name=%FF&password=%00", b"&&&=&" * 200, b"a=1&" * 100, b"\xff\xfe"])
def test_odd_forms_are_wrong_logins(served: Served, body: bytes) -> None:
    with served.client(**{"X-Forwarded-For": f"10.2.0.{len(body) % 250}"}) as asking:
        assert asking.post("/login", content=body, headers=FORM).status_code == 401


def test_large_forms_are_refused(served: Served) -> None:
    with served.client() as asking:
        assert asking.post("/login", content=b"name=" + b"a" * 9000, headers=FORM).status_code == 413
        pieces = (b"a" * 1000 for _ in range(12))
        assert asking.post("/login", content=pieces, headers=FORM).status_code == 413
        assert asking.request("PUT", "/login").status_code == 405


@pytest.mark.parametrize("path", ["/api/cases", "/v1/models", "/openapi.json"])
def test_programs_come_in_by_basic_and_bearer(served: Served, path: str) -> None:
    basic = base64.b64encode(f"{NAME}:{PASSWORD}".encode()).decode()
    with served.client() as asking:
        assert asking.get(path, headers={"Authorization": f"Basic {basic}"}).status_code == 200
        assert asking.get(path, headers={"Authorization": f"Bearer {PROGRAM}:{KEY}"}).status_code == 200
        wrong = asking.get(path, headers={"Authorization": "Bearer sk-none", "X-Forwarded-For": "10.3.0.1"})
        assert wrong.status_code == 401
        assert wrong.headers["www-authenticate"].startswith("Basic ")
        # What is open to programs does not open the page.
        assert asking.get("/config", headers={"Authorization": f"Bearer {PROGRAM}:{KEY}"}).status_code == 401


def test_openai_and_mcp_answer_whoever_has_a_key(served: Served) -> None:
    openai = pytest.importorskip("openai")
    with httpx.Client(trust_env=False) as plain:
        key = f"{PROGRAM}:{KEY}"
        asking = openai.OpenAI(base_url=f"{served.url}/v1", api_key=key, http_client=plain)
        said = asking.chat.completions.create(**COMPLETION)
    assert said.choices[0].message.content
    with served.client(Authorization=f"Bearer {PROGRAM}:{KEY}") as client:
        accepted = {"Accept": "application/json, text/event-stream"}
        request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        assert client.post("/mcp", json=request, headers=accepted).status_code == 200


def test_health_tells_strangers_the_status_alone(served: Served, inside_client: httpx.Client) -> None:
    with served.client() as asking:
        assert asking.get("/health").json() == {"status": "ok", "ready": True}
    assert inside_client.get("/health").json()["cases"] > 0


def test_a_removed_account_and_another_password_end_sessions(served: Served) -> None:
    path = served.office.settings.auth_file
    assert path is not None
    for end in (
        lambda: keep_account(path, "临时", quick("other word 2")),
        lambda: drop_account(path, "临时"),
    ):
        keep_account(path, "临时", quick("first word 1"))
        with served.log_in("临时", "first word 1") as asking:
            assert asking.get("/api/cases").status_code == 200
            end()
            assert asking.get("/api/cases").status_code == 401


def test_a_broken_account_file_lets_nobody_in_until_it_is_mended(served: Served) -> None:
    path = served.office.settings.auth_file
    assert path is not None
    whole = path.read_text(encoding="utf-8")
    with served.log_in() as asking:
        try:
            path.write_text(whole + "坏行\n", encoding="utf-8")
            told = asking.get("/api/cases")
            assert told.status_code == 503
            assert "账号文件有错" in told.json()["error"]
            assert str(path) not in told.text
            form = asking.post("/login", data={"name": NAME, "password": PASSWORD})
            assert form.status_code == 503
            assert asking.get("/health").status_code == 503
        finally:
            path.write_text(whole, encoding="utf-8")
        assert asking.get("/api/cases").status_code == 200


def test_posts_of_other_pages_and_other_names_are_refused(
    served: Served, inside_client: httpx.Client
) -> None:
    for path in ("/login", "/logout", "/gradio_api/queue/join", "/gradio_api/upload", "/v1/chat/completions"):
        for origin in ("http://evil.example", "null", f"{served.url}1"):
            told = inside_client.post(path, headers={"Origin": origin})
            assert told.status_code == 403, (path, origin)
    assert inside_client.get("/", headers={"Host": "evil.example", **NAVIGATION}).status_code == 421
    assert inside_client.post("/logout", headers={"Host": "evil.example"}).status_code == 421
    assert inside_client.get("/api/cases").status_code == 200  # still logged in
