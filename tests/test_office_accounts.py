"""Accounts: how passwords are kept, the account file, and `python -m ui account`."""

import io
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office_server import account_file, quick

from corpus.errors import InputError
from ui.__main__ import main
from ui.office.accounts import Accounts, drop_account, keep_account, open_to_others, read_accounts
from ui.office.passwords import read_secret, secret_of

WORD = "correct horse 9"


def test_a_password_fits_itself_alone_and_is_not_in_what_is_written() -> None:
    secret = quick(WORD)
    assert secret.fits(WORD)
    assert not secret.fits(WORD + " ")
    assert not secret.fits("")
    assert WORD not in secret.written()
    assert WORD not in repr(secret)


def test_equal_passwords_are_written_differently() -> None:
    assert quick(WORD).written() != quick(WORD).written()


def test_by_default_a_check_is_as_dear_as_recommended() -> None:
    secret = secret_of(WORD)
    assert (secret.cost, secret.block, secret.parallel) == (15, 8, 3)


def test_a_character_may_be_typed_in_either_form() -> None:
    assert quick("caf\u00e9 au lait").fits("cafe\u0301 au lait")


@settings(max_examples=8, deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P"]), min_size=8, max_size=20))
def test_what_is_written_is_read_again(password: str) -> None:
    if len(set(password)) < 3:
        with pytest.raises(InputError):
            quick(password)
        return
    secret = quick(password)
    again = read_secret(secret.written())
    assert again == secret
    assert again.fits(password)


@pytest.mark.parametrize("password", ["", "short-7", "aaaaaaaaaaaa", "new\nline word", "x1y" * 100])
def test_weak_or_odd_passwords_are_refused(password: str) -> None:
    with pytest.raises(InputError) as caught:
        secret_of(password)
    assert caught.value.hint
    assert not password or password not in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "张三",
        "张三:plain-password",
        "张三:md5:15:8:3:AAAAAAAAAAAAAAAA:AAAA",
        "张三:scrypt:40:8:3:{salt}:{digest}",
        "张三:scrypt:14:x:1:{salt}:{digest}",
        "张三:scrypt:14:8:1:{salt}:not base64!",
        "张三:scrypt:14:8:1::{digest}",
        "张 三:scrypt:14:8:1:{salt}:{digest}",
        ":scrypt:14:8:1:{salt}:{digest}",
    ],
)
def test_a_broken_line_is_told_by_its_number_and_not_shown(tmp_path: Path, line: str) -> None:
    path = account_file(tmp_path, {"李四": WORD})
    salt, digest = path.read_text(encoding="utf-8").strip().split(":")[-2:]
    with path.open("a", encoding="utf-8") as file:
        file.write("# 说明\n\n" + line.format(salt=salt, digest=digest) + "\n")
    with pytest.raises(InputError, match="第 4 行") as caught:
        read_accounts(path)
    assert "plain-password" not in str(caught.value)


def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    path = account_file(tmp_path, {"李四": WORD})
    path.write_text(path.read_text(encoding="utf-8") * 2, encoding="utf-8")
    with pytest.raises(InputError, match="第 2 行"):
        read_accounts(path)


def test_comments_and_other_accounts_stay_when_one_changes(tmp_path: Path) -> None:
    path = account_file(tmp_path, {"李四": WORD})
    path.write_text("# 营商办\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert not keep_account(path, "王五", quick("third word 3"))
    assert keep_account(path, "李四", quick("second word 2"))
    accounts = read_accounts(path)
    assert accounts["李四"].fits("second word 2")
    assert not accounts["李四"].fits(WORD)
    drop_account(path, "王五")
    assert list(read_accounts(path)) == ["李四"]
    assert path.read_text(encoding="utf-8").startswith("# 营商办\n")
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    with pytest.raises(InputError, match="王五"):
        drop_account(path, "王五")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    path = account_file(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not open_to_others(path)
    path.chmod(0o644)
    assert open_to_others(path)


def test_a_changed_file_is_read_again_and_a_broken_one_lets_nobody_in(tmp_path: Path) -> None:
    path = account_file(tmp_path, {"李四": WORD})
    accounts = Accounts(path)
    assert list(accounts.now()) == ["李四"]
    keep_account(path, "王五", quick("third word 3"))
    assert list(accounts.now()) == ["李四", "王五"]
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole + "坏行\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(InputError, match="第 3 行"):
            accounts.now()
    path.unlink()
    with pytest.raises(InputError, match="没有这个账号文件"):
        accounts.now()
    path.write_text(whole, encoding="utf-8")
    assert list(accounts.now()) == ["李四", "王五"]


def run(monkeypatch: pytest.MonkeyPatch, path: Path, *words: str, typed: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["account", "--auth-file", str(path), *words])


def test_accounts_are_made_listed_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "账号"
    assert run(monkeypatch, path, "add", "张三", typed=WORD + "\n") == 0
    assert run(monkeypatch, path, "add", "li.si@county", typed=WORD + "\r\n") == 0
    assert read_accounts(path)["张三"].fits(WORD)
    assert read_accounts(path)["li.si@county"].fits(WORD)
    capsys.readouterr()
    assert run(monkeypatch, path, "list") == 0
    assert capsys.readouterr().out == "张三\nli.si@county\n"
    assert run(monkeypatch, path, "remove", "张三") == 0
    assert list(read_accounts(path)) == ["li.si@county"]
    assert WORD not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "张三"], "口令太短"),
        (["add", "张 三"], "账号名"),
        (["add", "a:b"], "账号名"),
        (["remove", "张三"], "没有这个账号文件"),
        (["list"], "没有这个账号文件"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    assert run(monkeypatch, tmp_path / "账号", *words, typed="short\n") == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_file_has_to_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "空.toml"
    file.write_text("", encoding="utf-8")
    monkeypatch.setenv("CASE_QA_SETTINGS", str(file))
    assert main(["account", "list"]) == 2
    assert "--auth-file" in capsys.readouterr().err
