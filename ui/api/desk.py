"""The desk behind the doors: takes a question to the library in a thread, so many at once and no more."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from typing import Protocol, TypeVar, cast

import anyio
from anyio import to_thread

from corpus.changes import Change
from corpus.errors import CaseQAError, InputError
from rag.followup import Turn
from rag.types import Answer, Hit
from ui import library as page
from ui.library import Library

REMEMBERED = 6  # earlier questions that a question may lean on
AT_ONCE = 8  # threads that answer; more would only slow each other down
WAITING = 64  # requests in line; further ones are told to come again
_KEPT = 512  # turns of conversations of which programs send only the questions again

Value = TypeVar("Value")


class UnavailableError(CaseQAError):
    """Nothing is wrong with the request; the same one may be answered later."""


class Assistant(page.Assistant, Protocol):
    """What the doors need of the assistant that answers."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change known, in the order of the cases."""
        ...

    def ask(self, question: str, turns: Sequence[Turn] = ()) -> Answer:
        """The answer to a question, given the conversation before it.

        Raises:
            CaseQAError: where there can be none.
        """
        ...

    def search(self, question: str, *, limit: int) -> tuple[Hit, ...]:
        """At most `limit` cases, best first.

        Raises:
            CaseQAError: where nothing can be looked for.
        """
        ...


class Desk:
    """Where every door takes its requests.

    Args:
        library: opened in the background; until it is ready, requests are turned away.
        at_once: requests that are worked on at the same time.
    """

    def __init__(self, library: Library, at_once: int = AT_ONCE) -> None:
        self.library = library
        self._memory = _Memory()
        self._at_once = at_once
        self._threads = anyio.CapacityLimiter(at_once)
        self._inside = 0

    async def run(self, work: Callable[[Assistant], Value]) -> Value:
        """What `work` makes of the assistant, in a thread.

        Raises:
            UnavailableError: while the library is being prepared or too many requests wait.
            CaseQAError: whatever `work` or the opening of the library raised.
        """
        assistant = self._assistant()
        with self._place():
            return await self._in_thread(functools.partial(work, assistant))

    async def ask(self, question: str, earlier: Sequence[str] = ()) -> Answer:
        """The answer to `question` after the questions `earlier`, the latest last; errors as for `run`."""

        def work(assistant: Assistant) -> Answer:
            told = self._memory.turns(assistant, earlier)
            answer = assistant.ask(question, told)
            self._memory.keep(assistant, (*earlier, question), answer)
            return answer

        return await self.run(work)

    @contextlib.asynccontextmanager
    async def answering(self, question: str, earlier: Sequence[str]) -> AsyncIterator[AsyncIterator[Answer]]:
        """The answer as it grows; ends the work when its reader has gone. Errors as for `run`."""
        assistant = self._assistant()

        def begin() -> Iterator[Answer]:
            return assistant.stream(question, self._memory.turns(assistant, earlier))

        async def growing(pieces: Iterator[Answer]) -> AsyncIterator[Answer]:
            answer: Answer | None = None
            while (more := await self._in_thread(functools.partial(next, pieces, None))) is not None:
                answer = more
                yield answer
            if answer is not None:
                self._memory.keep(assistant, (*earlier, question), answer)

        with self._place():
            pieces = await self._in_thread(begin)
            try:
                yield growing(pieces)
            finally:
                if isinstance(pieces, Generator):
                    with anyio.CancelScope(shield=True):
                        await to_thread.run_sync(pieces.close)

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        """A place among those who are answered or wait."""
        if self._inside >= self._at_once + WAITING:
            raise UnavailableError("同时提问的人太多", hint="请过几秒再试")
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    def _assistant(self) -> Assistant:
        assistant = self.library.wait(0)
        if assistant is None:
            status = self.library.status
            done = f"（{status.step}，{round(status.share * 100)}%）" if status.step else ""
            raise UnavailableError(f"案例库还在准备{done}", hint="请过几秒再试，准备好后马上可以提问")
        return cast("Assistant", assistant)  # the page needs less of it, so that its type says less

    async def _in_thread(self, work: Callable[[], Value]) -> Value:
        return await to_thread.run_sync(work, limiter=self._threads)


class _Memory:
    """Turns of conversations by their questions: programs send these again, but not what the answers rested on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._assistant: Assistant | None = None
        self._turns: OrderedDict[bytes, Turn | None] = OrderedDict()

    def turns(self, assistant: Assistant, questions: Sequence[str]) -> tuple[Turn, ...]:
        """The last turns of a conversation; what is not remembered is asked again, without what cannot be asked."""
        told: list[Turn] = []
        for number in range(max(0, len(questions) - REMEMBERED), len(questions)):
            asked = questions[: number + 1]
            known, turn = self._find(assistant, asked)
            if not known:
                with contextlib.suppress(InputError):
                    turn = self.keep(assistant, asked, assistant.ask(asked[-1], told))
            told += [turn] if turn else []
        return tuple(told)

    def keep(self, assistant: Assistant, questions: Sequence[str], answer: Answer) -> Turn | None:
        """Remember the answer to the last of `questions`; the turn, None where nothing can lean on it."""
        turn = Turn(answer.reading, answer) if answer.reading else None
        with self._lock:
            self._turn_to(assistant)
            self._turns[_key(questions)] = turn
            while len(self._turns) > _KEPT:
                self._turns.popitem(last=False)
        return turn

    def _find(self, assistant: Assistant, questions: Sequence[str]) -> tuple[bool, Turn | None]:
        key = _key(questions)
        with self._lock:
            self._turn_to(assistant)
            if key not in self._turns:
                return False, None
            self._turns.move_to_end(key)
            return True, self._turns[key]

    def _turn_to(self, assistant: Assistant) -> None:
        """Forget everything when another index serves: its cases are others."""
        if assistant is not self._assistant:
            self._assistant = assistant
            self._turns.clear()


def _key(questions: Sequence[str]) -> bytes:
    return hashlib.sha256(json.dumps(list(questions)).encode()).digest()
