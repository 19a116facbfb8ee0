"""Faults of the system for the length of a block: a disk that is full, and rights as they are without an administrator's."""

import contextlib
import ctypes
import os
import resource
from collections.abc import Iterator

_OVERRIDE = (1 << 1) | (
    1 << 2
)  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: root reads and writes whatever it likes
_VERSION = 0x20080522


@contextlib.contextmanager
def full_disk(room: int = 0) -> Iterator[None]:
    """No file can grow past `room` bytes: whoever writes more gets an OSError from the system."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def ordinary_rights() -> Iterator[None]:
    """In this thread the rights of files hold for root, too."""
    if os.geteuid() != 0:
        yield
        return
    system = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable, twice 32 bits
    if system.capget(header, sets):
        raise OSError(ctypes.get_errno(), "capget")
    before = sets[0]
    sets[0] &= ~_OVERRIDE
    if system.capset(header, sets):
        raise OSError(ctypes.get_errno(), "capset")
    try:
        yield
    finally:
        sets[0] = before
        system.capset(header, sets)
