"""python -m rag: its shapes are a contract, and every slip is one Chinese line and exit status 2."""

import io
import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from invented import CASES, Indexed, write_compilations

from corpus.normalise import width
from corpus.types import Case
from rag.__main__ import main
from rag.phrasing import escaped
from rag.progress import Progress
from rag.tables import plain

ROOT = Path(__file__).resolve().parent.parent
pytest_plugins = ("indexes",)

CITATION = {"n": int, "case_id": str, "title": str, "source": str, "region": str, "lines": list, "quote": str}
HIT = {"case_id": str, "title": str, "source": str, "lines": list, "score": float}
ANSWER = {
    "question": str,
    "answer": str,
    "refused": bool,
    "reason": (str, type(None)),
    "citations": list,
    "hits": list,
    "seconds": float,
}
CASE = {
    "case_id": str,
    "number": int,
    "title": str,
    "source": str,
    "lines": list,
    "region": str,
    "department": str,
    "period": str,
    "topics": list,
    "text": str,
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def of_shape(value: dict[str, Any], shape: dict[str, Any]) -> bool:
    lines = value.get("lines", [1, 1])
    return (
        list(value) == list(shape)
        and all(isinstance(value[name], kind) for name, kind in shape.items())
        and len(lines) == 2
        and 1 <= lines[0] <= lines[1]
    )


def rag(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command, as staff do, from any folder and in any language setting."""
    return subprocess.run(
        [sys.executable, "-m", "rag", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """The command in this process; gives what it printed."""

    def command(*arguments: object) -> str:
        assert main(list(map(str, arguments))) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    return command


@pytest.fixture
def fails(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """A command that must fail; gives its one line."""

    def command(*arguments: object) -> str:
        with pytest.raises(SystemExit) as caught:
            main(list(map(str, arguments)))
        assert caught.value.code == 2
        return one_line(capsys.readouterr().err)

    return command


def one_line(error: str) -> str:
    assert error.count("\n") == 1, error
    assert error.endswith("\n")
    assert CHINESE.search(error)
    assert "Traceback" not in error
    return error


def rows(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def test_ask_prints_one_object(run: Callable[..., str], small: Indexed) -> None:
    (answer,) = rows(
        run("ask", "联合验收压缩到多少个工作日？", "--index", small.folder, "--json", "--no-llm")
    )
    assert of_shape(answer, ANSWER)
    assert answer["question"] == "联合验收压缩到多少个工作日？"
    assert (answer["refused"], answer["reason"]) == (False, None)
    assert "[1]" in answer["answer"]
    assert [one["n"] for one in answer["citations"]] == [1]
    assert all(of_shape(one, CITATION) for one in answer["citations"])
    assert all(of_shape(one, HIT) for one in answer["hits"])
    assert len({one["case_id"] for one in answer["hits"]}) == len(answer["hits"]) >= 10


def test_a_refusal_has_the_same_shape(run: Callable[..., str], small: Indexed) -> None:
    for question, reason in {"哈尔滨企业开办几天": "place_not_found", "红烧肉": "no_evidence"}.items():
        (answer,) = rows(run("ask", question, "--index", small.folder, "--json"))
        assert of_shape(answer, ANSWER)
        assert (answer["refused"], answer["reason"]) == (True, reason)


def test_lines_are_those_of_the_raw_file(run: Callable[..., str], small: Indexed) -> None:
    (answer,) = rows(run("ask", "临湖市怎么做信用修复？", "--index", small.folder, "--json"))
    raw = (small.sources / "案例选编（一）.txt").read_text(encoding="utf-8").splitlines()
    for citation in answer["citations"]:
        first, last = citation["lines"]
        assert citation["quote"] in "".join(raw[first - 1 : last])
    hit = answer["hits"][0]
    assert raw[hit["lines"][0] - 1] == hit["title"]


def test_ask_for_people_names_the_sources(run: Callable[..., str], small: Indexed) -> None:
    shown = run("ask", "联合验收压缩到多少个工作日？", "--index", small.folder)
    assert "12个工作日" in shown
    assert "出处：" in shown
    assert re.search(r"^\[1\] .*云岭区.*第 \d+ 行）$", shown, re.MULTILINE)
    assert "**" not in shown


@pytest.mark.parametrize("text", [r"a\b", "2*3**4", "`_<甲>#|", r"\*\\", "（共3件）"])
def test_people_read_the_characters_of_the_source(text: str) -> None:
    assert plain(f"**{escaped(text)}**") == text


def test_people_see_which_brackets_are_marks() -> None:
    assert plain(f"- **甲县**{escaped('办成[1]')}[2]。") == "- 甲县办成［1］[2]。"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_progress_line_needs_no_terminal_codes_and_is_covered() -> None:
    with (terminal := _Terminal(), Progress(terminal))[1] as progress:
        progress("读取 " + "很长的文件名" * 20, 0.1)
        progress("写入", 0.9)
    assert "\033" not in terminal.getvalue()
    first, second, third, end = terminal.getvalue().split("\r")[1:]
    assert width(first) < 80
    assert width(second) == width(first)
    assert third == " " * width(second.rstrip())
    assert end == ""


def test_search_ranks_as_ask(run: Callable[..., str], small: Indexed) -> None:
    question = "低压接电的平均用时是几天？"
    (found,) = rows(run("search", question, "--index", small.folder, "--json"))
    (answer,) = rows(run("ask", question, "--index", small.folder, "--json"))
    assert found == {"question": question, "hits": answer["hits"]}
    table = run("search", question, "--index", small.folder).splitlines()
    assert table[0].split() == ["名次", "得分", "案例", "地区", "文件", "各检索器"]
    assert len(table) == 2 + len(answer["hits"])
    assert "南塘县" in table[2]


def test_cases_prints_every_case(run: Callable[..., str], small: Indexed) -> None:
    cases = rows(run("cases", "--index", small.folder, "--json"))
    assert all(of_shape(case, CASE) for case in cases)
    known: tuple[Case, ...] = small.assistant.cases
    assert [case["text"] for case in cases] == [case.text for case in known]
    assert len({case["case_id"] for case in cases}) == len(cases)
    shown = run("cases", "--index", small.folder)
    assert shown.endswith(f"共 {len(known)} 个案例\n")


def test_index_reports_every_file(run: Callable[..., str], tmp_path: Path) -> None:
    write_compilations(tmp_path / "资料 一")
    (tmp_path / "资料 一" / "空.txt").write_bytes(b"")
    index = tmp_path / "索引 甲"
    (report,) = rows(run("index", tmp_path / "资料 一", "--index", index, "--json"))
    assert list(report) == ["index", "cases", "chunks", "reused", "encoder", "files"]
    assert (report["index"], report["cases"], report["reused"]) == (index.as_posix(), len(CASES) + 2, 0)
    assert [one["status"] for one in report["files"]] == ["read", "refused", "read"]
    shown = run("index", tmp_path / "资料 一", "--index", index)
    assert "空.txt" in shown
    assert "未收录" in shown
    assert "页眉" in shown
    assert "2 个文件没有变化" in shown
    if os.name != "nt":
        command = shlex.split(shown.splitlines()[-1].partition("：")[2])
        assert command == ["python", "-m", "rag", "ask", "问题", "--index", str(index)]


def test_doctor_prints_findings(run: Callable[..., str], small: Indexed) -> None:
    findings: Any = rows(run("doctor", "--index", small.folder, "--json"))[0]
    assert all(
        list(one) == ["name", "state", "ok"]
        and isinstance(one["ok"], bool)
        and CHINESE.search(one["state"] + "本")
        for one in findings
    )
    index = next(one for one in findings if one["name"] == "索引")
    assert f"{len(CASES) + 2} 个案例" in index["state"]
    assert "✓ 联网：不联网" in run("doctor", "--index", small.folder)


def test_doctor_says_what_is_wrong(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["doctor", "--index", str(tmp_path)]) == 1
    assert f"✗ 索引：这里没有索引：{tmp_path}" in capsys.readouterr().out


def batch(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "问题 集.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


def test_batch_keeps_order_and_ignores_other_fields(
    run: Callable[..., str], small: Indexed, tmp_path: Path
) -> None:
    questions = ["热线几天办结？", "How long?", "红烧肉", "热线几天办结？", "企業開辦要幾天"]
    lines = [
        json.dumps(
            {"id": number, "question": question, "answer": "无", "gold": [1]}, ensure_ascii=number % 2 == 0
        )
        for number, question in enumerate(questions)
    ]
    answers = rows(
        run("ask", "--batch", batch(tmp_path, *lines, "", "  "), "--index", small.folder, "--json")
    )
    assert [answer["question"] for answer in answers] == questions
    assert all(of_shape(answer, ANSWER) for answer in answers)
    first, again = ({**answers[number], "seconds": 0} for number in (0, 3))
    assert first == again


def test_a_line_separator_in_a_batch_question_is_no_line_break(
    run: Callable[..., str], small: Indexed, tmp_path: Path
) -> None:
    question = "热线\u2028几天\x85办结？"
    path = batch(tmp_path, json.dumps({"question": question}, ensure_ascii=False) + "\r")
    answer = json.loads(run("ask", "--batch", path, "--index", small.folder))
    assert answer["question"] == question


def test_help_says_that_a_batch_is_checked_first(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["ask", "--help"])
    assert "先检查全部问题" in "".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_question_that_looks_like_an_option(
    run: Callable[..., str], fails: Callable[..., str], small: Indexed, command: str
) -> None:
    assert "前面加上 --" in fails(command, "-热线几天办结？", "--index", small.folder)
    (found,) = rows(run(command, "--index", small.folder, "--json", "--", "-热线几天办结？"))
    assert found["question"] == "-热线几天办结？"


@pytest.mark.parametrize(
    "line",
    [
        "热线几天办结？",
        '{"question": ',
        '"热线"',
        "[1]",
        "{}",
        '{"question": null}',
        '{"question": 5}',
        '{"question": ""}',
        '{"question": " "}',
        '{"question": "？？"}',
        json.dumps({"question": "办" * 2001}),
        '{"question": "\\ud800"}',
        "[" * 100_000,
    ],
    ids=range(13),
)
def test_a_bad_batch_line_is_named_before_anything_is_answered(
    fails: Callable[..., str], capsys: pytest.CaptureFixture[str], small: Indexed, tmp_path: Path, line: str
) -> None:
    path = batch(tmp_path, '{"question": "热线几天办结？"}', "", line)
    with pytest.raises(SystemExit):
        main(["ask", "--batch", str(path), "--index", str(small.folder), "--json"])
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "第 3 行" in one_line(printed.err)
    assert "第 3 行" in fails("ask", "--batch", path, "--index", small.folder)


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"<w:document>" + b" " * (60 * 1024 * 1024))
    return buffer.getvalue()


def empty_pdf() -> bytes:
    from pypdf import PdfWriter

    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(buffer)
    return buffer.getvalue()


BAD_FILES: dict[str, Callable[[], bytes]] = {
    "空.txt": lambda: b"",
    "空白.txt": lambda: b" \r\n\t" * 9,
    "乱码.docx": lambda: bytes(range(256)) * 64,
    "乱码.txt": lambda: bytes(range(256)) * 64,
    "炸弹.docx": bomb,
    "扫描 件（一）.pdf": empty_pdf,
    "半截.pdf": lambda: empty_pdf()[:60],
    "图片.png": lambda: b"\x89PNG\r\n\x1a\n" + bytes(40),
    "表格.xlsx": lambda: b"PK\x03\x04" + bytes(40),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_alone_is_refused(fails: Callable[..., str], tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(BAD_FILES[name]())
    assert name in fails("index", tmp_path / name, "--index", tmp_path / "index")
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_does_not_stop_a_good_one(run: Callable[..., str], tmp_path: Path, name: str) -> None:
    folder = tmp_path / "资料 一（新）"
    write_compilations(folder)
    (folder / name).write_bytes(BAD_FILES[name]())
    (report,) = rows(run("index", folder, "--index", tmp_path / "索引", "--json"))
    assert report["cases"] == len(CASES) + 2
    told = next(one for one in report["files"] if one["path"].endswith(name))
    assert told["status"] in {"refused", "skipped"}
    assert CHINESE.search(told["message"])


@pytest.mark.parametrize(
    "question", ["", "   ", "？！。", "办" * 10_000], ids=["empty", "blank", "signs", "overlong"]
)
@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_bad_question_is_refused(
    fails: Callable[..., str], small: Indexed, command: str, question: str
) -> None:
    assert re.search("空|太长", fails(command, question, "--index", small.folder))


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("查询",),
        ("ask", "问题", "多余"),
        ("ask", "问题", "--没有"),
        ("ask",),
        ("ask", "问题", "--batch", "文件"),
        ("ask", "--batch"),
        ("search",),
        ("index",),
        ("index", "没有的文件夹"),
        ("index", "长" * 300),
        ("ask", "问题", "--index", "没有的索引"),
        ("ask", "问题", "--index", "长" * 300),
        ("cases", "--index", "没有的索引"),
        ("ask", "--batch", "没有.jsonl"),
    ],
    ids=str,
)
def test_a_bad_command_is_one_chinese_line(fails: Callable[..., str], arguments: tuple[str, ...]) -> None:
    fails(*arguments)


def test_folders_without_material_and_damaged_indices(fails: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    assert "空" in fails("index", tmp_path / "空", "--index", tmp_path / "index")
    write_compilations(tmp_path / "资料")
    assert "别的文件" in fails("index", tmp_path / "资料", "--index", tmp_path)
    assert "是一个文件" in fails("index", tmp_path / "资料", "--index", tmp_path / "资料" / "转载 材料.txt")
    assert main(["index", str(tmp_path / "资料"), "--index", str(tmp_path / "index")]) == 0


def test_the_real_command(small: Indexed, tmp_path: Path) -> None:
    library = {"CASE_QA_DATA": str(tmp_path / "数据")}
    write_compilations(tmp_path / "资料 一")
    done = rag("index", tmp_path / "资料 一", "--index", tmp_path / "索引 甲")
    assert (done.returncode, done.stderr) == (0, "")
    assert "共收录 14 个案例" in done.stdout
    done = rag("ask", "企业简易注销公告压缩到多少天？", "--json", **library)
    assert (done.returncode, done.stderr) == (0, "")
    assert "45天压缩到20天" in json.loads(done.stdout)["answer"]
    assert (tmp_path / "数据" / "library-index" / "CURRENT").is_file()
    current = next((tmp_path / "索引 甲").glob("build-*")) / "words" / "postings.json"
    current.write_text("{}")
    bad = tmp_path / "设置.toml"
    bad.write_text("index = 索引")
    for done, said in (
        (rag("ask", "问题", "--index", tmp_path / "索引 甲"), "重新建立"),
        (rag("ask", "", "--index", small.folder), "空的"),
        (rag("ask", "问题", CASE_QA_SETTINGS=str(bad)), "设置文件"),
        (rag("ask", "问题", CASE_QA_LONGEST_QUESTION="很长"), "longest_question"),
        (rag("index", tmp_path / "没有"), "没有"),
        (rag("猜"), "用法"),
    ):
        assert (done.returncode, done.stdout) == (2, "")
        assert said in one_line(done.stderr)


@pytest.mark.skipif(os.name == "nt", reason="Windows 的参数总是文字(arguments of any bytes)")
def test_bytes_of_another_encoding_are_no_traceback(small: Indexed) -> None:
    question = os.fsdecode("企业开办几天".encode("gb18030") + " 热线几天办结".encode())
    done = rag("ask", question, "--index", small.folder, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert of_shape(json.loads(done.stdout), ANSWER)
    done = rag("index", os.fsdecode("资料".encode("gb18030")))
    assert done.returncode == 2
    one_line(done.stderr)


@pytest.mark.skipif(os.name == "nt", reason="没有 head 命令(no such pipe)")
def test_a_reader_that_goes_away_is_no_error(small: Indexed) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "rag", "cases", "--json", "--index", small.folder],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_an_answer_is_saved_as_a_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from docx import Document

    target = tmp_path / "回答.docx"
    assert main(["ask", "--out", str(target), "康巴什区建成了多少处金融驿站？"]) == 0
    assert "41处" in "".join(paragraph.text for paragraph in Document(str(target)).paragraphs)
    assert str(target) in capsys.readouterr().err


def test_an_unknown_kind_of_document_is_told_before_anything_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["ask", "--out", str(tmp_path / "回答.pdf"), "企业开办"])
    assert left.value.code == 2
    assert "以 .docx、.md、.xlsx、.csv 结尾" in capsys.readouterr().err


def test_changes_are_listed_and_filtered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["changes", "--matter", "企业开办", "--aspect", "时间", "--sort", "speed", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows
    keys = "case_id title source lines region matter aspect before after delta quote computed".split()
    assert all(list(row) == keys for row in rows)
    assert {row["aspect"] for row in rows} == {"time"}
    figures = [cell for row in rows for cell in (row["before"], row["after"], row["delta"]) if cell]
    assert all(any(cell in row["quote"] for row in rows) for cell in figures)
    assert main(["changes", "--matter", "不存在的事项"]) == 0
    assert "没有符合条件的内容" in capsys.readouterr().out


def test_sentences_are_checked_against_quotes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch = tmp_path / "句子.jsonl"
    quote = "清溪县把企业开办时间由5天压缩到1天。"
    lines = [
        {"sentence": quote, "quotes": [quote]},
        {"sentence": quote.replace("1天", "2天"), "quotes": [quote]},
    ]
    batch.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    assert main(["verify", "--batch", str(batch), "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert found == [{"supported": True, "reason": None}, {"supported": False, "reason": "figure"}]
    assert main(["verify", "--batch", str(batch)]) == 0
    assert "2天" in capsys.readouterr().out
    batch.write_text("{}", encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["verify", "--batch", str(batch), "--json"])
    assert "第 1 行" in capsys.readouterr().err
