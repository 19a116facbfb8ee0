"""The systems that a bundle can be made for, in pip's words."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

NEWEST_GLIBC = 28  # of manylinux_2_x: Kylin V10, UOS 20, Debian 10 and everything later
OLDEST_GLIBC = 5
_OLD_NAMES = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}


@dataclass(frozen=True, slots=True)
class Platform:
    """A system.

    Attributes:
        name: as on the command line.
        tags: of its wheels, best first, as pip's --platform takes them; none: whatever suits this machine.
        markers: what it answers to the conditions in a package's list of requirements.
    """

    name: str
    tags: tuple[str, ...]
    markers: tuple[tuple[str, str], ...]


def _linux(machine: str) -> Platform:
    tags: list[str] = []
    for glibc in range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1):
        tags.append(f"manylinux_2_{glibc}_{machine}")
        if glibc in _OLD_NAMES:
            tags.append(f"{_OLD_NAMES[glibc]}_{machine}")
    markers = (
        ("os_name", "posix"),
        ("platform_machine", machine),
        ("platform_system", "Linux"),
        ("sys_platform", "linux"),
    )
    return Platform(f"linux-{machine}", tuple(tags), markers)


_WINDOWS = Platform(
    "windows",
    ("win_amd64",),
    (
        ("os_name", "nt"),
        ("platform_machine", "AMD64"),
        ("platform_system", "Windows"),
        ("sys_platform", "win32"),
    ),
)
PLATFORMS = {one.name: one for one in (_WINDOWS, _linux("x86_64"), _linux("aarch64"))}


def this_platform() -> Platform:
    """The system that this Python runs on; one without tags where it is none of `PLATFORMS`."""
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    if sys.platform == "win32" and machine == "x86_64":
        return _WINDOWS
    kind = sys.platform if platform.libc_ver()[0] == "glibc" or sys.platform != "linux" else "linux-musl"
    return PLATFORMS.get(f"{kind}-{machine}") or Platform(f"{kind}-{machine}", (), ())
