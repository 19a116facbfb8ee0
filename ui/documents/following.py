"""Long work in a thread, followed from a generator, so that a page can show how far it is."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from typing import TypeVar

from ui.materials import Progress

T = TypeVar("T")


def following(work: Callable[[Progress], T]) -> Generator[tuple[str, float], None, T]:
    """The steps of `work` as it goes, each with the share done; then what it returns.

    Work goes on to its end though nobody follows any more.

    Raises:
        Exception: whatever `work` raised.
    """
    steps: queue.Queue[tuple[str, float] | None] = queue.Queue()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work(lambda step, share: steps.put((step, share))))
        except BaseException as error:  # noqa: BLE001 - raised again where it can be told
            errors.append(error)
        finally:
            steps.put(None)

    threading.Thread(target=run, name="documents", daemon=True).start()
    while (step := steps.get()) is not None:
        yield step
    if errors:
        raise errors[0]
    return results[0]
