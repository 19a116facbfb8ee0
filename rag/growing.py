"""A new build made of the serving one: documents come and go, the rest stays as it is.

Vectors, postings, tokens and sentences of the documents that stay are taken over row by row; only what comes is cut
and encoded. The encoder that was fitted on the text stays too, until so much has changed that it would know too few
of the words; then everything is made anew.
"""

from __future__ import annotations

import json
import pathlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from embeddings.bundled import load_bundled
from embeddings.index import VectorIndex
from embeddings.joint import static_parts
from embeddings.late_interaction import LateInteraction
from embeddings.lexical import LexicalIndex
from embeddings.postings import link
from embeddings.ragged import Ragged
from rag import records
from rag.contents import (
    BODIES,
    FIELDS,
    SENTENCES,
    TOKENS,
    VECTORS,
    Content,
    Encoding,
    bodies_of,
    record_rows,
)
from rag.encoders import FOLDER
from rag.readings import CUTTING_VERSION, SKETCHES, Reading
from rag.sentences import Sentences

# Share of the cases it was fitted on that may come and go before the fitted encoder is made anew.
_CHANGED_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Serving:
    """The serving build as a new one finds it.

    Attributes:
        build: its folder.
        manifest: its manifest.
        readings: of every file.
    """

    build: pathlib.Path
    manifest: dict[str, Any]
    readings: Sequence[Reading]


@dataclass(frozen=True, slots=True)
class Growth:
    """What a new build takes over from the serving one.

    Attributes:
        serving: the build.
        gone: ids of the documents that go.
        new: readings that come.
        changed: cases that came or went since the encoder was fitted, these included.
    """

    serving: Serving
    gone: frozenset[str]
    new: tuple[Reading, ...]
    changed: int

    @property
    def taken(self) -> frozenset[str]:
        """Ids of the cases that stay."""
        rows = records.read_rows(self.serving.build / "cases.jsonl")
        return frozenset(row["id"] for row in rows if row["document_id"] not in self.gone)


def growth(serving: Serving | None, readings: Sequence[Reading], key: str) -> Growth | None:
    """How to make a build of `readings` out of the serving one; None where it has to be made anew.

    Args:
        serving: None where there is none.
        readings: of every file; those that are the serving build's own objects stay.
        key: what decides the encoder.
    """
    if serving is None:
        return None
    encoder = serving.manifest["encoder"]
    if (encoder["key"], serving.manifest["cutting"]) != (key, CUTTING_VERSION):
        return None
    wanted, there = set(map(id, readings)), set(map(id, serving.readings))
    gone = [one for one in serving.readings if id(one) not in wanted and one.document is not None]
    stay = [one for one in serving.readings if id(one) in wanted and one.document is not None]
    new = tuple(one for one in readings if id(one) not in there)
    changed = int(encoder["changed"]) + sum(len(one.cases) for one in (*gone, *new))
    fitted_long_ago = bool(encoder["fitted"]) and changed > _CHANGED_SHARE * int(encoder["cases"])
    # Of a text that stands in two documents the first tells the changes; where that goes, the other has to.
    twins = {case.id for one in gone for case in one.cases} & {case.id for one in stay for case in one.cases}
    if not stay or fitted_long_ago or twins:
        return None
    ids = frozenset(one.document.id for one in gone if one.document is not None)
    return Growth(serving, ids, new, changed)


def fill_grown(draft: pathlib.Path, grown: Growth, content: Content, encoding: Encoding) -> dict[str, int]:
    """Write a build of the serving one and of what comes, but for its manifest, into the folder `draft`.

    Args:
        draft: an empty folder.
        grown: see `growth`.
        content: of the readings that come, with the ids of `Growth.taken` taken.
        encoding: the serving build's.

    Returns:
        How much there is of each kind.
    """
    build, before = grown.serving.build, int(grown.serving.manifest["counts"]["chunks"])
    leaving = _Leaving.of(build, grown.gone)
    counts = _write_records(draft, build, leaving, content)
    texts, chunks = content.texts, leaving.chunks
    sketches = [Ragged.load(build / SKETCHES).without(leaving.cases), Ragged.of(content.sketches, np.uint64)]
    Ragged.joined(sketches).save(draft / SKETCHES)
    bodies = np.delete(np.load(build / BODIES, allow_pickle=False), leaving.cases)
    np.save(draft / BODIES, np.concatenate([bodies, bodies_of(content.cases)]), allow_pickle=False)
    vectors = VectorIndex.load(build / VECTORS).without(chunks)
    vectors.added(encoding.embedder.encode_document(texts)).save(draft / VECTORS)
    del vectors
    for field in FIELDS:
        LexicalIndex.load(build / field, field, before).without(chunks).added(texts).save(draft / field)
    LateInteraction.load(build / TOKENS, load_bundled()).without(chunks).added(texts).save(draft / TOKENS)
    parts = static_parts(encoding.fitted)
    new = Sentences.build(content.cases, content.by_id, parts)
    Sentences.load(build / SENTENCES, parts).without(leaving.cases).followed_by(new).save(draft / SENTENCES)
    if encoding.fitted is not None:
        shutil.copytree(build / FOLDER, draft / FOLDER, copy_function=link)
    return counts


@dataclass(frozen=True, slots=True)
class _Leaving:
    """What goes with some documents.

    Attributes:
        documents: their ids.
        ids: of their cases.
        cases, chunks: numbers from 0 in the order of the index.
    """

    documents: frozenset[str]
    ids: frozenset[str]
    cases: list[int]
    chunks: list[int]

    @classmethod
    def of(cls, build: pathlib.Path, documents: frozenset[str]) -> _Leaving:
        """What goes from a build."""
        if not documents:
            return cls(documents, frozenset(), [], [])
        rows = enumerate(records.read_rows(build / "cases.jsonl"))
        cases = {row["id"]: number for number, row in rows if row["document_id"] in documents}
        chunks = enumerate(records.read_rows(build / "chunks.jsonl"))
        gone = [number for number, row in chunks if row["case_id"] in cases]
        return cls(documents, frozenset(cases), list(cases.values()), gone)

    def takes(self, name: str, row: dict[str, Any]) -> bool:
        """Whether a row of a file in JSON Lines goes."""
        if name == "documents.jsonl":
            return row["id"] in self.documents
        return row["id" if name == "cases.jsonl" else "case_id"] in self.ids


def _write_records(
    draft: pathlib.Path, build: pathlib.Path, leaving: _Leaving, content: Content
) -> dict[str, int]:
    """Write the JSON Lines: the lines of what stays as they are, those of what comes behind them."""
    counts = {}
    for name, rows in record_rows(content).items():
        count = 0
        with (draft / name).open("wb") as file, (build / name).open("rb") as before:
            for line in before:
                if not leaving.documents or not leaving.takes(name, json.loads(line)):
                    file.write(line)
                    count += 1
            for row in rows:
                file.write(records.line_of(row).encode())
                count += 1
        counts[name.removesuffix(".jsonl")] = count
    return counts
