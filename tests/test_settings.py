"""Settings: command line over environment over file over default, and every slip said in Chinese."""

from pathlib import Path

import pytest

from corpus.errors import InputError
from rag.settings import PROJECT, Settings, load_settings


def toml(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "设置.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_later_source_wins(tmp_path: Path) -> None:
    file = toml(tmp_path, 'index = "文件"\nlongest_question = 10\nwords_weight = 1\nencoder = "模型"\n')
    environment = {"CASE_QA_INDEX": "环境", "CASE_QA_LONGEST_QUESTION": "20", "OTHER": "1"}
    found = load_settings(environment=environment, file=file, index=Path("命令"), encoder=None)
    assert found == Settings(index=Path("命令"), longest_question=20, words_weight=1.0, encoder="模型")
    assert isinstance(found.words_weight, float)


def test_nothing_set_gives_the_defaults(tmp_path: Path) -> None:
    assert load_settings(environment={}, file=toml(tmp_path, "")) == Settings()
    assert load_settings(environment={"CASE_QA_INDEX": ""}, file=toml(tmp_path, "")).index is None


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    file = toml(tmp_path, "longest_question = 7")
    assert load_settings(environment={"CASE_QA_SETTINGS": str(file)}).longest_question == 7


@pytest.mark.parametrize("named", ["environment", "argument"])
def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path, named: str) -> None:
    path = tmp_path / "没有.toml"
    environment = {"CASE_QA_SETTINGS": str(path)} if named == "environment" else {}
    with pytest.raises(InputError, match="没有这个设置文件"):
        load_settings(environment=environment, file=path if named == "argument" else None)


def test_home_is_expanded() -> None:
    assert load_settings(environment={"CASE_QA_DATA": "~/数据"}).data == Path.home() / "数据"


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "设置.toml"
    path.write_text("longest_question = 7", encoding="utf-8-sig")
    assert load_settings(environment={}, file=path).longest_question == 7


@pytest.mark.parametrize("name", ["index", "data", "encoder"])
def test_a_home_of_nobody_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=name):
        load_settings(environment={f"CASE_QA_{name.upper()}": "~nouser/索引"}, file=toml(tmp_path, ""))


@pytest.mark.parametrize(
    "text",
    [
        "words_weight = -0.1",
        "words_weight = nan",
        "words_weight = inf",
        "longest_question = 0",
        "longest_question = -5",
        "longest_question = inf",
        "port = 70000",
        "port = -1",
        "largest_upload = 0",
        "at_once = 0",
        "questions_per_minute = -1",
        'host = " "',
        "\n".join(
            f"{name}_weight = 0" for name in ("characters", "words", "vectors", "vocabulary", "tokens")
        ),
    ],
)
def test_a_value_out_of_range_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=text.split(" ", maxsplit=1)[0]) as caught:
        load_settings(environment={}, file=toml(tmp_path, text))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("index = 索引", "TOML"),
        ('indx = "索引"', "indx"),
        ("[rag]\nindex = 1", "rag"),
        ('longest_question = "很多"', "longest_question"),
        ("words_weight = []", "words_weight"),
        ("index = 5", "index"),
        ("names = [1]", "names"),
        ("names = 5", "names"),
        ('read_only = "也许"', "read_only"),
        ("auth_file = 1", "auth_file"),
        ('longest_question = "二千"', "longest_question"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_settings(environment={}, file=toml(tmp_path, text))
    assert said in str(caught.value)
    assert caught.value.hint


def test_a_file_in_another_encoding_and_a_folder_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "设置.toml"
    path.write_bytes('index = "索引"'.encode("gb18030"))
    with pytest.raises(InputError, match="无法读取"):
        load_settings(environment={}, file=path)
    with pytest.raises(InputError, match="无法读取"):
        load_settings(environment={}, file=tmp_path)


def test_a_bad_value_in_the_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="vectors_weight"):
        load_settings(environment={"CASE_QA_VECTORS_WEIGHT": "一半"}, file=toml(tmp_path, ""))


