"""The options of a run, as both ways in offer them: the pytest plugin and the command."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from talkstack_contract.model import RequirementLevel


@dataclass(frozen=True)
class Option:
    """An option by its flag; `settings` are the keywords of `add_argument`."""

    flag: str
    help: str
    settings: Mapping[str, object] = field(default_factory=dict)


def _value(flag: str, metavar: str, told: str, **settings: object) -> Option:
    return Option(flag, told, {"metavar": metavar, **settings})


def _switch(flag: str, told: str) -> Option:
    return Option(flag, told, {"action": "store_true"})


BASE_URL = _value("--base-url", "URL", "base URL of the provider to test; without it, the embedded reference provider")
"""pytest-base-url adds it to pytest."""

CONTRACT_OPTION = _value(
    "--contract", "DIR", "folder of the contract, with openapi.yaml (default: the contract of this suite)"
)

GROUPS: Mapping[str, tuple[Option, ...]] = {
    "whom to test": (
        _value(
            "--provider",
            "FILE",
            "provider file (TOML): base URL, accounts, limits, allowed effects; `reference` is the embedded provider",
        ),
        CONTRACT_OPTION,
        _switch("--allow-insecure", "allow http to a host that is not this machine"),
    ),
    "what to send": (
        _value("--operation", "ID", "test this operation only, and decide about it (repeatable)", action="append"),
        _value("--section", "NAME", "the same, by a section of the docs (repeatable)", action="append"),
        _value("--only", "ID", "test one operation, case or clause, decide nothing, and print its exchanges"),
        _value("--examples", "N", "random requests per operation (default: 5, with --nightly 20)", type=int),
        _value("--seed", "N", "seed of the random requests (default: 1, with --nightly the date)", type=int),
        _switch("--plan", "list every request that would be sent, and send none"),
        _switch("--check", "say what these settings reach, and what a missing key would add, and send none"),
        _value("--clean-up", "LEDGER", "remove what an earlier run created and left behind, and test nothing"),
    ),
    "what the decision depends on": (
        Option(
            "--fail-on",
            "lowest requirement level whose violation rejects (default: must)",
            {"choices": [str(level) for level in RequirementLevel], "default": "must"},
        ),
        _switch("--fail-on-undocumented", "reject a success that holds a field that no page documents"),
        Option(
            "--require",
            "which documented responses must be tested: those that the settings reach, or all (default: reachable)",
            {"choices": ["reachable", "all"], "default": "reachable"},
        ),
        _value("--waivers", "FILE", "accepted violations (default: waivers.yaml beside the provider file, or here)"),
        _value("--against", "FILE", "earlier verdicts.jsonl: fail only on what is newly violated or no longer tested"),
        _switch(
            "--nightly", "send more random requests, compare with the nights in history/, and add this one to them"
        ),
        _switch("--acceptance", "write acceptance.html too, and require what the profile requires"),
        _value("--profile", "FILE", "profile to apply (default with --acceptance: the newest one of the contract)"),
    ),
    "what the docs say": (
        _value(
            "--docs",
            "PAGES",
            "a docs page, or a folder of them, to hold against the contract; repeatable; changes no exit status",
            action="append",
        ),
    ),
    "reports": (
        _value(
            "--reports",
            "DIR",
            "folder for the reports (default: reports, with --only reports/only); a narrowed run writes to DIR/partial",
        ),
        _value("--notify", "URL", "webhook to which the last line is posted at the end, as JSON: a chat, for example"),
    ),
}
