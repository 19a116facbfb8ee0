"""Read a question without a model: what kind of answer it wants and which places it names."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpus import words
from corpus.errors import InputError
from corpus.places import MUNICIPALITIES, PLACES, PROVINCES, counties_in
from corpus.romanised import places_in_english
from corpus.traditional import simplified
from embeddings.lexical import STOP_WORDS, fold, word_terms
from rag.asked import AskedFigure, asked_figures
from rag.vocabulary import Vocabulary

Intent = Literal["figure", "how", "list", "compare"]

# Words that ask across cases. "分别" and "各" alone do not: a single case may have several figures.
LIST_WORDS = re.compile(
    r"(?:哪些|哪几个?|多少个?|几个)(?:地方|地区|区|县|市|省|州|旗|镇|城市|部门|单位|案例|例子)|都有(?:谁|哪)|列一下|列出|列举|盘点|哪些[^，。？！?]{0,8}(?:案例|例子|地方)|"
    r"比一比|对比|比较一下|相比|(?:别的|其他|其它|兄弟)(?:地方|地区|区|县|市|省|城市)|各(?:地|区|县|市)|外地|同样(?:是|用|搞|做|都)|"
    r"不同(?:的)?(?:地方|地区|区|县|市|部门|执法|单位)|(?:两|三|四|几)(?:地|个区|个市|个县|个地方)|which (?:places|cities|districts)|compare",
    re.IGNORECASE,
)
_AUTHORITIES = re.compile(r"[局厅委院](?:和|与|、|跟|同|以及)[\u4e00-\u9fff]{1,8}[局厅委院]")
_SIDES = re.compile(r"那边|这边|(?<=[局厅委院])[^，。？！?]{0,24}[；;，,？?].{0,30}?[局厅委院]")
# Asks whether, not how: a sentence or two will do.
_YES_NO = re.compile(r"[吗嘛么][?？。！!\s]*$|能不能|可不可以|是不是|是否|会不会|要不要|用不用|需不需要")
_HOW = re.compile(
    r"怎么|怎样|如何|咋|做法|经验|举措|措施|机制|流程|办法|做了(?:哪|什么)|what did|how (?:did|do|does|can)",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"请问(?:一下)?|想(?:问|了解|知道)(?:一下)?|(?:有没有|都有|有|是)?(?:哪些|哪几个|哪个|哪里|哪儿|哪)(?:地方|地区|区县|城市|案例|例子|单位)?|"
    r"(?:别的|其他|其它|外地|各地)(?:地方|地区)?|(?:又是|是)?(?:怎么|怎样|如何|咋)(?:样|回事)?|多少|"
    r"几(?=[个天枚户家件条项分小份处步次年月套名人种日道趟])|[吗呢啊吧呀嘛]|具体|分别|各自|一共|总共|到底|什么|啥"
)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_SURROGATE = re.compile("[\ud800-\udfff]")  # bytes of another encoding, as a command line hands them on
_ENDING = re.compile(r"自治区|自治州|省|市|州|盟|地区|区|县|旗")
_DISTRICT = re.compile(r"([\u4e00-\u9fff]{2,4}?)(?:区|县|旗|自治县)")
# Cities whose names are everyday words as well; these need their ending.
_ALSO_WORDS = frozenset(
    {"来宾", "白银", "安康", "大同", "海东", "海西", "海北", "黄南", "山南", "阳江", "中山"}
)
_KNOWN = frozenset({*PROVINCES, *PLACES})
_NOT_A_NAME = re.compile(
    r"[的了是在有把和与哪那这个某各全别其本该我你他两三几多每及从给对吗呢啥]|^(?:城|郊|辖|园|社|地|新|山|景|灾|牧|林|矿|小|老|开发|工业|高新|保税|经开|示范|试验|特)"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question was understood.

    Attributes:
        text: the question in Simplified, half-width, lower-case characters on one line.
        sought: the same without the words that only ask ("哪些地方", "怎么", "多少"): what is searched for.
        topic: `sought` without the places: what a sentence of a case about these places has to tell.
        intent: a figure, how it was done, a list over all cases, or a comparison of sides that are named.
        asked: the figures asked for, whatever the intent.
        places: places named, without their administrative endings ("哈尔滨", "道里").
        parts: the topic of each of the question's own questions ("…多少天？以前多久？"), one where there is only one.
        terms: its words without function words.
        official: official terms for its plain wordings.
    """

    text: str
    sought: str
    topic: str
    intent: Intent
    asked: tuple[AskedFigure, ...]
    places: tuple[str, ...]
    parts: tuple[str, ...]
    terms: tuple[str, ...]
    official: tuple[str, ...]

    @property
    def expanded(self) -> str:
        """The topic with the official terms behind it."""
        return " ".join((self.topic, *self.official))


