"""From the options of a run to its configuration: what they name is read, and checked, before anything is sent.

Raises `BadInput` for options that do not go together, for an id that is none, and for a file that cannot be used.
"""

import re
from argparse import Namespace
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from talkstack_contract.contract.cases import derive_cases, in_order
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.contract.profiles import Profile, load_profile, newest_profile
from talkstack_contract.errors import BadInput, nearest
from talkstack_contract.execution.workflows import Workflow, workflow_cases
from talkstack_contract.judging.waivers import Waiver, load_waivers
from talkstack_contract.model import Case, Contract, RequirementLevel
from talkstack_contract.notification import checked_address
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.request_builder import value_names
from talkstack_contract.provider.settings import Settings
from talkstack_contract.provider_options import ProviderFile, provider_file
from talkstack_contract.results.documentation import Documentation, docs_with
from talkstack_contract.results.history import baseline, history_of, read_earlier, read_nights
from talkstack_contract.results.records import RunConfiguration
from talkstack_contract.scope_options import scope_of
from talkstack_contract.states.ledger import Ledger, read_ledger

HISTORY = "history"
MISSPELT = 0.85  # so much alike are a name and what it was meant to be: invoiceid, invoiceId
GENERATED_REQUEST = re.compile(r"([^/]+/generated)/([1-9][0-9]{0,5})")
EXAMPLES, NIGHTLY_EXAMPLES = 5, 20  # random requests per operation; 20 keep a night within the default budget


