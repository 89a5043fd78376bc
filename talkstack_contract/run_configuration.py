"""From the options of a run to its configuration: what they name is read, and checked, before anything is sent.

Raises `BadInput` for options that do not go together, for an id that is none, and for a file that cannot be used.
"""

from argparse import Namespace
from collections.abc import Mapping
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
from talkstack_contract.model import Contract, RequirementLevel
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.request_builder import value_names
from talkstack_contract.provider.settings import Settings
from talkstack_contract.results.documentation import Documentation, docs_with
from talkstack_contract.results.history import baseline, history_of, read_earlier, read_nights
from talkstack_contract.results.records import RunConfiguration
from talkstack_contract.states.ledger import Ledger, read_ledger

HISTORY = "history"
MISSPELT = 0.85  # so much alike are a name and what it was meant to be: invoiceid, invoiceId
EXAMPLES, NIGHTLY_EXAMPLES = 5, 20  # random requests per operation; 20 keep a night within the default budget


@dataclass(frozen=True)
class RunOptions:
    """The options of a run, `folder` where its relative paths begin, and the folder of promises."""

    option: Namespace
    folder: Path
    schemas: Path
    docs: Documentation | None = None  # as another process of this run has read them

    @cached_property
    def contract(self) -> Contract:
        """What the folder of promises holds, read once."""
        return load_contract(self.schemas)

    @property
    def reports(self) -> Path:
        """Where the reports go: a case that is asked again leaves those of the last run as they are."""
        return (self.folder / (self.option.reports or ("reports/only" if self.option.only else "reports"))).resolve()

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
        if option.examples is not None and option.examples < 1:
            raise BadInput("--examples", "", "is less than 1", "give 1 or more")
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
        derived = derive_cases(contract, fail_on_undocumented=option.fail_on_undocumented)
        configuration = RunConfiguration(
            contract=contract,
            cases=in_order([*derived, *workflow_cases(contract, workflows)]),
            waivers=self._waivers(waivers),
            settings=settings,
            fail_on=RequirementLevel(option.fail_on),
            require_all=option.require == "all",
            seed=self.seed(started),
            started=started,
            fail_on_undocumented=option.fail_on_undocumented,
            examples=self.examples(),
            only=option.only or "",
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
        return Ledger(self.reports / "ledger.jsonl", configuration.nonce)

    def _waivers(self, default: Path) -> tuple[Waiver, ...]:
        if self.option.waivers:
            return self._waivers_of(self.folder / self.option.waivers)
        beside = (self.folder / self.option.provider).parent if self.option.provider else self.folder
        path = next((path for path in (beside / "waivers.yaml", default) if path.exists()), None)
        return self._waivers_of(path) if path else ()

    def _waivers_of(self, path: Path) -> tuple[Waiver, ...]:
        return load_waivers(path, self.schemas, path.name)

    def _profile(self, configuration: RunConfiguration) -> Profile | None:
        option = self.option
        if not (option.profile or option.acceptance):
            return None
        path = self.folder / option.profile if option.profile else newest_profile(self.schemas)
        return load_profile(path, self.schemas, configuration.promises)

    def _check_only(self, configuration: RunConfiguration) -> None:
        known = {*configuration.promises, *(case.id for case in configuration.cases)}
        if configuration.only and configuration.only not in known:
            raise BadInput(
                "--only",
                "",
                f"{configuration.only!r} is neither a case nor a clause",
                nearest(configuration.only, known),
            )

    def _check_accounts(self, configuration: RunConfiguration) -> None:
        """Refuse an account in a state that no case needs, and a value whose name is nearly one that a case needs.

        Other values are fine: what only another account has must not show in an answer.
        """
        file = Path(self.option.provider or "the provider file").name
        own = configuration.contract.setting_names
        states = {own.default_state, own.other_account, own.expired, *own.variables}
        states |= {case.state for case in configuration.cases if case.state}
        names = value_names(configuration.cases)
        for state, account in configuration.settings.accounts.items():
            key = f"accounts.{state!r}"
            if state not in states:
                raise BadInput(file, key, "is not a provider state of the contract", nearest(state, states))
            for name in account.values.keys() - names:
                if get_close_matches(name.lower(), map(str.lower, names), n=1, cutoff=MISSPELT):
                    problem = "is not a value that the contract asks for"
                    raise BadInput(file, f"{key}.values.{name}", problem, nearest(name, names))

    def _compared(self, configuration: RunConfiguration) -> RunConfiguration:
        """Add what the run is compared with: the file that is named, else the nights that are kept."""
        if self.option.nightly:
            nights = read_nights(self.reports / HISTORY)
            configuration = replace(configuration, history=history_of(nights), baseline=baseline(nights))
        if self.option.against:
            configuration = replace(configuration, baseline=baseline([read_earlier(self.folder / self.option.against)]))
        return configuration
