"""What a program asks of the network, told by the interpreter itself."""

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PROGRAM = """
import sys
asked = []
sys.addaudithook(lambda event, _: asked.append(event) if event in ("socket.connect", "socket.getaddrinfo") else None)
from corpus.errors import ModelError
{load}
for name in sys.argv[1:]:
    try:
        Model(name)
        print("loaded", name)
    except ModelError:
        pass
print("asked", *asked)
"""


def reached(load: str, *names: str, offline: str | None = None) -> tuple[list[str], list[str]]:
    """The names that a fresh process could load as `Model(name)`, and its socket events; `load` imports Model.

    `offline` is the value of HF_HUB_OFFLINE; None leaves it out.
    """
    variables = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    if offline is not None:
        variables["HF_HUB_OFFLINE"] = offline
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(load=load), *names],
        cwd=_ROOT,
        env={**variables, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    *loaded, asked = done.stdout.splitlines()
    return [line.removeprefix("loaded ") for line in loaded], asked.split()[1:]
