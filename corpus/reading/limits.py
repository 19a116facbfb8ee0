"""How much a file may ask of us. A compilation of 300 cases has about 2 MB, so all of these are generous."""

from __future__ import annotations

MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE

MAX_BYTES = 50 * MEBIBYTE
"""Bytes of one file."""

MAX_LINES = 500_000
"""Lines of one file, as they stand in it and as a reader makes them of it."""
MAX_CHARACTERS = 20_000_000
"""Characters of all lines of one file."""

MAX_PARTS = 5000
"""Parts of one .docx package."""
MAX_PART_BYTES = 100 * MEBIBYTE
"""Unpacked bytes of one part."""
MAX_UNPACKED_BYTES = 200 * MEBIBYTE
"""Unpacked bytes of all parts."""
MAX_RATIO = 200
"""Unpacked to packed bytes of a part larger than `RATIO_FREE_BYTES`."""
RATIO_FREE_BYTES = 10 * MEBIBYTE
"""Up to here a part may pack as well as it likes: an empty table of 1000 rows does."""

MAX_PAGES = 2000
"""Pages of one .pdf."""
MAX_STREAM_BYTES = 32 * MEBIBYTE
"""Unpacked bytes of one content stream of a .pdf."""
PDF_SECONDS = 120.0
"""Seconds of the processor for one .pdf, looked at between pages and between drawing commands."""

OFFICE_SECONDS = 120.0
"""Time for LibreOffice to convert one file."""

PROCESS_BYTES = 2 * GIBIBYTE
"""Memory of the process that reads; a .docx whose body has 100 MB takes about half of it."""
PROCESS_SECONDS = 300.0
"""Time for one file, whatever its kind; long, for the machine may be busy with other things."""
PROCESSOR_SECONDS = 150.0
"""Seconds of the processor for one file; more than the bounds above, which know better what to say."""
FILES_PER_PROCESS = 500
"""Files that one process reads, so that what a parser leaks does not add up."""
MAX_REPLY_BYTES = 256 * MEBIBYTE
"""Bytes of one file's lines on their way to the parent, as JSON."""

MAX_FRONT_MATTER_BYTES = 64 * 1024
"""Bytes of YAML before a Markdown text; ours have about 600."""

MAX_BROKEN_SHARE = 0.02
"""Share of undecodable or control characters from which on a text file counts as something else."""
