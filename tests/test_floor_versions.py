"""What is installed is no older than SECURITY.md says it must be."""

from __future__ import annotations

import pathlib
import re

from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = pathlib.Path(__file__).resolve().parent.parent
_ROW = re.compile(r"^\| ([A-Za-z0-9._-]+) \| (\d[\w.]*) \| CVE-\d{4}-\d+ \|$", re.MULTILINE)
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s#]+)", re.MULTILINE)


def floors() -> dict[str, Version]:
    section = (ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("## 依赖的最低版本")[2]
    table = section.partition("\n## ")[0]
    found = _ROW.findall(table)
    assert len(found) == table.count("\n| ") - 1  # all rows but the head are read
    return {canonicalize_name(name): Version(least) for name, least in found}


def pins() -> dict[str, Version]:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return {canonicalize_name(name): Version(pinned) for name, pinned in _PIN.findall(text)}


def test_no_pinned_version_is_below_its_floor() -> None:
    pinned = pins()
    assert len(floors()) > 20
    assert {name: str(pinned[name]) for name, least in floors().items() if pinned[name] < least} == {}


def test_what_meets_strangers_directly_has_a_floor() -> None:
    """What reads files and requests that anybody may send."""
    assert {
        "gradio",
        "starlette",
        "python-multipart",
        "h11",
        "pypdf",
        "lxml",
        "pyyaml",
        "markdown-it-py",
    } <= set(floors())
