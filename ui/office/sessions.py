"""Who is logged in: a table on this side, of which the browser holds nothing but a random number."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from ui.office.passwords import Secret

IDLE = 12 * 3600  # seconds after which a session that nobody uses ends
LONGEST = 7 * 24 * 3600  # seconds after which every session ends
_BYTES = 32  # of a token: 256 bits
_KEPT = 10_000  # sessions; the one unused for longest ends first


@dataclass(frozen=True, slots=True)
class Session:
    """One login.

    Attributes:
        name: of the account.
        secret: as it was at the login; another password ends the session.
        begun, used: seconds, when it began and when it was last used.
    """

    name: str
    secret: Secret
    begun: float
    used: float


class Sessions:
    """The table of sessions; may be used by many threads.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._table: OrderedDict[bytes, Session] = OrderedDict()

    def begin(self, name: str, secret: Secret) -> str:
        """The token of a new session."""
        token, now = secrets.token_urlsafe(_BYTES), self._clock()
        with self._lock:
            self._table[_key(token)] = Session(name, secret, now, now)
            while len(self._table) > _KEPT:
                self._table.popitem(last=False)
        return token

    def find(self, token: str, *, used: bool = True) -> Session | None:
        """The session of a token, None for an unknown or expired one.

        Args:
            token: as `begin` gave it.
            used: whether somebody does something, so that the silence after which it expires begins anew.
        """
        key, now = _key(token), self._clock()
        with self._lock:
            session = self._table.get(key)
            if session is None:
                return None
            if now - session.used >= IDLE or now - session.begun >= LONGEST:
                del self._table[key]
                return None
            if used:
                self._table[key] = session = replace(session, used=now)
                self._table.move_to_end(key)
            return session

    def end(self, token: str) -> None:
        """Forget a session, if it is there."""
        with self._lock:
            self._table.pop(_key(token), None)


def _key(token: str) -> bytes:
    # Looking a digest up tells by its duration nothing about the token.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
