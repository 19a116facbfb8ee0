"""File names for people: a name may hold line breaks, codes for a terminal and bytes of another encoding."""

from __future__ import annotations

import os
import pathlib
import re

# Controls, line separators, marks that turn the order of what follows (a.txt can be made to look like txt.a).
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_MARK = "\ufffd"


def printable(path: pathlib.PurePath | str) -> str:
    """`path` on one line with forward slashes; what cannot be shown safely stands as \ufffd."""
    shown = os.fsencode(pathlib.PurePath(path).as_posix()).decode(errors="replace")
    return _UNPRINTABLE.sub(_MARK, shown)
