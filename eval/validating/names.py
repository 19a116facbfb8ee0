"""Errors of names: another place, another authority, a measure told of another place, a mark on the wrong quote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from corpus.types import Case
from embeddings.lexical import character_terms
from eval.validating.material import Material

# Distinct authorities, a line of names of one each; general knowledge.
_AUTHORITIES = tuple(
    tuple(one.split())
    for one in """
税务局 税务部门 税务机关
市场监管局 市场监督管理局 市场监管部门
财政局 财政部门
住建局 住房城乡建设局 住建部门
人社局 人力社保局 人力资源和社会保障局
医保局 医疗保障局
自然资源局 自然资源和规划局 资规局
发改委 发展改革委 发改局
司法局
公安局 公安机关
生态环境局
水务局 水利局
综合行政执法局 城管局
卫生健康局 卫健委
民政局
审计局
商务局
农业农村局
交通运输局
文旅局 文化和旅游局
退役军人事务局
统计局
应急管理局
金融办 金融局
工商联
法院 人民法院
检察院
政务服务办 政务服务局 政务服务中心
行政审批局
纪委监委 纪检监察机关
统战部
供电公司
""".strip().splitlines()
)
_AUTHORITY = re.compile(
    "|".join(sorted((name for one in _AUTHORITIES for name in one), key=len, reverse=True))
)
_PLACES = (
    "临沂市 绵阳市 唐山市 遵义市 赣州市 芜湖市 株洲市 柳州市 襄阳市 咸阳市 昆山市 义乌市 晋江市 浏阳市 慈溪市 "
    "福田区 江北区 天河区 武侯区 雁塔区 姑苏区 思明区 历下区 西湖区 岳麓区 德清县 长兴县 肥西县 长丰县 郫都区"
).split()
_PLACE = re.compile(r"[\u4e00-\u9fffX]{1,6}?(?:自治州|经开区|开发区|省|市|区|县|州(?![市区县省])|镇|乡|街道)")
_AS_CLAUSE = 0.5  # share of moved measures that are added to a sentence
_OWN_CASE = 0.4  # share of wrong marks that lead to another sentence of the same case
# A clause that tells something done, with an object.
_MEASURE = re.compile(
    r"(?:推行|建立|设立|建成|出台|实施|开展|开通|印发|推出|完成|制定|公布|发布|成立|启用|上线|取消|配备|选派|搭建|打造|引进|发放|办理|举办|受理|化解|走访|推广|编制|梳理|帮助|新增|解决|减免|清理|整改|惠及|吸引)"
    r"[^“”《》（）]{5,}$"
)
_ALIKE = 0.5  # share of character terms that two texts may have in common and still say different things


def place_names(case: Case) -> tuple[str, ...]:
    """Names of the case's place, from the smallest part of its region to the whole."""
    parts = _PLACE.findall(case.region)
    return tuple(dict.fromkeys([*reversed(parts), case.region] if case.region else []))


def change_place(material: Material, sentence: str, draw: Random) -> str | None:
    """Another place's name where the sentence names its own."""
    known = f"{material.case.text}{material.case.region}{material.case.title}"
    named = next((name for name in place_names(material.case) if sentence.startswith(name)), None)
    others = [name for name in _PLACES if name[:-1] not in known]
    if named is None:
        return None
    return draw.choice(others) + sentence.removeprefix(named)


def change_department(material: Material, sentence: str, draw: Random) -> str | None:
    """Another authority, one that the case does not name."""
    found = list(_AUTHORITY.finditer(sentence))
    if not found:
        return None
    chosen = draw.choice(found)
    known = f"{material.paragraph}{material.case.title}{material.case.department}"
    others = [
        group
        for group in _AUTHORITIES
        if chosen[0] not in group and not any(map(known.__contains__, _stems(group)))
    ]
    return sentence[: chosen.start()] + draw.choice(others)[0] + sentence[chosen.end() :]


def _stems(names: Sequence[str]) -> list[str]:
    """What is left of names without their endings: 财政 of 财政局."""
    return [re.sub(r"(?:局|部门|机关|委|办|中心|公司)$", "", name) for name in names]


def move_measure(material: Material, donors: Sequence[Material], draw: Random) -> str | None:
    """What another place did, told as done here: in place of the sentence, or as one more clause of it."""
    here = next(iter(place_names(material.case)), None)
    if here is None or not material.sentence.startswith(here):
        return None
    as_clause = draw.random() < _AS_CLAUSE
    for donor in draw.sample(donors, min(len(donors), 60)):
        moved = _moved_clause(donor, material) if as_clause else _moved_sentence(donor, here)
        if moved and donor.case.id != material.case.id and not says_alike(donor.sentence, material.case.text):
            return moved
    return None


def _moved_sentence(donor: Material, here: str) -> str | None:
    there = next((name for name in place_names(donor.case) if donor.sentence.startswith(name)), None)
    return None if there is None else here + donor.sentence.removeprefix(there)


def _moved_clause(donor: Material, material: Material) -> str | None:
    """The sentence with the last clause of another that stands alone."""
    clause = donor.sentence.rstrip("。；").rpartition("，")[2]
    if not _MEASURE.match(clause) or says_alike(clause, material.case.text):
        return None
    return f"{material.sentence.rstrip('。；')}，{clause}。"


def wrong_mark(material: Material, donors: Sequence[Material], draw: Random) -> Material | None:
    """A sentence whose quote does not say what `material` says: of its own case, or the nearest of some others."""
    own = [one for one in donors if one.case.id == material.case.id and one.sentence != material.sentence]
    drawn = own if draw.random() < _OWN_CASE else draw.sample(donors, min(len(donors), 40))
    drawn = [one for one in drawn if not says_alike(material.sentence, one.sentence)]
    return max(drawn, key=lambda one: overlap(material.sentence, one.sentence), default=None)


def says_alike(sentence: str, text: str) -> bool:
    """Whether a text may say what a sentence says: too many terms in common to be sure that it does not."""
    return overlap(sentence, text) > _ALIKE


def overlap(sentence: str, text: str) -> float:
    """Share of the character unigrams and bigrams of a sentence that a text holds, 0 to 1."""
    terms = character_terms(sentence)
    held = set(character_terms(text))
    return sum(term in held for term in terms) / len(terms) if terms else 1.0
