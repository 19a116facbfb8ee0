"""The reading process.

`corpus.reading.isolated` starts it as

    python -m corpus.reading.worker MEMORY SECONDS PROCESSOR_SECONDS SCRATCH

It reads requests from its standard input and answers on its standard output, see `corpus.reading.messages`. It
ends, with whatever it started, when its input ends: when the parent closes it or is killed itself.
"""

from __future__ import annotations

import json
import os
import pathlib
import queue
import shutil
import signal
import sys
import threading
from typing import BinaryIO

from corpus.errors import UnreadableFileError
from corpus.reading.entry import read_raw
from corpus.reading.messages import MessageError, raw_file_reply, receive, refusal_reply, send
from corpus.reading.process_limits import OUT_OF_MEMORY, end_time_limit, limit_memory, limit_time

_Requests = queue.SimpleQueue[tuple[str, bytes]]


def main(arguments: list[str]) -> None:
    """Answer requests until the input ends.

    Args:
        arguments: bytes of memory for this process, seconds of the clock and of the processor for one file,
            and the folder for temporary files, which goes when the parent is gone.
    """
    memory, seconds, processor = int(arguments[0]), float(arguments[1]), float(arguments[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's business; it closes our input
    replies = _own_output()
    limit_memory(memory)
    requests: _Requests = queue.SimpleQueue()
    listening = (sys.stdin.buffer, requests, arguments[3])
    threading.Thread(target=_listen, args=listening, daemon=True).start()
    send(replies, b"")  # ready
    while True:
        ending, data = requests.get()
        limit_time(seconds, processor)
        try:
            send(replies, _answer(ending, data))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        end_time_limit()


def _own_output() -> BinaryIO:
    """The standard output for our replies alone: what a library prints goes nowhere."""
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return replies


def _answer(ending: str, data: bytes) -> bytes:
    try:
        return raw_file_reply(read_raw(pathlib.Path("文件" + ending), data))
    except UnreadableFileError as error:
        return refusal_reply(error)


def _listen(stream: BinaryIO, requests: _Requests, scratch: str) -> None:
    """Take requests while a file is read, so that the end of the input is noticed at once."""
    try:
        while (head := receive(stream)) is not None and (data := receive(stream)) is not None:
            requests.put((str(json.loads(head)["ending"]), data))
    except (MessageError, OSError):
        pass  # the parent was killed while it wrote
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    _end(scratch)


def _end(scratch: str) -> None:
    shutil.rmtree(scratch, ignore_errors=True)
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # LibreOffice, if it runs, is of our group
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
