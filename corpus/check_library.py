"""Check the shipped digests against the compilations they were made from.

    python -m corpus.check_library SOURCE_FOLDER [--library FOLDER]

A digest may name what its source names, but every sentence is its own and every figure its source's. The sources
are no part of the project, so this is run by hand. Exit status 0 without findings, 1 with any, 2 on bad input.
"""

from __future__ import annotations

import pathlib
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.cleaning import clean
from corpus.command_line import ChineseParser
from corpus.cutting import split_cases
from corpus.errors import CaseQAError, InputError
from corpus.normalise import bare, width
from corpus.reading import find_files, read_bytes, read_raw
from corpus.types import Case

LIBRARY = pathlib.Path(__file__).parent / "library"
_LONGEST_RUN = 20  # characters that a digest may have in common with any source, punctuation apart
_FIGURE = re.compile(r"\d+(?:\.\d+)?%?")
_TITLE = re.compile(r"《[^》]*》")
_NAME = re.compile(r"“[^”]*”")


@dataclass(frozen=True, slots=True)
class Digest:
    """One file of the library: what it says and which case it names as its source."""

    name: str
    title: str
    body: str
    source_document: str
    source_title: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with one digest, in Chinese."""

    digest: str
    problem: str
    detail: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check; returns the exit status."""
    parser = ChineseParser(
        prog="python -m corpus.check_library", description="核对内置案例摘要：不照抄原文，数字都有出处。"
    )
    parser.add_argument("sources", type=pathlib.Path, metavar="SOURCE_FOLDER", help="原始汇编所在的文件夹")
    parser.add_argument("--library", type=pathlib.Path, default=LIBRARY, metavar="FOLDER", help="摘要文件夹")
    options = parser.parse_args(arguments)
    try:
        cases, digests = read_sources(options.sources), read_digests(options.library)
    except CaseQAError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    found = list(findings(digests, cases))
    sys.stdout.write(_table(found))
    sys.stdout.write(f"{len(digests)} 篇摘要，{len(cases)} 个原文案例，{len(found)} 处问题\n")
    return 1 if found else 0


def read_sources(folder: pathlib.Path) -> tuple[Case, ...]:
    """The cases of every file of a folder, cut as an index cuts them.

    Raises:
        InputError: if the folder does not exist or a file cannot be read.
    """
    cases: list[Case] = []
    for path in find_files([folder]):
        data = read_bytes(path)
        cases.extend(split_cases(clean(read_raw(path, data), path=path.as_posix(), data=data)).cases)
    if not cases:
        raise InputError(f"没有读到任何案例：{folder}", hint="请检查路径")
    return tuple(cases)


def read_digests(folder: pathlib.Path) -> tuple[Digest, ...]:
    """The digests of a folder.

    Raises:
        InputError: if the folder does not exist or holds none.
    """
    digests = []
    for path in find_files([folder]):
        raw = read_raw(path)
        stated = dict(raw.metadata)
        digests.append(
            Digest(
                path.stem,
                stated.get("title", ""),
                "\n".join(line.text for line in raw.lines),
                stated.get("source_document", ""),
                stated.get("source_title", ""),
            )
        )
    return tuple(digests)


def findings(digests: Sequence[Digest], cases: Sequence[Case]) -> Iterator[Finding]:
    """What is wrong with the digests, in their order."""
    runs = _runs(cases)
    for digest in digests:
        own = sources_of(digest, digests, cases)
        if not own:
            yield Finding(digest.name, "找不到原文案例", digest.source_title or digest.source_document)
        else:
            told = "".join(_compact(case.title + case.text) for case in own)
            figures = dict.fromkeys(_FIGURE.findall(_compact(digest.body)))
            for figure in figures:
                if not re.search(rf"(?<![\d.]){re.escape(figure)}(?!\d|\.\d)", told):
                    yield Finding(digest.name, "原文案例里没有的数字", figure)
        for copied in copied_runs(f"{digest.title}\n{digest.body}", runs):
            yield Finding(digest.name, f"与原文连续相同 {len(copied)} 字", copied)


def sources_of(digest: Digest, digests: Sequence[Digest], cases: Sequence[Case]) -> list[Case]:
    """The cases that a digest names: several where titles repeat; for an empty title those that no digest names."""
    document = [case for case in cases if _same_document(case.document_title, digest.source_document)]
    if digest.source_title:
        return [case for case in document if bare(case.title) == bare(digest.source_title)]
    named = {bare(one.source_title) for one in digests}
    return [case for case in document if bare(case.title) not in named]


def _same_document(title: str, named: str) -> bool:
    """Whether titles agree, small additions apart ("（12月13日-12月19日）")."""
    left, right = bare(title), bare(named)
    return bool(left) and bool(right) and (left.startswith(right) or right.startswith(left))


def _compact(text: str) -> str:
    return re.sub(r"\s|(?<=\d),(?=\d{3}(?!\d))", "", unicodedata.normalize("NFKC", text))


def _runs(cases: Iterable[Case]) -> set[str]:
    size = _LONGEST_RUN + 1
    texts = [bare(case.text) for case in cases]
    return {text[start : start + size] for text in texts for start in range(len(text) - size + 1)}


def copied_runs(text: str, runs: set[str]) -> Iterator[str]:
    """Maximal runs of more than the allowed length that a source has too, titles in 《》 and names in “” apart."""
    size = _LONGEST_RUN + 1
    for piece in _NAME.sub("\n", _TITLE.sub("\n", text)).split("\n"):
        plain = bare(piece)
        start = 0
        while start + size <= len(plain):
            end = start + size
            if plain[start:end] not in runs:
                start += 1
                continue
            while end < len(plain) and plain[end + 1 - size : end + 1] in runs:
                end += 1
            yield plain[start:end]
            start = end


def _table(found: Sequence[Finding]) -> str:
    if not found:
        return ""
    rows = [("摘要", "问题", "内容"), *((one.digest, one.problem, one.detail) for one in found)]
    widths = [max(width(row[column]) for row in rows) for column in range(2)]
    return "".join(
        "  ".join(
            [*(cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=False)), row[2]]
        )
        + "\n"
        for row in rows
    )


if __name__ == "__main__":
    raise SystemExit(main())
