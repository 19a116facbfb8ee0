"""The stored baseline, and which measures of a run fall below it by more than its interval."""

from __future__ import annotations

import hashlib
import json
import pathlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from corpus.errors import InputError
from eval.gold import Question
from eval.intervals import Estimate
from eval.scoring import COLUMNS, Score, summed

_ROUNDING = 1e-4  # figures are stored with four decimals
BASELINE = pathlib.Path(__file__).parent / "baseline.json"


@dataclass(frozen=True, slots=True)
class Gate:
    """One measure beside its baseline.

    Attributes:
        name, label: of the measure.
        stored: the baseline.
        found: of the run; None where no answer has the measure any more.
    """

    name: str
    label: str
    stored: Estimate
    found: Estimate | None

    @property
    def passed(self) -> bool:
        """Whether the run is not below the lower end of the baseline's interval."""
        return self.found is not None and self.found.value >= self.stored.low - _ROUNDING


def estimates(scores: Sequence[Score]) -> dict[str, Estimate]:
    """Every share over all answers; times and lengths are told, not gated."""
    found = {column.name: summed(column, scores) for column in COLUMNS if column.is_share}
    return {name: one for name, one in found.items() if one is not None}


def gates(scores: Sequence[Score], questions: Sequence[Question], path: pathlib.Path) -> tuple[Gate, ...]:
    """Every measure of the stored baseline beside that of a run.

    Raises:
        InputError: if the baseline cannot be read or is of other questions.
    """
    stored = _read(path)
    if stored["questions"] != questions_digest(questions):
        raise InputError(
            f"问题集与基线的不同：{path}", hint="确认新成绩无误后，用 python -m eval gate --update 重写基线"
        )
    labels = {column.name: column.label for column in COLUMNS}
    found = estimates(scores)
    return tuple(
        Gate(name, labels.get(name, name), Estimate(**one), found.get(name))
        for name, one in stored["measures"].items()
    )


def _read(path: pathlib.Path) -> dict[str, Any]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        for one in stored["measures"].values():
            Estimate(**one)
        return {"questions": str(stored["questions"]), "measures": dict(stored["measures"])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"基线无法读取：{path}", hint="可以用 python -m eval gate --update 重写一份"
        ) from error


def write_baseline(scores: Sequence[Score], questions: Sequence[Question], path: pathlib.Path) -> None:
    """Store the measures of a run as the baseline.

    Raises:
        InputError: if the file cannot be written.
    """
    stored = {
        "questions": questions_digest(questions),
        "n": len(questions),
        "measures": {
            name: {key: round(value, 4) for key, value in asdict(one).items()}
            for name, one in estimates(scores).items()
        },
    }
    try:
        path.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"基线无法写入：{path}", hint="请换一个有写权限的位置") from error


def questions_digest(questions: Sequence[Question]) -> str:
    """The first 16 hexadecimal digits of sha256 over all that is scored of a set."""
    rows = [[one.id, one.question, one.gold, one.must, one.answerable, one.history] for one in questions]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:16]
