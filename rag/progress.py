"""Progress of long work on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from corpus.normalise import width
from rag.tables import fitted


class Progress:
    """One changing line on a terminal; nothing where the output is read by a program."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._width = 0

    def __enter__(self) -> Callable[[str, float], None]:
        return self._report

    def __exit__(self, *_: object) -> None:
        self._show("")
        if self._shown:
            self._stream.write("\r")
            self._stream.flush()

    def _report(self, step: str, share: float) -> None:
        done = round(10 * share)
        # Less than the 80 columns of a console also where each block takes two.
        self._show(f"{'█' * done}{'░' * (10 - done)} {share:4.0%} {fitted(step, 50)}")

    def _show(self, line: str) -> None:
        """Print over the last line; spaces, as an old Windows console knows no codes that clear a line."""
        if self._shown:
            self._stream.write(f"\r{line}{' ' * (self._width - width(line))}")
            self._stream.flush()
            self._width = width(line)
