"""`python -m ui account`: who may log in."""

from __future__ import annotations

import argparse
import getpass
import pathlib
import sys

from corpus.command_line import ChineseParser
from corpus.errors import InputError
from rag.settings import load_settings
from ui.office.accounts import drop_account, keep_account, name_of, open_to_others, read_accounts
from ui.office.passwords import SHORTEST, secret_of


def run(words: list[str]) -> int:
    """Run the command that `words` name; the exit status."""
    parser = ChineseParser(prog="python -m ui account", description="管理能登录网页和接口的账号。")
    parser.add_argument(
        "--auth-file", metavar="账号文件", type=pathlib.Path, help="账号文件，默认用设置里的 auth_file"
    )
    commands = parser.add_subparsers(metavar="命令", required=True, dest="命令")
    add = commands.add_parser("add", help="建立账号，或者给已有的账号换口令；没有账号文件就新建一个")
    add.add_argument("name", metavar="姓名", help="账号名：汉字、字母、数字或 . @ _ -")
    add.set_defaults(command=_add)
    remove = commands.add_parser("remove", help="删去账号，正在使用的也马上退出")
    remove.add_argument("name", metavar="姓名", help="账号名")
    remove.set_defaults(command=_remove)
    commands.add_parser("list", help="列出账号").set_defaults(command=_list)
    return parser.run(words)


def _file(options: argparse.Namespace) -> pathlib.Path:
    path = options.auth_file or load_settings().auth_file
    if path is None:
        raise InputError("没有写明账号文件", hint="请加上 --auth-file 账号文件，或者在设置里写 auth_file")
    return pathlib.Path(path)


def _add(options: argparse.Namespace) -> None:
    path, name = _file(options), name_of(options.name)
    known = keep_account(path, name, secret_of(_password(name)))
    sys.stdout.write(f"已给账号换了口令：{name}\n" if known else f"已建立账号：{name}\n")
    if open_to_others(path):
        sys.stderr.write(f"注意：这台机器上的其他用户也能读账号文件：{path}\n")


def _password(name: str) -> str:
    """The password, asked for twice where somebody sits at a terminal, else the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(f"{name} 的口令（至少 {SHORTEST} 个字符，打字时不显示）：")
    if getpass.getpass("再打一遍：") != first:
        raise InputError("两遍口令不一样", hint="请重新运行这条命令")
    return first


def _remove(options: argparse.Namespace) -> None:
    drop_account(_file(options), options.name)
    sys.stdout.write(f"已删去账号：{options.name}\n")


def _list(options: argparse.Namespace) -> None:
    for name in read_accounts(_file(options)):
        sys.stdout.write(f"{name}\n")
