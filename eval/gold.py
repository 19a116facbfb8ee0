"""Question sets: what a line of one holds, and the check that it agrees with the cases it is asked of.

A set is a UTF-8 file in JSON Lines, one object a line. `id`, `question`, `type` and `answerable` must stand there,
the other fields may be left out; a field of another name is refused, since it is most often a slip of the pen.

    {"id": "figure-01", "question": "清溪县企业开办要几天？", "type": "figure", "answerable": true,
     "gold": ["清溪县：企业开办一窗通办"], "evidence": ["由5天压缩到1天"], "must": ["1天"],
     "reason": null, "history": [], "same_as": null, "note": ""}

A question that the cases do not answer names no gold case; its evidence, if any, is what the library does say and
the question gets wrong, or what it hides.
"""

from __future__ import annotations

import json
import pathlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, get_args

from corpus.errors import InputError
from corpus.types import Case
from rag.types import Reason

REASONS: tuple[str, ...] = get_args(Reason)
TYPES = {
    "figure": "问一个数字、时限或比例",
    "how": "问怎么做",
    "paraphrase": "用大白话问，不用材料里的词",
    "multi": "一句话里问几件事",
    "compare": "比较几个地方的做法或数字",
    "list": "问有哪些地方",
    "unanswerable": "材料里没有",
    "false_premise": "问题里的数字、地方或方向与材料不符",
    "masked": "材料里把所问的数字隐去了",
    "noisy": "有错别字、繁体字、口头语或缺标点",
    "english": "用英文问",
    "follow_up": "接着前面的问题问",
}
_NEVER_ANSWERED = {"unanswerable", "false_premise", "masked"}


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a question set.

    Attributes:
        id: unique in the set and stable, since runs are compared by it.
        question: as asked.
        type: a key of `TYPES`.
        answerable: whether the cases hold the answer.
        gold: titles of all cases that answer it; none where it is not answerable.
        evidence: short verbatim phrases of these cases, at least one of each, that answer it.
        must: key phrases, as the cases write them, that a complete answer holds.
        reason: a value of `rag.types.Reason` that the refusal should give; None where the question is answerable
            or where more than one reason would be right.
        history: the questions asked before it in the conversation, oldest first.
        same_as: id of a question that asks the same in other words, for consistency under paraphrase.
        note: for the people who keep the set; never scored.
    """

    id: str
    question: str
    type: str
    answerable: bool
    gold: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    reason: str | None = None
    history: tuple[str, ...] = ()
    same_as: str | None = None
    note: str = ""


_REQUIRED = ("id", "question", "type", "answerable")
_FIELDS = {field.name: str(field.type) for field in fields(Question)}
_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "str": (lambda value: isinstance(value, str), "应是文字"),
    "bool": (lambda value: isinstance(value, bool), "应是 true 或 false"),
    "str | None": (lambda value: value is None or isinstance(value, str), "应是文字或 null"),
    "tuple[str, ...]": (
        lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
        "应是文字的列表",
    ),
}


def read_questions(path: pathlib.Path) -> tuple[Question, ...]:
    """The questions of a set, in its order; empty lines are passed over.

    Raises:
        InputError: if the file cannot be read, holds no question, or a line is not of the form above; the message
            gives the 1-based number of the line, the hint what to do.
    """
    try:
        # splitlines would cut JSON texts at U+2028
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError) as error:
        raise InputError(f"问题集无法读取：{path}", hint="应是每行一个 JSON 对象的 UTF-8 文件") from error
    questions = tuple(_question(line, number, path) for number, line in enumerate(lines, 1) if line.strip())
    if not questions:
        raise InputError(f"问题集里没有问题：{path}", hint="每行写一个 JSON 对象")
    return questions


def _question(line: str, number: int, path: pathlib.Path) -> Question:
    where = f"问题集第 {number} 行"
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}不是 JSON：{path}", hint="请检查引号、逗号和括号是否成对") from error
    if not isinstance(row, dict):
        raise InputError(f"{where}不是 JSON 对象：{path}", hint="每行应以 { 开头、以 } 结尾")
    if missing := [name for name in _REQUIRED if name not in row]:
        raise InputError(f"{where}缺少 {'、'.join(missing)}：{path}", hint="请补上后重试")
    if unknown := [str(name) for name in row if name not in _FIELDS]:
        raise InputError(
            f"{where}有不认识的字段 {'、'.join(unknown)}：{path}", hint=f"可用：{'、'.join(_FIELDS)}"
        )
    for name, value in row.items():
        fits, hint = _KINDS[_FIELDS[name]]
        if not fits(value):
            raise InputError(f"{where}的 {name} 写法不对：{path}", hint=f"{name} {hint}")
    return Question(**{name: _frozen(value) for name, value in row.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def problems(questions: Sequence[Question], cases: Sequence[Case]) -> list[str]:
    """What is wrong with a set asked of `cases`, one Chinese line each that starts with the id; empty if all is well.

    Texts are compared without white space, since a source breaks lines within sentences.
    """
    texts: dict[str, str] = defaultdict(str)  # a masked compilation may give two cases one title
    for case in cases:
        texts[case.title] += _bare(case.text) + "\n"
    counts = Counter(question.id for question in questions)
    found = [f"{name}：编号出现了 {count} 次" for name, count in counts.items() if count > 1]
    by_id = {question.id: question for question in questions}
    for question in questions:
        checks = (_form(question), _scope(question), _support(question, texts), _twin(question, by_id))
        found += [f"{question.id}：{problem}" for check in checks for problem in check]
    return found


def _bare(text: str) -> str:
    return "".join(text.split())


def _form(question: Question) -> Iterator[str]:
    if question.type not in TYPES:
        yield f"不认识的题型“{question.type}”，可用：{'、'.join(TYPES)}"
    if question.type == "follow_up" and not question.history:
        yield "追问没有写明前面的问题（history）"
    if question.reason is not None and question.reason not in REASONS:
        yield f"不认识的拒答理由“{question.reason}”，可用：{'、'.join(REASONS)}"
    phrases = (question.id, question.question, *question.evidence, *question.must, *question.history)
    if not all(map(_bare, phrases)):
        yield "编号、问题、依据、要点或前面的问题有空的"


def _scope(question: Question) -> Iterator[str]:
    if question.answerable:
        if question.type in _NEVER_ANSWERED:
            yield f"题型 {question.type} 不应标为可回答"
        if question.reason is not None:
            yield "可回答的问题不应有拒答理由"
        for name, values in (
            ("gold", question.gold),
            ("evidence", question.evidence),
            ("must", question.must),
        ):
            if not values:
                yield f"可回答的问题没有写 {name}"
    elif question.gold or question.must:
        yield "不可回答的问题不应有 gold 或 must"


def _support(question: Question, texts: Mapping[str, str]) -> Iterator[str]:
    if len(set(question.gold)) < len(question.gold):
        yield "gold 里有重复的案例"
    known = {title: texts[title] for title in question.gold if title in texts}
    yield from (f"索引里没有案例“{title}”" for title in question.gold if title not in known)
    where = list(known.values() if question.gold else texts.values())
    whose = "所列案例" if question.gold else "任何案例"
    for phrase in (*question.evidence, *question.must):
        if not any(_bare(phrase) in text for text in where):
            yield f"“{phrase}”不在{whose}的原文里"
    for title, text in known.items():
        if question.evidence and not any(_bare(phrase) in text for phrase in question.evidence):
            yield f"没有一条依据出自案例“{title}”"


def _twin(question: Question, by_id: Mapping[str, Question]) -> Iterator[str]:
    if question.same_as is None:
        return
    other = by_id.get(question.same_as)
    if other is None or other.id == question.id:
        yield f"same_as 指向的问题“{question.same_as}”不存在或是它自己"
    elif (question.answerable, set(question.gold)) != (other.answerable, set(other.gold)):
        yield f"与同义的问题“{other.id}”答案不一致"
