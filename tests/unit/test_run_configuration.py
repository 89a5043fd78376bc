"""Options become an configuration, or are refused by name; what they do not say has a default."""

import re
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from talkstack_contract.errors import BadInput
from talkstack_contract.provider.settings import Account, Credential
from talkstack_contract.results.history import History
from talkstack_contract.results.records import RunConfiguration
from talkstack_contract.run_configuration import RunOptions
from tests.runs.pages import page_text
from tests.unit.found import SETTINGS
from tests.unit.setting_names import ACTIVE, EXPIRED, OTHER
from tests.unit.small_contract import small_contract

STARTED = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)
FLAGS = ("acceptance", "nightly", "fail_on_undocumented", "check", "plan")
FEW = ("provider", "reports", "only", "operation", "section", "notify", "docs")
NAMES = (*FEW, "against", "profile", "waivers", "clean_up", "examples", "seed")


def given(folder: Path, **chosen: Any) -> RunOptions:
    defaults = {**dict.fromkeys(FLAGS, False), **dict.fromkeys(NAMES), "fail_on": "must", "require": "reachable"}
    return RunOptions(Namespace(**{**defaults, **chosen}), folder, small_contract())


def configuration(folder: Path, **chosen: Any) -> RunConfiguration:
    return given(folder, **chosen).configuration(SETTINGS, {}, folder / "waivers.yaml", STARTED)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [({}, "reports"), ({"only": "a/b"}, "reports/only"), ({"only": "a/b", "reports": "here"}, "here")],
    ids=["default", "one-case-again", "named"],
)
def test_one_case_again_leaves_the_reports_of_the_last_run(chosen: Any, expected: str, tmp_path: Path) -> None:
    assert given(tmp_path, **chosen).reports == tmp_path / expected


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, (5, 1)),
        ({"nightly": True}, (20, 20261124)),
        ({"nightly": True, "examples": 2, "seed": 0}, (2, 0)),
        ({"examples": 7, "seed": 3}, (7, 3)),
    ],
    ids=["default", "night", "night-as-told", "as-told"],
)
def test_night_asks_more_and_by_its_date(chosen: Any, expected: tuple[int, int], tmp_path: Path) -> None:
    found = configuration(tmp_path, **chosen)
    assert (found.examples, found.seed) == expected


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no-example": ({"examples": 0}, "--examples: is less than 1"),
    "compared-acceptance": ({"acceptance": True, "against": "x"}, "--against: is about what is new"),
    "nightly-acceptance": ({"acceptance": True, "nightly": True}, "--nightly: is about what is new"),
    "demanding-acceptance": ({"acceptance": True, "fail_on_undocumented": True}, "--fail-on-undocumented: asks for"),
    "demanding-profile": ({"profile": "x", "fail_on_undocumented": True}, "--fail-on-undocumented: asks for"),
}


