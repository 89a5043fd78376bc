"""Starts Jupyter Server for a run: on a free port of this machine, with a random token and a temporary folder."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.request import urlopen

from examples.real_server.process import HOST, Command, running

STATE = "a user with the token"
VARIABLE = "JUPYTER_TOKEN"  # which the server itself reads too
PROGRAM = "jupyter-server"
FOLDER, TEXT, BINARY = "documents", "documents/notes.txt", "documents/data.bin"
GIVEN = {TEXT: b"Bread, milk\n", BINARY: bytes(range(256))}

PROVIDER_FILE = f"""\
allow = ["reads", "writes"]
[accounts."{STATE}"]
token = {{env = "{VARIABLE}"}}
[accounts."{STATE}".values]
folder = "{FOLDER}"
file = "{TEXT}"
binaryFile = "{BINARY}"
"""


@dataclass(frozen=True)
class Server:
    """A running server, and the folder that it shows."""

    url: str
    root: Path
    token: str

    def environment(self) -> Mapping[str, str]:
        """Return the environment of a run, with the token that the provider file names."""
        return {**os.environ, VARIABLE: self.token}

    def left_over(self) -> list[str]:
        """Return what lies in the folder now and did not before the run; `!` stands before what is gone or changed."""
        now = {each.relative_to(self.root).as_posix(): each.read_bytes() for each in _files(self.root)}
        return sorted(
            [name for name in now if name not in GIVEN]
            + [f"! {name}" for name, content in GIVEN.items() if now.get(name) != content]
        )


def program(folder: Path) -> str:
    """Return the command of the server: the one on PATH, or one that is installed into `folder` with pip."""
    beside = Path(sys.executable).with_name(PROGRAM)
    if found := shutil.which(PROGRAM) or shutil.which(beside):
        return found
    own = folder / "venv"
    venv.create(own, with_pip=True)
    subprocess.run([own / "bin" / "pip", "install", "--quiet", PROGRAM], check=True)
    return str(own / "bin" / PROGRAM)


@contextmanager
def jupyter(folder: Path) -> Iterator[Server]:
    """Run Jupyter Server until the block ends. Raises `NotReady`, and `OSError` where it cannot be started."""
    root, token = folder / "root", secrets.token_hex(24)
    for name, content in GIVEN.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    with running(partial(_command, program(folder), folder, token), _ready) as url:
        yield Server(url, root, token)


def _command(path: str, folder: Path, token: str, port: int) -> Command:
    settings = {
        "ip": HOST,
        "port": port,
        "port_retries": 0,  # another port would be one that nobody asks
        "root_dir": folder / "root",
        "open_browser": False,
        "allow_root": True,
    }
    words = [path, *(f"--ServerApp.{name}={value}" for name, value in settings.items())]
    own = {f"JUPYTER_{each}_DIR": str(folder / each.lower()) for each in ("CONFIG", "DATA", "RUNTIME")}
    return Command(words, folder / "jupyter.log", {**own, VARIABLE: token})


def _ready(url: str) -> str | None:
    with urlopen(f"{url}/api") as response:
        return url if "version" in json.load(response) else None


def _files(folder: Path) -> Iterator[Path]:
    return (each for each in folder.rglob("*") if each.is_file())
