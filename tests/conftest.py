"""Rules for every test: nothing beyond loopback, nothing skipped unnoticed, the real compilations."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # before any library is imported: they read it at import
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import ipaddress
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


class OutsideRefusedError(RuntimeError):
    """A test tried to reach beyond loopback."""


def is_loopback(host: object) -> bool:
    """Tell whether a host, as socket functions take it, is this machine; no name is looked up."""
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name.lower().rstrip(".") == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def refuse_outside(host: object) -> None:
    if not is_loopback(host):
        raise OutsideRefusedError(f"tests may only reach loopback, not {host!r}")


def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a method of socket.socket whose last argument is the address."""

    def method(self: socket.socket, *arguments: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse_outside(arguments[-1][0])
        return original(self, *arguments)

    return method


def guarded_lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a name look-up; no host, or the address of every interface, is what servers bind to."""

    def look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        if host not in (None, "", b"", "0.0.0.0", "::"):  # noqa: S104 - nothing is bound here
            refuse_outside(host)
        return original(host, *arguments, **options)

    return look_up


for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, name, guarded_lookup(getattr(socket, name)))


def forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure under continuous integration, where only a GPU may be missing."""
    if os.environ.get("CI", "").lower() != "true" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if "GPU" not in reason:
        report.outcome = "failed"
        report.longrepr = f"skipped under CI, where only GPU tests may be: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    report = yield
    forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    report = yield
    forbid_skip(report)
    return report


@pytest.fixture(scope="session")
def seeds() -> Path:
    """Folder of the real compilations, which are no part of the repository."""
    folder = Path(os.environ.get("CASE_QA_SEEDS") or ROOT.parent / "shared" / "seeds")
    if not folder.is_dir():
        pytest.skip("没有真实汇编材料:设置 CASE_QA_SEEDS,或放在 ../shared/seeds(real compilations missing)")
    return folder
