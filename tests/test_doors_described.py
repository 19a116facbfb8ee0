"""Every door that /openapi.json describes, with requests as they should and as they should not be."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from door_server import client, ready, served
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented import Indexed

pytest_plugins = ("indexes",)

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.text(max_size=40),
    st.sampled_from(
        ["", " ", "\0", "%00", "../..", "企业开办几天？", "x" * 3000, "\ud800", "1" * 400, "[]", "null"]
    ),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)
FINE = {
    "question": "企业开办要几天？",
    "q": "开办",
    "history": ["清溪县企业开办要几天？"],
    "limit": 3,
    "offset": 1,
    "sort": "speed",
    "aspect": "时间",
    "model": "case-qa",
    "messages": [{"role": "user", "content": "企业开办要几天？"}],
    "stream": False,
}


@pytest.fixture(scope="module")
def web(small: Indexed) -> Iterator[httpx.Client]:
    with served(ready(small.assistant)) as url, client(url) as asking:
        yield asking


@pytest.fixture(scope="module")
def described(web: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = web.get("/openapi.json").json()
    return found


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in sorted(described["paths"].items())
        for method, operation in sorted(methods.items())
    ]


def test_a_method_that_is_not_taken_is_told_which_are(web: httpx.Client, described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        told = web.request("TRACE", path.replace("{case_id}", "x").replace("{model}", "x"))
        assert told.status_code == 405
        allowed = {one.strip().lower() for one in told.headers["Allow"].split(",")}
        assert allowed & set(methods)
        assert allowed <= {*methods, "head", "options"}


def test_the_description_says_that_a_question_must_say_something(described: dict[str, Any]) -> None:
    asked = described["components"]["schemas"]["AskRequest"]["properties"]["question"]
    (searched,) = [
        one["schema"] for one in described["paths"]["/api/search"]["get"]["parameters"] if one["name"] == "q"
    ]
    for schema in (asked, searched):
        assert (schema["minLength"], schema["pattern"]) == (1, r"\S")


def fields(operation: dict[str, Any], described: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The names of the parameters in the address, and those of the body."""
    query = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
    body = operation.get("requestBody")
    if body is None:
        return query, []
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return query, list(described["components"]["schemas"][name]["properties"])


def fits(told: httpx.Response, path: str, operation: dict[str, Any]) -> bool:
    """Whether an answer is as described, and an error tells what is wrong and what to do."""
    if told.status_code < 400:
        return told.status_code == 200
    body = told.json()
    if path.startswith("/v1"):
        clear = bool(body["error"]["message"]) and {"type", "code", "param"} <= set(body["error"])
    else:
        clear = bool(body["error"] and body["hint"])
    known = str(told.status_code) in operation["responses"] or told.status_code == 405
    return clear and known and told.status_code < 500


def sent(web: httpx.Client, method: str, path: str, query: dict[str, Any], body: Any) -> httpx.Response:
    said = "&".join(f"{name}={quote(str(value), errors='replace')}" for name, value in query.items())
    content = None if body is None else json.dumps(body).encode()
    headers = {} if body is None else {"Content-Type": "application/json"}
    return web.request(method, f"{path}?{said}", content=content, headers=headers)


def test_every_door_is_described(described: dict[str, Any]) -> None:
    found = {(method, path) for method, path, _ in operations(described)}
    assert {
        ("get", "/health"),
        ("post", "/api/ask"),
        ("get", "/api/ask"),
        ("post", "/v1/chat/completions"),
    } <= found
    assert len(found) >= 9
    for _, path, operation in operations(described):
        assert operation["summary"], path
        assert {"400", "401", "413", "422", "429", "503"} <= set(operation["responses"]), path
        shape = operation["responses"]["400"]["content"]["application/json"]["schema"]["$ref"]
        assert shape.endswith("/OpenAIFailure" if path.startswith("/v1") else "/Failure"), path


def test_every_door_answers_what_it_should_be_asked(web: httpx.Client, described: dict[str, Any]) -> None:
    (case,) = web.get("/api/cases", params={"limit": 1}).json()["cases"]
    for method, path, operation in operations(described):
        query, body = fields(operation, described)
        whole = {name: FINE[name] for name in body if name in FINE}
        told = sent(
            web,
            method,
            path.format(case_id=case["case_id"], name="case-qa"),
            {name: FINE[name] for name in query if name in FINE and name != "history"},
            whole or None,
        )
        assert told.status_code == 200, (method, path, told.text)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_request_breaks_a_door(web: httpx.Client, described: dict[str, Any], data: st.DataObject) -> None:
    method, path, operation = data.draw(st.sampled_from(operations(described)))
    query, body = fields(operation, described)
    asked = data.draw(
        st.fixed_dictionaries({}, optional={name: ODD | st.just(FINE.get(name)) for name in [*query, "odd"]})
    )
    whole = None
    if body:
        some = st.fixed_dictionaries({}, optional={name: ODD | st.just(FINE.get(name)) for name in body})
        whole = data.draw(some | ODD)
    part = data.draw(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
    told = sent(
        web, method, path.format(case_id=quote(part, safe=""), name=quote(part, safe="")), asked, whole
    )
    assert fits(told, path, operation), (method, path, asked, whole, told.status_code, told.text)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.binary(max_size=200), st.sampled_from(["application/json", "text/plain", "multipart/form-data", ""])
)
def test_no_body_breaks_a_door(web: httpx.Client, described: dict[str, Any], body: bytes, kind: str) -> None:
    for path in ("/api/ask", "/v1/chat/completions"):
        told = web.post(path, content=body, headers={"Content-Type": kind})
        assert fits(told, path, described["paths"][path]["post"]), (path, body, told.text)
