"""Tests Jupyter Server against the contract beside this file: `python -m examples.jupyter.run [options of run]`.

The exit status is that of `talkstack-contract run`: 0 accepted, 1 rejected, 6 inconclusive; and 1 if anything that the
run made is left in the server's folder.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from examples.jupyter.server import PROVIDER_FILE, jupyter
from examples.real_server.process import suite_command

CONTRACT = Path(__file__).parent / "contract"
REPORTS = Path("reports") / "jupyter"
DEPARTURES = frozenset(
    {
        "deleteContents/by-token/header.location-is-there",
        "deleteContents/by-api-key/header.location-is-there",
        "createUntitled/a-file-instead-of-a-folder/body.reason-is-text",
        "renameContents/body-absent/body.reason-is-text",
        "saveContents/body-absent/status.is-400",
    }
)
"""The must clauses that the server itself violates; README.md says how each departs from the docs."""


def command(url: str, folder: Path, words: Sequence[str]) -> list[str]:
    """Return the command of a run that asks `url`, with a provider file in `folder`."""
    provider = folder / "provider.toml"
    provider.write_text(PROVIDER_FILE, encoding="utf-8")
    return suite_command(CONTRACT, url, provider, words)


def main(words: Sequence[str]) -> int:
    """Start a server, test it, look at what is left in its folder, and end it."""
    with TemporaryDirectory() as name, jupyter(Path(name)) as server:
        options = ["--reports", str(REPORTS), *words]
        run = subprocess.run(command(server.url, Path(name), options), check=False, env=server.environment())
        left_over = server.left_over()
    if left_over:
        print(f"left in the server's folder: {', '.join(left_over)}", file=sys.stderr)
    return run.returncode or int(bool(left_over))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
