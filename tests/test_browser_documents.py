"""The documents page in a real browser: upload, look, cut, accept, ask, remove."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from invented import CASES

from corpus.reading import find_files
from rag import build as building
from rag.settings import Settings
from ui.library import Library
from ui.materials import OWN, SHIPPED, Materials

pytest.importorskip("playwright.sync_api")
from browser_visits import Server, Visit, answered, visit
from playwright.sync_api import Browser, expect

pytest_plugins = ("browsers",)

LONGEST = 90_000  # milliseconds that a change may take on a busy machine
ENGLISH = re.compile(r"[A-Za-z]{3,}")
ALLOWED = {"docx", "doc", "wps", "rtf", "PDF", "html", "htm", "txt", "Word", "WPS", "UTF", "xlsx"}


def some(first: int, last: int) -> bytes:
    titles = list(CASES)[first:last]
    return "\n\n".join(f"案例{n}：{title}\n\n{CASES[title]}" for n, title in enumerate(titles, 1)).encode()


@pytest.fixture(scope="module")
def materials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Materials]:
    folder = tmp_path_factory.mktemp("page")
    shipped = folder / "digests"
    shipped.mkdir()
    for title in list(CASES)[10:]:
        (shipped / f"{len(title)}.md").write_text(f"# {title}\n\n{CASES[title]}\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "LIBRARY", shipped)
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "gradio"))
        yield Materials(Settings(data=folder / "data", largest_upload=1))


@pytest.fixture(scope="module")
def library(materials: Materials) -> Library:
    return Library(materials.open, name=materials.source.name, materials=materials)


@pytest.fixture(scope="module")
def server(library: Library) -> Iterator[Server]:
    served = Server(library)
    yield served
    served.close()


@pytest.fixture
def page(seen: Visit, library: Library, materials: Materials) -> Iterator[Visit]:
    """The documents page, nothing being accepted before and after."""
    yield at_documents(seen)
    for reading in materials.held().documents:
        if reading.document is not None:
            materials.remove(reading.document.id, lambda _step, _share: None)
    library.exchange(materials.open)


def at_documents(seen: Visit) -> Visit:
    seen.page.get_by_role("tab", name="材料").click()
    expect(seen.page.locator("#which-documents .switch")).to_be_visible()
    return seen


def upload(seen: Visit, *files: tuple[str, bytes]) -> None:
    seen.page.locator("#files").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    )


def press(seen: Visit, name: str, within: str = "#documents") -> None:
    seen.page.locator(within).get_by_role("button", name=name).first.click()


def told(seen: Visit, text: str) -> None:
    expect(seen.page.locator("#told .message")).to_contain_text(text, timeout=LONGEST)


def accept(seen: Visit, name: str, data: bytes) -> None:
    upload(seen, (name, data))
    expect(seen.page.locator("article.file")).to_have_count(1, timeout=LONGEST)
    press(seen, "收录", "article.file")
    told(seen, "已收录")


def remove(seen: Visit, name: str) -> None:
    seen.page.locator("#held tr", has_text=name).get_by_role("button", name="移除").click()
    seen.page.get_by_role("button", name="确定移除").click()
    told(seen, f"已移除“{name}”")


def status(seen: Visit, text: str) -> None:
    expect(seen.page.locator("#status")).to_contain_text(text, timeout=LONGEST)


def test_a_compilation_is_accepted_asked_and_removed(page: Visit, seeds: Path, materials: Materials) -> None:
    (path,) = [one for one in find_files([seeds]) if one.name.startswith("003_")]
    upload(page, (path.name, path.read_bytes()))
    card = page.page.locator("article.file")
    expect(card).to_contain_text("目录列 19 条，切出 19 个案例", timeout=LONGEST)
    expect(card).to_contain_text("编码 UTF-8")
    expect(card.locator("details.left tbody tr")).not_to_have_count(0)
    assert materials.held().documents == ()
    press(page, "预览和调整切分")
    expect(page.page.locator("li.case")).to_have_count(19)
    press(page, "看全文、拆开：第 2 个案例")
    expect(page.page.locator("li.case .text p")).not_to_have_count(0)
    press(page, "收录", "article.file")
    told(page, "共 19 个案例。现在由“我的材料”作答")
    expect(page.page.locator("#held tbody tr")).to_have_count(1)
    status(page, "我的材料，19 个案例，1 份文件")

    page.page.get_by_role("tab", name="问答").click()
    case = materials.held().cases[1]
    page.ask(f"{case.title}是怎么做的？")
    answered(page)
    page.page.locator("#chat a[href*='#s-1-']").first.click()
    quote = page.page.locator("#sources .card blockquote mark").first
    expect(quote).to_be_in_viewport()
    expect(page.page.locator("#sources .card").first).to_contain_text(path.name)
    assert "".join((quote.text_content() or "").split()) in "".join(path.read_text(encoding="utf-8").split())

    at_documents(page)
    remove(page, path.name)
    status(page, f"{SHIPPED}，2 个案例")
    expect(page.page.locator("#held .empty")).to_be_visible()
    assert (page.complaints, page.outside()) == ([], [])


def test_every_bad_file_gets_one_chinese_line(page: Visit) -> None:
    upload(
        page,
        ("空.txt", b""),
        ("太大.txt", b"a" * (1024 * 1024 + 1)),
        ("问卷<img src=x>&“表”.xlsx", b"PK\x03\x04"),
        ("空白.txt", b" \n \n"),
        ("好.txt", some(0, 2)),
    )
    expect(page.page.locator("article.file")).to_have_count(1, timeout=LONGEST)
    expect(page.page.locator("#told li.good")).to_have_count(1)
    lines = page.page.locator("#documents li.bad")
    expect(lines).to_have_count(4)
    texts = lines.all_inner_texts()
    assert all("\n" not in text for text in texts)
    assert any("超过 1 MB 的上限" in text for text in texts)
    assert any(text.startswith("问卷<img src=x>&“表”.xlsx：") for text in texts)
    assert page.page.locator("#documents img").count() == 0
    words = ENGLISH.findall(page.page.locator("#documents").inner_text().replace("<img src=x>", ""))
    assert set(words) <= ALLOWED
    press(page, "放弃", "article.file")
    expect(page.page.locator("article.file")).to_have_count(0)


def test_a_cutting_is_put_right_by_keyboard_and_kept(page: Visit, materials: Materials) -> None:
    upload(page, ("甲.txt", some(0, 4)))
    expect(page.page.locator("article.file")).to_contain_text("没有目录，切出 4 个案例", timeout=LONGEST)
    page.page.get_by_role("button", name="预览和调整切分").press("Enter")
    cases = page.page.locator("li.case")
    expect(cases).to_have_count(4)
    page.page.get_by_role("button", name="并入上一个：第 2 个案例").press("Enter")
    expect(cases).to_have_count(3)
    expect(cases.first).to_be_focused()
    cases.nth(1).locator("summary").press("Enter")
    box = page.page.get_by_label("第 2 个案例的标题")
    box.fill("改过的标题 <b>粗</b>")
    box.press("Enter")
    expect(cases.nth(1).locator("h3")).to_contain_text("改过的标题 <b>粗</b>")
    expect(cases.nth(1)).to_contain_text("手工")
    page.page.get_by_role("button", name="看全文、拆开：第 3 个案例").press("Enter")
    page.page.get_by_role("button", name="从这里拆成新案例").last.press("Enter")
    expect(cases).to_have_count(4)
    press(page, "收录", "article.file")
    told(page, "共 4 个案例")
    expect(page.page.locator("#held tbody tr")).to_contain_text("手工切分：第 1、2、3、4 个案例")
    assert materials.held().cases[1].title == "改过的标题 <b>粗</b>"

    press(page, "调整切分：甲.txt", "#held")
    press(page, "恢复自动切分", "#laid-open")
    expect(page.page.locator("li.case .hand")).to_have_count(0)
    press(page, "保存切分", "#laid-open")
    told(page, "“甲.txt”的切分已保存，现在是 4 个案例")
    assert materials.held().documents[0].cut_by_hand == ()


def test_what_is_there_already_is_told_before_it_is_accepted(page: Visit) -> None:
    accept(page, "甲.txt", some(0, 3))
    upload(page, ("转载.txt", some(2, 5)))
    card = page.page.locator("article.file")
    expect(card).to_contain_text("1 个案例可能已经有了", timeout=LONGEST)
    expect(card).to_contain_text("第 1 个案例与“甲.txt”的“案例3：云岭区：工程建设项目联合验收”")
    press(page, "放弃", "article.file")
    upload(page, ("另一个名字.txt", some(0, 3)))
    expect(page.page.locator("#told li.bad")).to_contain_text("与“甲.txt”内容完全相同", timeout=LONGEST)


def test_a_double_click_is_one_press(page: Visit, materials: Materials) -> None:
    upload(page, ("甲.txt", some(0, 3)))
    expect(page.page.locator("article.file")).to_have_count(1, timeout=LONGEST)
    page.page.locator("article.file").get_by_role("button", name="收录").dblclick()
    told(page, "已收录")
    row = page.page.locator("#held tr", has_text="甲.txt")
    row.get_by_role("button", name="移除").dblclick()
    expect(page.page.get_by_role("button", name="确定移除")).to_be_visible()
    assert len(materials.held().documents) == 1


def test_uploads_are_nobody_elses_and_changes_are_everybodys(
    page: Visit, browser: Browser, server: Server
) -> None:
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    other = at_documents(visit(context, server.url))
    upload(page, ("甲.txt", some(0, 3)))
    expect(page.page.locator("article.file")).to_have_count(1, timeout=LONGEST)
    other.page.reload()
    at_documents(other)
    expect(other.page.locator("#held .empty")).to_be_visible()
    assert other.page.locator("article.file").count() == 0
    press(page, "收录", "article.file")
    told(page, "已收录")
    status(other, "我的材料，3 个案例")
    other.page.get_by_role("tab", name="问答").click()
    at_documents(other)
    expect(other.page.locator("#held tbody tr")).to_have_count(1)
    remove(page, "甲.txt")
    status(other, SHIPPED)
    context.close()


def test_the_switch_says_who_answers(page: Visit, materials: Materials) -> None:
    expect(page.page.get_by_role("button", name="我的材料（还没有）")).to_be_disabled()
    accept(page, "甲.txt", some(0, 3))
    own = page.page.get_by_role("button", name=OWN, exact=True)
    expect(own).to_have_attribute("aria-pressed", "true")
    press(page, SHIPPED)
    told(page, f"现在由“{SHIPPED}”作答")
    expect(own).to_have_attribute("aria-pressed", "false")
    status(page, SHIPPED)
    assert Materials(materials.settings).source.name == SHIPPED
    own.click()
    told(page, f"现在由“{OWN}”作答")
    assert Materials(materials.settings).source.name == OWN


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_page_does_not_scroll_sideways(browser: Browser, server: Server, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 380, "height": 740}, color_scheme=scheme)  # type: ignore[arg-type]
    narrow = at_documents(visit(context, server.url))
    upload(narrow, ("很长的名字" * 12 + ".txt", some(0, 3)))
    expect(narrow.page.locator("article.file")).to_have_count(1, timeout=LONGEST)
    press(narrow, "预览和调整切分")
    expect(narrow.page.locator("li.case")).to_have_count(3)
    narrow.page.locator("li.case summary").first.click()
    assert narrow.page.evaluate("document.documentElement.scrollWidth") <= 380
    press(narrow, "放弃", "article.file")
    expect(narrow.page.locator("li.case")).to_have_count(0)
    context.close()


def test_a_page_that_only_answers_shows_documents_and_no_tools(
    browser: Browser, materials: Materials, page: Visit
) -> None:
    accept(page, "甲.txt", some(0, 3))
    closed = Materials(replace(materials.settings, read_only=True))
    served = Server(Library(closed.open, name=closed.source.name, materials=closed))
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    reader = at_documents(visit(context, served.url))
    expect(reader.page.locator("#held tbody tr")).to_have_count(1)
    expect(reader.page.locator("#documents")).to_contain_text("这里只能查看")
    assert reader.page.locator("#files").count() == 0
    assert reader.page.locator("#held button").all_inner_texts() == ["查看"]
    expect(reader.page.get_by_role("button", name=SHIPPED)).to_be_disabled()
    press(reader, "查看")
    expect(reader.page.locator("li.case")).to_have_count(3)
    assert reader.page.locator("#laid-open").get_by_role("button", name="并入上一个").count() == 0
    # What a hand-made request could send is refused, too.
    reader.page.evaluate(
        "document.querySelector('#held button').setAttribute('data-do', 'remove'); document.querySelector('#held button').click()"
    )
    told(reader, "只能查看")
    context.close()
    served.close()
