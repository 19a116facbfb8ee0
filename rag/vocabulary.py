"""Plain wordings and the official terms for them, from a text file that staff may edit."""

from __future__ import annotations

import functools
import pathlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.errors import InputError
from embeddings.lexical import fold

FILE = pathlib.Path(__file__).parent / "vocabulary.txt"
_GAP = 2  # characters that may stand between those of a plain wording: 开饭店 is found in 开个饭店

_CLAUSE_SIGNS = ",。?!;、:"
_SHORTEST_SPREAD = 3  # characters; those of a shorter wording stand together
_SHORTEST_ENGLISH = 3
_WHOLE_TERM = 4  # characters; shorter official terms stand in other words too


@dataclass(frozen=True, slots=True)
class Group:
    """Terms for one matter: the official ones, and the plain and English ones, folded."""

    official: tuple[str, ...]
    wordings: tuple[str, ...]

    def stands_in(self, question: str, characters: frozenset[str]) -> bool:
        """Whether one of the wordings, or a whole official term for which there are others, stands in a folded question.

        Args:
            question: folded.
            characters: those of the question.
        """
        return any(
            characters.issuperset(wording) and _stands(wording, question) for wording in self.wordings
        ) or any(term in question for term in self.official if len(term) >= _WHOLE_TERM)


class Vocabulary:
    """Groups of official and plain wordings.

    Args:
        groups: in the order of the file.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = tuple(groups)
        # Every question is looked through for every group; only those that begin with one of its characters can stand there.
        self._beginning: dict[str, set[int]] = {}
        for number, group in enumerate(self._groups):
            for text in (*group.wordings, *group.official):
                self._beginning.setdefault(text[0], set()).add(number)

    def __len__(self) -> int:
        return len(self._groups)

    def official(self, question: str) -> tuple[str, ...]:
        """Official terms of every group of which a plain or English wording stands in the question, each once."""
        folded = fold(question)
        characters = frozenset(folded)
        near = sorted(set().union(*(self._beginning.get(character, ()) for character in characters)))
        groups = [self._groups[number] for number in near]
        terms = [term for group in groups if group.stands_in(folded, characters) for term in group.official]
        return tuple(dict.fromkeys(terms))


def load_vocabulary(path: pathlib.Path = FILE) -> Vocabulary:
    """Read a vocabulary file: `official …|plain …|english, …` a line, # starts a remark.

    Raises:
        InputError: for a file that cannot be read or a line without both wordings, with its number.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"对照表无法读取：{path.name}", hint="请存为 UTF-8 文本") from error
    groups = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        official, plain, english = [*line.split("|"), "", ""][:3]
        wordings = [*plain.split(), *(word.strip() for word in english.split(",") if word.strip())]
        if not official.split() or not wordings:
            raise InputError(
                f"对照表第 {number} 行不完整", hint="写法：正式说法|通俗说法|英文，各说法之间用空格"
            )
        groups.append(Group(tuple(official.split()), tuple(map(fold, wordings))))
    return Vocabulary(groups)


def _stands(wording: str, question: str) -> bool:
    if wording.isascii():
        return len(wording) >= _SHORTEST_ENGLISH and _pattern(wording).search(question) is not None
    if len(wording) < _SHORTEST_SPREAD:
        return wording in question
    return _spread(wording, question)


@functools.cache
def _pattern(wording: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(wording)}(?:s|es)?\b")


def _spread(wording: str, question: str) -> bool:
    """Whether the characters of a wording stand in their order with at most `_GAP` others between each two.

    A pattern would say the same; thousands of them take a second to compile.
    """
    ends = {place + 1 for place, character in enumerate(question) if character == wording[0]}
    for character in wording[1:]:
        ends = {
            place + 1 for end in ends for place in _reached(question, end) if question[place] == character
        }
    return bool(ends)


def _reached(question: str, start: int) -> Iterator[int]:
    """Places from `start` on that a gap leads to: it goes over no sign that ends a clause."""
    for place in range(start, min(start + _GAP + 1, len(question))):
        yield place
        if question[place] in _CLAUSE_SIGNS:
            return
