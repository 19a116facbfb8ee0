"""Locks on files, as far as the system has them."""

from __future__ import annotations

import errno
import os
import sys
import time

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL}
_GLANCE_SECONDS = 0.05


def taken(file: int, *, patience: float) -> bool:
    """Take the lock of an open file until the file is closed; False where it is not free within `patience` seconds.

    The system lets go of the lock of a process that ends, however it ends. Where the file system has no locks, every
    lock is free.

    Raises:
        OSError: if the file cannot be locked for another reason.
    """
    deadline = time.monotonic() + patience
    while not _free(file):
        if time.monotonic() > deadline:
            return False
        time.sleep(_GLANCE_SECONDS)
    return True


def _free(file: int) -> bool:
    """Take the lock if it is free."""
    try:
        if sys.platform == "win32":
            os.lseek(file, 0, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EAGAIN, errno.EDEADLK}:
            return False
        if error.errno not in _NO_LOCKS:
            raise
    return True
