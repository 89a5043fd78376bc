"""The acceptance page: what a run that decides found, for whoever signs. One file, without a script, that prints.

It begins with a sheet to sign, which prints on four A4 pages at most whatever was found. The annex shows the same
findings as `report`, by section of the docs: each promise once for all cases that came to the same.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from shlex import quote

from talkstack_contract.contract.profiles import Profile, Ruling, Standing
from talkstack_contract.judging.decision import DecisionKind, DocumentedResponse
from talkstack_contract.judging.waivers import Waiver
from talkstack_contract.model import Interpretation, Judgement, Verdict
from talkstack_contract.provider.evidence import Evidence
from talkstack_contract.reports.findings import Findings, page
from talkstack_contract.reports.folding import folded
from talkstack_contract.results.records import ListedOperation

BODY_SHOWN_CHARACTERS = 600  # the whole API has to stay under 3 MB; the record holds more of each body
# What the sheet to sign lists of each kind: with all of it at its longest, it still prints on four A4 pages.
SHEET_VIOLATIONS, SHEET_GAPS, SHEET_QUESTIONS, SHEET_LINES, SHEET_CHARACTERS = 12, 8, 64, 6, 120
COLUMNS = (Verdict.UPHELD, Verdict.VIOLATED, Verdict.BLOCKED, Verdict.WAIVED, Verdict.NOT_TESTED)


@dataclass(frozen=True)
class Row:
    """A promise, with the cases in which it came to the same verdict; `asked` are all cases that put it to the test."""

    judgements: tuple[Judgement, ...]
    ruling: Ruling
    asked: int

    @property
    def first(self) -> Judgement:
        """One of them: all say the same."""
        return self.judgements[0]


@dataclass(frozen=True)
class Chapter:
    """What was found of one status of an operation, or of what no page prints a status for."""

    status: int | None
    response: DocumentedResponse | None
    rows: tuple[Row, ...]
    cases: tuple[tuple[str, tuple[Judgement, ...], tuple[Evidence, ...]], ...]

    @property
    def reason(self) -> str:
        """Why most of what was not found out was not, so that it need not stand in each row."""
        firsts = [row.first for row in self.rows if row.first.verdict in (Verdict.NOT_TESTED, Verdict.BLOCKED)]
        told = Counter(each.reason for each in firsts if not each.unmet_dependency).most_common(1)
        return told[0][0] if told and told[0][1] > 2 else ""

    @property
    def printed(self) -> str:
        """The line that the page prints for this status."""
        return next((row.first.source.printed for row in self.rows if self.status and row.first.source.printed), "")


@dataclass(frozen=True)
class Count:
    """How many there are of something, and what they came to.

    `absent` had nothing to judge, since the schema makes the value optional; the run did not come to `unjudged`.
    """

    label: str
    total: int
    verdicts: Mapping[Verdict, int]
    absent: int = 0
    unjudged: int = 0


@dataclass(frozen=True)
class Gap:
    """Clauses that were not verified, for one reason."""

    first: Judgement
    required: int
    others: int


@dataclass(frozen=True)
class Breach:
    """A promise that is violated or waived, in one or more cases, and what that does to the decision."""

    first: Judgement
    clauses: int
    effect: str


@dataclass(frozen=True)
class Acceptance:
    """What the page shows beside the findings; `digests` are (file, SHA-256) of the record."""

    findings: Findings
    profile: Profile
    digests: tuple[tuple[str, str], ...]

    def ruling(self, judgement: Judgement) -> Ruling:
        """Return what the profile says of a clause."""
        return self.profile.standing(judgement.id)

    # The first page

    def counts(self) -> list[Count]:
        """Return what the documented responses came to, then the clauses by their standing, then all of them."""
        responses = self.findings.decision.responses
        counted = Counter(response.verdict for response in responses)
        by_standing = [
            self._count(f"Clauses, {standing}", [id_ for id_ in self._ids if self._standing(id_) is standing])
            for standing in Standing
        ]
        whole = self._count("Clauses, in all", self._ids)
        return [Count("Documented responses (operation, status)", len(responses), counted), *by_standing, whole]

    def _count(self, label: str, ids: Sequence[str]) -> Count:
        mine = [self._judged[id_] for id_ in ids if id_ in self._judged]
        absent = sum(map(is_absent, mine))
        verdicts = Counter(each.verdict for each in mine if not is_absent(each))
        return Count(label, len(ids), verdicts, absent, len(ids) - len(mine))

    @property
    def _ids(self) -> tuple[str, ...]:
        return self.findings.run_header.clauses

    @cached_property
    def _judged(self) -> Mapping[str, Judgement]:
        return {each.id: each for each in self.findings.judgements}

    def _standing(self, id: str) -> Standing:  # noqa: A002 - the word of this project
        return self.profile.standing(id).standing

    @property
    def unjudged(self) -> int:
        """How many clauses the run did not come to."""
        return len(set(self._ids) - set(self._judged))

    @property
    def missing(self) -> int:
        """How many required clauses have no verdict, and should: a value may be absent, a waived clause has no more."""
        waived = {each.id for each in self.findings.judgements if each.verdict is Verdict.WAIVED}
        required = (id_ for id_ in self._ids if self._standing(id_) is Standing.REQUIRED)
        return sum(self._is_missing(self._judged.get(id_), waived) for id_ in required)

    @staticmethod
    def _is_missing(judgement: Judgement | None, waived: Collection[str]) -> bool:
        if judgement is None:
            return True
        above = f"{judgement.operation}/{judgement.case}/{judgement.unmet_dependency}"
        is_open = judgement.verdict in (Verdict.BLOCKED, Verdict.NOT_TESTED)
        return is_open and not is_absent(judgement) and above not in waived

    @property
    def meaning(self) -> str:
        """What the decision comes to for whoever signs."""
        scored = [each for each in self.findings.judgements if self.ruling(each).standing is not Standing.NOT_SCORED]
        counted = Counter(each.verdict for each in scored)
        violated, waived = counted[Verdict.VIOLATED], counted[Verdict.WAIVED]
        told = {
            DecisionKind.ACCEPTED: "No promise that counts is violated or waived, and nothing required is missing.",
            DecisionKind.WITH_REMARKS: f"Not everything holds: {_clauses(violated)} violated without rejecting, and"
            f" {waived} waived. Whoever signs accepts each of them; they are listed below.",
            DecisionKind.REJECTED: f"{_clauses(len(self.findings.decision.violated))} violated that must be upheld."
            if self.findings.decision.violated
            else "A waiver does not fit what was found.",
            DecisionKind.INCONCLUSIVE: "Nothing rejects, but what is required could not all be tested."
            " Repeat the run before signing.",
        }
        return told.get(self.findings.decision.word, "The run was narrowed, and decides nothing about the whole.")

    def breaches(self) -> list[Breach]:
        """Return what is violated or waived: what rejects, then the remarks, then what is not scored."""
        unscored = [(each, list[Judgement]()) for each in self.unscored]
        kinds = (("rejects", self.findings.failing), ("remark", self.remarks()), ("not scored", unscored))
        return [
            Breach(first, 1 + len(others), "waived" if first.verdict is Verdict.WAIVED else effect)
            for effect, groups in kinds
            for first, others in groups
        ]

    def gaps(self) -> list[Gap]:
        """Return why clauses were not verified: what is required first, what depends on another clause last."""
        groups: dict[tuple[object, ...], list[Judgement]] = {}
        for each in self.findings.judgements:
            if each.verdict in (Verdict.BLOCKED, Verdict.NOT_TESTED):
                depends = bool(each.unmet_dependency)
                key = (each.verdict, depends, is_absent(each), "" if depends else each.reason)
                groups.setdefault(key, []).append(each)
        gaps = map(self._gap, groups.values())
        return sorted(gaps, key=lambda each: (bool(each.first.unmet_dependency), -each.required, -each.others))

    def _gap(self, judgements: Sequence[Judgement]) -> Gap:
        required = sum(self.ruling(each).standing is Standing.REQUIRED for each in judgements)
        return Gap(judgements[0], required, len(judgements) - required)

    @property
    def unscored(self) -> list[Judgement]:
        """Return what is violated and not scored: reported only."""
        return [
            each
            for each in self.findings.judgements
            if each.verdict is Verdict.VIOLATED and self.ruling(each).standing is Standing.NOT_SCORED
        ]

    def remarks(self) -> list[tuple[Judgement, list[Judgement]]]:
        """Return the violations that do not reject, and what was waived."""
        unscored = {each.id for each in self.unscored}
        groups = (
            [each for each in (first, *others) if each.id not in unscored] for first, others in self.findings.remarks
        )
        return [(mine[0], mine[1:]) for mine in groups if mine]

    # By section of the docs

    def chapters(self, operation: ListedOperation) -> Iterator[Chapter]:
        """Yield the documented statuses of an operation, then what belongs to none."""
        mine = self._by_place[operation.id]
        for status in [*operation.statuses, None]:
            judgements = mine.get(status, [])
            if judgements or status is not None:
                response = (
                    self.findings.response(operation.id, status) if status else self.findings.beyond(operation.id)
                )
                yield Chapter(status, response, tuple(self._rows(judgements)), tuple(self._cases(judgements)))

    @cached_property
    def _by_place(self) -> dict[str, dict[int | None, list[Judgement]]]:
        found: dict[str, dict[int | None, list[Judgement]]] = {
            each.id: {} for each in self.findings.run_header.operations
        }
        for each in self.findings.judgements:
            found.setdefault(each.operation, {}).setdefault(each.status, []).append(each)
        return found

    def _rows(self, judgements: Sequence[Judgement]) -> Iterator[Row]:
        asked = Counter(_promise(each) for each in judgements)
        groups: dict[tuple[object, ...], list[Judgement]] = {}
        for each in judgements:
            key = (*_promise(each), each.verdict, each.reason, self.ruling(each))
            groups.setdefault(key, []).append(each)
        for mine in groups.values():
            yield Row(tuple(mine), self.ruling(mine[0]), asked[_promise(mine[0])])

    def _cases(
        self, judgements: Sequence[Judgement]
    ) -> Iterator[tuple[str, tuple[Judgement, ...], tuple[Evidence, ...]]]:
        groups: dict[str, list[Judgement]] = {}
        for each in judgements:
            groups.setdefault(f"{each.operation}/{each.case}", []).append(each)
        for id_, mine in groups.items():
            yield id_, tuple(mine), tuple(self.findings.exchanges_of(mine))

    # What the page ends with

    def waived(self, waiver: Waiver) -> int:
        """Return how many violations a waiver accepts in this run."""
        return sum(each.verdict is Verdict.WAIVED and waiver.matches(each.id) for each in self.findings.judgements)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Return the number of each interpretation that puts a question to the vendor."""
        return {each.id: number for number, each in enumerate(self.findings.questions(), 1)}

    def decided_alone(self) -> list[Interpretation]:
        """Return the interpretations that ask the vendor nothing."""
        return [each for each in self.findings.run_header.interpretations if not each.question]

    def rulings(self) -> list[tuple[Ruling, int]]:
        """Return why clauses are not required, each reason with how many it is true of."""
        given = (self.profile.standing(id_) for id_ in self.findings.run_header.clauses)
        counted = Counter(each for each in given if each.standing is not Standing.REQUIRED)
        return sorted(counted.items(), key=lambda each: list(Standing).index(each[0].standing))

    def command(self) -> str:
        """Return the line that repeats the run; the provider file is the asker's own."""
        run_header = self.findings.run_header
        ids = {each.id for each in run_header.operations}
        options = ["--acceptance", f"--profile schemas/profiles/{self.profile.name}.toml"]
        options += [] if run_header.is_reference else ["--provider FILE"]
        options += [f"--{'operation' if each in ids else 'section'} {quote(each)}" for each in run_header.named_scope]
        options += [f"--seed {run_header.seed}", f"--examples {run_header.examples}", f"--fail-on {run_header.fail_on}"]
        options += ["--require all"] if run_header.require_all else []
        return " ".join(["talkstack-contract run", *options, *(["--waivers FILE"] if run_header.waivers else [])])


