"""A built index is written to Milvus whole or not at all, and a publication that was killed goes on."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from invented import Indexed, compilation, indexed
from published import address, asked_at, connected, published, told

from corpus.errors import CorpusIndexError, InputError
from embeddings.milvus import Milvus
from rag.build import publish_index
from rag.remote import layout, publishing
from rag.settings import Settings

pytest.importorskip("pymilvus", reason="没有安装 requirements-milvus.txt")
pytest_plugins = ("indexes", "milvus_servers")
ROOT = Path(__file__).resolve().parent.parent


class StoppedError(Exception):
    """Stands for whatever ends a publication."""


def content(milvus: Milvus) -> dict[str, list[object]]:
    """Every row of the publication that serves, by its key."""
    found: dict[str, list[object]] = {}
    for name in (milvus.serving(), layout.records_name(milvus.serving())):
        milvus.load(name)
        rows = milvus._client.query(name, filter="", limit=16_000, output_fields=["*"])
        found[name] = sorted((str(row["key"]), str(sorted(row.items()))) for row in rows)
    return found


BATCHES = publishing.Batches(passages=3, records=25)


def test_a_publication_stopped_at_any_batch_goes_on(small: Indexed, tmp_path: Path) -> None:
    with connected(address(tmp_path / "whole.db")) as milvus:
        done = publishing.publish(small.folder, milvus, batches=BATCHES)
        whole = content(milvus)
    steps = 0
    with connected(address(tmp_path / "stopped.db")) as milvus:
        written = 0
        while True:
            seen: list[str] = []

            def stop(step: str, _share: float, seen: list[str] = seen) -> None:
                seen.append(step)
                if sum(one.startswith("写") for one in seen) == 4:  # three more batches in each run
                    raise StoppedError

            try:
                written += publishing.publish(small.folder, milvus, stop, batches=BATCHES).written
            except StoppedError:
                steps += 1
                assert milvus.serving() == ""  # nothing is seen of what is not complete
            else:
                break
        assert content(milvus) == whole
    assert steps > 2
    assert 0 < written < done.written  # the last run did not begin anew


def test_a_killed_program_loses_nothing(small: Indexed, tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import os, pathlib, sys
        from embeddings.milvus import Milvus
        from embeddings.milvus_address import address_of
        from rag.remote import publishing
        def kill(step, share):
            if step.startswith("写入段落 7/"):
                os.kill(os.getpid(), 9)
        publishing.publish(pathlib.Path(sys.argv[1]), Milvus(address_of(sys.argv[2])), kill,
                           batches=publishing.Batches(7, 20))
    """)
    place = address(tmp_path / "killed.db")
    ended = subprocess.run([sys.executable, "-c", program, small.folder, str(place)], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    done = publish_index(small.folder, place, Settings())
    with connected(place) as milvus:
        assert milvus.serving() == done.collection
        milvus.load(done.collection)
        assert milvus.count(done.collection) == done.passages == small.report.chunks


def test_the_next_publication_takes_the_place_of_the_one_before(small: Indexed, tmp_path: Path) -> None:
    sources = tmp_path / "新"
    sources.mkdir()
    (sources / "选编.txt").write_text(compilation().replace("5天", "6天"), encoding="utf-8")
    fresh = indexed(sources, tmp_path / "index")
    place = address(tmp_path / "two.db")
    before = published(small, place)
    question = "清溪县企业开办由几天压缩到1天？"
    assert "5天" in before.ask(question).text
    with connected(place) as milvus:
        with pytest.raises(StoppedError):
            publishing.publish(fresh.folder, milvus, stop_at("写完"))
        assert "5天" in before.ask(question).text
        done = publishing.publish(fresh.folder, milvus)
        assert milvus.names() == [done.collection, layout.records_name(done.collection)]
        # Who answered from the old one finds the new one by itself.
        assert told(before, question) == told(fresh.assistant, question)
        assert tuple(before.cases) == fresh.assistant.cases
        assert publishing.publish(fresh.folder, milvus).written == 0


def stop_at(beginning: str) -> publishing.Progress:
    def stop(step: str, _share: float) -> None:
        if step.startswith(beginning):
            raise StoppedError

    return stop


def test_what_others_keep_in_milvus_is_left_alone(small: Indexed, milvus_server: str) -> None:
    place = address(milvus_server, "taken")
    with connected(place) as milvus:
        milvus.create_records("taken")
        milvus.create_records("taken_2")
        with pytest.raises(InputError, match="--collection"):
            publishing.publish(small.folder, milvus)
        publishing.publish(small.folder, Milvus(address(milvus_server, "other")))
        assert {"taken", "taken_2"} <= set(milvus.names())


def test_another_version_is_told(small: Indexed, tmp_path: Path) -> None:
    place = address(tmp_path / "old.db")
    done = publish_index(small.folder, place, Settings())
    with connected(place) as milvus:
        records = layout.records_name(done.collection)
        milvus.load(records)
        milvus.insert(
            records, list(layout.pieces_of(layout.MANIFEST, '{"format": 99, "tokens": ""}')), again=True
        )
    with pytest.raises(CorpusIndexError, match=r"另一个版本.*publish"):
        asked_at(place)
