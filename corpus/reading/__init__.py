"""Files to lines: one reader a format, each behind guards, and the search for files in folders."""

from corpus.reading.entry import read_bytes, read_raw
from corpus.reading.files import find_files, find_ignored
from corpus.reading.kinds import SUPPORTED, why_ignored
from corpus.reading.limits import MAX_BYTES

__all__ = ["MAX_BYTES", "SUPPORTED", "find_files", "find_ignored", "read_bytes", "read_raw", "why_ignored"]
