"""Everything that an office's settings ask for, opened once and handed to whatever stands before the pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from rag.settings import Settings
from ui import library
from ui.api import desk
from ui.office.accounts import Accounts
from ui.office.keeper import Keeper
from ui.office.limits import Window
from ui.office.request_log import RequestLog
from ui.office.sessions import Sessions
from ui.office.watched import Watched

_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Office:
    """Who may come in, how much of everything, and where it is written down.

    Attributes:
        settings: what was set.
        keeper: checks names and passwords; None where nobody has to log in.
        sessions: who is logged in.
        log: of requests.
        questions: counts them for each client; None for no limit.
    """

    settings: Settings = field(default_factory=Settings)
    keeper: Keeper | None = None
    sessions: Sessions = field(default_factory=Sessions)
    log: RequestLog = field(default_factory=lambda: RequestLog(None))
    questions: Window | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Domain names by which this machine may be called, in small letters."""
        return tuple(name.lower() for name in self.settings.names)

    def watched(self, assistant: library.Assistant) -> library.Assistant:
        """The same assistant, its questions counted and written down.

        Somebody alone at the machine is not slowed down; where people log in, everybody is counted.
        """
        whole = cast("desk.Assistant", assistant)  # the page needs less of it, so that its type says less
        return Watched(whole, self.log, self.questions, everybody=self.keeper is not None)


def open_office(settings: Settings) -> Office:
    """The office of these settings.

    Raises:
        InputError: for an account file or a log that cannot be used.
    """
    keeper = Keeper(Accounts(settings.auth_file)) if settings.auth_file else None
    most = settings.questions_per_minute
    return Office(
        settings=settings,
        keeper=keeper,
        log=RequestLog(settings.request_log, questions=settings.log_questions),
        questions=Window(most, _MINUTE) if most else None,
    )
