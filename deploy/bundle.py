"""`python3 run.py bundle`: the offline bundle, one folder to carry on a stick.

FOLDER/
  manifest.json      system, and name, version, bytes and sha256 of every file
  wheelhouse/        the packages; run.py installs from here and asks no network
  run.py, rag/ …     the program, without tests, indexes, settings and whatever else lies beside it
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

import run
from deploy import folder, wheels
from deploy.platforms import PLATFORMS, Platform, this_platform

DEFAULT = "case-qa-offline"


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs pip and shows in Chinese what it does.

    Attributes:
        python: an interpreter that has pip.
        log: receives what the pip at work writes.
        stream: where the progress is shown.
    """

    python: str
    log: pathlib.Path
    stream: TextIO

    def __call__(self, words: Sequence[str]) -> tuple[int, str]:
        """Run pip with `words`; its status and what it wrote."""
        options = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
        command = [self.python, "-m", "pip", words[0], *options, *words[1:]]
        progress = run.Progress(sum("==" in word for word in words), self.log.parent, self.stream)
        status = run.follow_pip(command, self.log, progress, variables=os.environ)
        return status, self.log.read_text(encoding="utf-8")


def bundle(root: pathlib.Path, arguments: Sequence[str], *, stream: TextIO | None = None) -> int:
    """Make a bundle of the program in `root`; what stood in its place stays until the new one is whole.

    Args:
        root: the program.
        arguments: [FOLDER] [--platform NAME]; a FOLDER that ends with ".zip" is packed into one file.
        stream: where progress is shown.

    Raises:
        run.Stop: it could not be made.
    """
    target, system = options(arguments)
    refuse_occupied(root, target)
    out = stream or sys.stdout
    made, log = target.with_name(target.name + ".unfinished"), target.with_name(target.name + ".log")
    shutil.rmtree(made, ignore_errors=True)
    try:
        (made / folder.WHEELHOUSE).mkdir(parents=True)
        count = collect_wheels(root, made, log, system, out)
        _say(out, "正在拷贝程序、计算校验值……")
        folder.copy_program(root, made)
        size = folder.write_manifest(made, system)
        folder.put_in_place(made, target)
        log.unlink()
    except wheels.BundleError as error:
        reason = str(error) or f"{run.advice_for(error.log)}。详细记录：{log}"
        raise run.Stop(f"离线包没有做成：{reason}") from error
    except OSError as error:
        hint = "请检查磁盘空间（约要 4 GB）和写权限，再运行"
        raise run.Stop(f"离线包没有做成：{target.parent} 写不进去；{hint}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    _say(out, f"离线包已做好：{target}，{size / 1e6:.0f} MB，{count} 个软件包，用于 {system.name}。")
    command = "py -3.11 run.py" if system.name == "windows" else "python3 run.py"
    _say(out, f"把它拷到装有 Python 3.11 的电脑上，进入文件夹运行 {command}，不需要联网。")
    return 0


def options(arguments: Sequence[str]) -> tuple[pathlib.Path, Platform]:
    """Where the bundle goes and the system that it is for.

    Raises:
        run.Stop: the command line says something else.
    """
    places: list[str] = []
    name = ""
    waiting = [part for word in arguments for part in word.replace("--platform=", "--platform\0").split("\0")]
    while waiting:
        word = waiting.pop(0)
        if word == "--platform" and waiting:
            name = waiting.pop(0)
        elif word.startswith("-"):
            raise run.Stop(f"命令写得不对：{word}。用法见 python3 run.py --help")
        else:
            places.append(word)
    if len(places) > 1:
        raise run.Stop(f"只能写一个文件夹，现在写了 {len(places)} 个；名称里有空格时请加英文引号")
    if name and name not in PLATFORMS:
        raise run.Stop(f"不认识的系统：{name}。可以写 {'、'.join(PLATFORMS)}")
    return pathlib.Path(*places or [DEFAULT]).resolve(), PLATFORMS.get(name) or this_platform()


def refuse_occupied(root: pathlib.Path, target: pathlib.Path) -> None:
    """Keep a bundle from being written over or into something else.

    Raises:
        run.Stop: the place is not free.
    """
    if root in target.parents and target.relative_to(root).parts[0] in folder.PROGRAM:
        raise run.Stop("离线包不能放在程序自己的文件夹里面，请换一个位置")
    if not target.exists():
        return
    if target.suffix == ".zip":
        free = target.is_file()
    else:
        free = target.is_dir() and (folder.is_bundle(target) or not any(target.iterdir()))
    if not free:
        raise run.Stop(f"{target} 里已有别的内容，请换一个文件夹")


def collect_wheels(
    root: pathlib.Path, made: pathlib.Path, log: pathlib.Path, system: Platform, stream: TextIO
) -> int:
    """Fill the wheelhouse and make sure that nothing is missing; the number of packages.

    Raises:
        wheels.BundleError: a package cannot be had.
        run.Stop: there is no pip, or something is missing.
    """
    wanted = wheels.pins(root, system)
    _say(stream, f"正在为 {system.name} 准备 {len(wanted)} 个软件包")
    with python_with_pip(root) as python:
        wheels.fetch(made / folder.WHEELHOUSE, wanted, system, Runner(python, log, stream))
        script = root / "deploy" / "missing.py"
        command = [python, str(script), str(made / folder.WHEELHOUSE), system.name, str(root / run.RUNTIME)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own
    if done.returncode:
        gaps = "、".join(line.split("\t")[0] for line in done.stdout.splitlines()[:5])
        hint = "请在 constraints.txt 中补上这些软件包的版本，再运行"
        raise run.Stop(f"离线包没有做成：缺少 {gaps or done.stderr.strip()[-200:]}。{hint}")
    return len(wanted)


@contextlib.contextmanager
def python_with_pip(root: pathlib.Path) -> Iterator[str]:
    """Give an interpreter that has pip: that of .venv, else one of a temporary environment."""
    if run.is_whole(root / ".venv"):
        yield str(run.python_of(root / ".venv"))
        return
    with tempfile.TemporaryDirectory() as temporary:
        run.make_environment(pathlib.Path(temporary) / "bundle")
        yield str(run.python_of(pathlib.Path(temporary) / "bundle"))


def _say(stream: TextIO, text: str) -> None:
    stream.write(text + "\n")
    stream.flush()
