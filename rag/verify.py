"""Whether the quotes that a sentence cites support it: deterministic, offline, sentence by sentence.

Each check looks for one way in which a sentence can go beyond its quotes; the first that finds something gives the
reason. Figures, names and times are compared as values; negation, direction and scope as cues of clauses that say
the same; what is left is compared word by word through synonyms and vectors.
"""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.errors import InputError
from corpus.types import Case
from embeddings.bundled import load_bundled
from embeddings.embedder import Embedder
from rag.types import Citation
from rag.verifying.binding import binding_finding
from rag.verifying.comparison import VerdictReason, compare
from rag.verifying.direction import direction_finding
from rag.verifying.exchange import exchange_finding
from rag.verifying.figures import figure_finding
from rag.verifying.foreign import foreign_finding
from rag.verifying.limits import LIMITING, limit_finding
from rag.verifying.marks import Claim, claims_in
from rag.verifying.matching import Matcher
from rag.verifying.names import department_finding, place_finding
from rag.verifying.negation import NEGATORS, negation_finding
from rag.verifying.reading import folded
from rag.verifying.scope import scope_finding
from rag.verifying.substitution import substitution_finding
from rag.verifying.support import support_finding
from rag.verifying.times import time_finding

__all__ = ["Verdict", "VerdictReason", "Verifier", "verify_lines"]

# In this order: what is compared as values first, what is weighed last.
_CHECKS = (
    place_finding,
    department_finding,
    time_finding,
    figure_finding,
    foreign_finding,
    negation_finding,
    direction_finding,
    scope_finding,
    limit_finding,
    exchange_finding,
    binding_finding,
    support_finding,
    substitution_finding,
)
_LAYOUT = re.compile(r"[^\w%.·]+|_|\.(?!\d)")
_NUMERAL = "0123456789.%〇零一二两三四五六七八九十百千万亿半第"
_DENYING = (*NEGATORS, "非", "免")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is found of one sentence.

    Attributes:
        sentence: without marks.
        supported: whether its quotes say it.
        reason: why not; None where they do.
        detail: what is not in the quotes, in Chinese, for people; "" where they do.
    """

    sentence: str
    supported: bool
    reason: VerdictReason | None
    detail: str


class Verifier:
    """Decides whether quotes support sentences.

    Args:
        embedder: encodes single words; the bundled encoder by default.
    """

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._matcher = Matcher(embedder or load_bundled())

    def check(self, sentence: str, quotes: Sequence[str]) -> Verdict:
        """Whether the quotes, taken together, say what a sentence says."""
        return self._check(sentence, quotes, ())

    def verify(self, answer: str, citations: Sequence[Citation]) -> tuple[Verdict, ...]:
        """A verdict on each sentence of a Markdown answer with [n] marks, in order.

        A sentence without a mark, or with one that no citation has, gets the reason "mark". What the case states
        about itself (title, region, department) supports the places and departments that a sentence names.
        """
        return tuple(self._verdict(claim, citations) for claim in claims_in(answer))

    def _verdict(self, claim: Claim, citations: Sequence[Citation]) -> Verdict:
        known = {citation.number for citation in citations}
        if not claim.numbers:
            return Verdict(claim.text, False, "mark", "没有注明出处")
        if unknown := [number for number in claim.numbers if number not in known]:
            return Verdict(claim.text, False, "mark", f"没有编号为 [{unknown[0]}] 的引文")
        quotes = [_quote(number, citations) for number in claim.numbers]
        cases = {citation.number: citation.case for citation in citations}
        return self._check(claim.text, quotes, [_context(cases[number]) for number in claim.numbers])

    def _check(self, sentence: str, quotes: Sequence[str], contexts: Sequence[str]) -> Verdict:
        if not is_verbatim(sentence, quotes):
            comparison = compare(sentence, quotes, self._matcher, contexts=contexts)
            for check in _CHECKS:
                if finding := check(comparison):
                    return Verdict(sentence, False, finding.reason, finding.detail)
        return Verdict(sentence, True, None, "")


def _quote(number: int, citations: Sequence[Citation]) -> str:
    """The pieces of one quotation put together: it may run around text that is not the case's."""
    return "".join(citation.quote for citation in citations if citation.number == number)


def _context(case: Case) -> str:
    return f"{case.title}\n{case.region}\n{case.department}"


def is_verbatim(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether a sentence stands in a quote as it is, layout apart, and not as the rest of a figure, a denial or a limit."""
    bare = _LAYOUT.sub("", folded(sentence))
    return not bare or any(_stands_in(bare, _LAYOUT.sub("", folded(quote))) for quote in quotes)


def _stands_in(part: str, whole: str) -> bool:
    start = whole.find(part)
    while start >= 0:
        end = start + len(part)
        cut = _cuts_figure(whole[max(0, start - 1) : start], part[0]) or _cuts_figure(
            whole[end : end + 1], part[-1]
        )
        if not cut and not whole[:start].endswith((*_DENYING, *LIMITING)):
            return True
        start = whole.find(part, start + 1)
    return False


def _cuts_figure(outside: str, inside: str) -> bool:
    return bool(outside) and outside in _NUMERAL and inside in _NUMERAL


def verify_lines(path: pathlib.Path, verifier: Verifier | None = None) -> Iterator[Verdict]:
    """Verdicts on the lines of a JSON Lines file, {"sentence": str, "quotes": [str, ...]} each, in order.

    Raises:
        InputError: for a file that cannot be read or a line of another form, with its number, before any verdict.
    """
    pairs = list(_pairs(path))
    verifier = verifier or Verifier()
    for sentence, quotes in pairs:
        yield verifier.check(sentence, quotes)


def _pairs(path: pathlib.Path) -> Iterator[tuple[str, list[str]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"文件无法读取：{path}", hint="请给出一个 UTF-8 的 .jsonl 文件") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _pair(line, number)


def _pair(line: str, number: int) -> tuple[str, list[str]]:
    try:
        record = json.loads(line)
        sentence, quotes = record["sentence"], record["quotes"]
    except (ValueError, KeyError, TypeError):
        sentence = quotes = None
    if isinstance(sentence, str) and isinstance(quotes, list) and all(isinstance(one, str) for one in quotes):
        return sentence, quotes
    raise InputError(f"第 {number} 行不对", hint='每行写一个 {"sentence": "句子", "quotes": ["引文"]}')
