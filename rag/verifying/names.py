"""Places and departments that a sentence names and its quotes do not."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from corpus.places import PLACES, PROVINCES, counties_in
from corpus.types import Span
from rag.verifying.comparison import Comparison, Finding
from rag.verifying.lexicon import dictionary_places, names, nouns, verbs
from rag.verifying.reading import Passage, Word

_ENDING = re.compile(r"(?:特别行政区|自治区|自治州|自治县|新区|省|市|区|县|州|盟|旗)$")
_UNIT = frozenset("省 市 区 县 州 旗 镇 乡 街道 新区 开发区 高新区 经开区".split())
_UNIT_ENDING = re.compile(r"(?<=[省市区县州旗镇乡])[^省市区县州旗镇乡区].*$|(?<=街道)办.*$")
_COUNTY_ENDING = re.compile(r"新?区|县|市|旗")
# 市, 县 … in one word with what belongs to it: 区政府, 县委.
_UNIT_WORD = re.compile(r"[省市区县州旗镇乡](?:委|政府|长|人大|政协|纪委|直|级|法院|检察院)|街道办(?:事处)?")
# Characters that stand before 市, 县 … without being a name: 全市, 该县, 各区, 跨省.
_NO_NAME = frozenset(
    "全该各本我两三多几首每其整于在为和与及的省际市县区城地园辖社小跨外内新老从由到对向等同至把将被给让是以之里大一二四五六七八九十"
)
_BEFORE_PLACE = frozenset("在从赴于、和与及及到往")
_REGIONS = "长三角 珠三角 京津冀 粤港澳 大湾区 成渝 东三省 长江经济带 黄河流域 江浙沪 川渝".split()
_KNOWN = frozenset((*PLACES, *PROVINCES, *_REGIONS))
# A clause that only says where: 在延吉，
_LOCATIVE = re.compile(r"(?:^|[，。；])在([\u4e00-\u9fff]{2,3})，")
_FAR = 0.5  # a word that no word of the quotes matches so well is not theirs

# One authority under its names, old and new, long and short, a line each. Matched inside a text, longest first.
_AUTHORITIES = """
市场监督管理 市场监管 市监
行政审批服务 行政审批
政务服务数据管理 政务服务管理 政务服务办 政务数据 政务服务局 政务办
营商环境建设 营商环境局 营商环境办 营商办 优化营商环境办公室
税务
人力资源和社会保障 人力资源社会保障 人力社保 人社
医疗保障 医保
住房和城乡建设 住房城乡建设 住建 城乡建设
自然资源和规划 自然资源 国土资源
发展和改革 发展改革 发改
财政
商务局 商务厅 商务部 商务委 商务部门
科学技术局 科技局 科技厅 科技部门
司法局 司法厅 司法部 司法行政 司法所
公安 交警
生态环境 环保 环境保护
水务 水利
城市管理 城管 综合执法 综合行政执法
卫生健康 卫健 卫生监督
审计
民政
教育局 教育厅 教育部 教育部门 教体
农业农村 农业局
交通运输 交通局
文化和旅游 文旅 文广旅
退役军人
工业和信息化 工信 经信 工业信息化
统计局 统计部门
应急管理 应急局
金融办 金融局 金融监管 金融工作
大数据局 大数据管理
林业 林草
气象
海关
海事
消防
人防
房管 住房保障
公积金
社保局 社保中心 社会保险
证监
银保监 银监
外汇
知识产权局 知识产权部门
药监 药品监督
纪委 监委 纪检 纪工委
组织部
宣传部
统战部
政法委
工商联
总工会 工会
共青团 团委
妇联
法院
检察
供电 电力公司 电网
供水公司 水务公司 自来水
燃气公司
公共资源交易
不动产登记
农商银行 农商行 农信
邮储 邮政储蓄
人民银行 人行
工商银行
农业银行
中国银行
建设银行
贸促
街道办
政府办
督查室
招商局 投促 投资促进
"""
# A department named by what it does: 征收管理部门, 乡镇便民服务中心.
_NAMED = re.compile(r"(?P<name>[\u4e00-\u9fff]{2,8}?)(?:部门|局|厅|委员会|协会|商会|银行|大队|支队|管委会)")
_VERBS = frozenset("联系 找到 帮助 协调 督促 通知 提醒 召集 组织 涉及 对接 转给 交给 派给".split())
_GENERAL = re.compile(
    r"有关|相关|对口|各|上级|职能|责任|主管|多个|政府|监管|执法|属地|牵头|业务|这些|这个|承办|成员|基层|下级|跨|本|该|其他|单位|党政|行政|管理|窗口|多|级|主办|协办|行业|服务"
)


def place_finding(comparison: Comparison) -> Finding | None:
    """The first place that the sentence names and neither the quotes nor the case's own names do."""
    known = comparison.told + "\n" + comparison.context
    for name in _places(comparison.sentence):
        if _stem(name) not in known:
            return Finding("place", f"引文里没有“{name}”")
    return None


def _places(passage: Passage) -> Iterator[str]:
    """Names of places in a text."""
    yield from (word.text for word in passage.words if _is_place(passage, word))
    for start, name in counties_in(passage.text):
        ended = _COUNTY_ENDING.match(passage.text, start + len(name))
        yield name + (ended[0] if ended else "")
    yield from _unlisted(passage)
    yield from (found[1] for found in _LOCATIVE.finditer(passage.text) if not _NO_NAME & set(found[1]))


