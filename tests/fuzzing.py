"""Small files of every kind and what to do to them; run by hand for a long search:

    python tests/fuzzing.py --kind pdf --count 10000 --seed 1

prints how many inputs were read and refused, every way in which a reader failed, the slowest input in
seconds of the processor and the peak memory. The suite runs a short part of it.
"""

from __future__ import annotations

import argparse
import collections
import copy
import pathlib
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from fuzz_samples import KINDS, TOKENS, packed, samples

from corpus.errors import UnreadableFileError
from corpus.reading import read_raw
from corpus.reading.characters import clean_characters
from corpus.reading.messages import open_reply, raw_file_reply
from corpus.types import RawFile
from rag.readings import cut_file

Edit = tuple[str, int, int, int]
EDITS = st.tuples(
    st.sampled_from(("flip", "cut", "copy", "token", "move", "number", "repeat")),
    st.integers(0, 1_000_000),
    st.integers(0, 1_000_000),
    st.integers(1, 64),
)


def edited(data: bytes, edits: list[Edit], tokens: list[str]) -> bytes:
    """The data after each edit: (what, one place, another place, how much), places modulo the length."""
    changed = bytearray(data)
    for what, one, other, much in edits:
        at, to = one % (len(changed) + 1), other % (len(changed) + 1)
        if what == "flip" and at < len(changed):
            changed[at] = other % 256
        elif what == "cut":
            del changed[at : at + much * much // 16 + 1]
        elif what == "copy":
            changed[to:to] = changed[at : at + much * 4]
        elif what == "token":
            changed[at:at] = tokens[other % len(tokens)].encode("utf-8", "replace")
        elif what == "move":
            piece = changed[at : at + much]
            del changed[at : at + much]
            changed[to:to] = piece
        elif what == "number":
            digits = [place for place, byte in enumerate(changed) if 48 <= byte <= 57]
            if digits:
                changed[digits[one % len(digits)]] = 48 + other % 10
        elif what == "repeat":
            changed[at:at] = tokens[other % len(tokens)].encode("utf-8", "replace") * much * 8
    return bytes(changed)


def inputs(kind: str) -> st.SearchStrategy[bytes]:
    """Changed files of a kind; of .docx both the parts inside and, sometimes, the package."""
    originals = samples(kind)
    edits = st.lists(EDITS, min_size=1, max_size=8)
    tokens = TOKENS[kind]
    if kind != "docx":
        return st.builds(lambda data, made: edited(data, made, tokens), st.sampled_from(originals), edits)

    rarely = st.one_of(st.just([]), st.just([]), st.just([]), edits)
    names = ("word/document.xml", "word/styles.xml")

    def word(body: bytes, styles: bytes, package: list[Edit]) -> bytes:
        return edited(packed(*zip(names, (body, styles), strict=True)), package, tokens)

    broken = st.builds(lambda made: edited(originals[0], made, tokens), edits)
    return st.builds(
        word,
        st.one_of(regrown(originals[0]), regrown(originals[0]), broken),
        st.one_of(st.just(originals[1]), regrown(originals[1])),
        rarely,
    )


VALUES = (
    "",
    "0",
    "-1",
    "99999999999",
    "²",
    "auto",
    "FFFFFF",
    "1",
    "none",
    "a",
    "a1",
    "on",
    "\u202e",
    "中" * 100,
)
GROWTH = st.tuples(
    st.sampled_from(("copy", "wrap", "drop", "value", "text", "deepen")),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)


def regrown(source: bytes) -> st.SearchStrategy[bytes]:
    """The XML with elements copied, wrapped, dropped and changed; it stays well-formed."""
    return st.lists(GROWTH, min_size=1, max_size=8).map(lambda changes: _regrown(source, changes))


def _regrown(source: bytes, changes: list[tuple[str, int, int]]) -> bytes:
    root = ElementTree.fromstring(source)  # noqa: S314 - our own sample
    for what, one, other in changes:
        elements = list(root.iter())[:2000]
        chosen, target = elements[one % len(elements)], elements[other % len(elements)]
        if what == "copy":
            target.insert(one % (len(target) + 1), copy.deepcopy(chosen))
        elif what == "wrap":
            chosen.append(ElementTree.Element(target.tag, dict(target.attrib)))
        elif what == "drop" and len(target):
            target.remove(target[one % len(target)])
        elif what == "value" and chosen.attrib:
            chosen.set(sorted(chosen.attrib)[other % len(chosen.attrib)], VALUES[other % len(VALUES)])
        elif what == "text":
            chosen.text = VALUES[other % len(VALUES)]
        elif what == "deepen":
            for _ in range(other % 60):
                inner = ElementTree.Element(chosen.tag, dict(chosen.attrib))
                chosen.append(inner)
                chosen = inner
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


@dataclass(slots=True)
class Tally:
    """What came of many inputs."""

    read: int = 0
    refused: int = 0
    failures: collections.Counter[str] = field(default_factory=collections.Counter)
    examples: dict[str, bytes] = field(default_factory=dict)
    slowest: float = 0.0
    slowest_input: bytes = b""


def try_input(kind: str, data: bytes, tally: Tally) -> None:
    """Read one input and check what must hold of every file, read or refused."""
    started = time.thread_time()
    try:
        raw = read_raw(pathlib.Path(f"材料.{kind}"), data)
    except UnreadableFileError as error:
        tally.refused += 1
        check_refusal(error)
        if "格式不规范" in error.message:  # what read_raw makes of an error that no reader foresaw
            note_failure(error.__cause__, data, tally)
    else:
        tally.read += 1
        check_raw(raw)
        check_cut(raw, data, tally)
    seconds = time.thread_time() - started
    if seconds > tally.slowest:
        tally.slowest, tally.slowest_input = seconds, data


def check_refusal(error: UnreadableFileError) -> None:
    assert error.hint
    assert error.message
    assert len(str(error).splitlines()) == 1


def check_raw(raw: RawFile) -> None:
    assert any(line.text.strip() for line in raw.lines)
    for line in raw.lines:
        assert line.number >= 1
        assert clean_characters(line.text) == line.text
        assert "\n" not in line.text
        assert "\r" not in line.text
    assert all(note and "\n" not in note for note in raw.notes)
    assert open_reply(raw_file_reply(raw)) == raw


def check_cut(raw: RawFile, data: bytes, tally: Tally) -> None:
    """What is read can be cut: every line is in a case or among the leftovers, and a case says where it stands."""
    try:
        reading = cut_file(pathlib.Path("材料"), "材料", data, lambda _path, _data: raw)
    except UnreadableFileError as error:
        check_refusal(error)
        if "格式异常" in error.message:
            note_failure(error.__cause__, data, tally)
        return
    assert reading.document is not None
    for case in reading.cases:
        assert case.text == case.span.of(reading.document.text)
        assert 1 <= case.lines[0] <= case.lines[1]
    for change in reading.changes:
        assert change.span.of(reading.document.text).strip()


def note_failure(cause: BaseException | None, data: bytes, tally: Tally) -> None:
    """Count an unforeseen error by where it came from, and keep the shortest input for it."""
    frames = traceback.extract_tb(cause.__traceback__ if cause else None)
    own = [frame for frame in frames if "/corpus/" in frame.filename.replace("\\", "/")]
    where = " > ".join(
        f"{pathlib.Path(frame.filename).name}:{frame.lineno}" for frame in (own[-1], frames[-1])
    )
    key = f"{type(cause).__name__} {where} {cause}"[:160]
    tally.failures[key] += 1
    if len(data) < len(tally.examples.get(key, data + b" ")):
        tally.examples[key] = data


def search(
    kind: str, count: int, number: int | None = None, each: Callable[[bytes], None] | None = None
) -> Tally:
    """Try `count` inputs of a kind; with a number always the same ones."""
    tally = Tally()

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=number is None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs(kind))
    def run(data: bytes) -> None:
        if each:
            each(data)
        try_input(kind, data, tally)

    (seed(number)(run) if number is not None else run)()
    return tally


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--keep", type=pathlib.Path, help="folder for inputs that failed, and for the last one"
    )
    options = parser.parse_args()
    keep = options.keep
    if keep:
        keep.mkdir(parents=True, exist_ok=True)

    def note(data: bytes) -> None:
        if keep:
            (keep / f"last.{options.kind}").write_bytes(data)

    tally = search(options.kind, options.count, options.seed, note)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{options.kind}: {tally.read} read, {tally.refused} refused, slowest {tally.slowest:.2f} s, {peak:.0f} MB\n"
    )
    for at, (key, times) in enumerate(tally.failures.most_common()):
        sys.stdout.write(f"  {times:6d} {key}\n")
        if keep:
            (keep / f"failure{at}.{options.kind}").write_bytes(tally.examples[key])
    if keep:
        (keep / f"slowest.{options.kind}").write_bytes(tally.slowest_input)


if __name__ == "__main__":
    main()
