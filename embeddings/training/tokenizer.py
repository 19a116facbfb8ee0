"""The encoder's tokenizer: words, characters and English in one Unigram vocabulary, Traditional folded.

Folding must happen inside tokenizer.json, for sentence-transformers runs nothing else on a text. tokenizers reads
SentencePiece's compiled character maps, so SentencePiece compiles ours.

English words are pieces only as wholes, between marks: read letter by letter, an unknown word would be a bag of
letters, which say nothing and drown the words that are known. Their commonest endings are cut off (in the manner of
Harman, "How Effective Is Suffixing?", 1991), so that fewer are unknown.
"""

from __future__ import annotations

import collections
import math
import pathlib
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence

from tokenizers import Regex, Tokenizer, models, normalizers

from corpus import words
from corpus.traditional import simplified

UNKNOWN = "[UNK]"
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_MARK = "\N{LOWER ONE EIGHTH BLOCK}"
_LATIN = re.compile(f"{_MARK}([a-z]+){_MARK}")
# What becomes what, in this order: companies, taxes, permits; registered, opening; licence.
_ENDINGS = (
    ("(?<=[a-z]{2})ies(?![a-z])", "y"),
    ("(?<=x|z|ch|sh|ss)es(?![a-z])", ""),
    ("(?<=[a-z]{2})(?<![sui])s(?![a-z])", ""),
    ("(?<=[a-z]{3})(?:ing|ed)(?![a-z])", ""),
    ("(?<=[a-z]{4})e(?![a-z])", ""),
)
_EDGE = "(?<![a-z])(?=[a-z])|(?<=[a-z])(?![a-z])"


def folded(text: str) -> str:
    """What the tokenizer's character map makes of `text`."""
    return simplified(unicodedata.normalize("NFKC", text).lower())


def character_map() -> bytes:
    """NFKC, lower case and Traditional to Simplified as a compiled SentencePiece map."""
    import sentencepiece

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "rules.tsv").write_text("\n".join(_rules()), encoding="utf-8")
        (folder / "text.txt").write_text("企业开办最快几小时办结 abc\n" * 50, encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(folder / "text.txt"),
            model_prefix=str(folder / "map"),
            vocab_size=40,
            hard_vocab_limit=False,
            normalization_rule_tsv=str(folder / "rules.tsv"),
            minloglevel=2,
        )
        from sentencepiece import sentencepiece_model_pb2

        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString((folder / "map.model").read_bytes())
    return bytes(model.normalizer_spec.precompiled_charsmap)


def text_normalizer() -> normalizers.Normalizer:
    """What the tokenizer does to a text first: the character map, English endings, marks around English words."""
    return normalizers.Sequence(
        [
            normalizers.Precompiled(character_map()),
            *(normalizers.Replace(Regex(ending), becomes) for ending, becomes in _ENDINGS),
            normalizers.Replace(Regex(_EDGE), _MARK),
        ]
    )


def _rules() -> Iterable[str]:
    for code in range(0x21, 0x30000):
        if 0xD800 <= code <= 0xDFFF:
            continue
        character = chr(code)
        becomes = folded(character)
        if becomes != character and becomes.strip():
            yield f"{code:X}\t{' '.join(f'{ord(one):X}' for one in becomes)}"


def build_tokenizer(
    texts: Sequence[str], english: Sequence[str], terms: Iterable[str], *, size: int
) -> Tokenizer:
    """A tokenizer of about `size` entries.

    Args:
        texts: Chinese texts whose words are counted.
        english: English texts whose words are counted.
        terms: official terms that must be words whatever their count.
        size: entries.
    """
    counts: collections.Counter[str] = collections.Counter()
    single: collections.Counter[str] = collections.Counter()
    for text in texts:
        for run in _CHINESE.findall(folded(text)):
            single.update(run)
            counts.update(word for word in words.cut(run) if len(word) > 1)
    latin: collections.Counter[str] = collections.Counter()
    normalizer = text_normalizer()
    for text in english:
        latin.update(dict.fromkeys(_LATIN.findall(normalizer.normalize_str(text)), 1))
    for term in terms:
        for run in _CHINESE.findall(folded(term)):
            single.update(run)
            for word in words.cut(run):
                counts[word] += 20 * (len(word) > 1)
    characters = [one for one, count in single.most_common() if count >= 2][: size // 4]
    latin_words = [one for one, count in latin.most_common(size // 7) if count >= 2]
    room = size - len(characters) - len(latin_words) - 40
    chosen = [word for word, count in counts.most_common(room) if count >= 3]
    total = sum(counts.values()) + sum(latin.values())
    pieces = [(word, math.log(counts[word] / total)) for word in chosen]
    pieces += [(f"{_MARK}{word}{_MARK}", math.log(latin[word] / total)) for word in latin_words]
    # A character alone costs as much as the rarest word, so that words win wherever they fit.
    rare = math.log(0.5 / total)
    pieces += [(one, rare) for one in characters]
    pieces += [(one, rare - 3) for one in "0123456789"]
    tokenizer = Tokenizer(models.Unigram([(UNKNOWN, 4 * rare), *pieces], unk_id=0))
    tokenizer.normalizer = normalizer
    return tokenizer
