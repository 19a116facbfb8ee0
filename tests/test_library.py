"""The shipped digests: complete, well formed, in the project's own words, true to their sources."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import yaml

from corpus.check_library import LIBRARY, copied_runs, findings, main, read_digests, read_sources, sources_of
from corpus.normalise import bare
from corpus.sentences import split_sentences

FILES = sorted(LIBRARY.glob("*.md"))
KEYS = ["title", "region", "department", "period", "topics", "source_document", "source_title"]
TOPICS = frozenset(
    "企业开办 注销退出 准营许可 工程建设审批 用地保障 不动产登记 水电气接入 税费服务 跨境贸易 外商投资 融资服务 政府采购与招投标 政务服务 "
    "一件事一次办 跨省通办 告知承诺与容缺受理 帮办代办 热线与诉求办理 监管执法 信用建设 知识产权 公平竞争 法治保障 司法审判 纪检监督 "
    "人才就业社保 医疗医保 惠企政策兑现 产业扶持 数字政务 政企沟通 园区与项目服务 生态环保 科技创新 消费维权 理论与建议".split()
)
DANGLING = re.compile(
    r"该|其(?!他|余)|此|这|并(?!联)|同时|另外|上述|因此|从而|为此|对此|据此|但|而|也|还(?!款)|则|他们?|她们?|它们?|前者|后者|随后"
)


def parts(path: Path) -> tuple[dict[str, object], str]:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(front), body.strip()


def test_there_are_101_with_distinct_titles() -> None:
    titles = [bare(str(parts(path)[0]["title"])) for path in FILES]
    assert len(FILES) == 101
    assert [title for title, count in Counter(titles).items() if count > 1] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_front_matter_is_complete(path: Path) -> None:
    stated, _ = parts(path)
    assert list(stated) == KEYS
    assert all(isinstance(stated[key], str) for key in KEYS if key != "topics")
    assert stated["title"]
    assert stated["source_document"]
    topics = stated["topics"]
    assert isinstance(topics, list)
    assert 1 <= len(set(topics)) == len(topics) <= 4
    assert set(topics) <= TOPICS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_body_is_short_plain_paragraphs(path: Path) -> None:
    _, body = parts(path)
    assert 150 <= len(re.sub(r"\s", "", body)) <= 500
    paragraphs = body.split("\n\n")
    assert all(re.fullmatch(r"[^\n#*>|`\-][^\n]*[。”]", paragraph) for paragraph in paragraphs)
    assert unicodedata.normalize("NFC", body) == body
    assert not re.search(r"\s{2,}|\ufffd|[DＤ]的|[DＤ]员|[DＤ]建", body.replace("\n\n", ""))
    for pair in ("“”", "《》", "（）"):
        assert body.count(pair[0]) == body.count(pair[1])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_figures_are_well_formed(path: Path) -> None:
    _, body = parts(path)
    assert not re.search(r"[０-９％．]", body)
    assert not re.search(r"\d[\s]+[\d%.]|\d\s+[\u4e00-\u9fff]|[\u4e00-\u9fff]\s+\d", body)
    assert not re.search(r"(?<!\d)[%％]", body)
    assert not re.search(r"\d\.(?!\d)|(?<![\dA-Za-z])\.\d|\d,\d|\d[-－—]+(?!\d|N)", body)
    for figure in re.finditer(r"\d+(?:\.\d+)?", body):
        after = body[figure.end() : figure.end() + 1]
        assert re.match(r"[%+＋\-—－、：:”）\]〕/·.×〔（]|[余多\u4e00-\u9fffA-Za-z]", after), body[
            figure.start() - 9 : figure.end() + 4
        ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sentence_stands_alone(path: Path) -> None:
    _, body = parts(path)
    sentences = [span.of(body) for span in split_sentences(body)]
    assert [sentence for sentence in sentences if DANGLING.match(sentence)] == []


def test_the_digests_agree_with_their_sources(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(seeds)]) == 0
    assert capsys.readouterr().out == "101 篇摘要，101 个原文案例，0 处问题\n"


def test_each_digest_has_a_source_and_each_source_a_digest(seeds: Path) -> None:
    digests, cases = read_digests(LIBRARY), read_sources(seeds)
    owned = [case.id for digest in digests for case in sources_of(digest, digests, cases)]
    assert {case.id for case in cases} == set(owned)
    assert all(len(sources_of(digest, digests, cases)) <= 2 for digest in digests)


SOURCE = """案例1：青石县：企业开办提速

