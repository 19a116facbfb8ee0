"""Chinese words: the only place that meets jieba.

jieba keeps a marshalled copy of its dictionary in the shared temporary folder, where anybody could
plant another; ours lies in a folder that only its owner may write.
"""

from __future__ import annotations

import functools
import logging
import os
import pathlib
import sys
from collections.abc import Iterator
from typing import Any


def private_cache_folder() -> pathlib.Path:
    """The user's own cache folder for this project, made with owner-only rights on first use."""
    if sys.platform == "win32":
        base = pathlib.Path(os.environ.get("LOCALAPPDATA") or pathlib.Path.home() / "AppData" / "Local")
    else:
        base = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = base / "case-qa"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@functools.cache
def _tokenizer() -> Any:
    import jieba

    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    try:
        tokenizer.tmp_dir = str(private_cache_folder())
    except OSError:
        # A read-only home: jieba then reads its dictionary anew, which costs a second and nothing else.
        tokenizer.tmp_dir = os.devnull
    tokenizer.initialize()
    return tokenizer


def cut(text: str) -> list[str]:
    """Words of `text` in order, white space dropped; dictionary words only, so the same text always cuts alike."""
    return [word for word in _tokenizer().cut(text, HMM=False) if not word.isspace()]


def cut_for_search(text: str) -> list[str]:
    """Words of `text` and the shorter dictionary words inside long ones, for indexing."""
    return [word for word in _tokenizer().cut_for_search(text, HMM=False) if not word.isspace()]


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Words with their half-open character offsets in `text`."""
    yield from _tokenizer().tokenize(text, HMM=False)


def word_across(left: str, right: str) -> bool:
    """Whether a dictionary word of two or more characters lies across the seam of `left` and `right`."""
    head, tail = left[-6:], right[:6]
    return any(start < len(head) < end for _, start, end in spans(head + tail))
