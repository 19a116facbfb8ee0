"""The assistant that serves now, and what a page is told while there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast

from corpus.errors import CaseQAError
from rag.understand import Reading
from ui.api import desk
from ui.library import Library

Told = dict[str, Any]
_BROKEN = "这里出错了，请刷新网页再试；如果总是这样，请告诉维护人员"


class Assistant(desk.Assistant, Protocol):
    """What browsing needs of the assistant that answers."""

    def understand(self, question: str) -> Reading:
        """How a question is read.

        Raises:
            InputError: for an empty question or one that is too long.
        """
        ...


def told(library: Library, work: Callable[[Assistant], Told]) -> Told:
    """What `work` makes of the assistant, for the page's script.

    Returns:
        Besides what `work` returns: "waiting", a line that says how far the library is, where it is still being
        prepared and should be asked again; "fault", a Chinese line, where something is wrong.
    """
    try:
        # Taken anew for every request: another index may serve by the next one.
        assistant = library.wait(0)
        if assistant is None:
            return {"waiting": waiting_line(library)}
        return work(cast("Assistant", assistant))
    except CaseQAError as error:
        return {"fault": str(error)}
    except Exception:  # noqa: BLE001 - its English text would help nobody at the screen
        return {"fault": _BROKEN}


def waiting_line(library: Library) -> str:
    """How far the preparation of the library is, as text."""
    status = library.status
    share = f"…{status.step} {round(status.share * 100)}%" if status.step else ""
    return f"正在准备案例库{share}，准备好后这里会自动显示"
