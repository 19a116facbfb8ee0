"""So many in so much time, sessions, and who may come in, with a clock of the tests' own."""

from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_server import NAME, PASSWORD, account_file, quick

from ui.office.accounts import Accounts, drop_account, keep_account
from ui.office.keeper import WRONG_TRIES, Keeper
from ui.office.keeper import given as credentials
from ui.office.limits import TooManyError, Window, in_words
from ui.office.sessions import IDLE, LONGEST, Sessions


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.integers(1, 5), st.lists(st.floats(0, 30), min_size=1, max_size=40))
def test_no_window_ever_holds_more_than_allowed(most: int, pauses: list[float]) -> None:
    clock = Clock()
    window = Window(most, 60, clock)
    taken: list[float] = []
    for pause in pauses:
        clock.now += pause
        wait = window.take("a")
        if wait:
            clock.now += wait / 2
            assert window.wait("a") > 0
        else:
            taken.append(clock.now)
    for start in taken:
        assert sum(start <= time < start + 60 for time in taken) <= most


def test_whoever_waits_as_told_may_come() -> None:
    clock = Clock()
    window = Window(2, 60, clock)
    assert window.take("a") == window.take("a") == 0
    assert window.take("b") == 0
    clock.now = 10
    assert window.take("a") == 50
    clock.now = 60
    assert window.take("a") == 0


def test_what_is_marked_can_be_taken_back() -> None:
    window = Window(2, 60, Clock())
    window.add("a", "x")
    window.add("a", "y")
    assert window.wait("a") == 60
    window.forget("a", "x")
    assert window.wait("a") == 0
    window.add("a", "z")
    assert window.wait("a") == 60


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.1, "1 秒"), (59.5, "60 秒"), (99, "99 秒"), (100, "2 分钟"), (900, "15 分钟")]
)
def test_waiting_is_told_in_words(seconds: float, said: str) -> None:
    assert in_words(seconds) == said


def test_a_session_ends_after_silence_after_a_week_and_when_told() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    secret = quick(PASSWORD)
    token = sessions.begin(NAME, secret)
    assert len(token) >= 43  # 256 bits in base64
    assert token != sessions.begin(NAME, secret)
    assert sessions.find(token + "x") is None
    used = 0
    while clock.now + IDLE - 1 < LONGEST:
        clock.now += IDLE - 1
        found = sessions.find(token)
        assert found is not None
        assert found.name == NAME
        used += 1
    assert used > 10
    clock.now += IDLE - 1
    assert sessions.find(token) is None
    silent = sessions.begin(NAME, secret)
    clock.now += IDLE - 1
    assert (
        sessions.find(silent, used=False) is not None
    )  # an open page that looks by itself keeps nobody logged in
    clock.now += 1
    assert sessions.find(silent) is None
    left = sessions.begin(NAME, secret)
    sessions.end(left)
    assert sessions.find(left) is None


def keeper(tmp_path: Path, clock: Clock) -> Keeper:
    return Keeper(Accounts(account_file(tmp_path, {NAME: PASSWORD})), Window(WRONG_TRIES, 900, clock))


def enters(
    keeping: Keeper, name: str, password: str, address: str = "10.0.0.1", *, repeated: bool = False
) -> bool:
    async def one() -> bool:
        return await keeping.account(name, password, address, repeated=repeated) is not None

    return anyio.run(one)


@pytest.mark.parametrize("name", [NAME, "没有的人", "不 能 用:的名字"])
def test_after_five_wrong_tries_a_name_has_to_wait_whether_it_exists_or_not(
    tmp_path: Path, name: str
) -> None:
    clock = Clock()
    keeping = keeper(tmp_path, clock)
    for number in range(WRONG_TRIES):
        assert not enters(keeping, name, "wrong word", f"10.0.0.{number}")
    with pytest.raises(TooManyError, match=r"试错的次数太多.*15 分钟") as caught:
        enters(keeping, name, PASSWORD, "10.0.9.9")
    assert caught.value.wait == 900
    clock.now = 900
    assert enters(keeping, name, PASSWORD, "10.0.9.9") is (name == NAME)


