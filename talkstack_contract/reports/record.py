"""The record of a run: `verdicts.jsonl` as it grows, what is known so far, and the pages that are views of it.

Written as the run goes, so that a run that is killed keeps what it found. At the end every artefact is searched for the
secrets of the run: redaction happens where evidence is made, and this is the proof that it did.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile

from talkstack_contract.errors import BadInput, bug_of_ours
from talkstack_contract.judging.decision import Decision
from talkstack_contract.judging.judge import Known, judgement_of
from talkstack_contract.model import Judgement, Verdict
from talkstack_contract.provider.evidence import Evidence
from talkstack_contract.provider.redaction import OVERLAP, PIECE, Secrets
from talkstack_contract.reports.acceptance import acceptance_page
from talkstack_contract.reports.accessibility import accessible
from talkstack_contract.reports.findings import Findings, findings_of, page, page_in_pieces, summary_template
from talkstack_contract.reports.junit import junit_xml
from talkstack_contract.reports.rebuild import ACCEPTANCE, REPORT, acceptance_view, joined, read_part
from talkstack_contract.reports.whole_files import append_whole, write_whole
from talkstack_contract.results.records import (
    RunConfiguration,
    Totals,
    evidence_of_line,
    evidence_texts,
    evidence_with,
    exchange_line,
    footer_line,
    header_line,
    judgement_of_line,
    judgement_texts,
    judgement_with,
    verdict_line,
    written,
)

PAGES = (ACCEPTANCE, REPORT, "summary.md", "junit.xml")
PLACE_OF_FINDINGS = '<div id="findings"></div>'
"""In the page that pytest-html writes: here come the decision, the matrix and the evidence."""


class Record:
    """What one run found, in the process that reports."""

    def __init__(self, folder: Path, configuration: RunConfiguration) -> None:
        self.folder, self.configuration = folder, configuration
        self.jsonl = folder / "verdicts.jsonl"
        self.judgements: dict[str, Judgement] = {}
        self.exchanges: dict[str, Evidence] = {}
        self.requests = self.generated = 0
        self.left_behind: list[str] = []
        self.cut_short = ""
        self._is_full = False
        self._secrets = Secrets(configuration.settings.secrets())
        self._started_at_s = time.perf_counter()

    def make_folder(self) -> None:
        """Make the folder of the reports. Raises `BadInput` where nothing can be written there."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise self._unwritable(error) from None

    def open(self) -> None:
        """Start the file; no page of an earlier run stays beside it. Raises `BadInput` where it cannot be written."""
        self.make_folder()
        try:
            for page in PAGES:
                (self.folder / page).unlink(missing_ok=True)
            append_whole(self.jsonl, written(header_line(self.configuration.run_header)), is_new=True)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> BadInput:
        problem = f"{self.folder} cannot be written ({type(error).__name__})"
        return BadInput("--reports", "", problem, "name another folder")

    def take(self, lines: Iterable[str]) -> None:
        """Add lines that came with the report of an item."""
        for text in lines:
            line = json.loads(text)
            if not self._write(text):
                return
            if line["kind"] == "exchange":
                self.exchanges[line["id"]] = evidence_of_line(line)
            else:
                self.judgements[line["id"]] = judgement_of_line(line)

    def take_silence(self, case: str, told: str) -> None:
        """Block each clause of a case whose item ended without a verdict on it: a dead worker, or a bug of ours."""
        judgements = [judgement_of(*promise, Verdict.BLOCKED) for promise in self.configuration.selected.get(case, ())]
        missing = [each for each in judgements if each.id not in self.judgements]
        if not missing:
            return
        reason = f"a bug of ours: {told.splitlines()[-1] if told else 'no verdict came'}"
        if "crashed while running" in told:
            reason = self.cut_short = "a process that asked died before it could tell"
        reason = self._secrets.redacted(reason)
        self.take(written(verdict_line(replace(each, reason=reason))) for each in missing)

    def judgements_of(self, case: str) -> list[Judgement]:
        """Return what is known of the clauses of a case."""
        ids = (f"{case}/{clause.name}" for _, clause in self.configuration.selected.get(case, ()))
        return [self.judgements[id_] for id_ in ids if id_ in self.judgements]

    def take_over(self, known: Known) -> None:
        """Add what a process that asked counted and learned."""
        self.requests += known["requests"]
        self.generated += known["generated"]
        self.left_behind += known["left_behind"]
        for value, name in known["secrets"]:
            self._secrets.add(value, name)
        for value in known["learned"]:
            self._secrets.learn(value, "credential in an answer")

    def findings(self, leaks: Sequence[str] = ()) -> Findings:
        """Decide about what is known so far; a secret that leaked leaves no run conclusive."""
        seconds = round(time.perf_counter() - self._started_at_s, 2)
        judgements, cut_short = list(self.judgements.values()), leaks[0] if leaks else self.cut_short
        requests = self.requests + self.generated
        return findings_of(self.configuration.run_header, judgements, self.exchanges, requests, seconds, cut_short)

    def close(self, findings: Findings, artefacts: Sequence[Path], leaks: Sequence[str]) -> Decision:
        """Search the finished artefacts, add the last line, and return the decision that stands."""
        leaks = [*leaks, *self.scrub(artefacts)]
        decision = self.findings(leaks).decision
        cut_short = leaks[0] if leaks else self.cut_short
        seen = (findings.latency_ms, tuple(map(str, findings.undocumented_fields)))
        totals = Totals(self.requests, self.generated, findings.seconds, *seen)
        self._write(written(footer_line(decision, totals, cut_short)))
        return decision

    def write_summary(self, findings: Findings) -> Path:
        """Write `summary.md`."""
        path = self.folder / "summary.md"
        self._put(path, self.page(findings, summary_template(findings)))
        return path

    def write_junit(self, findings: Findings, path: Path) -> None:
        """Write the JUnit file, wherever the run wants it."""
        self._put(path, self._rendered(path.name, lambda: junit_xml(findings)))

    def page(self, findings: Findings, template: str) -> str:
        """Render a page; one that cannot be rendered costs the run its decision, never the record."""
        return self._rendered(template, lambda: page(findings, template))

    def _rendered(self, name: str, render: Callable[[], str]) -> str:
        try:
            return render()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours
            self.cut_short = f"{name} could not be written, {bug_of_ours(error).reason}"
            return self.cut_short

    def try_acceptance(self, findings: Findings) -> list[str]:
        """Render the acceptance page before the record is closed, so that a flaw of it still costs the decision."""
        text = self._rendered(ACCEPTANCE, lambda: acceptance_page(findings, ()))
        names = self._secrets.found_in(text)
        return [_leaked(ACCEPTANCE, names)] if names else []

    def write_acceptance(self) -> Path | None:
        """Write the acceptance page, if this run gives one: a view of the finished file, as all can make it again."""
        path, parts = self.folder / ACCEPTANCE, [read_part(self.jsonl)]
        text = acceptance_view(joined(parts), parts) if not self.cut_short.startswith(ACCEPTANCE) else ""
        if not text:
            path.unlink(missing_ok=True)
            return None
        self._put(path, text)
        self.scrub([path])
        return path

    def complete_page(self, path: Path, findings: Findings) -> None:
        """Complete the page that pytest-html wrote: with what it lacks, and with what was found."""
        if not path.is_file():
            return
        before, place, after = accessible(path.read_bytes().decode()).partition(PLACE_OF_FINDINGS)
        try:
            ours = page_in_pieces(findings, "report.html") if place else ()
            self._tried(path, lambda: write_whole(path, chain((before,), ours, ("\n", after))))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours
            self.cut_short = f"report.html could not be written, {bug_of_ours(error).reason}"
            self._put(path, f"{before}{self.cut_short}{after}")

    def redacted(self, text: str) -> str:
        """Return a text without the secrets of the run, for a message that leaves the run."""
        return self._secrets.redacted(text)

    def scrub(self, artefacts: Sequence[Path]) -> list[str]:
        """Search artefacts for the secrets of the run; blank what is found, and say so."""
        leaks = [leak for path in artefacts if path != self.jsonl for leak in self._scrubbed_page(path)]
        return [*(self._scrubbed_record() if self.jsonl in artefacts else ()), *leaks]

    def _scrubbed_page(self, path: Path) -> list[str]:
        pieces = _pieces_of(path) if path.is_file() else ()
        names = sorted({name for piece in pieces for name in self._secrets.found_in(piece)})
        if not names:
            return []
        text = path.read_bytes().decode("utf-8", errors="surrogateescape")
        path.write_bytes(self._secrets.scrubbed(text).encode("utf-8", errors="surrogateescape"))
        return [_leaked(path.name, names)]

    def _scrubbed_record(self) -> list[str]:
        """Search what came from the provider, field by field, so that no word or key of ours is ever touched."""
        leaks = [leak for each in self.exchanges.values() for leak in self._leaks_of(each.id, evidence_texts(each))]
        leaks += [leak for each in self.judgements.values() for leak in self._leaks_of(each.id, judgement_texts(each))]
        if leaks:
            scrubbed = self._secrets.scrubbed
            self.exchanges = {id_: evidence_with(each, scrubbed) for id_, each in self.exchanges.items()}
            self.judgements = {id_: judgement_with(each, scrubbed) for id_, each in self.judgements.items()}
            lines = [header_line(self.configuration.run_header), *map(exchange_line, self.exchanges.values())]
            lines += map(verdict_line, self.judgements.values())
            whole = self.jsonl.with_suffix(".tmp")
            whole.write_text("".join(map(written, lines)), encoding="ascii")
            whole.replace(self.jsonl)
        return leaks

    def _leaks_of(self, id: str, texts: Iterable[str]) -> list[str]:  # noqa: A002 - the word of this project
        names = sorted({name for text in texts for name in self._secrets.found_in(text)})
        return [_leaked(f"{self.jsonl.name} ({id})", names)] if names else []

    def _write(self, text: str) -> bool:
        """Add lines to the record, and tell whether it holds them: what it does not hold is not judged either."""
        return not self._is_full and self._tried(self.jsonl, lambda: append_whole(self.jsonl, text))

    def _put(self, path: Path, text: str) -> None:
        self._tried(path, lambda: write_whole(path, text))

    def _tried(self, path: Path, write: Callable[[], None]) -> bool:
        """Write, and tell whether that could be; a full disk costs the run its decision, and nothing found before."""
        try:
            write()
        except OSError as error:
            self._is_full = self._is_full or path == self.jsonl
            self.cut_short = self.cut_short or f"{path.name} could not be written ({error.strerror})"
            return False
        return True


def _pieces_of(path: Path) -> Iterator[str]:
    """Yield a text file in pieces that overlap: a page can be long."""
    before = ""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        while piece := file.read(PIECE):
            yield before + piece
            before = piece[-OVERLAP:]


def _leaked(artefact: str, names: Sequence[str]) -> str:
    return f"a secret was found in {artefact} and redacted: {', '.join(names)}"
