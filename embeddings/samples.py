"""Samples of a large collection."""

from __future__ import annotations

from collections.abc import Sequence

# Passages that an encoder is fitted on at most; memory and time of a fit grow with them.
FITTED_ON = 50_000


def spread(texts: Sequence[str], most: int = FITTED_ON) -> Sequence[str]:
    """At most `most` of the texts, evenly spread over them; all of them where there are no more."""
    return texts if len(texts) <= most else texts[:: -(-len(texts) // most)]
