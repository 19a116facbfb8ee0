"""Whether a sentence holds words in Latin letters that none of its quotes has.

Cases are written in Chinese, and the other checks read Chinese words: an English remark, a product's name or a key
would pass them beside a clause that the quotes do say.
"""

from __future__ import annotations

import re

from rag.verifying.comparison import Comparison, Finding

_LATIN = re.compile(r"[A-Za-zÀ-ɏͰ-ϿЀ-ӿ]{2,}")
# What Chinese and Latin letters are both used for.
_SAME = {
    "app": ("手机", "移动端", "掌上", "客户端"),
    "km": ("公里", "千米"),
    "kv": ("千伏",),
    "kw": ("千瓦",),
}


def foreign_finding(comparison: Comparison) -> Finding | None:
    """The first word in Latin, Greek or Cyrillic letters that the quotes and their cases' names lack, else None."""
    known = f"{comparison.told}\n{comparison.context}".lower()
    for found in _LATIN.finditer(comparison.sentence.text):
        word = found[0].lower()
        if not any(one in known for one in (word, *_SAME.get(word, ()))):
            return Finding("invented", f"引文里没有“{found[0]}”")
    return None
