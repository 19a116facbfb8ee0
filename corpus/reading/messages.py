"""What the reading process and its parent say to each other: length-prefixed frames, values as JSON.

    request   JSON {"ending": ".pdf"}, then the bytes of the file
    reply     JSON {"raw": {…}} | {"refused": [message, hint]}

JSON and not pickle, and every value is checked on arrival: a file that has taken over the child may say
anything, but only lines of text come through.
"""

from __future__ import annotations

import dataclasses
import json
import struct
from typing import Any, BinaryIO

from corpus.errors import UnreadableFileError
from corpus.reading.limits import MAX_REPLY_BYTES
from corpus.types import Line, RawFile

_LENGTH = struct.Struct("<Q")
_FIELDS = tuple(field.name for field in dataclasses.fields(Line))
_TYPES = {"number": int, "text": str, "level": int, "prominence": int}  # the others are marks, true or false


class MessageError(ValueError):
    """What arrived is no message, or not a whole one."""


def send(stream: BinaryIO, payload: bytes) -> None:
    """Write one frame and flush it."""
    stream.write(_LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()


def receive(stream: BinaryIO, *, most: int = MAX_REPLY_BYTES) -> bytes | None:
    """The next frame; None at the end of the stream.

    Raises:
        MessageError: if the stream ends inside a frame or the frame is longer than `most` bytes.
    """
    head = stream.read(_LENGTH.size)
    if not head:
        return None
    length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else most + 1
    if length > most:
        raise MessageError("no frame")
    payload = stream.read(length)
    if len(payload) < length:
        raise MessageError("the stream ended inside a frame")
    return payload


def raw_file_reply(raw: RawFile) -> bytes:
    """The reply that carries what a reader found."""
    fields = {
        "lines": [[getattr(line, name) for name in _FIELDS] for line in raw.lines],
        "unit": raw.unit,
        "encoding": raw.encoding,
        "metadata": raw.metadata,
        "notes": raw.notes,
    }
    return _packed({"raw": fields})


def refusal_reply(error: UnreadableFileError) -> bytes:
    """The reply that carries a refusal."""
    return _packed({"refused": [error.message, error.hint]})


def open_reply(payload: bytes) -> RawFile | UnreadableFileError:
    """What a reply says: a file or a refusal.

    Raises:
        MessageError: if it is neither.
    """
    try:
        match json.loads(payload.decode("utf-8", "surrogatepass")):
            case {"raw": dict(fields)}:
                return _raw_file(fields)
            case {"refused": [str(message), str(hint)]}:
                return UnreadableFileError(message, hint=hint)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MessageError("no reply") from error
    raise MessageError("no reply")


def _packed(value: dict[str, Any]) -> bytes:
    # A lone surrogate is no reason to lose a file; it comes through as it is.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _raw_file(fields: dict[str, Any]) -> RawFile:
    unit = fields["unit"]
    if unit not in ("line", "paragraph", "page"):
        raise MessageError("no unit of lines")
    return RawFile(
        lines=tuple(_line(row) for row in fields["lines"]),
        unit=unit,
        encoding=_text(fields["encoding"]),
        metadata=tuple((_text(key), _text(value)) for key, value in fields["metadata"]),
        notes=tuple(_text(note) for note in fields["notes"]),
    )


def _line(row: list[Any]) -> Line:
    values = dict(zip(_FIELDS, row, strict=True))
    if any(type(value) is not _TYPES.get(name, bool) for name, value in values.items()):
        raise MessageError("no line")
    if values["number"] < 1:
        raise MessageError("no number of a line")
    return Line(**values)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise MessageError("no text")
    return value
