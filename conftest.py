"""The pytest glue: options, fixtures, parametrization, and the hooks that turn verdicts into reports.

Everything that can be decided without pytest is in `talkstack_contract`. This file also stands above the project's own
tests, so its hooks are methods of two plugins that are registered only where items of `tests/contract` are asked for:
`Asking` in every process, `Reporting` in the one that reports (under pytest-xdist, not in the workers).
"""

import json
import os
import signal
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from talkstack_contract import report as reporting
from talkstack_contract.cases import derive_cases
from talkstack_contract.catalogue import load_contract
from talkstack_contract.errors import BadInput
from talkstack_contract.evidence import Secrets
from talkstack_contract.judge import Decision, Extent, Word, decide, fails
from talkstack_contract.model import Case, Clause, Contract, Effect, Judgement, Strength, Verdict
from talkstack_contract.provider import Provider
from talkstack_contract.run import GENERATED_CHECKS, Run, judgement_of
from talkstack_contract.settings import (
    Settings,
    settings_of_environment,
    settings_of_file,
    settings_of_reference,
)
from talkstack_contract.waivers import Waiver, load_waivers, waiver_problems

ROOT = Path(__file__).parent
SCHEMAS = ROOT / "schemas"
CONTRACT_TESTS = ROOT / "tests" / "contract"
Promise = tuple[Case, Clause]


@dataclass(frozen=True)
class Plan:
    """What a contract run is given: read once, before anything is collected or sent."""

    contract: Contract
    cases: tuple[Case, ...]
    settings: Settings
    waivers: tuple[Waiver, ...]
    fail_on: Strength
    started: datetime

    @property
    def promises(self) -> list[Promise]:
        """Every clause of the contract with its case, in the order of asking."""
        return [(case, clause) for case in self.cases for clause in case.clauses]

    @property
    def ids(self) -> tuple[str, ...]:
        """The id of every clause."""
        return tuple(f"{case.id}/{clause.name}" for case, clause in self.promises)

    def clause_id(self, nodeid: str) -> str:
        """Return the id of the clause that an item states: its parameter, or for Schemathesis' items their findings."""
        inside = nodeid.partition("[")[2].rpartition("]")[0]
        for operation in self.contract.operations:
            if inside == f"{operation.method} {operation.path}":
                return f"{operation.id}/generated/schemathesis.finds-nothing"
        return inside


# Options and settings


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a contract run; `--base-url` comes from pytest-base-url."""
    group = parser.getgroup("contract", "talkstack-contract")
    add = group.addoption
    add("--provider", metavar="FILE", help="provider file (TOML): whom to ask, as whom, what is allowed")
    add("--reports", metavar="DIR", default="reports", help="where the reports go (default: reports)")
    add(
        "--fail-on",
        choices=[str(strength) for strength in Strength],
        default="must",
        help="the weakest clause whose violation rejects (default: must)",
    )
    add(
        "--require",
        choices=["reachable", "all"],
        default="reachable",
        help="which documented pairs have to be asked: those in reach of the settings, or all (default: reachable)",
    )
    add("--waivers", metavar="FILE", help="accepted violations (default: tests/contract/waivers.yaml)")
    add("--allow-insecure", action="store_true", help="ask over http beyond this machine")
    add("--plan", action="store_true", help="list every request that would be sent, and send none")
    add("--examples", type=int, default=5, metavar="N", help="random requests per operation (default: 5)")
    add("--seed", type=int, default=1, metavar="N", help="seed of the random requests (default: 1)")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read settings, waivers and contract here: a mistake in them found later would not end with exit status 4."""
    if not _contract_is_asked(config):
        return
    embedded = ExitStack()
    config.add_cleanup(embedded.close)
    try:
        plan = _plan(config, embedded)
        config.stash[ASKING] = Asking(plan)
        config.pluginmanager.register(config.stash[ASKING], "contract-asking")
        if not hasattr(config, "workerinput"):
            config.pluginmanager.register(Reporting(config, plan), "contract-reporting")
            signal.signal(signal.SIGTERM, _interrupt)
    except BadInput as error:
        raise pytest.UsageError(str(error)) from None


