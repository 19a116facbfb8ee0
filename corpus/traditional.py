"""Traditional characters to Simplified ones, one for one, so that offsets stay: for matching only.

Phrase-wise conversion (opencc) reads better but changes lengths; what is shown is always the source's own text.
"""

from __future__ import annotations

import functools
import pathlib


@functools.cache
def simplified_table() -> dict[int, str]:
    """The usual Simplified character for the code of each Traditional one, for `str.translate`."""
    import opencc

    folder = pathlib.Path(opencc.__file__).parent / "dictionary"
    table: dict[int, str] = {}
    for line in (folder / "TSCharacters.txt").read_text(encoding="utf-8").splitlines():
        traditional, _, simplified = line.partition("\t")
        if len(traditional) == 1 and simplified:
            table[ord(traditional)] = simplified.split()[0][0]
    return table


def simplified(text: str) -> str:
    """`text` with every Traditional character replaced by its usual Simplified one; the length stays."""
    return text.translate(simplified_table())
