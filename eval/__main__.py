"""The command line: python -m eval run | score | compare | report | gate | validate | searchers | load | bench."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys
import tempfile
from collections.abc import Callable, Sequence

from corpus.command_line import ChineseParser
from corpus.errors import InputError, ModelError
from eval import answering, bench, comparing, gating, load, searchers, showing, side_by_side
from eval.answers import read_answers
from eval.benching.measuring import SEED as BENCH_SEED
from eval.benching.questions import COUNT
from eval.gold import Question, read_questions
from eval.scoring import Score, score_answers, tabulate
from eval.validating.pairs import SEED
from eval.validation import WRITTEN, validate, validation_object
from eval.validation_table import validation_text
from rag.build import open_assistant
from rag.llm import open_chat
from rag.progress import Progress
from rag.settings import load_settings
from rag.tables import table

QUESTIONS = pathlib.Path(__file__).parent / "questions.jsonl"
_WORST = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 1 where `gate` finds a measure below its baseline, 2 on bad input."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may speak another code page; what is printed is always UTF-8.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        return _parser().run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("已中断；已有的回答留着，用同样的命令可以接着运行。\n")
        return 130
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> ChineseParser:
    parser = ChineseParser(prog="python -m eval", description="评测回答：命中、引用和忠实度，不联网。")
    commands = parser.add_subparsers(title="命令", required=True, parser_class=ChineseParser)

    def add(
        name: str, command: Callable[[argparse.Namespace], None], description: str, *, questions: bool = True
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=description, description=description)
        made.set_defaults(command=command)
        if questions:
            made.add_argument(
                "--questions", type=pathlib.Path, default=QUESTIONS, metavar="FILE", help="问题集，JSON Lines"
            )
        return made

    run = add("run", _run, "把问题逐个提问，保存回答；中断后用同样的命令接着运行")
    _index(run)
    run.add_argument("--out", type=pathlib.Path, required=True, metavar="FILE", help="回答写到哪个文件")
    run.add_argument(
        "--judge", action="store_true", help="另让设置里的对话模型评一遍，附在回答后面，不代替核对器"
    )
    score = add("score", _score, "给保存的回答打分，不调用任何模型")
    score.add_argument("answers", type=pathlib.Path, help="run 保存的回答")
    score.add_argument("--json", action="store_true", help="输出 JSON，含每句的核对结果")
    compare = add("compare", _compare, "比较两次运行：每题的变化和配对自助法区间")
    compare.add_argument("before", type=pathlib.Path, help="原来的回答")
    compare.add_argument("after", type=pathlib.Path, help="新的回答")
    compare.add_argument("--json", action="store_true", help="输出 JSON")
    report = add("report", _report, "写一份网页报告，不引用外部资源；给出几份回答时并排比较")
    report.add_argument("answers", type=pathlib.Path, nargs="+", help="run 保存的回答")
    report.add_argument(
        "--out", type=pathlib.Path, required=True, metavar="FILE", help="报告写到哪个 .html 文件"
    )
    gate = add("gate", _gate, "提问、打分，低于基线就以状态 1 退出")
    _index(gate)
    gate.add_argument("--answers", type=pathlib.Path, metavar="FILE", help="用已有的回答，不再提问")
    gate.add_argument(
        "--baseline", type=pathlib.Path, default=gating.BASELINE, metavar="FILE", help="基线文件"
    )
    gate.add_argument("--update", action="store_true", help="把这次的成绩写成新的基线")
    check = add("validate", _validate, "用最小改动的句对检验核对器：查出率和误报率", questions=False)
    check.add_argument(
        "--pairs", type=pathlib.Path, default=WRITTEN, metavar="FILE", help="人写的句对，JSON Lines，一并检验"
    )
    check.add_argument("--seed", type=int, default=SEED, metavar="N", help="换一个数，就换一批句对")
    check.add_argument("--json", action="store_true", help="输出 JSON，含每个判错的句子")
    _index(add("searchers", _searchers, "各检索器单独的成绩，以及少了它会怎样"))
    _load_options(add("load", _load, "许多人同时提问时，多久看到第一个字、多久答完；只在本机测量"))
    _bench_options(add("bench", _bench, "资料增长时：造一批汇编，建索引，提问，量时间、内存和召回"))
    peers = add("peers", _peers, "同样的资料、问题和编码器，与别的系统并排")
    _index(peers)
    peers.add_argument(
        "--sources", type=pathlib.Path, required=True, metavar="DIR", help="索引所收的那些文本文件"
    )
    peers.add_argument(
        "--python",
        type=pathlib.Path,
        required=True,
        metavar="FILE",
        help="装有 eval/peers/requirements.txt 的环境的解释器",
    )
    peers.add_argument("--json", action="store_true", help="输出 JSON")
    return parser


def _index(command: argparse.ArgumentParser) -> None:
    command.add_argument("--index", type=pathlib.Path, metavar="DIR", help="索引文件夹；不写则用内置案例库")


def _load_options(command: argparse.ArgumentParser) -> None:
    _index(command)
    command.add_argument(
        "--users", type=_positive, default=20, metavar="N", help="多少人同时问，默认 20；另测 1 人"
    )
    command.add_argument(
        "--seconds", type=_positive, default=20, metavar="N", help="每一轮到多少秒为止，默认 20"
    )
    command.add_argument("--each", type=_positive, metavar="N", help="每人最多问几题，默认不限")
    command.add_argument("--door", choices=sorted(load.DOORS), help="只测一个入口，默认两个都测")
    command.add_argument("--address", metavar="URL", help="正在运行的服务；不写就自己打开一个")
    command.add_argument("--json", action="store_true", help="输出 JSON")


def _bench_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--chunks", type=_positive, nargs="+", required=True, metavar="N", help="多少段；可以写几个，逐个测量"
    )
    command.add_argument("--count", type=_positive, default=COUNT, metavar="N", help="问几个问题，默认 100")
    command.add_argument(
        "--seed", type=int, default=BENCH_SEED, metavar="N", help="换一个数，就换一批资料和问题"
    )
    command.add_argument(
        "--folder", type=pathlib.Path, metavar="DIR", help="资料和索引留在这个空文件夹；不写就不留"
    )
    command.add_argument("--plot", type=pathlib.Path, metavar="FILE", help="另存为图，.svg")
    command.add_argument("--json", action="store_true", help="输出 JSON，每个段数一行")


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("应是不小于 1 的整数")
    return int(text)


def _ask(
    questions: Sequence[Question], index: pathlib.Path | None, out: pathlib.Path, *, judged: bool = False
) -> int:
    settings = load_settings(index=index)
    judge = open_chat(settings) if judged else None
    if judged and judge is None:
        raise InputError("没有设置对话模型，不能用 --judge", hint="请设置 chat_base_url 和 chat_model")
    with Progress(sys.stderr) as progress:
        assistant = open_assistant(settings, progress)
        tier = answering.describe(settings, assistant) | {"judge": settings.chat_model if judged else ""}
        return answering.answer_all(questions, assistant, out, tier=tier, progress=progress, judge=judge)


def _scores(questions: Sequence[Question], answers: pathlib.Path) -> list[Score]:
    return list(score_answers(questions, read_answers(answers)))


def _run(options: argparse.Namespace) -> None:
    questions = read_questions(options.questions)
    kept = _ask(questions, options.index, options.out, judged=options.judge)
    print(f"{len(questions)} 个回答写入 {options.out}" + (f"（其中 {kept} 个是上次留下的）" if kept else ""))


def _score(options: argparse.Namespace) -> None:
    scores = _scores(read_questions(options.questions), options.answers)
    figures = tabulate(scores)
    print(
        json.dumps(showing.scores_object(scores, figures), ensure_ascii=False)
        if options.json
        else showing.scores_text(scores, figures)
    )


def _compare(options: argparse.Namespace) -> None:
    questions = read_questions(options.questions)
    before, after = (_scores(questions, path) for path in (options.before, options.after))
    found, moved = comparing.differences(before, after), comparing.changed(before, after)
    print(
        json.dumps(showing.comparison_object(found, moved), ensure_ascii=False)
        if options.json
        else showing.comparison_text(found, moved)
    )


def _report(options: argparse.Namespace) -> None:
    from eval.report import write_report

    questions = read_questions(options.questions)
    runs = [(path.stem, _scores(questions, path)) for path in options.answers]
    write_report(runs, options.out, worst=_WORST)
    print(f"报告写入 {options.out}")


def _gate(options: argparse.Namespace) -> None:
    questions = read_questions(options.questions)
    with tempfile.TemporaryDirectory() as folder:
        answers = options.answers or pathlib.Path(folder) / "answers.jsonl"
        if options.answers is None:
            _ask(questions, options.index, answers)
        scores = _scores(questions, answers)
    if options.update:
        gating.write_baseline(scores, questions, options.baseline)
        print(f"基线写入 {options.baseline}")
        return
    found = gating.gates(scores, questions, options.baseline)
    print(showing.gates_text(found))
    if not all(one.passed for one in found):
        raise SystemExit(1)


def _validate(options: argparse.Namespace) -> None:
    with Progress(sys.stderr) as progress:
        found = validate(seed=options.seed, written=options.pairs, progress=progress)
    print(
        json.dumps(validation_object(found), ensure_ascii=False) if options.json else validation_text(found)
    )


def _searchers(options: argparse.Namespace) -> None:
    questions = read_questions(options.questions)
    if not any(one.answerable for one in questions):
        raise InputError("问题集里没有可回答的问题", hint="至少要有一个 answerable 为 true 的问题")
    rows = [
        (line.searchers, f"{line.hit1:.3f}", f"{line.hit5:.3f}", f"{line.mrr10:.3f}")
        for line in searchers.compare(questions, load_settings(index=options.index))
    ]
    print(table(("检索器", "第一命中", "前五命中", "MRR@10"), rows, widest=(24, 10, 10, 10)))


def _peers(options: argparse.Namespace) -> None:
    questions = read_questions(options.questions)
    cases = open_assistant(load_settings(index=options.index)).cases
    with Progress(sys.stderr) as progress:
        rows, failures = side_by_side.compare(
            options.sources, questions, cases, python=options.python, progress=progress
        )
    told = side_by_side.rows_object(rows)
    print(json.dumps(told, ensure_ascii=False) if options.json else side_by_side.rows_text(rows))
    if failures:
        raise ModelError("；".join(failures), hint="请检查另一个环境里的软件包")


def _load(options: argparse.Namespace) -> None:
    questions = [one.question for one in read_questions(options.questions) if not one.history]
    doors = [options.door] if options.door else list(load.DOORS)
    limits = {"seconds": options.seconds, "each": options.each}
    with Progress(sys.stderr) as progress, load.serving(options.address, options.index) as address:
        plan = [(door, users) for door in doors for users in sorted({1, options.users})]
        loads = []
        for number, (door, users) in enumerate(plan):
            progress(f"{load.NAMES[door]}，{users} 人", number / len(plan))
            loads.append(load.measure(door, address, questions, users=users, **limits))
    told = load.load_object(loads)
    print(json.dumps(told, ensure_ascii=False) if options.json else load.load_text(loads))
    if any(one.errors for one in loads):
        raise SystemExit(1)


def _bench(options: argparse.Namespace) -> None:
    if len(options.chunks) > 1:
        if options.folder is not None:
            raise InputError("几个段数一起测量时不能留下资料", hint="请只写一个段数，或去掉 --folder")
        measured = bench.bench_each(options.chunks, options.questions, seed=options.seed, count=options.count)
    else:
        shipped = [question.question for question in read_questions(options.questions)]
        with Progress(sys.stderr) as progress:
            one = bench.bench_one(
                options.chunks[0],
                shipped,
                seed=options.seed,
                count=options.count,
                folder=options.folder,
                progress=progress,
            )
        measured = [one]
    if options.plot is not None:
        bench.write_plot(measured, options.plot)
    if options.json:
        for one in measured:
            print(json.dumps(bench.measured_object(one), ensure_ascii=False))
    else:
        print(bench.measured_text(measured))


if __name__ == "__main__":
    raise SystemExit(main())
