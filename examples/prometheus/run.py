"""Tests Prometheus against the contract beside this file: `python -m examples.prometheus.run [options of run]`.

The exit status is that of `talkstack-contract run`: 0 accepted, 1 rejected, 6 inconclusive.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from examples.prometheus.server import Server, prometheus
from examples.real_server.process import suite_command

CONTRACT = Path(__file__).parent / "contract"
REPORTS = Path("reports") / "prometheus"


def command(server: Server, url: str, folder: Path, words: Sequence[str]) -> list[str]:
    """Return the command of a run that asks `url`, with what the server yields in a provider file in `folder`."""
    provider = folder / "provider.toml"
    provider.write_text(server.provider_file(), encoding="utf-8")
    return suite_command(CONTRACT, url, provider, words)


def main(words: Sequence[str]) -> int:
    """Start a server, test it, and end it."""
    with TemporaryDirectory() as name, prometheus(Path(name)) as server:
        given = ["--reports", str(REPORTS), *words]
        return subprocess.run(command(server, server.url, Path(name), given), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
