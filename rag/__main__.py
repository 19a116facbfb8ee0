"""The command line: python -m rag index | publish | ask | search | cases | changes | verify | doctor."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pathlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from corpus.command_line import FAILED, ChineseParser
from corpus.errors import CaseQAError, InputError
from rag.assistant import Assistant
from rag.changes import changes_json, changes_table, filtered, sorted_by_speed
from rag.doctor import findings
from rag.exporting import checked_path, write_export
from rag.output import answer_object, case_object, hit_object
from rag.progress import Progress
from rag.remote.command import describe, in_words, run
from rag.settings import Settings, load_settings
from rag.store import quoted
from rag.tables import answer_for_people, cases_table, health_report, hits_table, table

DEFAULT_INDEX = pathlib.Path("case-index")


def _fail(line: str) -> NoReturn:
    print(line, file=sys.stderr)
    raise SystemExit(FAILED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        # A Windows console may speak another code page; what is printed is always UTF-8.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except CaseQAError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("已中断；原来的索引没有改动。")
    except MemoryError:
        _fail("内存不够。请关掉别的程序再试；原来的索引没有改动")
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        _fail(f"文件操作失败：{error.filename or '磁盘'}。请检查路径、权限和磁盘空间")


class _Parser(ChineseParser):
    """Tells how to ask a question that looks like an option."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong in one line and leave with status 2."""
        if "unrecognized arguments: -" in message or message.endswith("required: QUESTION"):
            message += "（问题以 - 开头时，放在最后并在前面加上 --）"
        super().error(message)


def _parser() -> ChineseParser:
    parser = _Parser(prog="python -m rag", description="优化营商环境案例问答：建索引、提问、检索。")
    commands = parser.add_subparsers(title="命令", required=True, parser_class=_Parser)

    def add(
        name: str, command: Callable[[argparse.Namespace], int], description: str
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=description, description=description)
        made.set_defaults(command=command)
        made.add_argument("--index", type=pathlib.Path, metavar="DIR", help="索引文件夹；不写则用内置案例库")
        made.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")
        return made

    index = add("index", _index, "把文件和文件夹收录成索引，并逐个文件报告情况")
    index.add_argument("paths", nargs="+", type=pathlib.Path, metavar="PATH", help="文件或文件夹")
    describe(add("publish", _publish, "把建好的索引发布到 Milvus，供许多台问答服务器共用"))
    ask = add("ask", _ask, "提问，得到每句都注明出处的回答")
    ask.add_argument("question", nargs="?", metavar="QUESTION", help="问题")
    ask.add_argument(
        "--batch",
        type=pathlib.Path,
        metavar="FILE",
        help='JSON Lines 文件，每行一个 {"question": …}；先检查全部问题，有一个空的或太长的就指出行号、一个也不回答',
    )
    ask.add_argument("--no-llm", action="store_true", help="只用内置的摘句作答")
    ask.add_argument(
        "--out", type=pathlib.Path, metavar="FILE", help="把回答另存为 .docx、.md、.xlsx 或 .csv 文件"
    )
    ask.add_argument("--chat-base-url", metavar="URL", help="对话模型的地址，例如 http://127.0.0.1:8000/v1")
    ask.add_argument("--chat-model", metavar="NAME", help="对话模型的名称")
    ask.add_argument("--chat-api-key", metavar="KEY", help="对话模型的密钥；写在设置文件或环境变量里更稳妥")
    search = add("search", _search, "检索案例，次序与提问时相同")
    search.add_argument("question", metavar="QUESTION", help="问题")
    add("cases", _cases, "列出索引里的全部案例")
    changes = add("changes", _changes, "列出案例里写明的时限、环节、材料、跑动和比例：原来多少、现在多少")
    changes.add_argument("--matter", default="", metavar="M", help="事项，例如：企业开办")
    changes.add_argument("--place", default="", metavar="P", help="地方，例如：余杭")
    changes.add_argument("--aspect", default="", metavar="A", help="方面：时间、环节、材料、跑动、比例")
    changes.add_argument(
        "--sort", choices=("case", "speed"), default="case", help="次序：case 按案例，speed 从快到慢"
    )
    verify = commands.add_parser(
        "verify", help="核对句子是否有引文支持", description="核对句子是否有引文支持"
    )
    verify.set_defaults(command=_verify)
    verify.add_argument(
        "--batch",
        type=pathlib.Path,
        required=True,
        metavar="FILE",
        help='JSON Lines 文件，每行一个 {"sentence": 句子, "quotes": [引文]}',
    )
    verify.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")
    add("doctor", _doctor, "检查安装、编码器和是否会联网")
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    chat = {name: getattr(options, name, None) for name in ("chat_base_url", "chat_model", "chat_api_key")}
    if getattr(options, "no_llm", False):
        chat = {"chat_base_url": "", "chat_model": ""}
    return load_settings(index=options.index, **chat)


def _assistant(options: argparse.Namespace) -> Assistant:
    from rag.build import open_assistant

    with Progress(sys.stderr) as progress:
        return open_assistant(_settings(options), progress)


