"""What is said of a response: violations, and the verdict on a clause."""

from dataclasses import dataclass

from talkstack_contract.model.promises import Source
from talkstack_contract.model.words import Provenance, RequirementLevel, Verdict


@dataclass(frozen=True)
class Violation:
    """One broken promise at one place of an answer."""

    at: str
    received: str


@dataclass(frozen=True)
class Judgement:
    """The verdict for one clause of one case, with what led to it: a `verdict` line of `verdicts.jsonl`.

    `status` is that of the pair the clause belongs to, if any. `exchanges` are the ids of the evidence.
    `by_settings` tells that the provider's settings leave the clause out of reach, `run_wide` that the reason is one
    for the whole run, `unmet_dependency` the clause that is not upheld, so that there was nothing to judge, and
    `value_is_optional` that the value occurred nowhere, as the schema allows. `more_violations` counts those that are
    not kept: a list of 300,000 broken items would fill the record. `docs` is what the pages given with `--docs` say of
    a violated clause.
    """

    operation: str
    case: str
    clause: str
    statement: str
    level: RequirementLevel
    provenance: Provenance
    status: int | None
    verdict: Verdict
    source: Source
    violations: tuple[Violation, ...] = ()
    reason: str = ""
    remedy: str = ""
    by_settings: bool = False
    run_wide: bool = False
    unmet_dependency: str = ""
    value_is_optional: bool = False
    exchanges: tuple[str, ...] = ()
    more_violations: int = 0
    docs: str = ""

    @property
    def id(self) -> str:
        """`operation/case/clause`: the pytest id, the key in `verdicts.jsonl`, what a waiver matches."""
        return f"{self.operation}/{self.case}/{self.clause}"
