"""What was fetched lately is kept within its bound, and what is asked for is always right."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from rag.remote.held import Held


@given(st.lists(st.lists(st.integers(0, 12), max_size=4)), st.integers(1, 30))
def test_values_are_right_and_few(asked: list[list[int]], room: int) -> None:
    fetched: list[int] = []

    def fetch(keys: Sequence[int]) -> dict[int, str]:
        fetched.extend(keys)
        return {key: "x" * key for key in keys if key != 7}  # there is no 7

    held: Held[int, str] = Held(room, len)
    for keys in asked:
        assert held.get(keys, fetch) == {key: "x" * key for key in keys if key != 7}
        kept = [size for _, size in held._values.values()]
        assert sum(kept) == held._taken
        assert held._taken <= room or len(kept) == 1


def test_what_was_used_last_stays() -> None:
    fetched: list[int] = []

    def fetch(keys: Sequence[int]) -> dict[int, str]:
        fetched.extend(keys)
        return dict.fromkeys(keys, "字")

    held: Held[int, str] = Held(2, len)
    for key in (1, 2, 1, 3, 1, 2):
        held.get([key], fetch)
    assert fetched == [1, 2, 3, 2]
