"""`python -m tests.hostile [NAME ...]`: each behaviour with its decision, exit status, seconds and peak memory."""

from __future__ import annotations

import sys

from tests.hostile.behaviours import BEHAVIOURS
from tests.hostile.measured import measured, problems


def main(names: list[str]) -> int:
    """Print a line a behaviour, and return 1 where one of them led to something else than it has to."""
    wrong = 0
    for name in names or BEHAVIOURS:
        found = measured(name)
        told = "; ".join(problems(found))
        wrong += bool(told)
        cost = f"{found.seconds:6.2f} s {found.memory_mb:4.0f} MB"
        print(f"{name:<28} {found.decision:<21} {found.exit_status} {cost}  {told}".rstrip(), flush=True)
    print(f"{len(names or BEHAVIOURS)} behaviours, {wrong} not as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
