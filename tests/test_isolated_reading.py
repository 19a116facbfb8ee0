"""Files that exhaust, hang or kill what reads them cost only themselves."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

import pytest
from fuzz_samples import KINDS, packed, samples
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InputError, UnreadableFileError
from corpus.reading import Allowance, IsolatedReader, read_raw
from corpus.reading.messages import MessageError, open_reply, raw_file_reply
from corpus.types import Line, RawFile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXT = pathlib.Path("材料.txt")
PLAIN = "办理时限压缩到两天。".encode()
ENDLESS = b"*a **a " * 500_000  # Markdown whose marks never pair: takes a parser hours
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc, or sets a limit of memory")
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="no such signals on Windows")


def file_of(kind: str) -> bytes:
    parts = samples(kind)
    return (
        packed(("word/document.xml", parts[0]), ("word/styles.xml", parts[1])) if kind == "docx" else parts[0]
    )


def is_running(process: int) -> bool:
    try:
        state = (
            pathlib.Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        )
    except OSError:
        return False
    return state not in "ZX"


def scratch_of(process: int) -> pathlib.Path:
    """The folder for temporary files of a child."""
    environment = pathlib.Path(f"/proc/{process}/environ").read_bytes().decode()
    return pathlib.Path(re.search("TMPDIR=([^\0]+)", environment)[1])


def has_ended(process: int) -> bool:
    """Whether a process ends within a while."""
    for _ in range(300):
        if not is_running(process):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_reads_the_same_in_the_child(kind: str) -> None:
    path, data = pathlib.Path(f"材料.{kind}"), file_of(kind)
    with IsolatedReader() as reader:
        assert reader.read(path, data) == read_raw(path, data)


def test_a_file_on_disk_is_read(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "甲.txt"
    path.write_bytes(PLAIN)
    with IsolatedReader() as reader:
        assert reader.read(path) == read_raw(path)


@pytest.mark.parametrize(("name", "data"), [("表.xlsx", b"x"), ("坏.pdf", b"%PDF-1.4"), ("空.txt", b" ")])
def test_a_refusal_comes_through_in_its_own_words(name: str, data: bytes) -> None:
    with pytest.raises(UnreadableFileError) as plain:
        read_raw(pathlib.Path(name), data)
    with IsolatedReader() as reader, pytest.raises(UnreadableFileError) as isolated:
        reader.read(pathlib.Path(name), data)
    assert str(isolated.value) == str(plain.value)


def test_no_process_before_the_first_file_and_one_for_many() -> None:
    with IsolatedReader(Allowance(files=2)) as reader:
        assert reader.process_id is None
        numbers = []
        for _ in range(3):
            reader.read(TEXT, PLAIN)
            numbers.append(reader.process_id)
    assert numbers[0] == numbers[1] != numbers[2]
    assert reader.process_id is None


def refused_and_goes_on(reader: IsolatedReader, name: str, data: bytes) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        reader.read(pathlib.Path(name), data)
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.hint
    assert reader.read(TEXT, PLAIN).lines[0].text == PLAIN.decode()
    return caught.value.message


def test_a_file_without_end_is_refused_and_the_next_one_read() -> None:
    with IsolatedReader(Allowance(seconds=3)) as reader:
        assert "3 秒" in refused_and_goes_on(reader, "无尽.md", ENDLESS)


@LINUX
def test_a_file_that_needs_too_much_memory_is_refused_and_the_next_one_read() -> None:
    rows = b"<w:p><w:r><w:t>1</w:t></w:r></w:p>" * 60_000
    body = b'<w:document xmlns:w="urn:w"><w:body>' + rows + b"</w:body></w:document>"
    with IsolatedReader(Allowance(memory_bytes=64 * 1024 * 1024)) as reader:
        assert "内存" in refused_and_goes_on(reader, "大.docx", packed(("word/document.xml", body)))
        assert "内存" in refused_and_goes_on(reader, "大.txt", b"a" * 40_000_000)


@POSIX
def test_a_child_that_dies_in_the_middle_costs_that_file() -> None:
    with IsolatedReader() as reader:
        reader.read(TEXT, PLAIN)
        process = reader.process_id
        assert process is not None
        killer = threading.Timer(0.5, os.kill, (process, signal.SIGSEGV))
        killer.start()
        assert "意外退出" in refused_and_goes_on(reader, "无尽.md", ENDLESS)
        killer.join()
        assert reader.process_id != process


@POSIX
def test_a_child_that_died_between_files_costs_nothing() -> None:
    with IsolatedReader() as reader:
        reader.read(TEXT, PLAIN)
        assert reader.process_id is not None
        os.kill(reader.process_id, signal.SIGKILL)
        os.waitid(os.P_PID, reader.process_id, os.WEXITED | os.WNOWAIT)
        assert reader.read(TEXT, PLAIN).lines


@LINUX
def test_a_child_that_cannot_start_is_no_fault_of_the_file() -> None:
    with IsolatedReader(Allowance(memory_bytes=1)) as reader, pytest.raises(InputError) as caught:
        reader.read(TEXT, PLAIN)
    assert not isinstance(caught.value, UnreadableFileError)
    assert "无法启动" in caught.value.message


@LINUX
def test_the_child_has_no_secrets_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASE_QA_CHAT_API_KEY", "geheim")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:geheim@127.0.0.1:9")
    with IsolatedReader() as reader:
        reader.read(TEXT, PLAIN)
        process = reader.process_id
        environment = pathlib.Path(f"/proc/{process}/environ").read_bytes().decode()
        scratch = scratch_of(process)
        assert scratch.is_dir()
    assert "geheim" not in environment
    assert "PATH=" in environment
    assert not scratch.exists()
    assert not is_running(process)


PARENT = f"""
import pathlib, sys, threading
sys.path.insert(0, {str(ROOT)!r})
from corpus.reading import IsolatedReader
with IsolatedReader() as reader:
    reader.read(pathlib.Path("a.txt"), b"text")
    threading.Timer(0.5, lambda: print(reader.process_id, flush=True)).start()
    reader.read(pathlib.Path("a.md"), b"*a **a " * 500_000)
