"""Read a question without a model: what kind of answer it wants and which places it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from corpus.errors import InputError
from corpus.places import PLACES, PROVINCES
from corpus.traditional import simplified
from embeddings.lexical import STOP_WORDS, fold, word_terms

Intent = Literal["figure", "how", "list"]

_LIST = re.compile(
    r"哪些|哪几|都有(?:谁|哪)|有哪(?:几|些)|分别|比一比|对比|比较|各(?:自|给|有|送|帮|减|是|叫|省|压)|几个地方|别的(?:区|县|市|地)|其他(?:区|县|市|地)|"
    r"(?:多少|哪些)(?:地方|案例)|同样|两(?:地|个区|个市|个县|家)|三(?:地|个区|个市|个县)|which (?:places|cities|districts)|compare",
    re.I,
)
_FIGURE = re.compile(
    r"多少|几(?:个|天|枚|户|家|件|条|项|成|分|小时|份|处|步|次|年|月|套|名|人|种|日|道|趟|块|万|亿|折)|多久|多长时间|多大|百分之|占比|比例|什么时候|哪年|"
    r"how (?:many|much|long|often)|what (?:share|percentage|rate)|几时|有多(?:高|快|长)",
    re.I,
)
_HOW = re.compile(r"怎么|怎样|如何|咋|做法|经验|举措|措施|机制|流程|办法|做了(?:哪|什么)|what did|how (?:did|do|does|can)", re.I)
_PLACE_WITH_ENDING = re.compile(r"[\u4e00-\u9fff]{2,6}?(?:自治区|自治州|省|市|区|县|旗|州|镇|乡|街道)")
_NOT_A_NAME = re.compile(r"[的了是在有把和与哪那这个某各全别其本该我你他两三几多每及从给对吗呢啥]|^(?:城|郊|辖|园|社|地|新|山|景|灾|牧|林|矿|小|老|开发|工业|高新|保税|经开|示范|试验|特)")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question was understood.

    Attributes:
        text: the question cleaned for searching: Simplified, half-width, one line.
        intent: a figure, how it was done, or a list over cases.
        figure: whether a figure is asked for, whatever the intent.
        places: places named, without their administrative endings ("哈尔滨", "道里").
        terms: its words without function words.
    """

    text: str
    intent: Intent
    figure: bool
    places: tuple[str, ...]
    terms: tuple[str, ...]


def understand(question: str, *, longest: int) -> Reading:
    """Read a question.

    Raises:
        InputError: for an empty question or one of more than `longest` characters.
    """
    text = " ".join(question.split())
    if not any(character.isalnum() for character in text):
        raise InputError("问题是空的", hint="请输入想了解的内容，例如：企业开办最快几小时办结？")
    if len(text) > longest:
        raise InputError(f"问题太长（{len(text)} 字，最多 {longest} 字）", hint="请只写要问的内容，资料请用“建立索引”收录")
    text = simplified(text)
    figure = bool(_FIGURE.search(text))
    intent: Intent = "list" if _LIST.search(text) else "how" if _HOW.search(text) or not figure else "figure"
    return Reading(fold(text), intent, figure, places_in(text), tuple(dict.fromkeys(word_terms(text))))


def places_in(text: str) -> tuple[str, ...]:
    """Names of provinces and cities in `text`, and of districts and counties that follow one of them."""
    found: list[str] = []
    for name in (*PLACES, *PROVINCES):
        for match in re.finditer(re.escape(name), text):
            found.append(name)
            rest = re.match(r"(?:省|市|州|盟|地区|自治区)?([\u4e00-\u9fff]{2,4}?)(?:区|县|旗|自治县)", text[match.end() :])
            if rest and not _NOT_A_NAME.search(rest[1]) and rest[1] not in STOP_WORDS:
                found.append(rest[1])
    return tuple(dict.fromkeys(found))
