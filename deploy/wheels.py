"""The packages of a bundle: a wheel of each, fetched for the system that the bundle is for.

Packages are taken one by one from constraints.txt, which names every package that an install can bring in: pip
would judge conditions such as "only on Windows" by the machine that it runs on, not by the one it downloads for.
What this leaves out is found by deploy/missing.py.
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Callable, Sequence

from deploy.platforms import Platform, this_platform

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
TORCH = "torch"
_WANTING = re.compile(r"No matching distribution found for (\S+)")
_NO_CPU = (
    "下载不到不带显卡库的 torch。请从 {index} 或单位镜像取得文件名带 +cpu 的 {pin} 安装包（.whl），放进一个文件夹，"
    "把环境变量 PIP_FIND_LINKS 设为这个文件夹，再运行"
)

Pip = Callable[[Sequence[str]], "tuple[int, str]"]


class BundleError(Exception):
    """The bundle cannot be made: one line in Chinese that says what to do; where there is none, what pip wrote tells."""

    def __init__(self, message: str, *, log: str = "") -> None:
        super().__init__(message)
        self.log = log


def pins(root: pathlib.Path, system: Platform) -> list[str]:
    """The lines "name==version" of constraints.txt that `system` needs, those for tests left out."""
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    needless = {"test"} if system.name == "windows" else {"test", "Windows"}
    parts = [line.partition("#") for line in lines]
    return [pin.strip() for pin, _, mark in parts if "==" in pin and mark.strip() not in needless]


def fetch(wheelhouse: pathlib.Path, wanted: Sequence[str], system: Platform, pip: Pip) -> None:
    """Put a wheel of each of `wanted` into `wheelhouse`; what has none is built here.

    Args:
        wheelhouse: exists.
        wanted: "name==version".
        system: which the wheels are for.
        pip: runs pip with these arguments; its status and what it wrote.

    Raises:
        BundleError: where a package cannot be had.
    """
    torch = [pin for pin in wanted if pin.startswith(TORCH + "==")]
    if torch:
        _fetch_torch(wheelhouse, torch[0], system, pip)
    if rest := [pin for pin in wanted if pin not in torch]:
        _fetch_all(wheelhouse, rest, system, pip)


def _fetch_torch(wheelhouse: pathlib.Path, pin: str, system: Platform, pip: Pip) -> None:
    """The public index has torch for Linux with gigabytes of GPU libraries, and torch's own index has it without."""
    command = ["install", "--dry-run", "--no-deps", "--ignore-installed", "--target", str(wheelhouse)]
    unknown, told = pip([*command, *_tags(system), pin])
    if not system.name.startswith("linux") or (not unknown and "+cpu" in told):
        _fetch_all(wheelhouse, [pin], system, pip)
        return
    places = ["-d", str(wheelhouse), "--index-url", CPU_INDEX]
    status, _ = pip(["download", "--no-deps", *places, *_tags(system), pin])
    if status or not any("+cpu" in path.name for path in wheelhouse.glob(TORCH + "-*.whl")):
        # Where the usual index does not answer either, it is not torch that is missing.
        raise BundleError("" if unknown else _NO_CPU.format(index=CPU_INDEX, pin=pin), log=told)


def _fetch_all(wheelhouse: pathlib.Path, wanted: Sequence[str], system: Platform, pip: Pip) -> None:
    places = ["--no-deps", "--find-links", str(wheelhouse)]
    if not system.tags:
        status, log = pip(["wheel", *places, "-w", str(wheelhouse), *wanted])
        if status:
            raise BundleError("", log=log)
        return
    built: set[str] = set()
    while True:
        status, log = pip(["download", *places, "-d", str(wheelhouse), *_tags(system), *wanted])
        lacking = _WANTING.search(log)
        if not status:
            return
        if lacking is None or lacking.group(1) in built:
            raise BundleError("", log=log)
        _build(wheelhouse, lacking.group(1), system, pip)
        built.add(lacking.group(1))


def _tags(system: Platform) -> list[str]:
    if not system.tags:
        return []
    tags = [word for tag in system.tags for word in ("--platform", tag)]
    return [*tags, "--python-version", "3.11", "--implementation", "cp", "--only-binary", ":all:"]


def _build(wheelhouse: pathlib.Path, pin: str, system: Platform, pip: Pip) -> None:
    before = set(wheelhouse.iterdir())
    status, log = pip(["wheel", "--no-deps", "-w", str(wheelhouse), pin])
    if status:
        raise BundleError("", log=log)
    for path in set(wheelhouse.iterdir()) - before:
        if not path.stem.endswith("-any") and system != this_platform():
            raise BundleError(f"{pin} 没有现成的软件包，要在 {system.name} 的电脑上做离线包")