"""


@LINUX
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_child_outlives_its_parent(how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        child = int(parent.stdout.readline())
        assert is_running(child)
        scratch = scratch_of(child)
        parent.send_signal(how)
        parent.wait(60)
    assert has_ended(child)
    assert not scratch.exists()


@LINUX
def test_the_child_stays_small() -> None:
    code = (
        "import pathlib, sys\nimport corpus.reading.worker\nfrom corpus.reading import read_raw\n"
        "for name in sys.argv[1:]:\n    read_raw(pathlib.Path(name))\n"
        "print(*{'numpy', 'jieba', 'faiss', 'torch', 'socket', 'multiprocessing'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


LINES = st.builds(
    Line,
    number=st.integers(1, 10**6),
    text=st.text(st.characters(exclude_categories=())),
    level=st.integers(0, 9),
    emphasised=st.booleans(),
    contents=st.booleans(),
    page_start=st.booleans(),
    prominence=st.integers(0, 3),
)
PAIRS = st.lists(st.tuples(st.text(), st.text())).map(tuple)
RAW_FILES = st.builds(
    RawFile,
    lines=st.lists(LINES).map(tuple),
    unit=st.sampled_from(("line", "paragraph", "page")),
    encoding=st.text(),
    metadata=PAIRS,
    notes=st.lists(st.text()).map(tuple),
)


@given(RAW_FILES)
def test_what_a_reader_found_arrives_whole(raw: RawFile) -> None:
    assert open_reply(raw_file_reply(raw)) == raw


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"raw": {}}',
        b'{"refused": ["x"]}',
        b'{"raw": {"lines": [], "unit": "byte", "encoding": "", "metadata": [], "notes": []}}',
        b'{"raw": {"lines": [[0, "x", 0, false, false, false, 0]], "unit": "line", "encoding": "", "metadata": [], "notes": []}}',
        b'{"raw": {"lines": [[1, 5, 0, false, false, false, 0]], "unit": "line", "encoding": "", "metadata": [], "notes": []}}',
        b'{"raw": {"lines": [[1, "x"]], "unit": "line", "encoding": "", "metadata": [], "notes": []}}',
        b'{"raw": {"lines": [], "unit": "line", "encoding": "", "metadata": [], "notes": [5]}}',
    ],
)
def test_any_other_reply_is_no_reply(payload: bytes) -> None:
    with pytest.raises(MessageError):
        open_reply(payload)
