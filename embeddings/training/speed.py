"""How fast an encoder is on one core."""

from __future__ import annotations

import pathlib
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.chunking import passage_text, split_chunks
from corpus.cleaning import clean
from corpus.cutting import split_cases
from corpus.errors import InputError, UnreadableFileError
from corpus.reading import find_files, read_bytes, read_raw
from embeddings.embedder import Embedder

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Speed:
    """Of one encoder.

    Attributes:
        texts, characters: how many were encoded, and their mean length.
        texts_a_second: by one core: time counts that of all cores together.
        question_milliseconds: median of one question encoded alone.
    """

    texts: int
    characters: float
    texts_a_second: float
    question_milliseconds: float


def passages_of(path: pathlib.Path) -> list[str]:
    """Passages of the documents at `path`, cut as for an index; unreadable files are left out.

    Raises:
        InputError: if there is no passage.
    """
    passages = []
    for file in find_files([path]):
        try:
            data = read_bytes(file)
            cutting = split_cases(clean(read_raw(file, data), path=file.name, data=data))
        except UnreadableFileError:
            continue
        passages += [passage_text(case, chunk) for case in cutting.cases for chunk in split_chunks(case)]
    if not passages:
        raise InputError(f"没有读到任何段落：{path}", hint="请指定有案例文件的文件夹")
    return passages


def speed(encoder: Embedder, texts: Sequence[str], questions: Sequence[str]) -> Speed:
    """Time an encoder; the first text is encoded once before, for what is made at first use.

    Args:
        encoder: what is timed.
        texts: passages, at least one.
        questions: at least one.
    """
    encoder.encode_document(texts[:1])
    start = time.process_time()
    for _ in range(_ROUNDS):
        encoder.encode_document(texts)
    seconds = (time.process_time() - start) / _ROUNDS
    alone = []
    for question in questions:
        start = time.perf_counter()
        encoder.encode_query([question])
        alone.append(time.perf_counter() - start)
    return Speed(
        texts=len(texts),
        characters=statistics.fmean(map(len, texts)),
        texts_a_second=len(texts) / max(seconds, 1e-9),
        question_milliseconds=1000 * statistics.median(alone),
    )
