"""Runs of the suite that are measured, at our own provider: in this process, or in one more for generated requests.

A run asks the whole contract, or the small one of `getActiveProject`, which takes a small part of the time.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from reference_provider import Fault, Reference
from tests.detection.judged_runs import EXCHANGE_S, References, judged, settings_for
from tests.detection.mutating_proxy import Proxy, Relay, serve_proxy
from tests.detection.run_results import Run, Told
from tests.detection.warm_runs import WarmRuns
from tests.unit.small_contract import small_contract

ROOT = Path(__file__).resolve().parents[2]

# What a run asks: everything, one request per case, or what Schemathesis generates.
WHOLE = "tests/contract"
DOCUMENTED = f"{WHOLE}/test_documented.py"
GENERATED = f"{WHOLE}/test_generated.py"

_LIMITS = f"\n[limits]\nexchange_s = {EXCHANGE_S}\n"

# Settings of the surrounding run or shell, which must not reach the runs that are measured.
_FOREIGN = ("TALKSTACK_", "PYTEST_", "GITHUB_")


Start = Callable[[str], Relay]
"""Gives the relay of one run, told where the provider is."""


@dataclass(frozen=True)
class Suite:
    """The suite as it is run here, with the whole contract and with the small one."""

    references: References
    runs: WarmRuns
    settings: Path  # of pytest, in place of ours: without the pages, which nobody looks at here

    def run_with_faults(self, faults: Collection[Fault], asks: str, *, is_small: bool = False) -> Run:
        """Asks the reference provider with these faults on; in this process only the operations that they break."""
        with self.references.taken(fault.name for fault in faults) as reference:
            if asks == DOCUMENTED:
                operations = {clause.partition("/")[0] for fault in faults for clause in fault.breaks}
                return judged(settings_for(reference), is_small=is_small, operations=operations)
            return self._run(reference, {}, asks, is_small=is_small)

    def run_behind(self, start: Start, asks: str, *, is_small: bool = False) -> tuple[Run, list[str]]:
        """Asks with a proxy before each of the two hosts, and tells what broke inside the proxies."""
        with self.references.taken() as reference, ExitStack() as stack:
            relay, proxies = start(reference.base_url), dict[str, Proxy]()
            for url in (reference.base_url, reference.calls_base_url):
                proxies[url] = stack.enter_context(serve_proxy(url, relay))
            run = self._run(reference, {url: proxy.base_url for url, proxy in proxies.items()}, asks, is_small=is_small)
        return run, [f"the proxy broke: {failure}" for proxy in proxies.values() for failure in proxy.failures]

    def _run(self, reference: Reference, instead: Mapping[str, str], asks: str, *, is_small: bool) -> Run:
        """Asks that provider, or what stands `instead` of each of its hosts."""
        if asks == DOCUMENTED:
            return judged(settings_for(reference, instead), is_small=is_small)
        return self.run_as_a_process(reference, instead, asks, is_small=is_small)

    def run_as_a_process(self, reference: Reference, instead: Mapping[str, str], asks: str, *, is_small: bool) -> Run:
        """Asks that provider by pytest, or what stands `instead` of each of its hosts."""
        with tempfile.TemporaryDirectory() as folder:
            reference.write_provider(file := Path(folder, "provider.toml"))
            text = file.read_text() + _LIMITS
            for url, other in instead.items():
                text = text.replace(url, other)
            file.write_text(text)
            return self._run_pytest(file, asks, is_small=is_small)

    def _run_pytest(self, provider: Path, asks: str, *, is_small: bool) -> Run:
        """Its reports stay beside the provider file."""
        reports, output = provider.parent / "reports", provider.parent / "output.txt"
        options = ["--provider", str(provider), "--reports", str(reports)]
        without = [word for name in ("cacheprovider", "html") for word in ("-p", f"no:{name}")]
        options += ["-c", str(self.settings), "--rootdir", str(ROOT), *without]
        words = (asks, *options, "-q", "--tb=no", "--disable-warnings")
        words += ("--contract", str(small_contract())) if is_small else ()
        exit_status = self.runs.run(words, output)
        record = next(reports.rglob("verdicts.jsonl"), reports)  # a part of the suite alone writes to `partial`
        return _read(exit_status, record, output.read_text())


_SETTINGS = f"[pytest]\naddopts = --import-mode=importlib\npythonpath = {ROOT}\n"


@contextmanager
def suite() -> Iterator[Suite]:
    """What every run here is made with."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    with (
        tempfile.TemporaryDirectory() as folder,
        References() as references,
        WarmRuns(ROOT, environment) as runs,
    ):
        (settings := Path(folder, "pytest.ini")).write_text(_SETTINGS)
        yield Suite(references, runs, settings)


def _read(exit_status: int, verdicts: Path, output: str) -> Run:
    lines = [json.loads(line) for line in verdicts.read_text().splitlines()] if verdicts.is_file() else []
    told = {
        line["id"]: Told(line["level"], line["verdict"], tuple(line["exchanges"]), line["run_wide"])
        for line in lines
        if line["kind"] == "verdict"
    }
    is_complete = any(line["kind"] == "footer" for line in lines)
    return Run(exit_status, told, is_complete, output)
