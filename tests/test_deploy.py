"""A bundle made from a folder of tiny packages installs where there is no network; what lies in deploy/ holds together."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from test_run import ROOT, call, write_product, write_wheel

from deploy.platforms import PLATFORMS, this_platform
from deploy.wheels import CPU_INDEX, BundleError, fetch

# A package that has no wheel anywhere, as some have none on the public index; its build needs nothing else.
BACKEND = """
import zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(folder + "/source-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("source.py", "")
        wheel.writestr("source-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: source\\nVersion: 1.0\\n")
        wheel.writestr("source-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("source-1.0.dist-info/RECORD", "")
    return "source-1.0-py3-none-any.whl"
"""
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
DEAD = "http://127.0.0.1:9/simple"


def write_source(folder: Path) -> None:
    """Write source-1.0.tar.gz."""
    files = {
        "PKG-INFO": "Metadata-Version: 2.1\nName: source\nVersion: 1.0\n",
        "pyproject.toml": PROJECT,
        "backend.py": BACKEND,
    }
    with tarfile.open(folder / "source-1.0.tar.gz", "w:gz") as archive:
        for name, text in files.items():
            told = tarfile.TarInfo(f"source-1.0/{name}")
            told.size = len(text.encode())
            archive.addfile(told, io.BytesIO(text.encode()))


def require(folder: Path, wheel: str, *conditions: str) -> None:
    """Add requirements to a wheel that `write_wheel` made."""
    name = wheel.split("-", maxsplit=1)[0]
    with zipfile.ZipFile(folder / wheel) as old:
        files = {one: old.read(one).decode() for one in old.namelist()}
    files[f"{name}-1.0.dist-info/METADATA"] += "".join(f"Requires-Dist: {one}\n" for one in conditions)
    with zipfile.ZipFile(folder / wheel, "w") as new:
        for one, text in files.items():
            new.writestr(one, text)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a product with an environment, secrets beside it, and a folder "index" that has its packages."""
    root = write_product(tmp_path_factory.mktemp("office"))
    (root / "wheelhouse").rmdir()
    shutil.copytree(ROOT / "deploy", root / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "case-qa.toml").write_text('chat_api_key = "secret"\n', encoding="utf-8")
    (root / "case-index").mkdir()
    index = root.parent / "index"
    index.mkdir()
    for name in ("tiny", "other", "windows_only"):
        write_wheel(index, name)
    write_source(index)
    require(index, "tiny-1.0-py3-none-any.whl", "source>=1", 'windows-only; sys_platform == "win32"')
    (root / "requirements.txt").write_text("tiny==1.0\n", encoding="utf-8")
    (root / "constraints.txt").write_text(
        "other==1.0  # test\nsource==1.0\ntiny==1.0\nwindows-only==1.0  # Windows\n", encoding="utf-8"
    )
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)}
    assert call(root, **offline).returncode == 7  # its .venv serves every bundle below
    return root


def bundle(product: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(product.parent / "index")}
    return call(product, "bundle", *arguments, **{**index, **variables})


@pytest.fixture(scope="module")
def made(product: Path) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = product.parent / "离线包"
    return folder, bundle(product, str(folder))


