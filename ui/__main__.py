"""`python -m ui`: opens the chat page on this machine."""

from __future__ import annotations

import argparse
import errno
import io
import logging
import os
import pathlib
import socket
import sys

from corpus.command_line import FAILED, ChineseParser
from corpus.errors import CaseQAError, InputError
from rag.doctor import outside_host
from rag.settings import load_settings
from ui.library import Library
from ui.materials import Materials
from ui.office import account_command
from ui.office.office import Office, open_office
from ui.office.serving import private_folder, server_options, warnings
from ui.renewal import keep_renewed

LAST_PORT = 65535


def arguments(words: list[str] | None) -> argparse.Namespace:
    """What the command line says."""
    parser = ChineseParser(prog="python -m ui", description="打开案例问答网页。")
    parser.add_argument(
        "--host",
        metavar="地址",
        help="监听的地址，默认 127.0.0.1，只有本机能打开；0.0.0.0 让同一网络里的都能打开",
    )
    parser.add_argument("--port", metavar="端口", type=_port, help="监听的端口，默认 7860；0 表示任选一个")
    parser.add_argument(
        "--index", metavar="文件夹", type=pathlib.Path, help="用哪个索引作答，默认用内置案例摘要"
    )
    parser.add_argument(
        "--auth-file",
        metavar="账号文件",
        type=pathlib.Path,
        help="要登录才能用，账号在这个文件里；用 python -m ui account add 姓名 建立",
    )
    # None where it is not given: then the settings say.
    parser.add_argument(
        "--read-only", action="store_const", const=True, help="只能提问，不能在网页上增删材料"
    )
    parser.add_argument("--no-browser", action="store_true", help="不自动打开浏览器")
    return parser.parse_args(words)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"端口应是 0 到 {LAST_PORT} 之间的数")
    return int(text)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens already, so that a browser opened now will be served.

    Raises:
        InputError: where the address or the port cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise InputError(
                f"不能用这个地址打开网页：{host}", hint="请检查 --host，只在本机用时写 127.0.0.1"
            ) from error
        hint = f"请换一个端口，例如 --port {port + 1 if port < LAST_PORT else 7860}"
        raise InputError(f"端口 {port} 已被占用，或者没有权限使用", hint=hint) from error


def wants_browser(*, refused: bool) -> bool:
    """Whether to open a browser: only for somebody who sits at this screen."""
    desktop = os.name == "nt" or sys.platform == "darwin"
    desktop = desktop or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return desktop and sys.stdout.isatty() and not refused


def run(options: argparse.Namespace) -> None:
    """Serve the page until it is ended.

    Raises:
        CaseQAError: where the page or its library cannot be had.
    """
    settings = load_settings(
        index=options.index,
        host=options.host,
        port=options.port,
        auth_file=options.auth_file,
        read_only=options.read_only,
    )
    office = open_office(settings)
    door = listening(settings.host, settings.port)
    with door, private_folder():
        import uvicorn

        materials = Materials(settings)
        ends: list[uvicorn.Server] = []

        def stop() -> None:
            for server in ends:
                server.should_exit = True

        library = Library(
            materials.open,
            name=materials.source.name,
            outside=outside_host(settings),
            on_failure=stop,
            around=office.watched,
            data=settings.data,
            materials=materials,
        )
        library.start()
        keep_renewed(library, materials)

        from ui.app import serve

        server = uvicorn.Server(server_options(serve(library, office)))
        ends.append(server)
        if library.error is None:
            announce(door, office, browse=wants_browser(refused=options.no_browser))
            server.run(sockets=[door])
        if library.error is not None:
            raise library.error


def announce(door: socket.socket, office: Office, *, browse: bool) -> None:
    """Tell the address of the page and what to mind, and open it if `browse`."""
    host, port = door.getsockname()[:2]
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    url = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
    print(f"案例问答网页：{url}  （按 Ctrl+C 结束）", flush=True)
    for warning in warnings(host, office):
        print(warning, flush=True)
    if browse:
        import webbrowser

        webbrowser.open(url)


def main(words: list[str] | None = None) -> int:
    """Run the command; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console that lacks Chinese must not end the program
            stream.reconfigure(errors="replace")
    words = sys.argv[1:] if words is None else words
    if words[:1] == ["account"]:
        return account_command.run(words[1:])
    options = arguments(words)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # its English notes at the end help nobody
    try:
        run(options)
    except KeyboardInterrupt:
        return 0
    except CaseQAError as error:
        print(error, file=sys.stderr)
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
