"""Older office formats (.doc, .wps, .rtf): converted to .docx by LibreOffice where that is installed."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable

from corpus.errors import UnreadableFileError
from corpus.reading.limits import MAX_BYTES, OFFICE_SECONDS
from corpus.reading.process_limits import unlimited_memory
from corpus.reading.word import read_word
from corpus.types import RawFile

_SAVE_AS_DOCX = "请用 Word 或 WPS 打开，另存为 .docx 后重试"
_USUAL_PLACES = (
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
)
# A profile of its own: no macros, no links followed, and a proxy that does not exist, so that a document
# which names a picture on the net cannot call home.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_SETTING = (
    '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
    "<value>{value}</value></prop></item>"
)
_VALUES = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Inet/Settings", "ooInetProxyType", "1"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


def office_programs() -> tuple[str, ...]:
    """Where LibreOffice is installed: on the PATH, else in its usual places; empty without it."""
    on_path = (shutil.which(name) for name in ("soffice", "libreoffice"))
    found = [program for program in on_path if program]
    return tuple(found or [place for place in _USUAL_PLACES if pathlib.Path(place).is_file()])


def read_office(
    data: bytes, *, ending: str, programs: Iterable[str] | None = None, seconds: float = OFFICE_SECONDS
) -> RawFile:
    """Read the bytes of an older office file through LibreOffice.

    Args:
        data: the bytes of the file.
        ending: its ending with the dot, from which LibreOffice takes a hint.
        programs: LibreOffice programs to use, the first counts; None looks for an installed one.
        seconds: how long the conversion may take.

    Raises:
        UnreadableFileError: without LibreOffice, or if it cannot convert the file.
    """
    program = next(iter(office_programs() if programs is None else programs), None)
    if program is None:
        raise UnreadableFileError(f"本机没有 LibreOffice，不能直接读取 {ending} 文件", hint=_SAVE_AS_DOCX)
    # On Windows a killed LibreOffice may hold its profile for a moment; what is left there is the system's.
    with tempfile.TemporaryDirectory(prefix="office-", ignore_cleanup_errors=True) as folder:
        return read_word(_convert(data, ending, program, pathlib.Path(folder), seconds))


def _convert(data: bytes, ending: str, program: str, folder: pathlib.Path, seconds: float) -> bytes:
    source, made = folder / f"source{ending}", folder / "made" / "source.docx"
    source.write_bytes(data)
    profile = _write_profile(folder)
    command = [
        *(program, "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"),
        *(f"-env:UserInstallation={profile.as_uri()}", "--convert-to", "docx:Office Open XML Text"),
        *("--outdir", str(made.parent), str(source)),
    ]
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    try:
        with unlimited_memory():
            running = subprocess.Popen(  # noqa: S603 - a fixed program and our own file names, no shell
                command,
                cwd=folder,
                env={**os.environ, **nowhere},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        with running:
            try:
                running.wait(seconds)
            except BaseException:
                _end(running, profile.as_uri())
                raise
    except subprocess.TimeoutExpired as error:
        raise UnreadableFileError(f"转换 {ending} 文件超时", hint=_SAVE_AS_DOCX) from error
    except OSError as error:
        raise UnreadableFileError("LibreOffice 无法启动", hint=_SAVE_AS_DOCX) from error
    if not made.is_file() or made.stat().st_size > MAX_BYTES:
        raise UnreadableFileError(f"{ending} 文件无法转换，可能已损坏或加密", hint=_SAVE_AS_DOCX)
    return made.read_bytes()


def _end(running: subprocess.Popen[bytes], profile: str) -> None:
    """End LibreOffice with the program that it starts in turn, which would go on, with the file and without end."""
    if sys.platform == "win32":
        tree = ("taskkill", "/T", "/F", "/PID", str(running.pid))
        subprocess.run(tree, check=False, capture_output=True)  # noqa: S603 - a program of the system
    running.kill()
    for told in pathlib.Path("/proc").glob("[0-9]*/cmdline"):  # Linux; on macOS there is one process only
        # No other process has our own temporary folder among its arguments.
        with contextlib.suppress(OSError):
            if profile.encode() in told.read_bytes():
                os.kill(int(told.parent.name), signal.SIGKILL)


def _write_profile(folder: pathlib.Path) -> pathlib.Path:
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    items = "\n".join(_SETTING.format(path=path, name=name, value=value) for path, name, value in _VALUES)
    (user / "registrymodifications.xcu").write_text(_SETTINGS.format(items=items), encoding="utf-8")
    return user.parent
