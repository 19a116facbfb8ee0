"""The account file: one "name:secret" a line; # begins a comment. Read again whenever it has changed."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import tempfile
import threading
import unicodedata
from collections.abc import Mapping

from corpus.errors import InputError
from ui.office.passwords import Secret, read_secret

_NAME = re.compile(r"[\w.@-]{1,32}")
_LARGEST = 1 << 20  # bytes of an account file
Stamp = tuple[int, int, int]


def name_of(text: str) -> str:
    """The name of an account as it is kept.

    Raises:
        InputError: for one that cannot stand in a line of the file or in a header.
    """
    name = unicodedata.normalize("NFC", text.strip())
    if not _NAME.fullmatch(name):
        raise InputError(
            f"账号名不能是“{text}”", hint="用 1 到 32 个汉字、字母、数字或 . @ _ -，中间不要空格和冒号"
        )
    return name


def parsed(text: str, path: pathlib.Path) -> dict[str, Secret]:
    """The secrets by name.

    Raises:
        InputError: for a line that is broken, or a name that comes twice; tells its number.
    """
    secrets: dict[str, Secret] = {}
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        name, _, rest = bare.partition(":")
        try:
            secret = read_secret(rest)
            valid = name_of(name) == name and name not in secrets
        except (ValueError, InputError):
            valid = False
        if not valid:
            # What stands there may be a plain password: it is not shown.
            raise InputError(
                f"账号文件第 {number} 行写得不对：{path}",
                hint="请删去这一行，再用 python -m ui account add 建立账号",
            )
        secrets[name] = secret
    return secrets


def read_accounts(path: pathlib.Path) -> dict[str, Secret]:
    """The secrets in a file, by name.

    Raises:
        InputError: for a file that is missing, unreadable or broken.
    """
    return parsed(_text(path), path)


def _text(path: pathlib.Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("utf-8-sig")
    except FileNotFoundError as error:
        hint = f"请先建立账号：python -m ui account --auth-file {path} add 姓名"
        raise InputError(f"没有这个账号文件：{path}", hint=hint) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"账号文件无法读取：{path}", hint="请检查路径、权限，文件应是 UTF-8 编码") from error


def open_to_others(path: pathlib.Path) -> bool:
    """Whether other users of this machine may read the file; never where the system does not tell."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)


def keep_account(path: pathlib.Path, name: str, secret: Secret) -> bool:
    """Add an account to the file, or give it another password; whether it was there. Comments stay.

    Raises:
        InputError: for a file that is broken or cannot be written; it stays as it was.
    """
    lines = _text(path).splitlines() if path.exists() else []
    known = name in parsed("\n".join(lines), path)
    entry = f"{name}:{secret.written()}"
    changed = [entry if _is_of(line, name) else line for line in lines]
    _write(path, changed if known else [*lines, entry])
    return known


def drop_account(path: pathlib.Path, name: str) -> None:
    """Take an account out of the file.

    Raises:
        InputError: where there is no such account, or the file is broken or cannot be written.
    """
    if name not in read_accounts(path):
        raise InputError(
            f"没有“{name}”这个账号", hint=f"有哪些账号：python -m ui account --auth-file {path} list"
        )
    _write(path, [line for line in _text(path).splitlines() if not _is_of(line, name)])


def _is_of(line: str, name: str) -> bool:
    return line.strip().partition(":")[0] == name


def _write(path: pathlib.Path, lines: list[str]) -> None:
    """Replace the file in one step; only its owner may read it."""
    target = path.resolve()  # a link stays one
    try:
        # mkstemp makes files of mode 0600.
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write("".join(f"{line}\n" for line in lines))
                file.flush()
                os.fsync(file.fileno())
            pathlib.Path(name).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                pathlib.Path(name).unlink()
            raise
    except OSError as error:
        raise InputError(f"账号文件写不进去：{path}", hint="请检查文件夹是否存在、能不能写") from error


class Accounts:
    """The accounts of a file as they are now.

    Args:
        path: of the file.

    Raises:
        InputError: for a file that is missing, unreadable or broken.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._secrets: Mapping[str, Secret] = {}
        self.now()

    def now(self) -> Mapping[str, Secret]:
        """The secrets by name.

        Raises:
            InputError: where the file has become missing, unreadable or broken: whoever was taken out of it must not
                stay in because of a slip in another line.
        """
        with self._lock:
            stamp = self._look()
            if stamp is None or stamp != self._stamp:
                self._stamp = None
                self._secrets = read_accounts(self.path)
                self._stamp = stamp
            return self._secrets

    def _look(self) -> Stamp | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
