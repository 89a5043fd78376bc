"""From the options of pytest to the configuration of a run, and to what its processes share."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from talkstack_contract.errors import BadInput
from talkstack_contract.execution.derived_workflows import derived_workflows
from talkstack_contract.execution.workflows import Workflow
from talkstack_contract.locations import CONTRACT, CONTRACT_TESTS, WORKFLOWS
from talkstack_contract.model import Contract
from talkstack_contract.provider.pace import Account as SpendingAccount
from talkstack_contract.provider.pace import SharedAccount
from talkstack_contract.provider.settings import (
    Settings,
    settings_of_environment,
    settings_of_file,
    settings_of_reference,
)
from talkstack_contract.provider_options import EMBEDDED
from talkstack_contract.results.records import RunConfiguration
from talkstack_contract.run_configuration import RunOptions

REFERENCE = pytest.StashKey[dict[str, Any]]()
SPENT = pytest.StashKey[str]()


def spending_account(config: pytest.Config, configuration: RunConfiguration, embedded: ExitStack) -> SpendingAccount:
    """Return the account that the limits are held by: one of all processes where there are workers."""
    places = configuration.settings.limits.requests_at_once
    if has_workers(config) and not hasattr(config, "workerinput"):
        config.stash[SPENT] = embedded.enter_context(TemporaryDirectory(prefix="talkstack-contract-"))
    folder = getattr(config, "workerinput", {}).get("spent") or config.stash.get(SPENT, "")
    return SharedAccount(Path(folder), places) if folder else SpendingAccount(places)


def has_workers(config: pytest.Config) -> bool:
    """Tell whether pytest-xdist is asked for workers."""
    return bool(getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None))


def contract_is_asked(config: pytest.Config) -> bool:
    """Tell whether items of `tests/contract` are asked for."""
    places = [Path(config.invocation_params.dir, str(arg).partition("::")[0]).resolve() for arg in config.args]
    return any(place.is_relative_to(CONTRACT_TESTS) or CONTRACT_TESTS.is_relative_to(place) for place in places)


def is_narrowed(config: pytest.Config) -> bool:
    """Tell whether pytest's own options choose some of the cases, so that nothing is decided about the whole."""
    option, places = config.option, [str(arg) for arg in config.args]
    chosen = any(getattr(option, name, None) for name in ("only", "keyword", "markexpr", "lf", "deselect"))
    whole = [Path(config.invocation_params.dir, place).resolve() for place in places]
    return chosen or not any("::" not in str(place) and CONTRACT_TESTS.is_relative_to(place) for place in whole)


def contract_folder(config: pytest.Config) -> Path:
    """Return the folder of the contract that this run is about."""
    named = config.option.contract
    return Path(config.invocation_params.dir, named).resolve() if named else CONTRACT


def workflows_of(config: pytest.Config, contract: Contract) -> Mapping[str, Workflow]:
    """Return the workflows that follow from the contract, and those that are written down.

    They are imported as pytest does it: their module has another name in a checkout than once installed.
    """
    config.pluginmanager.import_plugin(WORKFLOWS)
    module: Any = config.pluginmanager.get_plugin(WORKFLOWS)
    written: Mapping[str, Workflow] = module.WORKFLOWS
    return {**written, **derived_workflows(contract, written)}


def configuration_of(
    config: pytest.Config, given: RunOptions, embedded: ExitStack, workflows: Mapping[str, Workflow]
) -> RunConfiguration:
    """Return what the run is given: whom it asks, what for, and what it is held to. Raises `BadInput`."""
    if config.getoption("verify_base_url", False):
        raise BadInput("--verify-base-url", "", "would send a request that no setting allows", "leave it out")
    settings = _settings(config, given, embedded)
    return given.configuration(settings, workflows, CONTRACT_TESTS / "waivers.yaml", datetime.now(UTC))


def _settings(config: pytest.Config, given: RunOptions, embedded: ExitStack) -> Settings:
    names, file = given.contract.setting_names, given.provider_file
    base_url = config.getoption("base_url", None) or config.getini("base_url") or ""
    if config.option.provider == EMBEDDED:
        if any(str(each).startswith("--base-url") for each in config.invocation_params.args):
            raise BadInput("--provider reference", "", "names another provider than --base-url", "give one of the two")
    elif not config.option.provider and config.getoption("base_url", None) == "":
        # A variable that a fork has not: the run would end green, or ask whom nobody named.
        raise BadInput("--base-url", "", "is empty", "give one, or leave it out to ask the reference provider")
    elif file:
        return settings_of_file(file.path, names, os.environ, base_url, config.option.allow_insecure)
    elif base_url:
        return settings_of_environment(base_url, names, os.environ, config.option.allow_insecure)
    config.stash[REFERENCE] = served = getattr(config, "workerinput", {}).get("reference") or _embedded(embedded)
    settings = settings_of_reference(served, names)
    if names.default_state not in settings.accounts:
        problem = "is missing, and the embedded reference provider is of another API than the contract"
        raise BadInput("--base-url", "", problem, "name a provider of this API")
    return settings


def _embedded(embedded: ExitStack) -> dict[str, Any]:
    from reference_provider import serve  # only a run without a provider needs a server

    return embedded.enter_context(serve()).provider_settings()