def understand(
    question: str, *, longest: int, vocabulary: Vocabulary, known_places: Iterable[str] = ()
) -> Reading:
    """Read a question.

    Args:
        question: as typed.
        longest: characters that a question may have.
        vocabulary: plain and official wordings.
        known_places: names of places that the cases state, without endings.

    Raises:
        InputError: for an empty question or one of more than `longest` characters.
    """
    text = _SURROGATE.sub("", " ".join(question.split()))
    if not any(character.isalnum() for character in text):
        raise InputError("问题是空的", hint="请输入想了解的内容，例如：企业开办最快几小时办结？")
    if len(text) > longest:
        raise InputError(
            f"问题太长（{len(text)} 字，最多 {longest} 字）", hint="请只写要问的内容；大段资料请先收录进索引"
        )
    text = simplified(text)
    asked = asked_figures(fold(text))
    places = places_in(text, known_places)
    brief = bool(asked) or _YES_NO.search(text) is not None
    intent: Intent = "how" if _HOW.search(text) or not brief else "figure"
    if _several_sides(text, places):
        intent = "compare"
    elif LIST_WORDS.search(text):
        intent = "list"
    folded = fold(text)
    official = vocabulary.official(text)
    sought = without_asking(folded)
    if _CHINESE.search(folded) is None:
        # No passage shares words with an English question; places and official terms stand in for its wordings.
        places = (*places, *places_in_english(text, known_places))
        sought = " ".join((*places, sought, *official))
    return Reading(
        text=folded,
        sought=sought,
        topic=_without(places, sought),
        intent=intent,
        asked=asked,
        places=places,
        parts=tuple(_without(places, part) for part in _parts(folded)),
        terms=tuple(dict.fromkeys(word_terms(sought))),
        official=official,
    )


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a reader takes back of how a question was read.

    Attributes:
        intent: what is wanted, None where it was read rightly.
        without_places: names as in `Reading.places`: the question is not about these alone.
        without_terms: as in `Reading.official`: wordings that were not meant.
    """

    intent: Intent | None = None
    without_places: tuple[str, ...] = ()
    without_terms: tuple[str, ...] = ()


def corrected(reading: Reading, corrections: Corrections) -> Reading:
    """`reading` as its reader wants it; a place taken back is not searched for either."""
    dropped = [place for place in reading.places if place in corrections.without_places]
    intent = corrections.intent or reading.intent
    terms = tuple(term for term in reading.official if term not in corrections.without_terms)
    sought, topic = _without(dropped, reading.sought), reading.topic
    if _CHINESE.search(reading.text) is None:  # there the official terms stand among the words sought
        for term in sorted(set(reading.official) - set(terms), key=lambda one: (-len(one), one)):
            sought, topic = sought.replace(term, " "), topic.replace(term, " ")
    return replace(
        reading,
        text=_without(dropped, reading.text),
        sought=sought,
        topic=topic,
        intent=intent,
        # Who wants to know how it was done must not be refused because no figure is told.
        asked=() if intent == "how" and intent != reading.intent else reading.asked,
        places=tuple(place for place in reading.places if place not in dropped),
        terms=tuple(dict.fromkeys(word_terms(sought))),
        official=terms,
    )


def without_asking(text: str) -> str:
    """`text` without the words that only ask; as it is where nothing else would be left."""
    rest = _ASKING.sub(" ", text)
    return rest if sum(character.isalnum() for character in rest) >= 2 else text


def _several_sides(text: str, places: Sequence[str]) -> bool:
    """Whether two places or two authorities are set side by side."""
    cities = [place for place in places if place not in PROVINCES or place in MUNICIPALITIES]
    side_by_side = any(
        re.search(rf"{re.escape(one)}[^，。？！?]{{0,24}}(?:和|与|、|跟|同|及|还有){re.escape(other)}", text)
        for one in places
        for other in places
        if one != other
    )
    apart = "分别" in text or "各自" in text
    if apart and _AUTHORITIES.search(text):
        return True
    return side_by_side or (len(cities) >= 2 and apart) or len(_SIDES.findall(text)) >= 2


def _without(places: Sequence[str], text: str) -> str:
    """`text` without the places; as it is where nothing else would be left."""
    if not places:
        return text
    rest = re.sub(rf"(?:{'|'.join(map(re.escape, places))})(?:{_ENDING.pattern})?", " ", text)
    return rest if sum(character.isalnum() for character in rest) >= 2 else text


_PART_END = re.compile(r"[?？;；。!！]")
_COMMA = re.compile(r"[,，]")
_INTERROGATIVE = re.compile(r"多少|几|什么|啥|哪|谁|怎么|怎样|如何|咋|多久|多长|多大|吗")


def _parts(text: str) -> tuple[str, ...]:
    """What each question inside `text` seeks; a comma parts two questions where both sides ask."""
    pieces: list[str] = []
    for sentence in _PART_END.split(text):
        asking = ""
        for clause in _COMMA.split(sentence):
            if asking and _INTERROGATIVE.search(asking) and _INTERROGATIVE.search(clause):
                pieces.append(asking)
                asking = clause
            else:
                asking = f"{asking},{clause}" if asking else clause
        pieces.append(asking)
    parts = [
        without_asking(piece) for piece in pieces if sum(character.isalnum() for character in piece) >= 6
    ]
    return tuple(parts) or (without_asking(text),)


def places_in(text: str, known_places: Iterable[str] = ()) -> tuple[str, ...]:
    """Places that `text` names, without administrative endings, in order.

    Provinces, cities and known places count where they stand as words of their own (东营 does not stand in
    广东营商环境) or carry an ending; districts and counties where they follow one or carry an ending themselves.
    """
    spans = list(words.spans(text))
    bounds = {edge for _, start, end in spans for edge in (start, end)}
    longer = {start: word for word, start, _ in spans if word[-1] in "区市县州盟旗镇乡港湾城省关局院厅委办"}
    found: list[tuple[int, str]] = []
    matches = list(_names(tuple(known_places)).finditer(text))
    starts, ends = {match.start() for match in matches}, {match.end() for match in matches}
    for match in matches:
        ended = _ENDING.match(text, match.end())
        # 山西晋中 is cut into other words, but one name begins where the other ends.
        alone = (
            match.start() in bounds | ends and match.end() in bounds | starts and match[0] not in _ALSO_WORDS
        )
        inside = longer.get(match.start(), "")  # 苏州 in the word 苏州工业园区
        if not (alone or (ended and match.start() in bounds) or inside.startswith(match[0])):
            continue
        found.append((match.start(), match[0]))
        rest = _DISTRICT.match(text, ended.end() if ended else match.end())
        if rest and not _NOT_A_NAME.search(rest[1]) and rest[1] not in STOP_WORDS:
            found.append((rest.start(1), rest[1]))
    known = {name for _, name in found}
    found += [
        (start, name)
        for start, name in counties_in(text)
        if not any(name in one or one in name for one in known)
    ]
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


@functools.lru_cache(maxsize=8)
def _names(known_places: tuple[str, ...]) -> re.Pattern[str]:
    """What finds any known name, the longest first; the names of an index stay the same from question to question."""
    names = sorted({*PLACES, *PROVINCES, *known_places}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))


def place_names(region: str) -> tuple[str, ...]:
    """Names in a stated region without endings and masks: 浙江省杭州市余杭区 -> 浙江, 杭州, 余杭."""
    parts = re.findall(
        r"[\u4e00-\u9fff]{2,}?(?=自治区|自治州|省|市|区|县|旗|州|盟|镇|乡|街道|$)(?:自治区|自治州|省|市|区|县|旗|州|盟|镇|乡|街道)?",
        region,
    )
    names = [
        re.sub(r"(?:自治区|自治州|(?<=..)新区|省|市|区|县|旗|州|盟|镇|乡|街道)$", "", part) for part in parts
    ]
    # 山东 and 新乡 begin like words that are no names.
    return tuple(
        name for name in names if len(name) >= 2 and (name in _KNOWN or not _NOT_A_NAME.search(name))
    )
