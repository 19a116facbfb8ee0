"""What a change is about: the noun phrase before its wording, else one in the text before, else the heading.

What is returned stands in the text as it is returned, shortened at its ends; nothing is put together.
"""

from __future__ import annotations

import functools
import re

from corpus import words
from corpus.change_words import CUTTERS, GENERIC, HEADS, TRAILING
from corpus.contents import without_number
from corpus.places import PLACES, PROVINCES
from corpus.quantities import quantities_in

_CHINESE = r"[\u4e00-\u9fff]{2}"
LONGEST = 24  # characters of a matter
_LEADING = re.compile(
    r"^(?:（[一二三四五六七八九十]{1,3}）|全[市区县省州旗国域]|[我该本][市区县省州旗局]|其他|各类|各项|各|相关|有关|一般(?=事项)|以上|平均|(?:环节|材料|事项)的|整体|累计|的|了|地|已|(?:企业|群众)?办理了?(?=[\u4e00-\u9fff]{3})|、|和|及|与|或|等|至|到|”|）)"
)
_MASKED = re.compile(r"^[XxＸ×]{2}(?:省|市|区|县|旗|州|镇|乡|街道)(?:[XxＸ×]{2}(?:区|县|旗|市))?")
_KNOWN = re.compile(
    rf"^(?:{'|'.join(sorted((*PROVINCES, *PLACES), key=len, reverse=True))})(?:省|市|自治区|自治州|州|盟|地区)?"
    rf"(?:[\u4e00-\u9fff]{{2,3}}(?<![社小园辖郊城市地])(?:区|县|旗))?(?=[\u4e00-\u9fff“])"
)
# How much of what: the aspect says it, so the matter need not.
_MEASURE = re.compile(
    r"(?:办理|办结|承诺|法定|申请|申报|跑动|全流程|全过程|全程|各环节|合计|平均|总|所需|线上|整体|总体|实际|的)*"
    r"(?:时限|时间|时长|周期|期限|用时|耗时|天数|环节|流程|步骤|程序|手续|材料清单|材料|要件清单|要件|资料|次数|清单|速度|效率)$|"
    r"(?:的|平均|合计|累计|全程|全流程|全部|办理|办结|[，、：；]|等|[和及与或较])$"
)
_PUNCTUATION = re.compile(r"[，。；：！？“”‘’（）()《》…\s]")
_CONDITION = re.compile(
    r"^.*(?:情况|条件|前提|基础)下|^.*(?:资料|材料)(?:齐全|完整|正确|完备|符合[^，]{0,8}|准备|无误)+(?:的|后)?"
)
# From when a limit runs is not what it is for.
_SINCE = re.compile(
    r"(?:应当|自|从|在|于)[^，。；]{0,24}(?:之日|之时|当日|次日)起(?:的|分别于?|内)*$|(?<=，)[^，]{0,12}(?:收到|接到|受理)[^，]{0,12}后$"
)
_FORMER = re.compile(r"(?:原有|原来|原先|以前|过去|法定)[^，]*$")
# Who acts is not what is done.
_ACTOR = re.compile(
    r"(?:局|委|厅|处|科|科室|部门|单位|银行|公司|法院|政府|窗口|大厅|人员|人|对象|纳税人|负责人|机关|机构|专班|营商办|政务办|管委会|中心|街道|乡镇|社区)$|^(?:企业|群众|用户|商户|客户)$"
)
_COMPARED = re.compile(r"(?:较|同比|相比|(?<!占)比(?![例率重]))[^，]{0,10}(?:年|期|前|时)?(?:相比)?$")
_OFFICE = re.compile(r"局|厅|部门|中心|院|处")
_QUOTED = re.compile(r"“[^“”]{0,24}”")


def subject(left: str) -> str:
    """The noun phrase at the end of `left`, the part of a clause before a wording of change; "" if none is telling."""
    for pattern in (_CONDITION, _SINCE, _FORMER, _COMPARED):
        left = pattern.sub("", left)
    if left.count("“") > left.count("”"):
        before, _, inside = left.rpartition("“")
        held = subject(inside)
        return held if named(held) else subject(before)
    found = plain_subject(left)
    return found if _tells(found) and not _ACTOR.search(found) else ""


def plain_subject(left: str) -> str:
    """As `subject`, but however little the phrase tells."""
    quoted = [one.span() for one in _QUOTED.finditer(left)]
    # A count in words belongs to a list (登记、备案三个事项); a figure ends what is about another one.
    left_of = [
        one.span.end
        for one in quantities_in(left)
        if not _inside(one.span.start, quoted) and (one.kind != "count" or re.search(r"[0-9０-９]", one.text))
    ]
    tokens = [
        (word, start, end, _inside(start, quoted))
        for word, start, end in words.spans(left)
        if start >= max(left_of, default=0)
    ]
    while tokens and tokens[-1][0] in TRAILING | CUTTERS and not tokens[-1][3]:
        tokens.pop()
    begin = tokens[0][1] if tokens else 0
    for number, (word, _, after, opaque) in enumerate(tokens):
        reach = word in {"从", "由", "自"} and any(one[0] in {"到", "至"} for one in tokens[number:])
        if word in CUTTERS and not opaque and not reach:
            begin = after
    return _stripped(left[begin : tokens[-1][2]]) if tokens else ""