def _promise(judgement: Judgement) -> tuple[object, ...]:
    return judgement.clause, judgement.statement, judgement.source, judgement.provenance


def is_absent(judgement: Judgement) -> bool:
    """Tell whether the schema makes a value optional, and no response held it."""
    return judgement.verdict is Verdict.NOT_TESTED and judgement.value_is_optional


def _clauses(count: int) -> str:
    return f"{count} clause is" if count == 1 else f"{count} clauses are"


def clipped(text: str) -> tuple[str, int]:
    """Return what the page shows of a body, and how many characters it leaves out."""
    return text[:BODY_SHOWN_CHARACTERS], max(0, len(text) - BODY_SHOWN_CHARACTERS)


def acceptance_page(findings: Findings, digests: Iterable[tuple[str, str]]) -> str:
    """Render the page of findings that were made under a profile."""
    assert findings.run_header.profile is not None
    view = Acceptance(findings, findings.run_header.profile, tuple(digests))
    limits = {"violations": SHEET_VIOLATIONS, "gaps": SHEET_GAPS, "questions": SHEET_QUESTIONS, "lines": SHEET_LINES}
    others = {
        "clipped": clipped,
        "columns": COLUMNS,
        "body_characters": BODY_SHOWN_CHARACTERS,
        "sheet": limits,
        "characters": SHEET_CHARACTERS,
        "folded": folded,
        "is_absent": is_absent,
    }
    return page(findings, "acceptance.html", a=view, **others)
