"""What a run found, as lines and as pages. `verdicts.jsonl` is the one record; every page is a view of its lines.

The one door to the template engine, which escapes whatever a provider sent.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from talkstack_contract import __version__
from talkstack_contract.evidence import BODY_SHOWN_BYTES, Evidence
from talkstack_contract.judge import Decision, Pair, Word, pair_of
from talkstack_contract.model import (
    Case,
    Clause,
    Contract,
    Judgement,
    Operation,
    Provenance,
    Reading,
    Source,
    Strength,
    Verdict,
    Violation,
)
from talkstack_contract.settings import Settings
from talkstack_contract.waivers import Waiver

FORMAT = 1
MARKS = {"upheld": "✓", "violated": "✕", "blocked": "!", "waived": "≈", "unexercised": "○"}
WORDS = {"unexercised": "not asked"}

Line = dict[str, Any]


@dataclass(frozen=True)
class Occasion:
    """What a run is given before anything is sent: whom it asks, what for, and what it is held to."""

    settings: Settings
    contract: Contract
    cases: tuple[Case, ...]
    waivers: tuple[Waiver, ...]
    fail_on: Strength
    require_all: bool
    seed: int
    started: datetime

    @property
    def nonce(self) -> str:
        """A text that stands in the name of whatever this run makes, and of no other run."""
        return f"{self.started:%y%m%d%H%M%S}"

    @cached_property
    def promises(self) -> dict[str, tuple[Case, Clause]]:
        """Every clause of the contract with its case, by id, in the order of asking."""
        return {f"{case.id}/{clause.name}": (case, clause) for case in self.cases for clause in case.clauses}


# Lines


def header_line(occasion: Occasion) -> Line:
    """Return the first line: what was asked of whom, by which suite and contract."""
    contract = occasion.contract
    return {
        "kind": "header",
        "format": FORMAT,
        "suite": f"talkstack-contract {__version__}",
        "started": occasion.started.astimezone(UTC).isoformat(timespec="seconds"),
        "provider": {"base_url": occasion.settings.base_url, "is_reference": occasion.settings.is_reference},
        "contract": {
            "title": contract.title,
            "version": contract.version,
            "docs_read": contract.docs_read,
            "sha256": contract.digest,
            "operations": len(contract.operations),
            "pairs": sum(len(operation.pairs) for operation in contract.operations),
            "clauses": len(occasion.promises),
        },
        "fail_on": str(occasion.fail_on),
        "allow": sorted(map(str, occasion.settings.allow)),
        "seed": occasion.seed,
    }


def exchange_line(evidence: Evidence) -> Line:
    """Return the line of one exchange; its body stands here and nowhere else."""
    return {"kind": "exchange", **asdict(evidence)}


def verdict_line(judgement: Judgement) -> Line:
    """Return the line of one verdict."""
    return {"kind": "verdict", "id": judgement.id, **asdict(judgement)}


def judgement_of_line(line: Line) -> Judgement:
    """Read a verdict line back."""
    given = {key: value for key, value in line.items() if key not in ("kind", "id")}
    return Judgement(
        **{
            **given,
            "strength": Strength(given["strength"]),
            "provenance": Provenance(given["provenance"]),
            "verdict": Verdict(given["verdict"]),
            "source": Source(**given["source"]),
            "violations": tuple(Violation(**each) for each in given["violations"]),
            "exchanges": tuple(given["exchanges"]),
        }
    )


def footer_line(decision: Decision, requests: int, generated: int, seconds: float) -> Line:
    """Return the last line; a file without it is of a run that was cut. Generated requests are counted apart."""
    return {
        "kind": "footer",
        "decision": str(decision.word),
        "exit_status": decision.exit_status,
        "reason": decision.reason,
        "pairs": decision.counts(),
        "clauses": decision.clauses,
        "requests": requests,
        "generated_requests": generated,
        "seconds": round(seconds, 2),
    }


def written(line: Line) -> str:
    """Write a line. ASCII, so that a lone surrogate that a provider sent cannot break the file."""
    return json.dumps(line) + "\n"


# Words


def last_line(decision: Decision, requests: int, seconds: float) -> str:
    """Return the line that a run ends with."""
    cost = f"{requests} requests in {seconds:.1f} s"
    if decision.word is Word.NONE:
        counts = ", ".join(f"{decision.clauses[key]} {WORDS.get(key, key)}" for key in MARKS if decision.clauses[key])
        total = sum(decision.clauses[key] for key in MARKS)
        of_all = f"of {decision.clauses['expected']} clauses, {total} selected: {counts or 'none'}"
        return f"no decision  {decision.clauses['upheld']} {of_all}  {cost}{_because(decision)}"
    return f"{decision.word}  {pair_counts(decision)}  {cost}{_because(decision)}"


def pair_counts(decision: Decision) -> str:
    """Return `3 of 4 documented pairs upheld, 1 violated: getActiveProject 404`."""
    counts = decision.counts()
    parts = [f"{counts['upheld']} of {counts['documented']} documented pairs upheld"]
    for verdict in ("violated", "blocked", "waived", "unexercised"):
        mine = [pair for pair in decision.pairs if pair.verdict == verdict]
        if mine:
            parts.append(f"{len(mine)} {WORDS.get(verdict, verdict)}{_named(verdict, mine)}")
    remarks = sum(pair.remarks for pair in decision.pairs)
    return ", ".join([*parts, f"{remarks} {'remark' if remarks == 1 else 'remarks'}"] if remarks else parts)


def _named(verdict: str, pairs: list[Pair]) -> str:
    if verdict == "unexercised":
        [(reason, count)] = Counter(pair.reason for pair in pairs).most_common(1)
        return f" ({reason if count == len(pairs) else f'{count} of them: {reason}'})"
    shown = ", ".join(f"{pair.operation} {pair.status}" for pair in pairs[:3])
    return f": {shown}{' …' if len(pairs) > 3 else ''}" if verdict == "violated" else ""


def _because(decision: Decision) -> str:
    return f": {decision.reason}" if decision.reason else ""


def letter(judgement: Judgement, evidence: Sequence[Evidence]) -> str:
    """Write who broke what, where; promised; received; source; how to repeat."""
    at = f" at {judgement.violations[0].at}" if judgement.violations else ""
    rows = [f"{judgement.operation}/{judgement.case}: {judgement.clause} {judgement.verdict}{at}"]
    rows.append(f"  promised  {judgement.sentence} ({judgement.strength}, {judgement.provenance}; {judgement.source})")
    for violation in judgement.violations[:5]:
        place = "" if violation is judgement.violations[0] else f" at {violation.at}"
        rows.append(f"  received  {violation.received}{place}")
    if len(judgement.violations) > 5:
        rows.append(f"            and {len(judgement.violations) - 5} more")
    if judgement.source.reading:
        rows.append(f"  reading   {judgement.source.reading} in schemas/readings.yaml")
    if judgement.verdict is Verdict.WAIVED:
        rows.append(f"  waived    {judgement.reason}")
    rows += [f"  repeat    {each.curl}" for each in evidence[:1]]
    return "\n".join(rows)


# Pages

_TEMPLATES = Environment(
    loader=PackageLoader("talkstack_contract"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals.update(
    marks=MARKS, words=WORDS, shown_bytes=BODY_SHOWN_BYTES, suite=f"talkstack-contract {__version__}"
)
_TEMPLATES.filters["md"] = lambda text: re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", " ".join(str(text).split()))
STYLESHEET = Path(__file__).parent / "templates" / "report.css"


@dataclass(frozen=True)
class Findings:
    """Everything that a page shows of a run."""

    occasion: Occasion
    decision: Decision
    judgements: Sequence[Judgement]
    exchanges: dict[str, Line]
    requests: int
    seconds: float
    waiver_problems: Sequence[str] = ()

    @property
    def failing(self) -> list[tuple[Judgement, list[Judgement]]]:
        """The violations that make the run red: one for each clause and what was received, with the others like it."""
        red = set(self.decision.violated)
        return _alike(each for each in self.judgements if each.id in red)

    @property
    def remarks(self) -> list[tuple[Judgement, list[Judgement]]]:
        """The violations that do not, and what was waived, grouped in the same way."""
        told, red = (Verdict.VIOLATED, Verdict.WAIVED), set(self.decision.violated)
        return _alike(each for each in self.judgements if each.verdict in told and each.id not in red)

    @property
    def untested(self) -> list[tuple[Judgement, int]]:
        """One judgement for each reason why clauses were blocked or not asked, with how many share it.

        Those below a clause that does not hold are left out: that clause is told itself.
        """
        groups: dict[tuple[str, str], list[Judgement]] = {}
        for each in self.judgements:
            if each.verdict in (Verdict.BLOCKED, Verdict.UNEXERCISED) and not each.below:
                groups.setdefault((each.verdict, each.reason), []).append(each)
        return [(mine[0], len(mine)) for mine in groups.values()]

    @property
    def below(self) -> int:
        """How many clauses stand below one that does not hold."""
        return sum(bool(each.below) for each in self.judgements)

    def pages(self) -> Iterator[tuple[str, str, list[tuple[str, list[Judgement]]]]]:
        """Yield title, anchor and cases (id, judgements) of each documented pair, then of what belongs to none."""
        for operation in self.occasion.contract.operations:
            mine = [each for each in self.judgements if each.operation == operation.id]
            for status in [*(response.status for response in operation.pairs), None]:
                groups = _by_case(each for each in mine if each.status == status)
                shown = status or "beyond the documented statuses"
                if groups:
                    yield f"{operation.method} {operation.path} · {shown}", f"{operation.id}-{status}", groups

    def exchanges_of(self, judgements: Iterable[Judgement]) -> list[Line]:
        """Return the exchanges that back some judgements, each once; those of another case are told there."""
        ids = dict.fromkeys(id_ for each in judgements for id_ in each.exchanges if id_.startswith(f"{_case_id(each)}"))
        return [self.exchanges[id_] for id_ in ids if id_ in self.exchanges]

    @staticmethod
    def worst(judgements: Sequence[Judgement]) -> Verdict:
        """Return the worst verdict of a case."""
        return min((each.verdict for each in judgements), key=list(Verdict).index)

    @staticmethod
    def tally(judgements: Sequence[Judgement]) -> str:
        """Return `19 upheld, 1 violated`."""
        counted = Counter(str(each.verdict) for each in judgements)
        return ", ".join(f"{count} {WORDS.get(verdict, verdict)}" for verdict, count in counted.items())

    def decision_of_reading(self, id: str) -> str:  # noqa: A002 - the word of this project
        """Return what a reading decides."""
        return next((each.decision for each in self.occasion.contract.readings if each.id == id), "")

    def sections(self) -> list[tuple[str, list[Operation]]]:
        """Return the sections of the docs with their operations, in the order of the contract."""
        found: dict[str, list[Operation]] = {}
        for operation in self.occasion.contract.operations:
            found.setdefault(operation.tag, []).append(operation)
        return list(found.items())

    def coverage(self, operations: Iterable[Operation]) -> str:
        """Return `12 of 14 pairs upheld` for some operations."""
        ids = {operation.id for operation in operations}
        mine = [pair for pair in self.decision.pairs if pair.operation in ids]
        upheld = sum(pair.verdict is Verdict.UPHELD for pair in mine)
        return f"{upheld} of {len(mine)} pairs upheld" if mine else "no pair is documented"

    def beyond(self, operation: str) -> Pair | None:
        """Return what the clauses come to for which no page prints a status, as of a pair; None without any."""
        mine = [each for each in self.judgements if each.operation == operation and each.status is None]
        return pair_of(operation, 0, mine, True, self.occasion.fail_on) if mine else None

    def statuses(self) -> list[int]:
        """Return the columns of the matrix."""
        return sorted({pair.status for pair in self.decision.pairs})

    def pair(self, operation: str, status: int) -> Pair | None:
        """Return a cell of the matrix."""
        mine = (pair for pair in self.decision.pairs if (pair.operation, pair.status) == (operation, status))
        return next(mine, None)

    def has_judged(self, operation: str, status: int) -> bool:
        """Tell whether anything was said of a pair, so that the matrix can lead there."""
        return any((each.operation, each.status) == (operation, status) for each in self.judgements)

    def questions(self) -> list[Reading]:
        """Return the readings that hold a question to the vendor."""
        return [reading for reading in self.occasion.contract.readings if reading.question]


def _alike(judgements: Iterable[Judgement]) -> list[tuple[Judgement, list[Judgement]]]:
    groups: dict[tuple[str, str, str], list[Judgement]] = {}
    for each in judgements:
        received = each.violations[0].received if each.violations else ""
        groups.setdefault((each.operation, each.clause, received), []).append(each)
    return [(mine[0], mine[1:]) for mine in groups.values()]


def _by_case(judgements: Iterable[Judgement]) -> list[tuple[str, list[Judgement]]]:
    groups: dict[str, list[Judgement]] = {}
    for each in judgements:
        groups.setdefault(_case_id(each), []).append(each)
    return list(groups.items())


def _case_id(judgement: Judgement) -> str:
    return f"{judgement.operation}/{judgement.case}"


def page(findings: Findings, template: str) -> str:
    """Render one of the templates."""
    return _TEMPLATES.get_template(template).render(f=findings, counts=findings.decision.counts(), rate=pair_counts)


def cell(text: str, kind: str) -> str:
    """Render one cell of pytest-html's table; one of kind `links` leads to where that case is told in full."""
    return _TEMPLATES.get_template("cell.html").render(text=text, kind=kind)
