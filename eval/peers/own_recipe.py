"""This product on the same task: its index of the same files, its search and its answers."""

from __future__ import annotations

import json
import pathlib
import sys
import time
from typing import Any

from eval.peers.common import peak_megabytes, started
from rag.build import index_files, open_assistant
from rag.output import answer_object
from rag.settings import load_settings


def main() -> None:
    """One half of the task named by the first argument; the result goes to the file named by the second."""
    task = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    result = _asked(task) if "questions" in task else _indexed(task)
    result |= {"peak_mb": peak_megabytes(), "versions": {}}
    pathlib.Path(sys.argv[2]).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


def _indexed(task: dict[str, Any]) -> dict[str, Any]:
    before = time.perf_counter()
    report = index_files([pathlib.Path(task["folder"])], pathlib.Path(task["index"]), load_settings())
    return {"passages": report.chunks, "seconds": time.perf_counter() - before}


def _asked(task: dict[str, Any]) -> dict[str, Any]:
    assistant = open_assistant(load_settings(index=pathlib.Path(task["index"])))
    assistant.search(task["questions"][0])
    start = started()
    search_seconds, answer_seconds, answers = [], [], []
    for question in task["questions"]:
        began = time.perf_counter()
        assistant.search(question)
        searched = time.perf_counter()
        answer = assistant.ask(question)
        search_seconds.append(searched - began)
        answer_seconds.append(time.perf_counter() - searched)
        answers.append(answer_object(answer))
    return {
        "start_seconds": start,
        "search_seconds": search_seconds,
        "answer_seconds": answer_seconds,
        "answers": answers,
    }


if __name__ == "__main__":
    main()
