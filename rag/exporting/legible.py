"""Text that every file format can hold."""

from __future__ import annotations

import re

# What XML 1.0 forbids, lone surrogates (which UTF-8 cannot hold) among it; of the rest the C1 control characters,
# which no font shows, and U+FEFF, which is a mark of encoding.
_ILLEGIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_BREAKS = re.compile(r"\r\n?|[\x85\u2028\u2029]")


def legible(text: str) -> str:
    """`text` without characters that a file cannot hold; every kind of line break becomes a line feed."""
    return _ILLEGIBLE.sub("", _BREAKS.sub("\n", text))


def on_one_line(text: str) -> str:
    """`text` as `legible` leaves it, each run of white space as one space."""
    return " ".join(legible(text).split())
