"""Which paths are reached: nothing without a login, with one what the page uses, and never a file of anybody's."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import Indexed
from office_server import Served
from starlette.routing import BaseRoute, Mount

from ui.office import paths

pytest.importorskip("gradio")
pytest_plugins = ("indexes", "offices")


def routes(found: list[BaseRoute], start: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path that the whole application knows, parameters filled in."""
    for route in found:
        inner = getattr(route, "original_router", route)  # FastAPI wraps what it includes
        if inner is not route or isinstance(route, Mount):
            yield from routes(list(inner.routes), start + getattr(route, "path", ""))
        else:
            path = re.sub(r"\{\w+(?::\w+)?\}", "x", start + getattr(route, "path", "")) or "/"
            for method in sorted(getattr(route, "methods", None) or {"GET", "POST"}):
                yield method, path


def walked(served: Served) -> set[tuple[str, str]]:
    return set(routes(served.app._app._app.routes))


def test_nothing_is_reached_without_a_login(served: Served) -> None:
    found = walked(served)
    paths = {path for _, path in found}
    assert {"/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/file=x", "/config", "/mcp"} <= paths
    assert len(paths) > 80
    with served.client() as asking:
        for method, path in sorted(found):
            told = asking.request(method, path)
            if path != "/health":
                assert told.status_code == 401 or told.headers.get("location") in {"/", "/login"}, (
                    method,
                    path,
                )
                assert method == "HEAD" or path in {"/login", "/logout"} or told.json()["error"], (
                    method,
                    path,
                )
            assert "set-cookie" not in told.headers


def test_nothing_but_what_the_page_uses_is_reached_with_one(
    served: Served, inside_client: httpx.Client
) -> None:
    used = {
        *"/ /config /theme.css /favicon.ico /assets/x /static/x /svelte/x".split(),
        *"/health /openapi.json /api/x /v1/x /mcp /api /v1 /config/".split(),
    }
    start = "/gradio_api/"
    page = "app_id cancel component_server heartbeat/x info queue/data queue/join reset run/x startup-events"
    used |= {f"{start}{name}" for name in (*page.split(), "theme.css", "upload", "upload_progress")}
    used |= {f"{path}/" for path in used}
    for method, path in sorted(walked(served)):
        if path not in used and path not in {"/login", "/logout"}:
            told = inside_client.request(method, path)
            assert told.status_code == 404, (method, path)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/config",
        "/theme.css",
        "/assets/index-Bx_1.js",
        "/static/js/iframeResizer.contentWindow.min.js",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/gradio_api/run/predict",
        "/gradio_api/component_server",
        "/gradio_api/heartbeat/a1b2c3",
        "/gradio_api/upload",
        "/gradio_api/upload_progress",
        "/gradio_api/file=/tmp/case-qa-x/资料 一.docx",
        "/gradio_api/file=C:\\Temp\\case-qa-x\\a.docx",
    ],
)
def test_what_the_page_uses_is_served(path: str) -> None:
    assert paths.on_page(path)


ODD = [
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/file=../../../../etc/passwd",
    "/gradio_api/file=/../etc/passwd",
    "/gradio_api/file=%2Fetc%2Fpasswd",
    "/gradio_api/file=%252Fetc%252Fpasswd",
    "/gradio_api/file=C:%5CWindows%5Cwin.ini",
    "/gradio_api/file=file:///etc/passwd",
    "/gradio_api/file=http://127.0.0.1:1/",
    "/gradio_api/file=HTTP://127.0.0.1:1/",
    "/gradio_api/file=https%3A%2F%2Fexample.org/x.png",
    "/gradio_api/file=//example.org/x",
    "/gradio_api/file/etc/passwd",
    "/gradio_api/proxy=http://127.0.0.1:1/",
    "/gradio_api/proxy=https://example.org/",
    "/assets/..%2f..%2f..%2f..%2fetc/passwd",
    "/assets/%2e%2e/%2e%2e/%2e%2e/routes.py",
    "/static/..%5c..%5croutes.py",
    "/static/../../../../etc/passwd",
    "/gradio_api/upload/../file=/etc/passwd",
    "//etc/passwd",
    "/..%00/etc/passwd",
    "/api/cases/..%2f..%2f..%2fetc%2fpasswd",
    "/v1/models/../../etc/passwd%00",
]


@pytest.mark.parametrize("path", ODD)
def test_nothing_outside_is_served(inside_client: httpx.Client, path: str) -> None:
    told = inside_client.get(path)
    assert told.status_code in {400, 403, 404} or path.startswith("/v1/models")
    assert "root:" not in told.text


def test_private_files_are_not_served(served: Served, inside_client: httpx.Client, small: Indexed) -> None:
    settings_of = served.office.settings
    for path in (
        settings_of.auth_file,
        next(small.sources.iterdir()),
        Path(__file__),
        Path(Path.cwd() / "run.py"),
    ):
        assert path is not None
        assert inside_client.get(f"/gradio_api/file={path}").status_code == 403


@pytest.mark.parametrize(
    "name", ["../../../escaped.txt", "/etc/escaped", "..\\..\\escaped", "a\0b", "con.txt", "名" * 300]
)
def test_uploads_stay_in_their_folder(inside_client: httpx.Client, name: str, tmp_path: Path) -> None:
    told = inside_client.post("/gradio_api/upload", files={"files": (name, b"text", "text/plain")})
    assert told.status_code in {200, 400, 500}
    if told.status_code == 200:
        from gradio.utils import get_upload_folder

        (path,) = told.json()
        assert Path(path).resolve().is_relative_to(Path(get_upload_folder()).resolve())
    assert not (tmp_path / "escaped.txt").exists()


def test_an_uploaded_page_is_saved_and_never_shown(inside_client: httpx.Client) -> None:
    files = {"files": ("页面.html", b"<script>alert(1)</script>", "text/html")}
    (path,) = inside_client.post("/gradio_api/upload", files=files).json()
    told = inside_client.get(f"/gradio_api/file={path}")
    assert told.headers["content-type"] == "application/octet-stream"
    assert told.headers["content-disposition"].startswith("attachment")
    assert told.headers["x-content-type-options"] == "nosniff"


@settings(max_examples=30, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.sampled_from(["/gradio_api/", "/", "/assets/", "/gradio_api/file="]),
)
def test_no_path_gets_past_the_gate_or_breaks_it(inside_client: httpx.Client, end: str, start: str) -> None:
    path = start + quote(end)
    told = inside_client.get(path, headers={"Cookie": ""})
    assert told.status_code == 401 or path in {"/login", "/logout", "/health"}
    assert inside_client.get(path).status_code < 500
