"""A made collection of compilations of any size, with the statistics of real text.

Every sentence is one of the shipped digests with another place, other figures and authorities, and other words for
about a third of its content words, the same ones throughout a case; so no text comes twice, words are as unequal
as in real text, and new ones keep coming.
"""

from __future__ import annotations

import functools
import math
import pathlib
from collections.abc import Callable, Iterator, Sequence
from random import Random

from corpus.chunking import split_chunks
from corpus.cleaning import clean
from corpus.cutting import split_cases
from corpus.reading import read_raw
from eval.benching.sentences import Digest, Matter, Mould, read_digests
from eval.benching.vocabulary import GrowingVocabulary, dictionary_words

CASES = 50  # of one compilation
_OWN = 0.7  # share of a case's sentences that come from one digest
# Characters of a case: median and sigma of a log-normal, much as in real compilations.
_USUAL_LENGTH, _SPREAD = 1_050, 0.55
_SHORTEST, _LONGEST = 300, 6_000
_PLACES = 3_200  # counties and cities, about as many as China has
_SYLLABLES = "云清临南北东西江河山安平永宁兴泰和昌金石龙凤白青长新海湖溪川林丰阳定康德华光明古桥泉岭沙港潭湾浦塘陵源州城台"
_ENDINGS = ("县", "县", "县", "区", "区", "市")

Progress = Callable[[str, float], None]


class Collection:
    """Makes compilations, the same ones for the same seed.

    Args:
        library: folder of the digests.
        seed: another one makes another collection.
    """

    def __init__(self, library: pathlib.Path, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - made text is no secret
        self._digests = read_digests(library)
        self._vocabulary = GrowingVocabulary(dictionary_words(self._random), self._random)
        self.places = _places(self._random)

    def compilation(self) -> str:
        """The next compilation as a text file."""
        return "\n\n".join(f"案例{number}：{self._case()}" for number in range(1, CASES + 1)) + "\n"

    def _case(self) -> str:
        random = self._random
        own = random.choice(self._digests)
        place = random.choice(self.places)
        matter = Matter(place, self._vocabulary, random)
        length = min(max(_USUAL_LENGTH * math.exp(random.gauss(0.0, _SPREAD)), _SHORTEST), _LONGEST)
        lines, size = [f"{place}：{matter.pour([one for one in own.title if one.kind != 'place'])}"], 0.0
        for sentences in _paragraphs(self._sentences(own), random):
            lines.append("".join(map(matter.pour, sentences)))
            size += len(lines[-1])
            if size >= length:
                break
        return "\n\n".join(lines)

    def _sentences(self, own: Digest) -> Iterator[Mould]:
        """Those of one digest mixed with others', without end."""
        first = list(own.sentences)
        while True:
            if first and self._random.random() < _OWN:
                yield first.pop(0)
            else:
                yield self._random.choice(self._random.choice(self._digests).sentences)


def _paragraphs(sentences: Iterator[Mould], random: Random) -> Iterator[Sequence[Mould]]:
    while True:
        yield [next(sentences) for _ in range(random.randint(1, 5))]


def _places(random: Random) -> list[str]:
    names = [f"{first}{second}" for first in _SYLLABLES for second in _SYLLABLES if first != second]
    return [name + random.choice(_ENDINGS) for name in random.sample(names, min(_PLACES, len(names)))]


def write_collection(
    folder: pathlib.Path, chunks: int, *, library: pathlib.Path, seed: int, progress: Progress
) -> Collection:
    """Write compilations that are cut into about `chunks` passages; returns what made them.

    How many passages a compilation gives is counted on the first one as indexing cuts it.
    """
    collection = Collection(library, seed)
    first = collection.compilation()
    files = max(1, round(chunks / _chunks_of(first)))
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        text = collection.compilation() if number else first
        (folder / f"汇编{number + 1:05d}.txt").write_text(text, encoding="utf-8")
        progress("生成汇编", number / files)
    return collection


@functools.cache
def _chunks_of(text: str) -> int:
    data = text.encode()
    path = pathlib.Path("汇编.txt")
    cases = split_cases(clean(read_raw(path, data), path=path.name, data=data)).cases
    return sum(len(split_chunks(case)) for case in cases)
