"""Minimal pairs: each kind of error and of faithful change, made from the sentences of the shipped digests."""

from __future__ import annotations

import itertools
import json
import pathlib
from collections.abc import Callable, Iterator, Sequence
from random import Random

from corpus.errors import InputError
from corpus.types import Case, Span
from eval.validating import faithful, figures, meaning, names
from eval.validating.material import Material, Pair, line, quote
from rag.types import Citation

SEED = 20_240_601
MOST = 150  # pairs of one kind
_VARIANTS = (
    4  # times that each sentence is tried: one with few figures of a kind may be changed in several ways
)
_REWORDED = 0.35  # share of errors that are made in a sentence with other words than its quote
_WHOLE = 0.5  # share of sentences that are quoted with their paragraph, where other figures and names stand

_WRONG_MARKS: tuple[tuple[int, ...], ...] = ((2,), (2,), (2,), (2,), (2,), (2,), (), (7,))

Change = Callable[[str, Random], str | None]

ERRORS = (
    "figure",
    "unit",
    "date",
    "place",
    "department",
    "mark",
    "swap",
    "moved",
    "invented",
    "negation",
    "cut",
)
_ALONE: dict[str, Change] = {
    "figure": figures.change_figure,
    "unit": figures.change_unit,
    "date": figures.change_date,
    "swap": figures.swap_before_and_after,
    "negation": meaning.negate,
    "cut": meaning.cut_quote,
}
_FAITHFUL: dict[str, Change] = {
    "verbatim": faithful.verbatim,
    "number_form": faithful.other_number_form,
    "synonyms": faithful.synonyms,
    "reordered": faithful.reorder_list,
    "told_change": faithful.told_change,
    "subset": faithful.subset,
}


def make_pairs(materials: Sequence[Material], *, seed: int = SEED, most: int = MOST) -> tuple[Pair, ...]:
    """Pairs of every kind, at most `most` of one; the same seed gives the same pairs.

    A change that leaves a sentence as its quotes have it makes no pair.
    """
    makers = {
        **{kind: _maker(change, is_faithful=False) for kind, change in _ALONE.items()},
        "place": _with_case(names.change_place),
        "department": _with_case(names.change_department),
        "moved": _moved,
        "invented": _invented,
        "mark": _marked,
        **{kind: _maker(change, is_faithful=True) for kind, change in _FAITHFUL.items()},
    }
    made: list[Pair] = []
    for kind, maker in makers.items():
        draw = Random(f"{seed}:{kind}")  # noqa: S311 - what is drawn is no secret
        order = draw.sample(materials, len(materials)) * _VARIANTS
        pairs = (pair for one in order if (pair := maker(kind, one, materials, draw)) is not None)
        made += itertools.islice(_distinct(pairs), most)
    draw = Random(f"{seed}:merged")  # noqa: S311 - as above
    return (*made, *itertools.islice(_merged(materials, draw), most))


def _distinct(pairs: Iterator[Pair]) -> Iterator[Pair]:
    seen: set[str] = set()
    for pair in pairs:
        if pair.sentence not in seen:
            seen.add(pair.sentence)
            yield pair


def _maker(
    change: Change, *, is_faithful: bool
) -> Callable[[str, Material, Sequence[Material], Random], Pair | None]:
    def make(kind: str, material: Material, others: Sequence[Material], draw: Random) -> Pair | None:
        del others
        base = material.sentence if is_faithful else _reworded(material.sentence, draw)
        return _pair(kind, material, change(base, draw), draw, is_faithful=is_faithful, base=base)

    return make


def _with_case(
    change: Callable[[Material, str, Random], str | None],
) -> Callable[[str, Material, Sequence[Material], Random], Pair | None]:
    def make(kind: str, material: Material, others: Sequence[Material], draw: Random) -> Pair | None:
        del others
        base = _reworded(material.sentence, draw)
        return _pair(kind, material, change(material, base, draw), draw, base=base)

    return make


def _reworded(sentence: str, draw: Random) -> str:
    """Now and then the sentence in other words, in which an error is harder to see."""
    if draw.random() >= _REWORDED:
        return sentence
    return faithful.synonyms(sentence, draw) or sentence


def _pair(
    kind: str,
    material: Material,
    sentence: str | None,
    draw: Random,
    *,
    is_faithful: bool = False,
    base: str = "",
) -> Pair | None:
    citation = quote(1, material, whole=draw.random() < _WHOLE)
    if sentence is None or (sentence == (base or material.sentence) and kind != "verbatim"):
        return None
    # A cut may stand in the quote as it is and tell something else; other errors may not.
    if not is_faithful and kind != "cut" and sentence.rstrip("。；") in citation.quote:
        return None
    return Pair(kind, is_faithful, material.sentence, sentence, line(sentence, 1), (citation,))


def _moved(kind: str, material: Material, others: Sequence[Material], draw: Random) -> Pair | None:
    return _pair(kind, material, names.move_measure(material, others, draw), draw)


def _invented(kind: str, material: Material, others: Sequence[Material], draw: Random) -> Pair | None:
    del others
    base = _reworded(material.sentence, draw)
    return _pair(kind, material, meaning.invent(base, material.case.text, draw), draw, base=base)


def _marked(kind: str, material: Material, others: Sequence[Material], draw: Random) -> Pair | None:
    """A faithful sentence under the mark of another one's quote; now and then without a mark or with an unknown one."""
    other = names.wrong_mark(material, others, draw)
    if other is None:
        return None
    right, wrong = quote(1, material, whole=False), quote(2, other, whole=False)
    numbers = draw.choice(_WRONG_MARKS)
    answer = f"{line(other.sentence, 2)}\n{line(material.sentence, *numbers)}"
    return Pair(kind, False, material.sentence, material.sentence, answer, (right, wrong))


def _merged(materials: Sequence[Material], draw: Random) -> Iterator[Pair]:
    neighbours = [
        (first, second)
        for first, second in itertools.pairwise(materials)
        if first.paragraph == second.paragraph and first.case.id == second.case.id
    ]
    for first, second in draw.sample(neighbours, len(neighbours)):
        sentence = faithful.merged(first.sentence, second.sentence, draw)
        citations = (quote(1, first, whole=False), quote(2, second, whole=False))
        if sentence is not None:
            yield Pair("merged", True, first.sentence, sentence, line(sentence, 1, 2), citations)


def written_pairs(path: pathlib.Path) -> tuple[Pair, ...]:
    """Pairs that people wrote: {"sentence", "quotes": [...], "supported": bool, "kind"} a line.

    Raises:
        InputError: for a file that cannot be read or is of another form.
    """
    try:
        rows = [json.loads(one) for one in path.read_text(encoding="utf-8-sig").split("\n") if one.strip()]
        return tuple(
            _written(row["sentence"], row["quotes"], str(row["kind"]), is_faithful=bool(row["supported"]))
            for row in rows
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"句对文件无法读取：{path}", hint="每行写 sentence、quotes、supported 和 kind"
        ) from error


def _written(sentence: str, quotes: Sequence[str], kind: str, *, is_faithful: bool) -> Pair:
    case = Case("", "", 1, "", Span(0, 0), (1, 1), "", "", "")
    citations = tuple(
        Citation(number, case, text, Span(0, len(text)), (1, 1)) for number, text in enumerate(quotes, 1)
    )
    return Pair(kind, is_faithful, sentence, sentence, line(sentence, *range(1, len(quotes) + 1)), citations)
