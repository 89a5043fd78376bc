"""Violations accepted for now. A waived clause still runs.

A waiver is checked too: it must match a clause, still be needed, and not have expired. Raises `BadInput` for a
file that cannot be read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from talkstack_contract.contract.documents import read_yaml
from talkstack_contract.contract.id_patterns import pattern_matches
from talkstack_contract.contract.json_schema import check_document
from talkstack_contract.contract.openapi import meta_schema
from talkstack_contract.errors import nearest
from talkstack_contract.model import Judgement, Verdict


@dataclass(frozen=True)
class Waiver:
    """A pattern over `operation/case/clause`: `*` is (any text in) one part, `**` any number of parts."""

    pattern: str
    reason: str
    owner: str
    ticket: str
    expires: date

    def matches(self, id: str) -> bool:  # noqa: A002 - the word of this project
        """Tell whether this waiver is about the clause of that id."""
        return pattern_matches(self.pattern, id)


def load_waivers(path: Path, schemas: Path, shown: str) -> tuple[Waiver, ...]:
    """Read a waiver file; an empty one holds none."""
    document = read_yaml(path, shown) or []
    check_document(shown, document, meta_schema(schemas, "waivers"))
    return tuple(
        Waiver(entry["pattern"], entry["reason"], entry["owner"], entry["ticket"], date.fromisoformat(entry["expires"]))
        for entry in document
    )


def waiver_of(id: str, waivers: Iterable[Waiver], today: date) -> Waiver | None:  # noqa: A002 - the word of this project
    """Return the waiver in force that matches, if there is one."""
    return next((waiver for waiver in waivers if waiver.expires >= today and waiver.matches(id)), None)


def waiver_problems(
    waivers: Sequence[Waiver], clause_ids: Sequence[str], judgements: Sequence[Judgement], today: date
) -> list[str]:
    """Say of each waiver that is not kept to its word why it is not: matches nothing, expired, no longer needed.

    `clause_ids` are all of the contract, so that a narrowed run does not call a waiver stale; a waiver whose
    clauses were not tested in this run is left alone.
    """
    return [problem for waiver in waivers if (problem := _problem(waiver, clause_ids, judgements, today))]


def _problem(waiver: Waiver, clause_ids: Sequence[str], judgements: Sequence[Judgement], today: date) -> str:
    shown = f"waiver {waiver.pattern!r} ({waiver.ticket}, {waiver.owner})"
    if not any(waiver.matches(id) for id in clause_ids):  # noqa: A001
        return f"{shown} matches no clause; {nearest(waiver.pattern, clause_ids)}"
    if waiver.expires < today:
        return f"{shown} expired on {waiver.expires}; renew it with a reason, or delete it"
    verdicts = {judgement.verdict for judgement in judgements if waiver.matches(judgement.id)}
    if verdicts and verdicts <= {Verdict.UPHELD}:
        return f"{shown} is no longer needed: all that it matches is upheld; delete it"
    return ""
