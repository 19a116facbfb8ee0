"""What cases can be filtered by: place, department, topic, period and document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from corpus.places import PROVINCES
from corpus.types import Case, Document
from ui.browsing.places import levels

UNSTATED, MASKED, UNDATED = "-", "-masked", "-undated"  # no name of a place or a body begins so
_LEVELS = "/"
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_RANK = {name: number for number, name in enumerate(PROVINCES)}
_LONGEST_LABEL = 28  # characters; a longer file name would push the page wider than a phone


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing that cases are filtered by.

    Attributes:
        name: in requests.
        title: on screen.
        values: of a case; it is found by each of them.
        label: a value on screen.
        order: sorts values with how many cases have them.
    """

    name: str
    title: str
    values: Callable[[Case, Document], tuple[str, ...]]
    label: Callable[[str, Mapping[str, str]], str]
    order: Callable[[str, int], tuple[object, ...]]


def _places(case: Case, _: Document) -> tuple[str, ...]:
    """Every level with those above it: 广东/广州 is found by 广东 too."""
    names = levels(case.region)
    if not names:
        return (MASKED,) if case.region.strip() else (UNSTATED,)
    return tuple(_LEVELS.join(names[: depth + 1]) for depth in range(len(names)))


def _years(case: Case, _: Document) -> tuple[str, ...]:
    years = tuple(dict.fromkeys(_YEAR.findall(case.period)))
    return years or ((UNDATED,) if case.period.strip() else (UNSTATED,))


def _place_label(value: str, _: Mapping[str, str]) -> str:
    if value in {UNSTATED, MASKED}:
        return "没写地方" if value == UNSTATED else "隐去了地名（如 XX 市）"
    *above, name = value.split(_LEVELS)
    return "　" * len(above) + name


def _year_label(value: str, _: Mapping[str, str]) -> str:
    return {UNSTATED: "没写时间", UNDATED: "没写年份（如“今年”）"}.get(value, f"{value}年")


def _place_order(value: str, _: int) -> tuple[object, ...]:
    """Provinces in their usual order, then other places by sound, each level below the one above it."""
    names = value.split(_LEVELS)
    odd = (MASKED, UNSTATED).index(value) + 1 if value in {MASKED, UNSTATED} else 0
    return (odd, _RANK.get(names[0], len(_RANK)), [by_sound(name) for name in names])


def _year_order(value: str, _: int) -> tuple[object, ...]:
    return (0, -int(value)) if value.isdigit() else (1, (UNDATED, UNSTATED).index(value))


def _common_first(value: str, count: int) -> tuple[object, ...]:
    return (value == UNSTATED, -count, by_sound(value))


def _plain(value: str, _: Mapping[str, str]) -> str:
    return "没写部门" if value == UNSTATED else value


def by_sound(text: str) -> bytes:
    """Sorts common characters by pinyin: the first plane of GB 2312 is in that order."""
    return text.encode("gb18030", "replace")


FACETS = (
    Facet("place", "地方", _places, _place_label, _place_order),
    Facet(
        "department",
        "部门",
        lambda case, _: (case.department.strip() or UNSTATED,),
        _plain,
        _common_first,
    ),
    Facet("topic", "主题", lambda case, _: case.topics or (UNSTATED,), _plain, _common_first),
    Facet("period", "时间", _years, _year_label, _year_order),
    Facet(
        "document",
        "材料",
        lambda case, _: (case.document_id,),
        lambda value, names: names.get(value, value),
        lambda value, count: _common_first(value, count)[1:],
    ),
)
NAMES = tuple(facet.name for facet in FACETS)


def document_names(documents: Iterable[Document]) -> dict[str, str]:
    """What documents are called, by id; those of one title are told apart by their file's name."""
    known: Sequence[Document] = tuple({one.id: one for one in documents}.values())
    titles = [one.title or one.name for one in known]
    return {
        one.id: _short(title if titles.count(title) == 1 else f"{title}（{one.name}）")
        for one, title in zip(known, titles, strict=True)
    }


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_LABEL else f"{name[: _LONGEST_LABEL - 1]}…"
