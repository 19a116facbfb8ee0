"""Pairs of texts that mean the same or belong together, by source.

Only official texts, CC BY text and what the project wrote: their licences let trained weights be shipped. None
of it is a compilation of cases, so that users' documents are as unseen in training as in use.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import lzma
import pathlib
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.errors import InputError

PAIRS = pathlib.Path(__file__).parent.parent / "pairs"
_NEEDED = ("law_articles.jsonl.xz", "policy_gov.jsonl.xz", "par_tatoeba.jsonl.xz")
_SHORTEST, _LONGEST = 30, 400  # characters of a law article that is used
_HELD_OUT = 10  # one group in ten is kept for evaluation


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that belong together; pairs of one group are never each other's negatives."""

    left: str
    right: str
    group: str


@dataclass(frozen=True, slots=True)
class Material:
    """What training reads.

    Attributes:
        sources: training pairs by source name.
        held_out: pairs of the project that training does not see, by source name.
        texts: all texts for counting words, law first.
    """

    sources: dict[str, list[Pair]]
    held_out: dict[str, list[Pair]]
    texts: list[str]


def rows(path: pathlib.Path) -> Iterator[dict[str, Any]]:
    """Objects of an xz-compressed JSON Lines file."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def passage_id(text: str) -> str:
    """Name of a passage in `embeddings/pairs/questions-*.tsv`: the first 12 hexadecimal digits of its sha256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_material(data: pathlib.Path, *, articles: int, seed: int, pairs: pathlib.Path = PAIRS) -> Material:
    """Read every source.

    Args:
        data: folder with the official and CC BY texts.
        articles: law articles to use, drawn at random.
        seed: decides the draw.
        pairs: folder with the project's own pairs.

    Raises:
        InputError: if a file is missing.
    """
    if missing := [name for name in _NEEDED if not (data / name).is_file()]:
        raise InputError(f"训练数据缺少：{'、'.join(missing)}", hint="请用 --data 指定数据文件夹")
    law = [row for row in rows(data / _NEEDED[0]) if row["t"] != "_index"]
    wanted = {row["p"] for row in law if _SHORTEST <= len(row["p"]) <= _LONGEST}
    by_id = {passage_id(text): text for text in wanted}
    chosen = _sample(law, articles, seed)
    policy = list(rows(data / _NEEDED[1]))
    by_id |= {passage_id(row["p"]): row["p"] for row in policy}
    tatoeba = [Pair(row["en"], row["zh"], row["zh"]) for row in rows(data / _NEEDED[2])]
    ours = {
        "vocabulary": _vocabulary(data),
        "terms": _terms(pairs, "terms"),
        "words": _terms(pairs, "words"),
        "questions": _questions(pairs, by_id),
    }
    held = {name: [pair for pair in found if is_held_out(pair.group)] for name, found in ours.items()}
    kept = {name: [pair for pair in found if not is_held_out(pair.group)] for name, found in ours.items()}
    sources = {
        "law_titles": [Pair(f"{row['t']} {row['c']}".strip(), row["p"], row["t"]) for row in chosen],
        "law_halves": list(_halves(row["p"] for row in chosen)),
        "law_neighbours": list(_neighbours(law, articles // 2, seed)),
        "policy": [Pair(row["t"], row["p"], row["t"]) for row in policy if len(row["p"]) >= _SHORTEST]
        + list(_halves(row["p"][:_LONGEST] for row in policy)),
        "tatoeba": tatoeba,
        **kept,
    }
    texts = [row["p"] for row in chosen] + [row["p"] for row in policy]
    return Material(sources, {name: found for name, found in held.items() if found}, texts)


def policy_paragraphs(data: pathlib.Path) -> list[str]:
    """Paragraphs of the policies in `data`."""
    return [row["p"] for row in rows(data / _NEEDED[1])]


def is_held_out(group: str) -> bool:
    """Whether a group of pairs is kept for evaluation."""
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % _HELD_OUT == 0


def _sample(law: Sequence[dict[str, Any]], count: int, seed: int) -> list[dict[str, Any]]:
    """Articles of useful length, each text once: local rules repeat each other word for word."""
    unique = list({row["p"]: row for row in law if _SHORTEST <= len(row["p"]) <= _LONGEST}.values())
    return random.Random(seed).sample(unique, min(count, len(unique)))


def _halves(texts: Iterable[str]) -> Iterator[Pair]:
    """The first clauses of a text and the rest of it."""
    for text in texts:
        cuts = [found.end() for found in re.finditer(r"[，。；：]", text)]
        middle = [cut for cut in cuts if 0.2 * len(text) <= cut <= 0.6 * len(text)]
        if middle and len(text) >= _SHORTEST:
            yield Pair(text[: middle[0]], text[middle[0] :], text)


def _neighbours(law: Sequence[dict[str, Any]], count: int, seed: int) -> Iterator[Pair]:
    """Articles that follow each other in one chapter."""
    found = [
        Pair(one["p"], two["p"], f"{one['t']}{one['c']}")
        for one, two in itertools.pairwise(law)
        if (one["t"], one["c"]) == (two["t"], two["c"])
        and min(len(one["p"]), len(two["p"])) >= _SHORTEST
        and max(len(one["p"]), len(two["p"])) <= _LONGEST
    ]
    yield from random.Random(seed).sample(found, min(count, len(found)))


def _vocabulary(data: pathlib.Path) -> list[Pair]:
    """Each plain and English wording of a group with each of its first official terms."""
    path = data / "vocabulary_start.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    found: list[Pair] = []
    for line in lines:
        if line.startswith("#") or "|" not in line:
            continue
        official, plain, english = [*line.split("|"), "", ""][:3]
        terms = official.split()
        wordings = [*plain.split(), *(one.strip() for one in english.split(",") if one.strip())]
        found.extend(Pair(wording, term, terms[0]) for wording in wordings for term in terms[:3])
        found.extend(Pair(one, other, terms[0]) for one, other in itertools.pairwise(terms))
    return found


def _terms(folder: pathlib.Path, kind: str) -> list[Pair]:
    """Plain and official wordings that the project wrote: `terms` are sentences, `words` single terms."""
    found = []
    for path in sorted(folder.glob(f"{kind}-*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            fields = line.split("\t")
            if line.strip() and len(fields) != 3:
                raise InputError(
                    f"{path.name} 第 {number} 行不是三列", hint="写法：通俗说法、正式说法、事项，用制表符分隔"
                )
            if line.strip():
                found.append(Pair(fields[0], fields[1], fields[2]))
    return found


def _questions(folder: pathlib.Path, by_id: dict[str, str]) -> list[Pair]:
    """Questions that the project wrote, with the passages that answer them."""
    found = []
    for path in sorted(folder.glob("questions-*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            question, _, identity = line.partition("\t")
            if identity not in by_id:
                raise InputError(
                    f"{path.name} 第 {number} 行的段落不在数据里", hint="段落编号是原文 sha256 的前 12 位"
                )
            found.append(Pair(question, by_id[identity], identity))
    return found
