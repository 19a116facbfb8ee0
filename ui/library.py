"""The assistant behind the page, opened in the background and exchanged while the page answers."""

from __future__ import annotations

import pathlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from corpus.types import Case, Document
from rag.followup import Turn
from rag.types import Answer
from rag.understand import Corrections
from ui.materials import Materials


class Assistant(Protocol):
    """What the page needs of the assistant that answers."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """Every case known."""
        ...

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document."""
        ...

    def case(self, case_id: str) -> Case:
        """The case of an id.

        Raises:
            KeyError: for an unknown id.
        """
        ...

    def document(self, case: Case) -> Document:
        """The document that `case` was cut from."""
        ...

    def stream(
        self, question: str, turns: Sequence[Turn] = (), corrections: Corrections | None = None
    ) -> Iterator[Answer]:
        """The answer to `question` as it grows, given the conversation before it; the last one is whole.

        `corrections` are what its reader takes back of how it was read.

        Raises:
            CaseQAError: where there can be none.
        """
        ...


Progress = Callable[[str, float], None]
Opener = Callable[[Progress], Assistant]


@dataclass(frozen=True, slots=True)
class Status:
    """How far the library is.

    Attributes:
        ready: questions are answered at once.
        step: Chinese, what is being done.
        share: of the preparation, 0..1.
        cases, documents: how many the library holds, 0 until it is ready.
    """

    ready: bool = False
    step: str = ""
    share: float = 0.0
    cases: int = 0
    documents: int = 0


class Library:
    """An assistant that is being opened in a thread and may be exchanged for another later.

    Args:
        opener: opens the assistant; slow.
        name: of the library, as shown.
        outside: where questions go beyond this machine, "" where they do not.
        on_failure: called from the thread when the assistant cannot be opened.
        materials: the documents behind the assistant, where the page shows and changes them.
        around: makes of every assistant the one that answers, such as one that counts the questions.
        data: folder for what readers think of answers; None where they are not asked.
    """

    def __init__(
        self,
        opener: Opener,
        *,
        name: str,
        outside: str = "",
        on_failure: Callable[[], None] = lambda: None,
        materials: Materials | None = None,
        around: Callable[[Assistant], Assistant] = lambda assistant: assistant,
        data: pathlib.Path | None = None,
    ) -> None:
        self.name = name
        self.data = data
        self.outside = outside
        self.materials = materials
        self.error: Exception | None = None
        self._opener = opener
        self._on_failure = on_failure
        self._around = around
        self._assistant: Assistant | None = None
        self._done = threading.Event()
        self._status = Status()
        self._exchanging = threading.Lock()
        # A daemon, so that Ctrl+C does not wait for a half-built index.
        self._thread = threading.Thread(target=self._open, name="library", daemon=True)

    def start(self) -> None:
        """Begin to open the assistant."""
        self._thread.start()

    @property
    def status(self) -> Status:
        """How far the library is now."""
        return self._status

    def wait(self, seconds: float | None = None) -> Assistant | None:
        """The assistant, or None where it is not ready within `seconds`.

        Raises:
            Exception: whatever kept the assistant from opening.
        """
        self._done.wait(seconds)
        if self.error is not None:
            raise self.error
        return self._assistant

    def exchange(self, opener: Opener, progress: Progress = lambda _step, _share: None) -> None:
        """Let another assistant answer from now on; the one before serves until it is open.

        Questions that are being answered keep the assistant that they began with. One exchange at a time.

        Args:
            opener: opens the other assistant, in this thread; slow.
            progress: handed to the opener.

        Raises:
            Exception: whatever kept the other from opening; the one before goes on serving.
        """
        self.wait()  # what is opened first must not come last
        with self._exchanging:
            self._take(opener(progress))

    def _open(self) -> None:
        try:
            self._take(self._opener(self._report))
        except Exception as error:  # noqa: BLE001 - handed to whoever waits, in the thread that can report it
            self.error = error
            self._on_failure()
        finally:
            self._done.set()

    def _take(self, assistant: Assistant) -> None:
        self._assistant = self._around(assistant)
        if self.materials is not None:
            self.name = self.materials.source.name
        self._status = Status(
            ready=True, share=1.0, cases=len(assistant.cases), documents=len(assistant.documents)
        )

    def _report(self, step: str, share: float) -> None:
        self._status = Status(step=step, share=min(max(share, 0.0), 1.0))
