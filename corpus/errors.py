"""Every error that this project raises on purpose.

    CaseQAError                     root: message and hint are Chinese, for the person at the screen
    ├── InputError                  what was asked cannot be done as given (bad path, empty question)
    │   └── UnreadableFileError     one file cannot be read; the others go on
    ├── CorpusIndexError            the index is missing, damaged or of another version
    └── ModelError                  an encoder or a chat endpoint cannot be used

`message` says what is wrong in one line and `hint` what to do next; both are shown to officials,
so neither holds a stack trace, an English library message or a line break.
"""


class CaseQAError(Exception):
    """Root of the tree.

    Args:
        message: one line in Chinese, what is wrong.
        hint: one line in Chinese, what to do next; may be empty.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = " ".join(message.split())
        self.hint = " ".join(hint.split())

    def __str__(self) -> str:
        return f"{self.message}。{self.hint}" if self.hint else self.message


class InputError(CaseQAError):
    """The request cannot be carried out as given."""


class UnreadableFileError(InputError):
    """One file cannot be read."""


class CorpusIndexError(CaseQAError):
    """The index is missing, damaged or written by another version."""


class ModelError(CaseQAError):
    """An encoder or a chat endpoint cannot be used."""
