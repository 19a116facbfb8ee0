"""Every command that the READMEs and the pages in docs/ show exists."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.en.md")
PAGES = (*(ROOT / name for name in READMES), *sorted((ROOT / "docs").glob("*.md")))
FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)^[ \t]*\1[`~]*[ \t]*$", re.MULTILINE | re.DOTALL)


def command_lines(markdown: str) -> list[str]:
    """Return the lines of fenced code that start with python, prompts taken off, continuations joined."""
    lines = []
    for _, code in FENCE.findall(markdown):
        for line in re.sub(r"\\\n\s*", " ", code).splitlines():
            bare = re.sub(r"^(?:\$|>|PS>|C:\\>)\s*", "", line.strip())
            if re.match(r"python[\d.]*(?:\.exe)?\s", bare):
                lines.append(bare)
    return lines


def help_commands(line: str) -> list[tuple[str, ...]]:
    """Return the arguments for python that ask each command of a line for its help.

    "-m eval run|score" are two commands; what is not a plain word after the module is an argument.
    """
    words = shlex.split(line.split(" #", maxsplit=1)[0].replace("\\", "/"), comments=True)[1:]
    if words[:1] != ["-m"]:
        return [(words[0], "--help")]
    if len(words) < 3 or not re.fullmatch(r"[a-z][a-z_-]*(?:\|[a-z_-]+)*", words[2]):
        return [("-m", words[1], "--help")]
    return [("-m", words[1], name, "--help") for name in words[2].split("|")]


def all_help_commands() -> list[tuple[str, ...]]:
    texts = [page.read_text(encoding="utf-8") for page in PAGES if page.is_file()]
    lines = [line for text in texts for line in command_lines(text)]
    return sorted({command for line in lines for command in help_commands(line)})


@pytest.mark.parametrize("name", READMES)
def test_readme_shows_how_to_start_and_to_test(name: str) -> None:
    lines = command_lines((ROOT / name).read_text(encoding="utf-8"))
    assert any(re.match(r"python3? run\.py\s*(#|$)", line) for line in lines)
    assert any(re.match(r"python3? run\.py test\b", line) for line in lines)


@pytest.mark.parametrize("command", all_help_commands(), ids=" ".join)
def test_command_exists(command: tuple[str, ...]) -> None:
    assert run_help(command).returncode == 0


def test_invented_command_does_not_exist() -> None:
    assert run_help(("-m", "no_such_module", "--help")).returncode != 0


def test_commands_are_found_in_fences_only() -> None:
    text = (
        "python -m a x\n"
        "```bash\n$ python3 run.py   # 打开\npip install x\npython -m rag ask \\\n  '问'\n```\n"
        "~~~\npython -m eval run|score\npython3.11 -m ui --port 80\n~~~\n"
    )
    lines = command_lines(text)
    assert [command for line in lines for command in help_commands(line)] == [
        ("run.py", "--help"),
        ("-m", "rag", "ask", "--help"),
        ("-m", "eval", "run", "--help"),
        ("-m", "eval", "score", "--help"),
        ("-m", "ui", "--help"),
    ]


def run_help(command: tuple[str, ...]) -> subprocess.CompletedProcess[bytes]:
    variables = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=variables, capture_output=True, timeout=120, check=False
    )
