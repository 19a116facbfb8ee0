"""Measures of one answer, each a small function named as in the literature, rivals of the same name told apart.

A measure is None where it is not defined (no sentence to judge, no key phrase to look for); such answers are left
out of its mean. Retrieval measures stand in `eval.retrieval`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from eval.judging import Judged
from eval.retrieval import Place, is_case


def flat(text: str) -> str:
    """Compatibility forms folded, Markdown signs and white space gone."""
    return re.sub(r"[\s*_`|#>\\]", "", unicodedata.normalize("NFKC", text))


def marked_share(sentences: Sequence[Judged]) -> float | None:
    """Share of sentences that carry a mark at all; says nothing about whether the mark is right."""
    return _share([bool(one.numbers) for one in sentences])


def faithfulness(sentences: Sequence[Judged]) -> float | None:
    """Share of sentences that the quotes which they cite support.

    RAGAS counts statements that any retrieved text supports, cited or not; here a true sentence under a wrong mark
    is not faithful.
    """
    return _share([one.supported for one in sentences])


def claim_faithfulness(sentences: Sequence[Judged]) -> float | None:
    """Share of atomic claims that the quotes which their sentence cites support (the unit of FActScore)."""
    claims = sum(len(one.claims) for one in sentences)
    return sum(one.held for one in sentences) / claims if claims else None


def citation_recall(sentences: Sequence[Judged]) -> float | None:
    """Share of sentences that have a mark and are supported by all of their quotes together.

    Gao et al., "Enabling Large Language Models to Generate Text with Citations" (ALCE, 2023), with the verifier in
    place of their entailment model. Only sentences count, so that this equals `faithfulness`, which Gao et al. do
    not measure; `case_recall` asks instead whether every right case was cited.
    """
    return _share([bool(one.numbers) and one.supported for one in sentences])


def citation_precision(sentences: Sequence[Judged]) -> float | None:
    """Share of marks that are not idle, over all sentences (ALCE).

    A mark is idle where its sentence is not supported, or where its quote does not support the sentence alone and
    the others do without it. `case_precision` asks instead whether the cited case is a right one.
    """
    marks = sum(len(one.numbers) for one in sentences)
    return sum(one.needed for one in sentences) / marks if marks else (0.0 if sentences else None)


def case_precision(citations: Sequence[Place], gold: Sequence[str]) -> float:
    """Share of citations that name a right case; 0 without any."""
    found = [any(is_case(one, right) for right in gold) for one in citations]
    return sum(found) / len(found) if found else 0.0


def case_recall(citations: Sequence[Place], gold: Sequence[str]) -> float:
    """Share of the right cases that are cited."""
    found = [any(is_case(one, right) for one in citations) for right in gold]
    return sum(found) / len(found) if found else 0.0


def completeness(text: str, phrases: Sequence[str]) -> float | None:
    """Share of the key phrases that the answer holds; a wording of its own for the same thing counts as missing."""
    return _share([flat(phrase) in flat(text) for phrase in phrases])


def relevance(sentences: Sequence[Judged], citations: Sequence[Place], gold: Sequence[str]) -> float | None:
    """Share of sentences that rest on a right case: how much of the answer is about what was asked.

    Not the likeness of answer and question by vectors ("answer relevance" of RAGAS), which an answer from the wrong
    case to the right question passes. Sentences of a right case on another of its matters pass here.
    """
    right = {str(one["n"]) for one in citations if any(is_case(one, case) for case in gold)}
    return _share([any(str(number) in right for number in one.numbers) for one in sentences])


def refusal_precision(*, refused: bool, answerable: bool) -> float | None:
    """Of a refusal: 1 if the question has no answer; the mean over refusals is their precision."""
    return float(not answerable) if refused else None


def refusal_recall(*, refused: bool, answerable: bool) -> float | None:
    """Of a question without an answer: 1 if it was refused; the mean over such questions is the recall."""
    return None if answerable else float(refused)


def answered(*, refused: bool, answerable: bool) -> float | None:
    """Of a question with an answer: 1 if it was not refused."""
    return float(not refused) if answerable else None


def refusal_reason(given: str | None, expected: str | None) -> float | None:
    """Of a refusal whose reason the set tells: 1 if it gave that reason."""
    return None if expected is None else float(given == expected)


def consistency(answer: Mapping[str, Any], siblings: Sequence[Mapping[str, Any]]) -> float | None:
    """Mean overlap (Jaccard) of the cases that an answer cites with those cited for other wordings of its question.

    None without other wordings. Two refusals agree. It says nothing about whether the agreed answer is right.
    """
    mine = _cited(answer)
    return _share([_jaccard(mine, _cited(other)) for other in siblings])


def _cited(answer: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        () if answer["refused"] else (str(one.get("case_id") or one["title"]) for one in answer["citations"])
    )


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / len(left | right) if left | right else 1.0


def _share(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
