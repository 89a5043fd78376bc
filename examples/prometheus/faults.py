"""Lays faults on the responses of Prometheus, and prints which clause catches each.

`python -m examples.prometheus.faults [part of a name ...]`. A proxy stands in front of the server. For each fault it
changes the responses, and one case is tested: the one whose response the fault changes. The exit status is 0 if each
fault is caught by the clause that it breaks, and where the contract promises nothing, by none.
"""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from examples.prometheus.fault_table import FAULTS
from examples.prometheus.run import command
from examples.prometheus.server import prometheus
from examples.real_server.fault_rows import named, print_table, rows
from examples.real_server.proxy import proxy


def main(words: Sequence[str]) -> int:
    """Print the table, of the faults whose names hold one of the words; without words, of all."""
    with TemporaryDirectory() as name, prometheus(Path(name)) as server, proxy(server.url) as between:
        return print_table(rows(named(FAULTS, words), between, Path(name), partial(command, server)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
