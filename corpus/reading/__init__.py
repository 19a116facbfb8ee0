"""Files to lines: one reader a format, each behind guards, and the search for files in folders."""

from corpus.reading.entry import read_bytes, read_raw
from corpus.reading.files import WHY_OUTSIDE, find_files, find_ignored, find_outside
from corpus.reading.isolated import Allowance, IsolatedReader
from corpus.reading.kinds import SUPPORTED, why_ignored
from corpus.reading.limits import MAX_BYTES
from corpus.reading.names import printable

__all__ = [
    "MAX_BYTES",
    "SUPPORTED",
    "WHY_OUTSIDE",
    "Allowance",
    "IsolatedReader",
    "find_files",
    "find_ignored",
    "find_outside",
    "printable",
    "read_bytes",
    "read_raw",
    "why_ignored",
]
