"""Tells the drift of the docs and the drift of the API apart: what the pages say otherwise, and what is violated.

Plain functions over the findings of a run with `--docs`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from talkstack_contract.judging.comparison import BROKEN
from talkstack_contract.model import Judgement
from talkstack_contract.results.documentation import Documentation, Standing, relation
from talkstack_contract.results.records import RunHeader

NAMED = 2  # changes that a line tells in full
_SAID = {
    Standing.SAME: "where the page still promises it",
    Standing.CHANGED: "where the page changed",
    Standing.CONTRADICTORY: "where the page contradicts itself",
    Standing.CUT: "where the copy of the page is cut",
    Standing.NOT_FOUND: "of which no page says anything",
}


@dataclass(frozen=True)
class Drift:
    """The docs of a run with what the pages of the night before said; `before` is None where none were given."""

    documentation: Documentation
    before: tuple[str, ...] | None
    violated: Sequence[Judgement]

    @property
    def docs(self) -> str:
        """What the pages say otherwise than the contract, what is new of it, and what is gone."""
        changes, counts = self.documentation.changes, self.documentation.counts
        same = counts.get(Standing.SAME, 0)
        parts = [_listed(changes) if changes else f"none, {same} same" if same else "none seen"]
        if self.before is not None:
            new = [each for each in changes if each not in self.before]
            gone = [each for each in self.before if each not in changes]
            parts += [f"{len(new)} new since the night before"] if new else ["as the night before"] if changes else []
            parts += [f"no longer: {_listed(gone)}"] if gone else []
        for standing, words in ((Standing.CUT, "cut"), (Standing.NOT_FOUND, "without a page")):
            if counts.get(standing):
                parts.append(f"{counts[standing]} {words}")
        return "; ".join(parts)

    @property
    def api(self) -> str:
        """How many clauses are violated, by what the pages say of them."""
        if not self.violated:
            return "none"
        found = Counter(relation(each, self.documentation)[0] for each in self.violated)
        told = [f"{found[standing]} {words}" for standing, words in _SAID.items() if found[standing]]
        clauses = "clause" if len(self.violated) == 1 else "clauses"
        return f"{len(self.violated)} {clauses} violated: {', '.join(told)}"


def _listed(changes: Sequence[str]) -> str:
    more = f" and {len(changes) - NAMED} more" if len(changes) > NAMED else ""
    return f"{', '.join(changes[:NAMED])}{more}"


def drift_of(run_header: RunHeader, judgements: Iterable[Judgement]) -> Drift | None:
    """Return the drift of a run; None where no docs were given."""
    if run_header.docs is None:
        return None
    nights = run_header.history.nights if run_header.history else ()
    before = next((night.docs for night in reversed(nights) if night.docs is not None), None)
    return Drift(run_header.docs, before, [each for each in judgements if each.verdict in BROKEN])


def drift_lines(drift: Drift | None) -> list[str]:
    """Return what a terminal says of it."""
    return [f"docs drift: {drift.docs}", f"API drift: {drift.api}"] if drift else []
