"""Who a request comes from and what became of it: filled in along its way, read by limits and by the log."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Literal

from rag.types import Answer

Door = Literal["page", "login", "health", "rest", "openai", "mcp"]
SCOPE = "case_qa.asker"  # where it stands in an ASGI scope
STRANGER = "case_qa.stranger"  # there and true where somebody should have logged in and has not


@dataclass(slots=True)
class Asker:
    """One request.

    Attributes:
        address: of the client, as the proxy on this machine tells it where there is one.
        door: through which it came.
        name: of the account, "" where nobody is logged in.
        charged: whether it was counted as a question already; one request counts once.
        question: as asked, "" where it was none.
        answer: what was answered, None where there is no answer.
    """

    address: str
    door: Door
    name: str = ""
    charged: bool = False
    question: str = ""
    answer: Answer | None = None

    @property
    def key(self) -> str:
        """For whom questions are counted: the account, or else the address."""
        return f"account {self.name}" if self.name else f"address {self.address}"

    @property
    def local(self) -> bool:
        """Whether somebody at this machine asks."""
        return loopback(self.address)


def loopback(host: str) -> bool:
    """Whether an address, or the name localhost, is this machine's own."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


_ASKER: ContextVar[Asker | None] = ContextVar("asker", default=None)


@contextlib.contextmanager
def asking(asker: Asker) -> Iterator[None]:
    """While this is entered, `current` is `asker`, in the threads that are started as well."""
    token = _ASKER.set(asker)
    try:
        yield
    finally:
        _ASKER.reset(token)


def current() -> Asker | None:
    """Who asks now; None where nobody is known, as in a test without a server.

    Gradio answers in tasks of its own, so that what was set for the request is lost there; it keeps the request.
    """
    found = _ASKER.get()
    if found is not None:
        return found
    context: Any = sys.modules.get("gradio.context")
    request = context.LocalContext.request.get(None) if context else None
    scope = getattr(getattr(request, "request", None), "scope", None)
    asker = scope.get(SCOPE) if scope else None
    return asker if isinstance(asker, Asker) else None
