"""Who may come in: names and passwords are checked one after another, wrong ones make their owner wait."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from collections import OrderedDict

import anyio
from anyio import to_thread

from corpus.errors import InputError
from ui.office.accounts import Accounts, name_of
from ui.office.limits import TooManyError, Window, in_words
from ui.office.passwords import Secret, secret_of

WRONG_TRIES = 5
WITHIN = 900.0  # seconds
_KNOWN = 1_000  # checks that programs need not repeat with each request


class Keeper:
    """Checks names and passwords.

    Args:
        accounts: who may come in.
        tries: counts the wrong ones.
    """

    def __init__(self, accounts: Accounts, tries: Window | None = None) -> None:
        self.accounts = accounts
        self._tries = tries or Window(WRONG_TRIES, WITHIN)
        self._lock = anyio.Lock()  # one at a time: a check takes 32 MB and a third of a second on purpose
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, Secret] = OrderedDict()
        # A name that does not exist is checked against this one, so that its answer takes as long.
        usual = next(iter(accounts.now().values()), None)
        costs = {"cost": usual.cost, "parallel": usual.parallel} if usual else {}
        self._nobody = secret_of(secrets.token_urlsafe(16), **costs)

    async def account(
        self, name: str, password: str, address: str, *, repeated: bool = False
    ) -> Secret | None:
        """The secret of an account whose name and password these are, None where they are not.

        Args:
            name: as given by the client.
            password: the same.
            address: of the client.
            repeated: whether this comes with each request, as from programs, so that a check that was passed from
                the same address is not done again.

        Raises:
            TooManyError: after too many wrong tries for the name, whether it exists or not, or from the address.
            InputError: where the account file has become unreadable.
        """
        mark = self._mark(name, password, address)
        # Even who is remembered waits with the others of the address, or somebody there could guess without end.
        self._let_wait("address", address)
        if repeated and (known := self._remembered(name, mark)) is not None:
            return known
        async with self._lock:
            self._let_wait("address", address)
            if repeated and (known := self._remembered(name, mark)) is not None:
                return known
            self._let_wait("name", _folded(name))
            return await self._checked(name, password, address, mark)

    async def _checked(self, name: str, password: str, address: str, mark: bytes) -> Secret | None:
        secret = self._secret(name)
        fits = await to_thread.run_sync((secret or self._nobody).fits, password)
        if secret is None or not fits:
            self._tries.add(("name", _folded(name)), address)
            self._tries.add(("address", address), _folded(name))
            return None
        # Whoever gets in after all had mistyped; many may share an address and must not pay for that. What came
        # from elsewhere still counts: it may be somebody who guesses.
        self._tries.forget(("name", _folded(name)), address)
        self._tries.forget(("address", address), _folded(name))
        self._known[mark] = secret
        while len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return secret

    def _secret(self, name: str) -> Secret | None:
        try:
            return self.accounts.now().get(name_of(name))
        except InputError:
            self.accounts.now()  # the file is broken: that is told; else the name is none that could exist
            return None

    def _remembered(self, name: str, mark: bytes) -> Secret | None:
        secret = self._known.get(mark)
        if secret is not None and self._secret(name) != secret:  # has another password now, or is gone
            del self._known[mark]
            return None
        return secret

    def _mark(self, *parts: str) -> bytes:
        joined = json.dumps(parts).encode()
        return hmac.digest(self._key, joined, "sha256")

    def _let_wait(self, kind: str, value: str) -> None:
        wait = self._tries.wait((kind, value))
        if wait:
            raise TooManyError("姓名或口令试错的次数太多", hint=f"请过 {in_words(wait)}再试", wait=wait)


def _folded(name: str) -> str:
    try:
        return name_of(name)
    except InputError:
        return name[:64]


def given(authorization: str) -> tuple[str, str] | None:
    """Name and password of an Authorization header, None where there are none.

    Basic as browsers and curl send it, or "Bearer name:password", as programs made for OpenAI send their key.

    Args:
        authorization: the header, its bytes read as Latin-1.
    """
    scheme, _, value = authorization.strip().partition(" ")
    raw = value.strip().encode("latin-1", "replace")
    if scheme.lower() == "basic":
        try:
            raw = base64.b64decode(raw, validate=True)
        except binascii.Error:
            return None
    elif scheme.lower() != "bearer":
        return None
    name, colon, password = raw.decode("utf-8", "replace").partition(":")
    return (name, password) if colon else None