def test_a_name_that_does_not_exist_costs_the_same_check(tmp_path: Path) -> None:
    keeping = keeper(tmp_path, Clock())
    real, stand_in = keeping.accounts.now()[NAME], keeping._nobody
    assert (real.cost, real.block, real.parallel) == (stand_in.cost, stand_in.block, stand_in.parallel)
    assert not stand_in.fits("")


def test_an_address_has_to_wait_whatever_names_it_tries(tmp_path: Path) -> None:
    keeping = keeper(tmp_path, Clock())
    for number in range(WRONG_TRIES):
        assert not enters(keeping, f"name{number}", "wrong word")
    with pytest.raises(TooManyError):
        enters(keeping, NAME, PASSWORD)
    assert enters(keeping, NAME, PASSWORD, "10.0.0.2")


def test_tries_of_somebody_who_gets_in_after_all_are_no_burden_for_the_others(tmp_path: Path) -> None:
    keeping = keeper(tmp_path, Clock())
    for _ in range(3):
        for _ in range(WRONG_TRIES - 1):
            assert not enters(keeping, NAME, "wrong word")
        assert enters(keeping, NAME, PASSWORD)


def test_a_program_that_was_let_in_goes_on_while_others_guess_its_name(tmp_path: Path) -> None:
    keeping = keeper(tmp_path, Clock())
    assert enters(keeping, NAME, PASSWORD, "10.0.0.7", repeated=True)
    for number in range(WRONG_TRIES):
        assert not enters(keeping, NAME, "wrong word", f"10.0.1.{number}")
    assert enters(keeping, NAME, PASSWORD, "10.0.0.7", repeated=True)
    with pytest.raises(TooManyError):
        enters(keeping, NAME, PASSWORD, "10.0.0.8", repeated=True)


def test_a_login_takes_nothing_back_of_what_others_guessed_elsewhere(tmp_path: Path) -> None:
    keeping = keeper(tmp_path, Clock())
    for number in range(WRONG_TRIES - 1):
        assert not enters(keeping, NAME, "wrong word", f"10.0.1.{number}")
    assert enters(keeping, NAME, PASSWORD, "10.0.0.7")
    assert not enters(keeping, NAME, "wrong word", "10.0.1.9")
    with pytest.raises(TooManyError):
        enters(keeping, NAME, PASSWORD, "10.0.1.10")


def test_what_is_remembered_ends_with_the_account_and_with_the_password(tmp_path: Path) -> None:
    keeping = keeper(tmp_path, Clock())
    assert enters(keeping, NAME, PASSWORD, repeated=True)
    keep_account(keeping.accounts.path, NAME, quick("second word 2"))
    assert not enters(keeping, NAME, PASSWORD, repeated=True)
    assert enters(keeping, NAME, "second word 2", repeated=True)
    drop_account(keeping.accounts.path, NAME)
    assert not enters(keeping, NAME, "second word 2", repeated=True)


@pytest.mark.parametrize(
    ("header", "pair"),
    [
        ("Basic YTpiOmM=", ("a", "b:c")),
        ("bearer a:b c", ("a", "b c")),
        ("Bearer 张三:口令".encode().decode("latin-1"), ("张三", "口令")),
        ("Basic !!!", None),
        ("Basic YWJj", None),
        ("Bearer sk-12345", None),
        ("Digest a:b", None),
        ("", None),
    ],
)
def test_headers_are_read(header: str, pair: tuple[str, str] | None) -> None:
    assert credentials(header) == pair


@given(st.text(st.characters(max_codepoint=255)))
def test_no_header_is_too_odd(header: str) -> None:
    for scheme in ("Basic ", "Bearer ", ""):
        found = credentials(scheme + header)
        assert found is None or len(found) == 2
