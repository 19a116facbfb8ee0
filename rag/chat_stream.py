"""A reply as it comes over the wire: it ends in time and stays within a size, whatever the server sends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import cast

import httpx2

LARGEST = 32 << 20  # bytes; the longest reply, each of its characters an event of its own, is a third of it


class Bounded(httpx2.SyncByteStream):
    """The bytes of a reply.

    A server that sends one line without end gives whoever parses events nothing to look at, so that a limit there
    would never be asked.

    Args:
        stream: as received.
        until: of the monotonic clock.
    """

    def __init__(self, stream: Iterable[bytes], until: float) -> None:
        self._stream, self._until = stream, until

    def __iter__(self) -> Iterator[bytes]:
        """Give the pieces.

        Raises:
            ReadTimeout: past the time.
            DecodingError: past the size.
        """
        size = 0
        for piece in self._stream:
            size += len(piece)
            if time.monotonic() > self._until:
                raise httpx2.ReadTimeout("a reply without end")
            if size > LARGEST:
                raise httpx2.DecodingError("a reply without measure")
            yield piece

    def close(self) -> None:
        """Hang up."""
        cast("httpx2.SyncByteStream", self._stream).close()


def within(seconds: float) -> Callable[[httpx2.Response], None]:
    """A hook for the responses of a client: each has so many seconds from its first byte on."""

    def hook(response: httpx2.Response) -> None:
        response.stream = Bounded(cast("httpx2.SyncByteStream", response.stream), time.monotonic() + seconds)

    return hook
