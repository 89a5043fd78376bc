"""What a run found, as pages: views of the lines of its record, and of nothing else.

The one door to the template engine, which escapes whatever a provider sent.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from statistics import median

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from talkstack_contract import __version__
from talkstack_contract.judging.decision import Decision, DocumentedResponse, decide, documented_response
from talkstack_contract.judging.waivers import waiver_problems
from talkstack_contract.model import Interpretation, Judgement, Source, Verdict
from talkstack_contract.provider.evidence import BODY_SHOWN_BYTES, Evidence
from talkstack_contract.reports.drift import Drift, drift_of
from talkstack_contract.reports.terminal import LISTED, MARKS, docs_state, printed, response_counts, tally
from talkstack_contract.reports.trends import Trend, trend_of
from talkstack_contract.results.history import Night
from talkstack_contract.results.records import ListedOperation, RunHeader

LETTERS_FIRST = 10  # before the matrix: with more, nobody would find it
_TEMPLATES = Environment(
    loader=PackageLoader("talkstack_contract.reports"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals.update(
    marks=MARKS,
    listed=LISTED,
    tones={"ACCEPTED": "upheld", "ACCEPTED WITH REMARKS": "waived", "REJECTED": "violated", "INCONCLUSIVE": "blocked"},
    shown_bytes=BODY_SHOWN_BYTES,
    letters_first=LETTERS_FIRST,
    tally=tally,
    docs_state=docs_state,
    suite=f"talkstack-contract {__version__}",
)
_TEMPLATES.globals["latency"] = lambda ms: "unknown" if ms is None else f"{ms:g} ms"
_TEMPLATES.filters["md"] = lambda text: _markdown(str(text))
_TEMPLATES.filters["link"] = lambda url: url if str(url).startswith(("https://", "http://")) else ""
_TEMPLATES.filters["css"] = lambda word: str(word).replace(" ", "-")
_TEMPLATES.filters["code"] = lambda text: f"`{' '.join(printed(str(text)).split()).replace('`', 'ˋ')}`"
# Of an element: quotes matter in attributes only, and JSON is full of them.
_TEMPLATES.filters["content"] = lambda text: _TEMPLATES.filters["safe"](escape(str(text), quote=False))
STYLESHEET = Path(__file__).parent / "templates" / "report.css"


def _markdown(text: str) -> str:
    """Write a text that shows as it is: no markup, no HTML, nobody named by `@`, no link, no reference to an issue.

    What GitHub and GitLab make a link of by themselves is parted by a letter of no width.
    """
    shown = re.sub(r"([\\`*_{}\[\]<>|~&])", r"\\\1", " ".join(printed(text).split()))
    return re.sub(r"(?i)(@|://|\bwww|\bmailto|!(?=\d)|#|\bGH-)", "\\1\u200b", shown)


@dataclass(frozen=True)
class UndocumentedField:
    """A field that no page documents: in how many answers it was seen, and the first of them that a page shows."""

    operation: str
    status: int
    path: str
    answers: int
    exchange: str

    def __str__(self) -> str:
        return f"{self.operation} {self.status} {self.path}"


@dataclass(frozen=True)
class Findings:
    """Everything that a page shows of a run."""

    run_header: RunHeader
    decision: Decision
    judgements: Sequence[Judgement]
    exchanges: Mapping[str, Evidence]
    requests: int
    seconds: float
    waiver_problems: Sequence[str] = ()

    @property
    def latency_ms(self) -> float | None:
        """The median of the exchanges that were answered, in ms; None without any."""
        taken = [each.latency_ms for each in self.exchanges.values() if each.status]
        return round(median(taken), 1) if taken else None

    @cached_property
    def _of_operation(self) -> Mapping[str, Sequence[Judgement]]:
        found: dict[str, list[Judgement]] = {}
        for each in self.judgements:
            found.setdefault(each.operation, []).append(each)
        return found

    @cached_property
    def _responses(self) -> Mapping[tuple[str, int], DocumentedResponse]:
        return {(each.operation, each.status): each for each in self.decision.responses}

    @cached_property
    def undocumented_fields(self) -> list[UndocumentedField]:
        """The fields that no page documents, in the exchanges that the record holds."""
        seen: dict[tuple[str, int, str], list[str]] = {}
        for each in self.exchanges.values():
            for path in each.undocumented:
                seen.setdefault((each.operation, each.status, path), []).append(each.id)
        shown = {each.id for judgement in self.judgements for each in self.exchanges_of([judgement])}
        return [
            UndocumentedField(*field, len(ids), next((id_ for id_ in ids if id_ in shown), ""))
            for field, ids in sorted(seen.items())
        ]

    @property
    def trend(self) -> Trend | None:
        """What the nights come to, this run the last; None for a run that is no nightly one."""
        run_header = self.run_header
        if run_header.history is None:
            return None
        counts, fields = self.decision.counts(), tuple(map(str, self.undocumented_fields))
        night = Night(run_header.started, str(self.decision.word), counts, self.latency_ms, fields)
        return trend_of(run_header.history, night, self.judgements)

    @cached_property
    def drift(self) -> Drift | None:
        """What the docs say otherwise, and what is violated; None for a run without `--docs`."""
        return drift_of(self.run_header, self.judgements)

    @property
    def newly_violated(self) -> list[tuple[Judgement, list[Judgement]]]:
        """The violations that are new since the baseline, whatever they weigh, grouped as in `failing`."""
        new = set(self.decision.changes.newly_violated) if self.decision.changes else set()
        return _alike(each for each in self.judgements if each.id in new)

    @cached_property
    def levels(self) -> Mapping[str, str]:
        """The requirement level of each clause that was judged."""
        return {each.id: str(each.level) for each in self.judgements}

    @property
    def new_and_violated(self) -> list[str]:
        """The clauses that are new since the baseline, and violated: no regression, so that they do not weigh."""
        new = set(self.decision.changes.new) if self.decision.changes else set()
        return [each.id for each in self.judgements if each.verdict is Verdict.VIOLATED and each.id in new]

    @property
    def failing(self) -> list[tuple[Judgement, list[Judgement]]]:
        """The violations that fail the run: one for each clause and what was received, with the others like it."""
        red = set(self.decision.violated)
        return _alike(each for each in self.judgements if each.id in red)

    @property
    def remarks(self) -> list[tuple[Judgement, list[Judgement]]]:
        """The violations that do not, and what was waived, grouped in the same way."""
        told, red = (Verdict.VIOLATED, Verdict.WAIVED), set(self.decision.violated)
        return _alike(each for each in self.judgements if each.verdict in told and each.id not in red)

    @property
    def untested(self) -> list[tuple[Judgement, int]]:
        """One judgement for each reason why clauses were blocked or not tested, with how many share it.

        Those below a clause that does not hold are left out: that clause has a line of its own.
        """
        groups: dict[tuple[str, str], list[Judgement]] = {}
        for each in self.judgements:
            if each.verdict in (Verdict.BLOCKED, Verdict.NOT_TESTED) and not each.unmet_dependency:
                groups.setdefault((each.verdict, each.reason), []).append(each)
        return [(mine[0], len(mine)) for mine in groups.values()]

    @property
    def below(self) -> int:
        """How many clauses depend on one that is violated."""
        return sum(bool(each.unmet_dependency) for each in self.judgements)

    def pages(self) -> Iterator[tuple[ListedOperation, int | None, list[tuple[str, list[Judgement]]]]]:
        """Yield the cases (id, judgements) of each documented response, then of no documented status: None."""
        for operation in self.run_header.operations:
            mine = self._of_operation.get(operation.id, ())
            for status in [*operation.statuses, None]:
                groups = _by_case(each for each in mine if each.status == status)
                if groups:
                    yield operation, status, groups

    def exchanges_of(self, judgements: Iterable[Judgement]) -> list[Evidence]:
        """Return the exchanges that back some judgements, each once; those of another case stand there."""
        ids = dict.fromkeys(id_ for each in judgements for id_ in each.exchanges if id_.startswith(f"{_case_id(each)}"))
        return [self.exchanges[id_] for id_ in ids if id_ in self.exchanges]

    @staticmethod
    def by_source(judgements: Sequence[Judgement]) -> list[list[Judgement]]:
        """Group the judgements of a case by verdict, the worst first, and by what page, section and line promise."""
        groups: dict[tuple[Verdict, Source], list[Judgement]] = {}
        for each in sorted(judgements, key=lambda each: list(Verdict).index(each.verdict)):
            groups.setdefault((each.verdict, replace(each.source, interpretation="")), []).append(each)
        return list(groups.values())

    @staticmethod
    def worst(judgements: Sequence[Judgement]) -> Verdict:
        """Return the worst verdict of a case."""
        return min((each.verdict for each in judgements), key=list(Verdict).index)

    @cached_property
    def common_headers(self) -> list[tuple[str, str]]:
        """Return the headers that each request of this run carried, so that a page shows them once."""
        sent = [set(each.request_headers) for each in self.exchanges.values()]
        return sorted(set.intersection(*sent)) if sent else []

    def decision_of_interpretation(self, id: str) -> str:  # noqa: A002 - the word of this project
        """Return what a interpretation decides."""
        return next((each.decision for each in self.run_header.interpretations if each.id == id), "")

    def sections(self) -> list[tuple[str, list[ListedOperation]]]:
        """Return the sections of the docs with their operations, in the order of the contract."""
        found: dict[str, list[ListedOperation]] = {}
        for operation in self.run_header.operations:
            found.setdefault(operation.tag, []).append(operation)
        return list(found.items())

    def coverage(self, operations: Iterable[ListedOperation]) -> str:
        """Return `12 of 14 upheld`, of the documented responses of some operations."""
        ids = {operation.id for operation in operations}
        mine = [response for response in self.decision.responses if response.operation in ids]
        upheld = sum(response.verdict is Verdict.UPHELD for response in mine)
        return f"{upheld} of {len(mine)} upheld" if mine else "no response is documented"

    def beyond(self, operation: str) -> DocumentedResponse | None:
        """Return what the clauses come to for which no page prints a status, as of a response; None without any."""
        mine = [each for each in self._of_operation.get(operation, ()) if each.status is None]
        return documented_response(operation, 0, mine, True, self.run_header.fail_on) if mine else None

    def statuses(self) -> list[int]:
        """Return the columns of the matrix."""
        return sorted({response.status for response in self.decision.responses})

    def response(self, operation: str, status: int) -> DocumentedResponse | None:
        """Return a cell of the matrix."""
        return self._responses.get((operation, status))

    def has_judged(self, operation: str, status: int) -> bool:
        """Tell whether anything was said of a response, so that the matrix can lead there."""
        return any(each.status == status for each in self._of_operation.get(operation, ()))

    def questions(self) -> list[Interpretation]:
        """Return the interpretations that hold a question to the vendor."""
        return [interpretation for interpretation in self.run_header.interpretations if interpretation.question]


def findings_of(
    run_header: RunHeader,
    judgements: Sequence[Judgement],
    exchanges: Mapping[str, Evidence],
    requests: int,
    seconds: float,
    cut_short: str = "",
) -> Findings:
    """Decide about what a record holds, in whatever order it came: in the run itself, and after it."""
    scope = run_header.scope(cut_short)
    places = {id_: place for place, id_ in enumerate(scope.expected)}
    documented = map(run_header.documented, judgements)
    ordered = sorted(documented, key=lambda each: places.get(each.id, len(places)))
    problems = waiver_problems(run_header.waivers, scope.expected, ordered, run_header.started.date())
    return Findings(run_header, decide(ordered, scope, problems), ordered, exchanges, requests, seconds, problems)


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


def page(findings: Findings, template: str, **others: object) -> str:
    """Render one of the templates, as whole lines; `others` are what only that one shows. No lone surrogate is left."""
    counts = findings.decision.counts()
    text = _TEMPLATES.get_template(template).render(f=findings, counts=counts, rate=response_counts, **others)
    if template.endswith(".md"):
        text = re.sub(r"\n{3,}", "\n\n", text)
    return f"{text.rstrip()}\n".encode(errors="replace").decode()


def page_in_pieces(findings: Findings, template: str) -> Iterator[str]:
    """Render one of the templates piece by piece: the page of a large contract is long. No lone surrogate is left."""
    counts = findings.decision.counts()
    pieces = _TEMPLATES.get_template(template).generate(f=findings, counts=counts, rate=response_counts)
    return (piece.encode(errors="replace").decode() for piece in pieces)


def summary_template(findings: Findings) -> str:
    """Return the template of `summary.md`: a night gets a few lines, whatever happened."""
    return "night.md" if findings.run_header.history else "summary.md"


def cell(text: str, kind: str) -> str:
    """Render one cell of pytest-html's table; one of kind `links` leads to the whole account of that case."""
    return _TEMPLATES.get_template("cell.html").render(text=text, kind=kind)
