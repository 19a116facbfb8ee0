"""Passwords as they are kept: scrypt with a salt of its own for each (RFC 7914; costs as OWASP recommends)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field

from corpus.errors import InputError

SHORTEST, LONGEST = 8, 256  # characters; hashing must not be fed megabytes
_SALT, _DIGEST = 16, 32  # bytes
_BLOCK = 8
_MEMORY = 512 << 20  # bytes that one check may take, whatever a file says
_METHOD = "scrypt"


@dataclass(frozen=True, slots=True)
class Secret:
    """A password that can be checked and not be read back.

    Attributes:
        cost: binary logarithm of scrypt's N, 14..20.
        block, parallel: scrypt's r (1..32) and p (1..16).
        salt: 8..64 bytes.
        digest: 32 bytes.
    """

    cost: int
    block: int
    parallel: int
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not (14 <= self.cost <= 20 and 1 <= self.block <= 32 and 1 <= self.parallel <= 16):
            raise ValueError("costs out of range")
        if not (8 <= len(self.salt) <= 64 and len(self.digest) == _DIGEST):
            raise ValueError("salt or digest of a wrong length")
        if (128 * self.block << self.cost) > _MEMORY:
            raise ValueError("too much memory")

    def fits(self, password: str) -> bool:
        """Whether this is the password; takes as long whatever it is."""
        return hmac.compare_digest(
            self.digest, _digest(password, self.cost, self.block, self.parallel, self.salt)
        )

    def written(self) -> str:
        """As in an account file: scrypt:15:8:3:SALT:DIGEST, the last two in base64."""
        ends = (base64.b64encode(part).decode() for part in (self.salt, self.digest))
        return ":".join([_METHOD, str(self.cost), str(self.block), str(self.parallel), *ends])


def read_secret(text: str) -> Secret:
    """The value that `Secret.written` wrote.

    Raises:
        ValueError: for anything else.
    """
    method, *costs, salt, digest = text.split(":")
    if method != _METHOD:
        raise ValueError("another method")
    cost, block, parallel = (int(one) for one in costs)
    try:
        ends = [base64.b64decode(part, validate=True) for part in (salt, digest)]
    except binascii.Error as error:
        raise ValueError("no base64") from error
    return Secret(cost, block, parallel, *ends)


def secret_of(password: str, *, cost: int = 15, parallel: int = 3) -> Secret:
    """A new secret, with a salt that nobody has chosen; by default a check takes 32 MB and a third of a second.

    Args:
        password: as typed.
        cost: as of `Secret`.
        parallel: the same.

    Raises:
        InputError: for a password that is too short or too long, or holds what cannot be typed.
    """
    if len(password) < SHORTEST:
        raise InputError(f"口令太短，只有 {len(password)} 个字符", hint=f"至少要 {SHORTEST} 个字符")
    if len(password) > LONGEST:
        raise InputError("口令太长", hint=f"最多 {LONGEST} 个字符")
    if not password.isprintable():
        raise InputError("口令里有打不出来的字符", hint="请不要用换行、制表符一类的字符")
    if len(set(password)) < 3:
        raise InputError("口令太简单", hint="请不要只重复一两个字符")
    salt = secrets.token_bytes(_SALT)
    return Secret(cost, _BLOCK, parallel, salt, _digest(password, cost, _BLOCK, parallel, salt))


def _digest(password: str, cost: int, block: int, parallel: int, salt: bytes) -> bytes:
    # The same character can come from a keyboard in two forms.
    typed = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(
        typed, salt=salt, n=1 << cost, r=block, p=parallel, maxmem=2 * _MEMORY, dklen=_DIGEST
    )
