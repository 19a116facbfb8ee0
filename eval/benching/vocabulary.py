"""Words for made text, new ones coming in as they do in real text.

Draws follow a Pitman-Yor process (Pitman & Yor, 1997; Goldwater, Griffiths & Johnson, 2006): the more words have been
drawn, the rarer a new one, and what was drawn often is drawn again. Word counts then follow Zipf's law and the
vocabulary of n words grows as n to the power of the discount (Heaps' law).
"""

from __future__ import annotations

import importlib.util
import math
import pathlib
from array import array
from collections.abc import Iterator, Sequence
from random import Random

# With it the vocabulary of made text grows much as that of real text does, see docs/benchmarks.md.
_DISCOUNT = 0.85
_CONCENTRATION = 50.0
_REMEMBERED = 4_000_000  # draws of which another is drawn; further ones take the places of earlier ones
_SHORTEST, _LONGEST = 2, 4  # characters


class GrowingVocabulary:
    """Draws words, an earlier one again or a new one.

    Args:
        new: words that were not drawn yet; where they run out two of them are joined.
        random: decides.
    """

    def __init__(self, new: Sequence[str], random: Random) -> None:
        self._words: list[str] = []
        self._fresh = _and_compounds(new, random)
        self._drawn = array("i")
        self._count = 0
        self._random = random

    def draw(self) -> str:
        """The next word."""
        share = (_CONCENTRATION + _DISCOUNT * len(self._words)) / (_CONCENTRATION + self._count)
        self._count += 1
        if not self._drawn or self._random.random() < share:
            self._words.append(next(self._fresh))
            number = len(self._words) - 1
        else:
            number = self._drawn[int(self._random.random() * len(self._drawn))]
        if len(self._drawn) < _REMEMBERED:
            self._drawn.append(number)
        else:
            self._drawn[int(self._random.random() * _REMEMBERED)] = number
        return self._words[number]


def _and_compounds(words: Sequence[str], random: Random) -> Iterator[str]:
    yield from words
    while True:
        yield random.choice(words) + random.choice(words)


def dictionary_words(random: Random) -> list[str]:
    """Chinese words of the word list that jieba ships, the frequent ones likelier early, as new words come in real text.

    Efraimidis & Spirakis, "Weighted random sampling with a reservoir" (2006): the order of log(u) / frequency.
    """
    found = importlib.util.find_spec("jieba")
    if found is None or found.origin is None:
        return []
    keyed = []
    with (pathlib.Path(found.origin).parent / "dict.txt").open(encoding="utf-8") as file:
        for line in file:
            word, frequency, *_ = line.split()
            if _SHORTEST <= len(word) <= _LONGEST and all("\u4e00" <= one <= "\u9fff" for one in word):
                keyed.append((math.log(1.0 - random.random()) / max(int(frequency), 1), word))
    return [word for _, word in sorted(keyed, reverse=True)]
