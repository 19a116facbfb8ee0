"""`python -m ui`: arguments, exit statuses, one Chinese line where something is wrong."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from corpus.errors import InputError
from rag.settings import Settings
from ui.__main__ import arguments, listening, main, wants_browser
from ui.page import chinese

ROOT = Path(__file__).resolve().parent.parent


def start(*words: str, data: Path) -> subprocess.Popen[str]:
    variables = {**os.environ, "PYTHONUTF8": "1", "CASE_QA_DATA": str(data)}
    return subprocess.Popen(
        [sys.executable, "-m", "ui", *words],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def test_defaults_stay_on_this_machine() -> None:
    options = arguments([])
    assert (options.host, options.port, options.auth_file, options.read_only) == (None,) * 4
    assert (Settings().host, Settings().port, Settings().read_only) == ("127.0.0.1", 7860, False)


def test_what_an_office_needs_is_named_on_the_command_line() -> None:
    options = arguments(["--host", "0.0.0.0", "--port", "0", "--auth-file", "账号", "--read-only"])  # noqa: S104
    assert (options.host, options.port, options.read_only) == ("0.0.0.0", 0, True)  # noqa: S104
    assert options.auth_file == Path("账号")


@pytest.mark.parametrize("text", ["", "张三:1234\n"])
def test_a_broken_account_file_ends_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "账号"
    if text:
        path.write_text(text, encoding="utf-8")
    assert main(["--port", "0", "--no-browser", "--auth-file", str(path)]) == 2
    said = capsys.readouterr().err
    assert ("第 1 行" if text else "没有这个账号文件") in said
    assert "1234" not in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "words", [["--port", "x"], ["--port", "70000"], ["--port"], ["--nonsense"], ["--port", "-1"]]
)
def test_wrong_arguments_are_told_in_chinese(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        arguments(words)
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.startswith("命令写得不对")
    assert said.count("\n") == 1


def test_help_is_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        arguments(["--help"])
    assert ended.value.code == 0
    assert not re.search("usage|options|show", capsys.readouterr().out)


def test_taken_port_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port), "--no-browser"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"端口 {port} 已被占用")
    assert "--port" in said
    assert said.count("\n") == 1


def test_strange_address_is_told() -> None:
    with pytest.raises(InputError, match="不能用这个地址"):
        listening("192.0.2.1", 0)


def test_no_browser_without_a_screen() -> None:
    assert not wants_browser(refused=True)


def test_missing_index_ends_with_one_line(tmp_path: Path) -> None:
    process = start("--port", "0", "--no-browser", "--index", str(tmp_path / "没有"), data=tmp_path)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert len(errors.strip().splitlines()) == 1
    assert "没有" in errors


def test_page_is_served_and_ends_on_interrupt(tmp_path: Path) -> None:
    process = start("--port", "0", "--no-browser", data=tmp_path)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert url, line
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url[0], timeout=60) as answer:
            page = answer.read().decode("utf-8")
            policy = answer.headers["content-security-policy"]
        assert 'lang="zh-CN"' in page
        assert "connect-src 'self'" in policy
        assert not re.findall(r'(?:src|href|content)="(?:https?:)?//[^"]*"', page)
        for path in ("/openapi.json", "/v1/models"):
            with opener.open(url[0] + path, timeout=60) as answer:
                assert json.load(answer)
    finally:
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert errors == ""
    assert process.returncode == 0


def test_outside_addresses_are_taken_out_of_the_page() -> None:
    page = (
        '<html lang="en"><head><meta property="og:image"\n content="https://x.org/i.jpg" />'
        '<link rel="preconnect" href="https://fonts.gstatic.com"><link rel="manifest" href="/manifest.json" />'
        '<script src="https://cdnjs.example/x.js" async></script><script src="./a.js"></script></head></html>'
    )
    cleaned = chinese(page)
    assert "https://" not in cleaned.replace("http://www.w3.org", "")
    assert '<script src="./a.js"></script>' in cleaned
    assert cleaned.index("zh-CN") < cleaned.index("./a.js")
