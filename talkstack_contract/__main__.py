"""The command: `talkstack-contract`, or `python -m talkstack_contract`."""

import signal
import sys


def main() -> int:
    """Do what the words of the process say; return the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until a run has something to tell, Ctrl-C only ends the process
    from talkstack_contract.cli import main as do

    return do()


if __name__ == "__main__":
    sys.exit(main())
