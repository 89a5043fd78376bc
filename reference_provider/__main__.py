"""`python -m reference_provider`: the reference provider on a port, until SIGINT or SIGTERM."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

from reference_provider import FAULTS, serve
from reference_provider.faults import nearest_fault

PROGRAM = "python -m reference_provider"
BAD_SETTINGS = 4
"""As in pytest: the command was used wrongly."""


class Parser(argparse.ArgumentParser):
    """Ends with our status for bad settings, in one line."""

    def error(self, message: str) -> NoReturn:
        """Prints the line and exits."""
        self.exit(BAD_SETTINGS, f"{self.prog}: {message}\n")


def parser(program: str = PROGRAM) -> Parser:
    """The options of the command, whose name is `program`."""
    description = "Serve the reference provider on this machine until it is interrupted; with faults, on demand."
    options = Parser(prog=program, description=description)
    options.add_argument("--port", type=_port, default=0, help="port on 127.0.0.1; 0 (default): any free one")
    options.add_argument("--calls-port", type=_port, default=0, help="port of the host that takes calls; 0: any")
    options.add_argument("--write-provider", metavar="FILE", help="write a provider file that points the suite here")
    options.add_argument("--fault", action="append", default=[], metavar="NAME", type=_fault, help="switch a fault on")
    options.add_argument("--list-faults", action="store_true", help="list every fault and the clauses it breaks")
    return options


def main(words: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """Run the command with these arguments, or with those of the process. Returns the exit status."""
    options = parser(program).parse_args(words)
    try:
        list_faults() if options.list_faults else run(options, program)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has seen enough. Nothing may be left to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def list_faults() -> None:
    """A line for each fault: name, clauses, sentence."""
    for fault in FAULTS.values():
        print(f"{fault.name}\t{' '.join(fault.breaks)}\t{fault.sentence}")


def run(options: argparse.Namespace, program: str = PROGRAM) -> None:
    """Serves until a signal comes. Exits with 4 if the port or the file cannot be had."""
    has_ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: has_ended.set())
    try:
        with serve(options.port, faults=options.fault, calls_port=options.calls_port) as reference:
            if options.write_provider:
                reference.write_provider(options.write_provider)
            print(f"reference provider on {reference.base_url}\nits calls on {reference.calls_base_url}", flush=True)
            has_ended.wait()
    except BrokenPipeError:
        raise
    except OSError as error:
        parser(program).error(f"{error.filename} cannot be used: {os.strerror(error.errno or 0)}")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")
    return int(text)


def _fault(name: str) -> str:
    if name not in FAULTS:
        raise argparse.ArgumentTypeError(f"{name!r} is no fault; nearest: {nearest_fault(name)!r}")
    return name


if __name__ == "__main__":
    sys.exit(main())