def _contract_is_asked(config: pytest.Config) -> bool:
    places = [Path(config.invocation_params.dir, str(arg).partition("::")[0]).resolve() for arg in config.args]
    return any(place.is_relative_to(CONTRACT_TESTS) or CONTRACT_TESTS.is_relative_to(place) for place in places)


def _plan(config: pytest.Config, embedded: ExitStack) -> Plan:
    option = config.option
    if config.getoption("verify_base_url", False):
        raise BadInput("--verify-base-url", "", "would send a request that no setting allows", "leave it out")
    if option.examples < 1:
        raise BadInput("--examples", "", "is less than 1", "give 1 or more")
    contract = load_contract(SCHEMAS)
    waivers = Path(config.invocation_params.dir, option.waivers) if option.waivers else CONTRACT_TESTS / "waivers.yaml"
    return Plan(
        contract=contract,
        cases=derive_cases(contract),
        waivers=load_waivers(waivers, SCHEMAS, waivers.name) if option.waivers or waivers.exists() else (),
        settings=_settings(config, embedded),
        fail_on=Strength(option.fail_on),
        started=datetime.now(UTC),
    )


def _settings(config: pytest.Config, embedded: ExitStack) -> Settings:
    base_url = config.getoption("base_url", None) or config.getini("base_url") or ""
    if file := config.option.provider:
        path = Path(config.invocation_params.dir, file)
        return settings_of_file(path, SCHEMAS, os.environ, base_url, config.option.allow_insecure)
    if base_url:
        return settings_of_environment(base_url, os.environ, config.option.allow_insecure)
    config.stash[REFERENCE] = given = getattr(config, "workerinput", {}).get("reference") or _embedded(embedded)
    return settings_of_reference(**given)


def _embedded(embedded: ExitStack) -> dict[str, Any]:
    from talkstack_contract.reference import serve  # only a run without a provider needs a server

    reference = embedded.enter_context(serve())
    accounts = {state: [each.token, each.api_key, each.user_id] for state, each in reference.accounts.items()}
    return {"base_url": reference.base_url, "states_url": reference.states_url, "accounts": accounts}


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt("SIGTERM")


# Fixtures: they send and judge, so that trouble with that is an error; a test only states the verdict


class Stated:
    """A verdict that a test can state in pytest's terms."""

    def __init__(self, judgement: Judgement, letter: str, *, is_red: bool) -> None:
        self._judgement, self._letter, self._is_red = judgement, letter, is_red

    def state(self) -> None:
        """Pass, fail, xfail or skip, by the table of verdicts; no traceback, since it would show what was sent."""
        if self._is_red:
            pytest.fail(self._letter, pytrace=False)
        if self._judgement.verdict in (Verdict.VIOLATED, Verdict.WAIVED):
            pytest.xfail(self._letter)
        if self._judgement.verdict is Verdict.UNEXERCISED:
            remedy = f"; to enable it: {self._judgement.remedy}" if self._judgement.remedy else ""
            pytest.skip(f"not asked: {self._judgement.reason}{remedy}")


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """Everything that this process asks and learns of the provider."""
    asking = request.config.stash[ASKING]
    yield asking.run
    asking.left_behind += asking.run.close()


@pytest.fixture(scope="session")
def cases(request: pytest.FixtureRequest) -> tuple[Case, ...]:
    """Every case of the contract."""
    return request.config.stash[ASKING].plan.cases


@pytest.fixture
def state(run: Run, request: pytest.FixtureRequest) -> Callable[[Case, Clause], Stated]:
    """A function that judges a clause for this item."""
    return lambda case, clause: request.config.stash[ASKING].stated(run, case, clause, request.node)


@pytest.fixture
def verdict(promise: Promise, state: Callable[[Case, Clause], Stated]) -> Stated:
    """The verdict for the clause of this item."""
    return state(*promise)