@pytest.mark.parametrize(("chosen", "told"), REFUSED.values(), ids=REFUSED)
def test_options_that_do_not_go_together_are_refused(chosen: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        given(tmp_path, **chosen).check()
    assert str(caught.value).startswith(told)


def test_unknown_id_is_refused_with_the_nearest(tmp_path: Path) -> None:
    told = "is no operation, case or clause of this run; nearest: 'getActiveProject/no-credential'"
    with pytest.raises(BadInput, match=told):
        configuration(tmp_path, only="getActiveProject/no-credentials")


ONLY = {
    "case": ("getActiveProject/generated", ("getActiveProject/generated", 0)),
    "request": ("getActiveProject/generated/3", ("getActiveProject/generated", 3)),
    "clause": (
        "getActiveProject/generated/schemathesis.finds-nothing",
        ("getActiveProject/generated/schemathesis.finds-nothing", 0),
    ),
}


@pytest.mark.parametrize(("only", "expected"), ONLY.values(), ids=ONLY)
def test_id_names_a_case_a_clause_or_a_generated_request(only: str, expected: tuple[str, int], tmp_path: Path) -> None:
    found = configuration(tmp_path, only=only)
    assert (found.only, found.only_generated) == expected


@pytest.mark.parametrize("only", ["getActiveProject/generated/0", "getActiveProject/by-bearer/3", "x/generated/1"])
def test_id_of_a_request_that_was_not_generated_is_refused(only: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no operation, case or clause of this run"):
        configuration(tmp_path, only=only)


@pytest.mark.parametrize("chosen", [{}, {"against": None}], ids=["plain", "nothing-named"])
def test_run_that_names_no_other_is_compared_with_none(chosen: Any, tmp_path: Path) -> None:
    found = configuration(tmp_path, **chosen)
    assert (found.baseline, found.history) == (None, None)


def test_first_night_has_a_history_and_no_baseline(tmp_path: Path) -> None:
    found = configuration(tmp_path, nightly=True)
    assert (found.baseline, found.history) == (None, History())


WAIVER = """
- pattern: getActiveProject/**
  reason: {}
  owner: api-team
  ticket: API-1
  expires: "2027-01-31"
"""
PLACES = {"beside-the-provider-file": "ours/waivers.yaml", "here": "waivers.yaml", "of-the-suite": "suite/waivers.yaml"}


@pytest.mark.parametrize(
    ("chosen", "there", "expected"),
    {
        "beside-the-provider-file": ({"provider": "ours/p.toml"}, PLACES, ["beside-the-provider-file"]),
        "here-with-a-provider-file": ({"provider": "ours/p.toml"}, ["here"], []),
        "here": ({}, PLACES, ["here"]),
        "of-the-suite": ({}, ["of-the-suite", "beside-the-provider-file"], ["of-the-suite"]),
        "named": ({"waivers": "ours/waivers.yaml"}, PLACES, ["beside-the-provider-file"]),
        "none": ({}, [], []),
    }.values(),
    ids=["beside", "here-with-a-provider-file", "here", "of-the-suite", "named", "none"],
)
def test_waivers_are_looked_for_beside_the_provider_file(
    chosen: Any, there: list[str], expected: list[str], tmp_path: Path
) -> None:
    for name in there:
        (tmp_path / PLACES[name]).parent.mkdir(exist_ok=True)
        (tmp_path / PLACES[name]).write_text(WAIVER.format(name), encoding="utf-8")
    found = given(tmp_path, **chosen).configuration(SETTINGS, {}, tmp_path / "suite" / "waivers.yaml", STARTED)
    assert [each.reason for each in found.waivers] == expected


def test_ledger_of_a_run_stands_in_its_reports(tmp_path: Path) -> None:
    options = given(tmp_path)
    assert options.ledger(configuration(tmp_path)).path == tmp_path / "reports" / "ledger.jsonl"


def with_accounts(folder: Path, accounts: dict[str, dict[str, str]]) -> RunConfiguration:
    known = {
        state: Account(state, {"token": Credential("t" * 20, "T")}, values=values) for state, values in accounts.items()
    }
    settings = replace(SETTINGS, accounts=known)
    return given(folder, provider="ours.toml").configuration(settings, {}, folder / "waivers.yaml", STARTED)


MISSPELT: dict[str, tuple[dict[str, dict[str, str]], str]] = {
    "state": ({"an activ project": {}}, "'an activ project': is not a provider state .*nearest: 'an active project'"),
    "state-like-no-other": ({"zzz": {}}, "ours.toml: accounts.'zzz': is not a provider state of the contract; known: "),
    "value": ({ACTIVE: {"ProjectID": "p"}}, "values.ProjectID: is not a value .* asks for; nearest: 'projectId'"),
}


@pytest.mark.parametrize(("accounts", "told"), MISSPELT.values(), ids=MISSPELT)
def test_name_that_the_contract_does_not_know_is_refused(
    accounts: dict[str, dict[str, str]], told: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=told):
        with_accounts(tmp_path, accounts)


def test_value_that_only_another_account_has_is_fine(tmp_path: Path) -> None:
    accounts = {ACTIVE: {"projectId": "p", "userName": "Anna"}, OTHER: {"iban": "x"}, EXPIRED: {}}
    assert {*with_accounts(tmp_path, accounts).settings.accounts} == {*accounts}


@pytest.mark.parametrize(("reports", "expected"), [(None, "reports/partial"), ("here", "here/partial")])
def test_narrowed_run_leaves_the_reports_of_the_last_run(reports: str | None, expected: str, tmp_path: Path) -> None:
    options = replace(given(tmp_path, reports=reports), is_partial=True)
    assert options.reports == tmp_path / expected


def test_secret_on_a_page_of_the_docs_does_not_reach_the_record(tmp_path: Path) -> None:
    secret = "hunter2hunter2hunter2"
    account = Account(ACTIVE, {"token": Credential(secret, "TALKSTACK_TOKEN")})
    settings = replace(SETTINGS, accounts={ACTIVE: account})
    text = re.sub(r'"message": "[^"]*"', f'"message": "{secret}"', page_text())
    (tmp_path / "page.txt").write_text(text, encoding="utf-8")
    options = given(tmp_path, docs=["page.txt"])
    docs = options.configuration(settings, {}, tmp_path / "waivers.yaml", STARTED).docs
    assert docs
    assert [secret in each for each in docs.changes] == [False]


def test_pages_are_named_from_the_folder_of_the_run_and_read_once_for_all_processes(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(page_text(), encoding="utf-8")
    options = given(tmp_path, docs=["page.txt"])
    docs = options.documentation
    assert docs
    assert [page.name for page in docs.pages] == ["page.txt"]
    assert (
        RunOptions(given(tmp_path, docs=["gone.txt"]).option, tmp_path, small_contract(), docs=docs).documentation
        == docs
    )