青石县政务服务局在大厅设立企业开办专窗，由专人辅导填表，办理时间由5天压缩到1天，材料由12份减少到4份，全年办件1,234件。

案例2：红岩市：不动产登记并窗

红岩市自然资源局把不动产登记窗口与税务窗口合并，一名工作人员同时收取两家材料，《红岩市不动产登记与税费缴纳一窗受理实施办法（试行）》已经印发。
"""
GOOD = """---
title: "青石县开办企业变快"
source_document: "案例选编"
source_title: "案例1：青石县：企业开办提速"
---

青石县新办企业只要1天，以前是5天；要交的材料也从12份减到4份，一年共办1234件。
"""


def checked(tmp_path: Path, digest: str) -> tuple[int, list[tuple[str, str]]]:
    for folder, name, text in (("原文", "案例选编.txt", SOURCE), ("摘要", "一.md", digest)):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
    digests, cases = read_digests(tmp_path / "摘要"), read_sources(tmp_path / "原文")
    found = [(one.problem, one.detail) for one in findings(digests, cases)]
    return main([str(tmp_path / "原文"), "--library", str(tmp_path / "摘要")]), found


def with_document_title(tmp_path: Path, digest: str) -> tuple[int, list[tuple[str, str]]]:
    """As `checked`, the compilation's own title being what its first line says."""
    return checked(tmp_path, digest.replace("案例选编", "案例1：青石县：企业开办提速"))


def test_a_good_digest_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert with_document_title(tmp_path, GOOD) == (0, [])
    assert capsys.readouterr().out == "1 篇摘要，2 个原文案例，0 处问题\n"


@pytest.mark.parametrize(
    ("old", "new", "problem", "detail"),
    [
        ("12份", "13份", "数字", "13"),
        ("5天", "15天", "数字", "15"),
        ("1天", "0.5天", "数字", "0.5"),
        ("5天", "5%", "数字", "5%"),
        ("企业开办提速", "企业注销", "找不到", "案例1：青石县：企业注销"),
        (
            "以前是5天",
            "在大厅设立企业开办专窗由专人辅导填表，办理时",
            "相同 21 字",
            "在大厅设立企业开办专窗由专人辅导填表办理时",
        ),
        (
            "以前是5天",
            "不动产登记窗口与税务窗口合并，一名工作人员同时收取",
            "相同 24 字",
            "不动产登记窗口与税务窗口合并一名工作人员同时收取",
        ),
    ],
)
def test_a_bad_digest_is_found(tmp_path: Path, old: str, new: str, problem: str, detail: str) -> None:
    status, found = with_document_title(tmp_path, GOOD.replace(old, new))
    assert status == 1
    assert any(problem in one and said == detail for one, said in found), found


def test_twenty_characters_in_common_are_allowed(tmp_path: Path) -> None:
    digest = GOOD.replace("以前是5天", "大厅设立企业开办专窗由专人辅导填表，办理时")
    assert with_document_title(tmp_path, digest) == (0, [])


def test_findings_are_shown_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_document_title(tmp_path, GOOD.replace("12份", "13份"))
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split() == ["摘要", "问题", "内容"]
    assert shown[1].split() == ["一", "原文案例里没有的数字", "13"]
    assert shown[2] == "1 篇摘要，2 个原文案例，1 处问题"


def test_names_of_papers_and_schemes_may_be_the_same() -> None:
    name = "红岩市不动产登记与税费缴纳一窗受理实施办法"
    assert list(copied_runs(f"印发《{name}》。", {name})) == []
    assert list(copied_runs(f"印发“{name}”。", {name})) == []
    assert list(copied_runs(f"印发{name}。", {name})) == [name]


@pytest.mark.parametrize("arguments", [[], ["没有的文件夹"], ["一", "二"]])
def test_bad_input_is_one_chinese_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status: object = main(arguments)
    except SystemExit as error:
        status = error.code
    printed = capsys.readouterr()
    assert (status, printed.out, printed.err.count("\n")) == (2, "", 1)
    assert re.search(r"[\u4e00-\u9fff]", printed.err)
