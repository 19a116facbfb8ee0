"""The command line: python -m eval run | score | searchers."""

from __future__ import annotations

import argparse
import json
import pathlib
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from corpus.command_line import ChineseParser
from corpus.errors import InputError
from eval import measures
from eval.searchers import compare
from rag.build import open_assistant
from rag.output import answer_object
from rag.settings import load_settings
from rag.tables import table

QUESTIONS = pathlib.Path(__file__).parent / "questions.jsonl"
_COLUMNS = (
    "hit@1",
    "hit@5",
    "mrr@10",
    "complete",
    "cite_p",
    "cite_r",
    "marked",
    "supported",
    "figures",
    "refusal",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = ChineseParser(prog="python -m eval", description="评测回答：命中、引用和忠实度，不联网。")
    commands = parser.add_subparsers(title="命令", required=True, parser_class=ChineseParser)
    run = commands.add_parser("run", help="把问题逐个提问，保存回答")
    run.set_defaults(command=_run)
    run.add_argument("--questions", type=pathlib.Path, default=QUESTIONS, help="问题集，JSON Lines")
    run.add_argument("--index", type=pathlib.Path, help="索引文件夹；不写则用内置案例库")
    run.add_argument("--out", type=pathlib.Path, required=True, help="回答写到哪个文件")
    score = commands.add_parser("score", help="给保存的回答打分")
    score.set_defaults(command=_score)
    score.add_argument("answers", type=pathlib.Path, help="run 保存的回答")
    score.add_argument("--questions", type=pathlib.Path, default=QUESTIONS, help="问题集，JSON Lines")
    score.add_argument("--json", action="store_true", help="输出 JSON")
    each = commands.add_parser("searchers", help="各检索器单独的成绩，以及少了它会怎样")
    each.set_defaults(command=_searchers)
    each.add_argument("--questions", type=pathlib.Path, default=QUESTIONS, help="问题集，JSON Lines")
    each.add_argument("--index", type=pathlib.Path, help="索引文件夹；不写则用内置案例库")
    return parser.run(arguments)


def _rows(path: pathlib.Path, needed: Iterable[str]) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # splitlines would cut JSON texts at U+2028
        rows = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"文件无法读取：{path}", hint="应是每行一个 JSON 对象的 UTF-8 文件") from error
    for number, row in enumerate(rows, 1):
        missing = [name for name in needed if not isinstance(row, dict) or name not in row]
        if missing:
            raise InputError(f"第 {number} 条缺少 {'、'.join(missing)}：{path}", hint="请补上后重试")
    return rows


def _run(options: argparse.Namespace) -> None:
    questions = _rows(options.questions, ("question",))
    assistant = open_assistant(load_settings(index=options.index))
    lines = [
        json.dumps(answer_object(assistant.ask(one["question"])), ensure_ascii=False) for one in questions
    ]
    try:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"回答无法写入：{options.out}", hint="请换一个有写权限的位置") from error
    print(f"{len(lines)} 个回答写入 {options.out}")


def _score(options: argparse.Namespace) -> None:
    questions = _rows(options.questions, ("question", "type", "gold", "must", "answerable"))
    answers = _rows(options.answers, ("question", "answer", "refused", "citations", "hits"))
    if [one["question"] for one in questions] != [one["question"] for one in answers]:
        raise InputError(
            "回答与问题集对不上", hint="请用同一个问题集先运行：python -m eval run --out 回答.jsonl"
        )
    by_type: dict[str, list[dict[str, float]]] = defaultdict(list)
    for question, answer in zip(questions, answers, strict=True):
        row = scored(question, answer)
        by_type["全部"].append(row)
        by_type[question["type"]].append(row)
    table: dict[str, dict[str, Any]] = {
        kind: {
            "n": len(rows),
            **{name: _mean(rows, name) for name in _COLUMNS},
            "characters": statistics.median(row["characters"] for row in rows),
        }
        for kind, rows in by_type.items()
    }
    if options.json:
        print(json.dumps(table, ensure_ascii=False))
        return
    print(
        "type".ljust(14)
        + "n".rjust(4)
        + "".join(name.rjust(10) for name in _COLUMNS)
        + "characters".rjust(12)
    )
    for kind, row in table.items():
        cells = "".join(("-" if row[name] is None else f"{row[name]:.3f}").rjust(10) for name in _COLUMNS)
        print(
            kind.ljust(14 - sum(ord(character) > 0x2E80 for character in kind))
            + str(row["n"]).rjust(4)
            + cells
            + str(row["characters"]).rjust(12)
        )


def _searchers(options: argparse.Namespace) -> None:
    questions = _rows(options.questions, ("question", "gold", "answerable"))
    rows = [
        (line.searchers, f"{line.hit1:.3f}", f"{line.hit5:.3f}", f"{line.mrr10:.3f}")
        for line in compare(questions, load_settings(index=options.index))
    ]
    print(table(("检索器", "第一命中", "前五命中", "MRR@10"), rows, widest=(24, 10, 10, 10)))


def _mean(rows: Sequence[dict[str, float]], name: str) -> float | None:
    values = [row[name] for row in rows if name in row]
    return sum(values) / len(values) if values else None


def scored(question: dict[str, Any], answer: dict[str, Any]) -> dict[str, float]:
    """All measures of one answer; retrieval and citation only where the question has an answer."""
    text, citations, hits, gold = answer["answer"], answer["citations"], answer["hits"], question["gold"]
    # A refusal without citations lists cases and tells nothing.
    row = {
        "marked": measures.marked_share(text) if citations else float(answer["refused"]),
        "supported": measures.sentence_support(text, citations) if citations else float(answer["refused"]),
        "figures": measures.figure_support(text, citations) if citations else float(answer["refused"]),
        "refusal": float(answer["refused"] == (not question["answerable"])),
        "characters": float(len(text)),
    }
    if question["answerable"]:
        row |= {
            "hit@1": measures.hit_at(1, hits, gold),
            "hit@5": measures.hit_at(5, hits, gold),
            "mrr@10": measures.reciprocal_rank(hits, gold),
            "complete": measures.completeness(text, question["must"]),
            "cite_p": measures.citation_precision(citations, gold),
            "cite_r": measures.citation_recall(citations, gold),
        }
    return row


if __name__ == "__main__":
    raise SystemExit(main())
