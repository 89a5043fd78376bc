"""What a run of the suite shows, in whatever process it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ACCEPTED, REJECTED, INCONCLUSIVE = 0, 1, 6


@dataclass(frozen=True)
class Told:
    """What a run tells of one clause; `exchanges` are those that its verdict is read off."""

    strength: str
    verdict: str
    exchanges: tuple[str, ...]
    of_run: bool

    @property
    def is_found(self) -> bool:
        """Whether something is wrong: a broken promise, or no usable answer."""
        return self.verdict in ("violated", "blocked")


@dataclass(frozen=True)
class Run:
    """One run: what it decided, and what it tells of each clause by `operation/case/clause`."""

    exit_status: int
    told: Mapping[str, Told]
    is_complete: bool
    output: str

    @property
    def violated(self) -> frozenset[str]:
        return frozenset(clause for clause, told in self.told.items() if told.verdict == "violated")

    @property
    def found_something(self) -> bool:
        return bool(self.violated) or self.exit_status == INCONCLUSIVE

    @property
    def shown(self) -> str:
        """The heaviest violated clause, how many more there are, and the exit status."""
        return f"{self.heaviest(self.violated)}  {self.exit_status}"

    def heaviest(self, found: frozenset[str]) -> str:
        """The heaviest of these clauses, and how many more there are."""
        ranks = {"must": 0, "should": 1, "advice": 2}
        ordered = sorted(found, key=lambda clause: (ranks[self.told[clause].strength], clause))
        more = f" and {len(ordered) - 1} more" if ordered[1:] else ""
        return f"{ordered[0]}{more}" if ordered else "blocked"

    def violated_of(self, *strengths: str) -> list[str]:
        return sorted(clause for clause in self.violated if self.told[clause].strength in strengths)

    def problems(self, *expected: int) -> list[str]:
        """What is wrong with the run itself: it ended otherwise than expected, or was cut short."""
        if self.exit_status in expected and self.is_complete:
            return []
        due = " or ".join(map(str, expected))
        record = "complete" if self.is_complete else "incomplete"
        end = self.output[-2000:]
        return [f"exit status {self.exit_status}, not {due}; record {record}; the run ended with:\n{end}"]


@dataclass(frozen=True)
class Outcome:
    """What one line of a table shows; `good` is what the rate counts, `problems` what a test must not find."""

    name: str
    cells: tuple[str, ...]
    good: bool
    problems: tuple[str, ...] = ()
