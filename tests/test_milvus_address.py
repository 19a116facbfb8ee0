"""Where an index in Milvus lies is written like any other index, and says so where it cannot be understood."""

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from corpus.errors import InputError
from embeddings.milvus_address import Address, address_of
from rag.build import index_files
from rag.settings import Settings, load_settings


@pytest.mark.parametrize(
    ("text", "uri", "name"),
    [
        ("milvus:http://10.0.0.8:19530/xian_qu", "http://10.0.0.8:19530", "xian_qu"),
        ("milvus:https://milvus.example.gov.cn", "https://milvus.example.gov.cn", "cases"),
        ("milvus:http://10.0.0.8:19530/", "http://10.0.0.8:19530", "cases"),
        ("milvus:cases.db", "cases.db", "cases"),
        ("milvus:./资料 库/我的.db/old", "./资料 库/我的.db", "old"),
    ],
)
def test_an_address_is_read_from_text_and_from_a_path(text: str, uri: str, name: str) -> None:
    assert address_of(text) == Address(uri, name)
    kept = uri.removeprefix("./")
    for path in (PurePosixPath(text), PureWindowsPath(text)):
        found = address_of(path)
        assert found is not None
        assert (found.uri.removeprefix("./"), found.name) == (kept, name)
        assert address_of(str(found)) == found


@pytest.mark.parametrize("text", ["索引", "cases.db", "data/milvus", "C:/索引"])
def test_a_folder_is_no_address(text: str) -> None:
    assert address_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "milvus:",
        "milvus:索引",
        "milvus:.db",
        "milvus:cases.db/9个",
        "milvus:http://h:1/a b",
        "milvus:ftp://h",
    ],
)
def test_a_bad_address_is_told(text: str) -> None:
    with pytest.raises(InputError, match="Milvus"):
        address_of(text)


def test_a_password_has_no_place_in_an_address() -> None:
    with pytest.raises(InputError, match="milvus_token") as caught:
        address_of("milvus:http://root:geheim@10.0.0.8:19530")
    assert "geheim" not in str(caught.value)


def test_settings_keep_the_token_to_themselves_and_the_index_as_it_is(tmp_path: Path) -> None:
    given = {"CASE_QA_INDEX": "milvus:http://10.0.0.8:19530/cases", "CASE_QA_MILVUS_TOKEN": "root:geheim"}
    empty = tmp_path / "case-qa.toml"
    empty.write_text("")
    found = load_settings(environment=given, file=empty)
    assert found.index is not None
    assert address_of(found.index) == Address("http://10.0.0.8:19530", "cases")
    assert found.milvus_token == given["CASE_QA_MILVUS_TOKEN"]
    assert found.read_only
    assert "geheim" not in repr(found)
    with pytest.raises(InputError, match="milvus_token") as caught:
        load_settings(environment={"CASE_QA_MILVUS_TOKEN": "geheim密码"}, file=empty)
    assert "geheim" not in str(caught.value)


def test_material_goes_into_a_folder_first(tmp_path: Path) -> None:
    (tmp_path / "材料.txt").write_text("案例1：某县一窗通办\n\n某县设立专窗。", encoding="utf-8")
    with pytest.raises(InputError, match="publish"):
        index_files([tmp_path], Path("milvus:http://127.0.0.1:1/cases"), Settings())
