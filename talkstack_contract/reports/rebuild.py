"""The findings of a run, from the files of its record alone: of one, or of several that share the clauses among them.

A file whose last line is missing is of a run that was cut, and a line that was cut with it is dropped. Raises
`BadInput` for a file that is no record, or that is of another run than the first.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from talkstack_contract.errors import BadInput, unreadable
from talkstack_contract.judging.decision import DecisionKind
from talkstack_contract.model import Judgement, Verdict
from talkstack_contract.provider.evidence import Evidence
from talkstack_contract.reports.acceptance import acceptance_page
from talkstack_contract.reports.findings import Findings, findings_of, page, summary_template
from talkstack_contract.reports.junit import junit_xml
from talkstack_contract.results.records import (
    FORMAT,
    Line,
    RunHeader,
    evidence_of_line,
    judgement_of_line,
    run_header_of_line,
)

REPORT, ACCEPTANCE = "report.html", "acceptance.html"
CUT: Line = {
    "requests": 0,
    "generated_requests": 0,
    "seconds": 0.0,
    "cut_short": "the record has no last line: it was cut",
}


@dataclass(frozen=True)
class Part:
    """One file of a record, as it was read."""

    name: str
    sha256: str
    run_header: RunHeader
    exchanges: dict[str, Evidence]
    judgements: tuple[Judgement, ...]
    requests: int
    seconds: float
    cut_short: str


def read_part(path: Path) -> Part:
    """Read one file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(str(path), "", unreadable(error), "give a readable file") from None
    lines = list(_lines(path.name, content))
    if not lines or lines[0].get("kind") != "header":
        raise BadInput(path.name, "line 1", "is not the header of a record", "give a verdicts.jsonl")
    if lines[0].get("format") != FORMAT:
        problem = f"is of format {lines[0].get('format')!r}, and this version reads {FORMAT}"
        raise BadInput(path.name, "line 1", problem, "use the version that wrote it")
    return _Reader(path.name).part(lines, hashlib.sha256(content).hexdigest())


def _lines(name: str, content: bytes) -> Iterator[Line]:
    *whole, rest = content.split(b"\n")
    for number, text in enumerate([*whole, rest], 1):
        try:
            line = json.loads(text)
        except ValueError:
            if number > len(whole):  # the rest after the last line end: nothing, or a line that was cut
                return
            raise BadInput(name, f"line {number}", "is not JSON", "give the file as the run wrote it") from None
        if not isinstance(line, dict):
            raise BadInput(name, f"line {number}", "is not a line of a record", "give the file as the run wrote it")
        yield line


class _Reader:
    """What is known of a file while its lines are read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.exchanges: dict[str, Evidence] = {}
        self.judgements: dict[str, Judgement] = {}
        self.footer: Line | None = None

    def part(self, lines: Sequence[Line], sha256: str) -> Part:
        run_header = self._taken(1, lines[0])
        assert isinstance(run_header, RunHeader)
        for number, line in enumerate(lines[1:], 2):
            self._taken(number, line)
        footer = self.footer or CUT | {"requests": len(self.exchanges)}  # as many at least
        judgements = tuple(self.judgements.values())
        counted = footer["requests"] + footer["generated_requests"], footer["seconds"], footer["cut_short"]
        return Part(self.name, sha256, run_header, self.exchanges, judgements, *counted)

    def _taken(self, number: int, line: Line) -> RunHeader | None:
        kind = line.get("kind")
        try:
            if kind == "header" and number == 1:
                return run_header_of_line(line)
            if kind == "exchange":
                self.exchanges[line["id"]] = evidence_of_line(line)
            elif kind == "verdict":
                self.judgements[line["id"]] = judgement_of_line(line)
            elif kind == "footer" and not self.footer:
                self.footer = {key: line[key] for key in CUT}
            else:
                raise ValueError(kind)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"is not what a record holds there ({type(error).__name__})"
            raise BadInput(self.name, f"line {number}", problem, "give the files of a run one by one") from None
        return None


def joined(parts: Sequence[Part]) -> Findings:
    """Decide about what the parts of one run hold together; of two verdicts for a clause, the worse one stands."""
    first, *others = parts
    for part in others:
        _check_same(first, part)
    exchanges: dict[str, Evidence] = {}
    judgements: dict[str, Judgement] = {}
    for part in parts:
        names = _names(part, exchanges)
        exchanges |= {names[id_]: replace(each, id=names[id_]) for id_, each in part.exchanges.items()}
        for each in part.judgements:
            mine = replace(each, exchanges=tuple(names.get(id_, id_) for id_ in each.exchanges))
            judgements[each.id] = min(judgements.get(each.id, mine), mine, key=_rank)
    requests, seconds = sum(part.requests for part in parts), round(sum(part.seconds for part in parts), 2)
    cut_short = next((part.cut_short for part in parts if part.cut_short), "")
    return findings_of(first.run_header, list(judgements.values()), exchanges, requests, seconds, cut_short)


def _rank(judgement: Judgement) -> int:
    return list(Verdict).index(judgement.verdict)


def _names(part: Part, known: dict[str, Evidence]) -> dict[str, str]:
    """Name an exchange anew where another file holds one of that id: both asked the same, and both are evidence."""
    return {id_: f"{id_}~{part.sha256[:8]}" if id_ in known else id_ for id_ in part.exchanges}


def _check_same(first: Part, other: Part) -> None:
    mine, theirs = _identity(first.run_header), _identity(other.run_header)
    differing = next((key for key, value in mine.items() if theirs[key] != value), None)
    if differing:
        raise BadInput(other.name, differing, f"is another one than in {first.name}", "give the files of one run")


def _identity(run_header: RunHeader) -> dict[str, object]:
    """Return what the parts of one run share; the embedded reference provider has another port in each process."""
    return {
        "suite": run_header.suite,
        "fail_on_undocumented": run_header.fail_on_undocumented,
        "contract": (run_header.sha256, run_header.cases),
        "provider": run_header.is_reference or run_header.base_url,
        "allow": run_header.allow,
        "fail_on": run_header.fail_on,
        "require": run_header.require_all,
        "waivers": run_header.waivers,
        "profile": run_header.profile,
        "baseline": run_header.baseline,
        "docs": run_header.docs,
    }


def views(findings: Findings, parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each page that a record gives."""
    yield "summary.md", page(findings, summary_template(findings))
    yield REPORT, page(findings, "page.html")
    yield "junit.xml", junit_xml(findings)
    if text := acceptance_view(findings, parts):
        yield ACCEPTANCE, text


def acceptance_view(findings: Findings, parts: Sequence[Part]) -> str:
    """Return the acceptance page, empty for a run that does not decide by a profile."""
    if not findings.run_header.profile or findings.decision.word is DecisionKind.NONE:
        return ""
    names = [f"part {number} of {len(parts)}" for number in range(1, len(parts) + 1)]
    labels = [f"verdicts.jsonl, {name}" for name in names] if len(parts) > 1 else ["verdicts.jsonl"]
    return acceptance_page(findings, zip(labels, (part.sha256 for part in parts), strict=True))


def is_shown(findings: Findings, path: Path) -> bool:
    """Tell whether a report that the run itself wrote is there: it shows the same, and what pytest said besides."""
    shown = path.read_bytes() if path.is_file() else b""
    return b"data-jsonblob" in shown and page(findings, "report.html").encode() in shown
