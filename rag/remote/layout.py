"""What a publication holds and under which keys: what is written by `publishing` and read by `shelf`.

A passage's key is made of the number of its case and of its number in it, so that it tells whose it is and the order
of keys is the order of the index. Records are texts by key, cut into pieces that Milvus takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

FORMAT = 1
MANIFEST = "manifest"
LISTED = 1_000  # ids of documents on a page
_IN_CASE = 20  # bits of a passage's, or a sentence's, number in its case
_PIECE = 16_000  # characters, four bytes each at most
_HALVES = ("passages", "records")


def key_in_case(case: int, number: int) -> int:
    """The key of a passage or a sentence, given the number of its case and its own in it, both from 0."""
    return case << _IN_CASE | number


def case_of(key: Any) -> Any:
    """The number of the case in a key, or in each of an array of keys."""
    return key >> _IN_CASE


def number_in_case(key: Any) -> Any:
    """The number in its case in a key, or in each of an array of keys."""
    return key & ((1 << _IN_CASE) - 1)


def passages_name(name: str, build: str) -> str:
    """The collection of a publication's passages, given the digest in the name of its build."""
    return f"{name}_{build}_{_HALVES[0]}"


def records_name(passages: str) -> str:
    """The collection of the records beside one of passages."""
    return passages.removesuffix(_HALVES[0]) + _HALVES[1]


def is_of(name: str, collection: str) -> bool:
    """Whether a collection belongs to a publication, finished or not, of this name."""
    return re.fullmatch(rf"{re.escape(name)}_[0-9a-f]{{16}}_(?:{'|'.join(_HALVES)})", collection) is not None


def case_key(number: int) -> str:
    """Of the record of a case: its row, its chunks and its changes."""
    return f"case:{number}"


def id_key(case_id: str) -> str:
    """Of the record that tells the number of a case."""
    return f"id:{case_id}"


def document_key(document_id: str) -> str:
    """Of the record of a document."""
    return f"document:{document_id}"


def listing_key(page: int) -> str:
    """Of a page of the documents' ids."""
    return f"documents:{page}"


def encoder_key(file: str) -> str:
    """Of a file of the encoder that was fitted on the index's own text."""
    return f"encoder:{file}"


def page_key(field: str, page: int) -> str:
    """Of a page of the lexicon of a field."""
    return f"{field}:{page}"


def pieces_of(key: str, body: str) -> Iterator[dict[str, Any]]:
    """The rows of a record."""
    pieces = [body[start : start + _PIECE] for start in range(0, len(body), _PIECE)] or [""]
    for number, piece in enumerate(pieces):
        yield {"key": piece_key(key, number), "pieces": len(pieces), "body": piece, "vector": [0.0, 0.0]}


def piece_key(key: str, number: int) -> str:
    """Of a piece of a record."""
    return f"{key}#{number}"


def whole(rows: Iterable[dict[str, Any]]) -> str:
    """A record from its rows, in order."""
    return "".join(row["body"] for row in rows)