@functools.lru_cache(maxsize=1024)
def named(text: str) -> str:
    """The first phrase of `text` that ends in a word for matters an authority handles; "" if there is none."""
    quoted = [one.span() for one in _QUOTED.finditer(text)]
    taken = [one.span for one in quantities_in(text) if not _inside(one.span.start, quoted)]
    tokens = [
        (word, start, end, _bounds(word) or any(one.start <= start < one.end for one in taken))
        for word, start, end in words.spans(text)
    ]
    last = 0
    while last < len(tokens):
        first = last
        while last < len(tokens) and not tokens[last][3]:
            last += 1
        heads = [index for index in range(first, last) if _is_head(text, tokens[first][1], tokens[index][2])]
        if heads and (
            found := _member(text[tokens[first][1] : tokens[heads[-1]][2]], text[tokens[heads[-1]][2] :])
        ):
            return found
        last += 1
    return ""


def _is_head(text: str, start: int, end: int) -> bool:
    return bool(HEADS.search(text[start:end])) and not _OFFICE.match(text[end:])


def _member(phrase: str, rest: str) -> str:
    """`phrase` trimmed; "" for a long list, whose last member says too little and whose whole too much."""
    listed = "、" in phrase and (
        len(phrase) > LONGEST or bool(re.match("[、等]|以及", rest)) or "等" in phrase
    )
    return "" if listed or rest.startswith("、") else trimmed(phrase)


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def named_behind(right: str) -> str:
    """The matter behind a wording: a quoted name (298个“一件事”), else the first named one (拿到了不动产权证)."""
    if quoted := re.match(r"[^“”]{0,3}“([^“”]{2,16})”", right):
        return trimmed(quoted[1])
    return named(right)


def of_heading(heading: str) -> str:
    """The matter that a heading or a title names, "" if it names none."""
    plain = without_number(heading).strip()
    return next((found for part in re.split(r"[，：；\s]", plain) if (found := named(part))), "")


def own_words(heading: str) -> str:
    """A heading's or title's words, shortened."""
    return _shortened(without_number(heading).strip())


def trimmed(phrase: str) -> str:
    """`phrase` without places, fillers and words of measure at its ends; "" where nothing telling is left."""
    stripped = _stripped(phrase)
    return stripped if _tells(stripped) else ""


def _tells(phrase: str) -> bool:
    """Whether a phrase is more than a word of measure or one that stands for any matter."""
    return phrase not in GENERIC and bool(re.search(_CHINESE, _MEASURE.sub("", phrase)))


def _stripped(phrase: str) -> str:
    phrase = phrase.strip(" ，。；：、！？…—-·")
    while True:
        shorter = _LEADING.sub("", _KNOWN.sub("", _MASKED.sub("", phrase)))
        shorter = _MEASURE.sub("", _whole_quotes(shorter).strip(" ，、：的"))
        if shorter == phrase or not re.search(_CHINESE, shorter):
            break
        phrase = shorter
    phrase = _whole_quotes(_shortened(phrase).strip("、的"))
    return phrase if re.search(_CHINESE, phrase) else ""


def _bounds(word: str) -> bool:
    return word in CUTTERS or bool(_PUNCTUATION.search(word)) or not re.search(r"[\w、]", word)


def _shortened(phrase: str) -> str:
    """`phrase` from the first 的, 、 or word boundary that leaves at most `LONGEST` characters."""
    if len(phrase) <= LONGEST:
        return phrase
    marks = [
        one.end() for one in re.finditer(r"[的、，）”]", phrase) if 0 < len(phrase) - one.end() <= LONGEST
    ]
    starts = [start for _, start, _ in words.spans(phrase) if len(phrase) - start <= LONGEST]
    return phrase[next((place for place in (*marks, *starts) if len(phrase) - place >= 2), -LONGEST) :]


def _whole_quotes(phrase: str) -> str:
    """`phrase` without marks whose partner is missing and without a pair that encloses it."""
    for left, right in ("“”", "‘’", "（）", "《》"):
        if phrase.count(left) != phrase.count(right):
            phrase = phrase.replace(left, "").replace(right, "")
        elif phrase.startswith(left) and phrase.endswith(right) and phrase.count(left) == 1:
            phrase = phrase[1:-1]
    return phrase
