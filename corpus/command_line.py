"""Command lines that speak Chinese throughout, shared by every `python -m …` of the project."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from corpus.errors import CaseQAError

FAILED = 2

_ENGLISH = (
    ("unrecognized arguments:", "不认识的参数"),
    ("the following arguments are required:", "缺少"),
    ("expected one argument", "后面要写一个值"),
    ("expected at least one argument", "后面至少要写一个值"),
    ("invalid choice:", "不认识"),
    ("invalid int value:", "应是整数，不是"),
    ("argument ", "参数 "),
)


class ChineseParser(argparse.ArgumentParser):
    """An argument parser whose help is Chinese and whose every error is one Chinese line and exit status 2."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", _Help)
        super().__init__(add_help=False, **options)
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def run(self, arguments: Sequence[str] | None) -> int:
        """Run the command that `arguments` name; returns the exit status, a `CaseQAError` told in one line.

        Each subcommand sets `command`, a function of the parsed options.
        """
        options = self.parse_args(arguments)
        try:
            options.command(options)
        except CaseQAError as error:
            sys.stderr.write(f"{error}\n")
            return FAILED
        return 0

    def error(self, message: str) -> NoReturn:
        """Print what is wrong in one line and leave with status 2."""
        for english, chinese in _ENGLISH:
            message = message.replace(english, chinese)
        message = message.split(" (choose from")[0]
        self.exit(FAILED, f"命令写得不对：{' '.join(message.split())}。用法见：{self.prog} --help\n")


class _Help(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)
