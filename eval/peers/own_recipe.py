"""This product on the same task: its index of the same files, its search and its answers."""

from __future__ import annotations

import json
import pathlib
import sys
import tempfile
import time
from typing import Any

from eval.peers.common import peak_megabytes, started
from rag.build import index_files, open_assistant
from rag.output import answer_object
from rag.settings import load_settings


def main() -> None:
    """Run the task named by the first argument; the result goes to the file named by the second."""
    task = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as temporary:
        index = pathlib.Path(temporary) / "index"
        before = time.perf_counter()
        report = index_files([pathlib.Path(task["folder"])], index, load_settings())
        built = time.perf_counter()
        assistant = open_assistant(load_settings(index=index))
        assistant.search(task["questions"][0])
        result: dict[str, Any] = {
            "start_seconds": started() - (built - before),
            "index_seconds": built - before,
            "passages": report.chunks,
        }
        search_seconds, answer_seconds, answers = [], [], []
        for question in task["questions"]:
            began = time.perf_counter()
            assistant.search(question)
            searched = time.perf_counter()
            answer = assistant.ask(question)
            search_seconds.append(searched - began)
            answer_seconds.append(time.perf_counter() - searched)
            answers.append(answer_object(answer))
    result |= {
        "search_seconds": search_seconds,
        "answer_seconds": answer_seconds,
        "answers": answers,
        "peak_mb": peak_megabytes(),
        "versions": {},
    }
    pathlib.Path(sys.argv[2]).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
