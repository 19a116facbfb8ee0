"""Resolve a question that leans on the conversation ("那天津呢？", "第二个案例具体怎么做的？") into one that stands alone.

Rules over the last turn; nothing is guessed where a question has a topic of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.traditional import simplified
from corpus.types import Case
from embeddings.lexical import STOP_WORDS, word_terms
from rag.types import Answer
from rag.understand import LIST_WORDS, Reading, without_asking


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and its answer.

    Attributes:
        reading: of the question as it was resolved.
        answer: what was answered.
    """

    reading: Reading
    answer: Answer


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question that stands alone.

    Attributes:
        question: to be asked; the one typed where it already stood alone.
        sought: what to search for where that is more than the question says, else "".
        only: ids of the cases that may answer, None for all.
        without: ids of cases that were told already.
    """

    question: str
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    sought: str = ""


_NUMBERS = "一二三四五六七八九十"
# What may follow "第二个" where it points at a case: not 第二个环节, 最后一个月, 案例一共.
_BEHIND = r"(?=[的呢是有在里出说讲用要需为多几哪什怎具如详介展咋，,。?？!！\s]|$)"
_ORDINAL = re.compile(
    r"(?:第\s*(?P<number>[一二三四五六七八九十\d]{1,2})|(?P<last>最后一?))\s*"
    rf"(?:[个条家项]?(?:案例|地方|例子|做法|城市)|[个条家项]{_BEHIND}|(?:(?<=^第.)|(?<=^那第.))(?=[呢?？]|$))|"
    rf"案例\s*(?P<case>[一二三四五六七八九十\d]{{1,2}}){_BEHIND}"
)
_MARK = re.compile(r"\[(\d{1,2})\]")
_MORE = re.compile(
    r"^(?:那|那么)?(?:还有|除此之外|除了?(?:这|那|它|上面|以上)[^，,。?？]{0,6}?(?:以外|之外)?)?[,，]?(?:还有)?(?:没有)?(?:哪些)?(?:别的|其他|其它|更多)?(?:的)?"
    r"(?:地方|案例|例子|城市|区县|做法|地区)?(?:也)?(?:这么|这样)?(?:做|搞)?(?:的)?(?:呢|吗|么|没有|没)?[?？。!！]*$"
)
_EXCEPT = re.compile(r"除了?[^，,。?？]{1,12}?(?:以外|之外)?[，,]?(?=还有|别的|其他|其它)")
_ANOTHER = re.compile(r"还有|别的|其他|其它|更多|除")
_STILL = re.compile(r"^还有?(?![款贷本清债原])")
_POINTER = re.compile(
    r"这个(?:案例|地方|做法|城市|市|区|县)|那个(?:案例|地方|做法|城市|市|区|县)|(?<!应)该(?:案例|市|区|县|地)|上面(?:(?:这个|那个|的)(?:案例|做法)?|案例|做法)|"
    r"(?<!其)它们?|那里|(?<![局厅委院])那边|当地|刚才(?:那个|说的)?"
)
_AND_NOW = re.compile(
    r"^(?:那|那么|换成|改成|如果是|要是)?(?P<topic>[^,，。?？]{1,14}?)(?:的)?(?:呢|怎么样|如何|又怎么样|的情况)[?？。!！]*$"
)


def resolve(question: str, reading: Reading, turns: Sequence[Turn]) -> Resolved:
    """What `question` asks, given the conversation before it.

    Args:
        question: as typed.
        reading: of the question alone.
        turns: before it, the latest last.
    """
    turns = [turn for turn in turns if turn.answer.reason != "out_of_scope"]
    if not turns:
        return Resolved(question)
    last = turns[-1]
    told = [turn for turn in turns if turn.answer.citations]
    asked = _EXCEPT.sub("", question) if reading.places else question
    if _MORE.match(asked) and _ANOTHER.search(asked):
        seen = frozenset(case.id for turn in _since(turns) for case in turn.answer.cited_cases)
        return Resolved(f"还有哪些地方{_elsewhere(_general(turns), '')}", without=seen)
    if told and (pointed := _pointed_at(question, reading, told)) is not None:
        chosen, turn = pointed
        if chosen is None:
            return Resolved(question, only=frozenset())
        rest = _ORDINAL.sub("", _MARK.sub("", _POINTER.sub("", question))).strip(" 的是，,")
        topic = "" if _has_topic(rest) else _plain(turn.reading.topic)
        return _of_case(chosen, rest if rest.strip("呢?？") else "具体怎么做的？", topic)
    case = _drilled_into(last)
    if case is not None and not reading.places and not _has_topic(question):
        return _of_case(case, question, "")
    return Resolved(_completed(question, reading, turns))


def _of_case(case: Case, wanted: str, topic: str) -> Resolved:
    return Resolved(
        f"{case.title}：{wanted}", only=frozenset({case.id}), sought=f"{case.title}：{topic}{wanted}"
    )


def _drilled_into(turn: Turn) -> Case | None:
    """The one case that a turn was about because it was pointed at."""
    cases = turn.answer.cited_cases
    return cases[0] if cases and turn.answer.resolved.startswith(f"{cases[0].title}：") else None


def _general(turns: Sequence[Turn]) -> Turn:
    """The last turn that was not about one case pointed at, the last of all where there is none."""
    return next((turn for turn in reversed(turns) if _drilled_into(turn) is None), turns[-1])


def _since(turns: Sequence[Turn]) -> Iterator[Turn]:
    """The turns back to the last question that stood alone, the latest first: what was told before is another matter."""
    for turn in reversed(turns):
        yield turn
        if not turn.answer.resolved:
            return


def _completed(question: str, reading: Reading, turns: Sequence[Turn]) -> str:
    """The question with what it leaves out taken from the last one."""
    turn = _general(turns)
    last = turn.reading
    places = ("、" if last.intent == "compare" else "").join(last.places)
    swapped = _AND_NOW.match(question)
    named = swapped["topic"] if swapped else question
    asks = without_asking(named) != named
    if _has_topic(_without(reading.places, named)):
        stands_alone = swapped is None or asks or bool(reading.places)
        return question if stands_alone else f"{places}{named}{_asking(last)}"
    if reading.places and not asks:
        return _elsewhere(turn, "、".join(reading.places))
    return f"{'' if reading.places else places}{_plain(last.topic)}，{question}"


def _pointed_at(question: str, reading: Reading, told: Sequence[Turn]) -> tuple[Case | None, Turn] | None:
    """The case that a question points at by its number, by a mark or by a pronoun, and where it was told.

    None where it points at nothing; no case where it points at one that was not told. A number counts in the latest
    answer of several cases on the matter, so that one may ask on from a list; a pronoun in a question with a place of its own
    ("天津那边") means that place.
    """
    last = told[-1]
    if mark := _MARK.search(question):
        marked = (one.case for one in last.answer.citations if one.number == int(mark[1]))
        return next(marked, None), last
    if ordinal := _ORDINAL.search(question):
        several = next((turn for turn in _since(told) if len(turn.answer.cited_cases) > 1), last)
        cases = several.answer.cited_cases
        number = len(cases) if ordinal["last"] else _value(ordinal["number"] or ordinal["case"])
        if 1 <= number <= len(cases):
            return cases[number - 1], several
        return None if ordinal["case"] else (None, several)  # "案例12" may be a title
    if reading.places or not _POINTER.search(question):
        return None
    return last.answer.cited_cases[0], last


def _value(number: str) -> int:
    if number.isdigit():
        return int(number)
    tens, _, ones = number.rpartition("十")
    if "十" not in number:
        return _NUMBERS.index(number[-1]) + 1
    return 10 * (_NUMBERS.index(tens) + 1 if tens else 1) + (_NUMBERS.index(ones) + 1 if ones else 0)


def _elsewhere(turn: Turn, places: str) -> str:
    """The question of a turn about other places, or about none."""
    asked = simplified(turn.answer.resolved or turn.answer.question)
    text = _STILL.sub("", LIST_WORDS.sub("", asked))
    last = turn.reading.places
    for number, place in enumerate(last):
        joined = "" if number == 0 else "(?:以及|还有|[、和与跟同及])?"
        text = re.sub(rf"{joined}{re.escape(place)}[市区县州省]?", places if number == 0 else "", text)
    return text if last else f"{places}{text}"


def _asking(last: Reading) -> str:
    kinds = {figure.kind for figure in last.asked}
    if "time" in kinds:
        return "要多久？"
    return "有多少？" if kinds else "怎么做的？"


def _plain(topic: str) -> str:
    return _STILL.sub("", re.sub(r"\s*[?？]\s*|\s+", "", topic))


def _without(places: Sequence[str], text: str) -> str:
    for place in places:
        text = re.sub(rf"{re.escape(place)}[市区县州省]?", " ", text)
    return text


def _has_topic(text: str) -> bool:
    """Whether words tell what a text is about: not words that only ask or point."""
    words = word_terms(without_asking(text))
    return any(len(word) > 1 and word not in STOP_WORDS and word not in _EMPTY for word in words)


# Words that ask on without a topic: the rest of "需要什么材料" is about what was asked before.
_EMPTY = frozenset(
    "具体 详细 情况 做法 办法 措施 经验 效果 成效 结果 材料 时间 流程 步骤 案例 例子 地方 城市 区县 原文 出处 多久 几天 需要 多少 一点 说说 介绍 展开 "
    "继续 这么 这样 为什么 原因 后来 以前 之前 现在 部门 谁 负责 依据 条件 对象 费用 "
    "the and what how".split()
)
