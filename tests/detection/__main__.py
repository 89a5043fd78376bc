"""How much the suite finds, and how little it finds where nothing is wrong: `python -m tests.detection`.

Every line of the tables comes of a run of the suite, a process of its own only where requests are generated: faults and
mutants that do not disturb each other share one, see `fault_batches.py` and `mutant_layers.py` here.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import filter as matching
from fnmatch import fnmatchcase
from functools import partial

from reference_provider import FAULTS
from tests.detection.fault_batches import batch_outcomes, fault_batches
from tests.detection.measured_runs import Suite, suite
from tests.detection.mutant_layers import layer_outcomes, layers, recorded
from tests.detection.outcomes import benign_outcome, benign_variants, mutant_outcome, mutants
from tests.detection.run_results import Outcome

Asking = Callable[[], Iterable[Outcome]]
"""One run, and what it shows."""


@dataclass(frozen=True)
class _Part:
    """One of the three tables."""

    title: str
    runs: Callable[[Suite, str], Iterable[Asking]]
    rate: Callable[[Sequence[Outcome]], str]


def _fault_runs(suite: Suite, pattern: str) -> Iterator[Asking]:
    return (partial(batch_outcomes, suite, batch) for batch in fault_batches(matching(FAULTS, pattern)))


def _mutant_runs(suite: Suite, pattern: str) -> Iterator[Asking]:
    for name in matching(mutants(), pattern):
        yield partial(_alone, partial(mutant_outcome, suite, mutants()[name]))
    for layer in layers(recorded(suite).answers):
        if chosen := [mutant for mutant in layer if fnmatchcase(mutant.name, pattern)]:
            yield partial(layer_outcomes, suite, chosen)


def _benign_runs(suite: Suite, pattern: str) -> Iterator[Asking]:
    for name in matching(benign_variants(), pattern):
        yield partial(_alone, partial(benign_outcome, suite, benign_variants()[name]))


def _alone(outcome: Callable[[], Outcome]) -> Iterable[Outcome]:
    return (outcome(),)


def _good(outcomes: Sequence[Outcome]) -> str:
    return f"{sum(outcome.good for outcome in outcomes)} of {len(outcomes)}"


def _survivors(outcomes: Sequence[Outcome]) -> str:
    explained = sum(not outcome.good and not outcome.problems for outcome in outcomes)
    return f"mutants caught {_good(outcomes)}, {explained} survivors explained"


PARTS: Mapping[str, _Part] = {
    "faults": _Part("fault  clause  caught  exit status", _fault_runs, lambda them: f"faults caught {_good(them)}"),
    "mutants": _Part("mutant  heaviest clause that caught it", _mutant_runs, _survivors),
    "benign": _Part(
        "benign variant  advice it does not take",
        _benign_runs,
        lambda them: f"benign variants without alarm {_good(them)}",
    ),
}


def main(words: Sequence[str] | None = None) -> int:
    """Prints the tables asked for and their rates; 0 if they have lines and no line has a problem, else 1."""
    chosen = _parsed(words)
    rates, lines, problems = [], 0, 0
    with suite() as asked, ThreadPoolExecutor(chosen.jobs) as pool:
        for part in [PARTS[name] for name in PARTS if name in chosen.parts]:
            runs = pool.map(lambda asking: asking(), part.runs(asked, chosen.only))
            outcomes = list(_table(part.title, (outcome for found in runs for outcome in found)))
            rates.append(part.rate(outcomes))
            lines += len(outcomes)
            problems += sum(bool(outcome.problems) for outcome in outcomes)
    _print("\n" + "\n".join(rates))
    return 1 if problems or not lines else 0


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


def _parsed(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.detection", description=__doc__)
    for name in PARTS:
        parser.add_argument(f"--{name}", dest="parts", action="append_const", const=name, help="only this table")
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time (default 2)")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="names to run, as a shell pattern")
    parser.set_defaults(parts=None)
    chosen = parser.parse_args(words)
    chosen.parts = chosen.parts or list(PARTS)
    return chosen


if __name__ == "__main__":
    sys.exit(main())
