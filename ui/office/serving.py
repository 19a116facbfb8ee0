"""How the whole is served: uvicorn's options, a private folder for files, and what whoever opens it should mind."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ui.office.accounts import open_to_others
from ui.office.asker import loopback
from ui.office.office import Office

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

_CONNECTIONS = 512  # at the same time; an open page holds one or two
_GRADIO_FOLDER = "GRADIO_TEMP_DIR"


def server_options(application: ASGIApp) -> uvicorn.Config:
    """How uvicorn serves: no WebSocket, no English on the screen, no client that holds a connection for nothing."""
    import uvicorn

    from ui.office.patience import PatientProtocol

    return uvicorn.Config(
        application,
        http=PatientProtocol,
        ws="none",
        log_level="critical",
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        # Address and scheme of the client are taken from a proxy's headers only where it runs on this machine.
        forwarded_allow_ips=["127.0.0.1", "::1"],
        # A page that stays open would otherwise keep the server from ending.
        timeout_graceful_shutdown=1,
    )


@contextlib.contextmanager
def private_folder() -> Iterator[None]:
    """A folder for what people upload and download, which no other user of this machine can read; gone at the end."""
    if os.environ.get(_GRADIO_FOLDER):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="case-qa-", ignore_cleanup_errors=True) as folder:
        os.environ[_GRADIO_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[_GRADIO_FOLDER]


def warnings(host: str, office: Office) -> list[str]:
    """What whoever opens the page for others should know, a line each; `host` is where it listens."""
    said = []
    if not loopback(host):
        if office.keeper is None:
            said.append(
                "注意：能连到这台电脑的人都能打开这个网页，不用登录。要登录请加 --auth-file 账号文件，"
                "账号用 python -m ui account --auth-file 账号文件 add 姓名 建立。"
            )
        else:
            said.append(
                "注意：同一网络里的其他电脑也能打开这个网页，要登录。口令经网络传送，请尽量经 https 的反向代理使用。"
            )
    if office.keeper is not None:
        path = office.keeper.accounts.path
        if not office.keeper.accounts.now():
            said.append(f"注意：账号文件里还没有账号，谁也登录不了：{path}")
        if open_to_others(path):
            said.append(f"注意：这台机器上的其他用户也能读账号文件，请收紧它的权限：chmod 600 {path}")
    return said
