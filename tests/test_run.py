"""run.py makes, keeps and repairs its environment; the rules of conftest.py hold.

Every environment here is a real one, installed offline from a folder of wheels written by hand.
"""

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import run

ROOT = Path(__file__).resolve().parent.parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PAGE = """
import json, os, sys
names = ("GRADIO_ANALYTICS_ENABLED", "HF_HUB_OFFLINE", "PYTHONUTF8")
told = {"arguments": sys.argv[1:], "folder": os.getcwd(), "process": os.getpid()}
print(json.dumps({**told, "variables": [os.environ.get(name) for name in names]}))
sys.exit(7)
"""


def write_wheel(folder: Path, name: str) -> None:
    """Write a wheel of one empty module, version 1.0."""
    information = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(f"{information}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(
            f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(
            f"{information}/RECORD",
            f"{name}.py,,\n{information}/METADATA,,\n{information}/WHEEL,,\n{information}/RECORD,,\n",
        )


def write_product(folder: Path) -> Path:
    """Write a product that needs nothing and whose page tells how it was called."""
    root = folder / "案例 问答"
    (root / "ui").mkdir(parents=True)
    # Without this a real package of that name further down the path would win.
    (root / "ui" / "__init__.py").touch()
    (root / "wheelhouse").mkdir()
    shutil.copy(ROOT / "run.py", root)
    (root / "ui" / "__main__.py").write_text(PAGE, encoding="utf-8")
    (root / "requirements.txt").write_text("", encoding="utf-8")
    (root / "requirements-dev.txt").write_text("-r requirements.txt\n", encoding="utf-8")
    (root / "constraints.txt").write_text("tiny==1.0\nother==1.0  # test\n", encoding="utf-8")
    return root


def call(root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Call run.py as a user does, from another folder."""
    clean = {name: value for name, value in os.environ.items() if name not in run.SETTINGS}
    return subprocess.run(
        [sys.executable, str(root / "run.py"), *arguments],
        cwd=root.parent,
        env={**clean, "PYTHONIOENCODING": "utf-8", **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def told_by(output: str) -> dict[str, Any]:
    """Return what the page told, in the last line."""
    told: dict[str, Any] = json.loads(output.splitlines()[-1])
    return told


def log_time(root: Path) -> int:
    return (root / ".venv" / "install.log").stat().st_mtime_ns


@pytest.fixture(scope="module")
def first_call(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    root = write_product(tmp_path_factory.mktemp("product"))
    return root, call(root, "营商 环境", "--port", "1")


@pytest.fixture
def ready(first_call: tuple[Path, object], tmp_path: Path) -> Path:
    """Return a product of its own with the finished environment of the first call."""
    root = write_product(tmp_path)
    shutil.copytree(first_call[0] / ".venv", root / ".venv", symlinks=True)
    return root


def test_first_call_installs_and_opens_the_page(
    first_call: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    root, done = first_call
    assert done.stderr == ""
    assert done.returncode == 7
    lines = done.stdout.splitlines()
    assert lines[:-1] == ["正在创建运行环境 .venv ……", "运行环境已准备好。", "正在打开案例问答,约需几秒……"]
    told = told_by(done.stdout)
    assert told["arguments"] == ["营商 环境", "--port", "1"]
    assert told["folder"] == str(root.parent)
    assert told["variables"] == ["False", "1", "1"]


def test_second_call_does_not_call_pip(ready: Path) -> None:
    before = log_time(ready)
    done = call(ready)
    assert (done.returncode, len(done.stdout.splitlines())) == (7, 2)
    assert log_time(ready) == before
    assert not run.prepare(ready, run.RUNTIME)


def test_what_the_user_has_set_stays(ready: Path) -> None:
    done = call(ready, GRADIO_ANALYTICS_ENABLED="True", HF_HUB_OFFLINE="0")
    assert told_by(done.stdout)["variables"] == ["True", "0", "1"]


@pytest.mark.skipif(os.name != "posix", reason="POSIX only")
def test_page_takes_the_place_of_the_process(ready: Path) -> None:
    with subprocess.Popen([sys.executable, str(ready / "run.py")], stdout=subprocess.PIPE) as process:
        output, _ = process.communicate(timeout=60)
    assert told_by(output.decode())["process"] == process.pid


def test_changed_requirements_are_installed(ready: Path) -> None:
    write_wheel(ready / "wheelhouse", "tiny")
    (ready / "requirements.txt").write_text("tiny\n", encoding="utf-8")
    done = call(ready)
    assert done.returncode == 7
    assert done.stdout.splitlines()[:3] == [
        "正在读取第 1 个软件包,共 1 个:tiny",
        "正在安装 1 个软件包,需要几分钟",
        "运行环境已准备好。",
    ]
    python = run.python_of(ready / ".venv")
    assert subprocess.run([python, "-c", "import tiny"], check=False).returncode == 0


def test_tests_have_their_own_stamp_which_covers_the_product(ready: Path) -> None:
    write_wheel(ready / "wheelhouse", "other")
    (ready / "requirements-dev.txt").write_text("-r requirements.txt\nother\n", encoding="utf-8")
    assert run.is_current(ready, run.RUNTIME)
    assert run.prepare(ready, run.TESTING, stream=io.StringIO())
    assert run.is_current(ready, run.RUNTIME)
    assert not run.prepare(ready, run.TESTING)


def test_failed_install_leaves_the_product_working(ready: Path) -> None:
    (ready / "requirements-dev.txt").write_text("no-such-package==1\n", encoding="utf-8")
    done = call(ready, "test")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert CHINESE.search(done.stderr)
    assert "PIP_INDEX_URL" in done.stderr
    assert str(ready / ".venv" / "install.log") in done.stderr
    assert "no-such-package" in (ready / ".venv" / "install.log").read_text(encoding="utf-8")
    assert call(ready).returncode == 7


@pytest.mark.skipif(os.name != "posix", reason="POSIX only")
def test_killed_run_is_made_good(tmp_path: Path) -> None:
    root = write_product(tmp_path)
    with subprocess.Popen([sys.executable, str(root / "run.py")], stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not (root / ".venv" / "pyvenv.cfg").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    (root / ".venv" / "left over").touch()
    assert not run.is_whole(root / ".venv")
    assert call(root).returncode == 7
    assert not (root / ".venv" / "left over").exists()


def test_environment_of_another_version_is_not_used(ready: Path) -> None:
    configuration = ready / ".venv" / "pyvenv.cfg"
    text = configuration.read_text(encoding="utf-8")
    assert run.is_current(ready, run.RUNTIME)
    configuration.write_text(re.sub(r"(?m)^version = .*", "version = 3.10.9", text), encoding="utf-8")
    assert not run.is_whole(ready / ".venv")
    assert not run.is_current(ready, run.RUNTIME)


def test_environment_whose_python_is_gone_is_not_used(ready: Path) -> None:
    run.python_of(ready / ".venv").unlink()
    assert not run.is_current(ready, run.RUNTIME)


def test_wrong_version_without_a_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([], current=(3, 8), candidates=[["no-such-python"]]) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "需要 Python 3.11" in said


def test_wrong_version_hands_over_to_the_right_one(ready: Path, capfd: pytest.CaptureFixture[str]) -> None:
    candidates = [["no-such-python"], [sys.executable]]
    assert run.main(["--port", "1"], root=ready, current=(3, 8), candidates=candidates) == 7
    assert told_by(capfd.readouterr().out)["arguments"] == ["--port", "1"]


def test_python_without_venv_gets_its_own_hint(tmp_path: Path) -> None:
    with pytest.raises(run.Stop, match=r"python3\.11-venv"):
        run.make_environment(tmp_path / ".venv", pip_module="no_such_module")


def test_missing_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([], root=tmp_path) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "constraints.txt" in said


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("WARNING: Retrying (Retry(total=4)\nERROR: No matching distribution found for x", "连不上软件源"),
        ("ERROR: No matching distribution found for x", "缺少所需的版本"),
        ("OSError: [Errno 28] No space left on device", "磁盘空间不足"),
        ("PermissionError: [Errno 13] Permission denied", "不能写入文件"),
        ("something new", "连不上软件源"),
    ],
)
def test_advice_follows_what_pip_wrote(log: str, expected: str) -> None:
    assert expected in run.advice_for(log)


def test_help_installs_nothing(tmp_path: Path) -> None:
    root = write_product(tmp_path)
    done = call(root, "--help")
    assert done.returncode == 0
    assert "用法" in done.stdout
    assert not (root / ".venv").exists()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_terminal_shows_one_changing_line(tmp_path: Path) -> None:
    terminal = Terminal()
    progress = run.Progress(2, tmp_path, terminal)
    with progress:
        progress.read("Collecting torch==2.13.0\n")
        progress.read("  Downloading torch-2.13.0-cp311-none-any.whl (190.5 MB)\n")
        progress.read("Processing /folder/faiss_cpu-1.15.1-cp310-abi3-any.whl (from -r requirements.txt)\n")
        progress.read("Installing collected packages: torch, faiss-cpu\n")
        (tmp_path / "torch-2.13.0.dist-info").mkdir()
        progress.tick()
    states = [re.sub(r",已用 \d+ 秒\s*", "", state) for state in terminal.getvalue().split("\r")[1:]]
    assert states[:4] == [
        "正在下载第 1 个软件包,共 2 个:torch",
        "正在下载第 1 个软件包,共 2 个:torch (190.5 MB)",
        "正在下载第 2 个软件包,共 2 个:faiss-cpu",
        "正在安装软件包,共 2 个,已装好 0 个",
    ]
    assert states[-1] == "正在安装软件包,共 2 个,已装好 1 个"
    assert terminal.getvalue().count("\n") == 1


@pytest.mark.parametrize(("failing", "status"), [("", 0), ("ruff", 1), ("mypy", 1), ("pytest", 3)])
def test_all_checks_run_and_pytest_is_last(
    ready: Path, capfd: pytest.CaptureFixture[str], failing: str, status: int
) -> None:
    for name in ("ruff", "mypy", "pytest"):
        code = f"import sys\nprint('{name}', *sys.argv[1:])\nsys.exit({3 if name == failing else 0})\n"
        (ready / f"{name}.py").write_text(code, encoding="utf-8")
    assert run.run_tests(ready, ["-k", "甲"]) == status
    lines = [line for line in capfd.readouterr().out.splitlines() if line]
    assert lines[:3] == ["ruff check .", "ruff format --check .", "mypy"]
    assert lines[-1] == "pytest -k 甲"
    failed = [line.split()[-1] for line in lines if line.startswith("未通过")]
    assert failed == {"ruff": ["check", "format"], "mypy": ["mypy"]}.get(failing, [])


def test_signal_of_a_child_becomes_a_status() -> None:
    command = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"]
    assert run.run_child(command, folder=None, variables=os.environ) == 128 + signal.SIGTERM


@pytest.mark.parametrize("name", [run.RUNTIME, run.TESTING])
def test_requirements_are_pinned_as_in_the_constraints(name: str) -> None:
    def pins(file: str) -> set[str]:
        lines = [
            line.split("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines()
        ]
        return {line.lower() for line in lines if line and not line.startswith("-r ")}

    assert pins(name) <= pins("constraints.txt")
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins("constraints.txt"))
    assert "torch==2.13.0" in pins(run.RUNTIME)


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
@pytest.mark.parametrize("address", ["192.0.2.1", "0.0.0.0", "example.invalid"])  # noqa: S104 - never bound
def test_sockets_beyond_loopback_are_refused(method: str, address: str) -> None:
    with socket.socket() as outside, pytest.raises(RuntimeError, match="loopback"):
        getattr(outside, method)((address, 80))


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: socket.create_connection(("example.invalid", 80)),
        lambda: socket.create_connection(("2001:db8::1", 80)),
        lambda: socket.getaddrinfo(host="example.invalid", port=80),
        lambda: socket.gethostbyname("example.invalid"),
    ],
)
def test_names_beyond_loopback_are_not_looked_up(attempt: Callable[[], object]) -> None:
    with pytest.raises(RuntimeError, match="loopback"):
        attempt()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_passes(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = (host, server.getsockname()[1])
        with socket.create_connection(address) as client:
            client.sendall(b"x")
            accepted, _ = server.accept()
            with accepted:
                assert accepted.recv(1) == b"x"


@pytest.mark.parametrize(
    ("code", "in_ci", "elsewhere"),
    [
        ("def test_one():\n    pytest.skip('nothing here')", "failed", "skipped"),
        ("@pytest.mark.skipif(True, reason='no browser')\ndef test_one():\n    pass", "error", "skipped"),
        ("pytest.skip('whole file', allow_module_level=True)", "error", "skipped"),
        ("def test_one():\n    pytest.skip('needs a GPU')", "skipped", "skipped"),
        ("@pytest.mark.xfail(strict=True)\ndef test_one():\n    raise ValueError", "xfailed", "xfailed"),
    ],
)
def test_only_gpu_tests_may_skip_in_ci(tmp_path: Path, code: str, in_ci: str, elsewhere: str) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_invented.py").write_text(f"import pytest\n{code}\n", encoding="utf-8")
    for setting, expected in (("true", in_ci), ("", elsewhere)):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
            cwd=tmp_path,
            env={**os.environ, "CI": setting, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert re.match(rf"1 {expected} in", done.stdout.splitlines()[-1])


def test_seeds_are_read_from_where_the_setting_says(seeds: Path) -> None:
    assert any(seeds.iterdir())