def test_bundle_holds_the_program_and_its_packages_alone(
    made: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = made
    assert (done.returncode, done.stderr) == (0, "")
    assert str(folder) in done.stdout
    assert sorted(path.name for path in (folder / "wheelhouse").iterdir()) == [
        "source-1.0-py3-none-any.whl",
        "tiny-1.0-py3-none-any.whl",
    ]
    assert sorted(path.name for path in folder.iterdir()) == [
        "constraints.txt",
        "deploy",
        "manifest.json",
        "requirements-dev.txt",
        "requirements.txt",
        "run.py",
        "ui",
        "wheelhouse",
    ]
    assert sorted(path.name for path in folder.parent.iterdir()) == ["index", "案例 问答", "离线包"]


def test_manifest_tells_every_file(made: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = made
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"]
    digests = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
    }
    assert {row["file"]: row["sha256"] for row in told["files"]} == digests
    assert told["platform"] == this_platform().name
    assert [(row["name"], row["version"]) for row in told["files"] if "name" in row] == [
        ("source", "1.0"),
        ("tiny", "1.0"),
    ]


def test_bundle_installs_without_a_network(
    made: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    carried = Path(shutil.copytree(made[0], tmp_path / "U 盘"))
    done = call(carried, "--port", "1", PIP_INDEX_URL=DEAD, PIP_RETRIES="0")
    assert (done.returncode, done.stderr) == (7, "")
    assert json.loads(done.stdout.splitlines()[-1])["arguments"] == ["--port", "1"]
    (carried / "wheelhouse" / "tiny-1.0-py3-none-any.whl").write_bytes(b"half")
    shutil.rmtree(carried / ".venv")
    damaged = call(carried, PIP_INDEX_URL=DEAD, PIP_RETRIES="0")
    assert damaged.returncode == 2
    assert "wheelhouse/tiny-1.0-py3-none-any.whl" in damaged.stderr
    assert len(damaged.stderr.splitlines()) == 1
    assert not (carried / ".venv").exists()


def test_bundle_for_another_system(product: Path) -> None:
    system = next(name for name in ("windows", "linux-aarch64") if name != this_platform().name)
    folder = product.parent / "carried"
    done = bundle(product, f"--platform={system}", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    names = {path.name.split("-")[0] for path in (folder / "wheelhouse").iterdir()}
    assert names == {"source", "tiny"} | ({"windows_only"} if system == "windows" else set())
    refused = call(folder, PIP_INDEX_URL=DEAD)
    assert refused.returncode == 2
    assert f"--platform {this_platform().name}" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    shutil.rmtree(folder)


def test_bundle_may_be_one_file_and_is_made_again_in_its_place(product: Path, tmp_path: Path) -> None:
    target = tmp_path / "离线包.zip"
    target.write_bytes(b"old")
    assert bundle(product, str(target)).returncode == 0
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert "离线包/wheelhouse/tiny-1.0-py3-none-any.whl" in archive.namelist()
    assert [path.name for path in tmp_path.iterdir()] == ["离线包.zip"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--platform", "solaris", "x"], "windows"),
        (["--fast"], "--help"),
        (["一", "二"], "引号"),
    ],
)
def test_wrong_commands_say_what_to_do(product: Path, arguments: list[str], said: str) -> None:
    done = bundle(product, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_help_of_bundle_makes_nothing(product: Path) -> None:
    done = bundle(product, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "--platform" in done.stdout
    assert not (product.parent / "case-qa-offline").exists()


def test_other_peoples_folders_stay_as_they_are(product: Path, tmp_path: Path) -> None:
    (tmp_path / "报告.docx").write_bytes(b"mine")
    for target in (tmp_path, product / "ui" / "here"):
        done = bundle(product, str(target))
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["报告.docx"]


def test_a_package_that_cannot_be_had_leaves_the_old_bundle(
    made: tuple[Path, subprocess.CompletedProcess[str]], product: Path, tmp_path: Path
) -> None:
    old = Path(shutil.copytree(made[0], tmp_path / "old"))
    before = (old / "manifest.json").read_bytes()
    done = bundle(product, str(old), PIP_FIND_LINKS=str(tmp_path))
    assert done.returncode == 2
    assert "PIP_INDEX_URL" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (old / "manifest.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old", "old.log"]


@pytest.mark.parametrize("system", [*PLATFORMS, "unheard-of"])
def test_gaps_are_found_by_the_conditions_of_the_target(tmp_path: Path, system: str) -> None:
    for name in ("tiny", "deep"):
        write_wheel(tmp_path, name)
    conditions = ('absent; sys_platform == "win32"', "deep[more]", 'never; extra == "less"')
    require(tmp_path, "tiny-1.0-py3-none-any.whl", *conditions)
    require(tmp_path, "deep-1.0-py3-none-any.whl", 'deeper>2; extra == "more"', "tiny<1")
    (tmp_path / "requirements.txt").write_text("# packages\ntiny==1.0  # the one\n", encoding="utf-8")
    command = [sys.executable, str(ROOT / "deploy" / "missing.py"), str(tmp_path), system]
    done = subprocess.run(
        [*command, str(tmp_path / "requirements.txt")], capture_output=True, encoding="utf-8", check=False
    )
    expected = ["deeper>2\tdeep", "tiny<1\tdeep"]
    windows = system == "windows" or (system not in PLATFORMS and os.name == "nt")
    assert done.stdout.splitlines() == (["absent\ttiny"] if windows else []) + expected
    assert done.returncode == 1


class ScriptedIndex:
    """A pip whose usual index has torch of one version, or none, and which writes down where it asked."""

    def __init__(self, wheelhouse: Path, version: str, *, cpu_index: bool) -> None:
        self.wheelhouse, self.version, self.cpu_index = wheelhouse, version, cpu_index
        self.asked: list[str] = []

    def __call__(self, words: Sequence[str]) -> tuple[int, str]:
        if words[0] == "install":
            told = f"Would install torch-{self.version}" if self.version else "Retrying"
            return int(not self.version), told
        self.asked.append(words[words.index("--index-url") + 1] if "--index-url" in words else "usual")
        found = self.cpu_index if CPU_INDEX in words else bool(self.version)
        if found:
            (self.wheelhouse / "torch-2.13.0+cpu-cp311-none-any.whl").touch()
        return int(not found), ""


@pytest.mark.parametrize(
    ("system", "version", "asked"),
    [
        ("linux-x86_64", "2.13.0+cpu", "usual"),
        ("linux-x86_64", "2.13.0", CPU_INDEX),
        ("linux-aarch64", "", CPU_INDEX),
        ("windows", "2.13.0", "usual"),
    ],
)
def test_torch_for_linux_comes_without_gpu_libraries(
    tmp_path: Path, system: str, version: str, asked: str
) -> None:
    index = ScriptedIndex(tmp_path, version, cpu_index=True)
    fetch(tmp_path, ["torch==2.13.0"], PLATFORMS[system], index)
    assert index.asked == [asked]


@pytest.mark.parametrize(
    ("version", "said", "log"), [("2.13.0", "PIP_FIND_LINKS", "install"), ("", "", "Retrying")]
)
def test_torch_that_cannot_be_had_is_told_from_no_network(
    tmp_path: Path, version: str, said: str, log: str
) -> None:
    index = ScriptedIndex(tmp_path, version, cpu_index=False)
    with pytest.raises(BundleError) as caught:
        fetch(tmp_path, ["torch==2.13.0"], PLATFORMS["linux-x86_64"], index)
    assert said in str(caught.value)
    assert bool(str(caught.value)) == bool(said)
    assert log in caught.value.log
