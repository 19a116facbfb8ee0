"""Start, test or bundle the product on a machine that has nothing but Python 3.11.

Only the standard library, and only syntax that Python 3.6 can read (annotations which it could not
evaluate stand in quotes): an old interpreter must get as far as finding the right one.

What the folder .venv may look like, and what follows:

    no stamp        made by a run that was killed, or by hand  -> made anew
    wrong version   the system's Python was replaced           -> made anew
    other stamp     requirements changed                       -> pip installs over it
    same stamp      complete                                   -> nothing to do, pip is not called
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).resolve().parent
WANTED = (3, 11)
CANDIDATES = (("python3.11",), ("py", "-3.11"))
RUNTIME, TESTING = "requirements.txt", "requirements-dev.txt"
MANIFEST = "manifest.json"
SETTINGS = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"}
HELP = """用法:
  python3 run.py [选项…]          准备好运行环境(只在第一次联网安装),然后打开问答页面
  python3 run.py test [选项…]     准备好测试环境,然后运行全部检查和测试;选项交给 pytest
  python3 run.py bundle [文件夹]  在能联网的电脑上做离线包:程序连同全部软件包,拷到不能联网的电脑上用
  python3 run.py --help           显示本说明

打开页面时的选项(原样交给 python -m ui):
  --host 地址  --port 端口  --index 索引文件夹  --no-browser
  默认只在本机打开:http://127.0.0.1:7860

安装(运行环境在本文件旁边的 .venv 文件夹,约占 2 GB,删掉后会重新安装):
  只能用内部镜像时:先设环境变量 PIP_INDEX_URL 为镜像地址,再运行
  完全不能联网时:在能联网的电脑上做离线包,把整个文件夹拷过来,在其中运行 python3 run.py
      python3 run.py bundle                            给同类系统的电脑
      python3 run.py bundle --platform windows 离线包  给 Windows;还有 linux-x86_64、linux-aarch64
  文件夹不写就是当前位置的 case-qa-offline;写成 .zip 结尾就压成一个文件。办法详见 docs/离线安装.md

退出状态:0 正常,2 环境没有准备好(原因见提示),其他为程序本身的状态"""
NETWORK = (
    "连不上软件源。请检查网络;不能直连时,把环境变量 PIP_INDEX_URL 设为单位可用的镜像地址再运行,"
    "或按 run.py --help 的说明用 wheelhouse 文件夹离线安装"
)
REASONS = (  # what pip writes, what to do; the first that is found counts
    ("No space left|Errno 28", "磁盘空间不足,请腾出约 4 GB 后再运行"),
    ("Permission denied|Errno 13|WinError 5", "不能写入文件;请先关闭正在运行的本程序,或换一个可写的文件夹"),
    ("Retrying|NewConnectionError|timed out|ProxyError|SSLError", NETWORK),
    (
        "No matching distribution|ResolutionImpossible",
        "软件源或 wheelhouse 文件夹里缺少所需的版本,请换完整的镜像(环境变量 PIP_INDEX_URL)或补齐后再运行",
    ),
    ("", NETWORK),
)


class Stop(Exception):  # noqa: N818 - not an error in the program: a sentence for the user
    """The run cannot go on; the message, one line in Chinese, says what to do."""


class Progress:
    """Tells in Chinese what pip is doing: one changing line on a terminal, plain lines elsewhere."""

    def __init__(self, total: int, packages: Path, stream: TextIO, *, verb: str = "下载") -> None:
        self.total, self.packages, self.stream, self.verb = total, packages, stream, verb
        self.names = set()  # type: set[str]
        self.text, self.width, self.started = "", 0, time.monotonic()
        self.before, self.installing = 0, 0
        self.finished = threading.Event()
        self.ticker = threading.Thread(target=self.tick_each_second, daemon=True)

    def __enter__(self) -> None:
        if self.stream.isatty():
            self.ticker.start()

    def __exit__(self, *_: object) -> None:
        self.finished.set()
        if self.ticker.ident:
            self.ticker.join()
            print(file=self.stream, flush=True)

    def read(self, line: str) -> None:
        """Take one line of pip's output."""
        found = re.match(r"(?:Collecting|Processing|Requirement already satisfied:) (.+?)( \(|$)", line)
        size = re.match(r"\s+(?:Downloading|Using cached) \S+ (\([\d.]+ \w+\))", line)
        batch = re.match(r"Installing collected packages: (.+)", line)
        building = re.match(r"Building wheels for collected packages: (.+)", line)
        if found:
            name = re.split(r"-\d|[=<>!~\[;@ ]", re.split(r"[/\\]", found.group(1))[-1])[0].replace("_", "-")
            self.names.add(name.lower())
            number, total = len(self.names), max(self.total, len(self.names))
            self.show(f"正在{self.verb}第 {number} 个软件包,共 {total} 个:{name[:30]}")
        elif size and self.stream.isatty():
            self.show(self.text.split(" (")[0] + " " + size.group(1))
        elif batch:
            self.before, self.installing = self.count(), len(batch.group(1).split(","))
            self.show(f"正在安装 {self.installing} 个软件包,需要几分钟")
        elif building:
            self.show(f"正在生成软件包:{building.group(1)[:60]}")

    def count(self) -> int:
        """Count the packages that are in place."""
        return sum(1 for _ in self.packages.glob("*.dist-info"))

    def show(self, text: str) -> None:
        """Print a new state."""
        self.text = text
        if self.stream.isatty():
            self.tick()
        else:
            print(text, file=self.stream, flush=True)

    def tick(self) -> None:
        """Draw the changing line again, with the seconds so far."""
        text = self.text
        if self.installing:
            done = min(max(self.count() - self.before, 0), self.installing)
            text = f"正在安装软件包,共 {self.installing} 个,已装好 {done} 个"
        text += f",已用 {time.monotonic() - self.started:.0f} 秒"
        width = sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
        print("\r" + text + " " * (self.width - width), end="", file=self.stream, flush=True)
        self.width = width

    def tick_each_second(self) -> None:
        """Keep the line moving while pip is silent."""
        while not self.finished.wait(1):
            self.tick()


