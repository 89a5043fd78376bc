"""`python -m talkstack_contract`: another name of the command `talkstack-contract`."""

import sys

from talkstack_contract.cli import main

if __name__ == "__main__":
    sys.exit(main())