def test_the_example_is_a_settings_file_of_defaults(tmp_path: Path) -> None:
    lines = (PROJECT / "case-qa.example.toml").read_text(encoding="utf-8").splitlines()
    shown = [line.removeprefix("# ") for line in lines if " = " in line]
    found = load_settings(environment={}, file=toml(tmp_path, "\n".join(shown)))
    assert len(shown) >= 5
    assert found.longest_question == Settings().longest_question
    assert found.vectors_weight == Settings().vectors_weight


ADDRESS = "http://127.0.0.1:8000/v1"


def chat_settings(tmp_path: Path, **values: object) -> Settings:
    names = {"chat_base_url": ADDRESS, "chat_model": "qwen", **values}
    environment = {f"CASE_QA_{name.upper()}": str(value) for name, value in names.items()}
    return load_settings(environment=environment, file=toml(tmp_path, ""))


def test_a_chat_model_is_set_like_the_rest(tmp_path: Path) -> None:
    found = chat_settings(tmp_path, chat_api_key="sk-1", chat_timeout="2.5", chat_rewrite="TRUE")
    assert (found.chat_base_url, found.chat_model, found.chat_provider) == (ADDRESS, "qwen", "openai")
    assert (found.chat_api_key, found.chat_timeout, found.chat_rewrite) == ("sk-1", 2.5, True)
    assert Settings().chat_model == ""


@pytest.mark.parametrize("written", ["false", "0", "1", "true"])
def test_a_switch_is_read_from_the_environment_and_the_file(tmp_path: Path, written: str) -> None:
    meant = written in {"1", "true"}
    assert chat_settings(tmp_path, chat_rewrite=written).chat_rewrite is meant
    file = toml(tmp_path, f"chat_rewrite = {written}")
    assert load_settings(environment={}, file=file).chat_rewrite is meant


def test_the_key_is_never_shown(tmp_path: Path) -> None:
    assert "sk-secret" not in repr(chat_settings(tmp_path, chat_api_key="sk-secret"))
    with pytest.raises(InputError, match="chat_api_key") as caught:
        chat_settings(tmp_path, chat_api_key="sk-secret密钥")
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"chat_base_url": "127.0.0.1:8000/v1"}, "chat_base_url"),
        ({"chat_base_url": "http://"}, "chat_base_url"),
        ({"chat_base_url": "http://服务:端口/v1"}, "chat_base_url"),
        ({"chat_base_url": "http://[::1/v1"}, "chat_base_url"),
        ({"chat_base_url": ""}, "chat_base_url"),
        ({"chat_model": ""}, "chat_model"),
        ({"chat_timeout": 0}, "chat_timeout"),
        ({"chat_timeout": "nan"}, "chat_timeout"),
        ({"chat_timeout": "inf"}, "chat_timeout"),
        ({"chat_rewrite": "也许"}, "chat_rewrite"),
        ({"chat_api_key": "sk-1\n"}, "chat_api_key"),
    ],
)
def test_a_chat_model_that_cannot_be_asked_is_refused(
    tmp_path: Path, values: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        chat_settings(tmp_path, **values)
    assert caught.value.hint


def test_another_provider_needs_no_address(tmp_path: Path) -> None:
    assert chat_settings(tmp_path, chat_base_url="", chat_provider="deepseek").chat_model == "qwen"


def test_an_office_is_set_up_by_file_and_environment(tmp_path: Path) -> None:
    file = toml(
        tmp_path, 'names = ["a.example", " b.example "]\nread_only = true\nauth_file = "账号"\nport = 0'
    )
    found = load_settings(environment={}, file=file)
    assert (found.names, found.read_only, found.port) == (("a.example", "b.example"), True, 0)
    assert found.auth_file == Path("账号")
    environment = {
        "CASE_QA_NAMES": "a.example，b.example, ",
        "CASE_QA_READ_ONLY": "1",
        "CASE_QA_REQUEST_LOG": "记录",
    }
    found = load_settings(environment=environment, file=toml(tmp_path, ""))
    assert (found.names, found.read_only) == (("a.example", "b.example"), True)
    assert found.request_log == Path("记录")
    assert load_settings(environment=environment, file=file, read_only=False).read_only is False