def version_of(command: "Sequence[str]") -> str:
    """Ask an interpreter for its version, "(3, 11)"; empty when there is none."""
    asking = [*command, "-c", "import sys; print(sys.version_info[:2])"]
    try:
        return subprocess.check_output(asking, stderr=subprocess.DEVNULL).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def find_python(candidates: "Sequence[Sequence[str]]" = CANDIDATES) -> "list[str]":
    """Return the command of a Python 3.11 on this machine.

    Raises:
        Stop: none of the candidates is one.
    """
    for candidate in candidates:
        if version_of(candidate) == str(WANTED):
            return list(candidate)
    found = "{}.{}".format(*sys.version_info)
    raise Stop(f"需要 Python 3.11,现在的是 {found},也没有找到 python3.11;请安装 Python 3.11 后再运行")


def environment_for_children(root: Path) -> "dict[str, str]":
    """Return the variables for children; what the user has set stays."""
    paths = [str(root), os.environ.get("PYTHONPATH", "")]
    return {**SETTINGS, **os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def python_of(folder: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def fingerprint(root: Path, requirement: str) -> str:
    """Digest of everything that decides what gets installed."""
    names = sorted({requirement, RUNTIME, "constraints.txt"})
    return hashlib.sha256(b"\0".join((root / name).read_bytes() for name in names)).hexdigest()


def stamp_of(root: Path, requirement: str) -> Path:
    """Return the file that a complete install leaves."""
    return root / ".venv" / (requirement + ".installed")


def is_whole(folder: Path) -> bool:
    """Tell whether the environment is one of ours, finished, of the right version and still runs."""
    configuration = folder / "pyvenv.cfg"
    if not (configuration.is_file() and python_of(folder).exists() and any(folder.glob("*.installed"))):
        return False
    version = re.search(r"(?m)^version\s*=\s*(\d+)\.(\d+)", configuration.read_text(encoding="utf-8"))
    return version is not None and (int(version.group(1)), int(version.group(2))) == WANTED


def is_current(root: Path, requirement: str) -> bool:
    """Tell whether nothing has to be installed."""
    stamp = stamp_of(root, requirement)
    if not (is_whole(root / ".venv") and stamp.is_file()):
        return False
    return stamp.read_text(encoding="utf-8") == fingerprint(root, requirement)


@contextlib.contextmanager
def alone(root: Path) -> "Iterator[tuple[int, ...]]":
    """Wait until no other run installs here; gives the descriptors that pip inherits.

    pip holds the lock too, so a run that was killed does not let the next one write beside its pip.
    Windows has no such lock, but refuses to delete files in use.
    """
    if sys.platform == "win32":
        yield ()
        return
    with (root / "constraints.txt").open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("另一个安装正在进行,等它结束……", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield (handle.fileno(),)


def make_environment(
    folder: Path, *, inherited: "tuple[int, ...]" = (), pip_module: str = "ensurepip"
) -> None:
    """Make an empty virtual environment, over whatever is there.

    Raises:
        Stop: Python lacks the part that makes environments, or the folder cannot be written.
    """
    if importlib.util.find_spec(pip_module) is None:
        raise Stop("系统的 Python 缺少 venv 组件;请(管理员)先执行 sudo apt install python3.11-venv,再运行")
    print(f"正在创建运行环境 {folder.name} ……", flush=True)
    try:
        venv.EnvBuilder(clear=True, symlinks=os.name != "nt").create(folder)
        command = [str(python_of(folder)), "-I", "-m", pip_module, "--upgrade", "--default-pip"]
        subprocess.check_output(command, stderr=subprocess.STDOUT, pass_fds=inherited)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Stop(f"无法创建 {folder}:{error};请确认文件夹可写、磁盘有空间,再运行") from error


def pip_command(root: Path, requirement: str) -> "list[str]":
    """Return the install command; a folder `wheelhouse` means offline."""
    options = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    if (root / "wheelhouse").is_dir():
        options += ["--no-index", "--find-links", str(root / "wheelhouse")]
    files = ["-r", str(root / requirement), "-c", str(root / "constraints.txt")]
    return [str(python_of(root / ".venv")), "-m", "pip", "install", *options, *files]


def packages_expected(root: Path, requirement: str) -> int:
    """Count the packages of an install, by the marks in constraints.txt."""
    other = r"# (?:test|Windows)$" if requirement == RUNTIME else r"# Windows$"
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return sum(1 for line in lines if "==" in line and not re.search(other, line))


def follow_pip(
    command: "Sequence[str]",
    log_file: Path,
    progress: Progress,
    *,
    variables: "Mapping[str, str]",
    inherited: "tuple[int, ...]" = (),
    before_change: "Callable[[], None]" = lambda: None,
) -> int:
    """Run pip, log what it says, show its progress and return its status."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=dict(variables),
        pass_fds=inherited,
    )
    log = log_file.open("w", encoding="utf-8")
    with process, log, progress:
        try:
            for line in process.stdout or ():
                log.write(line)
                if line.startswith("Installing collected packages"):  # until here pip has changed nothing
                    before_change()
                progress.read(line)
        except BaseException:
            process.terminate()
            raise
    return process.returncode


def run_pip(root: Path, requirement: str, *, inherited: "tuple[int, ...]", stream: TextIO) -> int:
    """Install a requirements file and return the status of pip."""
    folder = root / ".venv"
    packages = folder / ("Lib/site-packages" if os.name == "nt" else "lib/python3.11/site-packages")
    verb = "读取" if (root / "wheelhouse").is_dir() else "下载"
    return follow_pip(
        pip_command(root, requirement),
        folder / "install.log",
        Progress(packages_expected(root, requirement), packages, stream, verb=verb),
        variables=environment_for_children(root),
        inherited=inherited,
        before_change=lambda: remove_stamps(folder),
    )


def remove_stamps(folder: Path) -> None:
    """Mark an environment as unfinished."""
    for stamp in folder.glob("*.installed"):
        stamp.unlink()


def advice_for(log: str) -> str:
    """Say what to do about a failed install, from what pip wrote."""
    return next(advice for pattern, advice in REASONS if re.search(pattern, log))


def install(root: Path, requirement: str, *, inherited: "tuple[int, ...]", stream: TextIO) -> None:
    """Let pip install a requirements file and leave the stamp.

    Raises:
        Stop: pip failed; the environment is as before unless pip had begun to change it.
    """
    if run_pip(root, requirement, inherited=inherited, stream=stream):
        log = root / ".venv" / "install.log"
        raise Stop(f"安装失败:{advice_for(log.read_text(encoding='utf-8'))}。详细记录:{log}")
    for name in {requirement, RUNTIME}:  # what the tests need includes what the product needs
        stamp_of(root, name).write_text(fingerprint(root, name), encoding="utf-8")


def check_wheelhouse(root: Path) -> None:
    """Compare the packages of an offline bundle with its manifest; a folder of wheels without one is taken as is.

    Raises:
        Stop: the bundle is for another system, or was damaged on its way.
    """
    if not ((root / MANIFEST).is_file() and (root / "wheelhouse").is_dir()):
        return
    from deploy.platforms import this_platform

    print("正在核对离线安装包……", flush=True)
    try:
        told = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
        made_for, here = told["platform"], this_platform().name
        if made_for != here:
            raise Stop(
                f"这个离线包是给 {made_for} 做的,这台电脑是 {here};"
                f"请在能联网的电脑上用 python3 run.py bundle --platform {here} 另做一个"
            )
        rows = [row for row in told["files"] if row["file"].startswith("wheelhouse/")]
        damaged = [row["file"] for row in rows if sha256_of(root / row["file"]) != row["sha256"]]
    except (ValueError, KeyError, TypeError):
        damaged = [MANIFEST]
    if damaged:
        raise Stop(f"离线包里 {'、'.join(damaged[:3])} 缺失或已损坏;请把离线包重新拷贝一遍再运行")


def sha256_of(path: Path) -> str:
    """Digest of a file; empty where there is none."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()


def prepare(root: Path, requirement: str, *, stream: "TextIO | None" = None) -> bool:
    """Bring .venv to what a requirements file says; True when something had to be done.

    Raises:
        Stop: the environment could not be made.
    """
    if is_current(root, requirement):
        return False
    with alone(root) as inherited:
        if is_current(root, requirement):  # another run has just finished it
            return False
        check_wheelhouse(root)
        if not is_whole(root / ".venv"):
            make_environment(root / ".venv", inherited=inherited)
        install(root, requirement, inherited=inherited, stream=stream or sys.stdout)
    print("运行环境已准备好。", flush=True)
    return True


def run_child(command: "Sequence[str]", *, folder: "Path | None", variables: "Mapping[str, str]") -> int:
    """Run a command on our input and output; returns its status, 128 + n after signal n.

    Ctrl-C reaches the child by itself, and the child decides what it means.
    """
    process = subprocess.Popen(command, cwd=folder and str(folder), env=dict(variables))
    try:
        while True:
            try:
                status = process.wait()
            except KeyboardInterrupt:
                continue
            return 128 - status if status < 0 else status
    finally:
        if process.poll() is None:
            process.terminate()


def start(root: Path, arguments: "Sequence[str]") -> int:
    """Open the chat; where the system can, in the place of this process, so that signals reach it.

    The user's working folder stays, and -P keeps what lies in it from being imported.
    """
    command = [str(python_of(root / ".venv")), "-P", "-m", "ui", *arguments]
    print("正在打开案例问答,约需几秒……", flush=True)
    if os.name == "posix":
        os.execve(command[0], command, environment_for_children(root))  # noqa: S606 - no shell is what we want
    return run_child(command, folder=None, variables=environment_for_children(root))


def run_tests(root: Path, arguments: "Sequence[str]") -> int:
    """Run every check, pytest last: the last line printed is its summary."""
    python, variables = str(python_of(root / ".venv")), environment_for_children(root)
    checks = (
        ("代码规范 ruff check", ("ruff", "check", ".")),
        ("代码格式 ruff format", ("ruff", "format", "--check", ".")),
        ("类型检查 mypy", ("mypy",)),
    )
    rows, failed = [], False
    for title, command in checks:
        begun = time.monotonic()
        status = run_child([python, "-m", *command], folder=root, variables=variables)
        failed = failed or status != 0
        rows.append(f"{'未通过' if status else '通过  '}  {time.monotonic() - begun:6.1f} 秒  {title}")
    rows.append("随后运行           测试 pytest,结果见最后一行")
    print("", *rows, *(["以上有未通过的检查,整体结果为未通过。"] if failed else []), "", sep="\n", flush=True)
    status = run_child([python, "-m", "pytest", *arguments], folder=root, variables=variables)
    return status or int(failed)


def main(
    arguments: "Sequence[str]",
    *,
    root: Path = ROOT,
    current: "tuple[int, ...]" = sys.version_info[:2],
    candidates: "Sequence[Sequence[str]]" = CANDIDATES,
) -> int:
    """Do what the command line says and return the exit status."""
    if arguments[:1] in (["--help"], ["-h"]) or list(arguments) in (["bundle", "--help"], ["bundle", "-h"]):
        print(HELP)
        return 0
    testing = arguments[:1] == ["test"]
    try:
        if current != WANTED:
            command = [*find_python(candidates), str(root / "run.py"), *arguments]
            return run_child(command, folder=None, variables=os.environ)
        if arguments[:1] == ["bundle"]:
            from deploy.bundle import bundle

            return bundle(root, arguments[1:])
        prepare(root, TESTING if testing else RUNTIME)
        return run_tests(root, arguments[1:]) if testing else start(root, arguments)
    except (Stop, OSError) as error:
        print(error if isinstance(error, Stop) else f"无法读写文件:{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\n已中断;再次运行会重新准备。", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.modules["run"] = sys.modules["__main__"]  # deploy/ imports it: the same classes, not a copy of them
    for output in (sys.stdout, sys.stderr):
        if hasattr(output, "reconfigure"):
            output.reconfigure(errors="replace")  # a console that cannot show Chinese must not end the run
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))  # lets pip be stopped too
    sys.exit(main(sys.argv[1:]))