def _index(options: argparse.Namespace) -> int:
    from rag.build import index_files
    from rag.indexing import NothingReadError

    settings = _settings(options)
    folder = settings.index or DEFAULT_INDEX
    try:
        with Progress(sys.stderr) as progress:
            report = index_files(options.paths, folder, settings, progress)
    except NothingReadError as error:
        print(_dump(error.reports) if options.json else health_report(error.reports))
        raise
    if options.json:
        print(
            _dump(
                {
                    "index": folder.as_posix(),
                    "cases": report.cases,
                    "chunks": report.chunks,
                    "reused": report.reused,
                    "encoder": report.encoder,
                    "files": report.files,
                }
            )
        )
        return 0
    print(health_report(report.files))
    print(
        f"\n共收录 {report.cases} 个案例（{report.chunks} 段），{report.reused} 个文件没有变化、直接沿用。索引：{folder}"
    )
    print(f'现在可以提问：python -m rag ask "问题" --index {quoted(folder)}')
    return 0


def _publish(options: argparse.Namespace) -> int:
    settings = _settings(options)
    with Progress(sys.stderr) as progress:
        told = run(options, settings.index or DEFAULT_INDEX, settings, progress)
    print(_dump(told) if options.json else in_words(told))
    return 0


def _ask(options: argparse.Namespace) -> int:
    if (options.question is None) == (options.batch is None):
        raise InputError(
            "请写一个问题，或用 --batch 指定问题文件",
            hint='例如：python -m rag ask "企业开办最快几小时办结？"',
        )
    if options.batch is not None:
        if options.out is not None:
            raise InputError("--out 只存一个问题的回答", hint="成批提问请用 --json 并把输出存成文件")
        questions = list(_batch(options.batch))
        assistant = _assistant(options)
        for number, question in questions:
            _check(assistant, number, question)
        for _, question in questions:
            print(_dump(answer_object(assistant.ask(question))), flush=True)
        return 0
    if options.out is not None:
        checked_path(options.out)
    assistant = _assistant(options)
    answer = assistant.ask(options.question)
    if options.out is not None:
        write_export(options.out, [(options.question, answer)], assistant)
        print(f"已存为 {options.out}", file=sys.stderr)
    print(_dump(answer_object(answer)) if options.json else answer_for_people(answer, assistant))
    return 0


def _check(assistant: Assistant, number: int, question: str) -> None:
    try:
        assistant.understand(question)
    except InputError as error:
        raise InputError(f"问题文件第 {number} 行：{error.message}", hint=error.hint) from error


def _batch(path: pathlib.Path) -> Iterator[tuple[int, str]]:
    """Line numbers and questions of a JSON Lines file."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # splitlines would cut JSON texts at U+2028
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"问题文件无法读取：{path}", hint="请检查路径，并存为 UTF-8 文本") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question = json.loads(line)["question"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InputError(
                f'问题文件第 {number} 行不是 {{"question": …}}', hint="每行写一个 JSON 对象"
            ) from error
        if not isinstance(question, str) or not question.strip():
            raise InputError(f"问题文件第 {number} 行的问题是空的", hint="请写上问题或删去这一行")
        yield number, question


def _search(options: argparse.Namespace) -> int:
    hits = _assistant(options).search(options.question)
    if options.json:
        print(_dump({"question": options.question, "hits": [hit_object(hit) for hit in hits]}))
    else:
        print(hits_table(hits))
    return 0


def _cases(options: argparse.Namespace) -> int:
    cases = _assistant(options).cases
    if options.json:
        for case in cases:
            print(_dump(case_object(case)))
    else:
        print(cases_table(cases))
    return 0


def _changes(options: argparse.Namespace) -> int:
    assistant = _assistant(options)
    cases = {case.id: case for case in assistant.cases}
    rows = filtered(
        assistant.changes, cases, matter=options.matter, place=options.place, aspect=options.aspect
    )
    if options.sort == "speed":
        rows = sorted_by_speed(rows)
    if options.json:
        for row in rows:
            case = cases[row.case_id]
            print(_dump(changes_json(row, case, assistant.document(case))))
    else:
        print(changes_table(rows, cases) if rows else "没有符合条件的内容。")
    return 0


def _verify(options: argparse.Namespace) -> int:
    from rag.verify import verify_lines

    verdicts = verify_lines(options.batch)
    if options.json:
        for verdict in verdicts:
            print(_dump({"supported": verdict.supported, "reason": verdict.reason}), flush=True)
        return 0
    rows = [("有" if one.supported else "无", one.sentence, one.detail) for one in verdicts]
    print(table(("支持", "句子", "问题"), rows, widest=(4, 60, 50)))
    return 0


def _doctor(options: argparse.Namespace) -> int:
    found = findings(_settings(options))
    if options.json:
        print(_dump([{"name": one.name, "state": one.state, "ok": one.ok} for one in found]))
    else:
        for one in found:
            print(f"{'✓' if one.ok else '✗'} {one.name}：{one.state}")
    return 0 if all(one.ok for one in found) else 1


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=dataclasses.asdict)


if __name__ == "__main__":
    raise SystemExit(main())
