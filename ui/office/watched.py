"""An assistant that counts the questions of each client and writes down what became of them.

It stands around the assistant rather than at the doors, so that every page and every door is counted alike.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

from corpus.types import Case, Document
from rag.followup import Turn
from rag.types import Answer, Hit
from ui.api.desk import Assistant
from ui.office.asker import Asker, current
from ui.office.limits import TooManyError, Window, in_words
from ui.office.request_log import RequestLog


class Watched:
    """The same assistant, watched.

    Args:
        assistant: answers.
        log: gets a line for each question of the page; the doors write their own, one a request.
        questions: counts the questions of each client; None for no limit.
        everybody: whether people at this machine are counted, too.
    """

    def __init__(
        self, assistant: Assistant, log: RequestLog, questions: Window | None, *, everybody: bool
    ) -> None:
        self._assistant, self._log, self._questions, self._everybody = assistant, log, questions, everybody

    def __getattr__(self, name: str) -> Any:
        return getattr(self._assistant, name)

    @property
    def cases(self) -> tuple[Case, ...]:
        """Every case known."""
        return self._assistant.cases

    def document(self, case: Case) -> Document:
        """The document that `case` was cut from."""
        return self._assistant.document(case)

    def ask(self, question: str, turns: Sequence[Turn] = (), *more: Any) -> Answer:
        """The answer to a question; `more` is for the assistant.

        Raises:
            TooManyError: where the client has asked too many.
            CaseQAError: where there can be none.
        """
        with self._following(question) as note:
            answer = self._assistant.ask(question, turns, *more)
            note(answer)
            return answer

    def stream(self, question: str, turns: Sequence[Turn] = (), *more: Any) -> Iterator[Answer]:
        """The answer as it grows; errors as for `ask`, at the first piece."""
        with self._following(question) as note, contextlib.ExitStack() as stack:
            pieces = self._assistant.stream(question, turns, *more)
            if isinstance(pieces, Generator):
                stack.callback(pieces.close)
            for answer in pieces:
                note(answer)
                yield answer

    def search(self, question: str, *, limit: int) -> tuple[Hit, ...]:
        """At most `limit` cases; counted as a question where a program looks for them. Errors as for `ask`."""
        asker = current()
        if asker is not None and asker.door != "page":
            self._charge(asker)
            asker.question = question
        return self._assistant.search(question, limit=limit)

    @contextlib.contextmanager
    def _following(self, question: str) -> Iterator[Callable[[Answer], None]]:
        """Count a question and see what becomes of it; hand every piece of its answer to what this gives."""
        asker, begun, kind = current() or Asker("", "page"), time.perf_counter(), "error"

        def note(answer: Answer) -> None:
            nonlocal kind
            asker.answer, kind = answer, "refusal" if answer.refused else "answer"

        try:
            self._charge(asker)
            asker.question = question
            yield note
        except GeneratorExit:
            kind = "stopped"
            raise
        except Exception as error:
            kind = "too_many" if isinstance(error, TooManyError) else "error"
            raise
        finally:
            if asker.door == "page":
                self._log.note(asker, kind, time.perf_counter() - begun)

    def _charge(self, asker: Asker) -> None:
        """Count a question, unless its request was counted: an earlier one that is asked again is none."""
        if self._questions is None or asker.charged or not self._counts(asker):
            return
        wait = self._questions.take(asker.key)
        if wait:
            raise TooManyError("问得太快了", hint=f"请过 {in_words(wait)}再问", wait=wait)
        asker.charged = True

    def _counts(self, asker: Asker) -> bool:
        # A question without an address comes from inside the program, not from a client.
        return bool(asker.address) and (self._everybody or not asker.local)
