"""Lays faults on the responses of Jupyter Server, and prints which clause catches each.

`python -m examples.jupyter.faults [part of a name ...]`. A proxy stands in front of the server. For each fault it
changes the request or the response, and one case is tested: the one that the fault is about. The exit status is 0 if
each fault is caught by the clause that it breaks, and where the contract promises nothing or sees nothing, by none.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from examples.jupyter.fault_table import FAULTS
from examples.jupyter.run import DEPARTURES, command
from examples.jupyter.server import VARIABLE, jupyter
from examples.real_server.fault_rows import named, print_table, rows
from examples.real_server.proxy import proxy


def main(words: Sequence[str]) -> int:
    """Print the table, of the faults whose names hold one of the words; without words, of all."""
    with TemporaryDirectory() as name, jupyter(Path(name)) as server, proxy(server.url) as between:
        os.environ[VARIABLE] = server.token  # for the run, and for a fault that lets everybody in
        return print_table(rows(named(FAULTS, words), between, Path(name), command, departures=DEPARTURES))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
