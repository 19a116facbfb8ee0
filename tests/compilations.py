"""Invented compilations for the tests of reading, cutting and chunking; nothing here is a real document."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass

from corpus.cleaning import CleanFile, clean
from corpus.cutting import Cutting, split_cases
from corpus.reading import read_raw
from corpus.types import Document, RawFile

PLACES = "青岭县 白沙镇 云溪街道 松江口区 石桥乡 梅园区 长坪县 东陵旗 北泉市 南浦区".split()
MATTERS = "企业注销 食品经营许可 不动产过户 施工许可 用电报装 退税申请 招牌备案 人才落户".split()
VERBS = "缩短办理时限 减少申报材料 推行上门帮办 开展联合踏勘 设置专属窗口".split()


def sentence(number: int) -> str:
    """An invented sentence; another number gives another one."""
    matter = MATTERS[number % len(MATTERS)]
    verb = VERBS[number // 3 % len(VERBS)]
    return f"围绕{matter}，第{number}工作组{verb}，平均用时由{number + 9}天降到{number % 5 + 1}天，受访群众给予好评。"


def paragraph(number: int, sentences: int = 4) -> str:
    return "".join(sentence(100 * number + step) for step in range(sentences))


def title(number: int) -> str:
    place, verb = PLACES[number % len(PLACES)], VERBS[number // 2 % len(VERBS)]
    return f"{place}：{verb}优化营商环境第{number}号经验"


def case_lines(number: int, paragraphs: int = 3) -> list[str]:
    """A title and its body."""
    return [title(number), *(paragraph(10 * number + step) for step in range(paragraphs))]


@dataclass(frozen=True)
class Cut:
    """One file on its way through reading, cleaning and cutting."""

    raw: RawFile
    file: CleanFile
    cutting: Cutting

    @property
    def document(self) -> Document:
        return self.file.document

    @property
    def titles(self) -> list[str]:
        return [case.title for case in self.cutting.cases]

    @property
    def reasons(self) -> dict[int, str]:
        """First raw line of each leftover -> why it is none of a case."""
        return {one.lines[0]: one.reason for one in self.cutting.leftovers}


def cut_bytes(data: bytes, name: str = "汇编.txt") -> Cut:
    raw = read_raw(pathlib.Path(name), data)
    file = clean(raw, path=name, data=data)
    return Cut(raw, file, split_cases(file))


def cut_lines(lines: list[str], name: str = "汇编.txt") -> Cut:
    return cut_bytes("\n".join(lines).encode(), name)


def cut_path(path: pathlib.Path) -> Cut:
    return cut_bytes(path.read_bytes(), path.name)


def squeezed(text: str) -> str:
    """Without white space."""
    return "".join(text.split())