@dataclass(frozen=True)
class RunOptions:
    """The options of a run, `folder` where its relative paths begin, and the folder of promises.

    `is_partial` tells that pytest's own options narrow the run, or may end it early.
    """

    option: Namespace
    folder: Path
    schemas: Path
    is_partial: bool = False
    docs: Documentation | None = None  # as another process of this run has read them

    @cached_property
    def contract(self) -> Contract:
        """What the folder of promises holds, read once."""
        return load_contract(self.schemas)

    @cached_property
    def provider_file(self) -> ProviderFile | None:
        """The provider file that is named or found, if any."""
        return provider_file(self.option.provider, self.folder)

    @property
    def reports(self) -> Path:
        """Where the reports go: those of a whole run stay as they are when a part of it is tested again."""
        if self.option.only:
            return (self.folder / (self.option.reports or "reports/only")).resolve()
        return self._whole_reports / "partial" if self.is_partial else self._whole_reports

    @property
    def _whole_reports(self) -> Path:
        return (self.folder / (self.option.reports or "reports")).resolve()

    @cached_property
    def documentation(self) -> Documentation | None:
        """What the pages of `--docs` say; None without any."""
        if self.docs or not self.option.docs:
            return self.docs
        from talkstack_contract.documentation import read_documentation  # no other run needs the reader

        return read_documentation([Path(each) for each in self.option.docs], self.folder, self.schemas)

    def check(self) -> None:
        """Refuse options that do not go together."""
        option = self.option
        if option.notify is not None:
            checked_address(option.notify)
        if option.examples is not None and option.examples < 1:
            raise BadInput("--examples", "", "is less than 1", "give 1 or more")
        if option.check and (other := next((each for each in ("plan", "only") if getattr(option, each)), "")):
            raise BadInput(
                "--check", "", f"is about what a whole run reaches, unlike --{other}", "leave one of them out"
            )
        compared = "--against" if option.against else "--nightly" if option.nightly else ""
        if option.acceptance and compared:
            problem = "is about what is new, and --acceptance about all that is promised"
            raise BadInput(compared, "", problem, "use one of them at a time")
        profiled = "--acceptance" if option.acceptance else "--profile" if option.profile else ""
        if option.fail_on_undocumented and profiled:
            problem = f"asks for what no profile requires, and {profiled} scores by one"
            raise BadInput("--fail-on-undocumented", "", problem, "use one of them at a time")

    def examples(self) -> int:
        """Return how many random requests an operation gets."""
        return self.option.examples or (NIGHTLY_EXAMPLES if self.option.nightly else EXAMPLES)

    def seed(self, started: datetime) -> int:
        """Return the seed of the random requests: another one each night."""
        if self.option.seed is not None:
            return int(self.option.seed)
        return int(f"{started:%Y%m%d}") if self.option.nightly else 1

    def configuration(
        self, settings: Settings, workflows: Mapping[str, Workflow], waivers: Path, started: datetime
    ) -> RunConfiguration:
        """Read what the options name.

        Waivers that they do not name are looked for in `waivers.yaml` beside the provider file, or else in the current
        folder, and at last in `waivers`.
        """
        option, contract = self.option, self.contract
        only, number = _parted(option.only or "")
        derived = derive_cases(contract, fail_on_undocumented=option.fail_on_undocumented)
        cases = in_order([*derived, *workflow_cases(contract, workflows)])
        named = scope_of(contract, option.operation or (), option.section or (), settings.scope)
        configuration = RunConfiguration(
            contract=contract,
            cases=cases,
            named_scope=named.names,
            operations=named.operations,
            waivers=waivers_about(named.operations, self._waivers(waivers), cases),
            settings=settings,
            fail_on=RequirementLevel(option.fail_on),
            require_all=option.require == "all",
            seed=self.seed(started),
            started=started,
            fail_on_undocumented=option.fail_on_undocumented,
            examples=self.examples(),
            only=only,
            only_generated=number,
            docs=self._docs(settings),
        )
        self._check_only(configuration)
        self._check_accounts(configuration)
        return self._compared(replace(configuration, profile=self._profile(configuration)))

    def _docs(self, settings: Settings) -> Documentation | None:
        """Return what the pages say, without secrets: a page that was saved while logged in can show some."""
        docs = self.documentation
        return docs and docs_with(docs, Secrets(settings.secrets()).scrubbed)

    def ledger(self, configuration: RunConfiguration) -> Ledger:
        """Return the ledger to be cleaned up, or the one that this run writes."""
        if left := self.option.clean_up:
            return read_ledger((self.folder / left).resolve())
        folder = self.reports if self.option.only else self._whole_reports
        return Ledger(folder / "ledger.jsonl", configuration.nonce)

    def _waivers(self, default: Path) -> tuple[Waiver, ...]:
        if self.option.waivers:
            return self._waivers_of(self.folder / self.option.waivers)
        beside = self.provider_file.path.parent if self.provider_file else self.folder
        path = next((path for path in (beside / "waivers.yaml", default) if path.exists()), None)
        return self._waivers_of(path) if path else ()

    def _waivers_of(self, path: Path) -> tuple[Waiver, ...]:
        return load_waivers(path, self.schemas, path.name)

    def _profile(self, configuration: RunConfiguration) -> Profile | None:
        option = self.option
        if not (option.profile or option.acceptance):
            return None
        path = self.folder / option.profile if option.profile else newest_profile(self.schemas)
        return load_profile(path, self.schemas, replace(configuration, operations=frozenset()).promises)

    def _check_only(self, configuration: RunConfiguration) -> None:
        cases = configuration.cases_in_scope
        known = {*configuration.promises, *(case.id for case in cases), *(case.operation.id for case in cases)}
        if configuration.only and configuration.only not in known:
            raise BadInput(
                "--only",
                "",
                f"{configuration.only!r} is no operation, case or clause of this run",
                nearest(configuration.only, known),
            )

    def _check_accounts(self, configuration: RunConfiguration) -> None:
        """Refuse an account in a state that no case needs, and a value whose name is nearly one that a case needs.

        Other values are fine: what only another account has must not show in an answer.
        """
        file = self.provider_file.path.name if self.provider_file else "the provider file"
        own = configuration.contract.setting_names
        states = {own.default_state, own.other_account, own.expired, *own.variables}
        states |= {case.state for case in configuration.cases if case.state}
        names = value_names(configuration.cases)
        for state, account in configuration.settings.accounts.items():
            key = f"accounts.{state!r}"
            if state not in states:
                remedy = nearest(state, states)
                if not getattr(self.option, "contract", None):
                    remedy += "; or name the contract that this file is for by --contract"
                raise BadInput(file, key, "is not a provider state of the contract", remedy)
            for name in account.values.keys() - names:
                if get_close_matches(name.lower(), map(str.lower, names), n=1, cutoff=MISSPELT):
                    problem = "is not a value that the contract asks for"
                    raise BadInput(file, f"{key}.values.{name}", problem, nearest(name, names))

    def _compared(self, configuration: RunConfiguration) -> RunConfiguration:
        """Add what the run is compared with: the file that is named, else the nights that are kept."""
        if self.option.nightly:
            nights = read_nights(self._whole_reports / HISTORY)
            known = baseline(nights, configuration.promises)
            known = known.about(configuration.operations) if known else None
            configuration = replace(configuration, history=history_of(nights), baseline=known)
        if self.option.against:
            known = baseline([read_earlier(self.folder / self.option.against)], configuration.promises)
            configuration = replace(configuration, baseline=known.about(configuration.operations) if known else None)
        return configuration


def waivers_about(operations: Collection[str], waivers: Iterable[Waiver], cases: Sequence[Case]) -> tuple[Waiver, ...]:
    """Return the waivers of this run: those that match what it judges, or nothing at all, which is reported."""
    ids = [(case.operation.id, f"{case.id}/{clause.name}") for case in cases for clause in case.clauses]

    def belongs(waiver: Waiver) -> bool:
        matched = {operation for operation, id_ in ids if waiver.matches(id_)}
        return not matched or bool(matched & {*operations})

    return tuple(each for each in waivers if not operations or belongs(each))


def _parted(only: str) -> tuple[str, int]:
    """Part the id of a generated request, `operation/generated/3`, into its case and its number; 0 for any other id."""
    request = GENERATED_REQUEST.fullmatch(only)
    return (request[1], int(request[2])) if request else (only, 0)