def places_of(passage: Passage) -> list[tuple[str, int]]:
    """Places that a text names, without their endings, and where."""
    found = {word.span.start: _stem(word.text) for word in passage.words if _is_place(passage, word)}
    found = {**dict(counties_in(passage.text)), **found}
    return [(name, start) for start, name in sorted(found.items())]


def _stem(name: str) -> str:
    """A place without 市, 县 …, where two characters are left."""
    stem = _ENDING.sub("", name)
    return stem if len(stem) >= 2 else name


def _is_place(passage: Passage, word: Word) -> bool:
    stem = _ENDING.sub("", word.text)
    if word.text in _KNOWN or (stem in _KNOWN and stem != word.text):
        return True
    if word.text not in dictionary_places() or word.text[0] in _NO_NAME:
        return False
    before = passage.text[max(0, word.span.start - 1) : word.span.start]
    named = (len(word.text) >= 3 and word.text[-1] in "省市区县州旗盟") or word.text[-1] in "河江湖岛湾"
    return named or before in _BEFORE_PLACE


def _unlisted(passage: Passage) -> Iterator[str]:
    """Places that no dictionary has: stray characters with 市, 县 … behind them, or a word where a place stands."""
    words = passage.words
    for row, word in enumerate(words):
        if word.text not in _UNIT and not _UNIT_WORD.fullmatch(word.text):
            continue
        first = row
        while first and _strays(words[first - 1], words[first]) and row - first < 3:
            first -= 1
        if row - first < 2 and row and _leads(passage, words[row - 1], word):
            first = row - 1
        elif row - first < 2:
            continue
        yield passage.text[words[first].span.start : word.span.start] + _UNIT_ENDING.sub("", word.text)


def _leads(passage: Passage, word: Word, unit: Word) -> bool:
    """Whether a clause begins with a word of two characters and 市 or 县, or these follow 在, 与 or a list mark.

    Before 区, 镇 … an ordinary word makes an ordinary word (等候区): only a name makes a name there.
    """
    before = passage.text[max(0, word.span.start - 1) : word.span.start]
    placed = not before or before in _BEFORE_PLACE or word.span.start == passage.clauses[word.clause].start
    named = len(word.text) == 2 and not _NO_NAME & set(word.text)
    ordinary = word.text in verbs() or (unit.text[0] not in "市县" and word.text in nouns())
    own = word.content and (word.text in names() or not ordinary)
    return placed and named and own and word.span.end == unit.span.start


def _strays(word: Word, following: Word) -> bool:
    alone = len(word.text) == 1 and not word.text.isdigit() and word.text not in _NO_NAME
    return alone and word.span.end == following.span.start


@functools.cache
def _authorities() -> tuple[re.Pattern[str], dict[str, int]]:
    numbers = {
        name: number for number, line in enumerate(_AUTHORITIES.strip().splitlines()) for name in line.split()
    }
    names = sorted(numbers, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names))), numbers


def authorities_in(text: str) -> list[tuple[int, Span]]:
    """Authorities that a text names, as numbers that all names of one share, in order."""
    pattern, numbers = _authorities()
    return [(numbers[found[0]], Span(*found.span())) for found in pattern.finditer(text)]


# What makes a name of an authority out of the name of a matter: 水务 is a matter, 水务局 an authority.
_OFFICE = re.compile(
    r"(?:和[\u4e00-\u9fff]{2,6})?(?:行政)?(?:管理|监督|服务|稽查)?(?:总|分|支)?(?:局|厅|部(?!门)|委(?!员)|办|中心|院|站|所|公司|队|处|科|委员会|部门|窗口|银行|行|机关|专班)"
)


def offices_in(text: str) -> list[tuple[int, str]]:
    """Authorities that a text names as such (水务局, 水务部门, not the matter 水务), with their names."""
    found = []
    for number, span in authorities_in(text):
        name = text[span.start : span.end]
        office = _OFFICE.match(text, span.end)
        if office or _OFFICE.search(name) or name[-1] in "委部会联院关室办":
            found.append((number, name + (office[0] if office else "")))
    return found


def department_finding(comparison: Comparison) -> Finding | None:
    """The first authority that the sentence names and neither the quotes nor the case's own names do."""
    known = comparison.told + "\n" + comparison.context
    told = {number for number, _ in authorities_in(known)}
    for number, name in offices_in(comparison.sentence.text):
        if number not in told and name not in known:
            return Finding("department", f"引文里没有“{name}”")
    return _unknown_department(comparison)


def _unknown_department(comparison: Comparison) -> Finding | None:
    """A department that is named by what it does, where the quotes do not say any of that."""
    passage = comparison.sentence
    for found in _NAMED.finditer(passage.text):
        if passage.text[found.end() - 1] == "门" and passage.text[found.end("name") - 1] == "的":
            continue
        rows = [
            row
            for row, word in enumerate(passage.words)
            if found.start() <= word.span.start and word.span.end <= found.end("name") and word.content
        ][-2:]
        rows = [row for row in rows if not _GENERAL.search(passage.words[row].text)]
        if (
            rows
            and all(comparison.best[row] <= _FAR for row in rows)
            and passage.words[rows[-1]].text not in _VERBS
        ):
            name = passage.text[passage.words[rows[0]].span.start : found.end()]
            return Finding("department", f"引文里没有“{name}”")
    return None
