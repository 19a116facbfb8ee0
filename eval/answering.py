"""Put every question to an assistant and keep each answer as it comes, so that a killed run can go on."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import platform
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TextIO

from corpus.errors import InputError
from embeddings.milvus_address import address_of
from eval.chat_judge import judgement
from eval.gold import Question
from rag.assistant import Assistant
from rag.followup import Turn
from rag.llm import Chat
from rag.output import answer_object
from rag.settings import PROJECT, Settings
from rag.store import open_build

Progress = Callable[[str, float], None]
_PROGRAM = ("corpus", "embeddings", "rag")


def answer_all(
    questions: Sequence[Question],
    assistant: Assistant,
    out: pathlib.Path,
    *,
    tier: dict[str, Any],
    progress: Progress,
    judge: Chat | None = None,
) -> int:
    """Write an answer to each question, one JSON object a line; `out` is replaced when all are there.

    Answers are kept beside it (".partial") as they come. A run of the same questions with the same `tier` goes on
    behind them; any other starts anew.

    Args:
        questions: asked in order, each behind its own history.
        assistant: answers.
        out: where the answers go.
        tier: what answers, kept with each row (see `describe`).
        progress: called with a Chinese step and the share done, 0..1.
        judge: a chat model whose opinion of each answer is kept with it.

    Returns:
        How many answers were there already.

    Raises:
        InputError: if the file cannot be written.
        ModelError: if a chat model is used and cannot be reached; what was answered until then is kept.
    """
    partial = out.with_name(out.name + ".partial")
    try:
        kept = _kept(partial, questions, tier)
        with partial.open("w", encoding="utf-8") as handle:
            for row in kept:
                _write(handle, row)
            for number, question in enumerate(questions[len(kept) :], len(kept)):
                progress(question.question, number / len(questions))
                _write(handle, _row(question, assistant, tier, judge))
        if out.is_dir():
            raise IsADirectoryError(out)
        partial.replace(out)
    except OSError as error:
        raise InputError(f"回答无法写入：{out}", hint="请换一个有写权限的位置") from error
    return len(kept)


def _write(handle: TextIO, row: dict[str, Any]) -> None:
    handle.write(json.dumps(row, ensure_ascii=False) + "\n")
    handle.flush()


def _row(
    question: Question, assistant: Assistant, tier: dict[str, Any], judge: Chat | None
) -> dict[str, Any]:
    turns: list[Turn] = []
    for before in question.history:
        said = assistant.ask(before, turns)
        turns.append(Turn(said.reading or assistant.understand(before), said))
    answer = assistant.ask(question.question, turns)
    row = answer_object(answer)
    for shown, citation in zip(row["citations"], answer.citations, strict=True):
        shown["department"] = citation.case.department
    if judge is not None:
        row["judge"] = judgement(answer, judge)
    return {
        "id": question.id,
        **row,
        "history": list(question.history),
        "resolved": answer.resolved,
        "tier": tier,
    }


def _kept(partial: pathlib.Path, questions: Sequence[Question], tier: dict[str, Any]) -> list[dict[str, Any]]:
    """Answers of a killed run that this one may go on behind; the line that was being written is left out."""
    kept: list[dict[str, Any]] = []
    if partial.is_file():
        for question, row in zip(questions, _whole_lines(partial), strict=False):
            asked = (question.id, question.question, list(question.history))
            if row.get("tier") != tier or (row.get("id"), row.get("question"), row.get("history")) != asked:
                return []
            kept.append(row)
    return kept


def _whole_lines(path: pathlib.Path) -> Iterator[dict[str, Any]]:
    for line in path.read_bytes().split(b"\n"):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(row, dict):
            return
        yield row


def describe(settings: Settings, assistant: Assistant) -> dict[str, Any]:
    """What answers, as it is kept with the answers: index, encoder, chat model, program and machine."""
    build, encoder = _indexed(settings)
    return {
        "index": assistant.name,
        "build": build,
        "cases": len(assistant.cases),
        "encoder": encoder,
        "chat": settings.chat_model,
        "rewrite": settings.chat_rewrite,
        "weights": [getattr(settings, name) for name in _SEARCHING],
        "program": _program_digest(),
        "machine": f"{platform.system()} {platform.machine()}，{os.cpu_count()} 核，Python {platform.python_version()}",
    }


def _indexed(settings: Settings) -> tuple[str, str]:
    """The build that answers and the encoder it was made with; of an index elsewhere its address, which is all there is here."""
    if settings.index is not None and address_of(settings.index) is not None:
        return str(settings.index), ""
    build, manifest = open_build(settings.index or settings.data / "library-index")
    return build.name, str(manifest["encoder"]["name"])


_SEARCHING = (
    "characters_weight",
    "words_weight",
    "vectors_weight",
    "vocabulary_weight",
    "tokens_weight",
    "place_share",
    "figure_share",
    "meaning_cosine",
)


def _program_digest() -> str:
    """The first 12 hexadecimal digits of sha256 over what answers: another program must not go on with its answers."""
    digest = hashlib.sha256()
    for folder in _PROGRAM:
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in {".py", ".toml", ".txt"}:
                digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
