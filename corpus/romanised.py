"""Chinese places that an English text names: Haizhu District, Xi'an, Inner Mongolia.

A name is compared with every reading of its characters, so that no dictionary of phrases has to be loaded for the
few that are read otherwise than alone (重庆, 六安).
"""

from __future__ import annotations

import functools
import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping

from corpus.places import DISTRICTS, PLACES, PROVINCES

# Names in use that are no pinyin.
_EXONYMS: Mapping[str, str] = {
    "innermongolia": "内蒙古",
    "tibet": "西藏",
    "hongkong": "香港",
    "macau": "澳门",
    "macao": "澳门",
    "shaanxi": "陕西",
    "harbin": "哈尔滨",
    "qiqihar": "齐齐哈尔",
    "hohhot": "呼和浩特",
    "ordos": "鄂尔多斯",
    "hulunbuir": "呼伦贝尔",
    "bayannur": "巴彦淖尔",
    "ulanqab": "乌兰察布",
    "xilingol": "锡林郭勒",
    "urumqi": "乌鲁木齐",
    "karamay": "克拉玛依",
    "turpan": "吐鲁番",
    "hami": "哈密",
    "kashgar": "喀什",
    "kashi": "喀什",
    "hotan": "和田",
    "aksu": "阿克苏",
    "ili": "伊犁",
    "altay": "阿勒泰",
    "lhasa": "拉萨",
    "shigatse": "日喀则",
    "nyingchi": "林芝",
    "shangrila": "迪庆",
    "kangbashi": "康巴什",
    "canton": "广州",
}
_SAME_SOUND = {"山西": "陕西"}  # told apart in English by the spelling alone: Shanxi, Shaanxi
_WORD = re.compile(r"[A-Za-zÀ-ÿüÜǖ-ǜ]+(?:['’-][A-Za-zÀ-ÿüÜ]+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_DISTRICT = re.compile(r"\s+(?:New\s+)?(?:District|Area|County|Banner)\b", re.IGNORECASE)
_SHORTEST = 4  # letters; Ili and the like are exonyms
_LONGEST_NAME = 8  # characters, of a place that the cases state
_MOST_READINGS = 64  # of one name; more would be as many chances for an English word


def places_in_english(text: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """Names (without endings) of the places that an English text names, in order, each once.

    A name that several places share gives those that the cases state; where they state none of them, all.

    Args:
        text: English; a name begins with a capital where the text has any.
        known: places that the cases state, without endings.
    """
    stated = frozenset(known)
    capitals = any(character.isupper() for character in text)
    found: list[str] = []
    matches = list(_WORD.finditer(text))
    used = -1
    for number, match in enumerate(matches):
        if match.start() < used or (capitals and not match[0][0].isupper()):
            continue
        for end, letters in _candidates(matches, number):
            names = _named(letters, stated, district=_DISTRICT.match(text, end) is not None)
            if names:
                found += names
                used = end
                break
    return tuple(dict.fromkeys(found))


def _candidates(matches: list[re.Match[str]], number: int) -> Iterator[tuple[int, str]]:
    """Two words as one name ("Hong Kong", "Shi Jiazhuang"), then one, each with where it ends."""
    for count in (2, 1):
        words = matches[number : number + count]
        if len(words) == count:
            letters = "".join(_POSSESSIVE.sub("", word[0]) for word in words).lower()
            yield words[-1].end(), re.sub("[üǖǘǚǜ]", "v", re.sub("['’-]", "", letters))


def _named(letters: str, stated: frozenset[str], *, district: bool) -> list[str]:
    if letters in _EXONYMS:
        return [_EXONYMS[letters]]
    if len(letters) < _SHORTEST:
        return []
    everywhere = _names_by_sound()
    names = [*everywhere.get(letters, ()), *_stated_by_sound(stated).get(letters, ())]
    names += [name for name in _districts_by_sound().get(letters, ()) if district]
    names = [name for name in dict.fromkeys(names) if name not in _SAME_SOUND.values()]
    return [name for name in names if name in stated] or names


@functools.cache
def _names_by_sound() -> Mapping[str, tuple[str, ...]]:
    return _by_sound((*PROVINCES, *PLACES))


@functools.cache
def _districts_by_sound() -> Mapping[str, tuple[str, ...]]:
    return _by_sound(sorted(DISTRICTS))


@functools.lru_cache(maxsize=8)
def _stated_by_sound(stated: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    return _by_sound(sorted(name for name in stated if 2 <= len(name) <= _LONGEST_NAME))


def _by_sound(names: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Names by each of their spellings."""
    table: dict[str, list[str]] = {}
    for name in names:
        for spelling in _spellings(name):
            table.setdefault(spelling, []).append(name)
    return {spelling: tuple(dict.fromkeys(owners)) for spelling, owners in table.items()}


def _spellings(name: str) -> set[str]:
    """Pinyin of a name in every reading of its characters; ü as v, u and yu, as people type it."""
    readings = [_readings(character) for character in name]
    spelt = {
        "".join(one) for one in itertools.islice(itertools.product(*readings), _MOST_READINGS) if all(one)
    }
    return {form for one in spelt for form in (one, one.replace("v", "u"), one.replace("v", "yu"))}


@functools.cache
def _readings(character: str) -> tuple[str, ...]:
    # Without its dictionary of phrases the library takes 5 MB instead of 60.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(found[0]) if found else ("",)
