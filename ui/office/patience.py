"""uvicorn's HTTP protocol with a limit that it lacks: a client that never finishes its headers is hung up on."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS_WITHIN = 15.0  # seconds; browsers need milliseconds


class PatientProtocol(H11Protocol):
    """Closes connections whose request line and headers are not there in time.

    Otherwise a handful of clients that send a letter a minute would hold every connection the system allows.
    """

    within = HEADERS_WITHIN
    _awaiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait on where headers are still incomplete."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._awaiting is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """End to wait."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._awaiting = self.loop.call_later(self.within, self._hang_up)

    def _stop_waiting(self) -> None:
        if self._awaiting is not None:
            self._awaiting.cancel()
            self._awaiting = None

    def _hang_up(self) -> None:
        self._awaiting = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()