class Asking:
    """The hooks of a process that asks."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        secrets = Secrets(plan.settings.secrets())
        self.run = Run(plan.cases, Provider(plan.settings, secrets), plan.waivers, plan.started.date())
        self.left_behind: list[str] = []
        self._shipped: set[str] = set()

    def stated(self, run: Run, case: Case, clause: Clause, node: pytest.Item) -> Stated:
        """Judge a clause for an item, and leave there what the reports need."""
        judgement = run.judgement(case, clause)
        evidence = [run.evidence(id_) for id_ in judgement.exchanges]
        new = [each for each in evidence if each.id not in self._shipped]
        self._shipped |= {each.id for each in new}
        node.stash[LINES] = [*map(reporting.exchange_line, new), reporting.verdict_line(judgement)]
        shown = ("operation", "case", "clause", "verdict", "source")
        node.user_properties += [(name, str(getattr(judgement, name))) for name in shown]
        if judgement.verdict is Verdict.BLOCKED:
            pytest.fail(f"blocked: {judgement.reason}", pytrace=False)
        letter = reporting.letter(judgement, evidence)
        return Stated(judgement, letter, is_red=fails(judgement, self.plan.fail_on))

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Give a test that states verdicts one item a clause: those of generated requests to their own module."""
        if "promise" not in metafunc.fixturenames:
            return
        check = "generated" if metafunc.module.__name__.endswith("test_generated") else ""
        promises = [
            (case, clause)
            for case, clause in self.plan.promises
            if (clause.check == check if check else clause.check not in GENERATED_CHECKS)
        ]
        metafunc.parametrize("promise", promises, ids=[f"{case.id}/{clause.name}" for case, clause in promises])

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the items in the order of asking."""
        ranks = {id_: case.rank for id_, (case, _) in zip(self.plan.ids, self.plan.promises, strict=True)}
        items.sort(key=lambda item: ranks.get(self.plan.clause_id(item.nodeid), -1))

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        """Tell the module of generated requests how many are wanted, before its items are built."""
        configure = getattr(getattr(collector, "module", None), "configure_generation", None)
        if configure and not isinstance(collector, pytest.Module):
            option = collector.config.option
            configure(option.examples, option.seed, may_write=Effect.WRITES in self.plan.settings.allow)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """State the verdict on Schemathesis' findings once all requests of its item were generated."""
        yield
        if generation := getattr(item, "funcargs", {}).get("generation"):
            generation.finish()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Send the lines of a verdict along with the report that states it, as text: a worker can send nothing else."""
        report = yield
        if report.when == "call" or report.outcome != "passed":
            lines = item.stash.get(LINES, [])
            report.contract = [reporting.written(line) for line in lines]  # type: ignore[attr-defined]
            item.stash[LINES] = []
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Keep an operation in one worker: what is remembered of it is per process, and each case is to be sent once."""
        from xdist.scheduler import LoadScopeScheduling

        class ByOperation(LoadScopeScheduling):
            def _split_scope(scheduler, nodeid: str) -> str:  # noqa: N805 - `self` is the plugin
                return self.plan.clause_id(nodeid).partition("/")[0]

        return ByOperation(config, log)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand over to the process that reports what only a worker knows."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["contract"] = self.known()

    def known(self) -> dict[str, Any]:
        """Return what this process counted and learned, beside its lines."""
        provider = self.run.provider
        return {
            "requests": provider.requests_sent,
            "generated": provider.generated_sent,
            "left_behind": self.left_behind,
            "secrets": provider.secrets.known(),
        }


