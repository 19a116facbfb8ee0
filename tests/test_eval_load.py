"""The load tool asks at both doors of a real server; no time is judged."""

import json
import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_server import office_server
from test_ui_sample import BROKEN_QUESTION, SampleAssistant

from corpus.errors import InputError
from eval.__main__ import main
from eval.load import DOORS, Load, load_object, measure, percentile
from eval.load_doors import Timing

QUESTIONS = ["企业开办要几天？", BROKEN_QUESTION, "注销公告几天？"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with office_server(SampleAssistant(), questions_per_minute=0) as served:
        yield served.url.rstrip("/")


@pytest.mark.parametrize("door", DOORS)
def test_users_ask_together_and_every_answer_is_timed(url: str, door: str) -> None:
    load = measure(door, url, ["企业开办要几天？", "注销公告几天？"], users=2, seconds=60, each=2)
    assert load.errors == ()
    assert len(load.timings) == 4
    assert all(0 < one.first <= one.whole <= load.seconds for one in load.timings)


def test_refused_questions_are_counted_at_the_chat_door(url: str) -> None:
    load = measure("chat", url, QUESTIONS, users=1, seconds=60, each=3)
    assert len(load.timings) == 3
    assert len(load.errors) == 1


def test_time_ends_the_loop(url: str) -> None:
    assert measure("chat", url, QUESTIONS, users=2, seconds=0).timings == ()


def test_command_prints_one_and_many_users(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["load", "--address", url, "--users", "2", "--each", "1", "--door", "chat"]
    status = main([*command, "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert [(row["door"], row["users"], row["questions"]) for row in rows] == [("chat", 1, 1), ("chat", 2, 2)]
    assert status == 0
    assert main(command) == 0
    assert "首字95%" in capsys.readouterr().out


@pytest.mark.parametrize(
    "address", ["http://192.0.2.1:7860", "https://example.invalid", "127.0.0.1:7860", "http://127.0.0.1:9"]
)
def test_only_this_machine_is_measured(
    address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.load._LOOK_SECONDS", 0.1)
    assert main(["load", "--address", address, "--users", "2"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_where_there_is_no_page_none_is_measured() -> None:
    with pytest.raises(InputError, match="没有可以提问的网页"):
        measure("page", "http://127.0.0.1:9", QUESTIONS, users=1, seconds=1)


@given(st.lists(st.floats(0, 100), min_size=1), st.integers(1, 100))
def test_percentile_is_the_nearest_rank(values: list[float], percent: int) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= math.ceil(len(values) * percent / 100)
    assert sum(value < found for value in values) < len(values) * percent / 100


def test_failed_questions_do_not_make_it_look_faster() -> None:
    load = Load("chat", 2, (Timing(0.5, 1.0), Timing(0.0, 0.1, "503"), Timing(0.7, 2.0)), 3.0, 1.0)
    (row,) = load_object([load])
    assert (row["questions"], row["errors"]) == (3, ["503"])
    assert (row["first_p50"], row["first_p95"], row["whole_p95"]) == (0.5, 0.7, 2.0)
    assert load_object([Load("page", 1, (), 0.0, 0.0)])[0]["first_p95"] == 0.0
