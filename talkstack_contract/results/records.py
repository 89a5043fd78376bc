"""The lines of `verdicts.jsonl`, the one record of a run: a run header, exchanges and verdicts as they come, a footer.

The run header holds all of the contract and the settings that a reader of the record needs, so that every view can be
made of the file alone.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property, partial
from itertools import groupby
from typing import Any

from talkstack_contract import __version__
from talkstack_contract.contract.cases import WORKFLOW
from talkstack_contract.contract.interpretations import with_own
from talkstack_contract.contract.profiles import Profile, profile_of
from talkstack_contract.judging.comparison import Baseline
from talkstack_contract.judging.decision import Decision, ListedResponse, Scope
from talkstack_contract.judging.waivers import Waiver
from talkstack_contract.model import (
    Case,
    Clause,
    Contract,
    Interpretation,
    Judgement,
    Provenance,
    RequirementLevel,
    Source,
    Verdict,
    Violation,
)
from talkstack_contract.provider.evidence import Evidence
from talkstack_contract.provider.settings import Settings
from talkstack_contract.results.documentation import Documentation, documentation_of, entry_of, with_docs
from talkstack_contract.results.history import History, Night

FORMAT = 3

Line = dict[str, Any]
Promise = tuple[Case, Clause]


@dataclass(frozen=True)
class ListedOperation:
    """An operation as the run header lists it: the address of its page, and the statuses that the page prints."""

    id: str
    method: str
    path: str
    tag: str
    title: str
    url: str
    statuses: tuple[int, ...]


@dataclass(frozen=True)
class ListedCase:
    """A case as the run header lists it, with the names of its clauses."""

    id: str
    status: int | None
    clauses: tuple[str, ...]
    is_workflow: bool = False


@dataclass(frozen=True)
class RunHeader:
    """What was asked of whom, by which suite and contract, and what the run is held to.

    `named_scope` are the operations and sections that the run was asked to decide about, none for the whole contract.
    """

    suite: str
    started: datetime
    base_url: str
    is_reference: bool
    title: str
    version: str
    docs_read: str
    sha256: str
    operations: tuple[ListedOperation, ...]
    cases: tuple[ListedCase, ...]
    interpretations: tuple[Interpretation, ...]
    pages_not_covered: tuple[tuple[str, str], ...]
    fail_on: RequirementLevel
    require_all: bool
    fail_on_undocumented: bool
    allow: tuple[str, ...]
    seed: int
    examples: int
    waivers: tuple[Waiver, ...] = ()
    profile: Profile | None = None
    baseline: Baseline | None = None
    history: History | None = None
    docs_as_of: str = ""
    named_scope: tuple[str, ...] = ()
    docs: Documentation | None = None

    def documented(self, judgement: Judgement) -> Judgement:
        """Return a judgement that says what the pages of the docs say of its clause."""
        return with_docs(judgement, self.docs, self.started, self.history.nights if self.history else ())

    @cached_property
    def clauses(self) -> tuple[str, ...]:
        """The id of each clause that a whole run judges, in the order of asking."""
        return tuple(f"{case.id}/{clause}" for case in self.cases for clause in case.clauses)

    def scope(self, cut_short: str = "") -> Scope:
        """Return how much a whole run takes on, and what kept this one from it."""
        clauses: Counter[tuple[str, int | None]] = Counter()
        for case in self.cases:
            clauses[case.id.partition("/")[0], case.status] += len(case.clauses)
        responses = tuple(
            ListedResponse(operation.id, status, clauses[operation.id, status])
            for operation in self.operations
            for status in operation.statuses
        )
        return Scope(
            responses,
            self.clauses,
            cut_short,
            self.fail_on,
            self.require_all,
            self.profile,
            self.baseline,
            self.named_scope,
        )


@dataclass(frozen=True)
class RunConfiguration:
    """What a run is given before anything is sent: whom it asks, what for, and what it is held to.

    `only` is a case or a clause, `only_generated` the number of a generated request of it, 0 for all.
    """

    settings: Settings
    contract: Contract
    cases: tuple[Case, ...]
    waivers: tuple[Waiver, ...]
    fail_on: RequirementLevel
    require_all: bool
    seed: int
    started: datetime
    fail_on_undocumented: bool = False
    examples: int = 0
    profile: Profile | None = None
    baseline: Baseline | None = None
    history: History | None = None
    only: str = ""
    docs: Documentation | None = None
    only_generated: int = 0
    named_scope: tuple[str, ...] = ()
    operations: frozenset[str] = frozenset()

    @cached_property
    def cases_in_scope(self) -> tuple[Case, ...]:
        """The cases that this run judges; the others are there to bring about what these need."""
        return tuple(case for case in self.cases if not self.operations or case.operation.id in self.operations)

    @property
    def nonce(self) -> str:
        """A text that stands in the name of whatever this run makes, and of no other run."""
        return f"{self.started:%y%m%d%H%M%S}"

    @cached_property
    def promises(self) -> dict[str, Promise]:
        """Every clause that this run judges with its case, by id, in the order of asking."""
        return {f"{case.id}/{clause.name}": (case, clause) for case in self.cases_in_scope for clause in case.clauses}

    @cached_property
    def selected(self) -> dict[str, tuple[Promise, ...]]:
        """What the item of each case judges, by the id of the case: with `only` of one clause, that clause alone."""
        prefix = f"{self.only}/" if self.only else ""
        chosen = (promise for id_, promise in self.promises.items() if f"{id_}/".startswith(prefix))
        return {case: tuple(promises) for case, promises in groupby(chosen, key=lambda promise: promise[0].id)}

    @property
    def _interpretations(self) -> frozenset[str]:
        """The names of the interpretations that clauses rest on."""
        return frozenset(name for _, clause in self.promises.values() for name in clause.source.interpretations)

    @cached_property
    def run_header(self) -> RunHeader:
        """What the record of this run says first."""
        contract = self.contract
        return RunHeader(
            suite=f"talkstack-contract {__version__}",
            started=self.started.astimezone(UTC).replace(microsecond=0),
            base_url=self.settings.base_url,
            is_reference=self.settings.is_reference,
            title=contract.title,
            version=contract.version,
            docs_read=contract.docs_read,
            sha256=contract.digest,
            operations=tuple(_listed_operations(contract, self.operations)),
            cases=tuple(_listed_case(case) for case in self.cases_in_scope),
            interpretations=with_own(contract.interpretations, self._interpretations),
            pages_not_covered=contract.pages_not_covered,
            fail_on=self.fail_on,
            require_all=self.require_all,
            fail_on_undocumented=self.fail_on_undocumented,
            allow=tuple(sorted(map(str, self.settings.allow))),
            seed=self.seed,
            examples=self.examples,
            waivers=self.waivers,
            profile=self.profile,
            baseline=self.baseline,
            history=self.history,
            docs_as_of=contract.docs_as_of,
            named_scope=self.named_scope,
            docs=self.docs,
        )


def _listed_operations(contract: Contract, chosen: Collection[str]) -> list[ListedOperation]:
    return [
        ListedOperation(
            each.id,
            each.method,
            each.path,
            each.tag,
            each.title,
            each.source.url,
            tuple(response.status for response in each.documented_responses),
        )
        for each in contract.operations
        if not chosen or each.id in chosen
    ]


def _listed_case(case: Case) -> ListedCase:
    return ListedCase(case.id, case.status, tuple(each.name for each in case.clauses), case.kind == WORKFLOW)


def header_line(run_header: RunHeader) -> Line:
    """Return the first line."""
    contract = {
        "title": run_header.title,
        "version": run_header.version,
        "docs_read": run_header.docs_read,
        "docs_as_of": run_header.docs_as_of,
        "sha256": run_header.sha256,
        "operations": len(run_header.operations),
        "documented_responses": sum(len(operation.statuses) for operation in run_header.operations),
        "clauses": len(run_header.clauses),
    }
    profile = run_header.profile
    docs = run_header.docs
    given = {"docs": {**entry_of(docs), "changes": list(docs.changes)}} if docs else {}
    return {
        "kind": "header",
        "format": FORMAT,
        "suite": run_header.suite,
        "started": run_header.started.isoformat(),
        "provider": {"base_url": run_header.base_url, "is_reference": run_header.is_reference},
        "scope": list(run_header.named_scope),
        "contract": contract,
        "fail_on": str(run_header.fail_on),
        "require": "all" if run_header.require_all else "reachable",
        "fail_on_undocumented": run_header.fail_on_undocumented,
        "allow": list(run_header.allow),
        "seed": run_header.seed,
        "examples": run_header.examples,
        "waivers": [{**asdict(each), "expires": each.expires.isoformat()} for each in run_header.waivers],
        "profile": profile and {"name": profile.name, "sha256": profile.sha256, "document": profile.document},
        "baseline": run_header.baseline and asdict(run_header.baseline),
        "history": run_header.history and _history_entry(run_header.history),
        "operations": [asdict(each) for each in run_header.operations],
        "cases": [asdict(each) for each in run_header.cases],
        "interpretations": [asdict(each) for each in run_header.interpretations],
        "pages_not_covered": [{"page": page, "why": why} for page, why in run_header.pages_not_covered],
        **given,
    }


def run_header_of_line(line: Mapping[str, Any]) -> RunHeader:
    """Read the first line back. Raises KeyError, TypeError or ValueError for one that is none."""
    contract, profile = line["contract"], line["profile"]
    return RunHeader(
        suite=line["suite"],
        started=datetime.fromisoformat(line["started"]),
        base_url=line["provider"]["base_url"],
        is_reference=line["provider"]["is_reference"],
        title=contract["title"],
        version=contract["version"],
        docs_read=contract["docs_read"],
        docs_as_of=contract.get("docs_as_of", ""),
        named_scope=tuple(line.get("scope", ())),
        sha256=contract["sha256"],
        operations=tuple(ListedOperation(**_with_tuple(each, "statuses")) for each in line["operations"]),
        cases=tuple(ListedCase(**_with_tuple(each, "clauses")) for each in line["cases"]),
        interpretations=tuple(Interpretation(**_with_tuple(each, "pages")) for each in line["interpretations"]),
        pages_not_covered=tuple((each["page"], each["why"]) for each in line["pages_not_covered"]),
        fail_on=RequirementLevel(line["fail_on"]),
        require_all=line["require"] == "all",
        fail_on_undocumented=line["fail_on_undocumented"],
        allow=tuple(line["allow"]),
        seed=line["seed"],
        examples=line["examples"],
        waivers=tuple(Waiver(**{**each, "expires": date.fromisoformat(each["expires"])}) for each in line["waivers"]),
        profile=profile and profile_of(profile["name"], profile["sha256"], profile["document"]),
        baseline=line["baseline"] and Baseline(line["baseline"]["name"], _verdicts(line["baseline"]["verdicts"])),
        history=line["history"] and _history_of_entry(line["history"]),
        docs=documentation_of(line["docs"]) if line.get("docs") else None,
    )


def _history_entry(history: History) -> Line:
    nights = [{**asdict(each), "started": each.started.isoformat()} for each in history.nights]
    return {"nights": nights, "wavering": history.wavering}


def _history_of_entry(entry: Line) -> History:
    wavering = {id_: tuple(each and Verdict(each) for each in told) for id_, told in entry["wavering"].items()}
    return History(tuple(map(_night_of_entry, entry["nights"])), wavering)


def _night_of_entry(entry: Line) -> Night:
    docs = {"docs": tuple(entry["docs"])} if entry.get("docs") is not None else {}
    started = {"started": datetime.fromisoformat(entry["started"])}
    return Night(**{**_with_tuple(entry, "undocumented"), **started, **docs})


def _verdicts(entry: Line) -> dict[str, Verdict | None]:
    return {id_: verdict and Verdict(verdict) for id_, verdict in entry.items()}


def _with_tuple(entry: Line, key: str) -> Line:
    return {**entry, key: tuple(entry[key])}


def exchange_line(evidence: Evidence) -> Line:
    """Return the line of one exchange; its body stands here and nowhere else."""
    return {"kind": "exchange", **asdict(evidence)}


def evidence_of_line(line: Line) -> Evidence:
    """Read an exchange line back. Raises KeyError, TypeError or ValueError for one that is none."""
    given = {key: value for key, value in line.items() if key != "kind"}
    headers = {key: tuple((name, value) for name, value in given[key]) for key in ("request_headers", "headers")}
    return Evidence(**{**_with_tuple(given, "undocumented"), **headers})


def evidence_with(evidence: Evidence, change: Callable[[str], str]) -> Evidence:
    """Return the evidence with each text that came from outside changed: those that are ours stay as they are."""

    def responses(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((change(name), change(value)) for name, value in headers)

    return replace(
        evidence,
        url=change(evidence.url),
        request_headers=responses(evidence.request_headers),
        reason=change(evidence.reason),
        headers=responses(evidence.headers),
        body=change(evidence.body),
        body_trouble=change(evidence.body_trouble),
        curl=change(evidence.curl),
        request_body=change(evidence.request_body),
        undocumented=tuple(map(change, evidence.undocumented)),
    )


def judgement_with(judgement: Judgement, change: Callable[[str], str]) -> Judgement:
    """Return the judgement with each text that came from outside changed."""
    violations = tuple(Violation(change(each.at), change(each.received)) for each in judgement.violations)
    return replace(judgement, violations=violations, reason=change(judgement.reason), docs=change(judgement.docs))


def evidence_texts(evidence: Evidence) -> list[str]:
    """Return each text of the evidence that came from outside."""
    return _texts_of(partial(evidence_with, evidence))


def judgement_texts(judgement: Judgement) -> list[str]:
    """Return each text of the judgement that came from outside."""
    return _texts_of(partial(judgement_with, judgement))


def _texts_of(changed: Callable[[Callable[[str], str]], object]) -> list[str]:
    texts: list[str] = []

    def keep(text: str) -> str:
        texts.append(text)
        return text

    changed(keep)
    return texts


def verdict_line(judgement: Judgement) -> Line:
    """Return the line of one verdict."""
    line = {"kind": "verdict", "id": judgement.id, **asdict(judgement)}
    return line if judgement.docs else {key: value for key, value in line.items() if key != "docs"}


REQUEST = "request_interpretations"  # which older records of this format lack


def judgement_of_line(line: Line) -> Judgement:
    """Read a verdict line back."""
    given = {key: value for key, value in line.items() if key not in ("kind", "id")}
    return Judgement(
        **{
            **given,
            "level": RequirementLevel(given["level"]),
            "provenance": Provenance(given["provenance"]),
            "verdict": Verdict(given["verdict"]),
            "source": Source(**_with_tuple({REQUEST: (), **given["source"]}, REQUEST)),
            "violations": tuple(Violation(**each) for each in given["violations"]),
            "exchanges": tuple(given["exchanges"]),
        }
    )


@dataclass(frozen=True)
class Totals:
    """What a run took and saw: generated requests are counted apart, `latency_ms` is the median of its exchanges."""

    requests: int
    generated_requests: int
    seconds: float
    latency_ms: float | None = None
    undocumented: tuple[str, ...] = ()


def footer_line(decision: Decision, totals: Totals, cut_short: str = "") -> Line:
    """Return the last line; a file without it is of a run that was cut."""
    return {
        "kind": "footer",
        "decision": str(decision.word),
        "exit_status": decision.exit_status,
        "reason": decision.reason,
        "cut_short": cut_short,
        "documented_responses": decision.counts(),
        "clauses": decision.clauses,
        **asdict(totals),
        "changes": decision.changes and asdict(decision.changes),
    }


def written(line: Line) -> str:
    """Write a line. ASCII, so that a lone surrogate that a provider sent cannot break the file."""
    return json.dumps(line) + "\n"
