"""Notices that another program has written the index that answers, and lets the new one answer."""

from __future__ import annotations

import contextlib
import threading

from rag import store
from ui.library import Library
from ui.materials import Materials

PAUSE = 5.0  # seconds between two looks; a look reads one small file


def keep_renewed(library: Library, materials: Materials, *, pause: float = PAUSE) -> threading.Event:
    """Look at the index from a thread, as long as the program runs; what ends it when it is set.

    A new index is taken when it is there at two looks: a change made on the page is taken by the page itself. One that
    cannot be opened is left alone until yet another one is there; the one before goes on answering.

    Args:
        library: answers; may still be opening.
        materials: the documents behind it.
        pause: seconds between two looks.
    """
    ended = threading.Event()
    work = (library, materials, pause, ended)
    # A daemon, so that the program ends without it.
    threading.Thread(target=_look, args=work, name="renewal", daemon=True).start()
    return ended


def _look(library: Library, materials: Materials, pause: float, ended: threading.Event) -> None:
    with contextlib.suppress(Exception):  # whoever asks is told of it
        library.wait()
    seen = tried = ""
    while not ended.wait(pause):
        now = store.serving(materials.source.folder) if materials.stale else ""
        if now and now == seen and now != tried:
            tried = now
            with contextlib.suppress(Exception):
                library.exchange(materials.open)
        seen = now
