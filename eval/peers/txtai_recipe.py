"""txtai at its best on these documents: its hybrid index over packs of whole sentences."""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Iterable

from common import TOP, Passage, Search, System, Text, main, sentence_packs

PACK = 300  # characters
_WORD = re.compile("[\u4e00-\u9fff]{2}")


def recipe(encoder: str) -> System:
    """Dense and BM25 scores in its own mixture; its own splitter knows no Chinese sentence."""
    from txtai import Embeddings

    def index(texts: list[Text], folder: pathlib.Path) -> int:
        # It divides by the length of each vector; one of a row of signs or figures has none.
        pieces = [
            (text.source, start, piece)
            for text in texts
            for start, piece in sentence_packs(text.text, PACK)
            if _WORD.search(piece)
        ]
        embeddings = Embeddings(path=encoder, method="sentence-transformers", hybrid=True, content=False)
        embeddings.index((number, piece, None) for number, (_, _, piece) in enumerate(pieces))
        embeddings.save(str(folder / "index"))
        (folder / "pieces.json").write_text(json.dumps(pieces, ensure_ascii=False), encoding="utf-8")
        return len(pieces)

    def opened(folder: pathlib.Path) -> Search:
        embeddings = Embeddings()
        embeddings.load(str(folder / "index"))
        pieces = json.loads((folder / "pieces.json").read_text(encoding="utf-8"))

        def search(question: str) -> Iterable[Passage]:
            for number, _ in embeddings.search(question, TOP):
                source, start, text = pieces[number]
                yield Passage(source, start, text)

        return search

    return System(index, opened)


if __name__ == "__main__":
    main(recipe, "txtai", "sentence-transformers")
