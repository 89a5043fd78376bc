"""How much the suite finds, and how little it finds where nothing is wrong: `python -m tests.detection`.

Every line of the tables is a run of `pytest tests/contract`; `tests/engine/outcomes.py` says what it is held to.
"""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase

from talkstack_contract.reference import FAULTS
from tests.engine.outcomes import (
    Outcome,
    Suite,
    benign_outcome,
    benign_variants,
    fault_outcome,
    mutant_outcome,
    mutants,
    suite,
)


def _table(title: str, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Prints a line or more per outcome as it comes, and hands it on."""
    _print(f"\n{title}")
    for outcome in outcomes:
        for cell in outcome.cells or ("",):
            _print(f"  {outcome.name:<52}  {cell}".rstrip())
        for problem in outcome.problems:
            _print(f"  {'':<52}  ! {problem}")
        yield outcome


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass(frozen=True)
class _Part:
    """One of the three tables."""

    title: str
    names: Callable[[], Iterable[str]]
    outcome: Callable[[Suite, str], Outcome]
    rate: Callable[[Sequence[Outcome]], str]


def _good(outcomes: Sequence[Outcome]) -> str:
    return f"{sum(outcome.good for outcome in outcomes)} of {len(outcomes)}"


def _survivors(outcomes: Sequence[Outcome]) -> str:
    explained = sum(not outcome.good and not outcome.problems for outcome in outcomes)
    return f"mutants caught {_good(outcomes)}, {explained} survivors explained"


PARTS: Mapping[str, _Part] = {
    "faults": _Part(
        "fault  clause  caught  exit status",
        lambda: FAULTS,
        fault_outcome,
        lambda outcomes: f"faults caught {_good(outcomes)}",
    ),
    "mutants": _Part(
        "mutant  first clause violated  exit status",
        mutants,
        lambda suite, name: mutant_outcome(suite, mutants()[name]),
        _survivors,
    ),
    "benign": _Part(
        "benign variant  advice it does not take",
        benign_variants,
        lambda suite, name: benign_outcome(suite, benign_variants()[name]),
        lambda outcomes: f"benign variants without alarm {_good(outcomes)}",
    ),
}


def main(words: Sequence[str] | None = None) -> int:
    """Prints the tables asked for and their rates; 0 if they have lines and no line has a problem, else 1."""
    chosen = _parsed(words)
    rates, lines, problems = [], 0, 0
    with suite(quick=chosen.quick) as asking, ThreadPoolExecutor(chosen.jobs) as pool:
        for part in [PARTS[name] for name in PARTS if name in chosen.parts]:
            names = [name for name in part.names() if fnmatchcase(name, chosen.only)]
            outcomes = list(_table(part.title, pool.map(functools.partial(part.outcome, asking), names)))
            rates.append(part.rate(outcomes))
            lines += len(outcomes)
            problems += sum(bool(outcome.problems) for outcome in outcomes)
    _print("\n" + "\n".join(rates))
    return 1 if problems or not lines else 0


def _parsed(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.detection", description=__doc__)
    for name in PARTS:
        parser.add_argument(f"--{name}", dest="parts", action="append_const", const=name, help="only this table")
    parser.add_argument("--quick", action="store_true", help="ask only what each line needs, as the tests do")
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time (default 2)")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="names to run, as a shell pattern")
    parser.set_defaults(parts=None)
    chosen = parser.parse_args(words)
    chosen.parts = chosen.parts or list(PARTS)
    return chosen


if __name__ == "__main__":
    sys.exit(main())
