"""Keep a library from importing what it would not use."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Let top-level packages seem not installed; those that are imported already stay.

    Gradio imports the MCP SDK whenever it is there, which costs half a second at each start.
    """
    modules: dict[str, Any] = sys.modules
    absent = [name for name in names if name not in modules]
    modules.update(dict.fromkeys(absent))
    try:
        yield
    finally:
        for name in absent:
            del modules[name]