class Reporting:
    """The hooks of the process that reports: it writes the record as the run goes, and decides at the end."""

    def __init__(self, config: pytest.Config, plan: Plan) -> None:
        self.config, self.plan = config, plan
        self.folder = Path(config.invocation_params.dir, config.option.reports).resolve()
        self.secrets = Secrets(plan.settings.secrets())
        self.occasion = reporting.Occasion(
            plan.settings, plan.contract, plan.started, plan.fail_on, config.option.seed
        )
        self.judgements: dict[str, Judgement] = {}
        self.exchanges: dict[str, reporting.Line] = {}
        self.counted = {"requests": 0, "generated": 0}
        self.left_behind: list[str] = []
        self.cut_short = ""
        self.findings: reporting.Findings | None = None
        self._started_at_s = time.perf_counter()
        self._prepare(config.option)

    def _prepare(self, option: Any) -> None:
        if option.plan or option.collectonly:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._record("", mode="w")
        except OSError as error:
            raise BadInput("--reports", "", f"cannot be written ({type(error).__name__})", "name another folder") from None
        option.htmlpath = option.htmlpath or str(self.folder / "report.html")
        option.self_contained_html = True
        option.css = [*option.css, str(reporting.STYLESHEET)]
        option.xmlpath = option.xmlpath or str(self.folder / "junit.xml")
        self._record(reporting.written(reporting.header_line(self.occasion, self.plan.cases)))

    def _record(self, text: str, mode: str = "a") -> None:
        with (self.folder / "verdicts.jsonl").open(mode, encoding="ascii") as file:
            file.write(text)

    def pytest_report_header(self) -> list[str]:
        """Say who is asked, loudly where it is not the vendor."""
        settings, contract = self.plan.settings, self.plan.contract
        who = "the embedded reference provider: THIS IS NOT THE VENDOR" if settings.is_reference else settings.base_url
        allowed = ", ".join(sorted(map(str, settings.allow))) or "nothing"
        return [
            f"provider: {who}",
            f"contract: {contract.title}, {len(contract.operations)} operations, {len(self.plan.ids)} clauses,"
            f" docs read {contract.docs_read}; allowed: {allowed}; seed {self.occasion.seed}",
        ]

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """With `--plan`, say what would be sent and send nothing."""
        if not self.config.option.plan:
            return None
        run = self.config.stash[ASKING].run
        chosen = {self.plan.clause_id(item.nodeid).rpartition("/")[0] for item in session.items}
        for case in self.plan.cases:
            if case.id in chosen:
                self._say(f"{case.id}: {run.plan(case, self.config.option.examples)}")
        return True

    # As the run goes

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write the lines as they come in. A worker that died says nothing of its clause, so that is said for it."""
        lines = getattr(report, "contract", [])
        id_ = self.plan.clause_id(report.nodeid)
        if not lines and report.failed and id_ not in self.judgements and id_ in self.plan.ids:
            lines = [reporting.written(reporting.verdict_line(self._died(id_, str(report.longrepr))))]
        for text in lines:
            line = json.loads(text)
            if line["kind"] == "exchange":
                self.exchanges[line["id"]] = line
            else:
                self.judgements[line["id"]] = reporting.judgement_of_line(line)
            self._record(text)

    def _died(self, id_: str, told: str) -> Judgement:
        case, clause = self.plan.promises[self.plan.ids.index(id_)]
        if is_death := "crashed while running" in told:
            self.cut_short = self.cut_short or "a process that asked died before it could tell"
        reason = self.cut_short if is_death else f"a bug of ours: {told.splitlines()[-1] if told else 'no verdict'}"
        return judgement_of(case, clause, Verdict.BLOCKED, reason)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand the embedded provider over to a worker."""
        node.workerinput["reference"] = self.config.stash.get(REFERENCE, None)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker knows."""
        if known := getattr(node, "workeroutput", {}).get("contract"):
            self._take(known)

    def _take(self, known: dict[str, Any]) -> None:
        for name in self.counted:
            self.counted[name] += known[name]
        self.left_behind += known["left_behind"]
        for value, name in known["secrets"]:
            self.secrets.add(value, name)

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that the run was cut short."""
        self.cut_short = self.cut_short or "the run was interrupted"

    # The end

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None, None, None]:
        """Decide before the pages are written, scan them for secrets after, and set the exit status."""
        if self.config.option.plan or self.config.option.collectonly:
            return (yield)
        self._take(self.config.stash[ASKING].known())
        leaks = self._scrub()
        self.findings = self._found(leaks)
        (self.folder / "summary.md").write_text(reporting.page(self.findings, "summary.md"), encoding="utf-8")
        result = yield
        leaks += self._scrub()
        decision = self._found(leaks).decision if leaks else self.findings.decision
        footer = reporting.footer_line(decision, **self.counted, seconds=self.findings.seconds)
        self._record(reporting.written(footer))
        is_ours = self.cut_short or exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        if is_ours:
            session.exitstatus = decision.exit_status or (exitstatus if decision.word is Word.NONE else 0)
        self._close(decision, "" if is_ours else f"pytest ended with {int(exitstatus)}")
        return result

    def _found(self, leaks: Sequence[str]) -> reporting.Findings:
        judgements = list(self.judgements.values())
        cut_short = leaks[0] if leaks else self.cut_short
        extent = Extent(self.plan.ids, cut_short, self.plan.fail_on, require_all=self.config.option.require == "all")
        problems = waiver_problems(self.plan.waivers, self.plan.ids, judgements, self.plan.started.date())
        decision = decide(self.plan.contract, self.plan.cases, judgements, extent, problems)
        seconds = time.perf_counter() - self._started_at_s
        return reporting.Findings(
            self.occasion, decision, judgements, self.exchanges, self.counted["requests"], seconds, problems
        )

    def _scrub(self) -> list[str]:
        """Search every artefact for the secrets of the run; blank what is found, and say so."""
        leaks = []
        for name in ("verdicts.jsonl", "summary.md", self.config.option.htmlpath, self.config.option.xmlpath):
            path = self.folder / name
            if path.is_file() and (names := self.secrets.found_in(content := path.read_bytes())):
                path.write_bytes(self.secrets.scrubbed(content))
                leaks.append(f"a secret stood in {path.name} and was blanked there: {', '.join(names)}")
        return leaks

    def _close(self, decision: Decision, trouble: str) -> None:
        assert self.findings is not None
        if target := os.environ.get("GITHUB_STEP_SUMMARY"):
            with Path(target).open("a", encoding="utf-8") as file:
                file.write((self.folder / "summary.md").read_text(encoding="utf-8"))
        for problem in self.left_behind:
            self._say(f"left behind: {problem}")
        inside = self.folder.is_relative_to(Path.cwd())
        self._say(f"reports: {os.path.relpath(self.folder) if inside else self.folder}")
        line = reporting.last_line(decision, self.counted["requests"], self.findings.seconds)
        good = decision.exit_status == 0 and not trouble
        self._say(f"no decision  {trouble}" if trouble else line, green=good, red=not good, bold=True)

    def _say(self, text: str, **markup: bool) -> None:
        self.config.pluginmanager.getplugin("terminalreporter").write_line(text, **markup)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Generator[None, None, None]:
        """Tell a reason why clauses are blocked once, however many there are."""
        errors = terminalreporter.stats.get("error", [])
        if not errors:
            return (yield)
        once = {str(report.longrepr): report for report in reversed(errors)}
        terminalreporter.stats["error"] = list(reversed(once.values()))
        try:
            return (yield)
        finally:
            terminalreporter.stats["error"] = errors

    # pytest-html

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        """Name the page."""
        report.title = "Talkstack API contract"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Put the decision, the matrix and the evidence first."""
        assert self.findings is not None
        prefix.append(reporting.page(self.findings, "report.html"))

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Name the columns of the table of items."""
        cells[1:] = [reporting.cell(text, "head") for text in ("Clause", "Duration", "Case")]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: pytest.TestReport, cells: list[str]) -> None:
        """Fill a row, with a link to where its case is told in full."""
        id_ = self.plan.clause_id(report.nodeid)
        cells[1] = reporting.cell(id_, "testId")
        cells[3] = reporting.cell(id_.rpartition("/")[0], "links")


ASKING = pytest.StashKey[Asking]()
REFERENCE = pytest.StashKey[dict[str, Any]]()
LINES = pytest.StashKey[list[reporting.Line]]()
