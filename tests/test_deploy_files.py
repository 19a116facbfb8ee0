"""What lies in deploy/ and docs/ names files, commands and settings that exist."""

import ast
import configparser
import dataclasses
import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from test_run import ROOT, write_wheel

from rag.settings import Settings, load_settings

DEPLOY = ROOT / "deploy"
PAGES = sorted((ROOT / "docs").glob("*.md"))
SETTINGS = {field.name for field in dataclasses.fields(Settings)}
OWN = {"CASE_QA_SETTINGS", "CASE_QA_SEEDS"}


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, comments and continuations taken off."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    lines = [line for line in bare.replace("\\\n", " ").splitlines() if line.strip()]
    parts = [line.split(maxsplit=1) for line in lines]
    return [(word, rest.strip()) for word, rest in parts]


def of_kind(kind: str) -> list[str]:
    return [rest for word, rest in instructions() if word == kind]


def copied() -> list[str]:
    """Return the names that the image takes out of the program's folder."""
    lines = [line.split() for line in of_kind("COPY") if not line.startswith("--from")]
    return [name for *names, _ in lines for name in names]


def test_dockerfile_knows_its_instructions() -> None:
    known = set(
        "ARG FROM COPY WORKDIR RUN ENV USER VOLUME EXPOSE HEALTHCHECK STOPSIGNAL ENTRYPOINT CMD".split()
    )
    assert {word for word, _ in instructions()} <= known
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", of_kind("USER")[-1])  # nobody's root, and the number tells it
    assert of_kind("VOLUME") == ['["/data"]']


def test_what_the_image_takes_exists_and_is_let_through() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    for name in copied():
        assert any(fnmatch.fnmatch(one, name) for one in allowed), name
        assert (ROOT / name).exists() or "[" in name
    for kept_out in ("case-qa.toml", "case-index", ".git", ".venv", "data"):
        assert kept_out not in allowed


def test_image_holds_all_that_its_commands_need(tmp_path: Path) -> None:
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).is_file():
            shutil.copy(ROOT / name, tmp_path)
    (start,) = (json.loads(rest) for rest in of_kind("ENTRYPOINT"))
    (usual,) = (json.loads(rest) for rest in of_kind("CMD"))
    assert start == ["python", "-m"]
    assert usual[usual.index("--host") + 1] == "0.0.0.0"  # noqa: S104 - inside a container
    for words in ([*usual, "--help"], ["rag", "doctor"]):
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path), "CASE_QA_DATA": str(tmp_path / "data")},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_health_is_asked_of_the_port_that_is_served() -> None:
    (rest,) = of_kind("HEALTHCHECK")
    code = json.loads(rest.split("CMD", 1)[1])[2]
    assert ast.parse(code)
    assert f"127.0.0.1:{Settings().port}/health" in code
    assert of_kind("EXPOSE") == [str(Settings().port)]


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_image_installs_from_the_wheels_beside_the_lists(tmp_path: Path) -> None:
    script = of_kind("RUN")[0].replace("/opt/case-qa", shlex.quote(str(tmp_path / "made")))
    write_wheel(tmp_path, "tiny")
    (tmp_path / "requirements.txt").write_text("tiny==1.0\n", encoding="utf-8")
    (tmp_path / "constraints.txt").write_text("tiny==1.0\n", encoding="utf-8")
    variables = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(["/bin/sh", "-c", script], cwd=tmp_path, env=variables, check=True, capture_output=True)
    subprocess.run([tmp_path / "made" / "bin" / "python", "-c", "import tiny"], check=True)


def unit() -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "case-qa.service", encoding="utf-8")
    return parser


def test_service_starts_a_command_that_exists_without_rights(tmp_path: Path) -> None:
    service = unit()["Service"]
    words = shlex.split(service["ExecStart"])
    assert words[0] == "/opt/case-qa/.venv/bin/python"
    done = subprocess.run(
        [sys.executable, *words[1:], "--help"], env=environment(), check=False, cwd=tmp_path
    )
    assert done.returncode == 0
    hardened = "DynamicUser PrivateTmp ProtectHome NoNewPrivileges PrivateDevices".split()
    assert all(service[name] == "yes" for name in hardened)
    assert (service["ProtectSystem"], service["CapabilityBoundingSet"]) == ("strict", "")
    assert "MemoryMax" in service


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "case-qa.service").read_text(encoding="utf-8")
    assert text.count("ExecStart=") == 1
    checker = shutil.which("systemd-analyze")
    if checker is None:  # not every container has it; the parsing above has to do there
        return
    copy = tmp_path / "case-qa.service"
    copy.write_text(text.replace("/opt/case-qa/.venv/bin/python", sys.executable), encoding="utf-8")
    done = subprocess.run([checker, "verify", str(copy)], capture_output=True, encoding="utf-8", check=False)
    assert "case-qa.service" not in done.stderr, done.stderr


def test_every_line_of_the_example_environment_is_a_setting(tmp_path: Path) -> None:
    text = (DEPLOY / "case-qa.env.example").read_text(encoding="utf-8")
    lines = re.findall(r"(?m)^# (CASE_QA_\w+)=(.*)$", text)
    assert len(lines) > 5
    values = {name: value for name, value in lines if value}
    (tmp_path / "empty.toml").touch()
    settings = load_settings(environment=values, file=tmp_path / "empty.toml")
    for name, value in values.items():
        told = getattr(settings, name.removeprefix("CASE_QA_").lower())
        assert value.lower() in {str(told).lower(), ",".join(told) if isinstance(told, tuple) else ""}


def test_nginx_passes_answers_on_as_they_are_written() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    bare = re.sub(r"#.*", "", text)
    assert bare.count("{") == bare.count("}")
    assert all(re.search(r"[;{}]$", line.strip()) for line in bare.splitlines() if line.strip())
    assert f"proxy_pass http://127.0.0.1:{Settings().port};" in bare
    assert "proxy_buffering off;" in bare
    assert f"client_max_body_size {Settings().largest_upload}m;" in bare


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_points_at_what_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert "://" in target or (page.parent / unquote(target)).exists(), target
    for name in re.findall(r"\bCASE_QA_[A-Z_]+\b", text):
        assert name in OWN or name.removeprefix("CASE_QA_").lower() in SETTINGS, name
    for name in re.findall(r"`((?:chat|largest|questions|auth|log)_\w+)", text):
        assert name in SETTINGS, name


def test_pages_that_the_office_needs_are_there() -> None:
    wanted = "内网部署 离线安装 文件编码 扫描件 接入大模型 升级与备份 常见问题".split()
    assert set(wanted) <= {page.stem for page in PAGES}
