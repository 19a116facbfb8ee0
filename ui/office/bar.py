"""The line on top of the page that says who is logged in and ends the session."""

from __future__ import annotations

import functools
import html
import pathlib
import string

HERE = pathlib.Path(__file__).resolve().parent


@functools.cache
def _template() -> string.Template:
    return string.Template((HERE / "bar.html").read_text(encoding="utf-8"))


def bar(name: str) -> str:
    """HTML for the beginning of the page's body; "" where nobody is logged in."""
    return _template().substitute(name=html.escape(name)) if name else ""
