"""What changed since earlier runs, clause by clause: newly violated, fixed, no longer tested, new.

A baseline holds the last verdict of each clause. A clause that was blocked, or depended on one that was violated, is
ignored: the verdict of an earlier run is kept.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from talkstack_contract.model import Judgement, Verdict

BROKEN = frozenset({Verdict.VIOLATED, Verdict.WAIVED})
EXERCISED = BROKEN | {Verdict.UPHELD}


@dataclass(frozen=True)
class Baseline:
    """What earlier runs knew of each clause, by id; None where they knew the clause, and learned nothing of it."""

    name: str
    verdicts: Mapping[str, Verdict | None]

    def about(self, operations: Collection[str]) -> "Baseline":
        """Return what is known of these operations alone; of all, where none is named."""
        mine = {id_: each for id_, each in self.verdicts.items() if id_.partition("/")[0] in operations}
        return replace(self, verdicts=mine) if operations else self

    def knows(self, id: str) -> bool:  # noqa: A002 - the word of this project
        """Tell whether the clause was part of the contract then."""
        return id in self.verdicts

    def scores(self, operation: str, clause: str) -> bool:
        """Tell whether a clause of that name was part of the contract of an operation, in any case."""
        return (operation, clause) in self._names

    @cached_property
    def _names(self) -> frozenset[tuple[str, str]]:
        return frozenset((id_.partition("/")[0], id_.rpartition("/")[2]) for id_ in self.verdicts)

    def is_broken(self, id: str) -> bool:  # noqa: A002
        """Tell whether the clause was violated then, waived or not."""
        return self.verdicts.get(id) in BROKEN

    def is_newly_violated(self, judgement: Judgement) -> bool:
        """Tell whether a promise that was known, and not known to be broken, is violated now."""
        return judgement.verdict is Verdict.VIOLATED and self.knows(judgement.id) and not self.is_broken(judgement.id)


@dataclass(frozen=True)
class Changes:
    """What is otherwise than in the baseline, as ids of clauses; `gone` are those that the contract no longer has."""

    since: str
    newly_violated: tuple[str, ...]
    fixed: tuple[str, ...]
    no_longer_tested: tuple[str, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]
    still_violated: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """The counts that the last line tells, without what did not happen."""
        told = {
            "newly violated": self.newly_violated,
            "fixed": self.fixed,
            "no longer tested": self.no_longer_tested + self.gone,
            "new": self.new,
            "violated as before": self.still_violated,
        }
        return {words: len(ids) for words, ids in told.items() if ids}


def learned(verdict: str, below: str) -> Verdict | None:
    """Return what a verdict teaches about the provider; None for one that teaches nothing."""
    return None if below or verdict == Verdict.BLOCKED else Verdict(verdict)


def changes_since(baseline: Baseline, expected: Sequence[str], judgements: Sequence[Judgement]) -> Changes:
    """Compare; `expected` are the ids of all clauses of this contract, so that a narrowed run has lost nothing."""
    now = {each.id: each for each in judgements}
    lost = [
        id_
        for id_, each in now.items()
        if baseline.verdicts.get(id_) in EXERCISED and each.verdict not in EXERCISED and not each.unmet_dependency
    ]
    exercised = {id_ for id_, verdict in baseline.verdicts.items() if verdict in EXERCISED}
    return Changes(
        since=baseline.name,
        newly_violated=tuple(id_ for id_, each in now.items() if baseline.is_newly_violated(each)),
        fixed=tuple(id_ for id_, each in now.items() if each.verdict is Verdict.UPHELD and baseline.is_broken(id_)),
        no_longer_tested=tuple(lost),
        gone=tuple(sorted(exercised - set(expected))),
        new=tuple(id_ for id_ in now if not baseline.knows(id_)),
        still_violated=tuple(
            id_ for id_, each in now.items() if each.verdict is Verdict.VIOLATED and baseline.is_broken(id_)
        ),
    )


def turns(verdicts: Iterable[Verdict | None]) -> int:
    """Count how often a clause went over from upheld to broken or back, without the nights that did not judge it."""
    told = [verdict in BROKEN for verdict in verdicts if verdict in EXERCISED]
    return sum(one is not other for one, other in pairwise(told))
