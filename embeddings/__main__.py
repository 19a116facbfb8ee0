"""The command line: python -m embeddings train | evaluate."""

from __future__ import annotations

import argparse
import json
import pathlib
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

from corpus.command_line import ChineseParser
from embeddings.bundled import FOLDER, load_bundled
from embeddings.static_model import load_static
from embeddings.training.evaluate import Result, evaluate, tasks
from embeddings.training.fit import Recipe
from embeddings.training.run import train_model
from embeddings.training.sources import policy_paragraphs
from embeddings.training.speed import passages_of, speed


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = ChineseParser(prog="python -m embeddings", description="训练和评测内置编码器。")
    commands = parser.add_subparsers(title="命令", required=True, parser_class=ChineseParser)
    train = commands.add_parser("train", help="从官方文本和本项目的对照训练内置编码器")
    train.set_defaults(command=_train)
    train.add_argument("--out", type=pathlib.Path, default=FOLDER, help="模型写到哪个文件夹")
    train.add_argument("--steps", type=int, default=Recipe().steps, help="训练步数")
    measure = commands.add_parser("evaluate", help="在留出的对照和公开问答集上评测，与 BM25 对比")
    measure.set_defaults(command=_evaluate)
    measure.add_argument(
        "--documents", type=pathlib.Path, help="用这些文件的段落测编码速度，不写则用政策段落"
    )
    measure.add_argument("--model", type=pathlib.Path, help="评测这个文件夹里的静态编码器，不写则评测内置的")
    measure.add_argument("--json", action="store_true", help="输出 JSON，每行一项，最后一行是速度")
    for command in (train, measure):
        command.add_argument("--data", type=pathlib.Path, required=True, help="数据文件夹")
    return parser.run(arguments)


def _train(options: argparse.Namespace) -> None:
    start = time.monotonic()
    last = 0.0

    def progress(step: str, share: float) -> None:
        nonlocal last
        if share in {0.0, 1.0} or time.monotonic() - last >= (0.2 if sys.stderr.isatty() else 10):
            last = time.monotonic()
            end = "\r" if sys.stderr.isatty() else "\n"
            print(f"{share:4.0%} {step}（{last - start:.0f} 秒）", end=end, file=sys.stderr, flush=True)

    model = train_model(options.data, Recipe(steps=options.steps), progress)
    draft = options.out.with_name(options.out.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    model.save(draft)
    # The model card is written by hand and stays.
    for path in draft.iterdir():
        target = options.out / path.name
        if target.is_dir():
            shutil.rmtree(target)
        options.out.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    draft.rmdir()
    print(f"模型已写入 {options.out}，用时 {time.monotonic() - start:.0f} 秒")


def _evaluate(options: argparse.Namespace) -> None:
    encoder = load_static(options.model, name=options.model.name) if options.model else load_bundled()
    questions: list[str] = []
    if not options.json:
        print(_HEADER)
    for task in tasks(options.data):
        questions.extend(task.questions[:100])
        for one in evaluate(task, encoder):
            print(json.dumps(asdict(one), ensure_ascii=False) if options.json else _line(one), flush=True)
    texts = passages_of(options.documents) if options.documents else policy_paragraphs(options.data)
    timed = speed(encoder, texts, questions)
    if options.json:
        print(json.dumps(asdict(timed)))
        return
    print(
        f"编码速度：单核每秒 {timed.texts_a_second:.0f} 段（{timed.texts} 段，平均 {timed.characters:.0f} 字）；"
        f"单个问题 {timed.question_milliseconds:.2f} 毫秒"
    )


_COLUMNS = ("hit@1", "hit@5", "hit@10", "mrr@10")
_HEADER = (
    "task".ljust(22)
    + "way".ljust(9)
    + "n".rjust(6)
    + "passages".rjust(10)
    + "".join(name.rjust(8) for name in _COLUMNS)
    + "  ms".rjust(8)
    + "  lead over bm25 (95 %)"
)


def _line(one: Result) -> str:
    cells = "".join(f"{value:8.3f}" for value in (one.hit1, one.hit5, one.hit10, one.mrr10))
    return (
        f"{one.task:<22}{one.way:<9}{one.questions:>6}{one.passages:>10}{cells}{one.milliseconds:8.2f}"
        f"  {one.low:+.4f} … {one.high:+.4f}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
